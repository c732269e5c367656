"""Function code does its ordinary work under the filter: Python, Node and compiled programs."""

import os
import subprocess
from pathlib import Path

import pytest

from conftest import needs

PROGRAMS = Path(__file__).with_name("ordinary_work")
PYTHON = sorted((PROGRAMS / "python").glob("*.py"))
NODE = sorted((PROGRAMS / "node").glob("*.js"))
SHELL = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
ALL_WELL = "all well\n"


def run(spawner, files, runtime, **options):
    running = spawner.start(files, runtime, SHELL, **options)
    log, answer = running.read_log(), running.exited()
    running.close()
    assert (log, answer.wait_status) == (ALL_WELL, 0)


def bootstrap(command):
    return (f"#!/bin/sh\n{command}\n", 0o100755)


@pytest.mark.parametrize("program", PYTHON, ids=lambda path: path.stem)
def test_python_works(spawner, program):
    run(spawner, {"main.py": program.read_text()}, 1, memory_mib=512)


def test_numpy_works(spawner):
    if subprocess.run(["/usr/bin/python3", "-c", "import numpy"], capture_output=True).returncode != 0:
        pytest.skip("numpy is not installed for /usr/bin/python3")
    run(spawner, {"main.py": "import numpy\na = numpy.random.rand(300, 300)\nassert (a @ numpy.linalg.inv(a)).trace() > 299\nprint('all well')"}, 1, memory_mib=1024)


@needs("node")
@pytest.mark.parametrize("program", NODE, ids=lambda path: path.stem)
def test_node_works(spawner, program):
    run(spawner, {"main.js": program.read_text()}, 2, memory_mib=1024)


@pytest.mark.parametrize("flags", [["-static"], []], ids=["static", "dynamic"])
def test_c_works(spawner, compile_static, flags):
    program = compile_static((PROGRAMS / "compiled.c").read_text(), "-Wall", "-Werror", "-pthread", *flags)
    run(spawner, {"bootstrap": (program, 0o100755)}, 0)


@needs("musl-gcc")
def test_c_with_musl_works(spawner, tmp_path):
    program = tmp_path / "bootstrap"
    subprocess.run(["musl-gcc", "-static", "-O1", "-pthread", str(PROGRAMS / "compiled.c"), "-o", str(program)], check=True)
    run(spawner, {"bootstrap": (program.read_bytes(), 0o100755)}, 0)


@needs("rustc")
def test_rust_works(spawner, tmp_path):
    program = tmp_path / "bootstrap"
    subprocess.run(["rustc", "-O", "-C", "target-feature=+crt-static", str(PROGRAMS / "compiled.rs"), "-o", str(program)], check=True)
    run(spawner, {"bootstrap": (program.read_bytes(), 0o100755)}, 0)


@needs("go")
def test_go_works(spawner, tmp_path):
    program = tmp_path / "bootstrap"
    subprocess.run(["go", "build", "-o", str(program), str(PROGRAMS / "compiled.go")], check=True,
                   env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOCACHE": str(tmp_path / "cache")})
    run(spawner, {"bootstrap": (program.read_bytes(), 0o100755)}, 0)


def java_homes():
    """Debian's own keeps its settings in /etc, which a sandbox does not see; a function brings its Java along whole."""
    homes = sorted(Path("/usr/lib/jvm").glob("*"))
    return [home for home in homes if (home / "bin/javac").exists()
            and str((home / "conf/security/java.security").resolve()).startswith("/usr/")]


@pytest.mark.skipif(java_homes() == [], reason="no Java that a sandbox sees whole is installed")
def test_java_works(spawner, tmp_path):
    tools = java_homes()[0] / "bin"
    subprocess.run([str(tools / "javac"), "-d", str(tmp_path), str(PROGRAMS / "Compiled.java")], check=True)
    classes = {path.name: path.read_bytes() for path in tmp_path.glob("*.class")}
    run(spawner, {"bootstrap": bootstrap(f"exec {tools}/java -cp /var/task Compiled"), **classes}, 0, memory_mib=1024)
