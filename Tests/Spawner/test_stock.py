"""What the spawner keeps ready, and what becomes of it."""

import hashlib
import json
import os
import secrets
import signal
import time
from pathlib import Path

import pytest

from conftest import IS_SANITIZED, PLACES, SLOTS, UID_BASE
from harness.control_groups import Group
from spawner_client import (ACCOUNT, BASELINE, BOOTED, EXITED, FORKED, KILL, PREPARED, RESTORE, SETTLE, SLOT_BODY, STARTED, STOCK,
                            Environment, groups, make_zip, message, until)
from test_isolation import SHOWN, landlock_version, read_area
from test_layers import status

LINE = 3
NEXT = b"n\0\0\0\0"  # how Python's runtime asks for work: runtimes/README.md
PARKED = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/var/task:/var/task/lib:/opt/lib", "LANG": "en_US.UTF-8"}
PYTHON, CUSTOM, SHORT_LIVED, STILLBORN = range(4)
KINDS = pytest.mark.parametrize("kind", [PREPARED, BOOTED, FORKED], ids=["prepared", "booted", "forked"])
INTERPRETERS = pytest.mark.parametrize("kind", [BOOTED, FORKED], ids=["booted", "forked"])
PROCESSES = {PREPARED: 1, BOOTED: 2, FORKED: 2}  # of a parked sandbox
ZYGOTE_SLOT = SLOTS + 256  # the first of them
POLL = {"x86_64": "7", "aarch64": "73"}[os.uname().machine]
ADMINISTRATION = 1 << 21  # CAP_SYS_ADMIN


@pytest.fixture(scope="session")
def failing_runtimes(open_folder):
    """Programs that end while they are parked, and before."""
    made = {}
    for name, source in {"short-lived": "import os, time; os.write(3, b'w'); time.sleep(0.02)", "stillborn": ""}.items():
        made[name] = open_folder / name
        made[name].mkdir()
        (made[name] / "bootstrap.py").write_text(source)
    return made


def with_stock(configuration, python_runtime, zygote_library, failing={}):
    """That of a spawner with these runtimes instead of its own."""
    kept = [line for line in configuration.splitlines() if not line.startswith("runtime ")]
    interpreter = "/usr/bin/python3 -S /var/runtime/bootstrap.py"
    others = [f"runtime {name} {folder} {interpreter}" for name, folder in failing.items()]
    return "\n".join([*kept, f"zygote-library {zygote_library}", f"runtime python3 {python_runtime} {interpreter}",
                      "runtime provided - /var/task/bootstrap", *others]) + "\n"


@pytest.fixture
def configuration(python_runtime, failing_runtimes, zygote_library, configuration):
    return with_stock(configuration, python_runtime, zygote_library, failing_runtimes)


# What functions are made of

def code(kind, source):
    """A package that does this before its first invocation, and then waits."""
    if kind == PREPARED:
        return {"bootstrap": (f"#!/usr/bin/python3\n{source}\nimport time; time.sleep(1000)", 0o100755)}
    return {"app.py": f"{source}\ndef handler(event, context): return None\n"}


def function_environment(**own):
    return {"_HANDLER": "app.handler", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime", "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            **PARKED, **own}


def runtime_of(kind):
    return CUSTOM if kind == PREPARED else PYTHON


def parked_environment(kind, **own):
    return {PREPARED: {}, BOOTED: {**PARKED, "_REDOUBT_STOCK": "booted"}, FORKED: {**PARKED, "_REDOUBT_STOCK": "forked"}}[kind] | own


def keep(spawner, kind, target, line=LINE, **own):
    spawner.keep_ready(line, kind, runtime_of(kind), target, parked_environment(kind, **own))


def ask(spawner, kind, source, line=LINE, own=None, **options):
    return spawner.start_message(spawner.tree(code(kind, source)), runtime_of(kind), function_environment(**own or {}),
                                 stock=line + 1, **options)


def start(spawner, kind, source, line=LINE, own=None, **options):
    """An environment, and whether it was parked before."""
    request, packet = ask(spawner, kind, source, line, own, **options)
    spawner.send(packet)
    answer = spawner.wait_for(lambda a: a.request == request)
    assert answer.kind == STARTED, answer
    return Environment(spawner, answer), answer.was_parked


