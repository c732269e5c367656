"""A function is its role: it calls the platform as that from inside its sandbox, and nobody does once it is gone."""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.clients import ACCOUNT, ROLE, boto3_client, function_arn
from harness.functions import unique_name
from harness.identities import TRUSTS_LAMBDA, allow, deny, document, refusal
from harness.packages import make_zip
from harness.waiting import wait_until

CALLS = """
import os
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
once = Config(retries={"max_attempts": 0})

def handler(event, context):
    if "credentials" in event:
        return {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}
    client = boto3.client(event["service"], config=once)
    try:
        answer = getattr(client, event["call"])(**event.get("members", {}))
    except ClientError as error:
        answer = error.response
        return {"id": answer["ResponseMetadata"]["RequestId"], "error": answer["Error"]}
    metadata = answer.pop("ResponseMetadata")
    if "Payload" in answer: answer["Payload"] = answer["Payload"].read().decode()
    return {"id": metadata["RequestId"], "answer": {key: str(value) for key, value in answer.items()}}
"""
"""Makes the call that the event names, and returns what came of it."""


@pytest.fixture(scope="module")
def role(identities):
    """Makes a role for functions and returns its name."""
    return lambda *statements, trust=TRUSTS_LAMBDA: identities.role(*statements, trust=trust)


@pytest.fixture
def deploy_as(deploy):
    """Deploys a function that makes calls as the role of that name."""
    return lambda role, **members: deploy(
        CALLS, Role=f"arn:aws:iam::{ACCOUNT}:role/{role}", MemorySize=512, Timeout=20, **members
    )


@pytest.fixture
def call(invoke):
    """Has a function make a call, and returns what it came to."""

    def make(name, service, call, **members):
        return invoke(name, {"service": service, "call": call, "members": members}).json

    return make


def error_code(result):
    return result["error"]["Code"]


def new_function(role):
    return {
        "FunctionName": unique_name(), "Runtime": "python3.11", "Handler": "app.handler", "Role": role,
        "Code": {"ZipFile": make_zip({"app.py": "def handler(event, context): return 1"})},
    }  # fmt: skip


