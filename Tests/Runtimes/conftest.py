"""Shared fixtures: a task root to put function code in."""

import pathlib
import sys
import textwrap

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import runtimes  # noqa: E402


@pytest.fixture(params=["executed", "parked"], autouse=True)
def origin(request, monkeypatch):
    """Whether the process was started for its function, or waited for one before. Both are the same to the function."""
    monkeypatch.setattr(runtimes, "is_parked", request.param == "parked")
    return request.param


@pytest.fixture
def task_root(tmp_path):
    return tmp_path


@pytest.fixture
def write(task_root):
    """Writes function code: write(source) makes app.py, write(source, "pkg/mod.py") any other."""

    def write(source, name="app.py"):
        path = task_root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")

    return write
