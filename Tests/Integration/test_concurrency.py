"""Reserved concurrency, by boto3: what is set is kept, kept free and kept to; and who is throttled why."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.functions import Deployer, error_code, invoke_function
from harness.waiting import wait_until

CODE = "def handler(event, context): return event"
CONCURRENT = "ReservedFunctionConcurrentInvocationLimitExceeded"
RATE = "ReservedFunctionInvocationRateLimitExceeded"
# Of each of 64 clients; `make soak` asks for more.
STORM_ROUNDS = int(os.environ.get("REDOUBT_STORM_ROUNDS", "10"))
# Tells from inside when user code ran; the clock is the host's.
TIMED = """
import time
def handler(event, context):
    start = time.monotonic()
    time.sleep(event)
    return [start, time.monotonic()]
"""


@pytest.fixture
def reserve(lambda_client):
    def put(name, count):
        return lambda_client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=count)

    return put


def unreserved(client):
    return client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def throttle(call):
    """The answer of a call that is throttled."""
    with pytest.raises(ClientError) as error:
        call()
    assert error_code(error) == "TooManyRequestsException"
    response = error.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
    return response


def test_what_is_reserved_is_told_by_every_operation(deploy, lambda_client, reserve):
    name, before = deploy(CODE), unreserved(lambda_client)
    assert "Concurrency" not in lambda_client.get_function(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in lambda_client.get_function_concurrency(FunctionName=name)
    assert reserve(name, 7)["ReservedConcurrentExecutions"] == 7
    assert lambda_client.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 7}
    assert lambda_client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 7
    assert unreserved(lambda_client) == before - 7
    lambda_client.delete_function_concurrency(FunctionName=name)
    lambda_client.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in lambda_client.get_function_concurrency(FunctionName=name)
    assert unreserved(lambda_client) == before


def test_a_deleted_function_leaves_nothing_reserved(lambda_client, reserve):
    deployer, before = Deployer(lambda_client), unreserved(lambda_client)
    reserve(deployer(CODE), 20)
    assert unreserved(lambda_client) == before - 20
    deployer.clean_up()
    assert unreserved(lambda_client) == before


def test_zero_stops_a_function_and_its_versions(deploy, invoke, lambda_client, reserve):
    name = deploy(CODE)
    lambda_client.publish_version(FunctionName=name)
    reserve(name, 0)
    for qualifier in ("$LATEST", "1"):
        response = throttle(lambda: invoke(name, 1, Qualifier=qualifier))
        assert response["Error"]["Message"] == "Rate Exceeded."
        assert (response["Reason"], response["Type"]) == (CONCURRENT, "User")
        assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    throttle(lambda: lambda_client.invoke_with_response_stream(FunctionName=name))
    assert invoke(name, InvocationType="DryRun").status == 204
    lambda_client.delete_function_concurrency(FunctionName=name)
    assert invoke(name, 1).json == 1


def test_reserving_leaves_a_hundred_to_the_other_functions(deploy, lambda_client, reserve):
    name, other = deploy(CODE), deploy(CODE)
    message = (
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100]."
    )
    put = lambda_client.put_function_concurrency
    assert refusal(put, FunctionName=name, ReservedConcurrentExecutions=901) == (
        "InvalidParameterValueException", message,
    )  # fmt: skip
    reserve(name, 900)
    assert refusal(put, FunctionName=other, ReservedConcurrentExecutions=1)[1] == message
    assert reserve(other, 0)["ReservedConcurrentExecutions"] == 0
    reserve(name, 899)
    reserve(other, 1)
    lambda_client.delete_function_concurrency(FunctionName=name)


def test_what_cannot_be_reserved_is_refused_in_awss_words(deploy, server, lambda_client):
    name, put = deploy(CODE), boto3_client(server, validates=False).put_function_concurrency
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
    invalid, null = "InvalidParameterValueException", "Value null at 'reservedConcurrentExecutions'"
    wrong = [
        ({"FunctionName": "nobody", "ReservedConcurrentExecutions": 1}, "ResourceNotFoundException", arn + "nobody"),
        ({"FunctionName": name, "ReservedConcurrentExecutions": -1}, "ValidationException", "greater than or equal to 0"),
        ({"FunctionName": name}, "ValidationException", null),
        ({"FunctionName": f"{name}:1", "ReservedConcurrentExecutions": 1}, invalid, "Aliases and versions do not support"),
    ]  # fmt: skip
    for members, code, message in wrong:
        found = refusal(put, **members)
        assert found[0] == code and message in found[1], (members, found)


def test_the_limit_of_a_small_account_is_left_whole(fresh_server):
    fresh_server.stop()
    fresh_server.options += ["--concurrency", "10"]
    fresh_server.start()
    client = boto3_client(fresh_server)
    name = Deployer(client)(CODE)
    _, message = refusal(client.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=1)
    assert message.endswith("below its minimum value of [10].")


def test_a_function_begins_ten_times_its_reservation_a_second(deploy, invoke, reserve):
    name = deploy(CODE)
    invoke(name, 1)
    reserve(name, 1)
    seen = Counter()
    for _ in range(60):
        try:
            invoke(name, 1)
            seen["answered"] += 1
        except ClientError as error:
            seen[error.response["Reason"]] += 1
            headers = error.response["ResponseMetadata"]["HTTPHeaders"]
    assert set(seen) == {"answered", RATE}, seen
    assert (headers["ratelimit-policy"], headers["ratelimit"]) == ('"requests";q=10;w=1', '"requests";r=0;t=1')
    assert seen["answered"] >= 10, seen


def test_a_storm_never_runs_more_than_what_is_reserved(deploy, server, lambda_client, reserve):
    reserved, clients, seconds = 5, 64, 0.2
    name = deploy(TIMED)
    reserve(name, reserved)

    def storm(client):
        spans, refusals = [], []
        for _ in range(STORM_ROUNDS):
            try:
                spans.append(tuple(invoke_function(client, name, seconds).json))
            except ClientError as error:
                refusals.append(error.response)
        return spans, refusals

    with ThreadPoolExecutor(clients) as pool:
        results = list(pool.map(storm, [boto3_client(server) for _ in range(clients)]))
    spans = [span for result in results for span in result[0]]
    refusals = [response for result in results for response in result[1]]
    assert len(spans) + len(refusals) == clients * STORM_ROUNDS
    assert most_at_once(spans) == reserved
    # Five invocations of 0.2 s begin 25 times a second, half of what the rate allows.
    assert {(r["ResponseMetadata"]["HTTPStatusCode"], r["Reason"]) for r in refusals} == {(429, CONCURRENT)}
    wait_until(lambda: invoke_function(lambda_client, name, 0).json, 5, what="room after the storm")


def most_at_once(spans):
    """The most spans that overlap anywhere."""
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    running = most = 0
    for _, change in edges:
        running += change
        most = max(most, running)
    return most


def test_a_function_keeps_its_floor_while_another_takes_all_the_rest(fresh_server):
    fresh_server.stop()
    fresh_server.options += ["--concurrency", "104", "--environments", "160"]
    fresh_server.start()
    client = boto3_client(fresh_server)
    deployer = Deployer(client)
    greedy, kept = deployer(TIMED, Timeout=20), deployer(CODE)
    client.put_function_concurrency(FunctionName=kept, ReservedConcurrentExecutions=4)

    def take(one):
        try:
            invoke_function(one, greedy, 5)
            return "answered"
        except ClientError as error:
            return error.response["Reason"]

    # A client holds 64 connections; making one takes longer than to wait for it.
    clients = [boto3_client(fresh_server), boto3_client(fresh_server)]
    with ThreadPoolExecutor(112) as pool:
        running = [pool.submit(take, clients[number % 2]) for number in range(112)]
        wait_until(lambda: any(one.done() for one in running), 20, what="the first refusal")
        assert [invoke_function(client, kept, 1).json for _ in range(5)] == [1] * 5
        seen = Counter(one.result() for one in running)
    assert seen["answered"] == 100
    assert seen["ConcurrentInvocationLimitExceeded"] == 12
