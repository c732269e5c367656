"""What a function, or whoever deploys one, may try against the server itself; each fails and harms nobody else."""

import pytest
from botocore.exceptions import ClientError
from harness.clients import ROLE
from harness.functions import error_code
from harness.host import environments, is_alive
from harness.packages import make_zip
from harness.waiting import wait_until

ONE_ANSWER = """#!/usr/bin/python3
import http.client, time
api = http.client.HTTPConnection("127.0.0.1:9001")
api.request("GET", "/2018-06-01/runtime/invocation/next")
request_id = (answer := api.getresponse()).headers["Lambda-Runtime-Aws-Request-Id"]
answer.read()
api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", "1")
api.getresponse().read()
time.sleep(600)
"""

MANY_CONNECTIONS = """
import socket, time

def handler(event, context):
    kept = []
    for _ in range(200):
        connection = socket.create_connection(("127.0.0.1", 9001), 5)
        connection.sendall(b"POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 9\\r\\n\\r\\n")
        kept.append(connection)
    time.sleep(0.5)
    closed = 0
    for connection in kept:
        connection.setblocking(False)
        try:
            closed += connection.recv(1) == b""
        except BlockingIOError:
            pass
        except ConnectionResetError:
            closed += 1
    return {"closed": closed}
"""


def test_a_runtime_that_answers_and_never_asks_again_is_ended(deploy, invoke, server):
    before = set(environments(server))
    name = deploy(make_zip({"bootstrap": ONE_ANSWER}), Runtime="provided.al2023", Handler="x", Timeout=1)
    assert invoke(name).json == 1
    started = set(environments(server)) - before
    assert started
    wait_until(lambda: not any(is_alive(pid) for pid in started), 5, what="the end of the environment")


def test_a_function_holds_few_connections_to_the_runtime_api(deploy, invoke):
    answer = invoke(deploy(MANY_CONNECTIONS, Timeout=20, MemorySize=512))
    assert answer.error is None, answer
    assert answer.json["closed"] >= 180


@pytest.mark.parametrize("handler", ["app.handler\0", "app\x01.handler", "app." + "e" + "\u0301" * 400])
def test_a_handler_that_no_environment_could_carry_is_refused(lambda_client, handler):
    with pytest.raises(ClientError) as error:
        lambda_client.create_function(
            FunctionName="hostile-handler", Runtime="python3.11", Role=ROLE, Handler=handler,
            Code={"ZipFile": make_zip({"app.py": ""})},
        )  # fmt: skip
    assert error_code(error) == "ValidationException"


def test_more_variables_than_an_environment_carries_are_refused(deploy, server):
    spawner = server.child("spawner")
    variables = {f"A{number}": "" for number in range(500)}
    with pytest.raises(ClientError) as error:
        deploy("def handler(event, context): return 1", Environment={"Variables": variables})
    assert error_code(error) == "InvalidParameterValueException"
    assert server.child("spawner") == spawner


def test_the_most_variables_that_are_accepted_reach_the_function(deploy, invoke, server):
    spawner = server.child("spawner")
    variables = {f"V{number}": "x" for number in range(400)}
    name = deploy(
        "import os\ndef handler(event, context): return sum(name[0] == 'V' for name in os.environ)",
        Environment={"Variables": variables},
    )
    assert invoke(name).json == 400
    assert server.child("spawner") == spawner


@pytest.mark.parametrize("operation", ["update_function_code", "update_function_configuration", "publish_version"])
def test_a_version_cannot_be_named_where_the_function_would_be_changed(deploy, lambda_client, operation):
    name = deploy("def handler(event, context): return 1", Publish=True)
    members = {"ZipFile": make_zip({"app.py": "x = 1"})} if operation == "update_function_code" else {}
    with pytest.raises(ClientError) as error:
        getattr(lambda_client, operation)(FunctionName=f"{name}:1", **members)
    assert error_code(error) == "InvalidParameterValueException"


def test_what_is_printed_between_invocations_is_in_the_log(deploy, invoke, logs_client, lambda_client):
    name = deploy(
        """
        import os, threading, time
        def late():
            time.sleep(0.003)  # after the answer, and before the environment is frozen
            os.write(1, b"printed after the answer\\n")
            os._exit(3)
        def handler(event, context):
            threading.Thread(target=late).start()
        """
    )
    assert invoke(name).error is None

    def is_logged():
        invoke(name)  # what was frozen before it was printed is printed now
        try:
            events = logs_client.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except logs_client.exceptions.ResourceNotFoundException:
            return False  # Logs are written behind: the group comes with its first lines.
        return any("printed after the answer" in event["message"] for event in events)

    wait_until(is_logged, 8, 0.2, what="the line in the log")


def test_many_packages_are_deployed_at_once(deploy, invoke):
    from concurrent.futures import ThreadPoolExecutor

    def one(number):
        return invoke(deploy(f"def handler(event, context): return {number}", Timeout=20)).json

    with ThreadPoolExecutor(24) as pool:
        assert list(pool.map(one, range(24))) == list(range(24))
