"""Guards that stand behind, or in front of, another: each is looked at by itself."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PLACES, UID_BASE
from modes import ROOTLESS
from spawner_client import make_zip, until
from test_isolation import look

WAIT = "import time; print('up', flush=True); time.sleep(1000)"


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}


def mount_points(pid):
    return [line.split()[4] for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]


ENTER = """
import ctypes, os, sys
if ctypes.CDLL(None).setns(os.open(sys.argv[1], os.O_RDONLY), 0) != 0: sys.exit("setns")
print(open("/proc/self/mountinfo").read(), end="")
"""


def other_mount_namespace(spawner):
    """The file of that in which the spawner keeps what sandboxes are not to start with a copy of; no process lives in it."""
    folder = f"/proc/{spawner.pid}/fd"
    own = os.readlink(f"/proc/{spawner.pid}/ns/mnt")
    links = {}
    for number in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # The spawner is at work: it closed that one meanwhile.
            links[f"{folder}/{number}"] = os.readlink(f"{folder}/{number}")
    [other] = [file for file, link in links.items() if link.startswith("mnt:") and link != own]
    return other


def mounts_below(spawner, folder):
    """The lines of mountinfo there."""
    done = subprocess.run([sys.executable, "-c", ENTER, other_mount_namespace(spawner)], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.split()[4].startswith(folder + "/")]


def mounts_of_trees(spawner):
    """The lines of mountinfo where the spawner keeps unpacked code."""
    return mounts_below(spawner, "/trees")


def test_two_environments_have_two_ids_where_there_are_two(spawner, mode):
    running = [spawner.python(WAIT) for _ in range(2)]
    for environment in running:
        environment.read_log("up")
    users = {status(pid)["Uid"][0] for pid in spawner.processes()}
    assert users == {str(mode.host_id(UID_BASE, environment.slot)) for environment in running}
    for environment in running:
        environment.kill()


def test_supplementary_groups_cannot_be_set(spawner):
    assert look(spawner, "out = open('/proc/self/setgroups').read().strip()") == "deny"


def test_no_file_system_that_user_code_writes_honours_devices(spawner):
    found = look(spawner, "out = {p: bool(os.statvfs(p).f_flag & 4) for p in ('/tmp', '/dev/shm', '/var/task', '/')}")
    assert found == {"/tmp": True, "/dev/shm": True, "/var/task": True, "/": True}


def test_the_kernels_settings_are_read_only_whoever_asks(spawner):
    assert look(spawner, "out = [bool(os.statvfs(p).f_flag & os.ST_RDONLY) for p in ('/proc', '/proc/sys')]") == [True, True]


@pytest.mark.skipif(not os.path.isdir("/etc/ssl/private"), reason="this host keeps no private keys there")
def test_the_hosts_private_keys_are_not_copied(spawner):
    assert look(spawner, "out = os.path.exists('/etc/ssl/certs'), os.path.exists('/etc/ssl/private')") == [True, False]


def test_a_sandbox_has_one_root(spawner):
    running = spawner.python(WAIT)
    running.read_log("up")
    for pid in spawner.processes():
        assert mount_points(pid).count("/") == 1
    running.kill()


def test_a_spawner_has_one_root_and_nothing_of_the_host_but_what_sandboxes_get(spawner):
    spawner.run_python("pass")
    places = mount_points(spawner.pid)
    assert places.count("/") == 1
    own = {"", "template", "system", "runtimes", "devices", "proc", "closed", "hidden"}
    assert {place.split("/")[1] for place in places} <= own
    assert sorted(os.listdir(f"/proc/{spawner.pid}/root/proc"))[0] == "1", "its own /proc is whole"


def test_what_sandboxes_share_is_read_only_for_the_spawner_too(spawner):
    spawner.run_python("pass")
    lines = Path(f"/proc/{spawner.pid}/mountinfo").read_text().splitlines()
    options = {line.split()[4]: line.split()[5].split(",") for line in lines}
    shared = [place for place in options if place.split("/")[1] in ("template", "system", "runtimes")]
    assert {place.split("/")[1] for place in shared} == {"template", "system", "runtimes"}
    assert [place for place in shared if "ro" not in options[place]] == []


def test_unpacked_code_cannot_be_written_through_any_mount(spawner):
    spawner.tree({"main.py": "pass"})
    options = [line.split()[-1].split(",") for line in mounts_of_trees(spawner)]
    assert options and all("ro" in superblock for superblock in options)


def test_what_a_sandbox_starts_with_a_copy_of_does_not_grow_with_the_code_that_is_kept(spawner):
    running = spawner.python(WAIT)
    before, kept = mount_points(spawner.pid), len(mounts_of_trees(spawner))
    for number in range(3):
        spawner.tree({"main.py": f"print({number})"})
    assert mount_points(spawner.pid) == before
    assert len(mounts_of_trees(spawner)) == kept + 3
    running.kill()


def test_the_unpacker_runs_without_privileges_in_a_sandbox_of_its_own(spawner):
    files = {f"f{number}": "" for number in range(60000)}  # enough to be seen at it
    request, _ = spawner.ask_unpack(make_zip(files), maximum_entries=len(files))
    seen = []

    def sees_an_unpacker():
        for pid in spawner.processes(PLACES):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"redoubt-unpack"):
                kinds = ("user", "mnt", "pid", "net", "ipc", "uts")
                seen.append((status(pid), {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in kinds}))
        return seen

    until(sees_an_unpacker, "an unpacker runs", patience=5)
    found, namespaces = seen[0]
    assert found["NoNewPrivs"] == ["1"] and found["Seccomp"] == ["2"]
    assert all(int(found[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert all(inode != os.readlink(f"/proc/self/ns/{kind}") for kind, inode in namespaces.items())
    spawner.wait_for(lambda answer: answer.request == request)
