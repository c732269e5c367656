"""docs/lambda-operations.md says what the code says."""

import os
import re
import subprocess
import sys

import botocore.session
from harness.paths import ROOT, redoubt_binary

DOCUMENT = ROOT / "docs/lambda-operations.md"


def test_the_table_of_operations_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/operations-table", "--check"],
        env={**os.environ, "REDOUBT_BINARY": str(redoubt_binary())}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_table_names_every_operation_of_lambda_once():
    rows = re.findall(r"^\| (\w+) \| (yes|no) \|", DOCUMENT.read_text(), re.M)
    assert [name for name, _ in rows] == sorted(botocore.session.Session().get_service_model("lambda").operation_names)
    assert len([name for name, served in rows if served == "yes"]) >= 19
