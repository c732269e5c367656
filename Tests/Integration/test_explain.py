"""`redoubt explain REQUEST-ID` says why a call was allowed or denied: who asked, what, and which statement decided."""

import json
import re
import uuid

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, boto3_client
from harness.identities import ADMINISTRATOR, PLATFORM, allow, deny, document, refusal
from harness.projects import REFUSED, USAGE, succeed

LIST, READ = "lambda:ListFunctions", "redoubt:GetDecisions"


def request_of(call, **members):
    """The id of the request, whether it was denied or not."""
    try:
        return call(**members)["ResponseMetadata"]["RequestId"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["RequestId"]


@pytest.fixture
def explained(redoubt):
    """The lines of what the command says of a call."""

    def explain(call, **members):
        return succeed(redoubt("explain", request_of(call, **members))).splitlines()

    return explain


@pytest.fixture
def decisions(redoubt):
    """What the command says of a call to programs."""

    def explain(call, **members):
        return json.loads(succeed(redoubt("explain", "--json", request_of(call, **members))))["Decisions"]

    return explain


@pytest.fixture
def role(identities):
    """The ARN of a role that trusts the account, with permission to do everything."""
    actions = ["sts:AssumeRole", "sts:TagSession"]
    trust = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": actions}
    return f"arn:aws:iam::{ACCOUNT}:role/{identities.role(allow('*'), trust=document(trust))}"


def as_caller(caller):
    """The environment in which the command is the caller's."""
    return {"AWS_ACCESS_KEY_ID": caller.key, "AWS_SECRET_ACCESS_KEY": caller.secret}


def test_an_allowance_names_caller_action_resource_statement_and_policy(explained, identities):
    policy = identities.policy(allow("s3:*"), allow(LIST, Sid="Lists"))
    caller = identities.caller(allow("iam:*"), attached=[policy])
    first, *lines = explained(caller.client().list_functions)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z Allow lambda:ListFunctions on \*", first)
    assert lines == [
        f"  principal: {caller.arn}",
        "  reason:    an identity-based policy allows it",
        f"  decided by statement 2 `Lists` of an identity-based policy (policy 1) `{policy}`",
        f"  looked at  identity-based policy `{policy}`",
        "  looked at  identity-based policy `own`",
        "  key        none: no policy asks for one",
    ]


def test_a_denial_names_what_is_missing_and_what_could_have_been_asked_for(explained, identities):
    caller = identities.caller(allow("s3:*"), Path="/team/")
    first, *lines = explained(caller.client("iam").get_user)
    assert first.endswith(f" Deny iam:GetUser on {caller.arn}")
    assert lines[:3] == [
        f"  principal: {caller.arn}",
        "  reason:    because no identity-based policy allows the iam:GetUser action",
        "  looked at  identity-based policy `own`",
    ]
    assert f'  key        aws:username = "{caller.name}"' in lines
    assert '  key        aws:sourceip = "127.0.0.1"' in lines


def test_a_denial_names_the_statement_that_denies(explained, identities):
    caller = identities.caller(allow("*"), deny("lambda:List*", Sid="NoLists"))
    first, *lines = explained(caller.client().list_functions)
    assert first.endswith(f" Deny {LIST} on *")
    assert lines[1:4] == [
        "  reason:    with an explicit deny in an identity-based policy",
        "  decided by statement 2 `NoLists` of an identity-based policy (policy 1) `own`",
        "  looked at  identity-based policy `own`",
    ]


def test_the_keys_that_a_policy_may_ask_for_are_told_with_their_values(explained, identities):
    condition = {"StringLike": {"aws:userid": "AIDA*"}}
    caller = identities.caller(allow(LIST, Condition=condition))
    lines = explained(caller.client().list_functions)
    assert f'  key        aws:userid = "{caller.unique_id}"' in lines
    assert f'  key        aws:principalarn = "{caller.arn}"' in lines


def test_a_boundary_that_is_silent_is_told(explained, identities):
    caller = identities.caller(allow("*"), PermissionsBoundary=identities.policy(allow("iam:*")))
    lines = explained(caller.client().list_functions)
    assert f"  reason:    because no permissions boundary allows the {LIST} action" in lines
    assert "  looked at  permissions boundary" in lines


def test_policies_of_groups_are_told(explained, iam, identities):
    policy, caller = identities.policy(allow(LIST)), identities.caller()
    iam.add_user_to_group(GroupName=identities.group(attached=[policy]), UserName=caller.name)
    lines = explained(caller.client().list_functions)
    assert f"  decided by statement 1 of an identity-based policy (policy 1) `{policy}`" in lines


def test_each_action_of_a_request_is_told_with_the_policy_of_the_resource(decisions, identities, role):
    caller = identities.caller(allow("sts:*", Sid="Assumes"))
    told = decisions(
        caller.client("sts").assume_role, RoleArn=role, RoleSessionName="name", Tags=[{"Key": "team", "Value": "red"}]
    )
    assert [(decision["Action"], decision["Resource"]) for decision in told] == [
        ("sts:AssumeRole", role), ("sts:TagSession", role),
    ]  # fmt: skip
    for decision in told:
        assert (decision["Outcome"], decision["Principal"]) == ("Allow", caller.arn)
        assert decision["Statements"] == [
            "statement 1 `Assumes` of an identity-based policy (policy 1) `own`",
            "statement 1 `Account` of a resource-based policy (policy 1)",
        ]
        assert f"policy of the resource `{role}`" in decision["Policies"]


def test_what_the_denial_of_a_role_hides_is_told(explained, identities, role):
    missing = f"arn:aws:iam::{ACCOUNT}:role/no-such-role"
    caller, permitted = identities.caller(), identities.caller(allow("sts:AssumeRole"))
    for who, arn, kind in ((caller, role, "identity"), (permitted, missing, "resource")):
        members = {"RoleArn": arn, "RoleSessionName": "name"}
        assert "-based policy" not in refusal(who.client("sts").assume_role, **members)[2]
        lines = explained(who.client("sts").assume_role, **members)
        assert f"  reason:    because no {kind}-based policy allows the sts:AssumeRole action" in lines


def test_a_session_is_told_with_its_policies_and_tags(server, explained, identities, role):
    caller = identities.caller(allow("sts:*"))
    made = caller.client("sts").assume_role(
        RoleArn=role, RoleSessionName="name", Policy=document(allow("iam:*")), Tags=[{"Key": "team", "Value": "red"}]
    )
    credentials = made["Credentials"]
    session = boto3_client(
        server, aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )  # fmt: skip
    lines = explained(session.list_functions)
    assert f"  principal: {made['AssumedRoleUser']['Arn']}" in lines
    assert f"  reason:    because no session policy allows the {LIST} action" in lines
    assert "  looked at  session policies: 1" in lines
    assert '  key        aws:principaltag/team = "red"' in lines
    assert f'  key        aws:principalarn = "{role}"' in lines


def test_an_invocation_is_told(explained, identities, deploy):
    function = deploy("def handler(event, context): pass")
    caller = identities.caller(allow("lambda:InvokeFunction", on=f"arn:aws:lambda:*:*:function:{function}"))
    first, *lines = explained(caller.client().invoke, FunctionName=function)
    assert first.endswith(f":function:{function}") and " Allow lambda:InvokeFunction on " in first
    assert "  decided by statement 1 of an identity-based policy (policy 1) `own`" in lines


def test_what_needs_no_permission_is_told_as_such(explained, identities):
    lines = explained(identities.caller(deny("*")).client("sts").get_caller_identity)
    assert "  reason:    it needs no permission" in lines


def test_programs_are_told_the_same(decisions, identities):
    caller = identities.caller(allow("s3:*"), deny(LIST, Sid="NoLists"))
    (decision,) = decisions(caller.client().list_functions)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", decision.pop("Time"))
    keys = decision.pop("ConditionKeys")
    assert (keys["aws:username"], keys["aws:principalaccount"]) == (caller.name, ACCOUNT)
    assert decision == {
        "Principal": caller.arn, "Action": LIST, "Resource": "*", "Outcome": "Deny",
        "Reason": "with an explicit deny in an identity-based policy",
        "Statements": ["statement 2 `NoLists` of an identity-based policy (policy 1) `own`"],
        "Policies": ["identity-based policy `own`"],
    }  # fmt: skip


def test_a_key_with_many_values_is_told_as_a_list(decisions, identities, role):
    members = {"RoleArn": role, "RoleSessionName": "name", "Tags": [{"Key": key, "Value": "x"} for key in ("b", "a")]}
    (decision,) = decisions(identities.caller().client("sts").assume_role, **members)
    assert decision["ConditionKeys"]["aws:tagkeys"] == ["a", "b"]


def test_the_administrators_own_calls_are_told(explained, iam):
    lines = explained(iam.list_users)
    assert f"  principal: {ADMINISTRATOR}" in lines
    assert f"  decided by statement 1 of an identity-based policy (policy 1) `{PLATFORM}/AdministratorAccess`" in lines


def test_a_request_that_nobody_knows_is_not_found(redoubt):
    for arguments in ([], ["--json"]):
        done = redoubt("explain", str(uuid.uuid4()), *arguments)
        assert (done.returncode, done.stdout) == (REFUSED, "")
        assert "ResourceNotFoundException: no decision of that request is known any more" in done.stderr


def test_a_request_that_was_not_authenticated_has_no_decision(server, redoubt):
    client = boto3_client(server, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="w" * 40)
    done = redoubt("explain", request_of(client.list_functions))
    assert done.returncode == REFUSED and "ResourceNotFoundException" in done.stderr


@pytest.mark.parametrize(
    "text", ["x", "ä", "a/b", "..", str(uuid.UUID(int=0xABCDEF << 100)).upper(), uuid.uuid4().hex, f"{uuid.uuid4()}0"]
)
def test_what_is_no_request_id_is_refused(redoubt, text):
    done = redoubt("explain", text)
    assert (done.returncode, done.stdout, done.stderr) == (USAGE, "", f"redoubt: `{text}` is no request id\n")


@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--nonsense", str(uuid.uuid4())]])
def test_a_command_that_names_no_request_is_told_how_to(redoubt, arguments):
    done = redoubt("explain", *arguments)
    assert (done.returncode, done.stdout) == (USAGE, "") and "Usage: redoubt explain" in done.stderr


def test_decisions_need_a_permission_of_their_own(redoubt, identities):
    caller = identities.caller(attached=[f"{PLATFORM}/ReadOnlyAccess"])
    reader = identities.caller(allow(READ))
    own = request_of(caller.client().list_functions)
    for text in (own, str(uuid.uuid4())):
        done = redoubt("explain", text, **as_caller(caller))
        assert (done.returncode, done.stdout) == (REFUSED, "")
        assert f"AccessDeniedException: User: {caller.arn} is not authorized to perform: {READ} on " in done.stderr
        assert f"because no identity-based policy allows the {READ} action" in done.stderr
    assert f"principal: {caller.arn}" in succeed(redoubt("explain", own, **as_caller(reader)))
