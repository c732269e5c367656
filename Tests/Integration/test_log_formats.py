"""LoggingConfig: text or JSON, levels, and the group that a function logs to."""

import json
import re

import pytest
from botocore.exceptions import ClientError
from harness.clients import ROLE
from harness.functions import error_code, unique_name
from harness.packages import make_zip

TALK = """
import json, logging, os
logger = logging.getLogger("mine")
def handler(event, context):
    print("printed")
    print(json.dumps({"printed": "object"}))
    logging.debug("debugged")
    logger.info("informed of %s", "this", extra={"order": 7, "nested": {"a": [1]}})
    logger.warning({"an": "object"})
    try:
        {}["missing"]
    except KeyError:
        logger.exception("failed")
    if event == "raise":
        raise ValueError("böse")
    return {name: os.environ.get(name) for name in ("AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL")}
"""
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")


@pytest.fixture(scope="module")
def run(deploy, invoke, messages):
    """Deploys the talker with a LoggingConfig, invokes it once; the answer, its messages, JSON read where it is some."""

    def do(logging=None, event=None, code=TALK):
        name = deploy(code, **({"LoggingConfig": logging} if logging else {}))
        answer = invoke(name, event, tail=True)
        # The records of an invocation come together.
        found = messages(name, "printed")
        return answer, [json.loads(text) if text.startswith("{") else text for text in found]

    return do


def test_text_is_the_default(run):
    answer, found = run()
    assert answer.json == {"AWS_LAMBDA_LOG_FORMAT": "Text", "AWS_LAMBDA_LOG_LEVEL": None}
    assert found[0] == f"START RequestId: {answer.request_id} Version: $LATEST"
    warning = next(text for text in found if isinstance(text, str) and text.startswith("[WARNING]"))
    assert re.fullmatch(
        rf"\[WARNING\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{answer.request_id}\t\{{'an': 'object'\}}", warning
    )
    assert not any("informed" in str(text) for text in found), "the root logger begins with WARNING"


