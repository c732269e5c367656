"""Freeze and kill of the v2 driver, on any host that has a v2 hierarchy mounted, with controllers or without."""

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import INCLUDES, SOURCES
from harness.control_groups import Group, hierarchies
from spawner_client import until

MOUNTS = list(hierarchies("cgroup2"))
pytestmark = pytest.mark.skipif(not MOUNTS, reason="no hierarchy of version 2 is mounted")

NAME = "9-9"
BUSY = "import os, sys\nsys.stdin.read()\nos.fork()\nwhile True: pass"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    program = tmp_path_factory.mktemp("driver") / "cgroup_v2_driver"
    own = Path(__file__).with_name("cgroup_v2_driver.c")
    sources = [path for folder in ("redoubt-spawner", "CSandboxEntry") for path in (SOURCES / folder).glob("*.c")]
    rest = [path for path in sources if path.name not in ("main.c", "cgroup_v2.c")]
    includes = [f"-I{SOURCES / 'redoubt-spawner'}", *INCLUDES]
    subprocess.run(["cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", *includes, own, *rest, "-lseccomp",
                    "-o", program], check=True)
    return program


@pytest.fixture
def group(driver):
    """A group with another in it, each with two processes that never rest; `call` asks the driver."""
    parent = MOUNTS[0] / f"redoubt-test-{secrets.token_hex(6)}"
    parent.mkdir()
    made = Group([parent]).make(NAME)
    inner = made.make("inner")
    made.call = lambda name: subprocess.run([driver, parent, NAME, name], check=False).returncode
    made.inner, made.started = inner, []
    try:
        for place in (made, inner):
            process = subprocess.Popen(["/usr/bin/python3", "-c", BUSY], start_new_session=True, stdin=subprocess.PIPE)
            made.started.append(process)
            place.add(process.pid)
            process.stdin.close()
        until(lambda: len(made.processes | inner.processes) == 4, "each has forked")
        yield made
    finally:
        for process in made.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for folder in (inner.folders[0], made.folders[0], parent):
            until(lambda: not folder.exists() or removed(folder), f"the end of {folder}")


def removed(folder):
    try:
        folder.rmdir()
        return True
    except OSError:
        return False


def processor_ticks(pids):
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields)


def progress(pids):
    """Clock ticks of processor time that they take in a fifth of a second."""
    before = processor_ticks(pids)
    time.sleep(0.2)
    return processor_ticks(pids) - before


def test_a_frozen_group_makes_no_progress_until_it_is_thawed(group):
    pids = group.processes | group.inner.processes
    assert group.call("freeze") == 0
    # On a busy machine it takes effect after the call's bounded wait.
    until(lambda: "frozen 1" in group.read("cgroup.events"), "all of the tree is frozen")
    assert progress(pids) == 0
    assert group.call("thaw") == 0
    until(lambda: progress(pids) > 0, "progress")


def test_a_frozen_tree_is_killed_and_its_groups_are_removed(group):
    assert group.call("freeze") == 0
    assert group.call("remove") == 1, "a group with processes in it was removed"
    assert group.call("kill_all") == 0
    assert [process.wait(10) for process in group.started] == [-signal.SIGKILL] * 2
    until(lambda: group.call("remove") == 0, "removal")
    assert not group.folders[0].exists()
