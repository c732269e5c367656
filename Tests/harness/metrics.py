"""What a server measures of itself, as `redoubt metrics` prints it."""

import re
import subprocess

from harness.clients import client_environment
from harness.paths import redoubt_binary

SERIES = re.compile(r"^([a-z_]+)(\{[^}]*\})? (\S+)$")


def metrics(server):
    """Series, with their labels, to their values."""
    done = subprocess.run(
        [redoubt_binary(), "metrics"], env=client_environment(server), capture_output=True, text=True, timeout=30,
        check=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return {name + (labels or ""): float(value) for name, labels, value in (SERIES.match(line).groups() for line in lines)}


def total(found, name, *labels):
    """The sum of the series of that name that have these labels."""
    return sum(value for series, value in found.items() if series.startswith(name) and all(l in series for l in labels))
