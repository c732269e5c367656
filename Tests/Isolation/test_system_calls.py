"""System calls that change the machine, look into others or widen the kernel's surface are refused."""

import errno

import pytest
from harness.attacker import call, fork, out, run, value_of

REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)

MOUNTS = {
    "mount": ("mount", "none", "/tmp", "tmpfs", 0, 0), "mount bind": ("mount", "/proc", "/tmp", 0, 4096, 0),
    "mount remount writable": ("mount", 0, "/", 0, 32, 0), "mount proc": ("mount", "proc", "/tmp", "proc", 0, 0),
    "umount2": ("umount2", "/proc/sys", 2), "pivot_root": ("pivot_root", "/tmp", "/tmp"), "chroot": ("chroot", "/tmp"),
    "open_tree": ("open_tree", -100, "/", 1), "move_mount": ("move_mount", -1, "", -100, "/tmp", 4),
    "fsopen": ("fsopen", "tmpfs", 0), "fsmount": ("fsmount", -1, 0, 0), "fsconfig": ("fsconfig", -1, 6, 0, 0, 0),
    "fspick": ("fspick", -100, "/", 0), "mount_setattr": ("mount_setattr", -100, "/", 0, b"\0" * 32, 32),
}  # fmt: skip
KEYRINGS = {
    "add_key": ("add_key", "user", "name", b"secret", 6, -3), "request_key": ("request_key", "user", "name", 0, -3),
    "keyctl join": ("keyctl", 1, 0), "keyctl session": ("keyctl", 0, -3, 1), "keyctl read": ("keyctl", 11, -4, 0, 0),
    "keyctl persistent": ("keyctl", 22, -1, -3), "keyctl describe": ("keyctl", 6, -5, 0, 0),
}  # fmt: skip
NAMESPACES = {
    **{f"unshare {name}": ("unshare", flag) for name, flag in {
        "user": 0x10000000, "net": 0x40000000, "mount": 0x20000, "pid": 0x20000000, "ipc": 0x8000000, "uts": 0x4000000,
        "cgroup": 0x2000000, "time": 0x80, "user and mount": 0x10020000}.items()},
    **{f"clone {name}": ("clone", flag | 17, 0, 0, 0, 0) for name, flag in {
        "user": 0x10000000, "net": 0x40000000, "mount": 0x20000, "pid": 0x20000000, "ipc": 0x8000000, "uts": 0x4000000,
        "cgroup": 0x2000000}.items()},
    "clone net with high bits": ("clone", 1 << 40 | 0x40000000 | 17, 0, 0, 0, 0),
    "clone user with high bits": ("clone", 1 << 40 | 0x10000000 | 17, 0, 0, 0, 0),
    "clone3": ("clone3", b"\0\0\0\x10" + b"\0" * 84, 88), "setns": ("setns", 0, 0), "setns pidfd": ("setns", 0,
    0x10000000),
}  # fmt: skip
PROCESSES = {
    "ptrace traceme": ("ptrace", 0, 0, 0, 0), "ptrace attach": ("ptrace", 16, 1, 0, 0), "ptrace seize": ("ptrace",
    0x4206, 1, 0, 0),
    "process_vm_readv": ("process_vm_readv", 1, 0, 0, 0, 0, 0), "process_vm_writev": ("process_vm_writev", 1, 0, 0, 0,
    0, 0),
    "limits of init": ("prlimit64", 1, 7, 0, out(16)),
    "pidfd_getfd": ("pidfd_getfd", 0, 0, 0), "kcmp": ("kcmp", 1, 1, 0, 0, 0), "process_madvise": ("process_madvise", 0,
    0, 0, 0, 0),
}  # fmt: skip
SURFACE = {
    "bpf": ("bpf", 0, b"\0" * 64, 64), "perf_event_open": ("perf_event_open", b"\0" * 128, 0, -1, -1, 0),
    "userfaultfd": ("userfaultfd", 0), "userfaultfd user mode": ("userfaultfd", 1),
    "io_uring_setup": ("io_uring_setup", 8, b"\0" * 120), "io_uring_enter": ("io_uring_enter", -1, 0, 0, 0, 0, 0),
    "io_uring_register": ("io_uring_register", -1, 0, 0, 0), "io_setup": ("io_setup", 8, b"\0" * 8),
    "init_module": ("init_module", b"x", 1, ""), "finit_module": ("finit_module", 0, "", 0),
    "delete_module": ("delete_module", "x", 0),
    "kexec_load": ("kexec_load", 0, 0, 0, 0), "kexec_file_load": ("kexec_file_load", -1, -1, 0, 0, 0),
    "reboot": ("reboot", 0xFEE1DEAD, 672274793, 0x89ABCDEF, 0), "swapon": ("swapon", "/tmp/x", 0),
    "swapoff": ("swapoff", "/tmp/x"),
    "quotactl": ("quotactl", 0, 0, 0, 0), "quotactl_fd": ("quotactl_fd", 0, 0, 0, 0), "acct": ("acct", 0),
    "syslog": ("syslog", 3, out(100), 100), "settimeofday": ("settimeofday", b"\0" * 16, 0),
    "clock_settime": ("clock_settime", 0, b"\0" * 16), "adjtimex": ("adjtimex", b"\1" + b"\0" * 207),
    "clock_adjtime": ("clock_adjtime", 0, b"\1" + b"\0" * 207), "sethostname": ("sethostname", "x", 1),
    "setdomainname": ("setdomainname", "x", 1), "personality": ("personality", 0x0040000),
    "personality bsd": ("personality", 6),
    "name_to_handle_at": ("name_to_handle_at", -100, "/", b"\x80" + b"\0" * 135, b"\0" * 8, 0),
    "open_by_handle_at": ("open_by_handle_at", -100, b"\x08\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0", 0),
    "fanotify_init": ("fanotify_init", 0, 0), "iopl": ("iopl", 3), "ioperm": ("ioperm", 0x80, 1, 1),
    "modify_ldt": ("modify_ldt", 1, b"\0" * 16, 16),
    "vhangup": ("vhangup",), "memfd_secret": ("memfd_secret", 0), "vmsplice": ("vmsplice", 1, b"\0" * 16, 1, 0),
    "seccomp filter": ("seccomp", 1, 0, b"\0" * 16), "seccomp listener": ("seccomp", 1, 8, b"\0" * 16),
    "prctl seccomp": ("prctl", 22, 2, b"\0" * 16), "prctl mm": ("prctl", 35, 0, 0, 0, 0), "prctl ambient": ("prctl",
    47, 2, 0, 0, 0),
    "prctl ptracer": ("prctl", 0x59616D61, -1), "lookup_dcookie": ("lookup_dcookie", 1, 0, 0),
    "remap_file_pages": ("remap_file_pages", 0, 4096, 0, 0, 0), "mbind": ("mbind", 0, 4096, 0, 0, 0, 0),
    "migrate_pages": ("migrate_pages", 0, 0, 0, 0), "move_pages": ("move_pages", 1, 0, 0, 0, 0, 0),
    "nfsservctl": ("nfsservctl", 0, 0, 0),
    "landlock": ("landlock_create_ruleset", 0, 0, 1), "uselib": ("uselib", "/bin/sh"), "ustat": ("ustat", 0,
    b"\0" * 32),
    "sysfs": ("sysfs", 3), "_sysctl": ("_sysctl", 0), "setxattr": ("setxattr", "/tmp", "user.x", b"y", 1, 0),
}  # fmt: skip


