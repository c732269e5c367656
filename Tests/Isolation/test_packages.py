"""A package that would write outside itself, grow without end or be read in two ways is refused when it is deployed.

The many variants are in Tests/Spawner/test_unpack.py; here is what the API answers, for either kind of runtime.
"""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from harness.attacker import MEBIBYTE, attacker_package, call, out, runtime_of
from harness.clients import ROLE
from harness.functions import error_code, unique_name
from harness.host import platform_processes

OUTSIDE = Path("/tmp/redoubt-package-got-out")
LINK, FIFO, CHARACTER, SOCKET = 0o120777, 0o010644, 0o020666, 0o140644
CANNOT_UNZIP = "Could not unzip uploaded file"


def archive_of(entries):
    """(name, content, mode)s, also of the same name, as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.create_system = 3
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def with_runtime(language, *entries):
    """The entries beside a program that would run."""
    with zipfile.ZipFile(io.BytesIO(attacker_package(language))) as whole:
        own = [(info.filename, whole.read(info), info.external_attr >> 16) for info in whole.infolist()]
    return archive_of([*own, *entries])


LEADING_OUT = {
    "parent": [("../" * 12 + OUTSIDE.name, b"x", 0o100644)], "absolute": [(str(OUTSIDE), b"x", 0o100644)],
    "drive": [("C:\\" + OUTSIDE.name, b"x", 0o100644)], "backslashes": [("..\\..\\" + OUTSIDE.name, b"x", 0o100644)],
    "link out": [("link", "/tmp", LINK)], "file through a link": [("link", "..", LINK), ("link/" + OUTSIDE.name, b"x",
    0o100644)],
    "link to the parent": [("a/link", "../../../etc/passwd", LINK)], "pipe": [("pipe", b"", FIFO)], "device": [("null",
    b"", CHARACTER)],
    "socket": [("socket", b"", SOCKET)], "the same name twice": [("x", b"1", 0o100644), ("x", b"2", 0o100644)],
    "file and folder": [("x", b"1", 0o100644), ("x/y", b"2", 0o100644)], "longer than a path": [("d/" * 2100 + "x",
    b"x", 0o100644)],
    "a name of 300 bytes": [("n" * 300, b"x", 0o100644)], "control characters": [("a\nb\x1b[2J", b"x", 0o100644)],
}  # fmt: skip


@pytest.fixture
def create(lambda_client, language):
    """Asks for a function of the package; it is deleted if, against all that is promised, it comes to be."""
    made = []

    def ask(package):
        name = unique_name("hostile")
        lambda_client.create_function(
            FunctionName=name, Runtime=runtime_of(language), Role=ROLE, Handler="app.handler", Code={"ZipFile": package}
        )
        made.append(name)

    yield ask
    for name in made:
        lambda_client.delete_function(FunctionName=name)


@pytest.fixture
def refusal(create, server):
    """The message with which a package is refused as Lambda refuses it; the platform's processes outlive it."""

    def of(package, within=30):
        before, started = platform_processes(server), time.monotonic()
        with pytest.raises(ClientError) as error:
            create(package)
        assert error_code(error) == "InvalidParameterValueException"
        assert time.monotonic() - started < within
        assert platform_processes(server) == before
        return error.value.response["Error"]["Message"]

    return of


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.attack("T17")
@pytest.mark.parametrize("entries", LEADING_OUT.values(), ids=LEADING_OUT.keys())
def test_an_entry_that_leads_out_is_refused(refusal, language, entries):
    message = refusal(with_runtime(language, *entries))
    assert CANNOT_UNZIP in message and message.isprintable()
    assert not OUTSIDE.exists()


@pytest.mark.attack("T17")
def test_a_name_with_a_nul_is_refused(refusal, language):
    assert CANNOT_UNZIP in refusal(with_runtime(language, ("aXb", b"x", 0o100644)).replace(b"aXb", b"a\0b"))


