"""Conditions of policies are asked of the request as it came: who calls, from where, when and with what."""

import pytest
from harness.clients import ACCOUNT, REGION
from harness.identities import allow, deny, is_allowed

CASES = [
    ("StringEquals", "aws:username", "{name}", "another"),
    ("StringEquals", "aws:userid", "{unique_id}", "AIDAIOSFODNN7EXAMPLE"),
    ("ArnEquals", "aws:PrincipalArn", "{arn}", f"arn:aws:iam::{ACCOUNT}:user/another"),
    ("StringEquals", "aws:PrincipalAccount", ACCOUNT, "111111111111"),
    ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
    ("StringEquals", "aws:RequestedRegion", REGION, "eu-west-1"),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "10.0.0.0/8"),
    ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "127.0.0.1"),
    ("Bool", "aws:SecureTransport", "false", "true"),
    ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
    ("NumericLessThan", "aws:EpochTime", "32503680000", "1577836800"),
    ("StringLike", "aws:UserAgent", "*Botocore*", "curl*"),
    ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
]


@pytest.mark.parametrize("operator, key, right, wrong", CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_condition_holds_for_the_request_it_speaks_of(iam, identities, operator, key, right, wrong):
    caller = identities.caller()
    facts = {"name": caller.name, "unique_id": caller.unique_id, "arn": caller.arn}

    def allowed_if(value, *further):
        condition = {operator: {key: value.format(**facts)}}
        statement = allow("lambda:ListFunctions", Condition=condition)
        policy = identities.policy(statement, *further)
        iam.attach_user_policy(UserName=caller.name, PolicyArn=policy)
        decided = is_allowed(caller.client().list_functions)
        iam.detach_user_policy(UserName=caller.name, PolicyArn=policy)
        return decided

    assert allowed_if(right)
    assert not allowed_if(wrong)
    assert not allowed_if(right, deny("lambda:*", Condition={operator: {key: right.format(**facts)}}))


def test_a_variable_stands_for_whoever_calls(identities):
    own = allow("iam:GetUser", on=f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")
    one, other = identities.caller(own), identities.caller(own)
    for caller, stranger in ((one, other), (other, one)):
        assert is_allowed(caller.client("iam").get_user, UserName=caller.name)
        assert not is_allowed(caller.client("iam").get_user, UserName=stranger.name)


def test_a_user_is_judged_by_its_path_however_it_is_named(identities):
    reader = identities.caller(allow("iam:GetUser", on=f"arn:aws:iam::{ACCOUNT}:user/red/*"))
    red, blue = identities.user(Path="/red/"), identities.user(Path="/blue/")
    client = reader.client("iam")
    assert is_allowed(client.get_user, UserName=red) and is_allowed(client.get_user, UserName=red.upper())
    for name in (blue, blue.upper(), "no-such-user"):
        assert not is_allowed(client.get_user, UserName=name)
