"""What one sandbox below a zygote has left and another gets: its network, and the files that come from the host."""

import contextlib
import itertools
import os
import subprocess
import sys

import pytest

from spawner_client import ACCOUNT, FORGET, FORKED, TREE, message, until
from test_layers import mounts_below, mounts_of_trees
from test_stock import code, complete, keep, ready, start, told, with_stock, zygotes

WHERE = """
import json, os
def told_by_the_kernel():
    return {name: open("/proc/self/net/" + name).read() for name in ("dev", "snmp", "snmp6", "netstat", "ip6_flowlabel")}
out = {"network": os.readlink("/proc/self/ns/net"), "ipc": os.readlink("/proc/self/ns/ipc"), "before": told_by_the_kernel()}
out["file systems"] = [os.stat(place).st_dev for place in ("/", "/usr", "/var/runtime", "/var/task")]
"""
TELL = "\nprint(json.dumps(out), flush=True)\n"

CODE = "/roots/code-"

# What a function can do that stays in a network when its processes and sockets are gone.
LEAVES = {
    "packets": """
import socket
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()): pass
""",
    "a packet without a connection": """
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 5))
""",
    "a packet of IPv6": """
import socket
socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("::1", 5))
""",
    "a count without a packet": """
import contextlib, socket
with contextlib.suppress(OSError): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 5))
""",
    "a count of IPv6 without a packet": """
import contextlib, socket
with contextlib.suppress(OSError): socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(("2001:db8::1", 5))
""",
    "a label of IPv6 that is kept for a minute": """
import socket, struct
request = socket.inet_pton(socket.AF_INET6, "::1") + struct.pack("!I", 0x12345) + struct.pack("=BBHHH4x", 0, 255, 1, 60, 60)
socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).setsockopt(socket.IPPROTO_IPV6, 32, request)
""",
}


@pytest.fixture
def configuration(python_runtime, zygote_library, configuration):
    return with_stock(configuration, python_runtime, zygote_library)


@pytest.fixture(autouse=True)
def one_at_a_time(spawner):
    """A stock of one, which the next sandbox is made for once the one before has been given out."""
    keep(spawner, FORKED, 1)
    ready(spawner, 1)


def run(spawner, source="", **options):
    """A sandbox that runs: itself, and what its function tells."""
    environment, _ = start(spawner, FORKED, WHERE + source + TELL, **options)
    return environment, told(environment)


def end(environment):
    """Its end, of which everybody has heard."""
    environment.kill()
    environment.exited()
    environment.close()
    environment.platform_listener.close()


