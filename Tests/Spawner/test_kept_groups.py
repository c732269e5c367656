"""Control groups of v1 that one sandbox has left and another gets."""

import contextlib
import mmap
import os
import subprocess

import pytest

from harness.control_groups import Group, hierarchies, unified
from spawner_client import Environment, until

WAIT = "import time; print('up', flush=True); time.sleep(1000)"
HOG = "held = bytearray(64 << 20); " + WAIT


@pytest.fixture(autouse=True)
def only_where_groups_are_kept(mode):
    if not mode.has_groups or unified():
        pytest.skip("no control groups of v1 here: none are kept")


def start(spawner, source=WAIT, **options):
    environment = spawner.python(source, **options)
    environment.read_log("up")
    return environment


def group_of(environment):
    return Group.named(f"redoubt-{environment.spawner.instance}/{environment.group_name}")


def kept(spawner):
    """Names of the groups that have no sandbox."""
    [counts] = [folder for folder in Group.named(f"redoubt-{spawner.instance}").folders if (folder / "pids.max").exists()]
    return {path.parent.name for path in counts.glob("*/pids.current") if path.read_text() == "0\n"}


def identities(group):
    """What the kernel knows the folders by."""
    assert len(group.folders) == 4
    return {folder.stat().st_ino for folder in group.folders}


def end(environment):
    environment.dismiss()
    return environment.exited()


def test_a_group_becomes_anothers_with_nothing_of_the_first(spawner):
    first = start(spawner, HOG, memory_mib=512, ephemeral_mib=128)
    first.settle()
    before = group_of(first)
    until(lambda: before.processor_quota is not None, "the quota")
    known = identities(before)
    assert end(first).memory_peak > 64 << 20
    second = start(spawner, memory_mib=1769)
    group = group_of(second)
    assert identities(group) == known and kept(spawner) == set()
    assert group.memory_limit == 1769 + 64 + 32 << 20 and group.swap_limit in (0, None) and group.process_limit == 1024
    assert group.processor_quota is None and group.processor_weight == 1
    assert group.processes == set(spawner.processes())
    assert int(os.pread(second.peak, 100, 0)) < 32 << 20
    assert end(second).memory_peak < 32 << 20


def test_limits_go_down_as_well_as_up(spawner):
    known = None
    for memory in (3538, 128, 1769):
        running = start(spawner, memory_mib=memory)
        group = group_of(running)
        assert known in (None, identities(group))
        known = identities(group)
        assert group.memory_limit == memory + 64 + 32 << 20 and group.processor_weight == pytest.approx(memory / 1769, abs=0.01)
        end(running)


@pytest.mark.skipif(not hierarchies("cgroup2"), reason="no file that stops processes is given here")
def test_what_is_stopped_stops_no_other(spawner):
    """A server that says there is nothing stopped is not believed."""
    first = start(spawner)
    os.write(first.freezer, b"1")
    end(first)
    assert kept(spawner) == set()
    second = start(spawner)
    assert group_of(second).read("cgroup.freeze") == "0"
    end(second)


@pytest.mark.skipif(not hierarchies("cgroup2"), reason="no file that stops processes is given here")
def test_what_could_stop_the_first_does_not_stop_the_second(spawner):
    """The server has not closed the file: a write that comes late finds the group gone."""
    first = start(spawner)
    first.kill()
    first.exited()
    second = start(spawner)
    with contextlib.suppress(OSError):
        os.write(first.freezer, b"1")
    assert group_of(second).read("cgroup.freeze") == "0"
    end(second)


@pytest.mark.parametrize("source, way", [("print('up', flush=True)", lambda running: None), (WAIT, Environment.kill)], ids=["ends", "killed"])
def test_a_group_at_which_the_server_may_still_look_is_not_kept(spawner, source, way):
    running = start(spawner, source)
    way(running)
    running.exited()
    assert kept(spawner) == set()


def test_a_group_that_tells_of_a_kill_by_the_kernel_is_not_kept(spawner):
    running = start(spawner, """
import os, time
if os.fork() == 0:
    held = bytearray(1 << 30)
os.wait(); print('up', flush=True); time.sleep(1000)
""", memory_mib=128)
    assert end(running).oom_kills == 1
    assert kept(spawner) == set()


def test_a_group_in_which_somebody_is_is_not_kept(spawner):
    running = start(spawner)
    folder = next(folder for folder in group_of(running).folders if (folder / "pids.max").exists())
    other = subprocess.Popen(["sleep", "1000"])
    try:
        (folder / "cgroup.procs").write_text(str(other.pid))
        running.dismiss()
        until(lambda: spawner.processes() == [], "the sandbox is gone")
        assert kept(spawner) == set() and folder.exists()
    finally:
        other.kill()
        other.wait()
    running.exited()
    assert kept(spawner) == set() and not folder.exists()


def test_a_group_to_which_memory_is_charged_is_not_kept(spawner):
    running = start(spawner)
    folder = next(folder for folder in group_of(running).folders if (folder / "memory.stat").exists())
    with mmap.mmap(-1, 8 << 20) as shared:
        child = os.fork()
        if child == 0:
            (folder / "cgroup.procs").write_text(str(os.getpid()))
            for page in range(0, len(shared), 4096):
                shared[page] = 1
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        end(running)
        assert kept(spawner) == set()


def test_what_nobody_wants_is_removed(spawner):
    running = [start(spawner) for _ in range(3)]
    for environment in running:
        end(environment)
    assert len(kept(spawner)) == 3
    until(lambda: kept(spawner) == set(), "they are removed")
