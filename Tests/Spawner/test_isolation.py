"""What user code finds when it looks for a way out."""

import json
import os
from pathlib import Path

import pytest

from conftest import IS_SANITIZED, UID_BASE
from spawner_client import until

PRELUDE = """
import ctypes, errno, json, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return 'ok' if result >= 0 else errno.errorcode[ctypes.get_errno()]
def attempt(function):
    try:
        function()
        return 'ok'
    except OSError as error:
        return errno.errorcode[error.errno]
out = {}
"""


def program(source):
    """The code that `look` runs: environments of one code share its files."""
    return PRELUDE + source + "\nprint(json.dumps(out))"


def look(spawner, source, environment=None, **options):
    log, answer = spawner.run_python(program(source), environment, **options)
    try:
        return json.loads(log.splitlines()[-1])
    except (ValueError, IndexError):
        raise AssertionError(f"{answer}\n{log}") from None


def test_identity_and_privileges(spawner):
    found = look(spawner, """
for line in open('/proc/self/status'):
    key, value = line.split(':', 1)
    out[key] = value.split()
out['maps'] = [open('/proc/self/uid_map').read().split(), open('/proc/self/gid_map').read().split()]
out['groups'], out['pid'], out['host'], out['cgroup'] = os.getgroups(), os.getpid(), socket.gethostname(), open('/proc/self/cgroup').read()
out['cwd'], out['limits'] = os.getcwd(), [list(__import__('resource').getrlimit(i)) for i in (4, 7)]
import pwd
out['user'] = pwd.getpwuid(os.getuid()).pw_name
out['oom'] = open('/proc/self/oom_score_adj').read().strip()
out['oom write'] = attempt(lambda: open('/proc/self/oom_score_adj', 'w').write('0'))
out['descriptors'] = [os.readlink(f'/proc/self/fd/{n}') for n in (0, 1, 2)] + [n for n in os.listdir('/proc/self/fd') if int(n) > 3]
""")
    assert found["Uid"] == ["993"] * 4 and found["Gid"] == ["990"] * 4 and found["user"] == "sbx_user1051"
    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(found[key][0], 16) == 0, key
    assert found["NoNewPrivs"] == ["1"] and found["Seccomp"] == ["2"]
    outer = str(UID_BASE if spawner.mode.is_root else 0)  # as the spawner's namespace counts
    assert found["maps"] == [["993", outer, "1"], ["990", outer, "1"]]
    assert found["groups"] in ([], [990]) and found["pid"] < 10 and found["host"] == "sandbox"
    assert all(line.endswith(":/") for line in found["cgroup"].split())
    assert found["cwd"] == "/var/task" and found["limits"] == [[1, 1], [1024, 1024]]
    assert found["oom"] == "500" and found["oom write"] == "EROFS"
    assert found["descriptors"][0] == "/dev/null" and found["descriptors"][1] == found["descriptors"][2]
    assert len(found["descriptors"]) == 3


def test_the_host_knows_the_process_by_an_id_that_owns_nothing_or_by_the_users(spawner, mode):
    running = spawner.python("import time; print('up', flush=True); time.sleep(60)")
    running.read_log("up")
    pids = spawner.processes()
    assert len(pids) == 2  # its init and the program
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        assert status.split("Uid:")[1].split()[:4] == [str(mode.host_id(UID_BASE))] * 4
        for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup"):
            assert os.readlink(f"/proc/{pid}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}") or name == "cgroup"
    init = min(pids)
    assert Path(f"/proc/{init}/cmdline").read_bytes().strip(b"\0") == b"init"
    assert Path(f"/proc/{init}/status").read_text().split("NoNewPrivs:")[1].split()[0] == "1"
    assert Path(f"/proc/{init}/status").read_text().split("Seccomp:")[1].split()[0] == "2"
    assert int(Path(f"/proc/{init}/status").read_text().split("CapEff:")[1].split()[0], 16) == 0
    assert Path(f"/proc/{init}/environ").read_bytes() == b""
    # Standard streams, the set-up socket, the signals of its children, /proc, /tmp, /dev/shm and the program; and the names
    # of /proc that it holds.
    held = [os.readlink(f"/proc/{init}/fd/{number}") for number in os.listdir(f"/proc/{init}/fd")]
    names = SHOWN.intersection(os.listdir("/proc"))
    assert names.issubset(os.path.basename(target) for target in held) and len(held) == 9 + len(names)
    assert all(Path(f"/proc/{init}/fd/{n}").readlink() == Path("/dev/null") for n in (0, 1, 2))
    running.kill()


