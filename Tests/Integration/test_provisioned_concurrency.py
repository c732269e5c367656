"""Provisioned concurrency, by boto3: environments are initialised ahead, kept, and ready only when they are."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.functions import Deployer, error_code, invoke_function
from harness.packages import make_zip
from harness.waiting import wait_until

CODE = """
import os, time
born, kind = time.time(), os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
def handler(event, context):
    begun = time.time()
    time.sleep(event or 0)
    return {"kind": kind, "age": begun - born, "stream": context.log_stream_name}
"""
INVALID, CONFLICT = "InvalidParameterValueException", "ResourceConflictException"


@pytest.fixture
def name(deploy, lambda_client):
    """A function with the version 1."""
    name = deploy(CODE, Timeout=15)
    lambda_client.publish_version(FunctionName=name)
    return name


@pytest.fixture
def provision(lambda_client):
    """Sets what is to be provisioned; what was set is taken back at the end."""
    made = []

    def put(name, count, qualifier="1"):
        target = {"FunctionName": name, "Qualifier": qualifier}
        answer = lambda_client.put_provisioned_concurrency_config(**target, ProvisionedConcurrentExecutions=count)
        made.append(target)
        return answer

    yield put
    for target in made:
        try:
            lambda_client.delete_provisioned_concurrency_config(**target)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.fixture
def status(lambda_client):
    def get(name, qualifier="1"):
        answer = lambda_client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
        answer.pop("ResponseMetadata")
        return answer

    return get


@pytest.fixture
def ready(status):
    def wait(name, qualifier="1"):
        def done():
            found = status(name, qualifier)
            return found if found["Status"] == "READY" else None

        return wait_until(done, 20, 0.1, what="provisioned concurrency that is ready")

    return wait


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def unreserved(client):
    return client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]


def test_environments_are_initialised_ahead_and_take_the_work(invoke, lambda_client, name, provision, ready):
    before = unreserved(lambda_client)
    asked = provision(name, 2)
    assert asked["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (asked["Status"], asked["RequestedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 2)
    assert (asked["AllocatedProvisionedConcurrentExecutions"], unreserved(lambda_client)) == (0, before - 2)
    found = ready(name)
    assert found["AllocatedProvisionedConcurrentExecutions"] == found["AvailableProvisionedConcurrentExecutions"] == 2
    assert found["LastModified"] == asked["LastModified"]
    wait_until(lambda: invoke(name, Qualifier="1").json["age"] > 1, 5, 0.3, what="an answer of what was there before")
    with ThreadPoolExecutor(2) as pool:
        answers = [one.json for one in pool.map(lambda _: invoke(name, 0.4, Qualifier="1"), range(2))]
    assert {one["kind"] for one in answers} == {"provisioned-concurrency"}
    assert len({one["stream"] for one in answers}) == 2
    # The other version has environments of its own.
    assert invoke(name).json["kind"] == "on-demand"


def test_more_work_spills_over_to_environments_on_demand(invoke, name, provision, ready):
    provision(name, 1)
    ready(name)
    with ThreadPoolExecutor(3) as pool:
        kinds = [one.json["kind"] for one in pool.map(lambda _: invoke(name, 0.7, Qualifier="1"), range(3))]
    assert sorted(kinds) == ["on-demand", "on-demand", "provisioned-concurrency"]


def test_an_init_phase_that_fails_is_told(deploy, lambda_client, provision, status):
    name = deploy("raise RuntimeError('no')")
    lambda_client.publish_version(FunctionName=name)
    provision(name, 1)
    failed = wait_until(lambda: (s := status(name))["Status"] == "FAILED" and s, 10, 0.1, what="the failure")
    assert failed["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
    assert failed["AllocatedProvisionedConcurrentExecutions"] == 0


def test_what_is_kept_is_replaced_when_it_dies(deploy, invoke, lambda_client, provision, ready, status):
    name = deploy("import os\ndef handler(event, context): os._exit(1)")
    lambda_client.publish_version(FunctionName=name)
    provision(name, 1)
    ready(name)
    for _ in range(2):
        assert invoke(name, Qualifier="1").error == "Unhandled"
        assert ready(name)["AllocatedProvisionedConcurrentExecutions"] == 1


def test_an_alias_takes_its_provisioned_concurrency_along(invoke, lambda_client, name, provision, ready, status):
    lambda_client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": CODE + "\n# 2"}), Publish=True)
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    provision(name, 1, "live")
    ready(name, "live")
    first = invoke(name, Qualifier="live")
    assert (first.version, first.json["kind"]) == ("1", "provisioned-concurrency")
    lambda_client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    ready(name, "live")
    second = invoke(name, Qualifier="live")
    assert (second.version, second.json["kind"]) == ("2", "provisioned-concurrency")
    lambda_client.delete_alias(FunctionName=name, Name="live")
    assert lambda_client.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []


def test_what_is_provisioned_is_listed_in_pages(lambda_client, name, provision):
    lambda_client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": CODE + "\n# 2"}), Publish=True)
    for qualifier in ("1", "2"):
        provision(name, 1, qualifier)
    pages = lambda_client.get_paginator("list_provisioned_concurrency_configs").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 1}
    )
    listed = [[one["FunctionArn"] for one in page["ProvisionedConcurrencyConfigs"]] for page in pages]
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    assert listed == [[f"{arn}:1"], [f"{arn}:2"]]


def test_what_was_provisioned_is_taken_back(invoke, lambda_client, name, provision, ready):
    before = unreserved(lambda_client)
    provision(name, 1)
    ready(name)
    lambda_client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    assert unreserved(lambda_client) == before
    wait_until(lambda: invoke(name, Qualifier="1").json["kind"] == "on-demand", 8, 0.1, what="the end of what was kept")
    lambda_client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")


def test_what_cannot_be_provisioned_is_refused_in_awss_words(deploy, lambda_client, name, provision, server):
    lambda_client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": CODE + "\n# 2"}), Publish=True)
    lambda_client.create_alias(FunctionName=name, Name="one", FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    lambda_client.create_alias(FunctionName=name, Name="both", FunctionVersion="1", RoutingConfig=weights)
    isolated = deploy(CODE, TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    lambda_client.publish_version(FunctionName=isolated)
    provision(name, 1, "1")
    client = boto3_client(server, validates=False)
    put, get = client.put_provisioned_concurrency_config, client.get_provisioned_concurrency_config
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    wrong = [
        (put, name, "$LATEST", INVALID, "Provisioned Concurrency Configs cannot be applied to unpublished function versions."),
        (put, name, "both", INVALID, "Alias with weights can not be used with Provisioned Concurrency"),
        (put, name, "one", CONFLICT, "on an already Provisioned version"),
        (put, name, "9", "ResourceNotFoundException", f"Function not found: {arn}:9"),
        (put, name, "none", "ResourceNotFoundException", f"Cannot find alias arn: {arn}:none"),
        (put, isolated, "1", INVALID, "tenancy configuration"),
        (get, name, "2", "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for"),
        (get, name, "$LATEST", INVALID, "must be an alias or a published version"),
        (get, name, "9", "ResourceNotFoundException", f"Function not found: {arn}:9"),
    ]  # fmt: skip
    for call, function, qualifier, code, message in wrong:
        count = {"ProvisionedConcurrentExecutions": 1} if call is put else {}
        found = refusal(call, FunctionName=function, Qualifier=qualifier, **count)
        assert found[0] == code and message in found[1], (qualifier, found)
    assert refusal(put, FunctionName=name, Qualifier="2", ProvisionedConcurrentExecutions=0)[0] == "ValidationException"
    too_many = refusal(put, FunctionName=name, Qualifier="2", ProvisionedConcurrentExecutions=900)
    assert too_many[0] == INVALID and "below its minimum value of [100]" in too_many[1]
    lambda_client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    too_many = refusal(put, FunctionName=name, Qualifier="2", ProvisionedConcurrentExecutions=2)
    assert too_many == (
        INVALID,
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    )
    too_few = refusal(client.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=0)
    assert too_few[0] == INVALID and "should not be lower than function's total provisioned concurrency [1]" in too_few[1]


def test_what_is_provisioned_outlives_a_kill(fresh_server):
    client = boto3_client(fresh_server)
    name = Deployer(client)(CODE)
    client.publish_version(FunctionName=name)
    target = {"FunctionName": name, "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**target, ProvisionedConcurrentExecutions=1)
    fresh_server.restart()

    def is_ready():
        return client.get_provisioned_concurrency_config(**target)["Status"] == "READY"

    wait_until(is_ready, 20, 0.1, what="provisioned concurrency after a restart")
    assert invoke_function(client, name, Qualifier="1").json["kind"] == "provisioned-concurrency"
