"""What one sandbox below a zygote has left and another gets: its network, and the files that come from the host."""

import contextlib
import os
import subprocess
import sys

import pytest

from spawner_client import FORKED, until
from test_layers import mounts_below
from test_stock import complete, keep, ready, start, told, with_stock, zygotes

WHERE = """
import json, os
def told_by_the_kernel():
    return {name: open("/proc/self/net/" + name).read() for name in ("dev", "snmp", "snmp6", "netstat", "ip6_flowlabel")}
out = {"network": os.readlink("/proc/self/ns/net"), "ipc": os.readlink("/proc/self/ns/ipc"), "before": told_by_the_kernel()}
out["file systems"] = [os.stat(place).st_dev for place in ("/", "/usr", "/var/runtime")]
"""
TELL = "\nprint(json.dumps(out), flush=True)\n"

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
    return [place for place in places if place.count("/") == 2]


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

HOLDS_A_LOCK = """
import fcntl
held = open("/usr/lib/os-release")
fcntl.flock(held, fcntl.LOCK_EX)
"""
SENDS_IT = """
import socket
messenger = socket.socket(socket.AF_UNIX)
messenger.connect("\\0redoubt-runtime-api:9001")
socket.send_fds(messenger, [b"x"], [held.fileno()])
"""
FINDS_A_LOCK = """
import fcntl
try:
    fcntl.flock(open("/usr/lib/os-release"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    out["locked"] = False
except BlockingIOError:
    out["locked"] = True
"""


def one_after_the_other(spawner, sources, before_end=lambda environment: None):
    """What sandboxes that do this tell, each made while the one before is there: two places are used in turns."""
    found = []
    for source in sources:
        environment, tells = run(spawner, source)
        found.append(tells)
        ready(spawner, 1, besides=1)
        before_end(environment)
        end(environment)
    return found


def test_files_that_were_kept_become_anothers_but_never_two_have_them(spawner):
    for _ in range(5):  # as above
        found = [tells["file systems"] for tells in one_after_the_other(spawner, [""] * 8)]
        for one, next_one in zip(found, found[1:]):
            assert not set(one) & set(next_one)
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
    held = []
    found = one_after_the_other(
        spawner, ["", "", "", "", HOLDS_A_LOCK + SENDS_IT, "", FINDS_A_LOCK], lambda environment: held.append(environment.accept()))
    assert found[-1]["locked"] is False
    for connection in held:
        connection.close()


def test_files_that_nobody_wants_are_kept_no_longer(spawner):
    for _ in range(5):  # as above
        one_after_the_other(spawner, [""] * 6)
        if kept_roots(spawner):
            break
    assert kept_roots(spawner)
    keep(spawner, FORKED, 0)
    until(lambda: kept_roots(spawner) == [], "they are unmounted")
