"""CloudWatch Logs as its clients use it: groups, streams, events of a stream, retention."""

import time

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code, unique_name
from harness.waiting import wait_until

ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


@pytest.fixture(scope="module")
def logged(deploy, invoke, messages):
    """A function that has printed twelve lines in one stream; its group, its stream's name and the messages."""
    name = deploy("def handler(event, context):\n    for line in event: print(line)")
    answer = invoke(name, [f"line {number}" for number in range(12)])
    found = messages(name, f"REPORT RequestId: {answer.request_id}")
    return f"/aws/lambda/{name}", found


@pytest.fixture(scope="module")
def stream(logs_client, logged):
    (found,) = logs_client.describe_log_streams(logGroupName=logged[0])["logStreams"]
    return found["logStreamName"]


@pytest.fixture
def group(logs_client):
    """An empty group of the test's own."""
    name = unique_name("/test/group")
    logs_client.create_log_group(logGroupName=name)
    yield name
    try:
        logs_client.delete_log_group(logGroupName=name)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_functions_group_is_described(logs_client, logged):
    (found,) = logs_client.describe_log_groups(logGroupNamePrefix=logged[0])["logGroups"]
    assert found["logGroupName"] == logged[0]
    assert found["arn"] == f"{ARN}{logged[0]}:*" and found["logGroupArn"] == ARN + logged[0]
    assert abs(found["creationTime"] / 1000 - time.time()) < 600
    assert "retentionInDays" not in found and 100 < found["storedBytes"] < 100_000


def test_groups_are_listed_a_page_at_a_time(logs_client):
    prefix = unique_name("/test/pages")
    names = [f"{prefix}/{letter}" for letter in "abcde"]
    for name in names:
        logs_client.create_log_group(logGroupName=name)
    try:
        pages = list(
            logs_client.get_paginator("describe_log_groups").paginate(
                logGroupNamePrefix=prefix, PaginationConfig={"PageSize": 2}
            )
        )
        assert [[group["logGroupName"] for group in page["logGroups"]] for page in pages] == [
            names[:2], names[2:4], names[4:],
        ]  # fmt: skip
        part = prefix.removeprefix("/test/")
        found = logs_client.describe_log_groups(logGroupNamePattern=part)["logGroups"]
        assert [group["logGroupName"] for group in found] == names
        assert all(set(group) == {"logGroupName", "arn", "creationTime"} for group in found)
    finally:
        for name in names:
            logs_client.delete_log_group(logGroupName=name)


def test_streams_are_ordered_by_name_or_by_their_latest_event(logs_client, deploy, invoke, messages):
    name = deploy("import time\ndef handler(event, context):\n    time.sleep(event)")
    group = f"/aws/lambda/{name}"
    messages(name, f"REPORT RequestId: {invoke(name, 0).request_id}")
    described = logs_client.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)
    (only,) = described["logStreams"]
    assert only["arn"] == f"{ARN}{group}:log-stream:{only['logStreamName']}"
    assert only["firstEventTimestamp"] <= only["lastEventTimestamp"] <= only["lastIngestionTime"]
    assert only["storedBytes"] == 0 and "nextToken" not in described
    by_arn = logs_client.describe_log_streams(logGroupIdentifier=ARN + group)["logStreams"]
    assert [found["logStreamName"] for found in by_arn] == [only["logStreamName"]]
    prefix = only["logStreamName"][:10]
    assert logs_client.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)["logStreams"] == by_arn
    assert logs_client.describe_log_streams(logGroupName=group, logStreamNamePrefix="zz")["logStreams"] == []


def test_a_stream_is_read_from_its_head(logs_client, logged, stream):
    read, token, pages = [], None, 0
    while True:
        page = logs_client.get_log_events(
            logGroupName=logged[0], logStreamName=stream, startFromHead=True, limit=4,
            **({"nextToken": token} if token else {}),
        )  # fmt: skip
        read += [event["message"].rstrip("\n") for event in page["events"]]
        assert all(set(event) == {"timestamp", "message", "ingestionTime"} for event in page["events"])
        pages += 1
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert read == logged[1] and pages == 5


