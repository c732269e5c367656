"""What a benchmark makes of what it has seen: no failure may pass as a success."""

import json
import re
from pathlib import Path
from unittest import mock

import benchmark
import functions
import pytest
import report
from raw_client import Answer, percentile, typical
from storm import most_at_once
from throttles import FAILED, OF_RESERVED, outcome

BENCH = Path(benchmark.__file__).parent
REASON = "ReservedFunctionConcurrentInvocationLimitExceeded"
HEADERS = {b"retry-after": b"1", b"x-amzn-errortype": b"toomanyrequestsexception"}


def throttle(reason=REASON, status=429, headers=HEADERS):
    return Answer(status, headers, json.dumps({"Reason": reason}).encode())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {}, b'{"a": 1}'), True),
        (Answer(200, {}, b'{"a": 2}'), FAILED),
        (Answer(200, {b"x-amz-function-error": b"unhandled"}, b'{"a":1}'), FAILED),
        (throttle(), REASON),
        (throttle("ConcurrentInvocationLimitExceeded"), FAILED),
        (throttle(status=503), FAILED),
        (throttle(headers={b"retry-after": b"1"}), FAILED),
        (throttle(headers={b"x-amzn-errortype": b"toomanyrequestsexception"}), FAILED),
    ],
    ids=[
        "right",
        "wrong body",
        "function error",
        "throttle",
        "other reason",
        "other status",
        "no type",
        "no retry-after",
    ],
)
def test_only_the_right_answer_and_a_clean_throttle_count(answer, expected):
    assert outcome(answer, b'{"a":1}', OF_RESERVED) == expected


@pytest.mark.parametrize(
    ("intervals", "most"),
    [([], 0), ([(0, 2), (2, 4)], 1), ([(0, 3), (2, 4)], 2), ([(0, 9), (1, 2), (3, 5), (4, 6)], 3)],
    ids=["none", "one after the other", "two", "three, of which one is long"],
)
def test_what_ran_at_once_is_counted(intervals, most):
    assert most_at_once(intervals) == most


def test_limits_decide_and_goals_do_not():
    table = benchmark.Table({"count": {"most": 0}}, {"time": {"most": 4}})
    table.add("time", "it took", 5.0, "ms")
    table.add("count", "failures", 0)
    assert table.passed and [row["met"] for row in table.rows] == [False, True]
    table.add("count", "failures", 1)
    assert not table.passed
    assert [line.split()[-1] for line in benchmark.lines_of(table.rows)] == ["missed", "met", "FAILED"]


def test_both_ends_of_a_limit_are_judged():
    table = benchmark.Table({"count": {"least": 5, "most": 5}}, {})
    for count in (4, 5, 6):
        table.add("count", "at once", count)
    assert [row["met"] for row in table.rows] == [False, True, False]


def test_a_demand_of_a_row_that_is_not_there_is_an_error():
    table = benchmark.Table({"count": {"most": 0}}, {})
    with pytest.raises(RuntimeError, match="count"):
        table.require_all()
    table.skip("count", "failures", "nothing to count")
    table.require_all()


def test_quick_settings_stand_in_for_the_others():
    thresholds = {"settings": {"rounds": 5, "clients": 8}, "quick": {"rounds": 1}}
    assert vars(benchmark.settings_of(thresholds, True)) == {"rounds": 1, "clients": 8}
    assert vars(benchmark.settings_of(thresholds, False)) == {"rounds": 5, "clients": 8}


def test_percentiles_are_of_what_was_measured():
    times = list(range(100, 0, -1))
    assert [percentile(times, percent) for percent in (0, 50, 99, 100)] == [1, 51, 100, 100]
    assert typical([[1, 2, 3], [10, 20, 30], [4, 5, 6]]) == 5


@pytest.mark.parametrize("name", report.NAMES)
def test_every_setting_is_used_and_every_used_one_is_there(name):
    thresholds = json.loads((BENCH / "thresholds.json").read_text())[name]
    used = set(re.findall(r"\bsettings\.(\w+)", (BENCH / f"{name}.py").read_text()))
    assert used == set(thresholds["settings"])
    assert set(thresholds["quick"]) <= used


def test_the_page_shows_demands_first_and_what_did_not_run():
    table = benchmark.Table({"count": {"most": 0}}, {})
    table.add("count", "failures", 3)
    table.skip("peer", "another", "there is none")
    done, broken = {"rows": table.rows, "exit_code": 1}, {"rows": [], "exit_code": 2}
    results = {"machine": {"cores": 2}, "quick": True, "benchmarks": {"cold": done, "burst": broken}}
    page = list(report.page(results))
    assert page.index("| failures | 3 | at most 0: FAILED |") < page.index("## Cold start")
    assert "| another | | skipped: there is none |" in page
    assert page[page.index("## Burst") + 2] == "It did not come to its end."


@pytest.mark.parametrize(
    ("value", "error", "code"),
    [(0, None, 0), (1, None, 1), (0, RuntimeError("broken"), 2), (0, SystemExit("refused"), 2)],
    ids=["within", "not within", "broken", "refused"],
)
def test_the_exit_code_tells_a_failure_from_an_abort(monkeypatch, tmp_path, capsys, value, error, code):
    def measure(arguments, settings, table):
        table.add("count", "failures", value)
        if error:
            raise error

    thresholds = tmp_path / "thresholds.json"
    thresholds.write_text(json.dumps({"one": {"limits": {"count": {"most": 0}}}}))
    rows = tmp_path / "rows.json"
    monkeypatch.setattr(benchmark, "_THRESHOLDS", thresholds)
    monkeypatch.setattr("sys.argv", ["one", "--start", "redoubt", "--json", str(rows)])
    with pytest.raises(SystemExit) as ended:
        benchmark.main("one", "A benchmark.", measure)
    assert ended.value.code == code
    assert rows.exists() == (code < 2)


def test_the_same_function_is_the_same_package():
    first = functions.package({"app.py": functions.HELLO})
    with mock.patch("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0)):
        assert functions.package({"app.py": functions.HELLO}) == first
