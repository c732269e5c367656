"""Snap start, by boto3: environments of a version are initialised ahead, each for itself, parked, and restored once."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, WaiterError
from harness.clients import boto3_client
from harness.fixtures import own_server
from harness.functions import Deployer, error_code, invoke_function
from harness.packages import make_zip
from harness.waiting import wait_until

CODE = """
import os, secrets, time
from snapshot_restore_py import register_after_restore, register_before_snapshot
born, token, order = time.time(), secrets.token_hex(8), []
print("initialised", token)
@register_before_snapshot
def before_1(): order.append("before 1")
@register_before_snapshot
def before_2(): order.append("before 2")
@register_after_restore
def after_1():
    order.append("after 1")
    open("/tmp/restored", "w").close()
@register_after_restore
def after_2(): order.append("after 2"); print("restored", token)
def handler(event, context):
    age = time.time() - born
    time.sleep(event or 0)
    left = os.path.exists("/tmp/left")
    open("/tmp/left", "w").close()
    return {
        "token": token, "order": order, "age": age, "left": left,
        "kind": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "restored": os.path.exists("/tmp/restored"),
    }
"""
ON = {"SnapStart": {"ApplyOn": "PublishedVersions"}}
INVALID = "InvalidParameterValueException"
ORDER = ["before 2", "before 1", "after 1", "after 2"]


def wait_for_version(client, name, version="1", seconds=30):
    waiter = client.get_waiter("published_version_active")
    waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 0.2, "MaxAttempts": 5 * seconds})


def published(deploy, client, code=CODE, waits=True, **members):
    """A function with snap start and its version 1."""
    name = deploy(code, **{"Timeout": 15, **ON, **members})
    client.publish_version(FunctionName=name)
    if waits:
        wait_for_version(client, name)
    return name


def configuration(client, name, qualifier="1"):
    return client.get_function_configuration(FunctionName=name, Qualifier=qualifier)


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    found = error.value.response["Error"]
    return found["Code"], error.value.response.get("Message") or found["Message"]


@pytest.fixture(scope="module")
def name(deploy, lambda_client):
    return published(deploy, lambda_client)


def parked(logs_client, name):
    """How many environments have been parked so far, and how many restored, by the function's log."""
    pages = logs_client.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
    try:
        texts = [event["message"] for page in pages for event in page["events"]]
    except ClientError:
        return 0, 0
    return sum("INIT_REPORT" in text for text in texts), sum("RESTORE_REPORT" in text for text in texts)


