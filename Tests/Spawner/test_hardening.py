"""What the compiler and the linker were told is there in the programs that are released."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import HARDENING

ROOT = Path(__file__).resolve().parents[2]
RELEASE = Path(os.environ.get("REDOUBT_BINARY", ROOT / ".build/release/redoubt")).resolve().parent


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True, text=True).stdout


@pytest.fixture(params=["redoubt-spawner", "redoubt-unpack"])
def program(request):
    path = RELEASE / request.param
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


def test_the_program_is_position_independent(program):
    assert re.search(r"Type:\s+DYN", readelf("-h", program))
    assert re.search(r"FLAGS_1.*\bPIE\b", readelf("-d", program))


def test_what_the_linker_resolves_is_read_only_before_the_program_begins(program):
    dynamic = readelf("-d", program)
    assert "GNU_RELRO" in readelf("-l", program)
    assert re.search(r"\(FLAGS\).*BIND_NOW", dynamic) or re.search(r"FLAGS_1.*\bNOW\b", dynamic)


def test_no_memory_is_both_written_and_executed(program):
    segments = readelf("-l", program)
    stack = re.search(r"GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+([RWE ]+?)\s+0x", segments)
    assert stack is not None and stack.group(1) == "RW"
    assert not re.search(r"LOAD(?:\s+0x[0-9a-f]+){5}\s+RWE", segments)


def test_libraries_are_looked_for_nowhere_but_beside_the_program_and_where_the_system_has_them(program):
    named = re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", readelf("-d", program))
    assert {folder for folders in named for folder in folders.split(":")} <= {"$ORIGIN"}


@pytest.mark.parametrize("name, own", [
    ("redoubt-spawner", {"libseccomp.so.2"}), ("redoubt-unpack", {"libzip.so.4", "libzip.so.5"}), ("libredoubt-zygote.so", set()),
])
def test_the_program_loads_only_the_libraries_that_it_refers_to(name, own):
    path = RELEASE / name
    if not path.exists():
        pytest.skip(f"{path} is not built")
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", path)))
    assert needed <= own | {"libc.so.6"}


def test_stack_and_buffers_are_guarded(program):
    symbols = readelf("--dyn-syms", program)
    assert "__stack_chk_fail" in symbols
    assert re.search(r"\b__(?:v?snprintf|memcpy|read|fprintf|strncpy|vfprintf)_chk\b", symbols)


def test_these_tests_build_the_programs_with_the_flags_of_the_release():
    text = (ROOT / "Package.swift").read_text()
    assert [flag for flag in HARDENING if f'"{flag}"' not in text] == []
