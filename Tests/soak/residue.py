"""What the host shows of the dead. Everything in this process namespace that is not listed here is a leftover."""

import os
from pathlib import Path

from harness import host
from soak import victims

NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
LISTENING = "0A"


class Residue:
    """- Parameter own: the processes of the soak itself."""

    def __init__(self, server, own):
        self._server, self._own = server, {1, os.getpid(), *own}
        self._mounts = _lines("/proc/self/mountinfo")

    def find(self):
        """A line for each thing that a dead process left. Nothing may be under way."""
        family = set(self._server.tree())
        return [
            *self._processes(family), *self._mounted(), *self._control_groups(family), *self._held_namespaces(family),
            *self._sockets(family),
        ]  # fmt: skip

    def _processes(self, family):
        for pid in set(host.process_ids()) - family - self._own:
            if state := host.status_field(pid, "State"):
                yield f"process {pid} ({state}, parent {host.parent_of(pid)}): {host.command_name(pid)}"
        # Whom a runtime does not collect is the function's own affair.
        for part in ("supervisor", "spawner", "init"):
            for parent in victims.find(self._server, part):
                for pid in victims.children_of(parent):
                    if host.status_field(pid, "State") == "Z":
                        yield f"process {pid} was not collected by the {part}: {host.command_name(pid)}"

    def _mounted(self):
        for line in _lines("/proc/self/mountinfo") - self._mounts:
            yield f"mount: {line}"

    def _control_groups(self, family):
        top = f"redoubt-{self._server.instance}"
        used = {line.rpartition(":")[2] for pid in family for line in _lines(f"/proc/{pid}/cgroup")}
        for folder in host.control_groups(self._server.instance):
            tail = folder[folder.index(top) :]
            if tail != top and not any(group.endswith("/" + tail) for group in used):
                yield f"control group without a process: {folder}"

    def _held_namespaces(self, family):
        """Those of living processes are wanted; one without a process is kept by a mount or a descriptor."""
        kinds = tuple(f"{kind}:[" for kind in NAMESPACES)
        lived_in = {_link(f"/proc/{pid}/ns/{kind}") for pid in family for kind in NAMESPACES}
        lived_in |= {target for pid in victims.find(self._server, "spawner") for target in _places_of_code(pid)}
        mounted = {}
        for pid in family | {os.getpid()}:
            mounted.setdefault(_link(f"/proc/{pid}/ns/mnt"), pid)
            for target in _descriptors(pid):
                if target.startswith(kinds) and target not in lived_in:
                    yield f"namespace {target} held by a descriptor of {pid} ({host.command_name(pid)})"
        for pid in mounted.values():
            for line in _lines(f"/proc/{pid}/mountinfo"):
                if " - nsfs " in line and line not in self._mounts:
                    yield f"namespace held by a mount of {pid}: {line}"

    def _sockets(self, family):
        port = f":{self._server.port:04X}"
        listening = [line for line in _lines("/proc/net/tcp") if line.split()[3] == LISTENING]
        strangers = [line for line in listening if not line.split()[1].endswith(port)]
        if strangers or len(listening) != 1:
            yield f"listening sockets: {listening}"
        held = {target for pid in family | self._own for target in _descriptors(pid) if target.startswith("socket:")}
        for line in _lines("/proc/net/unix"):
            inode = line.split()[6]
            if inode.isdigit() and inode != "0" and f"socket:[{inode}]" not in held:
                yield f"local socket that nobody holds: {line}"


def _places_of_code(spawner):
    """The mount namespace in which a spawner keeps unpacked code; it holds one, and its own."""
    held = {target for target in _descriptors(spawner) if target.startswith("mnt:[")}
    return held if len(held) <= 2 else ()


def sandboxes(server):
    """The number of sandboxes that run, those without a function included."""
    return len(victims.find(server, "init"))


def memory(pid):
    return int(host.status_field(pid, "VmRSS") or 0) << 10


def _descriptors(pid):
    try:
        return [_link(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return []  # It ended meanwhile.


def _link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _lines(path):
    try:
        return set(Path(path).read_text().splitlines())
    except OSError:
        return set()
