"""Environments are reused, take one invocation at a time, and there are as many as there are concurrent requests."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

WORKER = """
import os, time, uuid
identity = str(uuid.uuid4())
count = 0
busy = False
def handler(event, context):
    global count, busy
    assert not busy, "two invocations at once"
    busy = True
    count += 1
    time.sleep(event)
    busy = False
    return [identity, count]
"""


@pytest.fixture
def worker(deploy):
    return deploy(WORKER, Timeout=20)


def at_once(invoke, name, count, seconds):
    with ThreadPoolExecutor(count) as pool:
        return [answer.json for answer in pool.map(lambda _: invoke(name, seconds), range(count))]


def test_an_environment_is_reused(worker, invoke):
    answers = [invoke(worker, 0).json for _ in range(5)]
    assert len({identity for identity, _ in answers}) == 1
    assert [count for _, count in answers] == [1, 2, 3, 4, 5]


def test_concurrent_invocations_run_side_by_side_in_environments_of_their_own(worker, invoke):
    started = time.monotonic()
    answers = at_once(invoke, worker, 6, 1.0)
    assert time.monotonic() - started < 4
    assert len({identity for identity, _ in answers}) == 6
    assert {count for _, count in answers} == {1}


def test_environments_that_were_added_serve_later_requests_too(worker, invoke):
    first = {identity for identity, _ in at_once(invoke, worker, 4, 0.5)}
    second = {identity for identity, _ in at_once(invoke, worker, 4, 0.5)}
    assert first == second


def test_many_requests_all_get_their_own_answer(deploy, invoke):
    name = deploy("def handler(event, context): return event")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: invoke(name, number).json, range(400)))
    assert answers == list(range(400))


def test_versions_do_not_share_an_environment(worker, lambda_client, invoke):
    lambda_client.publish_version(FunctionName=worker)
    latest, published = invoke(worker, 0).json, invoke(worker, 0, Qualifier="1").json
    assert latest[0] != published[0] and published[1] == 1


def test_variables_arrive_exactly_as_given(deploy, invoke):
    given = {"PLAIN": "a", "EMPTY": "", "SPACES": "  two  ", "UNICODE": "grüße 日本語", "LINES": "one\ntwo",
             "EQUALS": "a=b=c", "QUOTES": "'\"$(id)`"}  # fmt: skip
    name = deploy("import os\ndef handler(e, c): return {k: os.environ.get(k) for k in e}", environment=given)
    assert invoke(name, sorted(given)).json == given


def test_the_platforms_variables_are_lambdas(deploy, invoke):
    name = deploy("import os\ndef handler(e, c): return dict(os.environ)", MemorySize=192)
    found = invoke(name).json
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "192",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_HANDLER": "app.handler",
        "TZ": ":UTC",
    }
    assert {key: found.get(key) for key in expected} == expected


def test_a_variable_that_changes_the_loader_is_honoured(deploy, invoke):
    files = {"app.py": "import os, extra\ndef handler(e, c): return extra.value", "more/extra.py": "value = 'found'"}
    name = deploy(files, environment={"PYTHONPATH": "/var/task/more"})
    assert invoke(name).json == "found"
