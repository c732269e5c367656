"""What the program decides: `redoubt policy check --json`."""

import json
import subprocess
import tempfile
from pathlib import Path

from harness.paths import redoubt_binary


def kinds_of_files(files):
    """{id: kind}; a document that the program cannot read is an error here."""
    command = [redoubt_binary(), "policy", "check", "--json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    unread = [row for row in rows if "kind" not in row]
    if done.returncode != 0 or unread:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {unread[:3]} {done.stderr.strip()}")
    return {row["id"]: row["kind"] for row in rows}


def kinds(cases):
    """The same of cases that are in no file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.json"
        file.write_text(json.dumps({"cases": cases}))
        return kinds_of_files([file])
