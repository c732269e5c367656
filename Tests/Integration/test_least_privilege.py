"""Who has one permission has no other: every operation that is served is tried by those who may not."""

import json
import re
import subprocess

import pytest
from harness.api_requests import made_up, operation_request, service_model
from harness.clients import ACCOUNT, REGION, ROLE
from harness.functions import invoke_function
from harness.identities import DENIALS, allow, deny, document, is_allowed, refusal
from harness.paths import redoubt_binary
from harness.sigv4 import Request, send

FOR_EVERYONE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
"""What every caller may do who has a key."""

BY_TOKEN = ("sts", "AssumeRoleWithWebIdentity")
"""What a token is for, whoever signs the request or does not."""

BY_ONE_ACTION = {("lambda", "Invoke"), ("lambda", "InvokeWithResponseStream")}
"""The operations that lambda:InvokeFunction is for."""


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


@pytest.fixture(scope="module")
def served():
    done = subprocess.run([redoubt_binary(), "operations", "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def function(deploy):
    return deploy("def handler(event, context): return 'invoked'", Publish=True)


@pytest.fixture(scope="module")
def policy(identities):
    return identities.policy(allow("s3:*"))


@pytest.fixture(scope="module")
def invoker(identities, function):
    return identities.caller(allow("lambda:InvokeFunction", on=arn(function)))


@pytest.fixture(scope="module")
def nobody(identities):
    return identities.caller()


@pytest.fixture(scope="module")
def write(server, function, policy, nobody):
    """Writes a request for an operation, about things that are there."""
    there = {
        "FunctionName": function, "Resource": arn(function), "UserName": nobody.name, "PolicyArn": policy,
        "VersionId": "v1", "AccessKeyId": nobody.key, "PolicyDocument": document(allow("*")),
        "logGroupName": f"/aws/lambda/{function}", "CodeDigest": "0" * 64, "RoleArn": ROLE,
    }  # fmt: skip

    def write(row):
        if row["service"] == "redoubt":
            path = re.sub(r"\{(\w+)\}", lambda variable: there.get(variable[1], "1"), row["path"])
            headers = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json"}
            return Request(row["method"], path, headers, b'{"Hygiene": "off"}' if row["method"] == "PUT" else b"")
        shape = service_model(row["service"]).operation_model(row["operation"]).input_shape
        known = {name: value for name, value in there.items() if shape and name in shape.members}
        return operation_request(server, row["service"], row["operation"], {**made_up(shape), **known})

    return write


def outcomes(server, served, write, caller):
    """Each operation with the status and the error code that the caller hears."""
    found = {}
    for row in served:
        request = write(row)
        if caller:
            caller.signer(row["service"]).sign(request)
        reply = send(server, request)
        found[row["service"], row["operation"]] = reply.status, reply.error_code
    assert len(found) == len(served) >= 80
    return found


def test_a_user_without_policies_is_denied_everything(server, served, write, nobody):
    found = outcomes(server, served, write, nobody)
    assert {found.pop(operation)[0] for operation in FOR_EVERYONE} == {200}
    assert found.pop(BY_TOKEN) == (400, "InvalidIdentityToken")
    assert {operation: reply for operation, reply in found.items() if not is_denial(operation, reply)} == {}


def test_a_user_with_one_permission_is_denied_everything_else(server, served, write, invoker):
    found = outcomes(server, served, write, invoker)
    assert {found.pop(operation)[0] for operation in FOR_EVERYONE | BY_ONE_ACTION} == {200}
    assert found.pop(BY_TOKEN) == (400, "InvalidIdentityToken")
    assert {operation: reply for operation, reply in found.items() if not is_denial(operation, reply)} == {}


def test_a_user_who_is_denied_everything_is_denied_what_policies_allow(server, served, write, identities):
    caller = identities.caller(allow("*"), deny("*"))
    found = outcomes(server, served, write, caller)
    assert {found.pop(operation)[0] for operation in FOR_EVERYONE} == {200}
    assert found.pop(BY_TOKEN) == (400, "InvalidIdentityToken")
    assert {operation: reply for operation, reply in found.items() if not is_denial(operation, reply)} == {}


def test_a_request_that_is_not_signed_is_refused_whatever_it_asks_for(server, served, write):
    found = outcomes(server, served, write, None)
    assert found.pop(BY_TOKEN) == (400, "InvalidIdentityToken")
    wrong = {operation: reply for operation, reply in found.items() if not is_unsigned(*operation, *reply)}
    assert wrong == {}


def is_denial(operation, reply):
    """The JSON protocol of `logs` has the status 400 where all others have 403."""
    status, code = reply
    return status == (400 if operation[0] == "logs" else 403) and code in DENIALS


def is_unsigned(service, _, status, code):
    """The JSON protocol of `logs` has the status 400 where all others have 403."""
    return code.startswith("MissingAuthenticationToken") and status == (400 if service == "logs" else 403)


def test_what_was_denied_was_not_done(server, served, write, iam, lambda_client, function, policy, nobody, invoker):
    outcomes(server, served, write, nobody)
    assert invoke_function(invoker.client(), function).json == "invoked"
    found = lambda_client.get_function(FunctionName=function)
    assert found["Configuration"]["Handler"] == "app.handler" and "Tags" not in found
    assert lambda_client.list_aliases(FunctionName=function)["Aliases"] == []
    assert [found["VersionId"] for found in iam.list_policy_versions(PolicyArn=policy)["Versions"]] == ["v1"]
    user = {"UserName": nobody.name}
    assert iam.list_user_policies(**user)["PolicyNames"] == []
    assert iam.list_attached_user_policies(**user)["AttachedPolicies"] == []
    assert [key["AccessKeyId"] for key in iam.list_access_keys(**user)["AccessKeyMetadata"]] == [nobody.key]


def test_a_permission_is_for_the_function_that_it_names(deploy, function, invoker):
    other, client = deploy("def handler(event, context): return 'other'", Publish=True), invoker.client()
    for name in (other, arn(other), f"{function}x", "no-such-function"):
        assert not is_allowed(client.invoke, FunctionName=name)
    for name in (function, arn(function)):
        assert is_allowed(client.invoke, FunctionName=name)


def test_versions_have_permissions_of_their_own(identities, function):
    whole = identities.caller(allow("lambda:InvokeFunction", on=arn(function)))
    one = identities.caller(allow("lambda:InvokeFunction", on=f"{arn(function)}:1"))
    every = identities.caller(allow("lambda:InvokeFunction", on=f"{arn(function)}:*"))

    def allowed(caller):
        client, qualifiers = caller.client(), (None, "1", "$LATEST")
        members = [{"Qualifier": qualifier} if qualifier else {} for qualifier in qualifiers]
        return [is_allowed(client.invoke, FunctionName=function, **further) for further in members]

    assert allowed(whole) == [True, False, False]
    assert allowed(one) == [False, True, False]
    assert allowed(every) == [False, True, True]


def test_a_denial_tells_caller_action_and_resource(nobody, function):
    assert refusal(nobody.client().invoke, FunctionName=function)[2] == (
        f"User: {nobody.arn} is not authorized to perform: lambda:InvokeFunction on resource: {arn(function)} "
        "because no identity-based policy allows the lambda:InvokeFunction action"
    )


def test_a_denial_does_not_tell_what_is_there(identities, nobody, function, policy):
    """Apart from the name that was asked for."""
    client, iam = nobody.client(), nobody.client("iam")
    pairs = [
        (client.get_function, "FunctionName", function, "no-such-function"),
        (iam.get_policy, "PolicyArn", policy, f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"),
        (iam.get_user, "UserName", identities.user(), "no-such-user"),
        (iam.get_user, "UserName", identities.user(Path="/hidden/"), "no-such-user"),
    ]
    for call, member, there, missing in pairs:
        told, other = (refusal(call, **{member: name}) for name in (there, missing))
        assert told[0] == 403 and told[2].replace(there, missing) == other[2]


def test_a_denial_comes_before_constraints(server, nobody):
    members = {"UserName": "two words", "PolicyArn": "x"}
    for operation in ("AttachUserPolicy", "DetachUserPolicy"):
        request = operation_request(server, "iam", operation, members)
        reply = send(server, nobody.signer("iam").sign(request))
        assert (reply.status, reply.error_code) == (403, "AccessDenied")
