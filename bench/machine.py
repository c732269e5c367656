"""What the results were taken on."""

import os
import pathlib
import platform
import subprocess
import time

from functions import NODE

_ROOT = pathlib.Path(__file__).resolve().parents[1]


def describe():
    """Facts by title, in the order in which they are to be read."""
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": "%.1f GiB" % (int(_first("/proc/meminfo", "MemTotal").split()[0]) / 2**20),
        "kernel": platform.release(),
        "control groups": _control_groups(),
        "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        "Python": platform.python_version(),
        "Node": _printed(NODE, "--version") if os.path.exists(NODE) else "none",
        "load before": "%.2f" % os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": _printed("git", "-C", _ROOT, "describe", "--always", "--dirty"),
    }


def _first(path, name):
    lines = pathlib.Path(path).read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(name))


def _control_groups():
    kinds = [line.split(" - ")[1].split()[0] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    if "cgroup" not in kinds:
        return "version 2"
    return "version 1" + (", version 2 beside it without controllers" if "cgroup2" in kinds else "")


def _printed(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout.strip()
