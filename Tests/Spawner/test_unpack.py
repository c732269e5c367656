import hashlib
import io
import json
import os
import stat
import struct
import zipfile
import zlib

import pytest

from spawner_client import (ACCOUNT, FAILED, NOT_A_ZIP, SYSTEM, TOO_LARGE, UNKNOWN_TREE, UNPACKED, UNSAFE_ENTRY, FORGET,
                            TREE, make_zip, message)

LIST = """
import os, json
found = {}
for folder, folders, files in os.walk('/var/task'):
    for name in folders + files:
        path = os.path.join(folder, name)
        found[os.path.relpath(path, '/var/task')] = [oct(os.lstat(path).st_mode), os.path.islink(path) and os.readlink(path)]
print(json.dumps(found))
"""


def numbered(case):
    """Cases that are long or not printable get a short name."""
    return hashlib.sha256(repr(case).encode()).hexdigest()[:6]


def refused(spawner, archive, failure, **limits):
    answer = spawner.unpack(archive, **limits)
    assert (answer.kind, answer.failure) == (FAILED, failure), answer
    return answer.detail


def test_a_good_archive_is_unpacked_with_plain_modes(spawner):
    files = {"main.py": LIST, "bin/tool": ("x", 0o100755), "bin/setuid": ("x", 0o106755), "private": ("x", 0o100600),
             "folder/": ("", 0o040700), "link": ("bin/tool", 0o120777), "deep/er/up": ("../../bin/tool", 0o120777),
             "no-mode": ("x", 0), "é/ü.txt": "x"}
    running = spawner.start(files, 1)
    found = json.loads(running.read_log())
    assert found["bin/tool"] == [oct(stat.S_IFREG | 0o755), False]
    assert found["bin/setuid"] == [oct(stat.S_IFREG | 0o755), False]
    assert found["private"] == [oct(stat.S_IFREG | 0o644), False]
    assert found["no-mode"] == [oct(stat.S_IFREG | 0o644), False]
    assert found["folder"] == [oct(stat.S_IFDIR | 0o755), False]
    assert found["link"][1] == "bin/tool" and found["deep/er/up"][1] == "../../bin/tool"
    assert "é/ü.txt" in found
    running.exited()


def test_numbers_count_what_came_out(spawner):
    answer = spawner.unpack(make_zip({"a": "12345", "b/c": "67"}))
    assert (answer.kind, answer.bytes, answer.entries) == (UNPACKED, 7, 3)


@pytest.mark.parametrize("name", [
    "../out", "a/../../out", "/etc/cron.d/x", "a/./b", "a//b", "..", ".", "a\\..\\b", "bell\a", "line\nbreak", "x" * 256, "/",
    "a/" * 100 + "b", "n" * 200 + "/" + "/".join(["m" * 200] * 30),
], ids=numbered)
def test_a_name_that_is_not_plain_is_refused(spawner, name):
    refused(spawner, make_zip({name: "x"}), UNSAFE_ENTRY)


@pytest.mark.parametrize("name, target", [
    ("link", "/etc/passwd"), ("link", "../out"), ("a/link", "../../out"), ("a/b/c/s", "x/../../../../.."), ("link", "a/../.."),
    ("link", ".."), ("link", "a\\b"), ("link", "a\0b"), ("link", ""), ("a/l", "../b/../../.."), ("link", "x" * 5000),
], ids=numbered)
def test_a_link_that_could_lead_out_is_refused(spawner, name, target):
    refused(spawner, make_zip({name: (target, 0o120777)}), UNSAFE_ENTRY)


@pytest.mark.parametrize("mode", [0o010644, 0o020644, 0o060644, 0o140644])
def test_devices_pipes_and_sockets_are_refused(spawner, mode):
    refused(spawner, make_zip({"x": ("", mode)}), UNSAFE_ENTRY)


def doubled(names, modes=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index, name in enumerate(names):
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = ((modes or {}).get(index, 0o100644)) << 16
            archive.writestr(info, "" if name.endswith("/") else "a/b")
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names, modes", [
    (["x", "x"], {}), (["a", "a/b"], {}), (["a/b", "a"], {}), (["a/", "a/"], {0: 0o040755, 1: 0o040755}),
    (["a", "a/b"], {0: 0o120777}), (["a", "a"], {0: 0o120777}), (["x/", "x"], {0: 0o040755, 1: 0o120777}),
])
def test_two_entries_in_one_place_are_refused(spawner, names, modes):
    answer = spawner.unpack(doubled(names, modes))
    assert answer.kind == FAILED and answer.failure in (UNSAFE_ENTRY, NOT_A_ZIP), answer


def test_names_that_differ_in_case_are_two(spawner):
    assert spawner.unpack(make_zip({"a": "1", "A": "2"})).kind == UNPACKED


def test_a_bomb_is_stopped_by_what_comes_out(spawner):
    refused(spawner, make_zip({"zeros": b"\0" * (80 << 20)}), TOO_LARGE, maximum_bytes=16 << 20)


def test_a_bomb_that_lies_about_its_size_is_refused(spawner):
    archive = make_zip({"zeros": b"\0" * (40 << 20)})
    lying = archive.replace(struct.pack("<I", 40 << 20), struct.pack("<I", 1000))
    assert lying != archive
    answer = spawner.unpack(lying, maximum_bytes=16 << 20)
    assert answer.kind == FAILED and answer.failure in (NOT_A_ZIP, TOO_LARGE), answer


def test_too_many_entries_are_refused(spawner):
    refused(spawner, make_zip({f"f{n}": "" for n in range(300)}), TOO_LARGE, maximum_entries=299)
    refused(spawner, make_zip({"a/b/c/d/e/f": ""}), TOO_LARGE, maximum_entries=5)