def read_area(file, line):
    start, end = (int(number, 16) for number in line.split()[0].split("-"))
    file.seek(start)
    return file.read(end - start)


@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizer's own memory is too large to read")
def test_init_remembers_nothing_of_the_configuration_other_sandboxes_or_the_environment(spawner, programs):
    others = spawner.tree({"main.py": "pass"})
    running = spawner.python("import time; print('up', flush=True); time.sleep(60)", {"SECRET": "9c1f65dd" * 4})
    running.read_log("up")
    known = [others, str(programs["redoubt-unpack"]).encode(), b"9c1f65dd" * 4]
    found = {}
    for pid in (spawner.pid, min(spawner.processes())):
        areas = [line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if line.split()[1] == "rw-p"]
        with open(f"/proc/{pid}/mem", "rb") as file:
            held = b"".join(read_area(file, line) for line in areas)
        found[pid] = [text in held for text in known]
    assert list(found.values()) == [[True, True, False], [False] * 3]
    running.kill()


def test_the_environment_is_exactly_the_given_one(spawner):
    given = {"A": "1", "EMPTY": "", "WITH": "a=b c\u00e9", "PATH": "/usr/bin"}
    found = look(spawner, "out = [v.decode() for v in open('/proc/self/environ', 'rb').read().split(b'\\0')[:-1]]", given)
    assert found == [f"{name}={value}" for name, value in given.items()]


def test_files(spawner):
    found = look(spawner, """
for folder in ('/', '/usr', '/usr/bin', '/etc', '/var/task', '/var/runtime', '/dev', '/opt', '/sys', '/var'):
    out[folder] = attempt(lambda: open(folder + '/probe', 'w'))
out['/tmp'], out['/dev/shm'] = attempt(lambda: open('/tmp/probe', 'w')), attempt(lambda: open('/dev/shm/probe', 'w'))
out['root'], out['devices'], out['runtime'] = sorted(os.listdir('/')), sorted(os.listdir('/dev')), open('/var/runtime/marker').read()
out['sys'], out['chmod'] = os.listdir('/sys'), attempt(lambda: os.chmod('/var/task/main.py', 0o777))
out['null'], out['zero'], out['full'] = open('/dev/null', 'w').write('x'), len(open('/dev/zero', 'rb').read(5)), attempt(lambda: os.write(os.open('/dev/full', os.O_WRONLY), b'x'))
out['random'] = len(open('/dev/urandom', 'rb').read(5))
out['private'] = os.path.exists('/etc/ssl/private') and os.listdir('/etc/ssl/private')
out['shadow'] = os.path.exists('/etc/shadow')
""")
    for folder in ("/", "/usr", "/usr/bin", "/etc", "/var/task", "/var/runtime", "/dev", "/opt", "/sys", "/var"):
        assert found[folder] == "EROFS", folder
    assert found["/tmp"] == found["/dev/shm"] == "ok"
    assert set(found["root"]) <= {".empty", "bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "opt", "out", "proc", "sbin", "sys", "tmp", "usr", "var"}
    assert found["devices"] == ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"]
    assert found["runtime"] == "runtime files" and found["sys"] == [] and found["chmod"] == "EROFS"
    assert (found["null"], found["zero"], found["full"], found["random"]) == (1, 5, "ENOSPC", 5)
    assert not found["private"] and not found["shadow"]


HOST_VALUES = [name for name in ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/overcommit_memory",
                                 "kernel/pid_max", "fs/file-max", "net/ipv4/ip_forward") if Path("/proc/sys", name).exists()]


def test_the_hosts_settings_cannot_be_written(spawner):
    before = {name: Path("/proc/sys", name).read_text() for name in HOST_VALUES}
    found = look(spawner, f"""
for name in {HOST_VALUES!r}:
    out[name] = attempt(lambda: open('/proc/sys/' + name, 'w').write('7'))
for path in ('/proc/sysrq-trigger', '/proc/kcore', '/proc/kallsyms', '/proc/keys', '/proc/timer_list', '/proc/cmdline', '/proc/1/environ', '/proc/1/cmdline',
             '/proc/1/mem', '/proc/1/maps', '/proc/mtrr', '/proc/config.gz'):
    out[path] = [attempt(lambda: open(path, 'rb').read(1)), attempt(lambda: open(path, 'r+b'))]
out['pids'] = [n for n in os.listdir('/proc') if n.isdigit()]
out['pid'] = os.getpid()
""")
    for name in HOST_VALUES:
        assert found[name] in ("EROFS", "EACCES"), name
        assert Path("/proc/sys", name).read_text() == before[name]
    for path in [path for path in found if path.startswith("/proc/")]:
        assert "ok" not in found[path], path
    assert found["pids"] == ["1", str(found["pid"])]


