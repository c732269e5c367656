"""Temporary credentials of users: their own, and those that they give to others."""

import datetime
import urllib.request

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.identities import TRUST, allow, deny, document, is_allowed, refusal

SETTINGS, LIST = "lambda:GetAccountSettings", "lambda:ListFunctions"
FEDERATES = allow("sts:GetFederationToken", "sts:TagSession")


class Session:
    """Clients with the credentials that a call has answered."""

    def __init__(self, server, credentials):
        self.server, self.credentials = server, credentials

    def client(self, service="lambda"):
        return boto3_client(
            self.server, service, aws_access_key_id=self.credentials["AccessKeyId"],
            aws_secret_access_key=self.credentials["SecretAccessKey"],
            aws_session_token=self.credentials["SessionToken"],
        )  # fmt: skip

    def may(self, operation="get_account_settings"):
        return is_allowed(getattr(self.client(), operation))

    @property
    def identity(self):
        return self.client("sts").get_caller_identity()


@pytest.fixture
def own_session(server):
    return lambda caller, **members: Session(server, caller.client("sts").get_session_token(**members)["Credentials"])


@pytest.fixture
def federate(server):
    """Gives somebody a part of what a user may, by the statements of a policy, if there are any."""

    def make(caller, *statements, name="bob", **members):
        if statements:
            members["Policy"] = document(*statements)
        return Session(server, caller.client("sts").get_federation_token(Name=name, **members)["Credentials"])

    return make


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def test_a_user_with_temporary_credentials_is_the_same_user(identities, own_session):
    caller = identities.caller(allow(SETTINGS))
    session = own_session(caller)
    assert (session.identity["Arn"], session.identity["UserId"]) == (caller.arn, caller.unique_id)
    assert session.may() and not session.may("list_functions")


@pytest.mark.parametrize(("condition", "temporary", "lasting"), [
    ({"Null": {"aws:TokenIssueTime": "false"}}, True, False),
    ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, True, False),
    ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True, True),
    ({"StringEquals": {"aws:PrincipalType": "User"}}, True, True),
])  # fmt: skip
def test_policies_tell_temporary_credentials_from_lasting_ones(identities, own_session, condition, temporary, lasting):
    caller = identities.caller(allow(SETTINGS, Condition=condition))
    assert own_session(caller).may() == temporary
    assert is_allowed(caller.client().get_account_settings) == lasting


def test_temporary_credentials_end_with_the_user(identities, own_session):
    caller = identities.caller(allow(SETTINGS))
    session = own_session(caller)
    identities.delete_user(caller.name)
    assert refusal(session.client().get_account_settings)[:2] == (403, "UnrecognizedClientException")


def test_a_denial_for_older_sessions_ends_temporary_credentials(iam, identities, own_session):
    caller = identities.caller(allow(SETTINGS))
    session = own_session(caller)
    older = {"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}}
    iam.put_user_policy(UserName=caller.name, PolicyName="revoke", PolicyDocument=document(deny("*", Condition=older)))
    assert not session.may() and is_allowed(caller.client().get_account_settings)


def test_a_session_of_a_user_has_its_limit(identities):
    sts = identities.caller(FEDERATES).client("sts")
    for call, members in ((sts.get_session_token, {}), (sts.get_federation_token, {"Name": "bob"})):
        assert refusal(call, **members, DurationSeconds=129_601)[:2] == (400, "ValidationError")


def test_what_somebody_is_given_is_a_part_of_what_the_user_may(identities, federate):
    caller = identities.caller(allow(SETTINGS), FEDERATES)
    session = federate(caller, allow(SETTINGS, LIST))
    identity = session.identity
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/bob" and identity["UserId"] == f"{ACCOUNT}:bob"
    assert session.may() and not session.may("list_functions")
    assert not federate(caller, allow(LIST)).may()


def test_somebody_who_is_given_nothing_may_do_nothing(identities, federate):
    assert not federate(identities.caller(allow("*"))).may()


def test_somebody_is_given_managed_policies(identities, federate):
    caller = identities.caller(allow(SETTINGS, LIST), FEDERATES)
    policy = identities.policy(allow(SETTINGS))
    session = federate(caller, PolicyArns=[{"arn": policy}])
    assert session.may() and not session.may("list_functions")
    missing = f"arn:aws:iam::{ACCOUNT}:policy/not-there"
    assert refusal(
        caller.client("sts").get_federation_token, Name="bob", PolicyArns=[{"arn": missing}]
    )[:2] == (400, "ValidationError")  # fmt: skip


def test_whoever_gives_needs_the_permission_and_one_for_tags(identities):
    name = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    caller = identities.caller(allow("sts:GetFederationToken", on=name))
    sts = caller.client("sts")
    assert is_allowed(sts.get_federation_token, Name="bob")
    assert not is_allowed(sts.get_federation_token, Name="eve")
    assert not is_allowed(sts.get_federation_token, Name="bob", Tags=tags(team="red"))


def test_somebody_has_the_tags_of_the_user_and_of_the_session(iam, identities, federate):
    caller = identities.caller(
        allow(SETTINGS, Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}),
        allow(LIST, Condition={"StringEquals": {"aws:PrincipalTag/room": "1"}}), FEDERATES,
    )  # fmt: skip
    iam.tag_user(UserName=caller.name, Tags=tags(room="1"))
    everything = allow("*")
    assert federate(caller, everything).may("list_functions") and not federate(caller, everything).may()
    assert federate(caller, everything, Tags=tags(team="red")).may()


