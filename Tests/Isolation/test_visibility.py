"""A function sees itself and nothing else: no process, file or variable of another, of the platform or of the host."""

DOCUMENTED = set(
    """
    MINE PATH LD_LIBRARY_PATH PYTHONPATH LANG LC_CTYPE TZ SHLVL PWD HOME TMPDIR _ _HANDLER _X_AMZN_TRACE_ID
    LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV
    AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_FUNCTION_MEMORY_SIZE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_RUNTIME_API AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
    """.split()
)


def read_all_of_proc(name):
    import os

    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                found[pid] = file.read().decode("latin1")
        except OSError as error:
            found[pid] = f"refused: {error.errno}"
    return found


def test_only_its_own_processes_are_visible(inside):
    processes = inside(read_all_of_proc, "comm")
    assert len(processes) <= 3, processes
    assert not any("redoubt-spawner" in name or "sshd" in name for name in processes.values())


def test_no_command_line_shows_the_host(inside, server):
    for line in inside(read_all_of_proc, "cmdline").values():
        assert str(server.home) not in line and "--data-dir" not in line and "--secrets-dir" not in line


def test_no_environment_shows_the_platform(inside, server):
    for text in inside(read_all_of_proc, "environ").values():
        assert str(server.home) not in text
        assert server.credentials[0] not in text and server.credentials[1] not in text


def test_the_first_process_shows_nothing_of_the_host(inside, server):
    def first():
        import os

        found = {}
        for name in ("environ", "cmdline", "cwd", "root", "exe", "fd"):
            try:
                path = "/proc/1/" + name
                if name == "fd":
                    found[name] = [os.readlink(path + "/" + fd) for fd in os.listdir(path)]
                elif name in ("cwd", "root", "exe"):
                    found[name] = os.readlink(path)
                else:
                    found[name] = open(path, "rb").read().decode("latin1")
            except OSError as error:
                found[name] = f"refused: {error.errno}"
        return found

    text = repr(inside(first))
    assert str(server.home) not in text and server.instance not in text


def test_the_environment_has_only_documented_variables(deploy, invoke):
    name = deploy("import os\ndef handler(e, c): return sorted(os.environ)", environment={"MINE": "1"})
    assert set(invoke(name).json) - DOCUMENTED == set()


def test_no_descriptor_of_the_platform_is_open(inside, server):
    def descriptors():
        import os

        found = {}
        for fd in os.listdir("/proc/self/fd"):
            try:
                found[fd] = os.readlink("/proc/self/fd/" + fd)
            except OSError:
                pass
        return found

    for target in inside(descriptors).values():
        assert target.startswith(("socket:", "pipe:", "/dev/null", "/proc/", "anon_inode:")), target


def test_the_mount_table_shows_nothing_of_the_host(inside, server):
    def mounts():
        with open("/proc/self/mountinfo") as table:
            return table.read()

    assert str(server.home) not in inside(mounts)


def test_another_functions_code_and_variables_are_not_there(deploy, invoke, inside):
    victim = deploy(
        {"app.py": "def handler(e, c): return 1", "victim-file": "x"}, environment={"VICTIM": "hidden-value"}
    )
    assert invoke(victim).json == 1

    def search():
        import os

        names = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/proc", "/sys", "/usr/lib", "/usr/share")):
                folders[:] = []
                continue
            names += [os.path.join(folder, name) for name in files if "victim" in name]
        return names, "hidden-value" in repr(dict(os.environ))

    assert inside(search) == [[], False]


def test_the_hosts_directories_are_not_there(inside, server):
    def existing(paths):
        import os

        return [path for path in paths if os.path.exists(path)]

    paths = [str(server.home), "/root", "/home", "/var/lib/redoubt", "/etc/redoubt", "/etc/shadow", "/var/log", "/boot",
             "/sys/kernel/debug", "/sys/fs/cgroup/memory/release_agent"]  # fmt: skip
    visible = inside(existing, paths)
    assert set(visible) <= {"/root", "/home", "/var/log"}, visible


def test_devices_are_the_harmless_ones(inside):
    def devices():
        import os

        return sorted(os.listdir("/dev"))

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
    assert set(inside(devices)) <= harmless


def test_kernel_addresses_and_messages_are_hidden(inside):
    def try_read(paths):
        import os

        read = {}
        for path in paths:
            try:
                with open(path, "rb") as file:
                    os.set_blocking(file.fileno(), False)
                    read[path] = len(file.read(100) or b"")
            except OSError:
                read[path] = 0
        return read

    paths = ["/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/proc/keys", "/proc/timer_list", "/proc/sched_debug",
             "/proc/sysrq-trigger", "/dev/mem", "/dev/kvm", "/dev/fuse", "/dev/net/tun"]  # fmt: skip
    assert {path: size for path, size in inside(try_read, paths).items() if size} == {}
