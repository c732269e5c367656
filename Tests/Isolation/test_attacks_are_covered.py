"""Every attack that this product claims to withstand is tried, from Python and from a compiled runtime."""

from pathlib import Path

import pytest
from harness.attacker import LANGUAGES
from harness.attacks import ABSENT, ATTACKS, attacks_of, language_of


@pytest.fixture(scope="module")
def tried():
    """(attack, language) of all tests of this folder, whichever of them run now."""

    class Collected:
        items = ()

        def pytest_collection_finish(self, session):
            self.items = session.items

    collected = Collected()
    pytest.main(["--collect-only", "-qqq", str(Path(__file__).parent)], plugins=[collected])
    return {(attack, language_of(item)) for item in collected.items for attack in attacks_of(item)}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda name: f"from {name}")
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_is_tried(tried, attack, language):
    assert (attack, language) in tried


def test_no_test_stands_for_an_attack_without_a_name(tried):
    assert {attack for attack, _ in tried} - set(ATTACKS) - set(ABSENT) == set()


def test_the_numbers_are_those_that_are_promised():
    promised = [*range(1, 11), *range(12, 20), *range(22, 28)]
    assert list(ATTACKS) == [f"T{number:02}" for number in promised]
