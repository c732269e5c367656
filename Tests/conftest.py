"""Fixtures that every folder may use; they live in harness/."""

from harness.fixtures import (  # noqa: F401
    aws,
    credentials,
    deploy,
    fresh_server,
    inside,
    invoke,
    lambda_client,
    logs_client,
    server,
)
from harness.reporting import pytest_report_header, pytest_runtest_makereport  # noqa: F401
