import hashlib
import io
import json
import os
import shutil
import stat
import struct
import subprocess
import zipfile
import zlib

import pytest

from spawner_client import (ACCOUNT, FAILED, NOT_A_ZIP, SYSTEM, TOO_LARGE, UNKNOWN_TREE, UNPACKED, UNSAFE_ENTRY, FORGET,
                            TREE, make_zip, message)
from raw_zip import DESCRIPTOR_FLAG, RawEntry, descriptor, extra, raw_zip, streamed

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
    "a/" * 100 + "b", "n" * 200 + "/" + "/".join(["m" * 200] * 30), "C:\\x", "C:/x", "c:x", "\\\\host\\share",
], ids=numbered)
def test_a_name_that_is_not_plain_is_refused(spawner, name):
    refused(spawner, make_zip({name: "x"}), UNSAFE_ENTRY)


@pytest.mark.parametrize("name, target", [
    ("link", "/etc/passwd"), ("link", "../out"), ("a/link", "../../out"), ("a/b/c/s", "x/../../../../.."), ("link", "a/../.."),
    ("link", ".."), ("link", "a\\b"), ("link", "a\0b"), ("link", ""), ("a/l", "../b/../../.."), ("link", "x" * 5000),
], ids=numbered)
def test_a_link_that_could_lead_out_is_refused(spawner, name, target):
    refused(spawner, make_zip({name: (target, 0o120777)}), UNSAFE_ENTRY)


@pytest.mark.parametrize("file_mode", [0o010644, 0o020644, 0o060644, 0o140644])
def test_devices_pipes_and_sockets_are_refused(spawner, file_mode):
    refused(spawner, make_zip({"x": ("", file_mode)}), UNSAFE_ENTRY)


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


@pytest.mark.parametrize("names", [
    ["a", "A"], ["Lib/x", "lib/y"], ["lib/x", "LIB"], ["LIB/", "lib/x"], ["a/B/c/d", "a/b/e"], ["a/x", "a!", "b", "A/y"],
    ["x/y/Z.py", "x/y/z.py"], ["\xe9a", "\xe9A"],
], ids=numbered)
def test_names_that_differ_in_case_only_are_refused(spawner, names):
    for order in (names, names[::-1]):
        assert "in case only" in refused(spawner, make_zip({name: "x" if name[-1] != "/" else "" for name in order}), UNSAFE_ENTRY)


@pytest.mark.parametrize("names", [
    ["lib", "libX/y", "LIBRARY"], ["a/b", "a/c", "a/b!/c", "b/A", "b/a!"], ["Lib/x", "Lib/X!", "Lib-2/x", "Lib0"], ["[", "{", "@", "`"],
], ids=numbered)
def test_names_that_differ_in_more_than_case_are_taken(spawner, names):
    for order in (names, names[::-1]):
        assert spawner.unpack(make_zip({name: "x" for name in order})).kind == UNPACKED


def test_a_case_collision_among_many_names_is_found_quickly(spawner):
    names = [f"{'deep/' * 20}{number:05}.py" for number in range(60000)]
    archive = make_zip({**{name: "" for name in names}, "deep/" * 19 + "Deep/other": ""})
    assert "in case only" in refused(spawner, archive, UNSAFE_ENTRY, maximum_entries=100000)


def test_a_bomb_is_stopped_by_what_comes_out(spawner):
    detail = refused(spawner, make_zip({"zeros": b"\0" * (80 << 20)}), TOO_LARGE, maximum_bytes=16 << 20)
    assert f"more than {16 << 20} bytes" in detail, "before the tree has no room left"


def test_a_bomb_that_lies_about_its_size_is_refused(spawner):
    archive = make_zip({"zeros": b"\0" * (40 << 20)})
    lying = archive.replace(struct.pack("<I", 40 << 20), struct.pack("<I", 1000))
    assert lying != archive
    answer = spawner.unpack(lying, maximum_bytes=16 << 20)
    assert answer.kind == FAILED and answer.failure in (NOT_A_ZIP, TOO_LARGE), answer


@pytest.mark.parametrize("size", [3999, 4001])
def test_content_that_is_not_as_long_as_it_says_is_refused(spawner, size):
    archive = make_zip({"zeros": b"\0" * 4000})
    refused(spawner, archive.replace(struct.pack("<I", 4000), struct.pack("<I", size)), NOT_A_ZIP)


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


CRC = zlib.crc32(b"content")


