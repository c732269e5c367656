"""A function writes to /tmp and nowhere else, and no kernel setting of the host can be changed from inside."""

import errno
import os
from pathlib import Path

import pytest
from harness.attacker import call, value_of

SETTINGS = [
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/panic",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/yama/ptrace_scope",
    "/proc/sys/kernel/unprivileged_bpf_disabled",
    "/proc/sys/kernel/usermodehelper/inheritable",
    "/proc/sys/vm/swappiness",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/net/core/somaxconn",
    "/proc/sys/fs/file-max",
    "/proc/sys/fs/suid_dumpable",
    "/proc/sys/fs/protected_symlinks",
    "/proc/sys/fs/binfmt_misc/register",
    "/proc/sys/user/max_user_namespaces",
    "/proc/sysrq-trigger",
    "/proc/1/oom_score_adj",
    "/proc/self/oom_score_adj",
    "/proc/self/uid_map",
    "/proc/self/setgroups",
    "/proc/irq/default_smp_affinity",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/fs/cgroup/release_agent",
    "/sys/fs/cgroup/memory/release_agent",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/cgroup.procs",
]
OF_ITS_OWN = ("/proc/1/", "/proc/self/", "/proc/sys/kernel/ns_last_pid")
"""What the host has under these paths is another process's, or changes with every process of its own."""


@pytest.mark.attack("T25")
@pytest.mark.parametrize("path", SETTINGS)
def test_a_setting_of_the_kernel_cannot_be_written(attacker, path):
    before = value_on_host(path)
    assert not attacker.write(path).succeeded
    assert value_on_host(path) == before, "the host's value has changed"


@pytest.mark.attack("T25")
@pytest.mark.parametrize(
    "change", [("chmod", 0o777), ("chown", 993, 990), ("truncate", 0), ("unlink",), ("rename", "/tmp/x")]
)
def test_no_setting_is_made_writable_by_its_mode_owner_or_place(attacker, change):
    name, *arguments = change
    path = "/proc/sys/kernel/core_pattern"
    before = value_on_host(path)
    assert not attacker.call(name, path, *arguments).succeeded
    assert value_on_host(path) == before and oct(os.stat(path).st_mode) == "0o100644"


def value_on_host(path):
    try:
        return None if path.startswith(OF_ITS_OWN) else Path(path).read_bytes()
    except OSError:
        return None


@pytest.mark.attack("T25")
@pytest.mark.parametrize(
    "folder",
    [
        "/",
        "/var/task",
        "/var/runtime",
        "/usr",
        "/usr/lib",
        "/etc",
        "/var",
        "/opt",
        "/bin",
        "/dev",
        "/proc",
        "/sys",
        "/out",
    ],
)
def test_no_file_can_be_made_outside_tmp(attacker, folder):
    made = attacker.do(
        call("open", folder + "/made", os.O_CREAT | os.O_WRONLY, 0o644), call("mkdir", folder + "/made-folder", 0o755),
        call("symlink", "/tmp", folder + "/made-link"), call("mknod", folder + "/made-pipe", 0o010644, 0),
        call("open", folder, 0o20200000 | os.O_RDWR, 0o600),
    )  # fmt: skip
    assert not any(outcome.succeeded for outcome in made), made


@pytest.mark.attack("T25", "T16")
@pytest.mark.parametrize("path", ["/var/task/{entry}", "/etc/passwd", "/usr/bin/env", "/bin", "/lib"])
def test_no_file_of_code_or_system_can_be_changed(attacker, path):
    path = path.format(entry="app.py" if attacker.language == "python" else "bootstrap")
    done = attacker.do(
        call("open", path, os.O_WRONLY), call("chmod", path, 0o777), call("truncate", path, 0), call("unlink", path),
        call("rename", path, "/tmp/taken"), call("link", path, "/tmp/linked"), call("utimensat", -100, path, 0, 0),
    )  # fmt: skip
    assert not any(outcome.succeeded for outcome in done), done


@pytest.mark.attack("T16")
def test_tmp_is_writable_and_private(deploy_attacker):
    writer, reader = deploy_attacker(), deploy_attacker()
    assert writer.write("/tmp/note", b"hello", os.O_CREAT | os.O_WRONLY).value == 5
    assert reader.list("/tmp") == []
    assert not Path("/tmp/note").exists()


@pytest.mark.attack("T16")
def test_what_one_function_leaves_in_shared_memory_is_not_seen_by_another(deploy_attacker):
    writer, reader = deploy_attacker(), deploy_attacker()
    writer.write("/dev/shm/note", b"hello", os.O_CREAT | os.O_WRONLY)
    assert not reader.list("/dev/shm")


@pytest.mark.attack("T24")
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_a_file_of_its_own_gains_nothing_by_setuid_or_capabilities(attacker, folder):
    path = folder + "/own"
    made, owner, capability = attacker.do(
        call("open", path, os.O_CREAT | os.O_WRONLY, 0o6755), call("chown", path, 0, 0),
        call("setxattr", path, "security.capability", b"\1\0\0\2" + b"\xff" * 16, 20, 0),
    )  # fmt: skip
    assert made.succeeded and not owner.succeeded and not capability.succeeded


@pytest.mark.attack("T13")
def test_a_sparse_file_takes_no_memory_and_has_an_end(attacker):
    made, sparse, beyond, gone = attacker.do(
        call("open", "/tmp/sparse", os.O_CREAT | os.O_RDWR, 0o600), call("ftruncate", value_of(0), 1 << 40),
        call("fallocate", value_of(0), 0, 0, 1 << 40), call("unlink", "/tmp/sparse"),
    )  # fmt: skip
    assert made.succeeded and sparse.succeeded and gone.succeeded
    assert beyond.error in (errno.ENOSPC, errno.EFBIG)
