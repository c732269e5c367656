"""The `redoubt` command, and folders that it deploys."""

import json
import subprocess
import textwrap

import pytest

from harness.clients import client_environment
from harness.functions import unique_name
from harness.paths import redoubt_binary
from harness.waiting import SLOWNESS

# What the command ends with, besides 0.
USAGE, REFUSED, MANIFEST = 2, 3, 78


class Project:
    """A folder to fill, and the names of the functions that are made from it."""

    def __init__(self, folder):
        self.folder = folder
        self.names = []
        folder.mkdir()

    def name(self, prefix="deploy"):
        self.names.append(unique_name(prefix))
        return self.names[-1]

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file


@pytest.fixture
def redoubt(server, tmp_path):
    """Runs a command against the shared server; what it installs is kept in a cache of the test's own."""

    def run(*arguments, **environment):
        return subprocess.run(
            [redoubt_binary(), *map(str, arguments)],
            env={**client_environment(server), "XDG_CACHE_HOME": str(tmp_path / "cache"), **environment},
            capture_output=True, text=True, timeout=120 * SLOWNESS, cwd=tmp_path,
        )  # fmt: skip

    return run


@pytest.fixture
def project(redoubt, tmp_path):
    """The functions of the names that it gave out are deleted at the end."""
    project = Project(tmp_path / "project")
    yield project
    for name in project.names:
        redoubt("delete", name)


def succeed(done):
    """The output of a command that must have succeeded."""
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer(redoubt, name, payload="null"):
    """What a function answers."""
    return json.loads(succeed(redoubt("invoke", name, "--payload", payload)))
