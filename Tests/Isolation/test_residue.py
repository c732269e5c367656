"""Nothing of an invocation is there at the next one of the same function (`PerInvocation`, the default).

What it leaves in the runtime process itself is the state that a reused environment keeps: `SingleUse` is without that, too.
"""

import errno
import os
import struct
import subprocess

import pytest
from harness.attacker import call, filled, fork, numbered, out, rename_process, repeat, run, value_of
from harness.clients import client_environment
from harness.paths import redoubt_binary

CREATE = os.O_CREAT | os.O_RDWR
SECRET = b"of-the-invocation-before"


@pytest.fixture
def warm(deploy_attacker):
    """An attacker of the test's own that has served once: what is then there is the baseline."""
    attacker = deploy_attacker()
    attacker.call("getpid")
    return attacker


@pytest.fixture
def single_use(deploy_attacker, server):
    """An attacker whose every invocation has an environment of its own."""
    attacker = deploy_attacker()
    command = [redoubt_binary(), "hygiene", attacker.name, "SingleUse"]
    subprocess.run(command, env=client_environment(server), cwd=server.home, check=True, capture_output=True)
    return attacker


@pytest.mark.attack("T15")
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_no_file_is_left(warm, folder):
    before = warm.list(folder)
    made = warm.do(
        call("open", folder + "/file", CREATE, 0o600), call("write", value_of(0), SECRET, len(SECRET)),
        call("mkdir", folder + "/folder", 0o700), call("open", folder + "/folder/inner", CREATE, 0o400),
        call("symlink", "/etc/passwd", folder + "/link"), call("mknod", folder + "/pipe", 0o010600, 0),
        call("open", folder + "/.hidden", CREATE, 0), call("chmod", folder + "/folder", 0),
        call("open", folder + "/\xff\n \u202e", CREATE, 0o600),
    )  # fmt: skip
    assert all(outcome.succeeded for outcome in made), made
    assert warm.list(folder) == before


@pytest.mark.attack("T15")
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_no_tree_is_too_deep_to_be_removed(warm, folder):
    steps = [call("chdir", folder)] + [
        step for _ in range(24) for step in (call("mkdir", "d" * 255, 0o700), call("chdir", "d" * 255))
    ]
    assert all(outcome.succeeded for outcome in warm.do(*steps, call("chdir", "/var/task")))
    assert warm.list(folder) == []


@pytest.mark.attack("T15")
def test_no_number_of_files_is_too_large_to_be_removed(warm):
    many = warm.do(call("mkdir", "/tmp/many", 0o700), repeat(20_000, "mknod", numbered("/tmp/many/"), 0o010600, 0))
    assert many[1].value > 10_000
    assert warm.list("/tmp") == []


@pytest.mark.attack("T15")
def test_a_baseline_file_is_as_it_was_or_gone(deploy_attacker):
    """What init made stays with its content; what an invocation wrote into it does not."""
    attacker = deploy_attacker()
    attacker.write("/tmp/from-the-first", SECRET, CREATE)
    assert attacker.read("/tmp/from-the-first").data == b""


@pytest.mark.attack("T15")
def test_the_mode_of_tmp_is_as_it_was(warm):
    warm.call("chmod", "/tmp", 0o700)
    mode = struct.unpack_from("=I", warm.do(call("stat", "/tmp", out(144)))[0].data, 24)[0]
    assert oct(mode) in ("0o41777", "0o41700")
    assert warm.write("/tmp/again", b"x", CREATE).succeeded


@pytest.mark.attack("T15")
def test_tmp_is_empty_again_after_it_was_full(warm):
    warm.do(call("open", "/tmp/full", CREATE, 0o600), repeat(100, "write", value_of(0), filled(1 << 20), 1 << 20))
    free_before = 512 << 20
    statfs = warm.call("statfs", "/tmp", out(120)).data
    block, _, _, available = struct.unpack_from("=8xqqqq", statfs)
    assert available * block >= free_before - (4 << 20)


@pytest.mark.attack("T15")
def test_no_process_is_left(warm):
    own = warm.call("getpid").value
    made = warm.do(fork(), fork(), call("setsid"), fork())
    assert made[0].succeeded and made[1].succeeded and made[3].succeeded
    assert set(running(warm)) - {"1"} == {str(own)}


@pytest.mark.attack("T15")
def test_a_process_that_detached_itself_is_not_left(warm):
    """A grandchild whose parent has ended belongs to the sandbox's init."""
    done = warm.do(call("prctl", 36, 0), fork(), rename_process("detached"), fork())
    assert all(outcome.succeeded for outcome in done)
    left = [pid for pid, state in running(warm).items() if b"(detached)" in state]
    assert left == [str(warm.call("getpid").value)], "more than the runtime itself"


