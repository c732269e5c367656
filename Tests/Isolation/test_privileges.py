"""A function has no privilege: not a user that exists elsewhere, no capability, no way to gain any."""

import pytest
from harness import host

SLEEPER = """
import subprocess
def handler(event, context):
    subprocess.run(["/bin/sh", "-c", "sleep 2; : " + event])
"""


def status_lines():
    with open("/proc/self/status") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


def test_the_user_is_not_root(inside):
    def users():
        import os

        return [*os.getresuid(), *os.getresgid()]

    assert 0 not in inside(users)


def test_there_are_no_further_groups(inside):
    def groups():
        import os

        return os.getgroups()

    assert 0 not in inside(groups)


def test_the_user_is_one_that_the_host_does_not_have_or_who_started_the_server(
    deploy, in_background, host_processes, server
):
    name = deploy(SLEEPER)
    in_background(name, "uid-of-one")
    pids = host_processes(1, "uid-of-one")
    if server.mode.is_root:
        assert all(host.real_user(pid) >= 2_000_000 for pid in pids)
    else:
        assert all(host.real_user(pid) == server.mode.uid for pid in pids)


def test_two_environments_are_two_users(deploy, in_background, host_processes, identities):
    for name in (deploy(SLEEPER), deploy(SLEEPER)):
        in_background(name, f"uid-pair-{name}")
    pids = host_processes(2, "uid-pair-")
    users = {host.command_line(pid).rpartition("uid-pair-")[2].strip(): identities(pid) for pid in pids}
    assert len(users) == 2 and len(set(users.values())) == 2


def test_two_environments_of_one_function_are_two_users(deploy, in_background, host_processes, identities):
    name = deploy(SLEEPER)
    for marker in ("same-a", "same-b"):
        in_background(name, marker)
    first, second = host_processes(1, "same-a")[0], host_processes(1, "same-b")[0]
    assert identities(first) != identities(second)


@pytest.mark.parametrize("name", ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
def test_there_is_no_capability(inside, name):
    assert int(inside(status_lines)[name], 16) == 0


def test_no_new_privileges_can_be_gained(inside):
    assert inside(status_lines)["NoNewPrivs"] == "1"


def test_a_system_call_filter_is_in_force(inside):
    assert inside(status_lines)["Seccomp"] == "2"


def test_no_program_that_would_change_the_user_is_honoured(inside):
    def try_su():
        import os
        import subprocess

        for path in ("/bin/su", "/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd"):
            if os.path.exists(path):
                subprocess.run([path, "-c", "id"], stdin=subprocess.DEVNULL, capture_output=True, timeout=5)
        done = subprocess.run(["/bin/sh", "-c", "grep ^Uid /proc/self/status"], capture_output=True, text=True)
        return done.stdout.split()[1:]

    assert "0" not in inside(try_su)


def test_the_namespaces_are_not_the_hosts(inside):
    import os

    def namespaces():
        import os

        return {name: os.readlink("/proc/self/ns/" + name) for name in os.listdir("/proc/self/ns")}

    found = inside(namespaces)
    for name in ("user", "pid", "mnt", "net", "ipc", "uts", "cgroup"):
        assert found[name] != os.readlink("/proc/self/ns/" + name), name


def test_the_host_name_is_not_the_hosts(inside):
    import socket

    def name():
        import socket

        return socket.gethostname()

    assert inside(name) != socket.gethostname()
