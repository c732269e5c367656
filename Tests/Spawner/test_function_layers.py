"""Trees that an environment has at /opt besides its code: merged in order, read-only, and its own."""

import os

import pytest

from spawner_client import ACCOUNT, FAILED, FORGET, STARTED, TREE, UNKNOWN_TREE, Environment, make_zip, message
from test_isolation import look, program

LOWER = {"both": "lower", "lib/lower": "1", "lib/both": "lower", "kind/inside": "directory", "run": ("#!/bin/sh\necho ran", 0o100755)}
UPPER = {"both": "upper", "lib/upper": "2", "lib/both": "upper", "kind": "file"}
READ = """
def read(path):
    try: return open('/opt/' + path).read()
    except OSError as error: return error.errno
"""


@pytest.fixture
def lower(spawner):
    return spawner.tree(LOWER)


@pytest.fixture
def upper(spawner):
    return spawner.tree(UPPER)


def test_layers_are_merged_and_a_later_one_wins(spawner, lower, upper):
    source = READ + "out = [sorted(os.listdir('/opt')), sorted(os.listdir('/opt/lib')), *map(read, ('both', 'lib/both', 'lib/lower', 'lib/upper', 'kind'))]"
    merged = [["both", "kind", "lib", "run"], ["both", "lower", "upper"]]
    assert look(spawner, source, layers=[lower, upper]) == [*merged, "upper", "upper", "1", "2", "file"]
    assert look(spawner, source, layers=[upper, lower]) == [*merged, "lower", "lower", "1", "2", 21]


def test_five_layers_are_taken_in_order(spawner):
    layers = [spawner.tree({"top": str(number), f"own-{number}": ""}) for number in range(5)]
    assert look(spawner, "out = [open('/opt/top').read(), len(os.listdir('/opt'))]", layers=layers) == ["4", 6]
    assert look(spawner, "out = open('/opt/top').read()", layers=[*layers[:2], *reversed(layers[2:])]) == "2"


def test_a_program_of_a_layer_runs(spawner, lower):
    source = "import subprocess; out = subprocess.run(['/opt/run'], capture_output=True, text=True).stdout"
    assert look(spawner, source, layers=[lower]) == "ran\n"


def test_a_custom_runtime_may_come_in_a_layer_and_that_of_the_code_goes_before_it(spawner):
    def ran(files):
        layer = spawner.tree({"bootstrap": ("#!/bin/sh\necho layer $0", 0o100755)})
        running = spawner.start(files, 0, layers=[layer])
        log, _ = running.read_log(), running.exited()
        return log

    assert ran({"main.py": ""}) == "layer /opt/bootstrap\n"
    assert ran({"bootstrap": ("#!/bin/sh\necho code $0", 0o100755)}) == "code /var/task/bootstrap\n"


def test_without_layers_opt_is_as_before(spawner):
    assert look(spawner, "out = os.listdir('/opt'), os.listdir('/opt/lib')") == [["lib"], []]


def test_code_may_be_a_layer_too(spawner):
    digest = spawner.tree({"main.py": program("out = os.listdir('/opt')")})
    answer = spawner.try_start(digest, 1, layers=[digest])
    assert answer.kind == STARTED, answer
    running = Environment(spawner, answer)
    assert "main.py" in running.read_log()
    running.exited()


def test_nothing_at_opt_can_be_written_or_changed(spawner, lower):
    source = """
import errno
def attempt(call, *arguments):
    try: call(*arguments); return 'done'
    except OSError as error: return errno.errorcode[error.errno]
out = {name: attempt(*call) for name, call in {
    'write': (open, '/opt/both', 'w'), 'append': (open, '/opt/both', 'a'), 'make': (open, '/opt/new', 'w'),
    'directory': (os.mkdir, '/opt/lib/new'), 'remove': (os.unlink, '/opt/both'), 'rename': (os.rename, '/opt/both', '/opt/x'),
    'mode': (os.chmod, '/opt/both', 0o777), 'times': (os.utime, '/opt/both'), 'attribute': (os.setxattr, '/opt/both', 'user.a', b'1'),
}.items()}
out['read-only'] = bool(os.statvfs('/opt').f_flag & os.ST_RDONLY)
out['no setuid'] = bool(os.statvfs('/opt').f_flag & os.ST_NOSUID)
out['no devices'] = bool(os.statvfs('/opt').f_flag & 4)
"""
    found = look(spawner, source, layers=[lower])
    assert all(found.pop(name) for name in ("read-only", "no setuid", "no devices"))
    assert "done" not in found.values(), found
    assert look(spawner, "out = open('/opt/both').read(), os.listdir('/opt/lib')", layers=[lower])[0] == "lower"


