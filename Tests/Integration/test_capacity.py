"""What the operator limits: environments, concurrency, idleness."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from harness.clients import ROLE, boto3_client
from harness.functions import error_code, invoke_function
from harness.host import environments
from harness.packages import make_zip
from harness.waiting import wait_until

SLEEPER = "import time\ndef handler(event, context): time.sleep(event); return 'slept'"


@pytest.fixture
def limited(fresh_server):
    """Restarts the server with further options and deploys two functions."""

    def start(*options):
        fresh_server.stop()
        fresh_server.options += options
        fresh_server.start()
        client = boto3_client(fresh_server)
        for name in ("one", "two"):
            client.create_function(
                FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=20,
                Code={"ZipFile": make_zip({"app.py": SLEEPER})},
            )  # fmt: skip
        return fresh_server, client

    return start


def test_idle_environments_end_after_their_time(limited):
    server, client = limited("--idle-timeout", "1")
    assert invoke_function(client, "one", 0).json == "slept"
    assert environments(server)
    wait_until(lambda: not environments(server), 6, 0.1, what="the end of the idle environment")
    assert invoke_function(client, "one", 0).json == "slept"


def test_a_full_host_makes_room_by_ending_what_is_idle(limited):
    _, client = limited("--environments", "1")
    for name in ("one", "two", "one"):
        assert invoke_function(client, name, 0).json == "slept"


def test_a_full_host_without_anything_idle_answers_429(limited):
    server, client = limited("--environments", "1")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(invoke_function, client, "one", 2)
        wait_until(lambda: environments(server), 5, what="the environment of the call under way")
        refused = throttled(lambda: invoke_function(client, "two", 0))
        assert running.result().json == "slept"
    assert refused.response["Reason"] == "ConcurrentInvocationLimitExceeded"
    assert refused.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"


def test_an_account_at_its_concurrency_answers_429(limited):
    server, client = limited("--concurrency", "1")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(invoke_function, client, "one", 2)
        wait_until(lambda: environments(server), 5, what="the environment of the call under way")
        throttled(lambda: invoke_function(client, "one", 0))
        assert running.result().json == "slept"
    assert invoke_function(client, "one", 0).json == "slept"


def throttled(call):
    with pytest.raises(ClientError) as error:
        call()
    assert error_code(error) == "TooManyRequestsException"
    return error.value
