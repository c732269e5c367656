"""`redoubt init`: what it writes is deployed and answers without a change."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from harness.functions import unique_name
from harness.paths import redoubt_binary
from harness.projects import USAGE, answer, succeed


@pytest.fixture
def new(redoubt, tmp_path):
    """Writes a project in a new directory; the function is deleted at the end."""
    names = []

    def make(runtime):
        names.append(unique_name(runtime))
        succeed(redoubt("init", names[-1], "--runtime", runtime))
        return tmp_path / names[-1]

    yield make
    for name in names:
        redoubt("delete", name)


def greets(redoubt, folder):
    assert answer(redoubt, folder.name, '{"name": "Redoubt"}') == {"message": "Hello, Redoubt!"}
    assert answer(redoubt, folder.name, "{}") == {"message": "Hello, world!"}


def test_a_python_function_works_as_it_is_written(redoubt, new):
    folder = new("python")
    assert f"{folder.name}: created" in succeed(redoubt("deploy", folder))
    greets(redoubt, folder)


def test_a_node_function_works_as_it_is_written(redoubt, new, lambda_client):
    folder = new("node")
    assert (folder / "index.mjs").exists()
    done = redoubt("deploy", folder)
    if done.returncode and "at 'runtime' failed to satisfy constraint" in done.stderr:
        pytest.skip("this server has no such Node: " + done.stderr)
    succeed(done)
    greets(redoubt, folder)


@pytest.mark.skipif(not shutil.which("swiftc"), reason="there is no swiftc to build the example with")
def test_a_swift_function_is_built_as_its_file_says_and_works(redoubt, new):
    folder = new("swift")
    [command] = [
        line[1:].strip() for line in (folder / "redoubt.yaml").read_text().splitlines() if "swiftc" in line
    ]
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, timeout=300)
    described = subprocess.run(["ldd", folder / "build" / "bootstrap"], capture_output=True, text=True)
    assert "not a dynamic executable" in described.stderr + described.stdout
    succeed(redoubt("deploy", folder))
    greets(redoubt, folder)
    done = redoubt("invoke", folder.name, "--payload", "[]")
    assert done.returncode == 1 and json.loads(done.stdout)["errorMessage"]


def test_the_working_directory_is_the_default(new, server, tmp_path):
    name = unique_name("here")
    (tmp_path / name).mkdir()
    done = subprocess.run(
        [redoubt_binary(), "init", "--runtime", "python"], cwd=tmp_path / name, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"redoubt invoke {name}" in done.stdout and (tmp_path / name / "redoubt.yaml").exists()


def test_no_file_is_changed(redoubt, new):
    folder = new("python")
    (folder / "redoubt.yaml").unlink()
    (folder / "app.py").write_text("mine\n")
    done = redoubt("init", folder, "--runtime", "python")
    assert done.returncode == USAGE and "app.py" in done.stderr
    assert (folder / "app.py").read_text() == "mine\n" and os.listdir(folder) == ["app.py"]


def test_a_directory_that_names_no_function_is_refused(redoubt, tmp_path):
    done = redoubt("init", "no.name", "--runtime", "python")
    assert done.returncode == USAGE and "`no.name`" in done.stderr
    assert not Path(tmp_path / "no.name").exists()
    assert redoubt("init", "x", "--runtime", "cobol").returncode == USAGE
