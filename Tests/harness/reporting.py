"""What pytest prints besides results: what is not tested here, and the server's log when a test fails."""

import os

import pytest

from harness.server import Server


def pytest_report_header():
    if os.geteuid() == 0:
        return "redoubt: as root, nothing is left out"
    return "redoubt: NOT ROOT: every test that starts a server is skipped; the guarantees are not tested in this run"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for name, value in getattr(item, "funcargs", {}).items():
        if isinstance(value, Server):
            report.sections.append((f"the log of {name}", value.log_tail()))
