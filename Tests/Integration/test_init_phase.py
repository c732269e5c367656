"""The time until a runtime asks for work, and its second try inside the invocation."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.functions import invoke_function
from harness.mode import MODE
from harness.packages import make_zip
from harness.runtime_scripts import BASH
from harness.waiting import SLOWNESS

INIT_ERROR = """post init/error '{"errorType":"Mine.Init","errorMessage":"early"}'\n"""
CUSTOM = {"Runtime": "provided.al2023", "Handler": "app.handler"}

# Works from a moment on that the environment names: the first init phase comes before it, the second one after it.
ENDS_ONCE = """
import os, time
print("initializing")
wait = float(os.environ["READY_AT"]) - time.time()
if wait > 0:
    time.sleep(wait)
    os._exit(3)
def handler(event, context):
    print("invoked")
    return {"stream": context.log_stream_name, "left": context.get_remaining_time_in_millis()}
"""
OVERRUNS_ONCE = ENDS_ONCE.replace("os._exit(3)", "pass")


def deploy_for(deploy, code, seconds, **configuration):
    """Deploys a function that is ready that many seconds from now."""
    return deploy(code, environment={"READY_AT": str(time.time() + seconds)}, **configuration)


def init_reports(log):
    """Phase, status, type and milliseconds of each INIT_REPORT line."""
    pattern = r"^INIT_REPORT Init Duration: ([\d.]+) ms\tPhase: (\w+)\tStatus: (\w+)(?:\tError Type: ([\w.]+))?$"
    found = [(phase, status, kind, float(duration)) for duration, phase, status, kind in re.findall(pattern, log, re.M)]
    assert len(found) == log.count("INIT_REPORT"), log
    return found


def order(log):
    """The first words of the platform's lines, and what the function printed."""
    words = [line.split()[0] for line in re.split(r"[\n\r]", log) if line.strip()]
    return [word for word in words if word in ("initializing", "invoked", "INIT_REPORT", "START", "END", "REPORT")]


def test_an_init_phase_that_overruns_is_done_again_inside_the_invocation(deploy, invoke):
    name = deploy_for(deploy, OVERRUNS_ONCE, 13, Timeout=9)
    answer = invoke(name, tail=True)
    assert answer.error is None, answer
    assert order(answer.log) == ["initializing", "INIT_REPORT", "initializing", "START", "invoked", "END", "REPORT"]
    [(phase, status, kind, duration)] = init_reports(answer.log)
    assert (phase, status, kind) == ("init", "timeout", "") and 10_000 <= duration < 11_000
    report = re.search(r"^REPORT .*$", answer.log, re.M)[0]
    assert "Init Duration" not in report and "Status" not in report
    took = float(re.search(r"\tDuration: ([\d.]+) ms", report)[1])
    assert took >= 500, "the second init phase is a part of the invocation"
    assert answer.json["left"] <= 9000 * SLOWNESS - 500, "and of its time"
    assert order(invoke(name, tail=True).log) == ["START", "invoked", "END", "REPORT"]


def test_an_init_phase_that_fails_is_done_again_in_the_same_log_stream(deploy, invoke, logs_client, messages):
    name = deploy_for(deploy, ENDS_ONCE, 2, Timeout=9)
    answer = invoke(name, tail=True)
    assert answer.error is None, answer
    assert order(answer.log) == ["initializing", "INIT_REPORT", "initializing", "START", "invoked", "END", "REPORT"]
    assert init_reports(answer.log)[0][:3] == ("init", "error", "Runtime.ExitError")
    assert "Runtime exited" not in answer.log
    messages(name, "REPORT")
    streams = logs_client.describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [answer.json["stream"]]


@pytest.mark.parametrize(
    "code, kind",
    [
        ("import os\nprint('initializing')\nos._exit(3)", "Runtime.ExitError"),
        ("print('initializing')\nraise KeyError('early')", "KeyError"),
        ("print('initializing')\nimport missing", "Runtime.ImportModuleError"),
    ],
)
def test_the_second_init_phase_is_the_last(deploy, invoke, code, kind):
    name = deploy(code, Timeout=9)
    for _ in range(2):
        answer = invoke(name, tail=True)
        assert answer.error == "Unhandled" and answer.json["errorType"] == kind
        assert order(answer.log) == ["initializing", "INIT_REPORT"] * 2 + ["START", "END", "REPORT"]
        reports = [(phase, status, error) for phase, status, error, _ in init_reports(answer.log)]
        assert reports == [("init", "error", kind), ("invoke", "error", kind)]
        assert "Init Duration" not in re.search(r"^REPORT .*$", answer.log, re.M)[0]


