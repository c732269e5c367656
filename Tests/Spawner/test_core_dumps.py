"""A crash inside leaves no core outside. The kernel's core_pattern holds for the whole machine, sandboxes included."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from spawner_client import until

PATTERN = Path("/proc/sys/kernel/core_pattern")

pytestmark = pytest.mark.skipif(os.environ.get("REDOUBT_OWN_MACHINE") != "1",
                                reason="changes kernel.core_pattern of the whole machine: make isolation-v2 has one")

ATTACKS = {
    "plain": "",
    "child": "if os.fork() != 0: os.wait(); sys.exit(1)",
    "limit lifted": "attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))",
    # With a limit of 0 the kernel still runs the program of a pipe pattern.
    "limit lowered": "attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))",
    "limit of its own by prlimit": "attempt(lambda: resource.prlimit(os.getpid(), resource.RLIMIT_CORE, (0, 0)))",
    "dumpable": "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)",
}
CRASH = """
import ctypes, os, resource, signal, sys
def attempt(call):
    try: call()
    except (OSError, ValueError): pass
os.chdir('/tmp')
{attack}
signal.signal(signal.SIGSEGV, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.fixture(params=["pipe", "file"])
def cores(request, tmp_path):
    """The folder where cores of the whole machine arrive: by a program that the kernel runs, or as files."""
    folder = tmp_path / "cores"
    folder.mkdir()
    for path in (folder, *list(folder.parents)[:-1]):
        path.chmod(0o1777 if path == folder else 0o755)
    before = PATTERN.read_text()
    collector = tmp_path / "collector"
    collector.write_text(f"#!/bin/sh\ncat > {shlex.quote(str(folder))}/core.$1.$2\n")
    collector.chmod(0o755)
    PATTERN.write_text(f"|{collector} %p %u" if request.param == "pipe" else f"{folder}/core.%p.%u")
    yield folder
    PATTERN.write_text(before)


def crash_outside(folder):
    """The proof that cores arrive, and that any that came before this one has arrived."""
    crash = subprocess.Popen(["/bin/sh", "-c", "ulimit -c unlimited; kill -SEGV $$"])
    crash.wait()
    until(lambda: any(found.name.startswith(f"core.{crash.pid}.") and found.stat().st_size > 0 for found in folder.iterdir()),
          "the core of a process outside")
    return [found.name for found in folder.iterdir() if not found.name.startswith(f"core.{crash.pid}.")]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_crash_inside_leaves_no_core_anywhere(spawner, cores, attack):
    log, answer = spawner.run_python(CRASH.format(attack=attack))
    if "fork" not in attack:
        assert answer.wait_status & 0x7f == 11, log
    assert not answer.wait_status & 0x80, "the kernel says that a core was dumped"
    assert crash_outside(cores) == []


def test_no_core_is_written_into_the_sandbox_either(spawner, cores):
    """With a relative file pattern the crash's own folder is where a core would go."""
    PATTERN.write_text("core")
    log, _ = spawner.run_python("""
import os, signal
os.chdir('/tmp')
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSEGV)
os.wait()
print(os.listdir('/tmp'))
""")
    assert log == "[]\n"
