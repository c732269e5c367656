"""A function takes no more than its share, and nothing of it outlives its end."""

import errno
import os
import time
from pathlib import Path

import pytest
from harness import host
from harness.waiting import wait_until


@pytest.fixture
def neighbour(deploy, invoke):
    """A healthy function; it must answer before, during and after."""
    name = deploy("def handler(event, context): return 'well'")
    assert invoke(name).json == "well"
    return lambda: invoke(name).json


def test_a_fork_bomb_hits_its_limit_and_leaves_the_neighbour_alone(deploy, invoke, server, neighbour):
    name = deploy(
        """
        import os, time
        def handler(event, context):
            children = 0
            try:
                while children < 20000:
                    if os.fork() == 0:
                        time.sleep(60)
                        os._exit(0)
                    children += 1
            except OSError as error:
                return [error.errno, children]
            return [0, children]
        """,
        Timeout=15,
        MemorySize=1769,
    )
    answer = invoke(name)
    assert answer.error or (answer.json[0] == errno.EAGAIN and answer.json[1] < 2000), answer
    assert len(server.host_state().processes) < 2500
    assert neighbour() == "well"


def test_a_memory_bomb_kills_only_its_own_environment(deploy, invoke, neighbour):
    name = deploy("def handler(e, c):\n  held = []\n  while True: held.append(bytearray(10 << 20))", Timeout=20)
    assert invoke(name).error == "Unhandled"
    assert neighbour() == "well"


def test_memory_of_child_processes_counts_where_there_are_control_groups(deploy, invoke, neighbour, server):
    name = deploy(
        """
        import os, signal, time
        def handler(event, context):
            for _ in range(4):
                if os.fork() == 0:
                    held = bytearray(250 << 20)
                    signal.pause()
            time.sleep(4)
            return "some were killed" if os.waitpid(-1, os.WNOHANG)[0] else "all four are alive"
        """,
        Timeout=8,
        MemorySize=512,
    )
    answer = invoke(name)
    if server.mode.has_groups:
        assert answer.error == "Unhandled" or answer.json == "some were killed"
    else:
        assert answer.json == "all four are alive", "MemorySize bounds each process by itself"
    assert neighbour() == "well"


def test_descriptors_run_out_inside_only(inside, neighbour):
    def exhaust():
        import os

        opened = []
        try:
            while len(opened) < 200_000:
                opened.append(os.open("/dev/null", os.O_RDONLY))
        except OSError as error:
            return error.errno
        finally:
            for fd in opened:
                os.close(fd)

    assert inside(exhaust) == 24
    assert neighbour() == "well"


def test_a_timeout_ends_the_whole_tree(deploy, invoke, server):
    name = deploy(
        """
        import subprocess, time
        def handler(event, context):
            subprocess.Popen(["/bin/sh", "-c", "sleep 77 & exec sleep 77"], start_new_session=True)
            time.sleep(60)
        """,
        Timeout=1,
    )
    assert invoke(name).error == "Unhandled"
    wait_until(lambda: not sleepers(server), 3, what="the end of every process of the function")


def test_an_exit_ends_the_whole_tree(deploy, invoke, server):
    name = deploy(
        """
        import os, subprocess
        def handler(event, context):
            subprocess.Popen(["/bin/sh", "-c", "sleep 77 & exec sleep 77"], start_new_session=True)
            os._exit(1)
        """
    )
    assert invoke(name).error == "Unhandled"
    wait_until(lambda: not sleepers(server), 3, what="the end of every process of the function")


def test_deletion_ends_the_environments(deploy, invoke, lambda_client, server):
    name = deploy("import subprocess\ndef handler(e, c): subprocess.Popen(['/bin/sleep', '77'])")
    invoke(name)
    lambda_client.delete_function(FunctionName=name)
    wait_until(lambda: not sleepers(server), 5, what="the end of every process of the function")


def sleepers(server):
    marked = server.host_state().processes
    return {pid: line for pid, line in marked.items() if "sleep 77" in line}


def test_the_processor_is_shared(deploy, invoke, neighbour):
    from concurrent.futures import ThreadPoolExecutor

    name = deploy(
        "import time\ndef handler(e, c):\n  end = time.time() + 2\n  while time.time() < end: pass", Timeout=10
    )
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(invoke, name) for _ in range(4)]
        time.sleep(0.7)
        started = time.monotonic()
        assert neighbour() == "well"
        assert time.monotonic() - started < 1.5
        for future in busy:
            assert future.result().error is None


def test_limits_are_set_on_the_host(deploy, in_background, host_processes, server):
    name = deploy("import subprocess\ndef handler(e, c): subprocess.run(['/bin/sh', '-c', 'sleep 2; : limits-mark'])")
    in_background(name, {})
    pid = host_processes(1, "limits-mark")[0]
    if not server.mode.has_groups:
        assert limit_of(pid, "Max processes") == 1024
        assert 128 << 20 <= limit_of(pid, "Max data size") <= (128 + 192) << 20
        assert os.getpriority(os.PRIO_PROCESS, pid) == 10
        return
    memory = group_of(pid, "memory") / "memory.limit_in_bytes"
    assert 128 << 20 <= int(memory.read_text()) <= (128 + 512 + 64) << 20
    assert (group_of(pid, "pids") / "pids.max").read_text().strip().isdigit()
    assert int((group_of(pid, "cpu") / "cpu.cfs_quota_us").read_text()) > 0


def limit_of(pid, name):
    """A process's own hard limit."""
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith(name))
    return int(line[len(name):].split()[1])


def group_of(pid, controller):
    """The process's group in a version 1 hierarchy."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            assert "redoubt-" in path, f"{controller}: {path} is no group of ours"
            return Path("/sys/fs/cgroup", controllers, path.lstrip("/"))
    pytest.skip(f"this host has no version 1 hierarchy of {controller}")


def test_an_idle_environment_uses_no_processor_or_gives_way(deploy, invoke, server, neighbour):
    name = deploy(
        """
        import os, threading
        def spin():
            while True: pass
        threading.Thread(target=spin, daemon=True).start()
        def handler(event, context): return "idle-spinner"
        """
    )
    assert invoke(name).json == "idle-spinner"
    if not server.mode.has_groups:
        # Nothing stops it; it stands behind what is at work.
        started = time.monotonic()
        assert neighbour() == "well" and time.monotonic() - started < 1.5
        return
    time.sleep(0.3)
    before = processor_time(server)
    time.sleep(1)
    assert processor_time(server) - before < 0.5, "an environment runs on after its invocation"


def processor_time(server):
    """Seconds of processor time that the sandboxes of the server have taken."""
    ticks = 0
    for pid in server.tree():
        if (host.real_user(pid) or 0) >= 2_000_000:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
    return ticks / 100
