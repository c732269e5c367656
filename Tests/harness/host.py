"""What the host shows of one server: its processes, mounts and control groups.

A server is recognised by its data directory (on command lines and in mounts) and by its instance id (in the names of
control groups), so that other servers on the same machine do not count.
"""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class HostState:
    processes: dict = field(default_factory=dict)
    mounts: list = field(default_factory=list)
    control_groups: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.processes or self.mounts or self.control_groups)


def host_state(data_directory, instance, user=None):
    """- Parameters:
    - instance: the hex id in the data directory, or "" when the server has made none
    - user: whom a rootless server's sandboxes belong to; they have no control group to know them by
    """
    return HostState(
        processes=_marked_processes(str(data_directory), instance, user),
        mounts=_marked_mounts(str(data_directory), instance),
        control_groups=control_groups(instance),
    )


def control_groups(instance):
    """Folders of every hierarchy that bear the instance's name, and what is below them."""
    if not instance:
        return []
    found = []
    for folder, _, _ in os.walk("/sys/fs/cgroup"):
        if ("redoubt-" + instance) in folder:
            found.append(folder)
    return sorted(found)


def remove_control_groups(instance):
    """After a server that was killed and not started again: groups go when nothing is in them."""
    for folder in sorted(control_groups(instance), reverse=True):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def descendants(pid):
    """The process and all below it, as far as the parent links reach."""
    children = {}
    for other in process_ids():
        children.setdefault(parent_of(other), []).append(other)
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        queue.extend(children.get(current, []))
    return found


def sandbox_processes(server):
    """Processes in the server's sandboxes: those in a process namespace of their own."""
    own = _namespace_depth("self")
    return [pid for pid in server.tree() if is_alive(pid) and _namespace_depth(pid) > own]


def environments(server):
    """Processes in the server's sandboxes that have a function's code to run: those that are only kept ready have none, and
    those that compile it have a place for what comes out."""
    return [pid for pid in sandbox_processes(server) if _has_code(pid)]


def _has_code(pid):
    places = {line.split()[4] for line in _read(f"/proc/{pid}/mountinfo").splitlines()}
    return "/var/task" in places and "/out" not in places


def platform_processes(server):
    """Supervisor, server and spawner."""
    return [server.process.pid, server.child("server"), server.child("spawner")]


def process_ids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parent_of(pid):
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def command_line(pid):
    return _read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()


def command_name(pid):
    return _read(f"/proc/{pid}/comm").strip()


def real_user(pid):
    """The uid as the host counts it, or None when the process is gone."""
    return status_field(pid, "Uid", first=int)


def status_field(pid, name, first=str):
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(name + ":"):
            return first(line.split()[1])
    return None


def is_alive(pid):
    """A zombie does not count: it has ended and only waits to be collected."""
    state = status_field(pid, "State")
    return state is not None and state != "Z"


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def _marked_processes(data_directory, instance, user):
    found = {}
    for pid in process_ids():
        if pid == os.getpid() or not is_alive(pid):
            continue
        line = command_line(pid)
        in_group = instance and ("redoubt-" + instance) in _read(f"/proc/{pid}/cgroup")
        in_sandbox = user is not None and real_user(pid) == user and _namespace_depth(pid) > _namespace_depth("self")
        if in_group or in_sandbox or data_directory in line:
            found[pid] = line or command_name(pid)
    return found


def _namespace_depth(pid):
    """How many pid namespaces the process is in, seen from here; 0 when it is gone."""
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("NSpid:"):
            return len(line.split()) - 1
    return 0


def _marked_mounts(data_directory, instance):
    marks = [data_directory] + ([instance] if instance else [])
    lines = _read("/proc/self/mountinfo").splitlines()
    return [line for line in lines if any(mark in line for mark in marks)]


def _read(path):
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
