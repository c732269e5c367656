"""A function has no privilege: not a user that exists elsewhere, no capability, no way to gain any."""

import errno
import os
import socket
import subprocess

import pytest
from harness import host
from harness.attacker import call, out, rename_process, run, sleep
from harness.host import sandbox_processes

STATIC = ["cc", "-std=gnu11", "-O1", "-static", "-x", "c", "-"]
WHO_AM_I = """
#include <stdio.h>
#include <unistd.h>
int main(void) {
    printf("euid %d egid %d setuid %d\\n", geteuid(), getegid(), setuid(0));
    FILE *status = fopen("/proc/self/status", "r");
    for (char line[256]; status && fgets(line, sizeof line, status);) fputs(line, stdout);
}
"""
PRELOADED = """
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) { dprintf(1, "preloaded %d\\n", getpid()); }
"""


def status_of(text):
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


@pytest.fixture
def status(attacker):
    return status_of(attacker.read("/proc/self/status").text)


def under_the_name(name, attacker):
    return attacker.attempt(rename_process(name), sleep(2))


@pytest.mark.attack("T24")
def test_the_user_is_not_root_and_has_no_further_groups(status):
    assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split()
    assert "0" not in status["Groups"].split()


@pytest.mark.attack("T24")
@pytest.mark.parametrize("change", [("setuid", 0), ("setgid", 0), ("setreuid", 0, 0), ("setresuid", 0, 0, 0),
                              ("setresgid", 0, 0, 0),
                                    ("setfsuid", 0), ("setgroups", 1, b"\0\0\0\0"), ("capset",
                                    b"\x22\x05\x08\x20\0\0\0\0", b"\xff" * 24)])  # fmt: skip
def test_no_user_group_or_capability_is_taken(attacker, change):
    attacker.call(*change)
    found = status_of(attacker.read("/proc/self/status").text)
    assert "0" not in found["Uid"].split() + found["Gid"].split() + found["Groups"].split()
    assert all(int(found[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))


def test_the_user_is_one_that_the_host_does_not_have_or_who_started_the_server(
    deploy_attacker, in_background, process_named, server
):
    in_background(under_the_name, "lonely", deploy_attacker())
    user = host.real_user(process_named("lonely"))
    if server.mode.is_root:
        assert user >= 2_000_000
    else:
        assert user == server.mode.uid


@pytest.mark.attack("T16")
def test_two_environments_are_two_users(deploy_attacker, in_background, process_named, identity):
    one, other = deploy_attacker(), deploy_attacker()
    for name, attacker in {"first": one, "second": one, "third": other}.items():
        in_background(under_the_name, name, attacker)
    assert len({identity(process_named(name)) for name in ("first", "second", "third")}) == 3


@pytest.mark.attack("T24")
@pytest.mark.parametrize("name", ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
def test_there_is_no_capability(status, name):
    assert int(status[name], 16) == 0


@pytest.mark.attack("T24")
def test_no_new_privileges_can_be_gained_and_a_filter_is_in_force(status):
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


@pytest.mark.attack("T24")
def test_a_setuid_program_in_a_package_runs_as_the_function(deploy_attacker, tmp_path):
    program = tmp_path / "gain"
    subprocess.run([*STATIC, "-o", program], input=WHO_AM_I.encode(), check=True)
    attacker = deploy_attacker({"gain": (program.read_bytes(), 0o106755)})
    done = attacker.do(run("/var/task/gain"), call("stat", "/var/task/gain", out(144)))
    first, *_ = done[0].text.splitlines()
    found = status_of(done[0].text)
    assert first.split()[1] != "0" and first.split()[3] != "0" and first.split()[5] == "-1"
    assert int(found["CapEff"], 16) == 0 and found["NoNewPrivs"] == "1" and "0" not in found["Uid"].split()
    assert int.from_bytes(done[1].data[24:28], "little") & 0o6000 == 0, "the setuid bits are stripped"


@pytest.mark.attack("T24")
@pytest.mark.parametrize("path", ["/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/mount",
                              "/usr/bin/newgrp", "/usr/bin/chsh",
                                  "/usr/bin/gpasswd", "/usr/bin/ping", "/usr/bin/newuidmap"])  # fmt: skip
def test_no_setuid_program_of_the_system_is_honoured(attacker, path):
    done = attacker.do(run(path, "-c", "id"), run("/bin/grep", "^Uid", "/proc/self/status"))
    assert "uid=0" not in done[0].text and "0" not in done[1].text.split()[1:]


@pytest.mark.attack("T24")
def test_every_file_system_of_a_sandbox_ignores_setuid_and_devices(attacker):
    """Except /dev, which takes no further nodes."""
    nodes = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
    for line in attacker.read("/proc/self/mountinfo").text.splitlines():
        place, options = line.split()[4], line.split()[5].split(",")
        assert "nosuid" in options, line
        assert "nodev" in options or place in nodes or (place == "/dev" and "ro" in options), line


@pytest.mark.attack("T24")
def test_what_a_function_preloads_is_its_own_business(deploy_attacker, server, tmp_path):
    """It is loaded into the function's own programs, with no more than they have, and into nothing of the platform."""
    library = tmp_path / "own.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=PRELOADED.encode(), check=True)
    attacker = deploy_attacker(
        {"own.so": library.read_bytes()}, Environment={"Variables": {"LD_PRELOAD": "/var/task/own.so"}}
    )
    done = attacker.do(run("/bin/cat", "/proc/self/status"), run("/bin/cat", "/proc/1/maps"))
    found = status_of(done[0].text)
    assert "preloaded" in done[0].text and int(found["CapEff"], 16) == 0 and "0" not in found["Uid"].split()
    inits = [pid for pid in sandbox_processes(server) if host.command_line(pid) == "init"]
    for pid in [*inits, *server.tree()[:3]]:
        assert "own.so" not in maps_on_host(pid), host.command_line(pid)
    assert inits


def maps_on_host(pid):
    try:
        with open(f"/proc/{pid}/maps") as maps:
            return maps.read()
    except OSError:
        return ""


@pytest.mark.attack("T24")
@pytest.mark.parametrize(
    "path",
    ["/etc/ld.so.preload", "/etc/ld.so.cache", "/lib64/ld-linux-x86-64.so.2", "/usr/lib/python3/dist-packages/x.pth"],
)
def test_nothing_is_put_before_the_runtime_of_others(attacker, path):
    assert not attacker.write(path, flags=os.O_WRONLY | os.O_CREAT).succeeded


@pytest.mark.attack("T07")
@pytest.mark.parametrize("name", ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"])
def test_the_namespaces_are_not_the_hosts(attacker, name):
    found = attacker.links([f"/proc/self/ns/{name}"]).popitem()[1]
    assert found.startswith(name) and found != os.readlink("/proc/self/ns/" + name)


@pytest.mark.attack("T01")
def test_the_host_name_is_not_the_hosts(attacker):
    assert attacker.read("/proc/sys/kernel/hostname").text.strip() != socket.gethostname()


@pytest.mark.attack("T13")
def test_no_limit_can_be_raised(attacker):
    limits = attacker.call("prlimit64", 0, 7, 0, out(16)).data
    hard = int.from_bytes(limits[8:], "little")
    raised = attacker.call("prlimit64", 0, 7, (hard + 1).to_bytes(8, "little") * 2, 0)
    assert raised.error in (errno.EPERM, errno.ENOSYS)
