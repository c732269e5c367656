"""Two environments that run at once see nothing of each other through the files that both have."""

import errno
import os
import struct
from itertools import count

import pytest
from harness.attacker import call, out, outcomes_of, rename_process, sleep, value_of

SHARED = ["/", "/var/task", "/var/task/{entry}", "/var/runtime", "/usr", "/usr/lib", "/usr/bin/env", "/etc",
"/etc/passwd",
          "/etc/ssl", "/bin/sh", "/dev", "/dev/null", "/dev/urandom", "/opt", "/opt/shared", "/tmp", "/dev/shm", "/proc",
          "/sys"]  # fmt: skip
REGULAR = ["/var/task/{entry}", "/opt/shared", "/usr/bin/env", "/etc/passwd"]
DEVICES = ["/dev/null", "/dev/zero", "/dev/full"]
SHARED_WITHOUT_ROOT = {"/dev", "/dev/urandom", *DEVICES}
"""Only the host's root makes device nodes: rootless, those of the host are bound into one /dev of all sandboxes."""
LOCK_EXCLUSIVE_AT_ONCE = 2 | 4
F_GETLK, F_SETLK, F_OFD_GETLK, F_OFD_SETLK, F_SETLEASE = 5, 6, 36, 37, 1024
F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2
IN_ALL_EVENTS, IN_NONBLOCK = 0xFFF, 0o4000
HOLDING_SECONDS = 1
numbers = count(1)


@pytest.fixture
def excused(server):
    """Paths where environments without root are known to notice each other (docs/decisions/0009-rootless.md)."""
    return set() if server.mode.is_root else SHARED_WITHOUT_ROOT


def file_lock(kind):
    return struct.pack("=hhqqi4x", kind, 0, 0, 0, 0)


@pytest.fixture(scope="module", params=["one function", "two functions of the same code"])
def pair(request, deploy_attacker, deploy_layer):
    """Two attackers with one layer, whose invocations run in two environments, when they run at once."""
    layers = [deploy_layer({"shared": "of a layer"})]
    first = deploy_attacker(Layers=layers)
    return first, first if request.param == "one function" else deploy_attacker(Layers=layers)


@pytest.fixture
def while_held(pair, in_background, process_named):
    """Runs steps in the one environment, and others in the other while the first still holds what it has."""
    holder, observer = pair

    def run(holding, observing, then=()):
        name = f"holder-{next(numbers)}"
        held = in_background(holder.attempt, *holding, rename_process(name), sleep(HOLDING_SECONDS), *then)
        process_named(name)
        seen = observer.do(*observing)
        answer = held.result()
        assert answer.error is None, answer
        return outcomes_of(answer), seen

    return run


def of(paths, pair):
    return [path.format(entry="app.py" if pair[0].language == "python" else "bootstrap") for path in paths]


def opening(paths, flags=os.O_RDONLY):
    return [call("open", path, flags | os.O_NONBLOCK) for path in paths]


def closing(number, start=0):
    """What an invocation leaves open keeps its locks, in this same environment, at the next."""
    return [call("close", value_of(index)) for index in range(start, start + number)]


@pytest.mark.attack("T16")
def test_a_whole_file_lock_is_not_seen(pair, while_held, excused):
    paths = of(SHARED, pair)
    locking = opening(paths) + [call("flock", value_of(index), LOCK_EXCLUSIVE_AT_ONCE) for index in range(len(paths))]
    held, seen = while_held(locking, locking + closing(len(paths)), closing(len(paths)))
    locked = [path for path, outcome in zip(paths, held[len(paths) :], strict=False) if outcome.succeeded]
    assert {"/usr/bin/env", "/var/task", "/dev/null"} <= set(locked), "there are locks to be seen"
    in_the_way = {
        path for path, outcome in zip(paths, seen[len(paths) :], strict=False) if outcome.error == errno.EWOULDBLOCK
    }
    assert in_the_way - excused == set()


@pytest.mark.attack("T16")
@pytest.mark.parametrize("set_lock", [F_SETLK, F_OFD_SETLK], ids=["of a process", "of an open file"])
def test_a_range_lock_on_a_device_is_not_seen(while_held, set_lock, excused):
    locking = opening(DEVICES, os.O_RDWR)
    locking += [call("fcntl", value_of(index), set_lock, file_lock(F_WRLCK)) for index in range(len(DEVICES))]
    held, seen = while_held(locking, locking + closing(len(DEVICES)), closing(len(DEVICES)))
    assert held[len(DEVICES)].succeeded, "there is a lock to be seen"
    in_the_way = {path for path, outcome in zip(DEVICES, seen[len(DEVICES) :], strict=False) if not outcome.succeeded}
    assert in_the_way - excused == set()


