import os
import platform
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.control_groups import ServicePlace
from modes import ROOT, ROOTLESS
from spawner_client import Spawner, groups, until

SOURCES = Path(__file__).resolve().parents[2] / "Sources"
UID_BASE = 700000 + os.getpid() % 1000 * 4000  # runs beside each other do not count each other's processes
SLOTS = 24
PLACES = SLOTS + 256 + 32 + 8  # those of parked sandboxes, zygotes and unpackers too
# Those of Package.swift, which test_hardening.py compares.
HARDENING = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fno-common", "-D_FORTIFY_SOURCE=3", "-fstack-protector-strong",
             "-fstack-clash-protection", "-ftrivial-auto-var-init=zero",
             "-fcf-protection=full" if platform.machine() == "x86_64" else "-mbranch-protection=standard"]
INCLUDES = [f"-I{SOURCES / 'CSpawnerProtocol/include'}", f"-I{SOURCES / 'CSandboxEntry/include'}"]
IS_SANITIZED = os.environ.get("REDOUBT_SANITIZE") == "1"


def pytest_collection_modifyitems(items):
    reason = None
    if os.geteuid() != 0:
        reason = "the spawner makes sandboxes as root: run the tests as root"
    elif platform.system() != "Linux":
        reason = "Linux only"
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


def compile_program(folder, name, libraries):
    flags = [*HARDENING, "-O2", "-fPIE", "-pie", "-Wl,-z,relro,-z,now,-z,noexecstack", *INCLUDES, f"-I{SOURCES / name}"]
    shared = ["CSandboxEntry"] if name == "redoubt-spawner" else []
    sources = [str(path) for folder_name in [name, *shared] for path in sorted((SOURCES / folder_name).glob("*.c"))]
    if IS_SANITIZED:
        # Leaks are not looked for: the check needs ptrace, which a process that is not dumpable refuses, and clones
        # end by _exit or execve with the spawner's memory still allocated. The core limit is left alone: to change it is
        # refused in a sandbox, and the unpacker would end before it begins.
        options = folder / "sanitizer_options.c"
        options.write_text('const char *__asan_default_options(void);\n'
                           'const char *__asan_default_options(void) { return "detect_leaks=0:abort_on_error=1:disable_coredump=0"; }\n')
        sources.append(str(options))
        # The sanitizers look themselves at what these would hide or check twice.
        flags = [flag for flag in flags if not flag.startswith(("-D_FORTIFY_SOURCE", "-ftrivial-auto-var-init"))]
        flags += ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    program = folder / name
    subprocess.run(["cc", *flags, *sources, "-o", str(program), *libraries], check=True)
    program.chmod(0o755)
    return program


@pytest.fixture(scope="session")
def open_folder():
    """One that every user may enter: pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="redoubt-spawner-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def programs(open_folder):
    """Compiled here, unless REDOUBT_PROGRAMS names the folder of a build."""
    folder = open_folder
    if built := os.environ.get("REDOUBT_PROGRAMS"):
        return {name: Path(shutil.copy(Path(built, name), folder)) for name in ("redoubt-spawner", "redoubt-unpack")}
    return {
        "redoubt-spawner": compile_program(folder, "redoubt-spawner", ["-lseccomp"]),
        "redoubt-unpack": compile_program(folder, "redoubt-unpack", ["-lzip"]),
    }


@pytest.fixture(scope="session")
def zygote_library(open_folder):
    if built := os.environ.get("REDOUBT_PROGRAMS"):
        return Path(shutil.copy(Path(built, "libredoubt-zygote.so"), open_folder))
    library = open_folder / "libredoubt-zygote.so"
    sources = [str(path) for folder in ("redoubt-zygote", "CSandboxEntry") for path in sorted((SOURCES / folder).glob("*.c"))]
    subprocess.run(["cc", *HARDENING, "-O2", "-fPIC", "-shared", *INCLUDES, f"-I{SOURCES / 'redoubt-zygote/include'}", *sources,
                    "-o", str(library)], check=True)
    library.chmod(0o755)
    return library


@pytest.fixture(scope="session")
def python_runtime(open_folder):
    """The managed Python runtime where every user can read it."""
    return Path(shutil.copytree(SOURCES.parent / "runtimes/python", open_folder / "python", ignore=shutil.ignore_patterns("site-packages")))


@pytest.fixture(scope="session")
def runtime_directory(open_folder):
    folder = open_folder / "runtime"
    folder.mkdir()
    (folder / "marker").write_text("runtime files")
    return folder


@pytest.fixture(scope="session")
def compile_static(tmp_path_factory):
    """A C text to a static program's bytes, as a custom runtime brings it."""
    folder = tmp_path_factory.mktemp("static")

    def build(text, *flags):
        source = folder / f"{secrets.token_hex(4)}.c"
        source.write_text(text)
        program = source.with_suffix("")
        subprocess.run(["cc", "-O1", *flags, str(source), "-o", str(program)], check=True)
        return program.read_bytes()

    return build


@pytest.fixture
def instance():
    return secrets.token_hex(16)


@pytest.fixture
def configuration(programs, runtime_directory, instance):
    return "\n".join([
        f"instance {instance}", f"uid-base {UID_BASE}", f"slots {SLOTS}", f"unpacker {programs['redoubt-unpack']}",
        "runtime provided - /var/task/bootstrap",
        f"runtime python {runtime_directory} /usr/bin/python3 /var/task/main.py",
        "runtime node - /usr/bin/node /var/task/main.js",
    ]) + "\n"


@pytest.fixture(params=[ROOT, ROOTLESS], ids=lambda mode: mode.name)
def mode(request):
    """Who starts the spawner: every test of it is made as root and as an ordinary user."""
    if IS_SANITIZED and request.param is ROOTLESS:
        pytest.skip("the sanitizer's own memory is beyond the unpacker's limit of data")
    return request.param


@pytest.fixture
def has_groups(mode):
    """Whether its sandboxes have control groups: an ordinary user without a delegated one has none."""
    return mode.has_groups


@pytest.fixture
def place():
    """The control group that a test's spawners are started in."""
    made = ServicePlace()
    yield made
    made.remove()


@pytest.fixture
def launch(programs, configuration, mode, place):
    running = []

    def start(text=None, mode=mode, place=place):
        spawner = Spawner(programs["redoubt-spawner"], configuration if text is None else text, place, mode)
        running.append(spawner)
        return spawner

    yield start
    for spawner in running:
        spawner.end_by_force()
    until(lambda: mode.processes(UID_BASE, 2000) == [], "sandboxes end with their spawner")
    for spawner in running:
        for group in groups(spawner.instance):
            for folder, _, _ in os.walk(group, topdown=False):
                os.rmdir(folder)


@pytest.fixture
def spawner(launch):
    running = launch()
    yield running
    if running.process.poll() is None and running.socket.fileno() >= 0:
        assert running.stop() == 0, running.errors


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")