def test_a_stream_is_read_from_its_tail_by_default(logs_client, logged, stream):
    where = {"logGroupName": logged[0], "logStreamName": stream, "limit": 6}
    last = logs_client.get_log_events(**where)
    assert [event["message"].rstrip("\n") for event in last["events"]] == logged[1][-6:]
    before = logs_client.get_log_events(**where, nextToken=last["nextBackwardToken"])
    assert [event["message"].rstrip("\n") for event in before["events"]] == logged[1][-12:-6]
    again = logs_client.get_log_events(**where, nextToken=before["nextForwardToken"])
    assert again["events"] == last["events"]


def test_the_end_of_a_time_range_is_not_in_it(logs_client, logged, stream):
    where = {"logGroupName": logged[0], "logStreamName": stream}
    events = logs_client.get_log_events(**where)["events"]
    last = events[-1]["timestamp"]
    assert logs_client.get_log_events(**where, startTime=last)["events"][-1]["timestamp"] == last
    assert all(e["timestamp"] < last for e in logs_client.get_log_events(**where, endTime=last)["events"])


def test_the_calls_of_logs_tail_find_everything_once(logs_client, deploy, invoke, messages):
    """What `aws logs tail --follow` of the AWS CLI 2 does: interleaved pages, then from the newest time on."""
    name = deploy("def handler(event, context): print('marker', event)")
    seen, start = {}, int(time.time() * 1000) - 60_000
    for number in range(3):
        invoke(name, number)
        messages(name, f"marker {number}")
        pages = logs_client.get_paginator("filter_log_events").paginate(
            logGroupIdentifier=f"{ARN}/aws/lambda/{name}", interleaved=True, startTime=start, filterPattern="marker"
        )
        for page in pages:
            for event in page["events"]:
                seen[event["eventId"]] = event["message"].rstrip("\n")
                start = max(start, event["timestamp"])
                assert event["logStreamName"] and event["ingestionTime"] >= event["timestamp"]
    assert list(seen.values()) == ["marker 0", "marker 1", "marker 2"]


LINES = [
    '{"level": "ERROR", "latency": 120, "user": {"name": "Ann"}, "tags": ["x", "y"]}',
    '{"level": "ERROR", "latency": 80, "user": null}',
    '{"level": "INFO", "latency": 300, "debug": true}',
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '127.0.0.1 - frank [10/Oct/2000:13:50:35 -0700] "GET /a.gif HTTP/1.0" 200 4355',
]


@pytest.fixture(scope="module")
def varied(deploy, invoke, messages):
    """The group of a function that has printed `LINES`."""
    name = deploy("def handler(event, context):\n    for line in event: print(line)")
    messages(name, f"REPORT RequestId: {invoke(name, LINES).request_id}")
    return f"/aws/lambda/{name}"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ('{ $.level = "ERROR" && $.latency > 100 }', [0]),
        ('{ ($.level = "ERR*") || ($.debug IS TRUE) }', [0, 1, 2]),
        ("{ $.user IS NULL }", [1]), ("{ $.latency = * && $.user NOT EXISTS }", [2]), ("{ $.tags[1] = y }", [0]),
        ("[ip, user, ..., status_code = 4*, bytes > 1000]", [3]), ("[ip=127.*, ..., bytes != 1534]", [4]),
        ("?Ann ?frank -gif", [0, 3]),
    ],
)  # fmt: skip
def test_events_are_found_by_pattern(logs_client, varied, pattern, found):
    events = logs_client.filter_log_events(logGroupName=varied, filterPattern=pattern)["events"]
    assert [event["message"].rstrip("\n") for event in events] == [LINES[index] for index in found]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("{ $.a }", "one of ="), ("[a, ..., b, ...]", "no second"), ("%A%", "regular expression"), ("a-b", "term 'a-b'")],
)
def test_a_pattern_out_of_form_is_refused(logs_client, varied, pattern, text):
    with pytest.raises(ClientError, match=text) as raised:
        logs_client.filter_log_events(logGroupName=varied, filterPattern=pattern)
    assert error_code(raised) == "InvalidParameterException"


def test_a_retention_is_set_and_taken_back(logs_client, group):
    logs_client.put_retention_policy(logGroupName=group, retentionInDays=14)
    (found,) = logs_client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 14
    logs_client.delete_retention_policy(logGroupName=group)
    (found,) = logs_client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert "retentionInDays" not in found


def test_a_deleted_group_is_gone_until_its_function_logs_again(logs_client, deploy, invoke, messages):
    name = deploy("def handler(event, context): print(event)")
    invoke(name, "before")
    messages(name, "REPORT")
    logs_client.delete_log_group(logGroupName=f"/aws/lambda/{name}")
    assert logs_client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"] == []
    invoke(name, "after")
    assert "before" not in messages(name, "after")