SHOWN = {"cpuinfo", "filesystems", "loadavg", "meminfo", "mounts", "net", "stat", "uptime", "version"}


def test_of_the_hosts_proc_there_is_what_runtimes_read(spawner):
    offered = [name for name in os.listdir("/proc") if not name.isdigit()]
    assert SHOWN < set(offered)
    found = look(spawner, f"""
out['there'] = [name for name in {offered!r} if os.path.lexists('/proc/' + name)]
out['read'] = [name for name in out['there'] if os.path.isdir('/proc/' + name) or open('/proc/' + name).read(1)]
out['listed'] = [name for name in os.listdir('/proc') if not name.isdigit()]
""")
    assert set(found["there"]) == SHOWN | {"self", "sys", "thread-self"} and found["read"] == found["there"]
    assert set(found["listed"]) == {"self", "thread-self"}


def landlock_version():
    import ctypes

    return ctypes.CDLL(None).syscall(444, 0, 0, 1)


@pytest.mark.skipif(landlock_version() < 2, reason="this kernel has no Landlock, or one that cannot let files be moved")
def test_landlock_stands_behind_the_mounts(spawner):
    found = look(spawner, """
out['random'] = [attempt(lambda: open('/dev/' + name, 'wb', buffering=0)) for name in ('random', 'urandom')]
out['harmless'] = [attempt(lambda: open('/dev/' + name, 'wb', buffering=0)) for name in ('null', 'zero', 'full')]
os.makedirs('/tmp/a/b'); open('/tmp/a/f', 'w').write('x')
os.rename('/tmp/a/f', '/tmp/a/b/f'); os.link('/tmp/a/b/f', '/tmp/g'); os.symlink('g', '/tmp/s'); os.mkfifo('/tmp/p')
os.truncate('/tmp/g', 0); socket.socket(socket.AF_UNIX).bind('/tmp/k'); os.rename('/tmp/a/b', '/tmp/b')
out['shell'] = os.system('echo x > /dev/null && echo y > /tmp/y && cat /tmp/y > /tmp/z')
""")
    # By mode everybody may write to them; nothing but Landlock forbids it.
    assert found["random"] == ["EACCES", "EACCES"]
    assert found["harmless"] == ["ok", "ok", "ok"] and found["shell"] == 0


def test_no_network_but_loopback(spawner):
    found = look(spawner, """
def connect(host, family=socket.AF_INET):
    with socket.socket(family) as s:
        s.settimeout(2)
        s.connect((host, 80))
for host in ('169.254.169.254', '8.8.8.8', '10.0.0.1', '198.18.0.2', '192.168.0.1'):
    out[host] = attempt(lambda: connect(host))
for host in ('fd00:ec2::254', '2001:4860:4860::8888'):
    out[host] = attempt(lambda: connect(host, socket.AF_INET6))
out['own'] = [attempt(lambda: connect('127.0.0.1')), attempt(lambda: connect('198.18.0.1'))]
out['names'] = [n for _, n in socket.if_nameindex()]
out['lookup'] = socket.getaddrinfo('localhost', 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)[0][4][0]
out['routes'] = open('/proc/net/route').read().splitlines()[1:]
out['taken'] = attempt(lambda: socket.socket().bind(('127.0.0.1', 9001)))
out['abstract'] = sorted({line.split()[-1] for line in open('/proc/net/unix') if '@' in line})
""")
    for host in ("169.254.169.254", "8.8.8.8", "10.0.0.1", "198.18.0.2", "192.168.0.1", "fd00:ec2::254", "2001:4860:4860::8888"):
        assert found[host] in ("ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"), (host, found[host])
    assert found["own"] == ["ECONNREFUSED", "ECONNREFUSED"] and found["names"] == ["lo"]
    assert found["lookup"] == "127.0.0.1" and found["routes"] == [] and found["taken"] == "EADDRINUSE" and found["abstract"] == ["@redoubt-runtime-api:9001"]


