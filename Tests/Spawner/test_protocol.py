import os
import socket
import struct
import time

import pytest

from spawner_client import (ACCOUNT, BASELINE, FAILED, HEADER, INVALID, KILL, NO_SLOT, RESTORE, SETTLE, SLOT_BODY, START,
                            TREE, UNKNOWN_TREE, UNPACK, UNPACK_BODY, VERSION, Environment, groups, make_zip, message,
                            sealed, until)

DIGEST = b"\1" * 32


def unpack_body(size, reserved=0):
    return TREE.pack(ACCOUNT, DIGEST) + UNPACK_BODY.pack(size, 1 << 20, 100, reserved)


def ends(spawner, instance):
    assert spawner.process.wait(20) == 70
    assert groups(instance) == []
    assert b"out of form" in spawner.process.stderr.read()


@pytest.mark.parametrize("packet", [
    b"x", b"\0" * 15, message(START, 1), message(START, 1, b"\0" * 60), message(KILL, 1, b"\0" * 9), message(KILL, 1, b"\0" * 7),
    message(KILL, 1, b"\0" * 8, version=VERSION + 1), message(KILL, 1, b"\0" * 8, version=VERSION - 1), message(KILL, 1, b"\0" * 8, size=23), message(KILL, 1, b"\0" * 8, size=1 << 31),
    message(0, 1), message(8, 1), message(9, 1), message(9, 1, b"\0" * 97), message(10, 1, b"\0" * 9), message(11, 1), message(BASELINE, 1, b"\0" * 7), message(RESTORE, 1, b"\0" * 9), message(66, 1), message(65535, 1), message(UNPACK, 1, unpack_body(10)),
    message(5, 1, b"\0" * 39), b"\0" * 40000, message(START, 1, b"\0" * 40000),
], ids=lambda packet: f"{len(packet)}-{packet[:4].hex()}")
def test_a_message_out_of_form_ends_the_connection(launch, instance, packet):
    spawner = launch()
    spawner.unpack(make_zip({"a": "b"}))
    spawner.send(packet)
    ends(spawner, instance)


@pytest.mark.parametrize("wrong", [
    {"has_compiled": 1 << 31}, {"has_compiled": 2, "compiled": DIGEST}, {"has_compiled": 0, "compiled": DIGEST}, {"layers": [DIGEST], "layer_count": 0}, {"layers": [DIGEST] * 5, "layer_count": 4}, {"count": 2}, {"count": 0}, {"count": 513}, {"size": 24577}, {"size": 1}, {"size": 0xffffffff},
    {"block": b"NAME=value"}, {"block": b"NAMEvalue\0"}, {"block": b"=value\0"}, {"block": b"\0"},
    {"block": b"A=\0" * 513, "count": 513}, {"block": b"A=b\0trailing", "count": 1}, {"block": b"A=" + b"x" * 24575 + b"\0", "count": 1},
], ids=lambda wrong: str(wrong)[:40])
def test_an_environment_out_of_form_ends_the_connection(launch, instance, wrong):
    spawner = launch()
    digest = spawner.tree({"main.py": "pass"})
    spawner.send(spawner.start_message(digest, 1, {"NAME": "value"}, **wrong)[1])
    ends(spawner, instance)


@pytest.mark.parametrize("case", ["none", "two", "unsealed", "size", "file", "reserved", "on-start"])
def test_a_descriptor_that_is_not_as_agreed_ends_the_connection(launch, instance, tmp_path, case):
    spawner = launch()
    archive = make_zip({"a": "b"})
    path = tmp_path / "plain"
    path.write_bytes(archive)
    size = len(archive) + (1 if case == "size" else 0)
    descriptors = {"none": [], "two": [sealed(archive), sealed(archive)], "unsealed": [sealed(archive, seals=0)],
                   "file": [os.open(path, os.O_RDONLY)]}.get(case, [sealed(archive)])
    packet = message(KILL, 1, b"\0" * 8) if case == "on-start" else message(UNPACK, 1, unpack_body(size, int(case == "reserved")))
    spawner.send(packet, descriptors)
    ends(spawner, instance)