def test_locks_and_watches_on_a_layer_do_not_reach_another_environment(spawner, lower):
    source = """
import fcntl, ctypes, select, time
libc = ctypes.CDLL(None)
file = os.open('/opt/both', os.O_RDONLY)
if 'HOLD' in os.environ:
    fcntl.flock(file, fcntl.LOCK_EX)
    watch = libc.inotify_init1(0)
    assert libc.inotify_add_watch(watch, b'/opt/both', 0xfff) >= 0
    print('up', flush=True)
    print('event' if select.select([watch], [], [], 1.5)[0] else 'none', flush=True)
    time.sleep(1000)
try: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB); out = 'ok'
except OSError as error: out = error.errno
os.read(file, 10)
"""
    first = spawner.python(program(source), {"HOLD": "1"}, layers=[lower])
    first.read_log("up")
    assert look(spawner, source, layers=[lower]) == "ok"
    assert first.read_log("\n") == "none\n"
    first.kill()


def forget(spawner, digest):
    spawner.send(message(FORGET, 0, TREE.pack(ACCOUNT, digest)))
    spawner.known.pop(digest, None)


def test_a_layer_that_is_forgotten_stays_for_those_that_have_it(spawner, lower, upper):
    wait = "socket.create_connection(('127.0.0.1', 9001)).recv(1)\n"
    running = spawner.python(program(READ + wait + "out = [read('both'), read('lib/lower')]"), layers=[lower, upper])
    connection = running.accept()
    forget(spawner, lower)
    forget(spawner, upper)
    code = spawner.tree({"main.py": "pass"})
    for layers in ([lower], [upper]):
        answer = spawner.try_start(code, 1, layers=layers)
        assert (answer.kind, answer.failure) == (FAILED, UNKNOWN_TREE)
    connection.close()
    assert '["upper", "1"]' in running.read_log()
    running.exited()
    assert look(spawner, "out = open('/opt/both').read()", layers=[spawner.tree(LOWER)]) == "lower"


def test_a_layer_that_is_forgotten_while_an_environment_is_built_is_in_it(spawner, lower):
    code = spawner.tree({"main.py": program("out = open('/opt/both').read()")})
    for _ in range(10):
        request, packet = spawner.start_message(code, 1, {}, layers=[spawner.tree(LOWER)])
        spawner.send(packet)
        forget(spawner, lower)
        answer = spawner.wait_for(lambda answer: answer.request == request)
        assert answer.kind == STARTED, answer
        running = Environment(spawner, answer)
        assert "lower" in running.read_log()
        running.exited()
        running.close()


@pytest.mark.parametrize("files, expected", [
    ({"extensions/one": ("x", 0o100755)}, True), ({"extensions": "x"}, True), ({"extensions": ("elsewhere", 0o120777)}, True),
    ({"lib/extensions/one": "x"}, False), ({"Extensions/one": "x"}, False), ({"extensions.py": "x"}, False),
], ids=lambda value: str(value)[:40])
def test_the_answer_says_whether_there_are_extensions(spawner, files, expected):
    first = spawner.unpack(make_zip(files))
    assert first.has_extensions is expected
    assert spawner.unpack(make_zip(files)).has_extensions is expected, "also of a tree that is known"


def test_nobody_else_gets_a_layer(spawner, lower):
    assert look(spawner, "out = os.listdir('/opt')", layers=[lower]) != ["lib"]
    assert look(spawner, "out = os.listdir('/opt')") == ["lib"]


def test_a_layer_leaves_no_mount_in_the_spawner(spawner, lower):
    spawner.run_python("pass", layers=[lower])
    with open(f"/proc/{spawner.pid}/mountinfo") as mounts:
        assert [line for line in mounts if "/opt" in line.split()[4]] == []
    assert not os.path.exists(f"/proc/{spawner.pid}/root/opt")
