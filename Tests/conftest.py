"""Fixtures that every folder may use; they live in harness/."""

from harness.attacks import pytest_configure, pytest_terminal_summary  # noqa: F401
from harness.fixtures import (  # noqa: F401
    attacker,
    aws,
    credentials,
    deploy,
    deploy_attacker,
    deploy_layer,
    fresh_server,
    inside,
    invoke,
    lambda_client,
    language,
    logs_client,
    messages,
    server,
)
from harness.reporting import pytest_report_header, pytest_runtest_makereport  # noqa: F401