def running(attacker):
    """The state of each process by its number. What was ended, and the runtime has not waited for, does not run."""
    states = attacker.read_all([f"/proc/{pid}/stat" for pid in attacker.processes()], 512)
    found = {path.split("/")[2]: state for path, state in states.items() if not isinstance(state, int)}
    return {pid: state for pid, state in found.items() if b") Z " not in state}


@pytest.mark.attack("T15")
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_an_open_file_without_a_name_cannot_be_read(warm, folder):
    path = folder + "/unlinked"
    made = warm.do(
        call("open", path, CREATE, 0o600), call("write", value_of(0), SECRET, len(SECRET)), call("unlink", path)
    )
    assert all(outcome.succeeded for outcome in made)
    assert SECRET not in open_files(warm)


@pytest.mark.attack("T15")
def test_a_file_without_a_name_from_the_start_cannot_be_read(warm):
    made = warm.do(call("open", "/tmp", 0o20200000 | os.O_RDWR, 0o600), call("write", value_of(0), SECRET, len(SECRET)))
    assert all(outcome.succeeded for outcome in made)
    assert SECRET not in open_files(warm)


@pytest.mark.attack("T15")
def test_a_mapped_file_without_a_name_cannot_be_read(warm):
    """The descriptor is closed, and only the mapping keeps the pages."""
    path = "/tmp/mapped"
    made = warm.do(
        call("open", path, CREATE, 0o600), call("write", value_of(0), SECRET, len(SECRET)),
        call("mmap", 0, 4096, 1, 1, value_of(0), 0), call("unlink", path), call("close", value_of(0)),
    )  # fmt: skip
    assert all(outcome.succeeded for outcome in made)
    own = warm.call("getpid").value
    maps = warm.do(run("/bin/cat", f"/proc/{own}/maps"))[0]
    assert maps.value == 0 and maps.data and b"mapped (deleted)" not in maps.data


def open_files(attacker):
    """What can be read through the descriptors that a runtime has kept."""
    links = attacker.links([f"/proc/self/fd/{number}" for number in range(64)])
    found = b""
    for path, target in links.items():
        if target.startswith(("/tmp", "/dev/shm")):
            found += attacker.read(path).data
    return found


@pytest.mark.attack("T15")
def test_no_socket_of_a_single_use_listens_at_the_next(single_use):
    address = struct.pack("=H", 2) + struct.pack("!H4s8x", 4711, bytes([127, 0, 0, 1]))
    made = single_use.do(
        call("socket", 2, 1, 0), call("bind", value_of(0), address, 16), call("listen", value_of(0), 5)
    )  # fmt: skip
    assert all(outcome.succeeded for outcome in made)
    reached = single_use.do(call("socket", 2, 1, 0), call("connect", value_of(0), address, 16))[1]
    assert reached.error == errno.ECONNREFUSED


@pytest.mark.attack("T15")
def test_a_limit_lowered_in_a_single_use_does_not_stay(single_use):
    def limit():
        return single_use.call("prlimit64", 0, 7, 0, out(16)).data

    before = limit()
    assert single_use.call("prlimit64", 0, 7, struct.pack("=QQ", 32, 32), 0).succeeded
    assert limit() == before


@pytest.mark.attack("T15")
def test_the_working_directory_and_the_file_mode_mask_of_a_single_use_do_not_stay(single_use):
    before = folder_and_mask(single_use)
    single_use.do(call("chdir", "/tmp"), call("umask", 0o777))
    assert folder_and_mask(single_use) == before


@pytest.mark.attack("T15")
@pytest.mark.parametrize("language", ["python"], scope="module", indirect=True)
def test_the_python_runtime_puts_the_working_directory_and_the_file_mode_mask_back(warm):
    before = folder_and_mask(warm)
    warm.do(call("chdir", "/tmp"), call("umask", 0o777))
    assert folder_and_mask(warm) == before


def folder_and_mask(attacker):
    mask, _, folder = attacker.do(call("umask", 0o22), call("umask", value_of(0)), call("getcwd", out(256), 256))
    return folder.text.rstrip("\0"), mask.value


@pytest.mark.attack("T15")
@pytest.mark.parametrize(
    "made",
    [("memfd_create", "x", 0), ("shmget", 0x5EC, 4096, 0o1600), ("msgget", 0x5EC, 0o1600), ("semget", 0x5EC, 1, 0o1600),
     ("mq_open", "queue", CREATE, 0o600, 0)],
    ids=["memfd", "shared memory", "message queue", "semaphore", "POSIX queue"],
)  # fmt: skip
def test_what_could_not_be_cleaned_cannot_be_made(attacker, made):
    assert attacker.call(*made).error == errno.ENOSYS


@pytest.mark.attack("T15")
@pytest.mark.parametrize("path", ["/tmp", "/dev/shm", "/var/task", "/dev/null", "/proc/self/stat"])
def test_no_extended_attribute_can_be_left(attacker, path):
    for name in ("user.note", "trusted.note", "security.note", "system.posix_acl_access"):
        assert not attacker.call("setxattr", path, name, b"x", 1, 0).succeeded