@pytest.mark.attack("T17")
def test_modes_are_taken_without_what_gives_privilege(deploy_attacker):
    attacker = deploy_attacker({"setuid": ("x", 0o106755), "sticky": ("x", 0o101777), "open": ("x", 0o100666)})
    modes = attacker.do(*(call("stat", "/var/task/" + name, out(144)) for name in ("setuid", "sticky", "open")))
    found = [struct.unpack_from("=I", outcome.data, 24)[0] & 0o7777 for outcome in modes]
    assert found == [0o755, 0o755, 0o644]


@pytest.mark.attack("T18")
def test_a_bomb_is_refused_by_what_comes_out(refusal, server):
    """300 MiB of zeros in a package of less than one: more than the 250 MB of Lambda."""
    before = server.resident_memory()
    package = archive_of([("zeros", bytes(300 * MEBIBYTE), 0o100644)])
    assert len(package) < MEBIBYTE
    assert "Unzipped size must be smaller than" in refusal(package)
    assert server.resident_memory() - before < 64 * MEBIBYTE


@pytest.mark.attack("T18")
def test_a_bomb_that_lies_about_its_size_is_refused(refusal):
    package = archive_of([("zeros", bytes(300 * MEBIBYTE), 0o100644)])
    lying = package.replace(struct.pack("<I", 300 * MEBIBYTE), struct.pack("<I", 1000))
    assert lying != package
    refusal(lying)


@pytest.mark.attack("T18")
def test_entries_that_overlap_are_refused(refusal):
    """Many central entries for one local one, as in bombs that are not nested."""
    package = archive_of([("a", bytes(10 * MEBIBYTE), 0o100644)])
    directory = package.index(b"PK\1\2")
    end = package.index(b"PK\5\6")
    entry = package[directory:end]
    many = b"".join(entry[:-1] + bytes([letter]) for letter in range(97, 123))
    tail = struct.pack("<HHHHIIH", 0, 0, 26, 26, len(many), directory, 0)
    assert CANNOT_UNZIP in refusal(package[:directory] + many + b"PK\5\6" + tail)


@pytest.mark.attack("T18")
def test_entries_without_number_are_refused(refusal):
    """Empty files: the names alone are the burden. They are counted as they come, in bounded time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(150_000):
            archive.writestr(zipfile.ZipInfo(f"{number:x}"), b"")
    refusal(buffer.getvalue())


@pytest.mark.attack("T18")
def test_a_nested_bomb_is_not_opened(deploy_attacker):
    """Archives inside are files like others."""
    inner = archive_of([("zeros", bytes(200 * MEBIBYTE), 0o100644)])
    attacker = deploy_attacker({"inner.zip": archive_of([("next.zip", inner, 0o100644)])})
    assert "inner.zip" in attacker.list("/var/task")


TWO_READINGS = {
    "local name differs": lambda package: package.replace(b"innocent", b"guilty!!", 1),
    "central name differs": lambda package: package[::-1].replace(b"innocent"[::-1], b"guilty!!"[::-1], 1)[::-1],
    "local method differs": lambda package: package[:8] + b"\0\0" + package[10:],
    "two ends": lambda package: package + archive_of([("guilty", b"x", 0o100644)]),
    "another end in the comment": lambda package: package[:-2] + struct.pack("<H", 22) + b"PK\5\6" + bytes(18),
    "something before": lambda package: b"#!/bin/sh\nexit\n" + package,
    "something after": lambda package: package + b"after the end",
    "zip64 that contradicts": lambda package: package[:-22] + b"PK\6\7" + bytes(16) + package[-22:],
    "cut": lambda package: package[:-30],
    "a wrong checksum": lambda package: package.replace(
        b"PK\3\4" + package[4:14], b"PK\3\4" + package[4:10] + b"\0\0\0\0", 1
    ),
}


@pytest.mark.attack("T19")
@pytest.mark.parametrize("change", TWO_READINGS.values(), ids=TWO_READINGS.keys())
def test_an_archive_that_can_be_read_in_two_ways_is_refused(refusal, change):
    package = archive_of([("innocent", b"print('x')" * 40, 0o100644)])
    assert change(package) != package
    assert CANNOT_UNZIP in refusal(change(package))
