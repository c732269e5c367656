"""A function takes no more than its share, and nothing of it outlives its end."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest
from harness import host
from harness.attacker import (
    MEBIBYTE,
    call,
    filled,
    fork,
    forks,
    numbered,
    out,
    outcomes_of,
    rename_process,
    repeat,
    sleep,
    threads,
    value_of,
)
from harness.control_groups import Group
from harness.host import environments, sandbox_processes
from harness.waiting import wait_until

WRITABLE = os.O_CREAT | os.O_RDWR
ANONYMOUS = (0, MEBIBYTE, 3, 0x22 | 0x8000, -1, 0)
"""mmap: one MiB to read and write, private, anonymous and present at once."""
OWN_MEMORY = 192
"""MiB above MemorySize that each process gets where there are no control groups, for its program and libraries."""


@pytest.fixture(scope="module")
def neighbour(deploy, invoke):
    """A healthy function; it must answer before, during and after."""
    name = deploy("def handler(event, context): return 'well'")
    assert invoke(name).json == "well"
    return lambda: invoke(name).json


@pytest.fixture
def neighbour_meanwhile(neighbour):
    """Asks the neighbour again and again until the test is over; every answer must have come, and in time."""
    slowest, failures, over = [0.0], [], threading.Event()

    def ask():
        while not over.is_set():
            started = time.monotonic()
            try:
                if (answer := neighbour()) != "well":
                    failures.append(answer)
            except Exception as error:
                failures.append(error)
            slowest[0] = max(slowest[0], time.monotonic() - started)

    thread = threading.Thread(target=ask)
    thread.start()
    yield
    over.set()
    thread.join()
    assert failures == [] and slowest[0] < 3


@pytest.fixture
def memory_ends(server):
    """Whether asking for more memory than MemorySize ended the environment; without control groups, was refused."""

    def check(answer, size):
        if server.mode.has_groups:
            return answer.error == "Unhandled" and "killed" in answer.json["errorMessage"]
        last = outcomes_of(answer)[-1]
        return last.error == errno.ENOMEM and last.value <= size + OWN_MEMORY

    return check


@pytest.mark.attack("T12")
@pytest.mark.parametrize("bomb", [forks, threads])
def test_a_bomb_hits_its_limit_while_the_neighbour_answers(deploy_attacker, server, neighbour_meanwhile, bomb):
    attacker = deploy_attacker(MemorySize=1769)
    answer = attacker.attempt(bomb(20000), tail=True)
    assert len(sandbox_processes(server)) < 2500
    if answer.error is None:
        made = outcomes_of(answer)[0]
        assert made.error == errno.EAGAIN and made.value < 2000
    else:
        assert "killed" in answer.json["errorMessage"]


@pytest.mark.attack("T12")
def test_a_fork_bomb_that_never_answers_ends_by_its_time_limit(deploy_attacker, server, neighbour_meanwhile):
    before = sandbox_processes(server)
    attacker = deploy_attacker(MemorySize=1769, Timeout=2)
    assert "timed out" in attacker.attempt(forks(20000), sleep(60)).json["errorMessage"]
    wait_until(lambda: len(sandbox_processes(server)) <= len(before) + 4, 5, what="the end of the bomb's processes")


@pytest.mark.attack("T13")
def test_a_memory_bomb_hits_only_its_own_environment(deploy_attacker, memory_ends, neighbour_meanwhile):
    answer = deploy_attacker(MemorySize=128).attempt(repeat(8192, "mmap", *ANONYMOUS))
    assert memory_ends(answer, 128)


@pytest.mark.attack("T13")
@pytest.mark.parametrize("size", [128, 512])
def test_memory_size_is_what_a_function_gets(deploy_attacker, memory_ends, size):
    """Three quarters of it are there, and what is above it is not, in whichever environment."""
    attacker = deploy_attacker(MemorySize=size)
    assert attacker.do(repeat(size * 3 // 4, "mmap", *ANONYMOUS))[0].succeeded
    assert memory_ends(attacker.attempt(repeat(size * 2 + OWN_MEMORY, "mmap", *ANONYMOUS)), size)


@pytest.mark.attack("T13")
def test_memory_of_child_processes_counts_where_there_are_control_groups(deploy, invoke, neighbour, server):
    name = deploy(
        """
        import os, signal, time
        def handler(event, context):
            full, tell = os.pipe()
            os.set_blocking(full, False)
            for _ in range(4):
                if os.fork() == 0:
                    held = bytearray(250 << 20)
                    os.write(tell, b"x")
                    signal.pause()
            told = 0
            while told < 4:
                if os.waitpid(-1, os.WNOHANG)[0]:
                    return "some were killed"
                try: told += len(os.read(full, 4))
                except BlockingIOError: time.sleep(0.01)
            return "all four hold their memory"
        """,
        Timeout=8,
        MemorySize=512,
    )
    answer = invoke(name)
    if server.mode.has_groups:
        assert answer.error == "Unhandled" or answer.json == "some were killed"
    else:
        assert answer.json == "all four hold their memory", "MemorySize bounds each process by itself"
    assert neighbour() == "well"


@pytest.mark.attack("T13")
def test_a_function_of_128_mb_fills_its_tmp_of_512_mb_and_lives(deploy_attacker):
    attacker = deploy_attacker(MemorySize=128)
    full = attacker.do(
        call("open", "/tmp/full", WRITABLE, 0o600), repeat(1024, "write", value_of(0), filled(MEBIBYTE), MEBIBYTE),
        call("write", value_of(0), b"x", 1), call("unlink", "/tmp/full"), call("ftruncate", value_of(0), 0),
    )  # fmt: skip
    assert full[1].error == errno.ENOSPC and 500 <= full[1].value <= 512
    assert full[2].error == errno.ENOSPC and full[3].succeeded and full[4].succeeded


@pytest.mark.attack("T13")
def test_a_full_tmp_leaves_the_memory_size_to_the_function(deploy_attacker, memory_ends):
    """The other way round: /tmp gives no room for anonymous memory above MemorySize."""
    assert memory_ends(deploy_attacker(MemorySize=128).attempt(repeat(384, "mmap", *ANONYMOUS)), 128)
    answer = deploy_attacker(MemorySize=128).attempt(
        call("open", "/tmp/full", WRITABLE, 0o600), repeat(400, "write", value_of(0), filled(MEBIBYTE), MEBIBYTE),
        repeat(64, "mmap", *ANONYMOUS),
    )  # fmt: skip
    assert answer.error is None and outcomes_of(answer)[2].succeeded


@pytest.mark.attack("T13")
@pytest.mark.parametrize("memory", ["/dev/shm/full", "memfd", "shared mapping"])
def test_shared_memory_has_an_end_of_its_own_or_counts_as_memory(deploy_attacker, server, neighbour_meanwhile, memory):
    """It is never a way to hold more than MemorySize; but without control groups nothing counts shared mappings."""
    attacker = deploy_attacker(MemorySize=128)
    if memory == "shared mapping":
        filling = [repeat(1024, "mmap", 0, MEBIBYTE, 3, 0x21 | 0x8000, -1, 0)]
    else:
        opened = call("memfd_create", "x", 0) if memory == "memfd" else call("open", memory, WRITABLE, 0o600)
        filling = [opened, repeat(1024, "write", value_of(0), filled(MEBIBYTE), MEBIBYTE)]
    answer = attacker.attempt(*filling)
    if memory == "shared mapping" and not server.mode.has_groups:
        assert outcomes_of(answer)[-1].succeeded
    elif answer.error is None:
        held = outcomes_of(answer)[-1]
        assert held.error in (errno.ENOSPC, errno.ENOMEM, errno.ENOSYS, errno.EBADF) and held.value <= 128
    else:
        assert "killed" in answer.json["errorMessage"]


@pytest.mark.attack("T13")
def test_full_pipes_trouble_no_neighbour(deploy_attacker, neighbour_meanwhile):
    """Memory of the kernel that is held by descriptors. The numbers hit both ends of pipes; only one takes bytes."""
    steps = [call("pipe2", out(8), os.O_NONBLOCK) for _ in range(25)]
    steps += [repeat(64, "write", number, filled(65536), 65536) for number in range(5, 35)]
    done = deploy_attacker(MemorySize=128).do(*steps)
    assert sum(outcome.value for outcome in done[25:]) >= 10


@pytest.mark.attack("T13")
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_inodes_run_out_inside_only(attacker, neighbour, folder):
    path = folder + "/many"
    made, files = attacker.do(call("mkdir", path, 0o700), repeat(200_000, "mknod", numbered(path + "/"), 0o010600, 0))
    assert made.succeeded and files.error == errno.ENOSPC and 1000 < files.value
    assert neighbour() == "well"


@pytest.mark.attack("T13")
def test_descriptors_run_out_inside_only(attacker, neighbour):
    opened, closed = attacker.do(repeat(200_000, "open", "/dev/null", os.O_RDONLY), call("close_range", 16, 1 << 20, 0))
    assert opened.error == errno.EMFILE and opened.value < 5000 and closed.succeeded
    assert neighbour() == "well"


@pytest.mark.attack("T13")
def test_deep_folders_and_long_names_harm_nobody(attacker, neighbour):
    """Each folder is made and entered: deeper than any path can be."""
    steps = [call("chdir", "/tmp")] + [
        step for _ in range(20) for step in (call("mkdir", "d" * 255, 0o700), call("chdir", "d" * 255))
    ]
    done = attacker.do(*steps, call("chdir", "/var/task"))
    assert all(outcome.succeeded for outcome in done)
    assert neighbour() == "well"


def leave_children(attacker, name):
    """Children that ignore their parent's session and signals."""
    return [rename_process(name), fork(), fork(), call("setsid")]


