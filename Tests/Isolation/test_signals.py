"""Signals reach a function's own processes and no others; an environment whose runtime is hurt is replaced."""

import errno
import os
import signal
import subprocess

import pytest
from harness import host
from harness.attacker import call, sleep, value_of
from harness.host import environments, platform_processes
from harness.waiting import wait_until


@pytest.fixture
def bystander():
    """A process of the host, and the numbers of all that the platform runs."""
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process.pid
        alive = process.poll() is None
        process.kill()
    assert alive, "a signal from a sandbox reached the host"


@pytest.mark.attack("T22")
@pytest.mark.parametrize("name", ["kill", "tkill", "tgkill", "pidfd_open", "rt_sigqueueinfo", "rt_tgsigqueueinfo"])
def test_no_process_of_the_host_is_signalled_by_its_number(attacker, server, bystander, name):
    own = attacker.call("getpid").value
    numbers = [pid for pid in [bystander, os.getpid(), *server.tree()] if pid != own]
    before = platform_processes(server)
    for pid in numbers:
        arguments = {
            "kill": (pid, 9), "tkill": (pid, 9), "tgkill": (pid, pid, 9), "pidfd_open": (pid, 0),
            "rt_sigqueueinfo": (pid, 9, b"\0" * 128), "rt_tgsigqueueinfo": (pid, pid, 9, b"\0" * 128),
        }[name]  # fmt: skip
        done = attacker.call(name, *arguments)
        assert done.error in (errno.ESRCH, errno.EPERM, errno.ENOSYS, errno.EINVAL), (pid, done)
    assert platform_processes(server) == before


@pytest.mark.attack("T22")
@pytest.mark.parametrize("target", [1, -1, 0], ids=["init", "all", "group"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM], ids=["kill", "stop", "terminate"])
def test_signals_to_everything_end_the_own_environment_at_most(deploy_attacker, server, bystander, target, number):
    attacker = deploy_attacker(Timeout=2)
    neighbours = environments(server)
    before = platform_processes(server)
    answer = attacker.attempt(call("kill", target, int(number)))
    assert answer.error in (None, "Unhandled")
    assert platform_processes(server) == before
    assert all(host.is_alive(pid) for pid in neighbours)
    assert attacker.call("getpid").succeeded, "the next invocation is served"


@pytest.mark.attack("T22")
def test_the_init_of_a_sandbox_cannot_be_ended_from_inside(attacker, server):
    done = attacker.do(
        *[call("kill", 1, number) for number in range(1, 65)][:60], call("getppid"),
    )  # fmt: skip
    assert done[-1].succeeded
    assert attacker.call("getppid").succeeded


@pytest.mark.attack("T22")
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV, signal.SIGSYS], ids=["kill", "stop", "segv", "sys"]
)
def test_a_runtime_that_is_hurt_is_replaced(deploy_attacker, server, number):
    attacker = deploy_attacker(Timeout=2)
    attacker.call("getpid")
    before = set(environments(server))
    answer = attacker.attempt(call("getpid"), call("kill", value_of(0), int(number)), sleep(5))
    assert answer.error == "Unhandled"
    assert attacker.call("getpid").succeeded
    assert set(environments(server)) - before, "another environment serves"


@pytest.mark.attack("T22")
def test_a_stopped_runtime_does_not_keep_its_environment(deploy_attacker, server):
    """SIGKILL ends what is stopped."""
    attacker = deploy_attacker(Timeout=1)
    before = set(environments(server))
    attacker.attempt(call("getpid"), call("kill", value_of(0), int(signal.SIGSTOP)), sleep(5))
    wait_until(lambda: not set(environments(server)) - before, 3, what="the end of the stopped environment")