def test_a_functions_policy_that_names_the_user_lets_in_whom_the_user_lets(identities, federate, deploy, lambda_client):
    name = deploy("def handler(event, context): return 1")
    caller = identities.caller(FEDERATES)
    somebody = federate(caller, allow(SETTINGS), name="bob")
    action = {"FunctionName": name, "Action": "lambda:InvokeFunction"}
    lambda_client.add_permission(**action, StatementId="user", Principal=caller.arn)
    may_invoke = {"FunctionName": name}
    assert not is_allowed(somebody.client().invoke, **may_invoke), "narrowed by the session"
    assert is_allowed(federate(caller, allow("lambda:InvokeFunction")).client().invoke, **may_invoke)


@pytest.mark.parametrize("kind", ["own", "federated", "role"])
def test_temporary_credentials_are_not_for_iam_nor_for_more_of_their_kind(identities, own_session, federate, server, kind):
    caller = identities.caller(allow("*"))
    if kind == "role":
        arn = f"arn:aws:iam::{ACCOUNT}:role/{identities.role(allow('*'), trust=TRUST)}"
        session = Session(
            server, caller.client("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
        )
    else:
        session = own_session(caller) if kind == "own" else federate(caller, allow("*"))
    sts = session.client("sts")
    for call, members in ((sts.get_session_token, {}), (sts.get_federation_token, {"Name": "bob"})):
        status, code, message = refusal(call, **members)
        assert (status, code) == (403, "AccessDenied") and "with session credentials" in message
    if kind != "role":
        assert refusal(session.client("iam").list_users)[:2] == (403, "InvalidClientTokenId")
    role = f"arn:aws:iam::{ACCOUNT}:role/{identities.role()}"
    assert is_allowed(sts.assume_role, RoleArn=role, RoleSessionName="run") == (kind != "federated")


def test_an_access_key_belongs_to_an_account(identities):
    caller = identities.caller(allow("sts:GetAccessKeyInfo"))
    sts = caller.client("sts")
    assert sts.get_access_key_info(AccessKeyId=caller.key)["Account"] == ACCOUNT
    assert refusal(sts.get_access_key_info, AccessKeyId="AKIA" + "A" * 16)[:2] == (400, "ValidationError")
    assert not is_allowed(identities.caller().client("sts").get_access_key_info, AccessKeyId=caller.key)


def test_a_token_is_good_for_its_own_key_only(identities, own_session, server):
    first, second = own_session(identities.caller(allow(SETTINGS))), own_session(identities.caller(allow(SETTINGS)))
    # With the secret that the token holds: nothing but the key's id is another's.
    mixed = Session(server, {**second.credentials, "AccessKeyId": first.credentials["AccessKeyId"]})
    assert refusal(mixed.client().get_account_settings)[0] == 403
    assert second.may()


def test_the_administrators_temporary_credentials_end_within_the_hour(server):
    sts = boto3_client(server, "sts")
    for answer in (
        sts.get_session_token(DurationSeconds=129_600), sts.get_federation_token(Name="bob", DurationSeconds=129_600)
    ):  # fmt: skip
        left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        assert left <= datetime.timedelta(hours=1, seconds=5)


def test_a_link_to_a_package_is_made_with_temporary_credentials(identities, own_session, deploy):
    name = deploy("def handler(event, context): return 1")
    caller = identities.caller(allow("lambda:GetFunction", "redoubt:GetFunctionPackage"))
    location = own_session(caller).client().get_function(FunctionName=name)["Code"]["Location"]
    assert urllib.request.urlopen(location).read()[:2] == b"PK"