@pytest.mark.parametrize(
    "operation, members, code, words",
    [
        ("get_log_events", {"logStreamName": "s"}, "InvalidParameterException", "exactly one of"),
        ("get_log_events", {"logGroupName": "/no/such", "logStreamName": "s"}, "ResourceNotFoundException", "log group"),
        ("get_log_events", {"logGroupName": "$group", "logStreamName": "s"}, "ResourceNotFoundException", "log stream"),
        ("get_log_events", {"logGroupName": "$group", "logStreamName": "a:b"}, "InvalidParameterException", "[^:*]*"),
        (
            "get_log_events", {"logGroupName": "$group", "logStreamName": "s", "nextToken": "f/1"},
            "InvalidParameterException", "nextToken is invalid",
        ),
        (
            "get_log_events", {"logGroupName": "$group", "logStreamName": "s", "limit": 10001},
            "InvalidParameterException", "less than or equal to 10000",
        ),
        ("describe_log_groups", {"nextToken": "!"}, "InvalidParameterException", "nextToken is invalid"),
        ("describe_log_groups", {"limit": 51}, "InvalidParameterException", "less than or equal to 50"),
        (
            "describe_log_groups", {"logGroupNamePrefix": "a", "logGroupNamePattern": "b"},
            "InvalidParameterException", "mutually exclusive",
        ),
        ("describe_log_groups", {"logGroupNamePrefix": "a b"}, "InvalidParameterException", "regular expression"),
        ("describe_log_groups", {"includeLinkedAccounts": True}, "InvalidParameterException", "includeLinkedAccounts"),
        ("describe_log_streams", {"logGroupName": "/no/such"}, "ResourceNotFoundException", "log group"),
        ("describe_log_streams", {"logGroupName": "$group", "orderBy": "X"}, "InvalidParameterException", "enum value"),
        (
            "describe_log_streams",
            {"logGroupName": "$group", "orderBy": "LastEventTime", "logStreamNamePrefix": "a"},
            "InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ),
        ("create_log_group", {"logGroupName": "$group"}, "ResourceAlreadyExistsException", "already exists"),
        ("create_log_group", {"logGroupName": "a b"}, "InvalidParameterException", "regular expression pattern"),
        ("create_log_group", {"logGroupName": "aws/x"}, "InvalidParameterException", "reserved for AWS"),
        ("create_log_group", {"logGroupName": "x", "tags": {"a": "b"}}, "InvalidParameterException", "tags"),
        ("delete_log_group", {"logGroupName": "/no/such"}, "ResourceNotFoundException", "log group does not exist"),
        (
            "put_retention_policy", {"logGroupName": "/no/such", "retentionInDays": 1},
            "ResourceNotFoundException", "log group does not exist",
        ),
        (
            "put_retention_policy", {"logGroupName": "$group", "retentionInDays": 2},
            "InvalidParameterException", "Value '2' at 'retentionInDays'",
        ),
        ("delete_retention_policy", {"logGroupName": "/no/such"}, "ResourceNotFoundException", "log group"),
    ],
)  # fmt: skip
def test_an_error_has_awss_code_and_words(logs_client, group, operation, members, code, words):
    members = {name: group if value == "$group" else value for name, value in members.items()}
    with pytest.raises(ClientError) as error:
        getattr(logs_client, operation)(**members)
    assert error_code(error) == code
    assert words in error.value.response["Error"]["Message"]


def test_a_group_of_another_account_is_not_ones_own_to_read(logs_client):
    with pytest.raises(ClientError) as error:
        logs_client.describe_log_streams(logGroupIdentifier=f"arn:aws:logs:{REGION}:999999999999:log-group:/x")
    assert error_code(error) == "AccessDeniedException"


def test_the_aws_cli_reads_groups_streams_and_events(aws, logged, stream):
    group, texts = logged
    assert group in aws("logs", "describe-log-groups", "--log-group-name-prefix", group).stdout
    assert stream in aws("logs", "describe-log-streams", "--log-group-name", group).stdout
    read = aws("logs", "get-log-events", "--log-group-name", group, "--log-stream-name", stream, "--start-from-head")
    assert all(text.split("\t")[0] in read.stdout for text in texts)
