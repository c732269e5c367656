"""What a function's or a layer's own policy lets others do, to whom, and until when."""

import json

import pytest
from harness.clients import ACCOUNT, ROLE, boto3_client, function_arn
from harness.functions import unique_name
from harness.identities import TRUST, TRUSTS_LAMBDA, allow, is_allowed, refusal
from harness.packages import make_zip
from harness.projects import succeed
from harness.waiting import wait_until

CODE = "def handler(event, context): return 1"
INVOKE = "lambda:InvokeFunction"


@pytest.fixture
def name(deploy):
    return deploy(CODE)


@pytest.fixture
def permit(lambda_client):
    """Adds a statement, and returns it as the answer has it."""

    def make(name, principal, action=INVOKE, **members):
        members = {"StatementId": unique_name("s"), **members}
        made = lambda_client.add_permission(FunctionName=name, Action=action, Principal=principal, **members)
        return json.loads(made["Statement"])

    return make


def policy_of(client, name, **members):
    return json.loads(client.get_policy(FunctionName=name, **members)["Policy"])


def may_invoke(caller, name, **members):
    return is_allowed(caller.client().invoke, FunctionName=name, **members)


@pytest.mark.parametrize(
    ("principal", "members", "shown"),
    [
        ("s3.amazonaws.com", {"SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT}, {"Service": "s3.amazonaws.com"}),
        ("111111111111", {}, {"AWS": "arn:aws:iam::111111111111:root"}),
        ("arn:aws:iam::111111111111:role/x", {}, {"AWS": "arn:aws:iam::111111111111:role/x"}),
        ("*", {"PrincipalOrgID": "o-0123456789"}, "*"),
        ("alexa-appkit.amazon.com", {"EventSourceToken": "amzn1.ask"}, {"Service": "alexa-appkit.amazon.com"}),
        ("*", {"SourceAccount": ACCOUNT, "FunctionUrlAuthType": "AWS_IAM"}, "*"),
        ("111111111111", {"InvokedViaFunctionUrl": True}, {"AWS": "arn:aws:iam::111111111111:root"}),
    ],
)  # fmt: skip
def test_a_statement_is_shown_as_it_was_added(lambda_client, name, permit, principal, members, shown):
    statement = permit(name, principal, **members)
    assert statement["Principal"] == shown and statement["Effect"] == "Allow" and statement["Action"] == INVOKE
    assert statement["Resource"] == function_arn(name)
    conditions = {
        key: value for block in statement.get("Condition", {}).values() for key, value in block.items()
    }
    assert conditions == {CONDITION_KEYS[member]: str(value).replace("True", "true") for member, value in members.items()}
    assert policy_of(lambda_client, name) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}


CONDITION_KEYS = {
    "SourceArn": "AWS:SourceArn", "SourceAccount": "AWS:SourceAccount", "PrincipalOrgID": "aws:PrincipalOrgID",
    "EventSourceToken": "lambda:EventSourceToken", "FunctionUrlAuthType": "lambda:FunctionUrlAuthType",
    "InvokedViaFunctionUrl": "lambda:InvokedViaFunctionUrl",
}  # fmt: skip


def test_a_policy_goes_with_its_last_statement(lambda_client, name, permit):
    first = permit(name, "111111111111")
    second = permit(name, "222222222222")
    revision = lambda_client.get_policy(FunctionName=name)["RevisionId"]
    remove = {"FunctionName": name, "StatementId": first["Sid"]}
    assert refusal(lambda_client.remove_permission, **remove, RevisionId="x")[:2] == (412, "PreconditionFailedException")
    lambda_client.remove_permission(**remove, RevisionId=revision)
    assert policy_of(lambda_client, name)["Statement"] == [second]
    assert lambda_client.get_policy(FunctionName=name)["RevisionId"] != revision
    status, code, message = refusal(lambda_client.remove_permission, **remove)
    assert (status, code) == (404, "ResourceNotFoundException") and first["Sid"] in message
    lambda_client.remove_permission(FunctionName=name, StatementId=second["Sid"])
    assert refusal(lambda_client.get_policy, FunctionName=name)[:2] == (404, "ResourceNotFoundException")


def test_whoever_is_named_may_do_that_and_nothing_else(identities, lambda_client, deploy, name, permit):
    caller, other = identities.caller(), identities.caller()
    assert not may_invoke(caller, name)
    statement = permit(name, caller.arn)
    assert caller.client().invoke(FunctionName=name)["Payload"].read() == b"1"
    assert not may_invoke(other, name) and not may_invoke(caller, deploy(CODE))
    assert not is_allowed(caller.client().get_function, FunctionName=name)
    lambda_client.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    assert not may_invoke(caller, name)


def test_a_permission_is_for_the_name_that_it_was_added_to(identities, lambda_client, name, permit):
    caller = identities.caller()
    lambda_client.publish_version(FunctionName=name)
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    permit(name, caller.arn, Qualifier="live")
    assert [may_invoke(caller, name, **which) for which in ({"Qualifier": "live"}, {"Qualifier": "1"}, {})] == [
        True, False, False,
    ]  # fmt: skip
    assert refusal(lambda_client.get_policy, FunctionName=name)[0] == 404
    assert policy_of(lambda_client, name, Qualifier="live")["Statement"][0]["Resource"] == function_arn(name) + ":live"
    assert refusal(
        lambda_client.add_permission, FunctionName=name, Qualifier="$LATEST", StatementId="s", Action=INVOKE,
        Principal="111111111111",
    )[:2] == (400, "InvalidParameterValueException")  # fmt: skip


def test_the_account_decides_by_its_own_policies_whom_it_lets_use_what_it_was_given(identities, name, permit):
    caller, chosen = identities.caller(), identities.caller(allow(INVOKE, on=function_arn(name)))
    permit(name, ACCOUNT)
    assert may_invoke(chosen, name) and not may_invoke(caller, name)


def test_a_function_is_let_in_by_its_role(identities, deploy, name, permit, invoke):
    role = identities.role(trust=TRUSTS_LAMBDA)
    calling = """
import boto3
def handler(event, context):
    return boto3.client("lambda").invoke(FunctionName=event)["Payload"].read().decode()
"""
    caller = deploy(calling, Role=f"arn:aws:iam::{ACCOUNT}:role/{role}", MemorySize=512, Timeout=20)
    assert "AccessDenied" in invoke(caller, name).json["errorMessage"]
    permit(name, f"arn:aws:iam::{ACCOUNT}:role/{role}", SourceArn=function_arn(caller))
    assert invoke(caller, name).json == "1"


@pytest.mark.parametrize(
    ("member", "value", "header"),
    [
        ("SourceArn", "arn:aws:s3:::bucket", "X-Amz-Source-Arn"), ("SourceArn", "arn:aws:s3:::bucket", "Aws-SourceArn"),
        ("SourceArn", "arn:aws:s3:::bucket", "X-Amz-SourceArn"), ("SourceAccount", ACCOUNT, "X-Amz-Source-Account"),
        ("SourceAccount", ACCOUNT, "X-Amz-SourceAccount"),
    ],
)  # fmt: skip
def test_nobody_says_for_whom_they_act(identities, name, permit, server, member, value, header):
    caller = identities.caller()
    permit(name, caller.arn, **{member: value})
    client = boto3_client(server, aws_access_key_id=caller.key, aws_secret_access_key=caller.secret)
    client.meta.events.register("before-sign", lambda request, **_: request.headers.add_header(header, value))
    assert not is_allowed(client.invoke, FunctionName=name)


def test_what_is_for_a_service_is_for_no_user(identities, name, permit):
    caller = identities.caller()
    permit(name, "s3.amazonaws.com")
    permit(name, "events.amazonaws.com", SourceArn=f"arn:aws:events:us-east-1:{ACCOUNT}:rule/x")
    assert not may_invoke(caller, name)


def test_a_service_without_a_source_is_a_finding(lambda_client, deploy, permit, redoubt):
    open_, scoped = deploy(CODE), deploy(CODE)
    permit(scoped, "s3.amazonaws.com", SourceArn="arn:aws:s3:::b", SourceAccount=ACCOUNT)
    permit(open_, "s3.amazonaws.com")

    def found():
        lines = [line for line in redoubt("findings").stdout.splitlines() if "confused-deputy" in line]
        return lines if any(function_arn(open_) in line for line in lines) else None

    lines = wait_until(found, 5, what="the finding")
    assert not any(function_arn(scoped) in line for line in lines)


@pytest.mark.parametrize(
    "principal",
    ["nobody", "S3.amazonaws.com", "s3.example.com", "arn:aws:iam::111111111111:user/*", "arn:aws:s3:::bucket", "12345",
     f"arn:aws:iam::{ACCOUNT}:user/not-there", f"arn:aws:iam::{ACCOUNT}:role/not-there", "..amazonaws.com",
     f"arn:aws:sts::{ACCOUNT}:assumed-role/not-there/job", f"arn:aws:sts::{ACCOUNT}:assumed-role/x"],
)  # fmt: skip
def test_nobody_is_let_in_who_cannot_be(name, lambda_client, principal):
    status, code, message = refusal(
        lambda_client.add_permission, FunctionName=name, StatementId="s", Action=INVOKE, Principal=principal
    )
    assert (status, code) == (400, "InvalidParameterValueException") and "principal was invalid" in message


def test_a_user_made_anew_is_another(identities, lambda_client, name, permit):
    first = identities.caller()
    permit(name, first.arn)
    identities.delete_user(first.name)
    second = identities.caller(name=first.name)
    assert second.arn == first.arn and not may_invoke(second, name)
    assert policy_of(lambda_client, name)["Statement"][0]["Principal"] == {"AWS": first.unique_id}


def test_a_session_of_a_role_made_anew_is_another(identities, iam, lambda_client, name, permit, server):
    role = identities.role()
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/job"
    sts = identities.caller(allow("sts:AssumeRole")).client("sts")

    def may_invoke_as(job):
        made = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName=job)["Credentials"]
        client = boto3_client(
            server, aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
            aws_session_token=made["SessionToken"],
        )  # fmt: skip
        return is_allowed(client.invoke, FunctionName=name)

    def shown():
        return [one["Principal"] for one in policy_of(lambda_client, name)["Statement"]]

    permit(name, session)
    assert may_invoke_as("job") and not may_invoke_as("another")
    assert shown() == [{"AWS": session}]
    gone = f"{iam.get_role(RoleName=role)['Role']['RoleId']}:job"
    identities.delete_role(role)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    assert not may_invoke_as("job")
    permit(name, session)
    assert may_invoke_as("job")
    assert shown() == [{"AWS": gone}, {"AWS": session}]


