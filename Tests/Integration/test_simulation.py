"""Simulations are answered by the evaluator that decides in earnest."""

import base64
import json

import pytest
from harness.clients import ACCOUNT
from harness.identities import allow, deny, document, refusal

BUCKET = "arn:aws:s3:::b/k"


def decisions(answer):
    return [(found["EvalActionName"], found["EvalDecision"]) for found in answer["EvaluationResults"]]


def test_policies_that_nobody_has_are_decided(iam):
    policies = [document(allow("s3:Get*"), deny("s3:GetSecret"))]
    actions = ["s3:GetObject", "s3:GetSecret", "s3:PutObject"]
    found = iam.simulate_custom_policy(PolicyInputList=policies, ActionNames=actions, ResourceArns=[BUCKET])
    assert decisions(found) == list(zip(actions, ["allowed", "explicitDeny", "implicitDeny"], strict=True))
    (matched,) = found["EvaluationResults"][0]["MatchedStatements"]
    assert matched["SourcePolicyId"] == "PolicyInputList.1"


def test_keys_of_the_request_count_and_missing_ones_are_told(iam):
    policy = document(allow("s3:*", Condition={"StringEquals": {"s3:prefix": "${aws:username}"}}))
    entries = [{"ContextKeyName": name, "ContextKeyValues": ["ada"], "ContextKeyType": "string"} for name in ("s3:prefix", "aws:username")]
    question = {"PolicyInputList": [policy], "ActionNames": ["s3:ListBucket"]}
    (missing,) = iam.simulate_custom_policy(**question)["EvaluationResults"]
    assert missing["EvalDecision"] == "implicitDeny" and set(missing["MissingContextValues"]) == {"s3:prefix", "aws:username"}
    (there,) = iam.simulate_custom_policy(**question, ContextEntries=entries)["EvaluationResults"]
    assert there["EvalDecision"] == "allowed" and there["MissingContextValues"] == []


def test_a_boundary_and_guardrails_are_told_apart(iam):
    everything, other = document(allow("*")), document(allow("ec2:*"))
    question = {"PolicyInputList": [everything], "ActionNames": ["s3:GetObject"]}
    (bounded,) = iam.simulate_custom_policy(**question, PermissionsBoundaryPolicyInputList=[other])["EvaluationResults"]
    assert bounded["EvalDecision"] == "implicitDeny"
    assert bounded["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_what_a_principal_has_is_decided(iam, identities, kind):
    if kind == "user":
        arn = identities.caller(allow("s3:GetObject")).arn
    else:
        arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{getattr(identities, kind)(allow('s3:GetObject'))}"
    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"])
    assert decisions(found) == [("s3:GetObject", "allowed"), ("s3:PutObject", "implicitDeny")]
    more = iam.simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["s3:PutObject"], PolicyInputList=[document(allow("s3:PutObject"))]
    )
    assert decisions(more) == [("s3:PutObject", "allowed")]


def test_results_come_in_pages(iam):
    actions = [f"s3:Get{number}" for number in range(7)]
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[document(allow("s3:*"))], ActionNames=actions, PaginationConfig={"PageSize": 3}
    )
    assert [action for action, _ in decisions(pages.build_full_result())] == actions


@pytest.mark.parametrize("mark", ["-1", "-9223372036854775808", "9223372036854775807", "x", ""])
def test_a_marker_of_ones_own_making_does_no_harm(iam, mark):
    marker = base64.b64encode(mark.encode()).decode() or "="
    question = {"PolicyInputList": [document(allow("s3:*"))], "ActionNames": ["s3:GetObject"]}
    try:
        iam.simulate_custom_policy(**question, Marker=marker)
    except iam.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "ValidationError"
    assert decisions(iam.simulate_custom_policy(**question)) == [("s3:GetObject", "allowed")]


def test_there_is_an_end_to_questions(iam):
    actions, resources = [f"s3:Get{number}" for number in range(50)], [f"arn:aws:s3:::{number}" for number in range(50)]
    told = refusal(iam.simulate_custom_policy, PolicyInputList=[document(allow("*"))], ActionNames=actions, ResourceArns=resources)
    assert told == (400, "InvalidInput", "There can be 1000 pairs of an action and a resource.")
    told = refusal(iam.simulate_custom_policy, PolicyInputList=[json.dumps({})] * 21, ActionNames=["s3:GetObject"])
    assert told[:2] == (400, "InvalidInput")


def test_the_keys_that_policies_ask_for_are_told(iam, identities):
    asks = allow("s3:*", on="arn:aws:s3:::b/${aws:username}", Condition={"StringLike": {"aws:UserAgent": "x", "s3:prefix": "y"}})
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[document(asks), document(allow("iam:*"))])
    assert keys["ContextKeyNames"] == ["aws:UserAgent", "aws:username", "s3:prefix"]
    group = identities.group(allow("lambda:*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    caller = identities.caller(asks)
    iam.add_user_to_group(GroupName=group, UserName=caller.name)
    further = document(allow("sts:*", Condition={"Null": {"aws:SourceIp": "false"}}))
    keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=caller.arn, PolicyInputList=[further])
    wanted = {"aws:UserAgent", "aws:username", "s3:prefix", "aws:SecureTransport", "aws:SourceIp"}
    assert set(keys["ContextKeyNames"]) == wanted
    denied = refusal(caller.client("iam").get_context_keys_for_principal_policy, PolicySourceArn=caller.arn)
    assert denied[:2] == (403, "AccessDenied")
