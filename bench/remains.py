"""What the host shows of a server's sandboxes: their processes, control groups and mounts."""

import os
import pathlib
import time

import process_tree


def of(server):
    """How many there are of each, now."""
    instance = pathlib.Path(server.data, "instance").read_text().strip()
    mounts = pathlib.Path("/proc/%d/mountinfo" % process_tree.named(server.pid, "redoubt-spawner"))
    return {
        "processes": process_tree.sample(server.pid).others.processes,
        "control_groups": sum("redoubt-" + instance in folder for folder, _, _ in os.walk("/sys/fs/cgroup")),
        "mounts": len(mounts.read_text().splitlines()),
    }


def wait_for_the_end(server, before, seconds):
    """How many more there are of each than before, as soon as there is nothing more, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        left = {kind: max(0, count - before[kind]) for kind, count in of(server).items()}
        if not any(left.values()) or time.monotonic() > deadline:
            return left
        time.sleep(0.5)
