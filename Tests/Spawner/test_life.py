"""From the start of an environment to the last trace of it."""

import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

import pytest

from conftest import IS_SANITIZED, UID_BASE
from harness.control_groups import LEAF, Group, hierarchies, unified
from harness.waiting import SLOWNESS
from spawner_client import (FAILED, KILL, SLOT_BODY, STARTED, Environment, groups, make_zip, message, until)

WAIT = "import time; print('up', flush=True); time.sleep(1000)"

CLIENT = """
import socket, sys
connection = socket.create_connection(('127.0.0.1', 9001))
connection.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')
reply = connection.recv(1000)
print('got', reply.decode().splitlines()[-1], flush=True)
sys.exit(7)
"""


def serve_one(environment):
    connection = environment.accept()
    request = connection.recv(1000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    connection.close()
    return request


def groups_of_sandboxes(instance):
    """Their folders, in each hierarchy."""
    return [folder for group in groups(instance) for name in os.listdir(group)
            if name.isdigit() and os.path.isdir(folder := os.path.join(group, name))]


def test_python_talks_to_the_runtime_api_from_inside(spawner):
    running = spawner.python(CLIENT)
    assert serve_one(running).startswith(b"GET /2018-06-01/runtime/invocation/next")
    assert running.read_log() == "got hello\n"
    assert running.exited().wait_status == 7 << 8


C_CLIENT = r"""
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9001), .sin_addr.s_addr = htonl(0x7f000001)};
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(s, (void *)&to, sizeof to)) return 1;
  char b[100] = "GET / HTTP/1.1\r\n\r\n";
  write(s, b, strlen(b));
  int n = read(s, b, 99);
  printf("C %.*s %s\n", 5, b + n - 5, getenv("NAME"));
  return 0;
}
"""


@pytest.mark.parametrize("flags", [["-static"], []], ids=["static", "dynamic"])
def test_a_custom_runtime_is_executed(spawner, compile_static, flags):
    running = spawner.start({"bootstrap": (compile_static(C_CLIENT, *flags), 0o100755)}, 0, {"NAME": "value"})
    serve_one(running)
    assert running.read_log() == "C hello value\n"
    assert running.exited().wait_status == 0


def test_a_script_is_a_custom_runtime(spawner):
    running = spawner.start({"bootstrap": ("#!/bin/sh\necho $0 $#\nexit 5\n", 0o100755)}, 0)
    assert running.read_log() == "/var/task/bootstrap 0\n" and running.exited().wait_status == 5 << 8


@pytest.mark.parametrize("files, status", [
    ({"other": "x"}, 127), ({"bootstrap": ("x", 0o100644)}, 126), ({"bootstrap": ("not a program", 0o100755)}, 126),
    ({"bootstrap": ("#!/nonexistent\n", 0o100755)}, 127), ({"bootstrap": ("", 0o100755)}, 126),
])
def test_a_runtime_that_cannot_be_executed_says_so_by_its_status(spawner, files, status):
    running = spawner.start(files, 0)
    assert running.read_log() == "" and running.exited().wait_status == status << 8


def test_a_signal_that_ended_the_runtime_is_reported(spawner):
    assert spawner.run_python("import os; os.kill(os.getpid(), 11)")[1].wait_status & 0x7f == 11


def test_kill_ends_the_whole_tree_and_leaves_no_group(spawner, instance, has_groups):
    running = spawner.python("""
import os, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(1000)
        os._exit(0)
print('up', flush=True); time.sleep(1000)
""")
    running.read_log("up")
    until(lambda: len(spawner.processes()) == 7, "init, the program and five orphans")
    assert bool(groups_of_sandboxes(instance)) == has_groups
    running.kill()
    assert running.exited().wait_status == signal.SIGKILL
    assert spawner.processes() == []
    assert groups_of_sandboxes(instance) == []


def test_a_daemon_does_not_outlive_its_runtime(spawner):
    log, answer = spawner.run_python("""
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print('daemon', flush=True); os.write(writer, b'x'); time.sleep(1000)
    os._exit(0)
os.wait(); os.read(reader, 1)
""")
    assert log == "daemon\n" and answer.wait_status == 0 and spawner.processes() == []


def test_orphans_are_reaped(spawner):
    log, _ = spawner.run_python("""
import os, time
for _ in range(3000):
    if os.fork() == 0:
        if os.fork() == 0: os._exit(0)
        os._exit(0)
    os.wait()
print('made')
""")
    assert log == "made\n"


def test_limits_apply_before_and_after_the_init_phase(spawner, instance, has_groups):
    if not has_groups:
        pytest.skip("no control groups: what stands in for them is in test_rootless.py")
    running = spawner.python(WAIT, memory_mib=1769)
    running.read_log("up")
    group = Group.named(f"redoubt-{instance}/{running.group_name}")
    assert group.memory_limit == 1769 + 64 + 32 << 20 and group.swap_limit in (0, None) and group.process_limit == 1024
    assert group.processor_quota is None and group.processor_weight == 1
    running.settle()
    until(lambda: group.processor_quota == 100000, "quota of one vCPU")
    assert int(os.pread(running.peak, 100, 0)) > 0
    running.kill()


@pytest.mark.parametrize("memory_mib, weight, quota", [(64, 0.03, 3617), (128, 0.07, 7235), (3538, 2, 200000)])
def test_the_share_of_a_processor_follows_the_memory(spawner, instance, memory_mib, weight, quota, has_groups):
    if not has_groups:
        pytest.skip("no control groups: nice alone stands in for shares")
    running = spawner.python(WAIT, memory_mib=memory_mib)
    running.settle()
    group = Group.named(f"redoubt-{instance}/{running.group_name}")
    until(lambda: group.processor_quota == quota, "the quota")
    assert group.processor_weight == pytest.approx(weight, abs=0.01)
    running.kill()


def test_a_closed_server_socket_ends_everything(launch, instance):
    spawner = launch()
    for _ in range(5):
        spawner.python(WAIT).read_log("up")
    spawner.ask_unpack(make_zip({"x": os.urandom(1 << 20)}))
    assert spawner.stop() == 0 and spawner.errors == ""
    assert spawner.processes() == [] and groups(instance) == []


def test_a_killed_spawner_takes_its_sandboxes_along_and_the_next_one_sweeps(launch, instance, has_groups):
    first = launch()
    running = [first.python(WAIT) for _ in range(5)]
    for environment in running:
        environment.read_log("up")
    for environment in running[:3]:
        if environment.freezer is not None:
            os.write(environment.freezer, b"1")
    first.send(first.start_message(first.tree({"main.py": WAIT}), 1, {})[1])  # one that is half-way
    os.kill(first.pid, signal.SIGKILL)
    first.process.wait()
    until(lambda: first.processes() == [], "sandboxes end with their spawner")
    left = groups_of_sandboxes(instance)
    assert bool(left) == has_groups
    second = launch()
    assert second.run_python("print('again')")[0] == "again\n"
    assert not set(left) & set(groups_of_sandboxes(instance))
    assert second.stop() == 0
    assert groups(instance) == []


COUNTING = """
import time
while True:
    print('turn', flush=True); time.sleep(0.001)
"""


def test_a_frozen_environment_stops_goes_on_and_can_be_killed(spawner, instance, has_groups):
    if not has_groups or not hierarchies("cgroup2"):
        pytest.skip("nothing that freezes")
    running = spawner.python(COUNTING)
    running.read_log("turn")
    group = Group.named(f"redoubt-{instance}/{running.group_name}")
    os.write(running.freezer, b"1")
    until(lambda: "frozen 1" in group.read("cgroup.events"), "all of it is frozen")
    printed(running)
    time.sleep(0.1)
    assert printed(running) == b""
    os.write(running.freezer, b"0")
    running.read_log("turn")
    os.write(running.freezer, b"1")
    until(lambda: "frozen 1" in group.read("cgroup.events"), "all of it is frozen")
    running.kill()
    assert running.exited().wait_status == signal.SIGKILL
    assert spawner.processes() == []


def printed(running):
    """What is in the log pipe now."""
    try:
        return os.read(running.log, 1 << 20)
    except BlockingIOError:
        return b""


def leave(instance, *path):
    """A group as a dead spawner may leave it, and a process in it."""
    group = Group.named(f"redoubt-{instance}")
    for name in path:
        group = group.make(name)
    process = subprocess.Popen(["sleep", "1000"])
    group.add(process.pid)
    return group, process


def test_what_still_runs_in_a_left_group_is_ended_even_if_frozen(launch, instance, has_groups):
    if not has_groups:
        pytest.skip("no control groups that could be left")
    launch().run_python("pass")  # makes the groups
    group, process = leave(instance, "9-9")
    group.freeze()
    try:
        second = launch()
        assert second.run_python("print('x')")[0] == "x\n"
        assert process.wait(10) == -signal.SIGKILL
        assert not Group.named(f"redoubt-{instance}/9-9")
    finally:  # frozen it could not be ended, nor could whoever waits for it
        group.thaw()
        process.kill()
        process.wait(10)


def test_a_left_group_is_removed_with_the_groups_in_it(launch, instance, has_groups):
    if not has_groups:
        pytest.skip("no control groups that could be left")
    launch().run_python("pass")
    _, process = leave(instance, "9-9", "inner", "innermost")
    second = launch()
    assert second.run_python("print('x')")[0] == "x\n"
    assert process.wait(10) == -signal.SIGKILL
    assert not Group.named(f"redoubt-{instance}/9-9")


@pytest.mark.skipif(unified() is None, reason="v1 has no rule about where processes are")
def test_the_platform_moves_into_a_leaf_to_hand_controllers_down(spawner, place, has_groups):
    if not has_groups:
        pytest.skip("no control groups: the place is not the user's")
    spawner.run_python("pass")
    assert Group.of(spawner.pid).folders == [place.folder / LEAF]
    assert set((place.folder / "cgroup.subtree_control").read_text().split()) >= {"memory", "cpu", "pids"}


@pytest.mark.skipif(unified() is None, reason="v1 has no rule about where processes are")
def test_a_group_that_holds_processes_of_others_is_refused(launch, place, has_groups):
    if not has_groups:
        pytest.skip("no control groups: the place is not the user's")
    other = subprocess.Popen(["sh", "-c", "sleep 1000 & echo $!; wait"], stdout=subprocess.PIPE, text=True,
                             start_new_session=True, preexec_fn=place.enter)
    sleeper = int(other.stdout.readline())
    spawner = launch()
    assert spawner.process.wait(20) == 78
    error = spawner.process.stderr.read().decode()
    assert f"process {sleeper} is not redoubt's" in error and "Delegate=yes" in error
    assert os.path.exists(f"/proc/{sleeper}")
    os.killpg(other.pid, signal.SIGKILL)
    other.communicate()


def test_only_the_own_instance_is_swept(launch, configuration, instance):
    other = launch(configuration.replace(instance, "f" * 32).replace(f"uid-base {UID_BASE}", f"uid-base {UID_BASE + 1000}"))
    running = other.python(WAIT)
    running.read_log("up")
    assert launch().run_python("print('x')")[0] == "x\n"
    assert len(other.processes()) == 2
    running.kill()
    running.exited()
    assert other.stop() == 0


def test_a_start_that_is_killed_half_way_fails(spawner):
    digest = spawner.tree({"main.py": WAIT})
    request, packet = spawner.start_message(digest, 1, {})
    spawner.send(packet)
    spawner.send(message(KILL, 0, SLOT_BODY.pack(0, 1)))
    answer = spawner.wait_for(lambda a: a.request == request)
    if answer.kind == STARTED:  # it was quicker
        assert Environment(spawner, answer).exited().wait_status == 9
    else:
        # Before it was ready, or between that and the word that it may go on.
        assert answer.kind == FAILED and answer.detail in ("ended while it was set up", "gate")
    until(lambda: spawner.processes() == [], "nothing is left")


def test_a_hundred_starts_leave_nothing_behind(spawner, instance, capsys):
    digest = spawner.tree({"bootstrap": ("#!/bin/sh\nexit 0\n", 0o100755)})
    folder = f"/proc/{spawner.pid}/fd"
    mounts = Path(f"/proc/{spawner.pid}/mounts")
    before, mounted, times = None, None, []
    for index in range(110):
        begin = time.perf_counter()
        answer = spawner.try_start(digest, 0)
        times.append(time.perf_counter() - begin)
        assert answer.kind == STARTED, answer
        running = Environment(spawner, answer)
        assert running.exited().wait_status == 0
        running.close()
        if index == 9:
            before, mounted = len(os.listdir(folder)), mounts.read_text()
    assert len(os.listdir(folder)) == before and mounts.read_text() == mounted
    assert groups_of_sandboxes(instance) == []
    with capsys.disabled():
        print(f"\nstart to started: median {statistics.median(times) * 1000:.2f} ms, 90th percentile {sorted(times)[98] * 1000:.2f} ms")


def test_a_boot_of_python_is_measured(spawner, capsys):
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        running = spawner.python("import socket; socket.create_connection(('127.0.0.1', 9001)).recv(1)")
        running.accept().close()
        times.append(time.perf_counter() - begin)
        running.exited()
        running.close()
    with capsys.disabled():
        print(f"\nstart to a connection from python: median {statistics.median(times) * 1000:.1f} ms")
    assert IS_SANITIZED or statistics.median(times) < 1 * SLOWNESS


def test_twenty_at_once(spawner):
    digest = spawner.tree({"main.py": WAIT})
    packets = [spawner.start_message(digest, 1, {}) for _ in range(20)]
    for _, packet in packets:
        spawner.send(packet)
    running = [Environment(spawner, spawner.wait_for(lambda a: a.request == request)) for request, _ in packets]
    for environment in running:
        environment.read_log("up")
        environment.kill()
    for environment in running:
        assert environment.exited().wait_status == 9
