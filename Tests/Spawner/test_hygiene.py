"""What one invocation leaves behind is gone before the next: init goes back to the baseline, or says that it cannot."""

import contextlib
import json
import os
import secrets
import subprocess
import time

import pytest

from harness.control_groups import Group, hierarchies, unified
from spawner_client import RESTORE, SLOT_BODY, message, until

# A runtime that evaluates what comes over its connection, a Python expression a line as JSON, and answers with its repr.
SHELL = """
import ctypes, json, mmap, os, signal, socket, subprocess, sys, threading, time
connection = socket.create_connection(('127.0.0.1', 9001)).makefile('rw')
kept = []
def deep(top, count):
    here = os.open(top, os.O_RDONLY)
    for n in range(count):
        os.mkdir('d', dir_fd=here)
        here, above = os.open('d', os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
for line in connection:
    try:
        answer = repr(eval(json.loads(line)))
    except OSError as error:
        answer = repr(error)
    connection.write(json.dumps(answer) + chr(10)); connection.flush()
"""


LAST_NUMBER = "/proc/sys/kernel/ns_last_pid"


class Runtime:
    def __init__(self, spawner, **options):
        self.environment = spawner.python(SHELL, **options)
        self.stream = self.environment.accept().makefile("rw")

    def do(self, text):
        self.stream.write(json.dumps(text) + "\n")
        self.stream.flush()
        return json.loads(self.stream.readline())

    def files(self):
        return self.do("[sorted(os.path.join(p, n) for p, d, f in os.walk(t) for n in d + f) for t in ('/tmp', '/dev/shm')]")


@pytest.fixture
def runtime(spawner):
    return Runtime(spawner, memory_mib=512)


def test_without_a_noted_baseline_all_goes_but_the_runtime(runtime):
    runtime.do("open('/tmp/f', 'w').write('x')")
    assert runtime.environment.restore()
    assert runtime.files() == "[[], []]"


def test_a_baseline_of_nothing_is_restored(runtime):
    assert runtime.environment.note_baseline()
    assert runtime.environment.restore()
    assert runtime.files() == "[[], []]"


MESSES = {
    "files": "[open(f'{t}/{n}', 'w').write('x') for t in ('/tmp', '/dev/shm') for n in range(50)]",
    "a directory tree": "[os.makedirs(f'/tmp/a/{n}/b/c') or open(f'/tmp/a/{n}/b/c/f', 'w').write('x') for n in range(20)]",
    "a deep tree": "deep('/tmp', 900)",
    "a directory without permissions": "os.makedirs('/tmp/closed/inner') or open('/tmp/closed/inner/f', 'w').write('x') and os.chmod('/tmp/closed/inner', 0) or os.chmod('/tmp/closed', 0)",
    "links": "os.symlink('/etc', '/tmp/link') or os.symlink('/nowhere', '/tmp/dangling') or os.mkfifo('/tmp/fifo') or os.link('/tmp/fifo', '/tmp/hard')",
    "a socket": "socket.socket(socket.AF_UNIX).bind('/tmp/socket')",
    "names like those used for discarding": "[os.makedirs(f'/tmp/.discarded-{n}/x/y') for n in range(5)]",
    "the mode of /tmp": "os.chmod('/tmp', 0o700)",
    "a background process": "subprocess.Popen(['/bin/sleep', '1000']).pid",
    "a daemon": "subprocess.run(['/bin/sh', '-c', 'setsid sleep 1000 & setsid sleep 1000 & exit 0']).returncode",
    "a process that hides": "subprocess.Popen(['/usr/bin/python3', '-c', 'import ctypes, time; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); open(\"/tmp/hidden\", \"w\"); time.sleep(1000)']).pid",
    "a process that holds a file without a name": "subprocess.Popen(['/usr/bin/python3', '-c', 'import os, time; f = os.open(\"/tmp\", os.O_RDWR | os.O_TMPFILE); os.write(f, b\"x\" * 9999); open(\"/tmp/held\", \"w\"); time.sleep(1000)']).pid",
    "a stopped process": "os.kill(subprocess.Popen(['/bin/sleep', '1000']).pid, signal.SIGSTOP)",
}


