"""Memory and descriptors of a process and all that it has started, from /proc."""

import os


class Totals:
    """Sums over some processes."""

    def __init__(self):
        self.processes = 0
        self.memory = 0
        self.descriptors = 0


class Sample:
    """The platform's own processes apart from the others, which are sandboxes with user code."""

    def __init__(self):
        self.platform = Totals()
        self.others = Totals()


def sample(pid):
    """Totals of the tree below and with `pid`, now."""
    found = Sample()
    for member in _tree(pid):
        _add(found.others if _is_in_sandbox(member) else found.platform, member)
    return found


def named(pid, program):
    """The process that runs the program and was started by `pid`."""
    return next(member for member in _tree(pid) if _program(member) == program)


def serving(pid):
    """The server among the processes that `pid` started: it runs the same program."""
    return next(member for member in _tree(pid) if member != pid and _program(member) == _program(pid))


def status(pid, field):
    """A number of /proc/PID/status; KiB where it is a size."""
    with open("/proc/%d/status" % pid) as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def platform_memory(pid):
    """KiB of each of the platform's own processes, its share of what is shared."""
    members = _by_name(member for member in _tree(pid) if not _is_in_sandbox(member))
    return {name: sum(map(_share, pids)) for name, pids in members.items()}


def processor_seconds(pid):
    """Seconds that the platform's own processes, and those in sandboxes, have been on a processor so far."""
    seconds = {"platform": 0, "sandboxes": 0}
    for member in _tree(pid):
        try:
            with open("/proc/%d/stat" % member) as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue  # It ended meanwhile.
        ticks = int(fields[11]) + int(fields[12])
        seconds["sandboxes" if _is_in_sandbox(member) else "platform"] += ticks / os.sysconf("SC_CLK_TCK")
    return seconds


def sandbox_memory(pid):
    """KiB of all processes in sandboxes, their share of what is shared."""
    return sum(_share(member) for member in _tree(pid) if _is_in_sandbox(member))


def _is_in_sandbox(pid):
    """Whether it is in a process namespace of its own, as a sandbox's init is too."""
    return _namespaces(pid) > _namespaces("self")


def _namespaces(pid):
    try:
        with open("/proc/%s/status" % pid) as lines:
            return next(len(line.split()) for line in lines if line.startswith("NSpid:"))
    except (OSError, StopIteration):
        return 0  # It ended meanwhile.


def _by_name(members):
    found = {}
    for member in members:
        found.setdefault(_name(member), []).append(member)
    return found


def _name(pid):
    """Program and first argument."""
    with open("/proc/%d/cmdline" % pid) as line:
        words = line.read().split("\0")
    return os.path.basename(words[0]) + (" " + words[1] if len(words) > 2 else "")


def _share(pid):
    try:
        with open("/proc/%d/smaps_rollup" % pid) as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0  # It ended meanwhile.


def _add(totals, pid):
    try:
        with open("/proc/%d/statm" % pid) as fields:
            memory = int(fields.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        descriptors = len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return  # It ended meanwhile.
    totals.processes += 1
    totals.memory += memory
    totals.descriptors += descriptors


def _program(pid):
    """The name of its executable."""
    try:
        return os.path.basename(os.readlink("/proc/%d/exe" % pid))
    except OSError:
        return ""


def _tree(pid):
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    tree = [pid]
    for member in tree:
        tree += children.get(member, [])
    return tree
