"""What pytest prints besides results: what is not tested here, and the server's log when a test fails."""

import pytest

from harness import attacks
from harness.mode import MODE
from harness.server import Server


def pytest_report_header():
    if MODE.obstacle:
        return f"redoubt: NO SERVER ({MODE.obstacle}): the guarantees are not tested in this run"
    if MODE.is_root:
        return "redoubt: servers are started as root"
    return f"redoubt: servers are started as the ordinary user {MODE.uid}: what is weaker so is tested as such"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    attacks.count(item, report)
    if not report.failed:
        return
    for name, value in getattr(item, "funcargs", {}).items():
        if isinstance(value, Server):
            report.sections.append((f"the log of {name}", value.log_tail()))