@pytest.mark.parametrize("local, what", [
    ({"name": b"bbbb"}, "name"), ({"name": b"aaa"}, "name"), ({"name": b"AAAA"}, "name"), ({"size": 8}, "sizes"), ({"size": 0}, "sizes"),
    ({"packed": 6}, "sizes"), ({"crc": CRC ^ 1}, "CRC"), ({"method": 8}, "method"), ({"flags": 1}, "flags"),
    ({"flags": DESCRIPTOR_FLAG}, "flags"), ({"flags": 1 << 11}, "flags"), ({"flags": 1 << 5}, "flags"), ({"flags": 1 << 13}, "flags"),
    ({"flags": DESCRIPTOR_FLAG, "crc": 0, "packed": 0, "size": 0, "descriptor": descriptor(b"content")}, "flags"),
], ids=str)
def test_a_local_header_that_differs_from_the_directory_is_refused(spawner, local, what):
    assert what in refused(spawner, raw_zip(RawEntry(local=local)), NOT_A_ZIP)


@pytest.mark.parametrize("entry", [
    streamed(crc=CRC ^ 1), streamed(packed=6), streamed(size=8), streamed(signature=b"PK\7\7"), streamed(signature=b"PK\7\10\0\0\0\0"),
    RawEntry(local={"flags": DESCRIPTOR_FLAG}, central={"flags": DESCRIPTOR_FLAG}),
    RawEntry(local={"flags": DESCRIPTOR_FLAG, "size": 9, "descriptor": descriptor(b"content")}, central={"flags": DESCRIPTOR_FLAG}),
], ids=numbered)
def test_sums_behind_the_content_that_differ_from_the_directory_are_refused(spawner, entry):
    refused(spawner, raw_zip(entry), NOT_A_ZIP)


def test_what_a_packer_writes_that_cannot_seek_is_taken(spawner):
    archive = raw_zip(streamed(), streamed(b"more", b"b", signature=b""), streamed(b"", b"empty"), RawEntry(b"last"))
    assert (spawner.unpack(archive).bytes, spawner.unpack(archive).entries) == (18, 4)


def test_a_directory_in_another_order_than_its_entries_is_taken(spawner):
    second = 30 + len(b"one") + len(b"content")
    archive = raw_zip(RawEntry(b"one", central={"name": b"two", "offset": second}), RawEntry(b"two", central={"name": b"one", "offset": 0}))
    assert spawner.unpack(archive).entries == 2


def test_prefix_data_and_bytes_between_entries_are_refused(spawner):
    hidden = raw_zip(RawEntry(b"hidden"))[:30 + 6 + 7]
    assert "does not begin" in refused(spawner, raw_zip(RawEntry(), gaps={0: b"#!/bin/sh\n"}), NOT_A_ZIP)
    assert "does not begin" in refused(spawner, raw_zip(RawEntry(), gaps={0: hidden}), NOT_A_ZIP)
    assert "belong to none" in refused(spawner, raw_zip(RawEntry(), RawEntry(b"b"), gaps={1: b"\0"}), NOT_A_ZIP)
    assert "belong to none" in refused(spawner, raw_zip(RawEntry(), RawEntry(b"b"), gaps={1: hidden}), NOT_A_ZIP)
    assert "end record" in refused(spawner, raw_zip(RawEntry(), before_end=b"\0"), NOT_A_ZIP)


def test_two_end_records_are_refused(spawner):
    one, other = raw_zip(RawEntry()), raw_zip(RawEntry(b"b"))
    for comment in (other, other[-22:], b"PK\5\6", b"x" * 30 + b"PK\5\6" + b"\0" * 30):
        assert "end record" in refused(spawner, raw_zip(RawEntry(), comment=comment), NOT_A_ZIP)
    assert "end record" in refused(spawner, one + other, NOT_A_ZIP)
    assert spawner.unpack(raw_zip(RawEntry(), comment=b"a plain comment")).kind == UNPACKED


def test_entries_that_share_bytes_are_refused(spawner):
    """The bomb that needs no nesting: many entries, one content."""
    inner = raw_zip(RawEntry(b"b", b"quoted"))[:30 + 1 + 6]
    outer = RawEntry(b"a", inner)
    quoted = [outer, RawEntry(b"b", b"quoted", central={"offset": 31})]
    assert "overlap" in refused(spawner, raw_zip(*quoted), NOT_A_ZIP)
    kernel = zlib.compress(b"\0" * (1 << 20), 9)[2:-4]
    facts = {"method": 8, "crc": zlib.crc32(b"\0" * (1 << 20)), "size": 1 << 20}
    same = [RawEntry(b"a", kernel, facts, facts)] + [RawEntry(b"a", b"", facts, {**facts, "packed": len(kernel), "offset": 0})]
    assert "overlap" in refused(spawner, raw_zip(*same), NOT_A_ZIP)


def test_an_archive_in_an_archive_stays_one_file(spawner):
    bomb = make_zip({"zeros": b"\0" * (8 << 20)})
    for _ in range(5):
        bomb = make_zip({f"{number}.zip": bomb for number in range(4)})
    answer = spawner.unpack(bomb, maximum_bytes=1 << 20)
    assert (answer.kind, answer.entries) == (UNPACKED, 4) and answer.bytes < 1 << 20