def left(spawner):
    """How many networks the spawner holds that no sandbox is in."""
    links = []
    for number in os.listdir(f"/proc/{spawner.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # It is at work.
            links.append(os.readlink(f"/proc/{spawner.pid}/fd/{number}"))
    return sum(link.startswith("net:") for link in links) - len(complete(spawner))


def kept_roots(spawner):
    """Where the spawner keeps files for the next sandboxes."""
    places = [line.split()[4] for line in mounts_below(spawner, "/roots")]
    return [place for place in places if place.count("/") == 2 and not place.startswith(CODE)]


def kept_code(spawner):
    """Where it keeps code with them."""
    return [line.split()[4] for line in mounts_below(spawner, "/roots") if line.split()[4].startswith(CODE)]


def after(spawner, source, before_end=lambda environment: None):
    """The network of a sandbox that did this, and what the first sandbox tells that was made after its end."""
    environment, first = run(spawner, source)
    ready(spawner, 1, besides=1)  # made while the first was there
    before_end(environment)
    end(environment)
    parked, _ = run(spawner)
    ready(spawner, 1, besides=1)  # made after its end
    last, second = run(spawner)
    end(parked)
    end(last)
    return first, second


def test_a_network_in_which_nothing_was_done_becomes_anothers(spawner):
    for _ in range(5):  # On a busy host the second may come later than a network is kept for.
        first, second = after(spawner, "")
        assert second["before"] == first["before"]
        if second["network"] == first["network"]:
            assert second["ipc"] == first["ipc"]
            return
    raise AssertionError("no network became another's")


LEAVES_AN_OBJECT = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
if libc.setns(os.open(sys.argv[1], os.O_RDONLY), 0) != 0: sys.exit("setns")
new = 0o1600
if {"shm": lambda: libc.shmget(0, 1, new), "sem": lambda: libc.semget(0, 1, new), "msg": lambda: libc.msgget(0, new)}[sys.argv[2]]() < 0: sys.exit("get")
"""


@pytest.mark.parametrize("kind", ["shm", "sem", "msg"])
def test_surroundings_with_an_object_of_system_v_become_nobodys(spawner, kind):
    """The filter lets no function make one: the host does."""
    def leave(environment):
        [init] = [pid for pid in complete(spawner) if os.readlink(f"/proc/{pid}/ns/ipc") == made["ipc"]]
        subprocess.run([sys.executable, "-c", LEAVES_AN_OBJECT, f"/proc/{init}/ns/ipc", kind], check=True)

    environment, made = run(spawner)
    ready(spawner, 1, besides=1)
    leave(environment)
    end(environment)
    found = one_after_the_other(spawner, [""] * 3)
    assert made["ipc"] not in [tells["ipc"] for tells in found]
    assert made["network"] not in [tells["network"] for tells in found]


@pytest.mark.parametrize("source", LEAVES.values(), ids=LEAVES)
def test_a_network_that_tells_of_what_was_done_in_it_becomes_nobodys(spawner, source):
    first, second = after(spawner, source)
    assert second["network"] != first["network"]
    assert second["before"] == first["before"]


def test_a_network_of_which_somebody_holds_a_socket_is_nobodys_until_it_is_closed(spawner):
    for _ in range(5):  # as above
        held = []
        first, second = after(spawner, "", lambda environment: held.append(environment.local_listener.dup()))
        assert second["network"] != first["network"]
        held[0].close()
        found = one_after_the_other(spawner, [""] * 3)
        if first["network"] in [tells["network"] for tells in found]:
            return
    raise AssertionError("nobody got it when it was closed")


def test_a_network_of_which_a_socket_is_in_flight_is_nobodys(spawner):
    held = []
    first, second = after(spawner, """
import socket
messenger, sent = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
messenger.connect("\\0redoubt-runtime-api:9001")
socket.send_fds(messenger, [b"x"], [sent.fileno()])
""", lambda environment: held.append(environment.accept()))
    assert second["network"] != first["network"]
    held[0].close()


def test_a_network_goes_to_nobody_below_another_zygote(spawner):
    environment, first = run(spawner)
    end(environment)
    keep(spawner, FORKED, 1, ANOTHER="1")
    until(lambda: len(zygotes(spawner)) == 1, "one zygote")
    ready(spawner, 1)
    _, second = run(spawner)
    assert second["network"] != first["network"]


def test_a_network_that_nobody_wants_is_closed(spawner):
    environment, _ = run(spawner)
    ready(spawner, 1, besides=1)
    end(environment)
    assert left(spawner) == 1
    until(lambda: left(spawner) == 0, "it is closed")


# Files

HOLDS_LOCKS = """
import fcntl
held = [open("/usr/lib/os-release"), open("/var/task/app.py")]
for file in held: fcntl.flock(file, fcntl.LOCK_EX)
"""
SENDS_IT = """
import socket
messenger = socket.socket(socket.AF_UNIX)
messenger.connect("\\0redoubt-runtime-api:9001")
socket.send_fds(messenger, [b"x"], [file.fileno() for file in held])
"""
FINDS_LOCKS = """
import fcntl
out["locked"] = []
for path in ("/usr/lib/os-release", "/var/task/app.py"):
    try:
        fcntl.flock(open(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        out["locked"].append(path)
"""


def one_after_the_other(spawner, sources, before_end=lambda environment: None, names=itertools.repeat("f")):
    """What sandboxes that do this tell, each made while the one before is there: two places are used in turns."""
    found = []
    for source, name in zip(sources, names):
        environment, tells = run(spawner, source, own={"AWS_LAMBDA_FUNCTION_NAME": name})
        found.append(tells)
        ready(spawner, 1, besides=1)
        before_end(environment)
        end(environment)
    return found


def test_files_that_were_kept_become_anothers_but_never_two_have_them(spawner):
    for _ in range(5):  # as above
        found = [tells["file systems"] for tells in one_after_the_other(spawner, [""] * 8)]
        for one, next_one in zip(found, found[1:]):
            assert not set(one[:3]) & set(next_one[:3])  # the code's came when the one before was gone
        if found[-1] == found[-3]:
            return
    raise AssertionError("no files became another's")


def test_init_holds_nothing_of_the_way_in_which_files_came(spawner):
    found = set()

    def look_at_inits(_):
        for init in complete(spawner):
            found.update(os.readlink(f"/proc/{init}/fd/{number}") for number in os.listdir(f"/proc/{init}/fd"))

    one_after_the_other(spawner, [""] * 7, look_at_inits)
    assert {"/tmp", "/dev/shm"} <= found and "/" not in found


def test_a_lock_that_is_in_flight_is_nobody_elses(spawner):
    """One code for all of them, or that would be another file anyway."""
    held, sources = [], {"look": FINDS_LOCKS, "lock": HOLDS_LOCKS + SENDS_IT}
    source = "".join(f"if os.environ['AWS_LAMBDA_FUNCTION_NAME'] == {name!r}: exec({text!r})\n" for name, text in sources.items())
    found = one_after_the_other(spawner, [source] * 7, lambda environment: held.append(environment.accept()),
                                names=["", "", "", "", "lock", "", "look"])
    assert found[-1]["locked"] == []
    for connection in held:
        connection.close()


def numbered(numbers):
    return [f"out['number'] = {number}" for number in numbers]


def keep_code(spawner, source):
    """Has the same function started until its code is kept."""
    for _ in range(5):  # as above
        one_after_the_other(spawner, [source] * 8)
        if kept_code(spawner):
            return
    raise AssertionError("no code was kept")


def test_files_that_nobody_wants_are_kept_no_longer(spawner):
    keep_code(spawner, "")
    assert kept_roots(spawner)
    keep(spawner, FORKED, 0)
    until(lambda: kept_roots(spawner) == kept_code(spawner) == [], "they are unmounted")


def test_each_function_finds_its_own_code_whoever_was_there_before(spawner):
    numbers = [1] * 8 + [2, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1]
    assert [tells["number"] for tells in one_after_the_other(spawner, numbered(numbers))] == numbers


def test_code_that_is_dropped_is_not_kept_for_anybody(spawner):
    [first, second] = numbered([1, 2])
    keep_code(spawner, first)
    spawner.send(message(FORGET, 0, TREE.pack(ACCOUNT, spawner.tree(code(FORKED, WHERE + first + TELL)))))
    until(lambda: kept_code(spawner) == [] and mounts_of_trees(spawner) == [], "nothing of it is mounted")
    # In the place of the first.
    assert [tells["number"] for tells in one_after_the_other(spawner, [second] * 4)] == [2] * 4
    assert len(mounts_of_trees(spawner)) == 1