def reading_mounts(first_step):
    return [
        call("open", "/proc/self/mountinfo", 0), call("read", value_of(first_step), out(65536), 65536),
        call("close", value_of(first_step)),
    ]  # fmt: skip


@pytest.mark.attack("T04")
@pytest.mark.parametrize("arguments", MOUNTS.values(), ids=MOUNTS.keys())
def test_a_call_that_changes_the_file_tree_is_refused(attacker, arguments):
    done = attacker.do(*reading_mounts(0), call(*arguments), *reading_mounts(4))
    before, refused, after = done[1], done[3], done[5]
    assert refused.error in REFUSALS
    assert before.value > 0 and after.data == before.data


@pytest.mark.attack("T06")
@pytest.mark.parametrize("arguments", KEYRINGS.values(), ids=KEYRINGS.keys())
def test_a_call_on_a_keyring_is_refused(attacker, arguments):
    assert attacker.call(*arguments).error in REFUSALS


@pytest.mark.attack("T07")
@pytest.mark.parametrize("arguments", NAMESPACES.values(), ids=NAMESPACES.keys())
def test_a_new_namespace_is_refused(attacker, arguments):
    assert attacker.call(*arguments).error in REFUSALS


@pytest.mark.attack("T07")
def test_a_call_whose_flags_a_filter_cannot_see_looks_absent(attacker):
    """So that C libraries fall back to clone."""
    assert attacker.call("clone3", b"\0" * 88, 88).error == errno.ENOSYS


@pytest.mark.attack("T05", "T26")
@pytest.mark.parametrize("arguments", PROCESSES.values(), ids=PROCESSES.keys())
def test_a_call_into_another_process_is_refused(attacker, arguments):
    assert attacker.call(*arguments).error in REFUSALS