NUMBERS = {  # the same on x86-64 only where named so; the others are common to all architectures
    "mount": 165, "umount2": 166, "pivot_root": 155, "unshare": 272, "setns": 308, "ptrace": 101, "keyctl": 250, "add_key": 248,
    "request_key": 249, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "kexec_load": 246, "init_module": 175, "chroot": 161,
    "process_vm_readv": 310, "name_to_handle_at": 303, "open_by_handle_at": 304, "quotactl": 179, "swapon": 167, "reboot": 169,
    "kcmp": 312, "open_tree": 428, "fsopen": 430, "move_mount": 429, "io_uring_setup": 425, "pidfd_getfd": 438, "mount_setattr": 442,
    "clone3": 435, "fsmount": 432, "process_madvise": 440, "seccomp": 317, "acct": 163, "syslog": 103, "vmsplice": 278, "iopl": 172,
    "modify_ldt": 154, "fanotify_init": 300, "landlock_create_ruleset": 444, "io_uring_enter": 426, "mbind": 237, "sethostname": 170,
    "settimeofday": 164, "shmget": 29, "msgget": 68, "mq_open": 240, "memfd_secret": 447, "remap_file_pages": 216, "setxattr": 188,
    "fspick": 433, "fsconfig": 431, "process_vm_writev": 311, "clock_settime": 227, "lookup_dcookie": 212, "unknown": 999,
    "memfd_create": 319, "mlockall": 151, "tee": 276, "sched_setattr": 314, "ioprio_set": 251, "process_mrelease": 448,
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_calls_that_are_not_listed_are_refused(spawner):
    found = look(spawner, f"""
for name, number in {NUMBERS!r}.items(): out[name] = call(number, 0, 0, 0, 0, 0, 0)
out['userfaultfd of user mode alone'] = call({NUMBERS['userfaultfd']}, 1)
""")
    assert {name: result for name, result in found.items() if result not in ("EPERM", "ENOSYS")} == {}
    assert found["mount"] == "EPERM"
    assert [found[name] for name in ("clone3", "io_uring_setup", "memfd_create", "unknown")] == ["ENOSYS"] * 4


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_calls_that_are_listed_in_part(spawner):
    found = look(spawner, """
for name, value in {'NEWUSER': 0x10000000, 'NEWNS': 0x20000, 'NEWPID': 0x20000000, 'NEWNET': 0x40000000, 'NEWCGROUP': 0x2000000,
                    'NEWUTS': 0x4000000, 'NEWIPC': 0x8000000, 'NEWUSER with high bits': 0x10000000 | 1 << 40}.items():
    out['clone ' + name] = call(56, value | 17, 0, 0, 0, 0)
for name, arguments in {'packet': (17, 3, 0), 'raw': (2, 3, 1), 'raw6': (10, 3, 58), 'alg': (38, 5, 0), 'vsock': (40, 1, 0), 'netlink audit': (16, 3, 9), 'netlink uevent': (16, 2, 15), 'netlink high bits': (16, 3, 1 << 32),
                        'unix raw': (1, 3, 0), 'packet type': (2, 10, 0), 'xdp': (44, 3, 0), 'bluetooth': (31, 3, 1), 'high bits': (2 | 1 << 33, 1, 0)}.items():
    out['socket ' + name] = call(41, *arguments)
for name, arguments in {'tcp': (2, 1, 0), 'udp6': (10, 2, 0), 'unix': (1, 0o2000001, 0), 'route': (16, 3, 0)}.items():
    out['allow ' + name] = call(41, *arguments)
out['TIOCSTI'], out['TIOCLINUX'], out['TIOCSETD'] = call(16, 0, 0x5412, 0), call(16, 0, 0x541C, 0), call(16, 0, 0x5423, 0)
out['TIOCSTI with high bits'], out['TIOCSCTTY'] = call(16, 0, 0x5412 | 1 << 40, 0), call(16, 0, 0x540E, 0)
out['personality'], out['personality set'] = call(135, 0xffffffff), call(135, 0x0040000)
out['personality set with high bits'] = call(135, 0x0040000 | 1 << 40)
out['prctl mm'], out['prctl seccomp'], out['prctl caps'], out['prctl ptracer'] = call(157, 35, 0), call(157, 22, 2), call(157, 47, 2), call(157, 0x59616d61, -1)
out['prctl mm with high bits'], out['prctl vma'] = call(157, 35 | 1 << 32, 0), call(157, 0x53564d41, 1)
out['mknod device'], out['mknod fifo'] = attempt(lambda: os.mknod('/tmp/d', 0o20600, 259)), attempt(lambda: os.mkfifo('/tmp/f'))
path = ctypes.create_string_buffer(b'/tmp/e')
out['mknod device with high bits'] = call(133, ctypes.addressof(path), 0o20600 | 0o10000 << 16, 259)
""")
    expected = {"packet": "EAFNOSUPPORT", "alg": "EAFNOSUPPORT", "vsock": "EAFNOSUPPORT", "xdp": "EAFNOSUPPORT",
                "bluetooth": "EAFNOSUPPORT", "high bits": "EAFNOSUPPORT", "raw": "EPERM", "raw6": "EPERM", "netlink audit": "EAFNOSUPPORT",
                "netlink uevent": "EAFNOSUPPORT", "netlink high bits": "EAFNOSUPPORT"}
    for name, result in found.items():
        kind, _, rest = name.partition(" ")
        if kind == "allow" or name in ("mknod fifo", "personality"):
            assert result == "ok", name
        elif kind == "clone" or name in ("TIOCSTI", "TIOCLINUX"):
            assert result == "EPERM", name
        else:
            assert result == (expected.get(rest, "ENOSYS") if kind == "socket" else "ENOSYS"), name


SETTABLE = ["AS", "CPU", "DATA", "FSIZE", "MEMLOCK", "NOFILE", "NPROC", "STACK"]


def test_limits_may_be_read_and_lowered_but_the_core_limit_stays(spawner):
    found = look(spawner, f"""
import resource
names = [name for name in dir(resource) if name.startswith('RLIMIT_') and name != 'RLIMIT_OFILE']
out['read'] = {{name: attempt(lambda: resource.getrlimit(getattr(resource, name))) for name in names}}
def keep(limit):
    resource.setrlimit(limit, resource.getrlimit(limit))
out['set'] = {{name: attempt(lambda: keep(getattr(resource, 'RLIMIT_' + name))) for name in {SETTABLE!r}}}
out['lower'] = attempt(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 128)))
out['files'] = resource.getrlimit(resource.RLIMIT_NOFILE)
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 256))
except ValueError:
    out['raise'] = 'not allowed'
out['core'] = [attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (value, value))) for value in (0, 1)]
""")
    assert set(found["read"].values()) == {"ok"} and "RLIMIT_CORE" in found["read"]
    assert found["set"] == dict.fromkeys(SETTABLE, "ok")
    assert found["lower"] == "ok" and found["files"] == [64, 128] and found["raise"] == "not allowed"
    assert found["core"] == ["ENOSYS", "ENOSYS"]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_the_core_limit_cannot_be_set_by_numbers_with_high_bits(spawner):
    found = look(spawner, """
limit = (ctypes.c_uint64 * 2)(0, 0)
at = ctypes.addressof(limit)
out['setrlimit'] = [call(160, 4, at), call(160, 4 | 1 << 32, at), call(160, 5 | 1 << 32, at)]
out['prlimit64'] = [call(302, 0, 4, at, 0), call(302, 0, 4 | 1 << 32, at, 0)]
out['asked'] = call(302, 0, 4, 0, at)
out['limit'] = list(limit)
""")
    assert set(found["setrlimit"] + found["prlimit64"]) == {"ENOSYS"}
    assert found["asked"] == "ok" and found["limit"] == [1, 1]


def test_the_limits_of_another_process_are_out_of_reach(spawner):
    running = spawner.python(PRELUDE + """
import resource
os.fork() and __import__('time').sleep(60)
limit = (ctypes.c_uint64 * 2)(8, 8)
at = ctypes.addressof(limit)
for pid in (1, os.getppid(), os.getpid(), 1 | 1 << 32, -1):
    out[str(pid)] = [call(302, pid, 7, at, 0), call(302, pid, 7, 0, at)]
out['by number'] = attempt(lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (8, 8)))
out['own'] = attempt(lambda: resource.prlimit(0, resource.RLIMIT_NOFILE, (8, 8)))
print(json.dumps(out), flush=True)
""")
    found = json.loads(running.read_log("}\n"))
    assert found.pop("own") == "ok" and found.pop("by number") == "EPERM"
    assert len(found) == 5 and all(results == ["EPERM", "EPERM"] for results in found.values()), found
    init = min(spawner.processes())
    files = [line for line in Path(f"/proc/{init}/limits").read_text().splitlines() if line.startswith("Max open files")]
    assert int(files[0].split()[3]) >= 1024
    running.kill()


def test_a_crash_leaves_no_core(spawner):
    answer = spawner.run_python("import os; os.chdir('/tmp'); os.kill(os.getpid(), 6)")[1]
    assert answer.wait_status == 6  # without the flag 0x80 that stands for a core


def test_only_plain_tcp_and_udp(spawner):
    found = look(spawner, """
def make(family, kind, protocol):
    socket.socket(family, kind, protocol).close()
for family in (socket.AF_INET, socket.AF_INET6):
    for kind, protocol in ((1, 0), (1, 6), (2, 0), (2, 17), (1 | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 6)):
        out[f'allow {family} {kind} {protocol}'] = attempt(lambda: make(family, kind, protocol))
    for kind, protocol in ((1, 262), (1, 132), (1, 136), (2, 136), (2, 132), (1 | socket.SOCK_CLOEXEC, 262)):
        out[f'refuse {family} {kind} {protocol}'] = attempt(lambda: make(family, kind, protocol))
    for kind, protocol in ((1, 1), (2, 1), (2, 6), (5, 0), (5, 132), (6, 33)):
        out[f'not listed {family} {kind} {protocol}'] = attempt(lambda: make(family, kind, protocol))
""")
    expected = {"allow": "ok", "refuse": "EPROTONOSUPPORT", "not": "ENOSYS"}
    assert {name: result for name, result in found.items() if result != expected[name.split()[0]]} == {}


def test_names_and_streams_of_asyncio_work(spawner):
    assert look(spawner, """
import asyncio
async def serve(reader, writer):
    writer.write(await reader.read(2))
    writer.close()
async def talk(host):
    server = await asyncio.start_server(serve, host, 0)
    reader, writer = await asyncio.open_connection(host, server.sockets[0].getsockname()[1])
    writer.write(b'hi')
    out[host] = (await reader.read(2)).decode()
    writer.close()
async def datagrams():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, ('127.0.0.1', 0))
    transport.sendto(b'x', transport.get_extra_info('sockname'))
    transport.close()
    out['datagrams'] = 'ok'
for host in ('127.0.0.1', '::1', 'localhost'): asyncio.run(talk(host))
asyncio.run(datagrams())
out['lookup'] = sorted({found[1] for found in socket.getaddrinfo('localhost', 80)})
""") == {"127.0.0.1": "hi", "::1": "hi", "localhost": "hi", "datagrams": "ok", "lookup": [1, 2, 3]}


def test_a_sync_of_the_host_is_answered_but_not_done(spawner):
    found = look(spawner, """
out['sync'] = attempt(os.sync)
out['syncfs'] = 'ok' if libc.syncfs(os.open('/usr', os.O_RDONLY)) == 0 else 'failed'
out['not done'] = libc.syncfs(9999)
""")
    assert found == {"sync": "ok", "syncfs": "ok", "not done": 0}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="machine code of x86-64")