def test_a_version_is_pending_until_its_first_environment_is_initialised(deploy, invoke, lambda_client):
    name = published(deploy, lambda_client, "import time\ntime.sleep(2)\n" + CODE, waits=False)
    found = configuration(lambda_client, name)
    assert (found["State"], found["StateReasonCode"]) == ("Pending", "Creating")
    assert found["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    code, message = refusal(lambda_client.invoke, FunctionName=name, Qualifier="1")
    assert code == "SnapStartNotReadyException" and message.startswith("Lambda is initializing your function.")
    wait_for_version(lambda_client, name)
    found = configuration(lambda_client, name)
    assert found["State"] == "Active" and "StateReasonCode" not in found
    assert found["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    answer = invoke(name, Qualifier="1", tail=True)
    assert answer.json["kind"] == "snap-start"
    assert "Init Duration" not in re.search("^REPORT.*", answer.log, re.M)[0], "the init phase was before"
    latest = configuration(lambda_client, name, "$LATEST")
    assert latest["State"] == "Active"
    assert latest["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    latest = invoke(name, tail=True)
    assert (latest.json["kind"], latest.json["order"]) == ("on-demand", []) and "RESTORE" not in latest.log


def test_an_environment_is_restored_for_its_first_invocation_and_then_warm(deploy, invoke, lambda_client):
    name = published(deploy, lambda_client)
    first, second = (invoke(name, Qualifier="1", tail=True) for _ in range(2))
    assert first.json["order"] == ORDER and first.json["restored"]
    lines = [line for line in re.split(r"[\r\n]", first.log) if line]
    words = [line.split()[0] for line in lines]
    assert words == ["RESTORE_START", "restored", "RESTORE_REPORT", "START", "END", "REPORT"], first.log
    assert lines[0] == "RESTORE_START Runtime Version: python:3.11"
    assert re.fullmatch(r"RESTORE_REPORT Restore Duration: [\d.]+ ms", lines[2])
    duration, billed, restore, billed_restore = map(
        float,
        re.search(
            r"\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms\t.*"
            r"\tRestore Duration: ([\d.]+) ms\tBilled Restore Duration: (\d+) ms\t",
            lines[-1],
        ).groups(),
    )
    assert 0 <= billed - duration - restore < 1.02 and 0 <= billed_restore - restore < 1.01
    assert second.json["token"] == first.json["token"] and second.json["order"] == ORDER
    assert "RESTORE" not in second.log and "Restore" not in second.log
    assert second.json["restored"] and not second.json["left"], "what hooks leave is there, what invocations leave is not"


def test_every_environment_has_an_init_phase_of_its_own_and_is_restored_once(
    deploy, invoke, lambda_client, logs_client
):
    name = published(deploy, lambda_client)
    with ThreadPoolExecutor(4) as pool:
        answers = [one.json for one in pool.map(lambda _: invoke(name, 0.8, Qualifier="1"), range(4))]
    assert {one["kind"] for one in answers} == {"snap-start"}
    assert len({one["token"] for one in answers}) == 4
    assert all(one["order"] == ORDER for one in answers)

    def settled():
        inits, restores = parked(logs_client, name)
        return restores == 4 and inits >= 6

    wait_until(settled, 15, 0.2, what="a stock that has grown with the burst")


def test_the_stock_is_filled_up_and_each_is_taken_once(deploy, invoke, lambda_client, logs_client):
    name = published(deploy, lambda_client, CODE.replace("time.sleep(event or 0)", "event and os._exit(1)"))
    tokens = set()
    for count in range(1, 4):
        wait_until(lambda count=count: parked(logs_client, name)[0] >= count, 10, 0.1, what="an environment in stock")
        answer = invoke(name, Qualifier="1").json
        assert answer["order"] == ORDER
        tokens.add(answer["token"])
        assert invoke(name, 1, Qualifier="1").error == "Unhandled"
    assert len(tokens) == 3


def test_an_alias_and_new_code_have_environments_of_their_version(invoke, lambda_client, deploy):
    name = published(deploy, lambda_client)
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    first = invoke(name, Qualifier="live")
    assert (first.version, first.json["kind"], first.json["order"]) == ("1", "snap-start", ORDER)
    package = make_zip({"app.py": CODE.replace("after 2", "after 3")})
    made = lambda_client.update_function_code(FunctionName=name, ZipFile=package, Publish=True)
    assert (made["Version"], made["State"]) == ("2", "Pending")
    wait_for_version(lambda_client, name, "2")
    lambda_client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    second = invoke(name, Qualifier="live")
    assert second.version == "2" and second.json["order"] == [*ORDER[:3], "after 3"]
    assert invoke(name, Qualifier="1").json["order"] == ORDER


FAILING_INITS = {
    "raise RuntimeError('no')\n" + CODE: "RuntimeError: no",
    "import os; os._exit(3)\n": "exit status 3",
    CODE.replace('order.append("before 1")', "1 / 0"): "ZeroDivisionError",
}


@pytest.mark.parametrize("code", FAILING_INITS, ids=["init", "exit", "hook"])
def test_a_version_that_cannot_be_initialised_fails(deploy, lambda_client, code, messages):
    name = published(deploy, lambda_client, code, waits=False)
    with pytest.raises(WaiterError):
        wait_for_version(lambda_client, name)
    found = configuration(lambda_client, name)
    assert (found["State"], found["StateReasonCode"]) == ("Failed", "FunctionError.RuntimeInitError")
    assert FAILING_INITS[code] in found["StateReason"]
    assert found["SnapStart"]["OptimizationStatus"] == "Off"
    code, message = refusal(lambda_client.invoke, FunctionName=name, Qualifier="1")
    assert code == "ResourceConflictException" and message.endswith("in the following state: Failed")
    assert any("Status: error" in line for line in messages(name, "INIT_REPORT"))


@pytest.mark.parametrize(
    "hook, code, report",
    [
        ("1 / 0", "SnapStartException", "Status: error\tError Type: Runtime.AfterRestoreError"),
        ("os._exit(1)", "SnapStartException", "Status: error\tError Type: Runtime.ExitError"),
        ("time.sleep(60)", "SnapStartTimeoutException", "Status: timeout"),
    ],
    ids=["raises", "exits", "overruns"],
)
def test_a_hook_that_fails_after_the_restore_fails_its_invocation(deploy, lambda_client, messages, hook, code, report):
    name = published(deploy, lambda_client, CODE.replace('order.append("after 2")', hook))
    assert refusal(lambda_client.invoke, FunctionName=name, Qualifier="1")[0] == code
    found = [line for line in messages(name, "RESTORE_REPORT") if "RESTORE_REPORT" in line]
    assert len(found) == 1 and re.fullmatch(rf"RESTORE_REPORT Restore Duration: [\d.]+ ms\t{re.escape(report)}", found[0])
    assert not [line for line in messages(name, "RESTORE_REPORT") if line.startswith("START")]
    assert configuration(lambda_client, name)["State"] == "Active"


def test_what_does_not_go_with_snap_start_is_refused(deploy, lambda_client, name, server):
    create, update = lambda_client.create_function, lambda_client.update_function_configuration
    members = {
        "FunctionName": "never", "Runtime": "python3.11", "Handler": "app.handler", "Code": {"ZipFile": make_zip({"app.py": ""})},
        "Role": lambda_client.get_function_configuration(FunctionName=name)["Role"], **ON,
    }  # fmt: skip
    wrong = {"Runtime": "provided.al2023", "EphemeralStorage": {"Size": 513}, "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}
    for member, value in wrong.items():
        code, message = refusal(create, **{**members, member: value})
        assert code == INVALID and message.endswith("is not supported for SnapStart enabled functions."), message
    assert refusal(update, FunctionName=name, EphemeralStorage={"Size": 1024})[0] == INVALID
    client = boto3_client(server, validates=False)
    assert refusal(client.create_function, **{**members, "SnapStart": {"ApplyOn": "Always"}})[0] == "ValidationException"
    assert refusal(
        lambda_client.put_provisioned_concurrency_config, FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1
    ) == (INVALID, "Provisioned Concurrency is not supported for SnapStart enabled functions.")


def test_snap_start_is_switched_on_and_off_for_versions_to_come(deploy, invoke, lambda_client):
    name = deploy(CODE)
    update = lambda_client.update_function_configuration
    plain = lambda_client.publish_version(FunctionName=name)
    assert (plain["State"], plain["SnapStart"]["ApplyOn"]) == ("Active", "None")
    assert update(FunctionName=name, **ON)["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert update(FunctionName=name, Description="d")["SnapStart"]["ApplyOn"] == "PublishedVersions"
    assert lambda_client.publish_version(FunctionName=name)["Version"] == "2"
    wait_for_version(lambda_client, name, "2")
    update(FunctionName=name, SnapStart={"ApplyOn": "None"})
    assert lambda_client.publish_version(FunctionName=name)["State"] == "Active"
    kinds = [invoke(name, Qualifier=version).json["kind"] for version in ("1", "2", "3")]
    assert kinds == ["on-demand", "snap-start", "on-demand"]


def test_in_json_a_restore_has_its_records(deploy, invoke, lambda_client):
    logging = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}
    name = published(deploy, lambda_client, LoggingConfig=logging)
    log = invoke(name, Qualifier="1", tail=True).log
    records = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    types = [record["type"] for record in records if record.get("type", "").startswith("platform.")]
    assert types == [
        "platform.restoreStart", "platform.restoreRuntimeDone", "platform.restoreReport", "platform.start",
        "platform.runtimeDone", "platform.report",
    ]  # fmt: skip
    metrics = records[-1]["record"]["metrics"]
    assert metrics["billedRestoreDurationMs"] >= metrics["restoreDurationMs"] > 0 and "initDurationMs" not in metrics


def test_nothing_is_left_of_a_version_that_is_deleted(deploy, lambda_client, server):
    name = published(deploy, lambda_client)
    lambda_client.delete_function(FunctionName=name, Qualifier="1")
    with pytest.raises(ClientError) as error:
        lambda_client.invoke(FunctionName=name, Qualifier="1")
    assert error_code(error) == "ResourceNotFoundException"


def test_what_is_parked_outlives_idleness():
    with own_server("--idle-timeout", "2") as server:
        client, logs = boto3_client(server), boto3_client(server, "logs")
        name = published(Deployer(client), client)
        wait_until(lambda: parked(logs, name)[0] == 1, 8, 0.1, what="the first one in stock")
        answer = wait_until(
            lambda: (a := invoke_function(client, name, Qualifier="1").json)["age"] and a, 8, what="an answer"
        )
        # What has worked ends when it is idle; what is parked meanwhile is as old as it was.
        wait_until(lambda: parked(logs, name)[0] == 2, 8, 0.1, what="the second one in stock")

        def restored_anew():
            found = invoke_function(client, name, Qualifier="1").json
            return found if found["token"] != answer["token"] else None

        other = wait_until(restored_anew, 20, 4, what="an environment from the stock")
        assert other["order"] == ORDER and other["age"] > 2


def test_snap_start_outlives_a_kill(fresh_server):
    client = boto3_client(fresh_server)
    deploy = Deployer(client)
    name = published(deploy, client)
    failed = published(deploy, client, "raise ValueError('no')", waits=False)
    with pytest.raises(WaiterError):
        wait_for_version(client, failed)
    fresh_server.restart()
    found = configuration(client, name)
    assert (found["State"], found["SnapStart"]["OptimizationStatus"]) == ("Active", "On")
    assert configuration(client, failed)["StateReasonCode"] == "FunctionError.RuntimeInitError"
    # At once, whether there is anything in stock by now or not.
    answer = invoke_function(client, name, Qualifier="1").json
    assert (answer["kind"], answer["order"]) == ("snap-start", ORDER)


def test_a_kill_before_the_first_environment_leaves_the_version_pending(fresh_server):
    client = boto3_client(fresh_server)
    name = published(Deployer(client), client, "import time\ntime.sleep(4)\n" + CODE, waits=False)
    fresh_server.restart()
    assert configuration(client, name)["State"] == "Pending"
    wait_for_version(client, name)
    assert invoke_function(client, name, Qualifier="1").json["order"] == ORDER