def told(environment):
    """What the function has printed as JSON."""
    text = environment.read_log("\n")
    try:
        return json.loads(text.splitlines()[0])
    except ValueError:
        raise AssertionError(text) from None


def look(spawner, kind, source, parked=True, **options):
    environment, was_parked = start(spawner, kind, "import json, os\nout = {}\n" + source + "\nprint(json.dumps(out), flush=True)",
                                    **options)
    assert was_parked == parked
    found = told(environment)
    environment.kill()
    environment.exited()
    return found


# What is there, as the host sees it

def children(spawner):
    """Pids of the spawner's own children: the inits of its sandboxes, and zygotes."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == spawner.pid:
            found.append(int(entry))
    return found


def program_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except (FileNotFoundError, ProcessLookupError):
        return b""


def zygotes(spawner):
    return [pid for pid in children(spawner) if program_of(pid).startswith(b"/")]


def waits(pid):
    """Whether a process waits in poll: an init does so when its sandbox is parked, or runs."""
    try:
        return Path(f"/proc/{pid}/syscall").read_text().split()[0] == POLL
    except (FileNotFoundError, ProcessLookupError):
        return False


def complete(spawner):
    """Inits of sandboxes that are parked or run."""
    return {pid for pid in children(spawner) if program_of(pid) == b"init" and waits(pid)}


def ready(spawner, count, besides=0):
    """Waits until so many are parked, besides environments that run, and nothing more is on the way."""
    until(lambda: len(complete(spawner)) == count + besides == len(children(spawner)) - len(zygotes(spawner)), f"{count} are parked")
    return complete(spawner)


def child_of(init):
    """The program of a sandbox: the process whose parent is its init."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]) == init:
                return int(entry)
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise AssertionError("init has no child")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def own_groups(spawner):
    return [name for group in groups(spawner.instance) for name in os.listdir(group) if os.path.isdir(os.path.join(group, name))]


def memory_of(pid):
    areas = [line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if line.split()[1].startswith("rw")]
    with open(f"/proc/{pid}/mem", "rb") as file:
        return b"".join(read_area(file, line) for line in areas if "[v" not in line)


# A parked sandbox becomes a function

BECOMES = """
import resource
out = {'own': open('/var/task/own').read(), 'layer': open('/opt/layer').read(), 'environment': dict(os.environ),
       'files': sorted(os.listdir('/var/task')), 'cwd': os.getcwd(), 'tmp': os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize,
       'data': resource.getrlimit(resource.RLIMIT_DATA)}
"""


@KINDS
def test_a_parked_sandbox_has_the_code_layers_environment_and_limits_of_its_function(spawner, kind, has_groups):
    keep(spawner, kind, 2)
    ready(spawner, 2)
    layer = spawner.tree({"layer": "of the layer"})
    source = "import json, os\n" + BECOMES + "print(json.dumps(out), flush=True)"
    given = function_environment(MINE="a=b \u00e9", TZ="UTC")
    files = {**code(kind, source), "own": "of the code"}
    answer = spawner.try_start(spawner.tree(files), runtime_of(kind), given, stock=LINE + 1, memory_mib=1024, ephemeral_mib=100,
                               layers=[layer])
    assert (answer.kind, answer.was_parked) == (STARTED, True)
    running = Environment(spawner, answer)
    found = told(running)
    assert (found["own"], found["layer"], found["cwd"]) == ("of the code", "of the layer", "/var/task")
    environment = {name: value for name, value in found["environment"].items() if name not in ("LC_CTYPE", "_X_AMZN_TRACE_ID")}
    assert environment == given
    assert found["tmp"] == 100 << 20
    if has_groups:
        group = Group.named(f"redoubt-{spawner.instance}/{running.group_name}")
        assert group.memory_limit == (1024 + 100 + 32) << 20 and group.process_limit == 1024
        assert group.processor_weight == pytest.approx(1024 / 1769, abs=0.01)
    else:
        assert found["data"] == [(1024 + 192) << 20] * 2
    if kind != PREPARED:
        with running.accept() as api:
            assert api.recv(65536) == NEXT
    running.kill()
    running.exited()


CHANGES = """
import subprocess
def seen(): return subprocess.run(['/usr/bin/env', '-0'], capture_output=True).stdout.decode().split('\\0')[:-1]
out['before'] = seen()
del os.environ['MINE']
os.environ['LONG'] = 'x' * 5000
os.environ['EMPTY'] = 'not any more'
out['after'] = seen()
"""


