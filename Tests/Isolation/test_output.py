"""What a function prints or answers without end costs the platform nothing that lasts, and harms no neighbour."""

import threading

import pytest
from harness import host
from harness.attacker import MEBIBYTE, call, filled, repeat
from harness.host import platform_processes
from harness.waiting import wait_until

LOG_ALLOWANCE = 160 * MEBIBYTE
"""What the platform may grow by while functions print: the log buffer of 64 MiB, and what its events need besides."""
ALLOWANCE = 32 * MEBIBYTE
"""What they may grow by anything that a runtime sends: a response is held up to its limit only."""
STANDARD_OUTPUT = 1


class PlatformMemory:
    """The most that the platform's processes held while the block ran."""

    def __init__(self, server):
        self.server = server
        self.growth = 0

    def __enter__(self):
        self.pids = platform_processes(self.server)
        self.before = self.held()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.growth = max(self.growth, self.held() - self.before)

    def watch(self):
        while not self.over.wait(0.01):
            self.growth = max(self.growth, self.held() - self.before)

    def held(self):
        return sum(int(host.status_field(pid, "VmRSS") or 0) << 10 for pid in self.pids)


@pytest.fixture
def platform_memory(server):
    return PlatformMemory(server)


@pytest.mark.attack("T14")
@pytest.mark.parametrize(
    "byte, mebibytes", [(b"x", 300), (b"\n", 100), (b"\xff", 100)], ids=["one line", "empty lines", "not UTF-8"]
)
def test_hundreds_of_megabytes_of_output_are_not_held(deploy_attacker, platform_memory, byte, mebibytes):
    """As events, each of them would be 300 MiB and more."""
    attacker = deploy_attacker(Timeout=120)
    attacker.call("getpid")
    with platform_memory:
        answer = attacker.attempt(
            repeat(mebibytes, "write", STANDARD_OUTPUT, filled(MEBIBYTE, byte), MEBIBYTE), tail=True
        )
    assert answer.error is None or "timed out" in answer.json["errorMessage"]
    assert len(answer.log) <= 4096 and "REPORT" in answer.log
    assert platform_memory.growth < LOG_ALLOWANCE


@pytest.mark.attack("T14")
def test_a_line_of_ten_megabytes_is_cut_and_the_next_one_stands_alone(deploy_attacker, messages):
    attacker = deploy_attacker(Timeout=60)
    answer = attacker.attempt(
        repeat(10, "write", STANDARD_OUTPUT, filled(MEBIBYTE), MEBIBYTE),
        call("write", STANDARD_OUTPUT, b"\nthe next line\n", 15),
    )
    assert answer.error is None
    found = messages(attacker.name, f"REPORT RequestId: {answer.request_id}")
    assert max(len(text.encode()) for text in found) <= 262_144
    assert "the next line" in found


@pytest.mark.attack("T14")
@pytest.mark.parametrize("size", [6 * MEBIBYTE + 200, 64 * MEBIBYTE])
def test_a_response_above_the_limit_is_refused_and_not_held(deploy_attacker, invoke, platform_memory, size):
    attacker = deploy_attacker(Timeout=60, MemorySize=1024)
    attacker.call("getpid")
    with platform_memory:
        answer = invoke(attacker.name, {"answer": size})
    assert answer.error == "Unhandled" and answer.json["errorType"] == "Function.ResponseSizeTooLarge"
    assert platform_memory.growth < ALLOWANCE
    assert attacker.call("getpid").succeeded


@pytest.mark.attack("T14")
def test_a_response_at_the_limit_is_delivered(deploy_attacker, invoke):
    attacker = deploy_attacker(Timeout=60, MemorySize=512)
    answer = invoke(attacker.name, {"answer": 6 * MEBIBYTE})
    assert answer.error is None and len(answer.json) == 6 * MEBIBYTE


@pytest.mark.attack("T14")
def test_output_that_ends_only_by_the_time_limit_is_bounded_too(deploy_attacker, server, platform_memory):
    attacker = deploy_attacker(Timeout=2)
    with platform_memory:
        answer = attacker.attempt(repeat(1 << 30, "write", STANDARD_OUTPUT, filled(MEBIBYTE), MEBIBYTE))
    assert "timed out" in answer.json["errorMessage"]
    assert platform_memory.growth < LOG_ALLOWANCE
    wait_until(server.is_healthy, 5, what="the server's health")