@pytest.mark.attack("T12", "T15")
def test_a_timeout_ends_the_whole_tree(deploy_attacker, server, in_background, process_named):
    attacker = deploy_attacker(Timeout=3)
    answer = in_background(attacker.attempt, *leave_children(attacker, "timeout-tree"), sleep(60))
    process_named("timeout-tree")
    assert answer.result().error == "Unhandled"
    wait_until(lambda: not named(server, "timeout-tree"), 3, what="the end of every process of the function")


@pytest.mark.attack("T12", "T15")
def test_an_exit_ends_the_whole_tree(deploy_attacker, server):
    attacker = deploy_attacker()
    assert attacker.attempt(*leave_children(attacker, "exit-tree"), call("exit_group", 1)).error == "Unhandled"
    wait_until(lambda: not named(server, "exit-tree"), 3, what="the end of every process of the function")


@pytest.mark.attack("T12", "T15")
def test_deletion_ends_the_environments(deploy_attacker, lambda_client, server):
    attacker = deploy_attacker()
    attacker.do(rename_process("deleted-tree"))
    assert named(server, "deleted-tree"), "the idle environment"
    lambda_client.delete_function(FunctionName=attacker.name)
    wait_until(lambda: not named(server, "deleted-tree"), 5, what="the end of every process of the function")