@KINDS
def test_what_a_parked_function_starts_gets_its_environment_and_what_it_changes_of_it(spawner, kind):
    keep(spawner, kind, 1)
    ready(spawner, 1)
    own = {"MINE": "a=b \u00e9", "EMPTY": ""}
    found = look(spawner, kind, CHANGES, own=own)
    before, after = ({entry.partition("=")[0]: entry.partition("=")[2] for entry in found[when]} for when in ("before", "after"))
    assert len(found["before"]) == len(before) and {name: before.get(name) for name in own} == own
    assert before.keys() - {"LC_CTYPE", "_X_AMZN_TRACE_ID"} == function_environment(**own).keys()
    del before["MINE"]
    assert after == {**before, "LONG": "x" * 5000, "EMPTY": "not any more"}


@pytest.mark.parametrize("memory, is_enough", [(128, False), (1024, True)])
@KINDS
def test_a_parked_sandbox_gets_the_memory_of_its_function_more_or_less_than_it_had(spawner, kind, memory, is_enough):
    keep(spawner, kind, 1)
    ready(spawner, 1)
    source = "import os\ntry: x = bytearray(700 << 20)\nexcept MemoryError: os._exit(7)\nos._exit(0)"
    running, was_parked = start(spawner, kind, source, memory_mib=memory)
    assert was_parked and (running.exited().wait_status == 0) == is_enough


PROPERTIES = """
import ctypes, errno, resource, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(function):
    try: function(); return 'ok'
    except OSError as error: return errno.errorcode[error.errno]
kept = ('Umask', 'Uid', 'Gid', 'Groups', 'NoNewPrivs', 'Seccomp', 'Seccomp_filters', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'SigBlk',
        'SigIgn', 'SigCgt', 'Threads')
for line in open('/proc/self/status'):
    key, value = line.split(':', 1)
    if key in kept: out[key] = value.split()
for name in ('uid_map', 'gid_map', 'setgroups', 'cgroup', 'oom_score_adj'): out[name] = open('/proc/self/' + name).read().split()
out['limits'] = [resource.getrlimit(kind) for kind in range(16)]
out['dumpable'], out['securebits'], out['keepcaps'] = libc.prctl(3, 0, 0, 0, 0), libc.prctl(27, 0, 0, 0, 0), libc.prctl(7, 0, 0, 0, 0)
out['pdeathsig'] = (lambda c: (libc.prctl(2, ctypes.byref(c), 0, 0, 0), c.value))(ctypes.c_int(0))
out['parent'], out['leads its session'], out['cwd'], out['host'] = os.getppid(), os.getsid(0) == os.getpid(), os.getcwd(), socket.gethostname()
out['nice'], out['affinity'] = os.nice(0), len(os.sched_getaffinity(0))
out['processes'] = len([n for n in os.listdir('/proc') if n.isdigit()])
out['descriptors'] = sorted((int(n), os.readlink('/proc/self/fd/' + n).partition(':')[0]) for n in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + n))
out['mounts'] = sorted([*line.split()[4:6], *line.split(' - ')[1].split()[:1]] for line in open('/proc/self/mountinfo'))
out['random'] = attempt(lambda: open('/dev/urandom', 'wb', buffering=0))
out['modes'] = {p: attempt(lambda: open(p + '/probe', 'w')) for p in ('/', '/usr', '/etc', '/var/task', '/var/runtime', '/opt', '/tmp', '/dev/shm', '/proc')}
out['tmp'], out['shm'] = sorted(os.listdir('/tmp')), os.listdir('/dev/shm')
out['unshare'], out['setns'] = libc.unshare(0x10000000), libc.setns(0, 0)
out['init'] = [attempt(lambda: open('/proc/1/' + n, 'rb').read(1)) for n in ('environ', 'mem', 'maps', 'cmdline')]
out['kill init'] = attempt(lambda: os.kill(1, 0))
out['interfaces'] = [name for _, name in socket.if_nameindex()]
out['bound'] = attempt(lambda: socket.socket().bind(('127.0.0.1', 9001)))
"""
NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")


def namespaces(pid):
    return {name: os.readlink(f"/proc/{pid}/ns/{name}") for name in NAMESPACES}


