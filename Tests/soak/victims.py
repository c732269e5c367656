"""Whom to kill: every kind of process that the platform runs."""

import os

from harness import host

WORKERS = ("supervisor", "server", "spawner")  # no sandbox outlives one of them
IN_SANDBOXES = ("zygote", "init", "runtime", "child", "unpacker")


def find(server, role):
    """The processes that play that part now."""
    supervisor = server.process.pid
    workers = {pid: host.command_line(pid) for pid in children_of(supervisor)}
    if role == "supervisor":
        return [supervisor]
    spawners = [pid for pid, line in workers.items() if line.startswith("redoubt-spawner")]
    if role == "spawner":
        return spawners
    if role == "server":
        return [pid for pid in workers if pid not in spawners]
    below = [pid for spawner in spawners for pid in children_of(spawner)]
    zygotes = [pid for pid in below if "/var/runtime/" in host.command_line(pid)]
    if role == "zygote":
        return zygotes
    inits = [pid for pid in below if pid not in zygotes]
    if role == "init":
        return inits
    programs = [pid for init in inits for pid in children_of(init)]
    unpackers = [pid for pid in programs if host.command_line(pid).startswith("redoubt-unpack")]
    if role == "unpacker":
        return unpackers
    runtimes = [pid for pid in programs if pid not in unpackers]
    return runtimes if role == "runtime" else [pid for runtime in runtimes for pid in children_of(runtime)]


def children_of(pid):
    """As the kernel lists them, without a walk over all processes."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    except OSError:
        return []  # It ended meanwhile.
    return found
