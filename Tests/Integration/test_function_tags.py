"""Policies ask for the tags of functions, and for those that a request brings."""

import pytest
from harness.clients import ROLE, function_arn
from harness.functions import unique_name
from harness.identities import allow, is_allowed, refusal
from harness.packages import make_zip

CODE = "def handler(event, context): return 1"


def tagged(value, operator="StringEquals"):
    return {operator: {"aws:ResourceTag/stage": value}}


def test_a_function_is_called_by_its_tag_whichever_version_is_named(identities, deploy, lambda_client):
    caller = identities.caller(allow("lambda:InvokeFunction", Condition=tagged("test")))
    test, live, bare = (deploy(CODE, Publish=True, **members) for members in (
        {"Tags": {"stage": "test"}}, {"Tags": {"stage": "live"}}, {},
    ))  # fmt: skip
    invoke = caller.client().invoke
    assert is_allowed(invoke, FunctionName=test) and is_allowed(invoke, FunctionName=test, Qualifier="1")
    assert not is_allowed(invoke, FunctionName=live) and not is_allowed(invoke, FunctionName=bare)
    lambda_client.tag_resource(Resource=function_arn(live), Tags={"stage": "test"})
    lambda_client.untag_resource(Resource=function_arn(test), TagKeys=["stage"])
    assert is_allowed(invoke, FunctionName=live) and not is_allowed(invoke, FunctionName=test)


@pytest.fixture
def new_function(lambda_client):
    """Members of a new function, which is gone afterwards."""
    members = {
        "FunctionName": unique_name(), "Runtime": "python3.11", "Handler": "app.handler", "Role": ROLE,
        "Code": {"ZipFile": make_zip({"app.py": CODE})},
    }  # fmt: skip
    yield members
    if is_allowed(lambda_client.get_function, FunctionName=members["FunctionName"]):
        try:
            lambda_client.delete_function(FunctionName=members["FunctionName"])
        except lambda_client.exceptions.ResourceNotFoundException:
            pass


def test_a_function_is_made_with_the_tags_that_a_policy_asks_for(identities, new_function):
    asked = {"StringEquals": {"aws:RequestTag/stage": "test"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["stage"]}}
    caller = identities.caller(
        allow("lambda:CreateFunction", "lambda:TagResource", Condition=asked), allow("iam:PassRole")
    )
    create = caller.client().create_function
    for wrong in ({}, {"Tags": {"stage": "live"}}, {"Tags": {"stage": "test", "other": "x"}}):
        assert not is_allowed(create, **new_function, **wrong)
    assert is_allowed(create, **new_function, Tags={"stage": "test"})


def test_no_two_tags_differ_in_case_only(deploy, lambda_client):
    """Policies could not tell which of them they ask for."""
    name = deploy(CODE, Tags={"stage": "test"})
    tag = {"Resource": function_arn(name)}
    for tags in ({"STAGE": "live"}, {"a": "1", "A": "2"}):
        assert refusal(lambda_client.tag_resource, **tag, Tags=tags)[:2] == (400, "InvalidParameterValueException")
    lambda_client.untag_resource(**tag, TagKeys=["stage"])
    lambda_client.tag_resource(**tag, Tags={"STAGE": "live"})


def test_tags_are_set_and_taken_as_a_policy_says(identities, deploy):
    name = deploy(CODE, Tags={"stage": "test"})
    caller = identities.caller(
        allow("lambda:TagResource", Condition={"StringEquals": {"aws:RequestTag/stage": ["test", "live"]}}),
        allow("lambda:UntagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["note"]}}),
    )
    client, resource = caller.client(), {"Resource": function_arn(name)}
    assert is_allowed(client.tag_resource, **resource, Tags={"stage": "live"})
    assert not is_allowed(client.tag_resource, **resource, Tags={"stage": "other"})
    assert is_allowed(client.untag_resource, **resource, TagKeys=["note"])
    assert not is_allowed(client.untag_resource, **resource, TagKeys=["stage"])
