"""A function sees itself and nothing else: no process, file or variable of another, of the platform or of the host."""

import pytest
from harness.attacker import call, fork, out, run, value_of

DOCUMENTED = set(
    """
    MINE PATH LD_LIBRARY_PATH PYTHONPATH LANG LC_CTYPE TZ SHLVL PWD HOME TMPDIR _ _HANDLER _X_AMZN_TRACE_ID
    LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV
    AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_FUNCTION_MEMORY_SIZE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_RUNTIME_API AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ENDPOINT_URL
    """.split()
)
TELLING = ["environ", "cmdline", "maps", "mem", "stat", "status", "comm", "cgroup", "mountinfo", "stack", "auxv"]
VICTIM_VALUE = "hidden-value-of-a-neighbour"


@pytest.fixture(scope="module")
def neighbour(deploy, invoke):
    """Another function with a warm environment, whose name, files and variables are marked."""
    name = deploy(
        {"app.py": "def handler(e, c): return 1", "victim-file": VICTIM_VALUE}, environment={"VICTIM": VICTIM_VALUE}
    )
    assert invoke(name).json == 1
    return name


@pytest.fixture
def forbidden(server, neighbour):
    """Texts of the platform, of the host and of a neighbour that no file in a sandbox may show."""
    texts = [
        str(server.home),
        *server.credentials,
        "--data-dir",
        "--secrets-dir",
        "redoubt-spawner",
        neighbour,
        VICTIM_VALUE,
    ]
    return [text.encode() for text in texts]


@pytest.mark.attack("T01")
def test_only_its_own_processes_are_visible(attacker):
    own, listed = attacker.call("getpid").value, attacker.processes()
    assert str(own) in listed
    names = attacker.read_all([f"/proc/{pid}/comm" for pid in listed])
    assert len(listed) <= 3, names


@pytest.mark.attack("T01")
@pytest.mark.parametrize("name", TELLING)
def test_no_file_of_any_process_shows_the_platform_or_a_neighbour(attacker, forbidden, name):
    pids = range(1, 400)
    for path, content in attacker.read_all([f"/proc/{pid}/{name}" for pid in pids], 8192).items():
        assert isinstance(content, int) or not [text for text in forbidden if text in content], path


@pytest.mark.attack("T01")
def test_a_process_of_the_host_is_not_there_by_its_number(attacker, server):
    for pid in server.tree():
        found = attacker.read(f"/proc/{pid}/status")
        assert not found.succeeded or b"redoubt" not in found.data.split(b"\n")[0], pid
        assert not any(
            str(server.home) in target for target in attacker.links([f"/proc/{pid}/cwd", f"/proc/{pid}/exe"]).values()
        )


@pytest.mark.attack("T01", "T02")
@pytest.mark.parametrize(
    "name", ["mem", "environ", "maps", "fd", "fdinfo", "cwd", "root", "exe", "map_files", "task/1/environ"]
)
def test_the_first_process_cannot_be_looked_into(attacker, name):
    opened, read = attacker.do(call("open", f"/proc/1/{name}", 0), call("read", value_of(0), out(1), 1))
    assert not opened.succeeded or not read.succeeded or read.value == 0


@pytest.mark.attack("T02")
def test_the_first_process_shows_nothing_of_the_host(attacker, server):
    """Whether it is hidden or not: what can be read of it has no path, no variable and no instance of the platform."""
    files = [f"/proc/1/{name}" for name in ("environ", "cmdline", "comm", "mountinfo", "cgroup", "status")]
    links = attacker.links(
        [f"/proc/1/{name}" for name in ("cwd", "root", "exe", "fd/0", "fd/1", "fd/2", "fd/3", "fd/4")]
    )
    for text in [*attacker.read_all(files).values(), *(link.encode() for link in links.values())]:
        assert isinstance(text, int) or not any(
            mark.encode() in text for mark in (str(server.home), server.instance, "AWS_", "--data-dir")
        )


@pytest.mark.attack("T03")
def test_the_environment_has_only_documented_variables(deploy_attacker, server):
    attacker = deploy_attacker(Environment={"Variables": {"MINE": "1"}})
    started_with = attacker.read("/proc/self/environ").data.decode().split("\0")
    has_now = attacker.do(run("/usr/bin/env"))[0].data.decode().splitlines()
    found = dict(variable.split("=", 1) for variable in has_now)
    assert set(found) - DOCUMENTED - {"LC_CTYPE"} == set() and found["MINE"] == "1"
    # What waited for its function was started with less, and with the word for that.
    assert {variable.split("=", 1)[0] for variable in started_with if variable} - DOCUMENTED <= {"_REDOUBT_STOCK"}
    block = "\n".join([*started_with, *has_now])
    assert not any(text in block for text in (str(server.home), server.instance, *server.credentials))