@pytest.mark.parametrize("mess", MESSES.values(), ids=MESSES.keys())
def test_what_an_invocation_left_is_gone(runtime, mess):
    assert runtime.environment.note_baseline()
    answer = runtime.do(mess)
    assert "Error" not in answer, answer
    if "/tmp/hidden" in mess or "/tmp/held" in mess:
        name = "/tmp/hidden" if "/tmp/hidden" in mess else "/tmp/held"
        until(lambda: runtime.do(f"os.path.exists('{name}')") == "True", "the process is under way")
    assert runtime.environment.restore()
    assert runtime.files() == "[[], []]"
    assert runtime.do("oct(os.stat('/tmp').st_mode)") == "'0o41777'"
    assert processes(runtime) == 2, "init and the runtime"


def processes(runtime):
    if runtime.environment.group is None:
        return len(runtime.environment.spawner.processes(1000))
    with open(os.open("cgroup.procs", os.O_RDONLY, dir_fd=runtime.environment.group)) as file:
        return len(file.read().split())


def test_a_thousand_processes_are_ended(runtime):
    assert runtime.environment.note_baseline()
    runtime.do("[os.fork() == 0 and (time.sleep(1000), os._exit(0)) for _ in range(300)] and 0")
    assert processes(runtime) > 300
    assert runtime.environment.restore()
    assert processes(runtime) == 2


def test_what_was_there_before_the_first_work_stays(runtime):
    runtime.do("os.makedirs('/tmp/cache/deep') or open('/tmp/cache/deep/data', 'w').write('kept')")
    helper = runtime.do("subprocess.Popen(['/bin/sleep', '1000']).pid")
    assert runtime.environment.note_baseline()
    before = runtime.do("[(n, os.stat(n).st_mtime_ns) for n in ('/tmp', '/tmp/cache', '/tmp/cache/deep', '/tmp/cache/deep/data')]")
    runtime.do("os.makedirs('/tmp/cache/new/x') or open('/tmp/cache/deep/new', 'w').write('x') and open('/tmp/f', 'w').write('x') and subprocess.Popen(['/bin/sleep', '1000']).pid")
    assert runtime.environment.restore()
    assert runtime.files() == "[['/tmp/cache', '/tmp/cache/deep', '/tmp/cache/deep/data'], []]"
    assert runtime.do("[(n, os.stat(n).st_mtime_ns) for n in ('/tmp', '/tmp/cache', '/tmp/cache/deep', '/tmp/cache/deep/data')]") == before
    assert runtime.do(f"open('/proc/{helper}/comm').read()") == repr('sleep\n')
    assert processes(runtime) == 3


SPOILED = {
    "changed": "open('/tmp/data', 'r+').write('K')",
    "changed with its times set back": "(lambda s: (open('/tmp/data', 'r+').write('K'), os.utime('/tmp/data', ns=(s.st_atime_ns, s.st_mtime_ns))))(os.stat('/tmp/data'))",
    "removed": "os.unlink('/tmp/data')",
    "replaced": "os.rename('/tmp/data', '/tmp/x') or open('/tmp/data', 'w').write('kept')",
    "moved": "os.rename('/tmp/data', '/tmp/folder/data')",
    "linked": "os.link('/tmp/data', '/tmp/folder/second') or os.unlink('/tmp/folder/second')",
    "opened to all": "os.chmod('/tmp/data', 0o777)",
    "a folder removed": "os.rmdir('/tmp/folder')",
    "a folder replaced": "os.rename('/tmp/folder', '/tmp/y') or os.mkdir('/tmp/folder')",
    "a folder replaced by a link": "os.rename('/tmp/folder', '/tmp/y') or os.symlink('/etc', '/tmp/folder')",
}


@pytest.mark.parametrize("change", SPOILED.values(), ids=SPOILED.keys())
def test_a_file_of_the_baseline_that_was_touched_cannot_be_restored(runtime, change):
    runtime.do("os.mkdir('/tmp/folder') or open('/tmp/data', 'w').write('kept')")
    assert runtime.environment.note_baseline()
    answer = runtime.do(change)
    assert "Error" not in answer, answer
    assert not runtime.environment.restore()