@pytest.mark.parametrize("text", [
    'int main(){long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20)); return 0;}',
    '#include <unistd.h>\nint main(){return syscall(0x40000000 + 39) < 0;}',
], ids=["i386", "x32"])
def test_calls_by_another_architectures_numbers_end_the_process(spawner, compile_static, text):
    running = spawner.start({"bootstrap": (compile_static(text, "-static"), 0o100755)}, 0)
    assert running.exited().wait_status & 0x7f == 31


@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizers handle signals, which reach an init that handles them")
def test_user_code_cannot_end_stop_or_read_its_init(spawner):
    running = spawner.python(PRELUDE + """
import signal
process = os.pidfd_open(1)
information = ctypes.create_string_buffer(128)
for number in range(1, 65):
    for send in (os.kill, lambda pid, n: signal.pidfd_send_signal(process, n)): attempt(lambda: send(1, number))
    call(200, 1, number), call(234, 1, 1, number)
    information[0:12] = number.to_bytes(4, 'little') + bytes(4) + (-1).to_bytes(4, 'little', signed=True)
    call(129, 1, number, ctypes.addressof(information)), call(297, 1, 1, number, ctypes.addressof(information))
out['fd'], out['memory'] = attempt(lambda: os.listdir('/proc/1/fd')), attempt(lambda: open('/proc/1/mem', 'rb'))
out['descriptor'], out['read'], out['advise'] = call(438, process, 3, 0), call(310, 1, 0, 0, 0, 0, 0), call(440, process, 0, 0, 21, 0)
out['traced'], out['namespaces'], out['reaped'] = call(101, 16, 1, 0, 0), call(308, process, 0), call(448, process, 0)
out['group'], out['locks'] = attempt(lambda: os.setpgid(1, 0)), call(274, 1, ctypes.addressof(information), ctypes.addressof(information))
print(json.dumps(out), flush=True)
__import__('time').sleep(60)
""")
    found = json.loads(running.read_log("}\n"))
    assert {name: result for name, result in found.items() if result not in ("EACCES", "ENOENT", "EPERM", "ENOSYS", "ESRCH")} == {}
    status = Path(f"/proc/{min(spawner.processes())}/status")
    pending = lambda: [int(status.read_text().split(key)[1].split()[0], 16) for key in ("ShdPnd:", "SigPnd:")]
    until(lambda: pending() == [0, 0], "nothing is pending, for the one signal that init takes, of children, it has taken")
    assert "\nName:\tinit\n" in "\n" + status.read_text() and status.read_text().split("State:\t")[1][0] in "RS"
    running.kill()
    assert running.exited().wait_status == 9


