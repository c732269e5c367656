"""Control groups in either layout: v1 has a hierarchy for each controller, v2 one for all.

Imports nothing but the standard library: Tests/Spawner uses it too.
"""

import contextlib
import errno
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "cpu", "pids")
"""Those of v1 in whose hierarchies the spawner makes groups, besides that of v2, or the freezer's where none is mounted."""

LEAF = "redoubt-platform"
"""Where the spawner moves the platform's own processes in v2, where only leaves may hold any."""


def hierarchies(kind):
    """Mount points and options of the hierarchies of a kind, "cgroup" or "cgroup2"."""
    found = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, tail = (part.split() for part in line.split(" - "))
        if tail[0] == kind:
            found[Path(fields[4])] = tail[2].split(",")
    return found


def unified():
    """The mount point of v2 if it has the controllers that limits need; else None, and v1 is what the spawner uses."""
    for folder in hierarchies("cgroup2"):
        if {"memory", "cpu", "pids"} <= set((folder / "cgroup.controllers").read_text().split()):
            return folder
    return None


@dataclass
class Group:
    """One control group: a folder in v2, one in each hierarchy in v1."""

    folders: list

    @classmethod
    def named(cls, path):
        """The groups whose path ends so, `redoubt-INSTANCE/NAME` for a sandbox's."""
        found = []
        for root in [*hierarchies("cgroup"), *hierarchies("cgroup2")]:
            found += [Path(folder) for folder, _, _ in os.walk(root) if folder.endswith("/" + path)]
        return cls(found)

    @classmethod
    def of(cls, pid):
        """The group that limits a process."""
        places = {}
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                places[controller] = path.lstrip("/")
        if unified():
            return cls([unified() / places[""]])
        mounted, beside = hierarchies("cgroup").items(), list(hierarchies("cgroup2"))
        names = CONTROLLERS if beside else (*CONTROLLERS, "freezer")
        found = [root / places[name] for name in names for root, options in mounted if name in options]
        return cls(found + [root / places[""] for root in beside])

    def __bool__(self):
        return bool(self.folders)

    @property
    def memory_limit(self):
        return int(self.read("memory.max", "memory.limit_in_bytes"))

    @property
    def swap_limit(self):
        """Bytes of swap on top of the memory limit; None where the kernel does not account swap."""
        if self.has("memory.memsw.limit_in_bytes"):
            return int(self.read("memory.memsw.limit_in_bytes")) - self.memory_limit
        return int(self.read("memory.swap.max")) if self.has("memory.swap.max") else None

    @property
    def process_limit(self):
        return int(self.read("pids.max"))

    @property
    def processor_quota(self):
        """Microseconds in each 100 ms, or None."""
        if self.has("cpu.max"):
            quota, period = self.read("cpu.max").split()
        else:
            quota, period = self.read("cpu.cfs_quota_us"), self.read("cpu.cfs_period_us")
        assert period == "100000"
        return None if quota in ("max", "-1") else int(quota)

    @property
    def processor_weight(self):
        """1 is the kernel's default."""
        return int(self.read("cpu.weight")) / 100 if self.has("cpu.weight") else int(self.read("cpu.shares")) / 1024

    @property
    def processes(self):
        found = {pid for folder in self.folders for pid in _members(folder).read_text().split()}
        return {int(pid) for pid in found}

    def has(self, file):
        return any((folder / file).exists() for folder in self.folders)

    def read(self, *files):
        """The first of these files that one of the folders has."""
        for file in files:
            for folder in self.folders:
                if (folder / file).exists():
                    return (folder / file).read_text().strip()
        raise FileNotFoundError(f"none of {', '.join(files)} in {self.folders}")

    def make(self, name):
        """A group in this one."""
        made = Group([folder / name for folder in self.folders])
        for folder in made.folders:
            folder.mkdir()
            if _is_threaded(folder.parent):
                (folder / "cgroup.type").write_text("threaded")
        return made

    def add(self, pid):
        for folder in self.folders:
            _members(folder).write_text(str(pid))

    def freeze(self):
        self._set(("cgroup.freeze", "1"), ("freezer.state", "FROZEN"))

    def thaw(self):
        """Also one that is gone by now."""
        self._set(("cgroup.freeze", "0"), ("freezer.state", "THAWED"))

    def _set(self, *values):
        for folder in self.folders:
            for file, text in values:
                if (folder / file).exists():
                    (folder / file).write_text(text)


def _is_threaded(folder):
    kind = folder / "cgroup.type"
    return kind.exists() and kind.read_text().strip() == "threaded"


def _members(folder):
    """A group of threads does not tell of processes; those that are looked at here have one thread each."""
    return folder / ("cgroup.threads" if _is_threaded(folder) else "cgroup.procs")


class ServicePlace:
    """A group of its own for a server or spawner in v2, as a service manager gives it; nothing in v1 or without root."""

    def __init__(self):
        root = unified() if os.geteuid() == 0 else None
        self.folder = root / f"redoubt-test-{secrets.token_hex(6)}" if root else None

    def enter(self):
        """In the child, before it executes. A place whose controllers are handed down already holds processes in its
        leaf only: there the spawner's successor is started, as a child of a supervisor that was moved."""
        if self.folder is None:
            return
        self.folder.mkdir(exist_ok=True)
        try:
            (self.folder / "cgroup.procs").write_text("0")
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            (self.folder / LEAF / "cgroup.procs").write_text("0")

    def remove(self):
        if self.folder is None:
            return
        for folder, _, _ in os.walk(self.folder, topdown=False):
            with contextlib.suppress(OSError):  # something in it still runs: the test that left it has failed
                os.rmdir(folder)