def test_zip64_is_refused_wherever_it_stands(spawner):
    sizes = struct.pack("<QQ", 7, 7)
    zip64_end = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 50, 41)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, 91, 1)
    assert "zip64" in refused(spawner, raw_zip(RawEntry(), before_end=zip64_end + locator), NOT_A_ZIP)
    assert "zip64" in refused(spawner, raw_zip(RawEntry(central={"extra": extra(1, sizes)})), NOT_A_ZIP)
    assert "zip64" in refused(spawner, raw_zip(RawEntry(local={"extra": extra(1, sizes[:8])})), NOT_A_ZIP)
    assert "two sizes" in refused(spawner, raw_zip(RawEntry(local={"extra": extra(1, struct.pack("<QQ", 7, 8))})), NOT_A_ZIP)
    lie = {"size": 0xffffffff, "packed": 0xffffffff, "extra": extra(1, struct.pack("<QQ", 7, 1 << 40))}
    assert "zip64" in refused(spawner, raw_zip(RawEntry(local=lie, central=lie)), NOT_A_ZIP)
    assert spawner.unpack(raw_zip(RawEntry(local={"extra": extra(1, sizes)}))).kind == UNPACKED  # as Java's archivers write it


def test_a_million_entries_are_refused_at_once(spawner):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", "")
    entry, record = buffer.getvalue()[:31], buffer.getvalue()[31:31 + 47]
    count, body = 1000000, len(entry)
    directory = record * count
    zip64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), body)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, body + len(directory), 1)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    assert "zip64" in refused(spawner, entry + directory + zip64 + locator + end, NOT_A_ZIP)
    fitting = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count & 0xffff, count & 0xffff, len(directory), body, 0)
    assert "longer than" in refused(spawner, entry + directory + fitting, NOT_A_ZIP)


@pytest.mark.parametrize("area, what", [
    (extra(0x000d, struct.pack("<IIHH", 0, 0, 0, 0) + b"/etc/passwd"), "hard link"),
    (extra(0x000d, struct.pack("<IIHHII", 0, 0, 0, 0, 8, 1)), "device"),
    (extra(0x756e, struct.pack("<IHIHH", 0, 0o120777, 11, 0, 0) + b"/etc/passwd"), "second mode"),
], ids=["hard link", "device", "link"])
def test_a_type_that_only_an_extra_field_tells_is_refused(spawner, area, what):
    assert what in refused(spawner, raw_zip(RawEntry(local={"extra": area})), NOT_A_ZIP)
    assert what in refused(spawner, raw_zip(RawEntry(central={"extra": area})), NOT_A_ZIP)


def test_a_file_through_a_link_is_refused(spawner):
    link = RawEntry(b"a", b"b", central={"mode": 0o120777})
    folder = RawEntry(b"b/", b"", central={"mode": 0o040755})
    assert "in the way" in refused(spawner, raw_zip(folder, link, RawEntry(b"a/file")), UNSAFE_ENTRY)
    assert "in the way" in refused(spawner, raw_zip(RawEntry(b"a/file"), link), UNSAFE_ENTRY)


@pytest.mark.parametrize("file_mode", [0o100644, 0o120777], ids=["file", "link"])
def test_a_wrong_crc_is_refused(spawner, file_mode):
    wrong = {"crc": CRC ^ 1}
    answer = spawner.unpack(raw_zip(RawEntry(local=wrong, central={**wrong, "mode": file_mode})))
    assert answer.kind == FAILED and "damaged" in answer.detail, answer


def test_an_encrypted_entry_is_refused(spawner):
    encrypted = {"flags": 1}
    assert "encrypted" in refused(spawner, raw_zip(RawEntry(local=encrypted, central=encrypted)), UNSAFE_ENTRY)


def with_extra(local, central):
    return raw_zip(RawEntry(local={"extra": local}, central={"extra": central}))


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


@pytest.mark.parametrize("command", [
    ["zip", "-qry", "OUT", "."], ["zip", "-qr0", "OUT", "."], ["jar", "cMf", "OUT", "."], ["jar", "cM0f", "OUT", "."],
    ["python3", "-m", "zipfile", "-c", "OUT", "main.py", "deep"],
], ids=" ".join)
def test_what_common_packers_write_is_taken(spawner, tmp_path, command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (tmp_path / "in/deep/er").mkdir(parents=True)
    names = ("main.py", "deep/é.txt", "deep/er/big")
    for name in names:
        (tmp_path / "in" / name).write_text(name * 5000)
    (tmp_path / "in/deep/empty").touch()
    out = tmp_path / "out.zip"
    subprocess.run([str(out) if word == "OUT" else word for word in command], cwd=tmp_path / "in", check=True)
    answer = spawner.unpack(out.read_bytes())
    assert (answer.kind, answer.bytes, answer.entries) == (UNPACKED, 5000 * len("".join(names).encode()), 6), answer
