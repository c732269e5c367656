"""What a sandbox may do to other processes of the user who started the spawner: to the host they are one user."""

import ctypes
import json
import os
import resource
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import IS_SANITIZED, needs
from modes import ROOTLESS, Mode
from spawner_client import FAILED, NOT_A_ZIP, make_zip
from test_isolation import PRELUDE, look

WAIT = "import time; print('up', flush=True); time.sleep(1000)"


@pytest.fixture
def mode():
    if IS_SANITIZED:
        pytest.skip("the sanitizer's own memory is beyond the unpacker's limit of data")
    return ROOTLESS


@pytest.fixture
def bystander(mode):
    """Another process of the same user, outside of every sandbox."""
    process = subprocess.Popen(["sleep", "1000"], preexec_fn=mode.become, cwd="/")
    yield process
    assert process.poll() is None, "another process of the user has ended"
    process.kill()
    process.wait()


def test_signals_priorities_and_traces_do_not_reach_the_users_other_processes(spawner, bystander):
    before, limits = os.getpriority(os.PRIO_PROCESS, bystander.pid), Path(f"/proc/{bystander.pid}/limits").read_text()
    found = look(spawner, f"""
out['kill'] = [attempt(lambda: os.kill({bystander.pid}, 9)), attempt(lambda: os.kill(-{bystander.pid}, 9))]
import signal
signal.signal(15, signal.SIG_IGN)
attempt(lambda: os.kill(-1, 15))
out['priority'] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, {bystander.pid}, 19))
attempt(lambda: os.setpriority(os.PRIO_USER, 0, 19))
libc.syscall(251, 3, 0, 3 << 13)  # ioprio_set of the whole user, to idle
out['limit'] = attempt(lambda: __import__('resource').prlimit({bystander.pid}, 7, (1, 1)))
out['ptrace'] = call(101, 16, {bystander.pid}, 0, 0)
out['proc'] = os.path.exists('/proc/{bystander.pid}')
""")
    assert found["kill"] == ["ESRCH", "ESRCH"] and found["priority"] == "ESRCH"
    assert found["limit"] in ("ESRCH", "ENOSYS", "EPERM") and found["ptrace"] in ("EPERM", "ENOSYS") and not found["proc"]
    assert os.getpriority(os.PRIO_PROCESS, bystander.pid) == before
    assert Path(f"/proc/{bystander.pid}/limits").read_text() == limits


def test_no_file_of_the_user_is_in_sight(spawner, open_folder, mode):
    secret = open_folder / f"secret-{os.getpid()}"
    secret.write_text("x")
    os.chown(secret, mode.uid, mode.uid)
    found = look(spawner, f"""
out['secret'] = attempt(lambda: open({str(secret)!r}))
out['owned'] = [path for folder in ('/etc', '/usr/bin', '/var') for path, _, _ in os.walk(folder) if os.access(path, os.W_OK)]
for path in ('/etc/passwd', '/', '/var/task', '/var/task/main.py', '/dev'):
    out[path] = attempt(lambda: os.chmod(path, 0o777))
""")
    assert found.pop("secret") == "ENOENT" and found.pop("owned") == []
    assert set(found.values()) == {"EROFS"}


def test_the_spawner_cannot_be_read_by_its_own_user(spawner, mode):
    spawner.python(WAIT).read_log("up")
    for pid in [spawner.pid, min(spawner.processes())]:
        done = mode.run("/bin/sh", "-c", f"cat /proc/{pid}/environ || cat /proc/{pid}/maps || ls /proc/{pid}/fd/")
        assert done.returncode != 0 and done.stdout == "", done


def test_what_the_kernel_counts_for_a_user_is_not_used_up(spawner, mode):
    """Watches of inotify: half of them stay for the user."""
    limit = int(Path("/proc/sys/fs/inotify/max_user_instances").read_text())
    source = """
count = 0
while libc.inotify_init() >= 0: count += 1
out['count'], out['error'] = count, errno.errorcode[ctypes.get_errno()]
print(json.dumps(out), flush=True)
import time; time.sleep(1000)
"""
    counts = []
    for _ in range(3):
        running = spawner.python(PRELUDE + source)
        counts.append(json.loads(running.read_log("}"))["count"])
    assert sum(counts) == limit // 2
    program = "import ctypes; libc = ctypes.CDLL(None); assert libc.inotify_init() >= 0"
    assert mode.run("/usr/bin/python3", "-c", program).returncode == 0