def named(server, name):
    return [pid for pid in sandbox_processes(server) if host.command_name(pid) == name]


@pytest.mark.attack("T12")
def test_the_processor_is_shared(deploy, invoke, neighbour, in_background):
    name = deploy(
        "import time\ndef handler(e, c):\n  end = time.time() + 2\n  while time.time() < end: pass", Timeout=10
    )
    busy = [in_background(invoke, name) for _ in range(4)]
    time.sleep(0.7)
    started = time.monotonic()
    assert neighbour() == "well"
    assert time.monotonic() - started < 1.5
    for future in busy:
        assert future.result().error is None


def test_limits_are_set_on_the_host(deploy_attacker, in_background, process_named, server):
    in_background(deploy_attacker(MemorySize=128).attempt, rename_process("limited"), sleep(2))
    pid = process_named("limited")
    if not server.mode.has_groups:
        assert limit_of(pid, "Max processes") == 1024
        assert 128 << 20 <= limit_of(pid, "Max data size") <= (128 + 192) << 20
        assert os.getpriority(os.PRIO_PROCESS, pid) == 10
        return
    group = Group.of(pid)
    assert all("redoubt-" in str(folder) for folder in group.folders), f"{group} is not of ours"
    assert group.memory_limit == (128 + 512 + 32) << 20, "MemorySize, EphemeralStorage and the runtime's share"
    assert group.swap_limit in (0, None)
    assert group.process_limit < 2000
    assert group.processor_quota > 0


def limit_of(pid, name):
    """A process's own hard limit."""
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith(name))
    return int(line[len(name) :].split()[1])


@pytest.mark.attack("T15")
def test_an_idle_environment_uses_no_processor_or_gives_way(deploy, invoke, server, neighbour):
    name = deploy(
        """
        import threading, time
        turns = 0
        def spin():
            global turns
            while True: turns += 1
        threading.Thread(target=spin, daemon=True).start()
        def handler(event, context):
            # Its share of a processor can be spent, so that nothing of it runs for a period.
            before, end = turns, time.monotonic() + 2
            while turns == before and time.monotonic() < end: time.sleep(0.01)
            return turns > before, time.monotonic()
        """
    )
    goes_on, first = invoke(name).json
    assert goes_on
    if not server.mode.has_groups:
        # Nothing stops it; it stands behind what is at work.
        started = time.monotonic()
        assert neighbour() == "well" and time.monotonic() - started < 1.5
        return
    groups = [Group.of(pid) for pid in environments(server)]
    assert groups
    wait_until(lambda: all("frozen 1" in group.read("cgroup.events") for group in groups), 5, what="freezing")
    before = processor_time(server)
    time.sleep(1)
    assert processor_time(server) == before, "an environment runs on after its invocation"
    goes_on, second = invoke(name).json
    assert goes_on and second - first > 1, "it goes on, and its clock was not stopped"


def processor_time(server):
    """Seconds of processor time that the environments of the server have taken."""
    ticks = 0
    for pid in environments(server):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks / 100
