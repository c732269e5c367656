"""docs/threat-model.md names the tests that stand for its claims: they must be there."""

import re

import pytest
from harness.paths import ROOT

NAMED = sorted(set(re.findall(r"`(Tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/threat-model.md").read_text())))


@pytest.mark.parametrize("path, name", NAMED, ids=["::".join(filter(None, pair)) for pair in NAMED])
def test_a_test_that_the_threat_model_names_is_there(path, name):
    text = (ROOT / path).read_text()
    assert not name or f"def {name}(" in text


def test_the_threat_model_names_tests():
    assert len(NAMED) > 30