def test_a_fork_bomb_leaves_the_user_and_other_functions_alone(spawner, mode):
    bomb = spawner.python("""
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
        count += 1
except OSError as error:
    print('stopped', error.errno, count, flush=True)
time.sleep(1000)
""", memory_mib=2048)
    stopped = bomb.read_log("stopped").split()
    assert stopped[1] == "11" and 900 < int(stopped[2]) <= 1024
    assert mode.run("/bin/sh", "-c", "/bin/true & wait").returncode == 0
    assert spawner.run_python("import os; os.fork() or os._exit(0); print('well')")[0] == "well\n"


def test_functions_together_leave_a_quarter_of_the_users_processes(launch, mode):
    """`ulimit -u` is the host's word on a user: functions stop before it."""
    limited = replace(mode, prepare=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (400, 400)))
    spawner = launch(mode=limited)
    bomb = spawner.python("""
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
        count += 1
except OSError as error:
    print('stopped', count, flush=True)
time.sleep(1000)
""")
    log = bomb.read_log("stopped")
    assert 250 < int(log.split()[1]) <= 300, log


def test_limits_that_stand_in_for_a_group_cannot_be_raised_from_inside(spawner):
    found = look(spawner, """
import resource
out['limits'] = [resource.getrlimit(resource.RLIMIT_NPROC), resource.getrlimit(resource.RLIMIT_DATA)]
def higher(kind):
    try:
        resource.setrlimit(kind, (1 << 40, 1 << 40))
        return 'raised'
    except ValueError:
        return 'refused'
out['higher'] = [higher(resource.RLIMIT_NPROC), higher(resource.RLIMIT_DATA)]
out['rank'] = os.nice(0)
out['lower rank'] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, 0))
""", memory_mib=256)
    assert found["limits"] == [[1024, 1024], [(256 + 192) << 20] * 2]
    assert found["higher"] == ["refused", "refused"]
    assert found["rank"] == 10 and found["lower rank"] in ("EACCES", "EPERM")


def test_a_spawner_that_has_less_than_that_rank_gives_none_back(launch, mode):
    spawner = launch(mode=replace(mode, prepare=lambda: (mode.prepare(), os.nice(15))))
    assert int(spawner.run_python("import os; print(os.nice(0))")[0]) >= 15


def test_python_with_threads_starts_in_the_least_memory(spawner):
    log, _ = spawner.run_python("""
import threading
barrier = threading.Barrier(17)
threads = [threading.Thread(target=barrier.wait) for _ in range(16)]
for thread in threads: thread.start()
barrier.wait()
held = bytearray(60 << 20)
print('well')
""", memory_mib=128)
    assert log == "well\n"


@needs("node")
def test_node_starts_in_the_least_memory(spawner):
    running = spawner.start({"main.js": "console.log('well', Buffer.alloc(40 << 20, 1).length)"}, 2, memory_mib=128)
    assert running.read_log() == f"well {40 << 20}\n"


HOSTILE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
  int write = open("/proc/self/exe", O_WRONLY | O_TRUNC) < 0 ? errno : 0;
  int mode = chmod("/proc/self/exe", 0777) != 0 ? errno : 0;
  dprintf(4, "%s, %s", strerror(write), strerror(mode));
  return 16;
}
"""


def test_an_unpacker_that_was_taken_over_cannot_change_its_own_program(launch, configuration, open_folder, mode):
    """Its file may well be the user's, whom it runs as."""
    program = open_folder / "hostile"
    subprocess.run(["cc", "-x", "c", "-", "-o", str(program)], input=HOSTILE.encode(), check=True)
    os.chown(program, mode.uid, mode.uid)
    lines = [f"unpacker {program}" if line.startswith("unpacker") else line for line in configuration.splitlines()]
    answer = launch("\n".join(lines) + "\n").unpack(make_zip({"a": "b"}))
    assert (answer.kind, answer.failure) == (FAILED, NOT_A_ZIP)
    assert answer.detail == "Read-only file system, Read-only file system"
    assert program.stat().st_mode & 0o777 == 0o755


def test_too_few_descriptors_are_refused_with_the_number_that_fits(launch):
    limited = replace(ROOTLESS, prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (3800, 3800)))
    spawner = launch(mode=limited)
    assert spawner.process.wait(20) == 78
    assert "slots 24: the hard limit of 3800 open files has room for 6" in spawner.process.stderr.read().decode()


def forbid_namespaces():
    """As `sysctl user.max_user_namespaces=0` does for a whole host: in a namespace whose only user is number 1000."""
    assert ctypes.CDLL(None).unshare(0x10000000) == 0
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def test_a_host_that_gives_no_user_namespaces_is_refused(launch):
    walled = Mode("without namespaces", prepare=forbid_namespaces)
    spawner = launch(mode=walled)
    assert spawner.process.wait(20) == 78
    assert "user id 1000 may not make a user namespace here" in spawner.process.stderr.read().decode()
