"""A function writes to /tmp and nowhere else, and no kernel setting of the host can be changed from inside."""

from pathlib import Path

import pytest

SETTINGS = [
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/panic",
    "/proc/sys/vm/swappiness",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/fs/binfmt_misc/register",
    "/proc/sysrq-trigger",
    "/sys/kernel/uevent_helper",
    "/sys/fs/cgroup/memory/release_agent",
]


def try_write(path):
    try:
        with open(path, "r+b", buffering=0) as file:
            file.write(b"7")
        return "written"
    except OSError as error:
        return error.errno


@pytest.mark.parametrize("path", SETTINGS)
def test_a_setting_of_the_kernel_cannot_be_written(inside, path):
    before = value_on_host(path)
    assert inside(try_write, path) != "written"
    assert value_on_host(path) == before, "the host's value has changed"


def value_on_host(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


@pytest.mark.parametrize(
    "folder", ["/", "/var/task", "/usr", "/usr/lib", "/etc", "/var", "/opt", "/bin", "/dev", "/proc"]
)
def test_no_file_can_be_made_outside_tmp(inside, folder):
    def make(folder):
        try:
            open(folder + "/made-by-a-function", "w").close()
            return "made"
        except OSError as error:
            return error.errno

    assert inside(make, folder) != "made"


def test_no_file_of_the_code_can_be_changed(inside):
    assert inside(try_write, "/var/task/app.py") != "written"


def test_tmp_is_writable_and_private(deploy, invoke):
    code = "import os\ndef handler(e, c):\n  if e: open('/tmp/note', 'w').write(e)\n  return os.listdir('/tmp')"
    writer, reader = deploy(code), deploy(code)
    assert invoke(writer, "hello").json == ["note"]
    assert invoke(reader, "").json == []
    assert not Path("/tmp/note").exists()


def test_tmp_has_an_end(deploy, invoke):
    name = deploy(
        """
        def handler(event, context):
            written = 0
            try:
                with open("/tmp/full", "wb") as file:
                    while written < 2 << 30:
                        written += file.write(bytes(1 << 20))
            except OSError as error:
                return [error.errno, written]
            return [0, written]
        """,
        MemorySize=256,
        Timeout=20,
    )
    answer = invoke(name)
    if answer.error is None:
        assert answer.json[0] == 28 and answer.json[1] <= 512 << 20
    else:
        assert "killed" in answer.json["errorMessage"]


def test_what_one_function_leaves_in_shared_memory_is_not_seen_by_another(deploy, invoke):
    code = """
        import os
        def handler(event, context):
            if event:
                try: open('/dev/shm/note', 'w').write('x')
                except OSError: pass
            try: return os.listdir('/dev/shm')
            except OSError: return []
        """
    invoke(deploy(code), True)
    assert invoke(deploy(code), False).json == []