def test_what_is_made_anew_has_no_policy(identities, lambda_client, deploy, permit):
    caller, name = identities.caller(), deploy(CODE)
    lambda_client.publish_version(FunctionName=name)
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for which in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}):
        permit(name, caller.arn, **which)
        assert may_invoke(caller, name, **which)
    lambda_client.delete_alias(FunctionName=name, Name="live")
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert not may_invoke(caller, name, Qualifier="live")
    permit(name, caller.arn, Qualifier="live")
    lambda_client.delete_function(FunctionName=name)
    lambda_client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE,
        Code={"ZipFile": make_zip({"app.py": CODE})}, Publish=True,
    )  # fmt: skip
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert [may_invoke(caller, name, **which) for which in ({}, {"Qualifier": "1"}, {"Qualifier": "live"})] == [False] * 3


@pytest.fixture
def forbidding(redoubt):
    """Public access is forbidden again afterwards."""
    yield
    redoubt("public-access", "forbid")


def test_everybody_is_let_in_only_where_the_account_allows_it(identities, name, permit, lambda_client, redoubt, forbidding):
    caller, members = identities.caller(), {"FunctionName": name, "StatementId": "s", "Action": INVOKE, "Principal": "*"}
    assert redoubt("public-access").stdout == "forbidden\n"
    for more in ({}, {"SourceArn": "arn:aws:s3:::b"}, {"FunctionUrlAuthType": "NONE"}, {"EventSourceToken": "x"}):
        assert refusal(lambda_client.add_permission, **members, **more)[:2] == (400, "PublicPolicyException")
    assert redoubt("public-access", "allow").stdout == "allowed\n"
    lambda_client.add_permission(**members)
    permit(name, caller.arn, "lambda:GetFunction")
    assert may_invoke(caller, name)
    redoubt("public-access", "forbid")
    assert not may_invoke(caller, name), "what everybody was allowed does not count any more"
    assert is_allowed(caller.client().get_function, FunctionName=name), "what one was allowed does"