def test_what_is_in_form_but_out_of_range_is_refused_and_the_connection_lives(spawner):
    digest = spawner.tree({"main.py": "pass"})
    for options in ({"memory_mib": 63}, {"memory_mib": 32769}, {"ephemeral_mib": 63}, {"ephemeral_mib": 1 << 31}):
        answer = spawner.try_start(digest, 1, **options)
        assert (answer.kind, answer.failure) == (FAILED, INVALID)
    assert spawner.try_start(digest, 3).failure == INVALID
    for options, field in (({"layer_count": 6}, "layer_count"), ({"layer_count": 0xffffffff}, "layer_count"),
                           ({"layers": [digest], "layer_account": ACCOUNT + 1}, "layer of another account"),
                           ({"layers": [digest, DIGEST, digest]}, "layer named twice")):
        answer = spawner.try_start(digest, 1, **options)
        assert (answer.kind, answer.failure, answer.detail) == (FAILED, INVALID, field)
    assert spawner.try_start(digest, 1, layers=[DIGEST]).failure == UNKNOWN_TREE
    assert spawner.try_start(DIGEST, 1).failure == UNKNOWN_TREE
    assert spawner.unpack(make_zip({"a": "b"}), maximum_bytes=0).failure == INVALID
    assert spawner.unpack(make_zip({"a": "b"}), maximum_entries=1 << 31).failure == INVALID
    assert spawner.unpack(make_zip({"a": "b"}), maximum_bytes=1 << 63).failure == INVALID
    for kind in (SETTLE, KILL):
        spawner.send(message(kind, 0, SLOT_BODY.pack(5, 77)))
        spawner.send(message(kind, 0, SLOT_BODY.pack(0xffffffff, 1)))
    assert spawner.run_python("print('still here')")[0] == "still here\n"


def test_the_largest_environment_is_taken(spawner):
    log, _ = spawner.run_python("import os; print(len(os.environ['A']), len(os.environ))", {"A": "x" * (24576 - 3)})
    assert log.split()[0] == str(24576 - 3)


def test_no_slot_is_left_and_then_one_is(spawner):
    wait = "import time; print('up', flush=True); time.sleep(100)"
    running = [spawner.python(wait) for _ in range(24)]
    answer = spawner.try_start(spawner.tree({"main.py": wait}), 1)
    assert (answer.kind, answer.failure) == (FAILED, NO_SLOT)
    assert sorted(environment.slot for environment in running) == list(range(24))
    running[7].kill()
    running[7].exited()
    time.sleep(0.15)  # beyond the time that a slot rests, in which the next is taken first
    again = spawner.python(wait)
    assert (again.slot, again.generation) == (7, 2)
    again.read_log("up")
    running[7].kill()  # of the generation before: ignored
    assert again.note_baseline()


def test_a_server_that_does_not_read_gets_every_answer_later(spawner):
    digest = spawner.tree({"main.py": "pass"})
    spawner.socket.setblocking(False)
    asked = 0
    try:
        while asked < 5000:
            spawner.send(spawner.start_message(digest, 9, {})[1])
            asked += 1
    except BlockingIOError:
        pass
    spawner.socket.setblocking(True)
    for _ in range(asked):
        assert spawner.receive().failure == INVALID


@pytest.mark.parametrize("change, value", [
    ("instance x", "instance"), ("instance ../../../../../../../../../../../../", "instance"), ("uid-base 99999", "uid-base"), ("uid-base -1", "uid-base"),
    ("slots 0", "slots"), ("slots 4097", "slots"), ("slots 1x", "slots"), ("unpacker relative", "unpacker"),
    ("unpacker /nonexistent", "unpacker"), ("unpacker", "unpacker"), ("colour blue", "colour"), ("runtime x - /a b c d e", "runtime"),
    ("runtime x relative /a", "relative"), ("slots  4", "slots"), ("runtime x /nonexistent /a", "nonexistent"),
], ids=str)
def test_a_wrong_configuration_is_refused_by_name(launch, configuration, change, value):
    key = change.split(" ")[0]
    lines = [line for line in configuration.splitlines() if key == "runtime" or not line.startswith(key)]
    spawner = launch("\n".join([*lines, change]) + "\n")
    assert spawner.process.wait(20) in (78, 71)
    error = spawner.process.stderr.read().decode()
    assert value in error and error.count("\n") == 1, error


def test_a_setting_given_twice_is_refused(launch, configuration):
    assert launch(configuration + "slots 3\n").process.wait(20) == 78