HINDER = """
import os, time
os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))
os.setpriority(os.PRIO_PROCESS, 1, 19)
os.sched_setaffinity(1, {min(os.sched_getaffinity(0))})
for _ in range(8):
    if os.fork() == 0:
        while True: pass
print('busy', flush=True)
"""


@pytest.mark.parametrize("end", ["by itself", "by force"])
def test_an_init_that_user_code_made_slow_goes_with_its_environment_all_the_same(spawner, end):
    running = spawner.python(HINDER + ("" if end == "by itself" else "time.sleep(60)"))
    running.read_log("busy")
    if end == "by force":
        running.kill()
    assert running.exited().wait_status == (0 if end == "by itself" else 9)
    assert spawner.processes() == []


def test_a_setuid_program_gains_nothing(spawner):
    found = look(spawner, """
import subprocess
found = [p for p in ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd', '/usr/bin/newgrp') if os.path.exists(p) and os.stat(p).st_mode & 0o4000]
out['count'] = len(found)
out['uid'] = subprocess.run(['/bin/sh', '-c', 'id -u'], capture_output=True, text=True).stdout.strip()
out['statvfs'] = all(os.statvfs(p).f_flag & os.ST_NOSUID for p in ('/usr', '/tmp', '/var/task', '/', '/dev/shm', '/etc'))
""", {"PATH": "/usr/bin"})
    assert found["uid"] == "993" and found["statvfs"]