def test_a_function_is_a_session_of_its_role_by_the_functions_name(iam, role, deploy_as, call):
    owner = role()
    name = deploy_as(owner)
    answer = call(name, "sts", "get_caller_identity")["answer"]
    assert answer["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{owner}/{name}"
    assert answer["UserId"] == f"{iam.get_role(RoleName=owner)['Role']['RoleId']}:{name}"
    assert answer["Account"] == ACCOUNT


def test_a_function_does_what_its_role_may_and_not_its_neighbour(role, deploy_as, call, redoubt):
    name = deploy_as(role(allow("lambda:GetFunctionConfiguration")))
    assert call(name, "lambda", "get_function_configuration", FunctionName=name)["answer"]["FunctionName"] == name
    refused = call(name, "lambda", "list_versions_by_function", FunctionName=name)
    assert error_code(refused) == "AccessDeniedException"
    assert "no identity-based policy allows the lambda:ListVersionsByFunction action" in refused["error"]["Message"]
    told = redoubt("explain", refused["id"]).stdout
    assert f"Deny lambda:ListVersionsByFunction on {function_arn(name)}" in told and f"/{name}" in told
    assert f'lambda:sourcefunctionarn = "{function_arn(name)}"' in told


def test_functions_invoke_each_other_as_far_as_they_may(role, deploy, deploy_as, call):
    called = deploy("def handler(event, context): return event['n'] + 1")
    payload = json.dumps({"n": 1})
    may = deploy_as(role(allow("lambda:InvokeFunction", on=function_arn(called))))
    assert call(may, "lambda", "invoke", FunctionName=called, Payload=payload)["answer"]["Payload"] == "2"
    assert error_code(call(may, "lambda", "invoke", FunctionName=may)) == "AccessDeniedException"


@pytest.fixture
def taken(server, invoke):
    """A client with the credentials of a function's environment, outside of it."""

    def take(name, service="lambda"):
        found = invoke(name, {"credentials": True}).json
        return boto3_client(
            server, service, aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"], aws_session_token=found["AWS_SESSION_TOKEN"],
        )  # fmt: skip

    return take


def is_worthless(client):
    try:
        client.get_account_settings()
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "UnrecognizedClientException"
        return True
    return False


def test_taken_credentials_are_worthless_once_the_environment_is_gone(role, deploy_as, taken, lambda_client):
    name = deploy_as(role(allow("lambda:GetAccountSettings")))
    thief = taken(name)
    assert not is_worthless(thief)
    lambda_client.update_function_configuration(FunctionName=name, Description="another")
    wait_until(lambda: is_worthless(thief), 5, what="the end of the environment's session")
    assert not is_worthless(taken(name)), "those of the next environment are good"


def test_taken_credentials_are_worthless_once_the_role_is_gone(identities, role, deploy_as, taken):
    owner = role(allow("lambda:GetAccountSettings"))
    thief = taken(deploy_as(owner))
    assert not is_worthless(thief)
    identities.delete_role(owner)
    assert is_worthless(thief)


def test_a_revoked_session_may_do_nothing_inside_or_outside(iam, role, deploy_as, call, taken, invoke):
    owner = role(allow("lambda:GetAccountSettings"))
    name = deploy_as(owner)
    thief = taken(name)
    assert "answer" in call(name, "lambda", "get_account_settings")
    older = {"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}}
    iam.put_role_policy(
        RoleName=owner, PolicyName="AWSRevokeOlderSessions", PolicyDocument=document(deny("*", Condition=older))
    )
    assert error_code(call(name, "lambda", "get_account_settings")) == "AccessDeniedException"
    assert refusal(thief.get_account_settings)[:2] == (403, "AccessDeniedException")


def test_credentials_that_come_from_elsewhere_are_a_finding(role, deploy, deploy_as, call, taken, redoubt):
    may = role(allow("lambda:GetAccountSettings"))
    name, quiet = deploy_as(may), deploy_as(may)
    call(quiet, "lambda", "get_account_settings")
    taken(name).get_account_settings()
    findings = wait_until(
        lambda: [line for line in redoubt("findings").stdout.splitlines() if "credential-origin" in line], 5,
        what="the finding",
    )  # fmt: skip
    assert any(function_arn(name) in line for line in findings)
    assert not any(function_arn(quiet) in line for line in findings)


def test_what_a_function_signs_for_others_is_no_finding(role, deploy, server, redoubt, invoke):
    presigning = """
import boto3
def handler(event, context):
    return boto3.client("sts", endpoint_url=event["endpoint"]).generate_presigned_url("get_caller_identity", HttpMethod="GET")
"""
    owner = role()
    name = deploy(presigning, Role=f"arn:aws:iam::{ACCOUNT}:role/{owner}", MemorySize=512, Timeout=20)
    url = invoke(name, {"endpoint": server.endpoint}).json
    assert f"assumed-role/{owner}/{name}" in urllib.request.urlopen(url).read().decode()
    assert function_arn(name) not in redoubt("findings").stdout


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ({"ArnEquals": {"lambda:SourceFunctionArn": "FUNCTION"}}, True, True),
        ({"ArnEquals": {"aws:SourceArn": "FUNCTION"}}, True, True),
        ({"ArnEquals": {"lambda:SourceFunctionArn": function_arn("another")}}, False, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True, False),
        ({"Null": {"aws:SourceIp": "true"}}, True, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False, True),
        ({"StringLike": {"aws:userid": "*:NAME"}}, True, True),
    ],
)  # fmt: skip
def test_a_call_has_the_keys_of_its_function_and_of_its_way(
    iam, role, deploy_as, call, taken, condition, inside, outside
):
    owner = role()
    name = deploy_as(owner)
    text = json.dumps(condition).replace("FUNCTION", function_arn(name)).replace("NAME", name)
    statement = allow("lambda:GetAccountSettings", Condition=json.loads(text))
    iam.put_role_policy(RoleName=owner, PolicyName="own", PolicyDocument=document(statement))
    assert ("answer" in call(name, "lambda", "get_account_settings")) == inside
    thief = taken(name)
    if outside:
        thief.get_account_settings()
    else:
        assert refusal(thief.get_account_settings)[0] == 403


TRUSTS_SOME = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": function_arn("ok-*")}},
    }],
}  # fmt: skip


def test_a_role_is_one_that_lambda_may_assume(identities, role, lambda_client):
    sentence = "The role defined for the function cannot be assumed by Lambda."
    users = identities.role()
    for name in ("is-not-there", users):
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        assert refusal(lambda_client.create_function, **new_function(arn)) == (
            400, "InvalidParameterValueException", sentence,
        )  # fmt: skip


def test_a_trust_policy_may_ask_for_which_function_it_is(role, lambda_client):
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role(trust=json.dumps(TRUSTS_SOME))}"
    members = new_function(arn)
    assert refusal(lambda_client.create_function, **members)[0] == 400
    members["FunctionName"] = "ok-" + members["FunctionName"]
    lambda_client.create_function(**members)
    lambda_client.delete_function(FunctionName=members["FunctionName"])


def test_a_function_keeps_its_role_when_it_is_given_none_that_will_do(deploy, lambda_client):
    name = deploy("def handler(event, context): return 1")
    arn = f"arn:aws:iam::{ACCOUNT}:role/is-not-there"
    status, code, _ = refusal(lambda_client.update_function_configuration, FunctionName=name, Role=arn)
    assert (status, code) == (400, "InvalidParameterValueException")
    assert lambda_client.get_function_configuration(FunctionName=name)["Role"] == ROLE