@pytest.mark.attack("T03")
def test_a_child_inherits_no_more_than_the_function_has(attacker, forbidden):
    child = attacker.do(run("/usr/bin/env"))[0]
    assert child.value == 0 and b"AWS_LAMBDA_FUNCTION_NAME" in child.data
    assert not [text for text in forbidden if text in child.data]


@pytest.mark.attack("T01")
def test_no_descriptor_of_the_platform_is_open(attacker):
    links = attacker.links([f"/proc/self/fd/{number}" for number in range(64)])
    assert links
    for path, target in links.items():
        assert target.startswith(("socket:", "pipe:", "/dev/null", "/proc/", "anon_inode:")), (path, target)


@pytest.mark.attack("T01")
def test_the_mount_table_shows_nothing_of_the_host(attacker, server):
    table = attacker.read("/proc/self/mountinfo").text
    assert " / / " in table
    assert str(server.home) not in table and server.instance not in table


@pytest.mark.attack("T03", "T16")
def test_another_functions_code_and_variables_are_not_there(neighbour, inside):
    def search(value):
        import os

        names = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/proc", "/sys", "/usr/lib", "/usr/share")):
                folders[:] = []
                continue
            names += [os.path.join(folder, name) for name in files if "victim" in name]
        return names, value in repr(dict(os.environ))

    assert inside(search, VICTIM_VALUE[:-1]) == [[], False]


@pytest.mark.attack("T01")
def test_the_hosts_directories_are_not_there(attacker, server):
    paths = [str(server.home), str(server.data), "/root", "/home", "/var/lib/redoubt", "/etc/redoubt", "/etc/shadow",
             "/var/log", "/boot", "/run", "/mnt", "/srv", "/sys/kernel", "/sys/fs", "/sys/class", "/out/x"]  # fmt: skip
    done = attacker.do(*[call("stat", path, out(256)) for path in paths])
    visible = {path for path, outcome in zip(paths, done, strict=True) if outcome.succeeded}
    assert visible == set()


@pytest.mark.attack("T01")
@pytest.mark.parametrize(
    "step_out", ["../" * 20, "/proc/self/root/../..", "/proc/self/cwd/../../../..", "/.empty/../.."]
)
def test_the_root_has_no_parent(attacker, step_out):
    outside, root = attacker.list(step_out or "/"), attacker.list("/")
    assert outside in (root, None)


@pytest.mark.attack("T23")
def test_devices_are_the_harmless_ones(attacker):
    harmless = {
        "null",
        "zero",
        "full",
        "random",
        "urandom",
        "fd",
        "stdin",
        "stdout",
        "stderr",
        "shm",
        "tty",
        "pts",
        "ptmx",
    }
    assert set(attacker.list("/dev")) <= harmless


@pytest.mark.attack("T01", "T23")
def test_kernel_addresses_and_messages_are_hidden(attacker):
    paths = ["/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/proc/keys", "/proc/key-users", "/proc/timer_list",
    "/proc/sched_debug",
             "/proc/sysrq-trigger", "/proc/iomem", "/proc/slabinfo", "/proc/config.gz", "/proc/vmallocinfo",
             "/proc/cmdline",
             "/proc/interrupts", "/proc/modules", "/proc/kallsyms", "/proc/kpageflags",
             "/proc/pagetypeinfo"]  # fmt: skip
    read = attacker.read_all(paths, 128)
    assert {path: content for path, content in read.items() if not isinstance(content, int) and content} == {}


@pytest.mark.attack("T05")
def test_the_memory_of_the_own_child_is_read_by_no_side_door(attacker):
    """A child is the function's own; what is refused is the surface that would do it: ptrace and its kin."""
    child, attached, seized, read = attacker.do(
        fork(), call("ptrace", 16, value_of(0), 0, 0), call("ptrace", 0x4206, value_of(0), 0, 0),
        call("process_vm_readv", value_of(0), out(16), 1, b"\0" * 16, 1, 0),
    )  # fmt: skip
    assert child.succeeded
    assert not attached.succeeded and not seized.succeeded and not read.succeeded
