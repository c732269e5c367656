"""A short run of the kill soak (`make soak` runs 200 rounds): whoever is killed, and whenever, the service is back."""

import subprocess
import sys

import pytest
from harness.mode import MODE
from harness.paths import ROOT

ROUNDS, SEED = 10, 1


def test_a_process_killed_at_any_moment_under_load_leaves_nothing_and_the_service_resumes():
    if MODE.obstacle:
        pytest.skip(MODE.obstacle)
    done = subprocess.run(
        [sys.executable, "-m", "soak", "--rounds", str(ROUNDS), "--seed", str(SEED)],
        cwd=ROOT / "Tests", capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