def test_a_function_whose_role_is_gone_does_not_start(identities, role, deploy, lambda_client):
    owner = role()
    name = deploy("def handler(event, context): return 1", Role=f"arn:aws:iam::{ACCOUNT}:role/{owner}")
    identities.delete_role(owner)
    assert refusal(lambda_client.invoke, FunctionName=name) == (
        403, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.",
    )  # fmt: skip


def test_another_role_of_the_same_name_is_what_the_function_has_then(identities, iam, role, deploy_as, call):
    owner = role(allow("lambda:*"))
    name = deploy_as(owner)
    assert "answer" in call(name, "lambda", "get_account_settings")
    identities.delete_role(owner)
    iam.create_role(RoleName=owner, AssumeRolePolicyDocument=TRUSTS_LAMBDA)
    assert error_code(call(name, "lambda", "get_account_settings")) == "UnrecognizedClientException"


REQUESTS = """
import http.client
def handler(event, context):
    connection = http.client.HTTPConnection("127.0.0.1:9002")
    found = {}
    for _ in range(event["count"]):
        # One that is one too many closes the connection; then it is made again.
        connection.request("GET", "/2016-08-19/account-settings/")
        answer = connection.getresponse()
        answer.read()
        found[answer.status] = found.get(answer.status, 0) + 1
    return found
"""


def test_an_environment_asks_as_often_as_it_may_and_no_more(deploy, invoke):
    asking = deploy(REQUESTS, MemorySize=1769, Timeout=30)
    found = invoke(asking, {"count": 900}).json
    assert found["403"] >= 500 and found.get("429", 0) > 0, found
    assert invoke(deploy(REQUESTS, MemorySize=512), {"count": 20}).json == {"403": 20}, "another is not held back"


def test_an_environment_has_so_many_connections_and_the_others_have_theirs(deploy, invoke):
    holding = """
import socket
def handler(event, context):
    held = [socket.create_connection(("127.0.0.1", 9002), 5) for _ in range(event)]
    return sum(is_open(one) for one in held)

def is_open(connection):
    connection.sendall(b"GET /_redoubt/health HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    try:
        return b"200 OK" in connection.recv(4096)
    except ConnectionError:
        return False
"""
    name = deploy(holding, MemorySize=512, Timeout=20)
    assert invoke(name, 60).json == 32
    assert invoke(deploy(holding, MemorySize=512), 5).json == 5


def test_connections_are_taken_at_a_rate_and_the_rest_waits_at_the_functions_cost(deploy, invoke):
    churning = """
import socket, time
def handler(event, context):
    made, end = 0, time.monotonic() + 1.5
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", 9002), 0.1).close()
            made += 1
        except OSError:
            pass
    return made
"""
    name = deploy(churning, MemorySize=1769, Timeout=20)
    # 200 at once, 150 in the time, and as many as wait in the kernel.
    assert 200 <= invoke(name).json <= 600
    assert invoke(deploy("def handler(event, context): return 1")).json == 1


def test_the_endpoint_is_the_functions_to_choose(deploy, invoke):
    code = "import os\ndef handler(event, context): return os.environ['AWS_ENDPOINT_URL']"
    assert invoke(deploy(code)).json == "http://127.0.0.1:9002"
    own = {"Variables": {"AWS_ENDPOINT_URL": "http://127.0.0.1:8000"}}
    assert invoke(deploy(code, Environment=own)).json == "http://127.0.0.1:8000"


def test_a_function_of_node_has_its_role_too(deploy, invoke, server):
    code = """
exports.handler = async () => {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/_redoubt/health");
  const {AWS_ACCESS_KEY_ID: aws_access_key_id, AWS_SECRET_ACCESS_KEY: aws_secret_access_key,
         AWS_SESSION_TOKEN: aws_session_token} = process.env;
  return {status: answer.status, keys: {aws_access_key_id, aws_secret_access_key, aws_session_token}};
};
"""
    name = deploy(make_zip({"app.js": code}), Runtime="nodejs20.x")
    found = invoke(name).json
    assert found["status"] == 200
    identity = boto3_client(server, "sts", **found["keys"]).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/lambda-basic/{name}"


def test_each_environment_has_a_session_of_its_own(deploy, invoke):
    code = """
import os, time
def handler(event, context):
    time.sleep(0.5)
    return os.environ["AWS_ACCESS_KEY_ID"]
"""
    name = deploy(code)
    with ThreadPoolExecutor() as threads:
        first, second = (answer.json for answer in threads.map(invoke, [name, name]))
    assert first != second and first.startswith("ASIA") and second.startswith("ASIA")