@pytest.mark.attack("T16")
@pytest.mark.parametrize(
    "set_lock, ask", [(F_SETLK, F_GETLK), (F_OFD_SETLK, F_OFD_GETLK)], ids=["of a process", "of an open file"]
)
def test_a_range_lock_on_a_file_is_not_told(pair, while_held, set_lock, ask):
    """Files that cannot be written take read locks, and F_GETLK tells who would be in the way of a write lock."""
    paths = of(REGULAR, pair)
    held, seen = while_held(
        opening(paths) + [call("fcntl", value_of(index), set_lock, file_lock(F_RDLCK)) for index in range(len(paths))],
        opening(paths) + [call("fcntl", value_of(index), ask, out(file_lock(F_WRLCK))) for index in range(len(paths))]
        + closing(len(paths)),
        closing(len(paths)),
    )  # fmt: skip
    assert all(outcome.succeeded for outcome in held[: 2 * len(paths)]), "there are locks to be seen"
    answers = [struct.unpack_from("=h", outcome.data)[0] for outcome in seen[len(paths) : 2 * len(paths)]]
    assert [path for path, kind in zip(paths, answers, strict=True) if kind != F_UNLCK] == []


@pytest.mark.attack("T16")
def test_a_watch_does_not_tell_what_another_environment_does(pair, while_held, excused):
    paths = of(SHARED, pair)
    watching = [call("inotify_init1", IN_NONBLOCK)]
    watching += [call("inotify_add_watch", value_of(0), path, IN_ALL_EVENTS) for path in paths]
    using = (
        opening(paths)
        + [call("read", value_of(index), out(16), 16) for index in range(len(paths))]
        + closing(len(paths))
    )
    held, _ = while_held(watching, using, [call("read", value_of(0), out(16384), 16384), call("close", value_of(0))])
    watched = {outcome.value: path for path, outcome in zip(paths, held[1:], strict=False) if outcome.succeeded}
    assert len(watched) >= len(paths) - 1, "there are watches that could tell"
    assert {watched[number] for number in watches_of(held[-2])} - excused == set()


def watches_of(outcome):
    """The numbers of the watches in what was read from inotify."""
    events = outcome.data[: max(outcome.value, 0)]
    while events:
        number, _, _, length = struct.unpack_from("=iIII", events)
        yield number
        events = events[16 + length :]


@pytest.mark.attack("T16")
def test_a_watch_does_tell_what_its_own_environment_does(pair):
    """The counter-proof: the watches of the test above work."""
    done = pair[0].do(
        call("inotify_init1", IN_NONBLOCK), call("inotify_add_watch", value_of(0), "/etc/passwd", IN_ALL_EVENTS),
        call("open", "/etc/passwd", 0), call("read", value_of(0), out(4096), 4096), *closing(1), *closing(1, 2),
    )  # fmt: skip
    assert done[3].value > 0


@pytest.mark.attack("T16")
def test_locks_do_stand_in_the_way_in_their_own_environment(pair):
    """The counter-proof: the locks of the tests above work."""
    done = pair[0].do(
        *opening(["/etc/passwd", "/etc/passwd"]), call("flock", value_of(0), LOCK_EXCLUSIVE_AT_ONCE),
        call("flock", value_of(1), LOCK_EXCLUSIVE_AT_ONCE), call("fcntl", value_of(0), F_OFD_SETLK, file_lock(F_RDLCK)),
        call("fcntl", value_of(1), F_OFD_GETLK, out(file_lock(F_WRLCK))), *closing(2),
    )  # fmt: skip
    assert done[2].succeeded and done[3].error == errno.EWOULDBLOCK
    assert struct.unpack_from("=h", done[5].data)[0] == F_RDLCK


@pytest.mark.attack("T16")
@pytest.mark.parametrize("kind", [F_RDLCK, F_WRLCK], ids=["for reading", "for writing"])
def test_no_lease_is_taken_on_a_shared_file_or_nobody_else_meets_it(pair, while_held, server, kind):
    """Leases are for the owner of a file: root, or without root the user of all sandboxes."""
    paths = of([*REGULAR, "/dev/null"], pair)
    leases = [call("fcntl", value_of(index), F_SETLEASE, kind) for index in range(len(paths))]
    held, seen = while_held(
        opening(paths) + leases, opening(paths, os.O_NONBLOCK) + closing(len(paths)), closing(len(paths))
    )  # fmt: skip
    taken = {path for path, outcome in zip(paths, held[len(paths) :], strict=False) if outcome.succeeded}
    assert "/etc/passwd" in taken if not server.mode.is_root else taken == set()
    assert all(outcome.succeeded for outcome in seen)


@pytest.mark.attack("T16")
def test_reading_leaves_no_time_behind(pair):
    """The time of last access of a file that both have."""
    first, second = pair
    (path,) = of(["/var/task/{entry}"], pair)

    def accessed():
        return second.do(call("stat", path, out(144)))[0].data[72:88]

    before = accessed()
    assert first.read(path).succeeded
    assert accessed() == before


@pytest.mark.attack("T16")
def test_files_and_processes_of_the_other_are_not_seen(while_held):
    folders = ["/tmp", "/dev/shm"]
    held, seen = while_held(
        [call("open", folder + "/between", os.O_CREAT | os.O_RDWR, 0o666) for folder in folders],
        [
            *opening([folder + "/between" for folder in folders]),
            *(call("kill", pid, 0) for pid in range(2, 50)),
            call("getpid"),
        ],
        closing(2),
    )
    assert held[0].succeeded and held[1].succeeded
    assert [outcome.error for outcome in seen[:2]] == [errno.ENOENT] * 2
    alive = [pid for pid, outcome in zip(range(2, 50), seen[2:-1], strict=True) if outcome.succeeded]
    assert alive == [seen[-1].value]