def test_a_file_without_a_name_that_the_runtime_holds_cannot_be_removed(runtime):
    assert runtime.environment.note_baseline()
    runtime.do("kept.append(os.open('/tmp', os.O_RDWR | os.O_TMPFILE)) or os.write(kept[0], b'secret')")
    assert not runtime.environment.restore()


def test_a_thread_that_goes_on_making_files_is_noticed(runtime):
    assert runtime.environment.note_baseline()
    runtime.do("threading.Thread(target=lambda: [open(f'/tmp/{n}', 'w').close() for n in range(10**9)], daemon=True).start()")
    # Init may by chance look when the thread has been stopped for a moment; whoever looks later sees more.
    until(lambda: not runtime.environment.restore() or runtime.files() != "[[], []]", "init cannot go back, or files are seen")


def test_what_hinders_init_ends_in_no(runtime):
    assert runtime.environment.note_baseline()
    runtime.do("[os.kill(1, s) for s in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1)]")
    runtime.do("open('/tmp/x', 'w').close()")
    assert runtime.environment.restore(), "no signal from inside reaches it"
    assert runtime.files() == "[[], []]"


@pytest.mark.skipif(not os.path.exists(LAST_NUMBER), reason="this kernel does not let root choose the number of a process")
def test_a_process_under_the_number_of_a_helper_that_has_ended_is_ended(runtime):
    helper = int(runtime.do("(kept.append(subprocess.Popen(['/bin/sleep', '1000'])), kept[0].pid)[1]"))
    assert runtime.environment.note_baseline()
    runtime.do("kept[0].kill() or kept[0].wait()")
    init = min(runtime.environment.spawner.processes())
    subprocess.run(["nsenter", f"--pid=/proc/{init}/ns/pid", "sh", "-c", f"echo {helper - 1} > {LAST_NUMBER}"], check=True)
    assert int(runtime.do("subprocess.Popen(['/bin/sleep', '1000']).pid")) == helper
    assert runtime.environment.restore()
    assert processes(runtime) == 2


@contextlib.contextmanager
def frozen(pid):
    """In v1 what is frozen does not end before it is thawed, by no signal."""
    root = next(place for place, options in hierarchies("cgroup").items() if "freezer" in options)
    group = Group([root]).make(f"redoubt-test-{secrets.token_hex(6)}")
    group.add(pid)
    group.freeze()
    try:
        yield
    finally:
        group.thaw()
        until(lambda: not group.processes, "it ends")
        group.folders[0].rmdir()


@pytest.mark.skipif(unified() is not None, reason="in v2 what is frozen ends like any other")
def test_a_process_that_does_not_end_is_waited_for_no_longer_than_the_limit(runtime):
    assert runtime.environment.note_baseline()
    before = set(runtime.environment.spawner.processes())
    runtime.do("subprocess.Popen(['/bin/sleep', '1000']).pid")
    (pid,) = set(runtime.environment.spawner.processes()) - before
    with frozen(pid):
        assert not runtime.environment.restore()


def test_more_files_than_can_be_kept_are_no_baseline(spawner):
    runtime = Runtime(spawner, memory_mib=512, ephemeral_mib=1024)
    runtime.do("[open(f'/tmp/{n}', 'w').close() for n in range(17000)] and 0")
    assert not runtime.environment.note_baseline()


def test_two_orders_at_once_end_the_environment(runtime):
    environment = runtime.environment
    packet = SLOT_BODY.pack(environment.slot, environment.generation)
    runtime.do("[open(f'/tmp/{n}', 'w').close() for n in range(3000)] and 0")
    for request in (1001, 1002):
        environment.spawner.send(message(RESTORE, request, packet))
    assert environment.exited().wait_status == 9


def test_a_restoration_costs_little(runtime, capsys):
    assert runtime.environment.note_baseline()
    times = []
    for _ in range(50):
        runtime.do("open('/tmp/x', 'w').write('x')")
        begin = time.perf_counter()
        assert runtime.environment.restore()
        times.append(time.perf_counter() - begin)
    with capsys.disabled():
        print(f"\nrestoration of one file: median {sorted(times)[25] * 1e6:.0f} us")