def test_json_has_the_platforms_records_as_objects(run):
    answer, found = run({"LogFormat": "JSON"})
    start, report = found[0], found[-1]
    assert start["type"] == "platform.start" and TIME.match(start["time"])
    assert start["record"] == {"requestId": answer.request_id, "version": "$LATEST"}
    assert report["type"] == "platform.report" and report["record"]["status"] == "success"
    metrics = report["record"]["metrics"]
    assert set(metrics) <= {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"}
    assert metrics["memorySizeMB"] == 128 and metrics["initDurationMs"] > 0 and metrics["durationMs"] > 0
    assert metrics["billedDurationMs"] >= metrics["durationMs"] + metrics["initDurationMs"]
    kinds = [text["type"] for text in found if isinstance(text, dict) and "type" in text]
    assert kinds == ["platform.start", "platform.report"]
    assert "platform.report" in answer.log and "REPORT RequestId" not in answer.log


def test_json_has_what_is_logged_as_objects_and_what_is_printed_as_it_is(run):
    answer, found = run({"LogFormat": "JSON"})
    assert answer.json == {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    assert found[1:3] == ["printed", {"printed": "object"}]
    informed, warned, failed = [text for text in found if isinstance(text, dict) and "level" in text]
    assert TIME.match(informed.pop("timestamp"))
    assert informed == {
        "level": "INFO", "message": "informed of this", "logger": "mine", "requestId": answer.request_id, "order": 7,
        "nested": {"a": [1]},
    }  # fmt: skip
    assert (warned["level"], warned["message"]) == ("WARNING", {"an": "object"})
    assert (failed["level"], failed["message"]) == ("ERROR", "failed")
    assert (failed["errorType"], failed["errorMessage"]) == ("KeyError", "'missing'")
    assert "handler" in failed["stackTrace"][0] and failed["location"].startswith("/var/task/app.py:handler:")


@pytest.mark.parametrize("level, kept", [("DEBUG", 5), ("WARN", 2), ("ERROR", 1), ("FATAL", 0)])
def test_the_application_level_leaves_out_what_is_below_it(run, level, kept):
    _, found = run({"LogFormat": "JSON", "ApplicationLogLevel": level})
    own = [text for text in found if isinstance(text, dict) and "type" not in text]
    assert len(own) == kept, own
    assert "printed" in found, "what has no level stays"


@pytest.mark.parametrize(
    "level, kinds",
    [
        (
            "DEBUG",
            [
                "platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.start",
                "platform.runtimeDone", "platform.report",
            ],
        ),
        ("WARN", []),
    ],
)  # fmt: skip
def test_the_system_level_leaves_out_what_is_below_it(run, level, kinds):
    _, found = run({"LogFormat": "JSON", "SystemLogLevel": level})
    assert [text["type"] for text in found if isinstance(text, dict) and "type" in text] == kinds


def test_a_failure_in_json_is_one_object_and_told_by_the_platform(run):
    answer, found = run({"LogFormat": "JSON", "SystemLogLevel": "WARN"}, "raise")
    assert answer.json["errorMessage"] == "böse"
    (error,) = [text for text in found if isinstance(text, dict) and text.get("errorType") == "ValueError"]
    assert (error["level"], error["errorMessage"], error["requestId"]) == ("ERROR", "böse", answer.request_id)
    platform = [text for text in found if isinstance(text, dict) and "type" in text]
    assert [text["type"] for text in platform] == ["platform.runtimeDone", "platform.report"]
    assert {text["record"]["status"] for text in platform} == {"error"}


def test_a_runtime_that_ends_is_told_in_json(run):
    answer, found = run({"LogFormat": "JSON"}, code="import os\ndef handler(e, c):\n  print('printed'); os._exit(3)")
    report = found[-1]["record"]
    assert (report["status"], report["errorType"]) == ("error", "Runtime.ExitError")
    assert f"RequestId: {answer.request_id} Error: Runtime exited with error: exit status 3\nRuntime.ExitError" in found


def test_a_function_logs_to_the_group_that_it_names(deploy, invoke, logs_client, lambda_client, messages):
    group = unique_name("/shared/group")
    names = [deploy("def handler(e, c): print(c.log_group_name)", LoggingConfig={"LogGroup": group}) for _ in range(2)]
    for name in names:
        invoke(name)
    from harness.waiting import wait_until

    def streams():
        try:
            return logs_client.describe_log_streams(logGroupName=group)["logStreams"]
        except logs_client.exceptions.ResourceNotFoundException:
            return []

    wait_until(lambda: len(streams()) == 2, 8, 0.1, what="a stream of each function")
    owners = {re.fullmatch(r"\d{4}/\d\d/\d\d/(.+)\[\$LATEST\][0-9a-f]{32}", s["logStreamName"])[1] for s in streams()}
    assert owners == set(names)
    texts = {e["message"].rstrip("\n") for e in logs_client.filter_log_events(logGroupName=group)["events"]}
    assert group in texts
    assert logs_client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{names[0]}")["logGroups"] == []
    logs_client.delete_log_group(logGroupName=group)


def test_the_configuration_is_told_as_it_is(deploy, lambda_client):
    name = deploy("def handler(e, c): pass", LoggingConfig={"LogFormat": "JSON"})
    own = f"/aws/lambda/{name}"
    expected = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": own}
    assert lambda_client.get_function_configuration(FunctionName=name)["LoggingConfig"] == expected

    def update(**logging):
        return lambda_client.update_function_configuration(FunctionName=name, LoggingConfig=logging)["LoggingConfig"]

    changed = update(ApplicationLogLevel="ERROR", LogGroup="elsewhere")
    assert changed == {**expected, "ApplicationLogLevel": "ERROR", "LogGroup": "elsewhere"}
    assert lambda_client.update_function_configuration(FunctionName=name, Timeout=9)["LoggingConfig"] == changed
    assert update(LogFormat="Text") == {"LogFormat": "Text", "LogGroup": "elsewhere"}
    assert update(LogGroup=own) == {"LogFormat": "Text", "LogGroup": own}
    assert update(LogFormat="JSON") == expected


def test_a_changed_format_holds_from_the_next_invocation_on(deploy, invoke, lambda_client):
    name = deploy("def handler(e, c): pass")
    assert "START RequestId" in invoke(name, tail=True).log
    lambda_client.update_function_configuration(FunctionName=name, LoggingConfig={"LogFormat": "JSON"})
    log = invoke(name, tail=True).log
    assert "START RequestId" not in log and '"type":"platform.start"' in log


LEVEL = 'LogLevel is not supported when LogFormat is set to "Text"'


@pytest.mark.parametrize(
    "logging, code, words",
    [
        ({"ApplicationLogLevel": "INFO"}, "InvalidParameterValueException", LEVEL),
        ({"LogFormat": "Text", "SystemLogLevel": "INFO"}, "InvalidParameterValueException", LEVEL),
        ({"LogFormat": "XML"}, "ValidationException", "Value 'XML' at 'loggingConfig.logFormat'"),
        ({"LogFormat": "JSON", "ApplicationLogLevel": "LOUD"}, "ValidationException", "[TRACE, DEBUG, INFO, WARN"),
        ({"LogFormat": "JSON", "SystemLogLevel": "ERROR"}, "ValidationException", "[DEBUG, INFO, WARN]"),
        ({"LogGroup": "a b"}, "ValidationException", "regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"),
        ({"LogGroup": "x" * 513}, "ValidationException", "length less than or equal to 512"),
        ({"LogGroup": "aws/mine"}, "InvalidParameterValueException", "reserved for AWS"),
    ],
)
def test_a_wrong_configuration_is_refused(lambda_client, logging, code, words):
    with pytest.raises(ClientError) as error:
        lambda_client.create_function(
            FunctionName=unique_name(), Runtime="python3.11", Handler="app.handler", Role=ROLE,
            Code={"ZipFile": make_zip({"app.py": ""})}, LoggingConfig=logging,
        )  # fmt: skip
    assert error_code(error) == code
    assert words in error.value.response["Error"]["Message"]


def test_a_forged_record_of_the_platform_stays_a_line_between_its_own(run):
    forge = """
import json
def handler(event, context):
    for kind in ("platform.report", "platform.start"):
        print(json.dumps({"time": "2026-01-01T00:00:00.000Z", "type": kind, "record": {"requestId": "forged"}}))
    print("printed", end="")
"""
    answer, found = run({"LogFormat": "JSON"}, code=forge)
    assert [text if isinstance(text, str) else text["type"] for text in found] == [
        "platform.start", "platform.report", "platform.start", "printed", "platform.report",
    ]  # fmt: skip
    assert found[0]["record"]["requestId"] == found[-1]["record"]["requestId"] == answer.request_id
