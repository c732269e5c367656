"""requirements.txt: installed into the package, kept for the next time, and no code run for it."""

import json
import tarfile
import zipfile

import pytest
from harness.projects import REFUSED, USAGE, answer, succeed

APP = "import small\ndef handler(event, context): return small.WORD\n"


def wheel(folder, word, name="small"):
    """A wheel of one module."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", f"WORD = {word!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return file


@pytest.fixture
def wheels(tmp_path):
    return tmp_path / "wheels"


@pytest.fixture
def offline(redoubt, wheels):
    """Deploys with an index that is only a folder."""
    return lambda *arguments, **environment: redoubt(
        "deploy", *arguments, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels), PIP_CONFIG_FILE="/dev/null", **environment
    )


@pytest.fixture
def source(project, wheels):
    """The folder of a function that requires `small`, and its name."""
    name = project.name()
    wheel(wheels, "installed")
    project.write("app.py", APP)
    project.write("requirements.txt", "# what it needs\nsmall==1.0\n")
    return project.folder, name


def test_what_is_required_is_in_the_package(redoubt, offline, source):
    folder, name = source
    assert "installing requirements.txt for python3.11" in (done := offline(folder, "--name", name)).stderr
    succeed(done)
    assert answer(redoubt, name) == "installed"


def test_it_is_installed_once_for_the_same_text(redoubt, offline, source, wheels):
    folder, name = source
    succeed(offline(folder, "--name", name))
    (wheels / "small-1.0-py3-none-any.whl").unlink()
    done = offline(folder, "--name", name)
    assert succeed(done) == f"{name}: unchanged\n" and "installing" not in done.stderr
    (folder / "app.py").write_text(APP.replace("small.WORD", "small.WORD.upper()"))
    assert "updated code" in succeed(offline(folder, "--name", name))
    assert answer(redoubt, name) == "INSTALLED"


def test_another_text_or_the_flag_installs_again(redoubt, offline, source, wheels):
    folder, name = source
    succeed(offline(folder, "--name", name))
    wheel(wheels, "newer")
    assert "updated code" in succeed(offline(folder, "--name", name, "--reinstall"))
    assert answer(redoubt, name) == "newer"
    wheel(wheels, "newest")
    (folder / "requirements.txt").write_text("small\n")
    assert "updated code" in succeed(offline(folder, "--name", name))
    assert answer(redoubt, name) == "newest"


def test_pips_failure_is_shown_and_nothing_is_deployed(redoubt, offline, source, lambda_client):
    folder, name = source
    (folder / "requirements.txt").write_text("no-such-package-here==9\n")
    done = offline(folder, "--name", name)
    assert done.returncode == REFUSED
    assert "ERROR: No matching distribution found for no-such-package-here==9" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(lambda_client.exceptions.ResourceNotFoundException):
        lambda_client.get_function(FunctionName=name)


def test_a_packages_own_code_does_not_run_unless_asked(redoubt, offline, source, wheels, tmp_path):
    folder, name = source
    ran = tmp_path / "ran"
    build = wheels / "sneaky-1.0"
    build.mkdir()
    (build / "setup.py").write_text(
        f"open({str(ran)!r}, 'w').close()\nfrom setuptools import setup\n"
        "setup(name='sneaky', version='1.0', py_modules=['sneaky'])\n"
    )
    (build / "sneaky.py").write_text("WORD = 'built'\n")
    (build / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: sneaky\nVersion: 1.0\n")
    with tarfile.open(wheels / "sneaky-1.0.tar.gz", "w:gz") as archive:
        archive.add(build, "sneaky-1.0")
    (folder / "requirements.txt").write_text("sneaky\n")
    done = offline(folder, "--name", name)
    assert done.returncode == REFUSED and "--allow-source-builds" in done.stderr
    assert not ran.exists(), "setup.py ran though nobody allowed it"
    (folder / "app.py").write_text(APP.replace("small", "sneaky"))
    succeed(offline(folder, "--name", name, "--allow-source-builds", PIP_NO_BUILD_ISOLATION="0"))
    assert ran.exists() and answer(redoubt, name) == "built"


@pytest.mark.parametrize("line", ["-r more.txt", "-e .", "./small.whl"])
def test_lines_that_name_other_files_are_refused(offline, source, line):
    folder, name = source
    (folder / "requirements.txt").write_text(f"small\n{line}\n")
    done = offline(folder, "--name", name)
    assert done.returncode == USAGE and "requirements.txt:2" in done.stderr


def test_only_python_functions_have_it_installed(offline, source, redoubt):
    folder, name = source
    bootstrap = folder / "bootstrap"
    bootstrap.write_text("#!/bin/sh\n")
    bootstrap.chmod(0o755)
    done = offline(folder, "--name", name, "--json")
    assert json.loads(succeed(done))["Runtime"] == "provided.al2023" and "installing" not in done.stderr