@pytest.mark.parametrize("archive", [
    b"not a zip", b"PK\5\6" + b"\0" * 18, b"\0" * 100000, make_zip({"a": "x"})[:-10], b"#!/bin/sh\n" + make_zip({"a": "x"}),
    make_zip({"a": "x"}) + make_zip({"b": "y"}), make_zip({"a": "hello" * 50}).replace(b"PK\3\4", b"PK\3\5"),
], ids=numbered)
def test_what_is_not_one_archive_is_refused(spawner, archive):
    answer = spawner.unpack(archive)
    assert (answer.kind, answer.failure) == (FAILED, NOT_A_ZIP), answer


def test_local_and_central_names_that_differ_are_refused(spawner):
    archive = make_zip({"aaaa": "x"})
    at = archive.index(b"aaaa")
    refused(spawner, archive[:at] + b"bbbb" + archive[at + 4:], NOT_A_ZIP)


def with_extra(local, central):
    """An archive of one entry, `aaaa`, with these extra areas."""
    name, content = b"aaaa", b"x"
    facts = struct.pack("<HHHHIIIH", 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name))
    entry = b"PK\3\4" + struct.pack("<H", 20) + facts + struct.pack("<H", len(local)) + name + local + content
    directory = (b"PK\1\2" + struct.pack("<HH", 3 << 8 | 20, 20) + facts
                 + struct.pack("<HHHHII", len(central), 0, 0, 0, 0o100644 << 16, 0) + name + central)
    return entry + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(entry), 0)


def extra(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


SECOND_NAME = extra(0x7075, b"\1" + struct.pack("<I", zlib.crc32(b"aaaa")) + b"bbbb")
TIME = extra(0x5455, b"\1" + struct.pack("<I", 1700000000))


def test_ordinary_extra_fields_are_taken(spawner):
    assert spawner.unpack(with_extra(TIME, TIME + extra(0x7875, b"\1\4\0\0\0\0"))).kind == UNPACKED
    assert spawner.unpack(with_extra(b"", b"")).kind == UNPACKED


@pytest.mark.parametrize("local, central", [
    (b"", SECOND_NAME), (SECOND_NAME, SECOND_NAME), (SECOND_NAME, b""), (b"", TIME + SECOND_NAME), (TIME + SECOND_NAME, TIME),
    (b"", extra(0x7075, b"")),
], ids=numbered)
def test_a_second_name_is_refused(spawner, local, central):
    assert "second name" in refused(spawner, with_extra(local, central), NOT_A_ZIP)


@pytest.mark.parametrize("area", [b"\0", TIME[:-1], TIME + b"\0\0\0", struct.pack("<HH", 0x5455, 0xffff)], ids=numbered)
def test_a_damaged_extra_area_is_refused(spawner, area):
    assert "extra field" in refused(spawner, with_extra(b"", area), NOT_A_ZIP)
    assert "extra field" in refused(spawner, with_extra(area, b""), NOT_A_ZIP)


def test_a_nul_in_a_name_is_refused(spawner):
    archive = make_zip({"aXb": "x"}).replace(b"aXb", b"a\0b")
    answer = spawner.unpack(archive)
    assert answer.kind == FAILED and answer.failure in (UNSAFE_ENTRY, NOT_A_ZIP), answer


def test_a_damaged_content_is_refused(spawner):
    archive = bytearray(make_zip({"a": os.urandom(5000)}))
    archive[2000] ^= 1
    refused(spawner, bytes(archive), NOT_A_ZIP)


def test_details_of_a_refusal_are_printable(spawner):
    detail = refused(spawner, make_zip({"\x1b[31mred\n": "x"}), UNSAFE_ENTRY)
    assert detail.isprintable() and "control character" in detail


def test_a_known_tree_is_answered_at_once_and_requests_for_one_share_its_unpacking(spawner):
    archive = make_zip({"data": os.urandom(1 << 20)})
    requests = [spawner.ask_unpack(archive)[0] for _ in range(5)]
    for request in requests:
        assert spawner.wait_for(lambda a: a.request == request).kind == UNPACKED
    assert spawner.unpack(archive).bytes == 1 << 20


def test_accounts_do_not_share_a_tree(spawner):
    archive = make_zip({"main.py": "print('x')"})
    assert spawner.unpack(archive).kind == UNPACKED
    digest = hashlib.sha256(archive).digest()
    answer = spawner.try_start(digest, 1, account=ACCOUNT + 1)
    assert (answer.kind, answer.failure) == (FAILED, UNKNOWN_TREE)


def test_a_forgotten_tree_is_unknown_and_running_environments_keep_it(spawner):
    source = "import sys\nprint('up', flush=True)\nimport time\nwhile True:\n  open('/var/task/main.py').read(); time.sleep(0.01)"
    running = spawner.python(source)
    running.read_log("up")
    digest = spawner.tree({"main.py": source})
    spawner.send(message(FORGET, 0, TREE.pack(ACCOUNT, digest)))
    answer = spawner.try_start(digest, 1)
    assert (answer.kind, answer.failure) == (FAILED, UNKNOWN_TREE)
    running.kill()
    assert running.exited().wait_status == 9
    assert "Error" not in running.read_log()


def test_many_archives_at_once(spawner):
    archives = [make_zip({"f": os.urandom(1000)}) for _ in range(8)]
    requests = [spawner.ask_unpack(archive)[0] for archive in archives]
    assert {spawner.wait_for(lambda a: a.request == request).kind for request in requests} == {UNPACKED}