@pytest.mark.attack("T05")
@pytest.mark.parametrize("request_number", [16, 0x4206], ids=["attach", "seize"])
def test_a_process_of_the_host_or_a_neighbour_is_not_traced(attacker, server, request_number):
    for pid in server.tree():
        assert attacker.call("ptrace", request_number, pid, 0, 0).error in (*REFUSALS, errno.ESRCH)


@pytest.mark.attack("T26")
def test_a_descriptor_of_another_process_is_not_taken(attacker):
    child, opened, taken = attacker.do(
        fork(), call("pidfd_open", value_of(0), 0), call("pidfd_getfd", value_of(1), 0, 0)
    )  # fmt: skip
    assert child.succeeded and opened.succeeded and taken.error in REFUSALS


@pytest.mark.attack("T26")
@pytest.mark.parametrize("arguments", SURFACE.values(), ids=SURFACE.keys())
def test_a_call_with_a_large_surface_is_refused(attacker, arguments):
    assert attacker.call(*arguments).error in REFUSALS


@pytest.mark.attack("T26")
def test_every_number_beyond_the_known_ones_is_refused(attacker):
    for start in range(450, 1050, 50):
        done = attacker.do(*[call(number, 0, 0, 0, 0, 0, 0) for number in range(start, start + 50)])
        assert {outcome.error for outcome in done} <= set(REFUSALS), start


@pytest.mark.attack("T23")
@pytest.mark.parametrize(
    "request_number", [0x5412, 0x541C, 0x1_0000_5412, 0x5423], ids=["TIOCSTI", "TIOCLINUX", "high bits", "TIOCSETD"]
)
def test_no_terminal_input_can_be_pushed(attacker, request_number):
    assert attacker.call("ioctl", 0, request_number, b"x").error in REFUSALS


DEVICES = {
    "null": 0x103,
    "mem": 0x101,
    "kmsg": 0x10B,
    "kvm": 0xAE8,
    "fuse": 0xAE5,
    "tun": 0xAC8,
    "disk": 0x800,
    "vda": 0xFE00,
    "loop": 0x700,
}


@pytest.mark.attack("T23")
@pytest.mark.parametrize("number", DEVICES.values(), ids=DEVICES.keys())
@pytest.mark.parametrize("kind", [0o020000, 0o060000], ids=["character", "block"])
def test_no_device_node_is_made(attacker, kind, number):
    done = attacker.do(
        call("mknod", "/tmp/node", kind | 0o666, number), call("mknodat", -100, "/dev/shm/node", kind | 0o666, number)
    )
    assert [outcome.error in REFUSALS for outcome in done] == [True, True]
    assert attacker.call("open", "/tmp/node", 2).error == errno.ENOENT


@pytest.mark.attack("T23")
@pytest.mark.parametrize(
    "path", ["mem", "kmem", "port", "kmsg", "kvm", "fuse", "net/tun", "vhost-net", "vhost-vsock", "loop0",
    "loop-control", "sda", "vda",
             "nvme0n1", "mapper/control", "uinput", "userfaultfd", "dri/card0", "console", "tty0", "tty1", "ptmx",
             "hwrng", "rtc0", "uhid", "btrfs-control"],
)  # fmt: skip
def test_no_device_of_the_host_is_there(attacker, path):
    assert attacker.call("open", "/dev/" + path, 2).error in (errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENXIO)


@pytest.mark.attack("T26")
def test_a_call_by_the_numbers_of_x32_ends_the_process(attacker):
    answer = attacker.attempt(call(0x40000000 + 39))
    assert answer.error and "bad system call" in answer.json["errorMessage"], answer.payload


@pytest.mark.attack("T26")
def test_a_call_by_the_numbers_of_i386_ends_the_process(inside):
    def call_i386():
        import ctypes
        import mmap

        area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        area.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid: mov eax, 20; int 0x80; ret
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area)))()

    answer = inside.run(call_i386)
    assert answer.error and "bad system call" in answer.json["errorMessage"], answer.payload


def test_ordinary_programs_still_run(inside):
    def run():
        import concurrent.futures
        import subprocess
        import tempfile

        with tempfile.NamedTemporaryFile() as file, concurrent.futures.ThreadPoolExecutor(4) as pool:
            file.write(b"x")
            numbers = list(pool.map(lambda n: n * n, range(4)))
        return [subprocess.run(["/bin/echo", "hi"], capture_output=True, text=True).stdout, numbers]

    assert inside(run) == ["hi\n", [0, 1, 4, 9]]


def test_a_compiled_runtime_starts_programs(attacker):
    """What every refusal of this file is measured against: the attacker does get through to the kernel."""
    assert attacker.do(run("/bin/echo", "hi"))[0].text == "hi\n"
