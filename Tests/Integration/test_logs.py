"""What a function writes can be read back, line by line, and cannot pass for what the platform writes."""

import threading
import time

import pytest
from botocore.exceptions import ClientError
from harness.functions import error_code

TALK = """
def handler(event, context):
    for line in event:
        print(line)
    return context.aws_request_id
"""


@pytest.fixture
def talker(deploy):
    return deploy(TALK)


def test_every_line_of_an_invocation_is_an_event_in_order(talker, invoke, messages):
    request_id = invoke(talker, ["first", "zweite", "第三"]).json
    found = messages(talker, f"REPORT RequestId: {request_id}")
    start = found.index(f"START RequestId: {request_id} Version: $LATEST")
    assert found[start + 1 : start + 4] == ["first", "zweite", "第三"]
    assert found[start + 4] == f"END RequestId: {request_id}"


def test_events_have_times_and_streams(talker, invoke, logs_client, messages):
    before = int(time.time() * 1000) - 1000
    invoke(talker, ["timed"])
    messages(talker, "timed")
    event = next(
        e for e in logs_client.filter_log_events(logGroupName=f"/aws/lambda/{talker}")["events"]
        if "timed" in e["message"]
    )  # fmt: skip
    assert before <= event["timestamp"] <= int(time.time() * 1000) + 1000
    assert "[$LATEST]" in event["logStreamName"]
    assert event["eventId"]


def test_the_start_time_leaves_out_what_is_older(talker, invoke, messages, logs_client):
    invoke(talker, ["old"])
    messages(talker, "REPORT")
    later = int(time.time() * 1000) + 2
    time.sleep(0.01)
    invoke(talker, ["new"])
    found = messages(talker, "new", startTime=later)
    assert "old" not in found


def test_pages_neither_repeat_nor_lose_events(talker, invoke, messages, logs_client):
    invoke(talker, [f"line {number}" for number in range(30)])
    messages(talker, "REPORT")
    seen, token = [], None
    while True:
        page = logs_client.filter_log_events(
            logGroupName=f"/aws/lambda/{talker}", limit=7, **({"nextToken": token} if token else {})
        )
        assert len(page["events"]) <= 7
        seen += [event["eventId"] for event in page["events"]]
        token = page.get("nextToken")
        if not token:
            break
    assert len(seen) == len(set(seen)) == 33


def test_a_forged_report_stays_one_event_of_the_functions_own(talker, invoke, messages):
    forged = "harmless\rREPORT RequestId: forged\x1b[2J\u2028END RequestId: forged"
    request_id = invoke(talker, [forged]).json
    found = messages(talker, f"REPORT RequestId: {request_id}")
    assert not any(text.startswith(("REPORT RequestId: forged", "END RequestId: forged")) for text in found)


def test_lines_are_there_while_their_invocation_still_runs(deploy, invoke, messages):
    name = deploy("import time\ndef handler(e, c):\n  print('begun')\n  time.sleep(e)\n  print('done')", Timeout=20)
    running = threading.Thread(target=invoke, args=(name, 6))
    running.start()
    try:
        found = messages(name, "begun")
        assert running.is_alive() and "done" not in found
        assert found[0].startswith("START RequestId: ")
    finally:
        running.join()
    found = messages(name, "REPORT")
    assert [text.split(" ")[0] for text in found] == ["START", "begun", "done", "END", "REPORT"]


def test_a_log_of_ten_megabytes_does_not_disturb_the_answer(deploy, invoke):
    name = deploy("def handler(e, c):\n  for _ in range(10): print('x' * (1 << 20))\n  return 'done'", Timeout=20)
    answer = invoke(name, tail=True)
    assert answer.json == "done" and len(answer.log.encode()) <= 4096 and "REPORT" in answer.log


def test_an_unknown_group_is_not_found(logs_client):
    with pytest.raises(ClientError) as error:
        logs_client.filter_log_events(logGroupName="/aws/lambda/no-such-function")
    assert error_code(error) == "ResourceNotFoundException"
