"""SIGTERM ends the service, not the work that was taken on."""

import signal
import threading
import time

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from harness.clients import ROLE, boto3_client
from harness.functions import invoke_function
from harness.packages import make_zip

SLEEPER = "import time\ndef handler(event, context): time.sleep(event); return 'slept'"


@pytest.fixture
def client(fresh_server):
    client = boto3_client(fresh_server)
    client.create_function(
        FunctionName="sleeper", Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=10,
        Code={"ZipFile": make_zip({"app.py": SLEEPER})},
    )  # fmt: skip
    return client


def test_an_invocation_under_way_is_finished(fresh_server, client):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(invoke_function(client, "sleeper", 2)))
    thread.start()
    time.sleep(0.8)
    assert fresh_server.stop() == 0
    thread.join()
    assert answers and answers[0].json == "slept"


def test_new_connections_are_refused_while_draining(fresh_server, client):
    thread = threading.Thread(target=lambda: invoke_function(client, "sleeper", 3))
    thread.start()
    time.sleep(0.8)
    fresh_server.process.terminate()
    time.sleep(0.7)
    assert fresh_server.process.poll() is None, "still draining"
    assert not fresh_server.is_healthy(), "a draining server takes no new connections"
    thread.join()
    assert fresh_server.process.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_an_idle_server_stops_at_once(fresh_server, client, number):
    invoke_function(client, "sleeper", 0)
    started = time.monotonic()
    fresh_server.process.send_signal(number)
    assert fresh_server.process.wait(10) == 0
    assert time.monotonic() - started < 3


def test_a_stopped_server_can_be_started_again(fresh_server, client):
    for _ in range(3):
        assert fresh_server.stop() == 0
        fresh_server.start()
        assert invoke_function(client, "sleeper", 0).json == "slept"


def second_init(server, lasts):
    """Invokes a function whose first init phase fails and whose second one lasts; returns while that goes on."""
    code = f"""
import os, time
wait = float(os.environ["READY_AT"]) - time.time()
if wait > 0:
    time.sleep(wait)
    os._exit(3)
time.sleep({lasts})
def handler(event, context): return "initialized"
"""
    client = boto3_client(server)
    client.create_function(
        FunctionName="late", Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=60,
        Code={"ZipFile": make_zip({"app.py": code})}, Environment={"Variables": {"READY_AT": str(time.time() + 1)}},
    )  # fmt: skip
    answers = []

    def invoke():
        try:
            answers.append(invoke_function(client, "late").json)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            answers.append(error)

    thread = threading.Thread(target=invoke)
    thread.start()
    time.sleep(1.8)
    assert not answers
    return thread, answers


def test_a_second_init_phase_is_finished(fresh_server):
    thread, answers = second_init(fresh_server, 2)
    assert fresh_server.stop() == 0
    thread.join()
    assert answers == ["initialized"]


def test_a_second_init_phase_that_outlasts_the_drain_is_cut_off(fresh_server):
    assert fresh_server.stop() == 0
    fresh_server.options += ["--drain-timeout", "1"]
    fresh_server.start()
    thread, answers = second_init(fresh_server, 50)
    started = time.monotonic()
    assert fresh_server.stop() == 0
    assert time.monotonic() - started < 5
    thread.join()
    assert isinstance(answers[0], Exception)
