"""What goes in comes out: payloads, invocation types, log tails and limits."""

import base64
import json
import re
import time

import pytest
from botocore.exceptions import ClientError
from harness.functions import error_code
from harness.mode import MODE

ECHO = "def handler(event, context): return event"
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def echo(deploy):
    return deploy(ECHO, MemorySize=512, Timeout=20)


@pytest.fixture(scope="module")
def talker(deploy):
    return deploy(
        """
        import sys
        def handler(event, context):
            print("a printed line, zwölf")
            print("on stderr", file=sys.stderr)
            for line in range(event or 0):
                print("line", line, "x" * 60)
            return context.aws_request_id
        """
    )


@pytest.mark.parametrize(
    "value",
    [{"text": "grüße 日本語 \U0001f680 \u2028"}, [], "", 0, 1.5, -1, True, None, {"nested": [{"deep": [None]}]}, 2**53],
    ids=repr,
)
def test_any_json_value_survives_the_round_trip(echo, invoke, value):
    answer = invoke(echo, payload=json.dumps(value).encode())
    assert (answer.status, answer.error, answer.json) == (200, None, value)


def test_five_megabytes_go_both_ways(echo, invoke):
    # Python 3.11's runtime escapes what is not ASCII: 0.8 Mi characters are 4.8 MiB on their way back.
    for value in ("x" * (5 * MEBIBYTE), "ü" * (8 * MEBIBYTE // 10)):
        answer = invoke(echo, payload=b'"%s"' % value.encode())
        assert answer.error is None
        assert answer.json == value, "the payload came back changed"


def test_no_payload_is_an_empty_object(echo, invoke):
    assert invoke(echo).json == {}


def test_a_payload_that_is_not_json_is_refused(echo, invoke):
    for payload in (b"{", b"not json", b'{"a": 1} trailing', b"\xff\xfe"):
        with pytest.raises(ClientError) as error:
            invoke(echo, payload=payload)
        assert error_code(error) == "InvalidRequestContentException"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_payload_above_the_limit_is_refused(echo, invoke):
    with pytest.raises(ClientError) as error:
        invoke(echo, payload=b'"%s"' % (b"x" * (6 * MEBIBYTE + 200_000)))
    assert error_code(error) == "RequestEntityTooLargeException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_response_above_the_limit_is_a_function_error(deploy, invoke):
    name = deploy("def handler(event, context): return 'x' * (7 << 20)", MemorySize=512)
    answer = invoke(name)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.json["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_dry_run_answers_204_and_runs_nothing(deploy, invoke):
    name = deploy("count = 0\ndef handler(e, c):\n  global count\n  count += 1\n  return count")
    answer = invoke(name, InvocationType="DryRun")
    assert (answer.status, answer.payload) == (204, b"")
    assert invoke(name).json == 1


def test_a_dry_run_of_what_does_not_exist_is_refused(invoke):
    with pytest.raises(ClientError) as error:
        invoke("no-such-function", InvocationType="DryRun")
    assert error_code(error) == "ResourceNotFoundException"


def test_an_event_invocation_is_refused_rather_than_lost(echo, invoke):
    with pytest.raises(ClientError) as error:
        invoke(echo, {}, InvocationType="Event")
    assert error_code(error) in ("InvalidParameterValueException", "InvalidRequestContentException")


def test_the_tail_has_start_end_and_report_in_lambdas_form(talker, invoke):
    answer = invoke(talker, tail=True)
    lines = answer.log.splitlines()
    request_id = answer.json
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id)
    assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert "a printed line, zwölf" in lines and "on stderr" in lines
    assert f"END RequestId: {request_id}" in lines
    report = next(line for line in lines if line.startswith("REPORT"))
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB"
        r"(\tMax Memory Used: \d+ MB)?(\tInit Duration: \d+\.\d\d ms)?\s*",
        report,
    )
    # Control groups tell of memory.
    assert MODE.has_groups == ("Max Memory Used" in report)
    if MODE.has_groups:
        assert 0 < int(re.search(r"Max Memory Used: (\d+) MB", report)[1]) <= 128


def test_the_init_duration_is_reported_once(deploy, invoke):
    name = deploy("import time\ntime.sleep(0.2)\ndef handler(e, c): pass")
    first, second = invoke(name, tail=True), invoke(name, tail=True)
    assert float(re.search(r"Init Duration: ([\d.]+) ms", first.log)[1]) >= 200
    assert "Init Duration" not in second.log


def test_the_tail_is_the_last_four_kilobytes(talker, invoke):
    log = invoke(talker, 200, tail=True).log
    assert len(log.encode()) <= 4096
    assert "line 199" in log and "REPORT" in log and "line 0 x" not in log


def test_without_the_header_there_is_no_tail(talker, lambda_client):
    assert "LogResult" not in lambda_client.invoke(FunctionName=talker)


def test_the_request_id_in_the_function_is_the_one_of_the_answer(talker, invoke):
    answer = invoke(talker)
    assert answer.json == answer.request_id


def test_the_context_is_lambdas(deploy, invoke):
    name = deploy(
        """
        def handler(event, context):
            return [context.function_name, context.function_version, context.invoked_function_arn,
                    context.log_group_name, context.log_stream_name, context.get_remaining_time_in_millis()]
        """,
        Timeout=9,
    )
    function, version, arn, group, stream, remaining = invoke(name).json
    assert (function, version, group) == (name, "$LATEST", f"/aws/lambda/{name}")
    assert arn == f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    assert "[$LATEST]" in stream
    assert 8000 < remaining <= 9000


def test_the_client_context_reaches_the_function(deploy, invoke):
    name = deploy("def handler(e, c): return c.client_context.custom")
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    assert invoke(name, ClientContext=context).json == {"a": "b"}


def test_boto3_is_there_to_import(deploy, invoke):
    assert invoke(deploy("import boto3\ndef handler(e, c): return boto3.__version__", Timeout=20, MemorySize=256)).json


def test_modules_beside_the_handler_can_be_imported(deploy, invoke):
    files = {
        "pkg/__init__.py": "",
        "pkg/main.py": "from lib import value\ndef run(e, c): return value",
        "lib.py": "value = 7",
    }
    assert invoke(deploy(files, Handler="pkg.main.run")).json == 7


def test_a_function_gets_the_time_it_asked_for(deploy, invoke):
    name = deploy("import time\ndef handler(e, c): time.sleep(1.2); return 'slept'", Timeout=3)
    started = time.monotonic()
    assert invoke(name).json == "slept"
    assert 1.2 <= time.monotonic() - started < 3
