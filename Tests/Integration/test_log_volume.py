"""However much a function prints, the server holds little of it, records a limited part and says what is missing."""

from functools import partial

import pytest
from harness.host import status_field
from harness.waiting import wait_until

LIMIT = 16 << 20
FLOODS = {
    "a hundred megabytes in lines": "for _ in range(1600): os.write(1, (b'x' * 1023 + b'\\n') * 64)",
    "a hundred megabytes without an end": "for _ in range(1600): os.write(1, b'x' * 65536)",
    "many empty lines": "for _ in range(320): os.write(1, b'\\n' * 65536)",
}


def messages(client, name):
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
        return [event["message"] for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []


def report_of(client, name, request_id):
    found = messages(client, name)
    return found if any(m.startswith(f"REPORT RequestId: {request_id}") for m in found) else None


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_recorded_in_part_and_leaves_the_server_flat(server, deploy, invoke, logs_client, flood):
    name = deploy(f"import os\ndef handler(e, c):\n  {flood}\n  os.write(1, b'the end')\n  return 'done'", Timeout=60)
    invoke(name)
    process = server.child("server")
    before = status_field(process, "VmRSS", int)
    answer = invoke(name, tail=True)
    assert answer.json == "done"
    assert "the end" in answer.log and len(answer.log) <= 4096
    assert status_field(process, "VmRSS", int) - before < 200 * 1024, "kilobytes"
    found = wait_until(
        partial(report_of, logs_client, name, answer.request_id), 60, 1, what="the REPORT line of the flood"
    )
    notices = [message for message in found if message.startswith("REDOUBT ") and "output were dropped" in message]
    assert len(notices) == 2, "one for each invocation"
    assert sum(len(m) for m in found) < 2 * LIMIT + 65536


def test_a_line_of_ten_megabytes_is_recorded_whole(deploy, invoke, logs_client):
    name = deploy("def handler(e, c): print('y' * 10_000_000)", Timeout=60, MemorySize=512)
    answer = invoke(name)
    found = wait_until(partial(report_of, logs_client, name, answer.request_id), 30, 1, what="the REPORT line")
    assert sum(message.count("y") for message in found if set(message) <= {"y"}) == 10_000_000


def test_an_ordinary_log_says_nothing_of_it(deploy, invoke, logs_client):
    name = deploy("def handler(e, c): print('little')")
    answer = invoke(name)
    found = wait_until(partial(report_of, logs_client, name, answer.request_id), 10, 0.2, what="the REPORT line")
    assert "little" in found and not [message for message in found if message.startswith("REDOUBT")]
