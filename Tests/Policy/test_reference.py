"""The program decides as the corpus says and as the reference does, which was written from the rules alone."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from Policy import disagreements, program, random_cases, reference

CORPUS = sorted((Path(__file__).parents[1] / "PolicyTests" / "Fixtures").glob("*.json"))
SEED, COUNT = 20260101, int(os.environ.get("REDOUBT_POLICY_CASES", "20000"))
LEAST_SHARE = 0.15


@pytest.fixture(scope="module")
def random_questions():
    return list(random_cases.cases(SEED, COUNT))


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_the_reference_decides_the_corpus_as_expected(file):
    cases = json.loads(file.read_text())["cases"]
    decided = {case["id"]: reference.decide(case) for case in cases}
    assert decided == {case["id"]: case["expect"].split()[1] for case in cases}


def test_there_is_a_corpus():
    assert len(CORPUS) >= 8


def test_the_same_seed_gives_the_same_cases():
    assert list(random_cases.cases(7, 50)) == list(random_cases.cases(7, 50)) != list(random_cases.cases(8, 50))


def test_random_cases_are_of_all_kinds(random_questions):
    kinds = Counter(map(reference.decide, random_questions))
    assert set(kinds) == {reference.ALLOW, reference.IMPLICIT_DENY, reference.EXPLICIT_DENY}
    assert min(kinds.values()) > LEAST_SHARE * len(random_questions), kinds


def test_the_program_and_the_reference_agree(random_questions):
    differing = disagreements.disagreements(random_questions)
    if differing:
        some = disagreements.shown(differing)
        pytest.fail(f"{len(differing)} of {COUNT} cases, of which some:\n{some}", pytrace=False)


def test_a_disagreement_is_shown_at_its_smallest():
    def all_denied(cases):
        return {case["id"]: reference.IMPLICIT_DENY for case in cases}

    differing = disagreements.disagreements(list(random_cases.cases(SEED, 500)), all_denied)
    case = max(differing, key=lambda case: len(json.dumps(case)))
    least = disagreements.smallest(case, all_denied)
    assert least["id"] == case["id"]
    assert disagreements.disagreements([least], all_denied) == [least]
    assert len(json.dumps(least)) < len(json.dumps(case))
    assert not any(disagreements.disagreements(disagreements.smaller(least), all_denied))


def test_what_the_program_cannot_read_is_an_error():
    with pytest.raises(RuntimeError):
        program.kinds([{"id": "no request"}])