def test_the_second_init_phase_has_the_time_of_the_invocation(deploy, invoke):
    code = ENDS_ONCE.replace("def handler", "time.sleep(30)\ndef handler")
    name = deploy_for(deploy, code, 2, Timeout=1 / SLOWNESS)
    answer = invoke(name, tail=True)
    assert answer.json["errorType"] == "Sandbox.Timedout"
    assert answer.json["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert order(answer.log) == ["initializing", "INIT_REPORT"] * 2 + ["START", "END", "REPORT"]
    first, second = init_reports(answer.log)
    assert first[:3] == ("init", "error", "Runtime.ExitError")
    assert second[:3] == ("invoke", "timeout", "") and second[3] <= 1000
    report = re.search(r"^REPORT .*$", answer.log, re.M)[0]
    assert "Status: timeout" in report and 1000 <= float(re.search(r"\tDuration: ([\d.]+) ms", report)[1]) < 2000


@pytest.mark.skipif(not MODE.has_groups, reason="there are no quotas without control groups")
def test_a_second_init_phase_has_more_than_its_share_of_a_processor_for_ten_seconds(deploy, invoke):
    code = ENDS_ONCE.replace(
        "def handler",
        "def used():\n"
        "    begin, end = time.process_time(), time.monotonic() + 1\n"
        "    while time.monotonic() < end: pass\n"
        "    return time.process_time() - begin\n"
        "early = used()\n"
        "time.sleep(9.5)\n"
        "late = used()\n"
        "def handler",
    ).replace("return {", "return {'early': early, 'late': late, ")
    answer = invoke(deploy_for(deploy, code, 2, Timeout=20), tail=True)
    assert answer.error is None, answer
    assert answer.json["late"] < 0.2 < answer.json["early"], "128 MB are 7 % of a processor"


def test_a_runtime_that_reports_an_init_error_is_not_waited_for(deploy, invoke):
    script = INIT_ERROR + "sleep 60"
    name = deploy(make_zip({"bootstrap": BASH + script + "\n"}), **CUSTOM)
    started = time.monotonic()
    answer = invoke(name, tail=True)
    assert answer.json == {"errorType": "Mine.Init", "errorMessage": "early"}
    assert [kind for _, _, kind, _ in init_reports(answer.log)] == ["Mine.Init", "Mine.Init"]
    assert time.monotonic() - started < 5 * SLOWNESS


def test_after_an_init_error_there_is_no_work(deploy, invoke):
    script = INIT_ERROR + """next; post "invocation/$id/response" 1; next"""
    name = deploy(make_zip({"bootstrap": BASH + script + "\n"}), **CUSTOM)
    assert invoke(name).json == {"errorType": "Mine.Init", "errorMessage": "early"}


def records(deploy, invoke, messages, level, code, seconds=0):
    """The platform's records of one invocation."""
    logging = {"LogFormat": "JSON", "SystemLogLevel": level}
    name = deploy_for(deploy, code, seconds, LoggingConfig=logging, Timeout=9)
    invoke(name)
    found = [json.loads(text) for text in messages(name, "platform.report") if text.startswith("{")]
    return [(text["type"].removeprefix("platform."), text["record"]) for text in found]


def test_in_json_both_init_phases_are_told(deploy, invoke, messages):
    found = records(deploy, invoke, messages, "DEBUG", ENDS_ONCE, 2)
    assert [kind for kind, _ in found] == [
        "initStart", "initRuntimeDone", "initReport", "initStart", "initRuntimeDone", "initReport", "start",
        "runtimeDone", "report",
    ]  # fmt: skip
    assert [record["phase"] for _, record in found[:6]] == ["init"] * 3 + ["invoke"] * 3
    assert {record["initializationType"] for _, record in found[:6]} == {"on-demand"}
    for _, record in found[1:3]:
        assert (record["status"], record["errorType"]) == ("error", "Runtime.ExitError")
    for _, record in found[4:6]:
        assert record["status"] == "success" and "errorType" not in record
    assert found[2][1]["metrics"]["durationMs"] > 0 and found[5][1]["metrics"]["durationMs"] > 0
    assert "initDurationMs" not in found[-1][1]["metrics"]


def test_in_json_an_init_phase_that_failed_is_told_at_any_level(deploy, invoke, messages):
    found = records(deploy, invoke, messages, "WARN", "import os\nos._exit(3)")
    assert [(kind, record.get("phase"), record["status"]) for kind, record in found] == [
        ("initRuntimeDone", "init", "error"), ("initReport", "init", "error"),
        ("initRuntimeDone", "invoke", "error"), ("initReport", "invoke", "error"),
        ("runtimeDone", None, "error"), ("report", None, "error"),
    ]  # fmt: skip


def test_callers_at_once_each_have_their_own_second_try(deploy, lambda_client):
    name = deploy_for(deploy, ENDS_ONCE, 2, Timeout=9)
    with ThreadPoolExecutor(3) as callers:
        answers = list(callers.map(lambda _: invoke_function(lambda_client, name, tail=True), range(3)))
    assert [answer.error for answer in answers] == [None] * 3
    assert sum(answer.log.count("Phase: init\t") for answer in answers) == 3
    assert len({answer.json["stream"] for answer in answers}) == 3