def test_a_fork_bomb_is_bounded_and_ends_with_its_environment(spawner):
    running = spawner.python("""
import os, time
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(1000)
        count += 1
except OSError as error:
    print('stopped', error.errno, count, flush=True)
time.sleep(1000)
""", memory_mib=2048)
    stopped = running.read_log("stopped").split()
    assert stopped[1] == "11" and 900 < int(stopped[2]) <= 1024
    running.kill()
    assert running.exited().wait_status == 9
    assert spawner.processes() == []


def test_memory_is_bounded(spawner, has_groups):
    answer = spawner.run_python("x = bytearray(400 << 20)\nprint('survived')", memory_mib=128)[1]
    if not has_groups:  # each process by itself, and nobody knows the peak
        assert answer.wait_status == 1 << 8 and (answer.oom_kills, answer.memory_peak) == (0, 0)
        return
    assert answer.oom_kills > 0 and answer.wait_status == 9
    assert 100 << 20 < answer.memory_peak <= (128 + 64 + 32) << 20


HOLD = "import time; print('up', flush=True); time.sleep(1000)"


@pytest.mark.parametrize("source", [
    "x = bytearray(200 << 20)",
    "import mmap; x = mmap.mmap(-1, 200 << 20); x.write(bytes(200 << 20))",
    "open('/dev/shm/x', 'wb').write(bytes(60 << 20)); x = bytearray(100 << 20)",
    "import os\nfor _ in range(4):\n  if os.fork() == 0: x = bytearray(50 << 20); time.sleep(1000)",
], ids=["anonymous", "shared anonymous", "shared memory files", "child processes"])
def test_memory_beyond_its_own_ends_an_environment_although_its_group_may_hold_more(spawner, source, has_groups):
    if not has_groups:
        pytest.skip("nobody counts the memory of an environment: test_rootless.py has what bounds a process")
    running = spawner.python(f"import time\n{source}\ntime.sleep(1000)", memory_mib=128, ephemeral_mib=512)
    answer = running.exited()
    assert answer.oom_kills == 1 and answer.wait_status == 9
    assert answer.memory_peak < 300 << 20


