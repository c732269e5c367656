"""System calls that change the machine, look into others or widen the kernel's surface are refused."""

import errno

import pytest

CALLS = {
    "mount": (165, 0, 0, 0, 0, 0), "umount2": (166, 0, 0), "pivot_root": (155, 0, 0), "chroot": (161, 0),
    "open_tree": (428, -100, 0, 0), "move_mount": (429, -1, 0, -1, 0, 0), "fsopen": (430, 0, 0),
    "fsmount": (432, -1, 0, 0), "mount_setattr": (442, -1, 0, 0, 0, 0),
    "unshare user": (272, 0x10000000), "unshare net": (272, 0x40000000), "unshare mount": (272, 0x20000),
    "setns": (308, 0, 0), "clone3": (435, 0, 88),
    "ptrace traceme": (101, 0, 0, 0, 0), "ptrace attach": (101, 16, 1, 0, 0),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "process_vm_writev": (311, 1, 0, 0, 0, 0, 0), "pidfd_getfd": (438, 0, 0, 0), "kcmp": (312, 1, 1, 0, 0, 0),
    "add_key": (248, 0, 0, 0, 0, -3), "request_key": (249, 0, 0, 0, -3), "keyctl": (250, 0, -3, 1),
    "bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, -1, -1, 0), "userfaultfd": (323, 0),
    "io_uring_setup": (425, 8, 0), "io_uring_enter": (426, -1, 0, 0, 0, 0, 0), "io_uring_register": (427, -1, 0, 0, 0),
    "init_module": (175, 0, 0, 0), "finit_module": (313, -1, 0, 0), "delete_module": (176, 0, 0),
    "kexec_load": (246, 0, 0, 0, 0), "kexec_file_load": (320, -1, -1, 0, 0, 0), "reboot": (169, 0, 0, 0, 0),
    "swapon": (167, 0, 0), "swapoff": (168, 0), "quotactl": (179, 0, 0, 0, 0), "acct": (163, 0),
    "syslog": (103, 3, 0, 0),
    "settimeofday": (164, 0, 0), "clock_settime": (227, 0, 0), "adjtimex": (159, 0), "sethostname": (170, 0, 0),
    "personality": (135, 0x0040000), "name_to_handle_at": (303, -100, 0, 0, 0, 0), "open_by_handle_at": (304, -1, 0, 0),
    "fanotify_init": (300, 0, 0), "iopl": (172, 3), "ioperm": (173, 0, 1, 1), "modify_ldt": (154, 1, 0, 0),
    "vhangup": (153,), "memfd_secret": (447, 0), "memfd_create": (319, 0, 0),
    "limits of init": (302, 1, 7, 0, 0), "clone user": (56, 0x10000000 | 17, 0, 0, 0, 0),
    "clone net with high bits": (56, 1 << 40 | 0x40000000 | 17, 0, 0, 0, 0), "prctl mm": (157, 35, 1, 0, 0, 0),
    "mknod a device": (133, 0, 0o020666, 0x103),
}  # fmt: skip
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def call(arguments):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    outcome = libc.syscall(*[ctypes.c_long(value) for value in arguments])
    return "succeeded" if outcome >= 0 else ctypes.get_errno()


@pytest.mark.parametrize("arguments", CALLS.values(), ids=CALLS.keys())
def test_the_call_is_refused(inside, arguments):
    assert inside(call, arguments) in REFUSALS


def test_no_terminal_input_can_be_pushed(inside):
    def push():
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        return [libc.ioctl(0, ctypes.c_ulong(request), b"x") for request in (0x5412, 0x541C, 0x1_0000_5412)]

    assert inside(push) == [-1, -1, -1]


HIGH = 1 << 32


@pytest.mark.parametrize("arguments", [(16, 3, HIGH | 9), (HIGH | 17, 3, 0), (HIGH | 2, 3, 1), (2, HIGH | 3, 1)])
def test_no_socket_is_made_by_numbers_with_high_bits(inside, arguments):
    assert inside(call, (41, *arguments)) in (*REFUSALS, errno.EAFNOSUPPORT)


def call_x32():
    import ctypes

    ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39))


def call_i386():
    import ctypes
    import mmap

    area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    area.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid by the numbers of i386: mov eax, 20; int 0x80; ret
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area)))()


@pytest.mark.parametrize("by_other_numbers", [call_x32, call_i386], ids=["x32", "i386"])
def test_a_call_by_the_numbers_of_another_architecture_ends_the_process(inside, by_other_numbers):
    answer = inside.run(by_other_numbers)
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