def test_a_layer_is_used_by_whom_its_policy_lets(identities, deploy_layer, lambda_client, redoubt, forbidding):
    arn = deploy_layer({"python/x.py": ""})
    layer, version = arn.split(":")[6], int(arn.split(":")[7])
    caller, which = identities.caller(), {"LayerName": layer, "VersionNumber": version}
    members = {**which, "Action": "lambda:GetLayerVersion"}
    made = lambda_client.add_layer_version_permission(**members, StatementId="one", Principal=ACCOUNT)
    assert not is_allowed(caller.client().get_layer_version, **which)
    refused = refusal(lambda_client.add_layer_version_permission, **members, StatementId="all", Principal="*")
    assert refused[:2] == (400, "PublicPolicyException")
    redoubt("public-access", "allow")
    lambda_client.add_layer_version_permission(
        **members, StatementId="all", Principal="*", RevisionId=made["RevisionId"]
    )
    assert is_allowed(caller.client().get_layer_version, **which)
    policy = json.loads(lambda_client.get_layer_version_policy(**which)["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["one", "all"]
    lambda_client.remove_layer_version_permission(**which, StatementId="all")
    assert not is_allowed(caller.client().get_layer_version, **which)


def test_policies_outlive_a_restart(fresh_server):
    client = boto3_client(fresh_server)
    client.create_function(
        FunctionName="kept", Runtime="python3.11", Handler="app.handler", Role=ROLE,
        Code={"ZipFile": make_zip({"app.py": CODE})},
    )  # fmt: skip
    iam = boto3_client(fresh_server, "iam")
    user = iam.create_user(UserName="ada")["User"]["Arn"]
    client.add_permission(FunctionName="kept", StatementId="s", Action=INVOKE, Principal=user)
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    before = client.get_policy(FunctionName="kept")
    fresh_server.kill()
    fresh_server.start()
    ada = boto3_client(
        fresh_server, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    assert ada.invoke(FunctionName="kept")["Payload"].read() == b"1"
    after = boto3_client(fresh_server).get_policy(FunctionName="kept")
    assert (after["Policy"], after["RevisionId"]) == (before["Policy"], before["RevisionId"])


def test_the_aws_cli_makes_all_of_it_and_finds_it_as_it_was_made(aws, tmp_path, identities):
    role, function, policy = identities.new_role_name(), unique_name(), unique_name("p")
    package = tmp_path / "code.zip"
    package.write_bytes(make_zip({"app.py": CODE}))
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("lambda:GetAccountSettings")]})

    def run(*arguments):
        return json.loads(aws(*arguments, "--output", "json").stdout or "null")

    arn = run("iam", "create-role", "--role-name", role, "--assume-role-policy-document", TRUSTS_LAMBDA)["Role"]["Arn"]
    made = run("iam", "create-policy", "--policy-name", policy, "--policy-document", document)["Policy"]["Arn"]
    identities.arns.append(made)
    run("iam", "attach-role-policy", "--role-name", role, "--policy-arn", made)
    run(
        "lambda", "create-function", "--function-name", function, "--runtime", "python3.11", "--handler", "app.handler",
        "--role", arn, "--zip-file", f"fileb://{package}",
    )  # fmt: skip
    added = run(
        "lambda", "add-permission", "--function-name", function, "--statement-id", "s3", "--action", INVOKE,
        "--principal", "s3.amazonaws.com", "--source-arn", "arn:aws:s3:::b", "--source-account", ACCOUNT,
    )  # fmt: skip
    try:
        for _ in range(2):
            assert run("iam", "get-role", "--role-name", role)["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUSTS_LAMBDA)
            attached = run("iam", "list-attached-role-policies", "--role-name", role)["AttachedPolicies"]
            assert [one["PolicyArn"] for one in attached] == [made]
            version = run("iam", "get-policy-version", "--policy-arn", made, "--version-id", "v1")["PolicyVersion"]
            assert version["Document"] == json.loads(document)
            assert run("lambda", "get-function-configuration", "--function-name", function)["Role"] == arn
            shown = json.loads(run("lambda", "get-policy", "--function-name", function)["Policy"])
            assert shown["Statement"] == [json.loads(added["Statement"])]
    finally:
        aws("lambda", "delete-function", "--function-name", function)


OTHER = "999999999999"
RULE, TOPIC = "arn:aws:events:us-east-1:{}:rule/r", "arn:aws:sns:us-east-1:{}:topic"


@pytest.mark.parametrize(
    "service, scope, source, account, is_let_in",
    [
        ("s3", {"SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT}, "arn:aws:s3:::b", ACCOUNT, True),
        ("s3", {"SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT}, "arn:aws:s3:::c", ACCOUNT, False),
        # A bucket of the same name that somebody else made when the first one was deleted.
        ("s3", {"SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT}, "arn:aws:s3:::b", OTHER, False),
        ("s3", {"SourceAccount": ACCOUNT}, "arn:aws:s3:::b", OTHER, False),
        ("events", {"SourceArn": RULE.format(ACCOUNT)}, RULE.format(ACCOUNT), ACCOUNT, True),
        ("events", {"SourceArn": RULE.format(ACCOUNT)}, RULE.format(OTHER), OTHER, False),
        ("events", {"SourceArn": RULE.format(ACCOUNT)[:-1] + "*"}, RULE.format(OTHER), OTHER, False),
        ("sns", {"SourceArn": TOPIC.format(ACCOUNT)}, TOPIC.format(OTHER), OTHER, False),
        ("sns", {"SourceArn": TOPIC.format(ACCOUNT)}, None, None, False),
        ("lambda", {"SourceArn": TOPIC.format(ACCOUNT)}, TOPIC.format(ACCOUNT), ACCOUNT, False),
    ],
)  # fmt: skip
def test_a_service_is_let_in_only_for_the_source_that_the_policy_names(
    lambda_client, name, permit, redoubt, tmp_path, service, scope, source, account, is_let_in
):
    """What no service does yet is asked of the evaluator, with the policy as the function has it."""
    permit(name, f"{'sns' if service == 'lambda' else service}.amazonaws.com", **scope)
    keys = {"aws:SourceArn": source, "aws:SourceAccount": account, "aws:PrincipalIsAWSService": "true"}
    request = {
        "principal": {"type": "service", "service": f"{service}.amazonaws.com"}, "action": INVOKE,
        "resource": function_arn(name), "resource_account": ACCOUNT,
        "context": {key: value for key, value in keys.items() if value},
    }  # fmt: skip
    case = {"id": "x", "request": request, "policies": {"resource": policy_of(lambda_client, name)}}
    (tmp_path / "case.json").write_text(json.dumps({"cases": [case]}))
    decided = succeed(redoubt("policy", "check", tmp_path / "case.json")).split()[1]
    assert decided == ("ALLOW" if is_let_in else "DENY")