def test_files_in_tmp_are_no_memory_of_the_processes(spawner):
    log, answer = spawner.run_python("""
import os, time
try:
    with open('/tmp/x', 'wb', buffering=0) as f:
        while True: f.write(bytes(1 << 20))
except OSError as error:
    print(error.errno, os.stat('/tmp/x').st_size >> 20)
os.unlink('/tmp/x')
held = os.open('/tmp', os.O_RDWR | os.O_TMPFILE)
for _ in range(400): os.write(held, bytes(1 << 20))
time.sleep(0.7)
print('lived')
""", memory_mib=128, ephemeral_mib=512)
    assert log == "28 512\nlived\n" and answer.wait_status == 0 and answer.oom_kills == 0


def test_tmp_shm_and_inodes_are_bounded(spawner):
    found = look(spawner, """
def fill(path):
    with open(path, 'wb', buffering=0) as f:
        while True: f.write(bytes(1 << 20))
def files():
    for n in range(100000): open(f'/tmp/i/{n}', 'w').close()
out['tmp'] = attempt(lambda: fill('/tmp/x'))
out['size'] = os.stat('/tmp/x').st_size >> 20
os.unlink('/tmp/x'); os.mkdir('/tmp/i')
out['inodes'] = attempt(files)
out['shm'] = attempt(lambda: fill('/dev/shm/x'))
""", memory_mib=512)
    assert found["tmp"] == found["inodes"] == found["shm"] == "ENOSPC" and found["size"] == 64


def test_environments_see_nothing_of_each_other(spawner):
    first = spawner.python("open('/tmp/secret','w').write('x'); open('/dev/shm/secret','w').write('x'); print('up', flush=True)\nimport time; time.sleep(60)")
    first.read_log("up")
    found = look(spawner, "out = [os.listdir('/tmp'), os.listdir('/dev/shm'), [n for n in os.listdir('/proc') if n.isdigit()], os.getpid()]")
    assert found[:2] == [[], []] and found[2] == ["1", str(found[3])]
    first.kill()


LOCK = """
import fcntl, os, sys
places = ['/', '/etc', '/etc/passwd', '/etc/ssl/certs/ca-certificates.crt', '/usr', '/usr/bin/env', '/var/task', '/var/task/main.py',
          '/var/runtime', '/var/runtime/marker', '/dev', '/dev/null', '/dev/zero', '/dev/urandom', '/opt', '/opt/lib', '/sys', '/proc',
          '/proc/sys/kernel/ostype', '/proc/cpuinfo', '/tmp', '/dev/shm']
"""


# Without root nobody makes device nodes: those of the host are shared, a lock or a watch on them included.
HOSTS_DEVICES = {"/dev", "/dev/null", "/dev/zero", "/dev/urandom"}


def test_locks_do_not_reach_another_environment(spawner, mode):
    source = LOCK + """
if 'HOLD' in os.environ:
    held = [os.open(p, os.O_RDONLY) for p in places]
    for d in held: fcntl.flock(d, fcntl.LOCK_EX)
    writable = os.open('/dev/null', os.O_RDWR); fcntl.lockf(writable, fcntl.LOCK_EX)
    print('up', flush=True)
    import time; time.sleep(1000)
out = {p: attempt(lambda: fcntl.flock(os.open(p, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)) for p in places}
out['range'] = attempt(lambda: fcntl.lockf(os.open('/dev/null', os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB))
"""
    first = spawner.python(program(source), {"HOLD": "all"})
    first.read_log("up")
    found = look(spawner, source)
    met = {place for place, answer in found.items() if answer != "ok"}
    assert met == (set() if mode.is_root else HOSTS_DEVICES | {"range"})
    first.kill()


def test_file_watches_do_not_reach_another_environment(spawner, mode):
    source = LOCK + f"""
if 'WATCH' in os.environ:
    places = [p for p in places if p not in {set() if mode.is_root else HOSTS_DEVICES!r}]
    import select, time
    watch = libc.inotify_init1(0)
    for p in places: assert libc.inotify_add_watch(watch, p.encode(), 0xfff) >= 0, p
    print('up', flush=True)
    for line in iter(lambda: select.select([watch], [], [], 1.5)[0], []):
        print('event', os.read(watch, 4096), flush=True)
    print('none', flush=True)
    time.sleep(1000)
for p in places:
    if os.path.isdir(p): os.listdir(p)
    elif p not in ('/dev/zero', '/dev/urandom'): open(p, 'rb').read()
open('/dev/null', 'w').write('x')
"""
    first = spawner.python(program(source), {"WATCH": "all"})
    first.read_log("up")
    look(spawner, source)  # which does nothing but look at the same files
    assert first.read_log("none") == "none\n"
    first.kill()
