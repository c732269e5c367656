"""TenancyConfig and TenantId, by boto3: required where tenants are kept apart, refused elsewhere, told inside."""

import json

import pytest
from botocore.exceptions import ClientError
from harness.clients import ROLE, boto3_client
from harness.functions import error_code

CODE = "def handler(event, context): return context.tenant_id"
ISOLATION = {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}
INVALID = "InvalidParameterValueException"
MISSING = (
    "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again."
)
SURPLUS = (
    "The invoked function is not enabled with tenancy configuration. "
    "Remove the tenant ID from your request and try again."
)


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def test_a_function_tells_its_tenancy_and_keeps_it(deploy, lambda_client):
    name, other = deploy(CODE, **ISOLATION), deploy(CODE)
    lambda_client.update_function_configuration(FunctionName=name, Description="changed")
    lambda_client.publish_version(FunctionName=name)
    for qualifier in ("$LATEST", "1"):
        found = lambda_client.get_function_configuration(FunctionName=name, Qualifier=qualifier)
        assert found["TenancyConfig"] == ISOLATION["TenancyConfig"]
    assert "TenancyConfig" not in lambda_client.get_function_configuration(FunctionName=other)


def test_a_tenant_is_named_to_the_function(deploy, invoke):
    name = deploy(CODE, **ISOLATION)
    for tenant in ("blue", "a@b.c:d/e=f+g-h_i j", "t" * 256):
        assert invoke(name, TenantId=tenant).json == tenant


def test_a_tenant_is_required_where_tenants_are_kept_apart_and_refused_elsewhere(deploy, lambda_client):
    isolated, plain = deploy(CODE, **ISOLATION), deploy(CODE)
    for call in (lambda_client.invoke, lambda_client.invoke_with_response_stream):
        assert refusal(call, FunctionName=isolated) == (INVALID, MISSING)
        assert refusal(call, FunctionName=plain, TenantId="blue") == (INVALID, SURPLUS)
        assert refusal(call, FunctionName=isolated, InvocationType="DryRun") == (INVALID, MISSING)


def test_what_cannot_be_a_tenant_is_refused(deploy, server):
    name, client = deploy(CODE, **ISOLATION), boto3_client(server, validates=False)
    for tenant in ("a!", "t" * 257, "a,b"):
        code, message = refusal(client.invoke, FunctionName=name, TenantId=tenant)
        assert code == "ValidationException" and "tenantId" in message, (tenant, message)


def test_tenancy_has_one_mode(deploy, server):
    client = boto3_client(server, validates=False)
    members = {"FunctionName": "never", "Runtime": "python3.11", "Handler": "a.b", "Role": ROLE}
    code, message = refusal(client.create_function, TenancyConfig={"TenantIsolationMode": "NONE"}, Code={}, **members)
    assert code == "ValidationException" and "PER_TENANT" in message


def test_records_in_json_name_the_tenant(deploy, invoke, messages):
    code = "import logging\ndef handler(event, context): logging.warning('told')"
    name = deploy(code, LoggingConfig={"LogFormat": "JSON"}, **ISOLATION)
    invoke(name, TenantId="blue")
    found = [json.loads(text) for text in messages(name, "platform.report")]
    assert {one["record"].get("tenantId") for one in found if one.get("type") == "platform.start"} == {"blue"}
    assert {one["record"].get("tenantId") for one in found if one.get("type") == "platform.report"} == {"blue"}
    assert [one["tenantId"] for one in found if one.get("message") == "told"] == ["blue"]


def test_a_new_revision_replaces_the_environments_of_every_tenant(deploy, invoke, lambda_client):
    name = deploy("import os\ndef handler(event, context): return os.environ['VALUE']", environment={"VALUE": "1"}, **ISOLATION)
    tenants = ("blue", "red")
    assert [invoke(name, TenantId=tenant).json for tenant in tenants] == ["1", "1"]
    lambda_client.update_function_configuration(FunctionName=name, Environment={"Variables": {"VALUE": "2"}})
    assert [invoke(name, TenantId=tenant).json for tenant in tenants] == ["2", "2"]