@KINDS
def test_a_function_from_the_stock_is_what_one_that_was_executed_is(spawner, kind):
    executed = look(spawner, kind, PROPERTIES, parked=False)
    keep(spawner, kind, 1)
    ready(spawner, 1)
    found = look(spawner, kind, PROPERTIES)
    for maps in (executed, found):  # who that is outside differs, and test_the_host_sees... looks at it
        assert [maps[name][0::2] for name in ("uid_map", "gid_map")] == [["993", "1"], ["990", "1"]]
        del maps["uid_map"], maps["gid_map"]
    assert found == executed
    # And that is as it should be: the comparison alone would be content with two equal mistakes.
    assert executed["NoNewPrivs"] == ["1"] and executed["Seccomp"] == ["2"] and executed["Seccomp_filters"] == ["1"]
    assert all(int(executed[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert executed["Uid"] == ["993"] * 4 and executed["parent"] == 1 and executed["leads its session"]
    assert executed["random"] == ("EACCES" if landlock_version() >= 2 else "ok") and executed["oom_score_adj"] == ["500"]


@KINDS
def test_the_host_sees_a_function_from_the_stock_as_any_other(spawner, kind, mode, has_groups):
    keep(spawner, kind, 1)
    ready(spawner, 1)
    running, was_parked = start(spawner, kind, "print('up', flush=True)")
    running.read_log("up")
    assert was_parked
    # Whether it waits at this very moment is of no account.
    inits = [pid for pid in children(spawner) if program_of(pid) == b"init" and Group.of(pid).folders and child_exists(pid)]
    init = next(pid for pid in inits if status(pid)["Uid"][0] == str(mode.host_id(UID_BASE, running.slot)) and is_named(pid, running, has_groups))
    program = child_of(init)
    others = [namespaces(pid) for pid in (spawner.pid, os.getpid(), *zygotes(spawner))]
    assert namespaces(program) == namespaces(init)
    assert all(other[name] != mine for other in others for name, mine in namespaces(program).items())
    for pid in (init, program):
        found = status(pid)
        assert found["Uid"] == [str(mode.host_id(UID_BASE, running.slot))] * 4
        assert found["NoNewPrivs"] == ["1"] and found["Seccomp"] == ["2"] and found["Seccomp_filters"] == ["1"]
        assert all(int(found[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert Path(f"/proc/{init}/cgroup").read_text() == Path(f"/proc/{program}/cgroup").read_text()
    if has_groups:
        lines = [line for line in Path(f"/proc/{program}/cgroup").read_text().splitlines() if spawner.instance in line]
        assert lines and all(line.endswith(f"redoubt-{spawner.instance}/{running.group_name}") for line in lines)
        assert len(Group.named(f"redoubt-{spawner.instance}/{running.group_name}").folders) == len(lines)
    # Standard streams, the set-up socket, the signals of its children, /proc, /tmp, /dev/shm and the program; and the names
    # of /proc that it holds.
    assert descriptors(init) == 9 + len(SHOWN)
    running.kill()


def child_exists(init):
    try:
        return child_of(init) > 0
    except AssertionError:
        return False


def is_named(init, running, has_groups):
    return not has_groups or f"/{running.group_name}" in Path(f"/proc/{init}/cgroup").read_text()


# The zygote

def test_a_zygote_has_one_capability_in_a_namespace_of_its_own_and_no_way_to_see_the_host(spawner, mode, has_groups):
    keep(spawner, FORKED, 1)
    ready(spawner, 1)
    [zygote] = zygotes(spawner)
    found = status(zygote)
    assert {int(found[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {ADMINISTRATION}
    assert found["NoNewPrivs"] == ["1"] and found["Uid"] == [str(mode.host_id(UID_BASE, ZYGOTE_SLOT))] * 4
    own, host = namespaces(zygote), namespaces(spawner.pid)
    assert {name for name in NAMESPACES if own[name] == host[name]} == {"pid", "cgroup"}
    mounts = [line.split()[4] for line in Path(f"/proc/{zygote}/mountinfo").read_text().splitlines()]
    assert "/proc" not in mounts and "/var/task" not in mounts and "/opt" not in mounts and mounts.count("/") == 1
    assert os.listdir(f"/proc/{zygote}/root/proc") == [] and os.listdir(f"/proc/{zygote}/root/var/task") == ["lib"]
    assert os.listdir(f"/proc/{zygote}/root/tmp") == ["zygote.so"]
    assert sorted(os.listdir(f"/proc/{zygote}/fd")) == ["0", "1", "2", "3"]
    limits = Path(f"/proc/{zygote}/limits").read_text()
    assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max core")] == [["1", "1"]]
    if mode.is_root:
        assert Path(f"/proc/{zygote}/uid_map").read_text().split() == ["993", str(UID_BASE + ZYGOTE_SLOT), "1",
                                                                     str(UID_BASE), str(UID_BASE), str(SLOTS + 256)]
    if has_groups:
        group = Group.of(zygote)
        assert zygote in group.processes and group.memory_limit == (512 + 32) << 20 and group.process_limit == 1024


def has_large_pages():
    """Whether the kernel gives large pages on request, and the interpreter's code lies so that it can be in one."""
    switch = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    version = tuple(int(number) for number in os.uname().release.split(".")[:2])
    executable = Path("/usr/bin/python3").read_bytes()[16:18] == b"\2\0"  # at the address that it names
    return switch.exists() and "[never]" not in switch.read_text() and version >= (6, 1) and executable


def large_code(pid):
    """KiB of executable memory in large pages."""
    found, is_code = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, *rest = line.split()
        if "-" in name and ":" not in name:
            is_code = rest[0] == "r-xp"
        elif name == "AnonHugePages:" and is_code:
            found += int(rest[0])
    return found


@pytest.mark.skipif(not has_large_pages(), reason="no large pages for an interpreter's code here")
def test_the_code_of_a_zygote_and_its_children_is_in_large_pages(spawner):
    keep(spawner, FORKED, 1)
    ready(spawner, 1)
    running, _ = start(spawner, FORKED, "import zlib, decimal; print(zlib.crc32(b'x') + int(decimal.Decimal(1)), flush=True)")
    assert running.read_log("\n") == "2363233924\n"
    [zygote] = zygotes(spawner)
    child = max(pid for pid in spawner.processes() if program_of(pid) != b"init")
    assert large_code(zygote) == large_code(child) >= 2048


def test_a_zygote_that_is_killed_is_replaced_and_its_parked_children_go_but_functions_stay(spawner):
    keep(spawner, FORKED, 2)
    ready(spawner, 2)
    running, _ = start(spawner, FORKED, "print('up', flush=True)")
    running.read_log("up")
    before = ready(spawner, 2, besides=1)
    [zygote] = zygotes(spawner)
    os.kill(zygote, signal.SIGKILL)
    until(lambda: zygotes(spawner) not in ([], [zygote]), "another zygote")
    after = ready(spawner, 2, besides=1)
    assert len(before & after) == 1, "of those before, only the function lives"
    with running.accept() as api:
        assert api.recv(65536) == NEXT
    assert look(spawner, FORKED, "out = 'well'") == "well"
    running.kill()


def test_two_lines_of_one_runtime_have_two_zygotes(spawner):
    keep(spawner, FORKED, 1)
    spawner.keep_ready(LINE + 1, FORKED, PYTHON, 1, parked_environment(FORKED), account=ACCOUNT + 1)
    ready(spawner, 2)
    assert len(zygotes(spawner)) == 2
    assert len({namespaces(pid)["user"] for pid in zygotes(spawner)}) == 2


# How much is kept

@KINDS
def test_the_stock_is_refilled_follows_its_target_and_leaves_nothing_at_none(spawner, kind):
    spawner.tree(code(kind, "print('up', flush=True)"))
    until(lambda: own_groups(spawner) == [] and children(spawner) == [], "the unpacker is gone")
    before = descriptors(spawner.pid)
    keep(spawner, kind, 3)
    ready(spawner, 3)
    running, was_parked = start(spawner, kind, "print('up', flush=True)")
    assert was_parked
    ready(spawner, 3, besides=1)
    keep(spawner, kind, 1)
    ready(spawner, 1, besides=1)
    assert len(zygotes(spawner)) == (kind == FORKED)
    keep(spawner, kind, 0)
    ready(spawner, 0, besides=1)
    running.read_log("up")
    running.kill()
    running.exited()
    until(lambda: children(spawner) == [] and spawner.processes(PLACES) == [], "nothing runs")
    until(lambda: own_groups(spawner) == [], "no group is left")
    until(lambda: descriptors(spawner.pid) == before, "no descriptor is left")
    assert look(spawner, kind, "out = 'well'", parked=False) == "well"


@KINDS
def test_a_line_is_made_anew_when_it_is_another(spawner, kind):
    keep(spawner, kind, 2)
    first = ready(spawner, 2)
    keep(spawner, kind, 2)
    assert look(spawner, kind, "out = 'well'") == "well"
    second = ready(spawner, 2)
    assert len(first & second) == 1, "what is asked for again stays"
    keep(spawner, kind, 2, OTHER="1")
    until(lambda: not complete(spawner) & (first | second), "the others go")
    ready(spawner, 2)


def test_a_sandbox_that_is_to_go_is_given_to_nobody(spawner):
    for _ in range(12):
        keep(spawner, PREPARED, 4)
        ready(spawner, 4)
        keep(spawner, PREPARED, 1)
        environments = []
        for _ in range(3):
            request, packet = ask(spawner, PREPARED, "print('up', flush=True)")
            spawner.send(packet)
            environments.append(request)
        for request in environments:
            answer = spawner.wait_for(lambda a, request=request: a.request == request)
            running = Environment(spawner, answer)
            running.read_log("up")
            running.kill()
            running.exited()


@pytest.mark.parametrize("kind", [PREPARED, BOOTED], ids=["prepared", "booted"])
def test_without_a_parked_sandbox_a_program_is_executed(spawner, kind):
    keep(spawner, kind, 1)
    ready(spawner, 1)
    requests = [ask(spawner, kind, "print('up', flush=True)") for _ in range(2)]
    for _, packet in requests:
        spawner.send(packet)
    answers = [spawner.wait_for(lambda a, request=request: a.request == request) for request, _ in requests]
    assert [(answer.kind, answer.was_parked) for answer in answers] == [(STARTED, True), (STARTED, False)]
    for answer in answers:
        running = Environment(spawner, answer)
        running.read_log("up")
        running.kill()


def test_without_a_parked_child_one_is_forked_for_the_request(spawner, has_groups):
    """With the limits of the function that gets it, which need not be the one that it was made for."""
    keep(spawner, FORKED, 1)
    ready(spawner, 1)
    source = "import os; tmp = os.statvfs('/tmp'); print(os.environ['NUMBER'], tmp.f_blocks * tmp.f_bsize >> 20, flush=True)"
    sizes = [(number, 256 << number % 3, 512 if number % 2 else 100 + number) for number in range(8)]
    requests = [ask(spawner, FORKED, source, own={"NUMBER": str(number)}, memory_mib=memory, ephemeral_mib=ephemeral)
                for number, memory, ephemeral in sizes]
    for _, packet in requests:
        spawner.send(packet)
    for (request, _), (number, memory, ephemeral) in zip(requests, sizes):
        answer = spawner.wait_for(lambda a, request=request: a.request == request)
        assert (answer.kind, answer.was_parked) == (STARTED, True), answer
        running = Environment(spawner, answer)
        assert running.read_log("\n") == f"{number} {ephemeral}\n"
        if has_groups:
            group = Group.named(f"redoubt-{spawner.instance}/{running.group_name}")
            assert group.memory_limit == (memory + ephemeral + 32) << 20 and group.process_limit == 1024
            assert group.processor_weight == pytest.approx(memory / 1769, abs=0.01)
        running.kill()
    for _ in requests:
        spawner.wait_for(lambda a: a.kind == EXITED)


@pytest.mark.parametrize("owner", [ACCOUNT, 0], ids=["an account", "the account 000000000000"])
def test_another_accounts_function_gets_nothing_of_the_line(spawner, owner):
    spawner.keep_ready(LINE, FORKED, PYTHON, 1, parked_environment(FORKED), account=owner)
    before = ready(spawner, 1)
    archive = make_zip(code(FORKED, "print('up', flush=True)"))
    unpacked = spawner.unpack(archive, account=ACCOUNT + 1)
    assert unpacked.failure == 0
    answer = spawner.try_start(hashlib.sha256(archive).digest(), PYTHON, function_environment(), stock=LINE + 1, account=ACCOUNT + 1)
    assert (answer.kind, answer.was_parked) == (STARTED, False)
    running = Environment(spawner, answer)
    running.read_log("up")
    assert before <= complete(spawner), "the one of the line still waits"
    running.kill()


def test_the_account_000000000000_has_a_zygote_like_any_other(spawner):
    spawner.keep_ready(LINE, FORKED, PYTHON, 1, parked_environment(FORKED), account=0)
    ready(spawner, 1)
    archive = make_zip(code(FORKED, "print('up', flush=True)"))
    assert spawner.unpack(archive, account=0).failure == 0
    answer = spawner.try_start(hashlib.sha256(archive).digest(), PYTHON, function_environment(), stock=LINE + 1, account=0)
    assert (answer.kind, answer.was_parked) == (STARTED, True)
    Environment(spawner, answer).kill()


def test_a_line_of_another_runtime_and_one_that_is_not_defined_are_none(spawner):
    keep(spawner, PREPARED, 1)
    ready(spawner, 1)
    assert look(spawner, BOOTED, "out = 'well'", parked=False) == "well"
    assert look(spawner, PREPARED, "out = 'well'", parked=False, line=31) == "well"


def test_the_stock_leaves_each_environment_its_slot(spawner):
    keep(spawner, PREPARED, 250)
    keep(spawner, PREPARED, 250, line=LINE + 1, OTHER="1")
    until(lambda: len(complete(spawner)) == 256, "all places of the stock are taken", patience=120)
    digest = spawner.tree(code(PREPARED, "print('up', flush=True)"))
    running = []
    for _ in range(SLOTS):
        answer = spawner.try_start(digest, CUSTOM, function_environment())
        assert (answer.kind, answer.was_parked) == (STARTED, False), answer
        running.append(Environment(spawner, answer))
    for environment in running:
        environment.read_log("up")
    assert spawner.try_start(digest, CUSTOM, function_environment(), stock=LINE + 1).detail == "every slot is taken"


# Messages

WRONG = {
    "line": {"line": 32}, "kind 0": {"kind": 0, "account": 0}, "kind 4": {"kind": 4, "account": 0}, "runtime": {"runtime": 9},
    "target": {"target": 257}, "an account of a shared line": {"account": 1},
    "block without an end": {"block": b"A=1", "count": 1}, "fewer strings": {"block": b"A=1\0", "count": 2},
    "more strings": {"block": b"A=1\0B=1\0", "count": 1}, "no name": {"block": b"=1\0", "count": 1},
    "size": {"block": b"A=1\0", "count": 1, "size": 3}, "too large": {"block": b"A=" + b"x" * 24576 + b"\0", "count": 1},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_definition_out_of_form_or_range_ends_the_connection(launch, wrong):
    spawner = launch()
    given = {"line": 0, "kind": PREPARED, "runtime": CUSTOM, "target": 1, **wrong}
    line, kind, runtime, target = (given.pop(name) for name in ("line", "kind", "runtime", "target"))
    spawner.keep_ready(line, kind, runtime, target, {}, **given)
    with pytest.raises(ConnectionError):
        spawner.receive()
    assert spawner.process.wait(20) == 70


def test_a_definition_that_is_cut_short_ends_the_connection(launch):
    spawner = launch()
    spawner.send(message(STOCK, 0, b"\0" * 8))
    with pytest.raises(ConnectionError):
        spawner.receive()


def test_a_spawner_without_the_zygotes_library_takes_no_line_of_forked_ones(launch, configuration):
    lines = [line for line in configuration.splitlines() if not line.startswith("zygote-library")]
    spawner = launch("\n".join(lines) + "\n")
    keep(spawner, PREPARED, 1)
    ready(spawner, 1)
    keep(spawner, FORKED, 1)
    with pytest.raises(ConnectionError):
        spawner.receive()


def test_orders_for_a_parked_sandbox_are_orders_for_nobody(spawner):
    keep(spawner, PREPARED, 1)
    before = ready(spawner, 1)
    for kind in (SETTLE, KILL, BASELINE, RESTORE):
        spawner.send(message(kind, 1, SLOT_BODY.pack(0, 1)))
    assert look(spawner, PREPARED, "out = 'well'", parked=False, line=31) == "well"
    assert complete(spawner) == before


# When it fails

@pytest.mark.parametrize("runtime", [SHORT_LIVED, STILLBORN], ids=["while it is parked", "before it is parked"])
@INTERPRETERS
def test_a_runtime_that_ends_is_tried_ever_more_rarely(launch, runtime, kind):
    spawner = launch()
    spawner.keep_ready(LINE, kind, runtime, 2, parked_environment(kind))
    time.sleep(3)
    before = processor_ticks(spawner.pid)
    time.sleep(0.5)
    assert processor_ticks(spawner.pid) - before <= 10, "the spawner is at rest"
    digest = spawner.tree(code(BOOTED, "print('up', flush=True)"))
    answer = spawner.try_start(digest, PYTHON, function_environment(), stock=LINE + 1)
    assert (answer.kind, answer.was_parked) == (STARTED, False)
    running = Environment(spawner, answer)
    running.read_log("up")
    running.kill()
    running.exited()
    assert spawner.stop() == 0
    assert 2 <= spawner.errors.count("redoubt-spawner: stock 3: ") <= 24, spawner.errors


def processor_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_spawner_that_is_stopped_leaves_nothing_of_what_it_kept_or_was_asked_for(launch):
    spawner = launch()
    keep(spawner, FORKED, 4)
    keep(spawner, PREPARED, 4, line=LINE + 1)
    ready(spawner, 8)
    for number in range(8):
        spawner.send(ask(spawner, FORKED, "pass", own={"NUMBER": str(number)})[1])
    started = time.monotonic()
    assert spawner.stop() == 0
    assert time.monotonic() - started < 5
    until(lambda: spawner.processes(PLACES) == [], "nothing runs")


def test_what_is_kept_ready_ends_with_a_spawner_that_is_killed(launch):
    spawner = launch()
    keep(spawner, FORKED, 2)
    keep(spawner, BOOTED, 2, line=LINE + 1)
    ready(spawner, 4)
    [zygote] = zygotes(spawner)
    os.kill(spawner.pid, signal.SIGKILL)
    spawner.process.wait(20)
    until(lambda: spawner.processes(PLACES) == [] and program_of(zygote) == b"", "nothing runs")


# What it remembers

@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizer's own memory is too large to read")
@KINDS
def test_no_environment_is_to_be_found_where_it_does_not_belong(spawner, kind):
    """Several at once, so that with a zygote some wait while others are made."""
    keep(spawner, kind, 1)
    ready(spawner, 1)
    texts = [secrets.token_hex(20).encode() for _ in range(6)]
    requests = [ask(spawner, kind, "print('up', flush=True)", own={"OWN": text.decode()}) for text in texts]
    for _, packet in requests:
        spawner.send(packet)
    running = [Environment(spawner, spawner.wait_for(lambda a, request=request: a.request == request)) for request, _ in requests]
    for environment in running:
        environment.read_log("up")
    ready(spawner, 1, besides=len(running))
    inits, seen = complete(spawner), []
    for pid in (spawner.pid, *inits, *zygotes(spawner)):
        memory = memory_of(pid)
        assert not any(text in memory for text in texts), program_of(pid)
    for init in inits:
        if child_exists(init):
            memory = memory_of(child_of(init))
            seen.append([number for number, text in enumerate(texts) if text in memory])
    assert sorted(own for own in seen if own) == [[number] for number in range(len(texts))]
    for environment in running:
        environment.kill()


RANDOM = """
import hashlib, random, secrets, uuid, tempfile
out = [random.random(), secrets.token_hex(16), str(uuid.uuid4()), str(uuid.uuid1()), os.urandom(16).hex(), next(tempfile._get_candidate_names()),
       random.SystemRandom().random()]
"""


def test_forked_functions_draw_different_random_numbers_and_share_the_seed_of_hashes(spawner):
    keep(spawner, FORKED, 2)
    ready(spawner, 2)
    one, other = (look(spawner, FORKED, RANDOM) for _ in range(2))
    assert [(a, b) for a, b in zip(one, other) if a == b] == []
    hashes = {look(spawner, FORKED, "out = hash('a word')") for _ in range(2)}
    assert len(hashes) == 1
    keep(spawner, FORKED, 2, OTHER="1")
    until(lambda: not complete(spawner), "the others go")
    ready(spawner, 2)
    assert look(spawner, FORKED, "out = hash('a word')") not in hashes, "another zygote has another seed"
