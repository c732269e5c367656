"""Aliases, by boto3: where they lead, how two versions share the invocations, and what is refused."""

from collections import Counter

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code
from harness.packages import make_zip

CODE = "def handler(event, context): return [{!r}, context.invoked_function_arn, context.function_version]"


def arn(name, qualifier=None):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")


@pytest.fixture
def name(deploy, lambda_client):
    """A function with the versions 1 and 2."""
    name = deploy(CODE.format("one"))
    lambda_client.publish_version(FunctionName=name)
    second = make_zip({"app.py": CODE.format("two")})
    lambda_client.update_function_code(FunctionName=name, ZipFile=second, Publish=True)
    return name


@pytest.fixture
def create(lambda_client, name):
    def make(alias="live", version="1", weights=None, **members):
        if weights is not None:
            members["RoutingConfig"] = {"AdditionalVersionWeights": weights}
        return lambda_client.create_alias(FunctionName=name, Name=alias, FunctionVersion=version, **members)

    return make


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def test_an_alias_is_described_as_it_was_made(create, lambda_client, name):
    created = create(Description="a description", weights={"2": 0.25})
    assert created["AliasArn"] == arn(name, "live")
    assert (created["Name"], created["FunctionVersion"], created["Description"]) == ("live", "1", "a description")
    assert created["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.25}}
    found = lambda_client.get_alias(FunctionName=name, Name="live")
    for answer in (created, found):
        answer.pop("ResponseMetadata")
    assert found == created


def test_an_alias_runs_its_version_and_the_function_sees_its_arn(create, invoke, name):
    create(version="1")
    for form in (name, arn(name)):
        answer = invoke(form, Qualifier="live")
        assert answer.json == ["one", arn(name, "live"), "1"]
        assert answer.version == "1"
    assert invoke(f"{name}:live").json[1] == arn(name, "live")
    assert invoke(arn(name, "live")).json[1] == arn(name, "live")


def test_an_alias_that_is_pointed_elsewhere_runs_the_other_version(create, invoke, lambda_client, name):
    create(version="1")
    assert invoke(name, Qualifier="live").json[0] == "one"
    lambda_client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert invoke(name, Qualifier="live").json[0] == "two"
    lambda_client.update_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    answer = invoke(name, Qualifier="live")
    assert (answer.json[0], answer.version) == ("two", "$LATEST")


def test_two_versions_share_the_invocations_by_weight(create, invoke, lambda_client, name):
    create(version="1", weights={"2": 0.5})
    seen = Counter()
    for _ in range(40):
        answer = invoke(name, Qualifier="live")
        assert answer.json == [{"1": "one", "2": "two"}[answer.version], arn(name, "live"), answer.version]
        seen[answer.version] += 1
    # Of 40 fair draws fewer than 4 of one kind come once in a hundred million times.
    assert min(seen["1"], seen["2"]) >= 4, seen
    lambda_client.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert {invoke(name, Qualifier="live").version for _ in range(8)} == {"2"}
    lambda_client.update_alias(FunctionName=name, Name="live", RoutingConfig={})
    assert {invoke(name, Qualifier="live").version for _ in range(8)} == {"1"}
    assert "RoutingConfig" not in lambda_client.get_alias(FunctionName=name, Name="live")


def test_an_alias_is_described_by_its_first_version(create, lambda_client, name):
    create(version="1", weights={"2": 0.5})
    for _ in range(4):
        found = lambda_client.get_function(FunctionName=name, Qualifier="live")["Configuration"]
        assert (found["FunctionArn"], found["Version"]) == (arn(name, "live"), "1")
    found = lambda_client.get_function_configuration(FunctionName=arn(name, "live"))
    assert (found["FunctionArn"], found["Version"]) == (arn(name, "live"), "1")


def test_aliases_are_listed_in_pages_and_by_version(create, lambda_client, name):
    create("c", "1")
    create("a", "2")
    create("b", "1", weights={"2": 0.5})
    paginator = lambda_client.get_paginator("list_aliases")
    pages = list(paginator.paginate(FunctionName=name, PaginationConfig={"PageSize": 2}))
    assert [[alias["Name"] for alias in page["Aliases"]] for page in pages] == [["a", "b"], ["c"]]
    for version, expected in {"1": ["b", "c"], "2": ["a", "b"], "$LATEST": []}.items():
        listed = lambda_client.list_aliases(FunctionName=name, FunctionVersion=version)["Aliases"]
        assert [alias["Name"] for alias in listed] == expected
    code, _ = refusal(lambda_client.list_aliases, FunctionName=name, Marker="made-up")
    assert code == "InvalidParameterValueException"


def test_a_deleted_alias_is_gone_and_its_version_stays(create, invoke, lambda_client, name):
    create(version="1")
    lambda_client.delete_alias(FunctionName=name, Name="live")
    missing = ("ResourceNotFoundException", f"Cannot find alias arn: {arn(name, 'live')}")
    assert refusal(lambda_client.get_alias, FunctionName=name, Name="live") == missing
    assert refusal(lambda_client.invoke, FunctionName=name, Qualifier="live") == missing
    assert refusal(lambda_client.get_function, FunctionName=name, Qualifier="live") == missing
    assert invoke(name, Qualifier="1").json[0] == "one"
    lambda_client.delete_alias(FunctionName=name, Name="live")


def test_a_version_that_an_alias_can_run_is_not_deleted(create, lambda_client, name):
    create("live", "1", weights={"2": 0.1})
    create("next", "2")
    for version, referring in {"1": "[live]", "2": "[live, next]"}.items():
        assert refusal(lambda_client.delete_function, FunctionName=name, Qualifier=version) == (
            "ResourceConflictException",
            f"Unable to delete version because the following aliases reference it: {referring}",
        )
    lambda_client.delete_alias(FunctionName=name, Name="live")
    lambda_client.delete_function(FunctionName=name, Qualifier="1")


def test_deleting_by_alias_is_refused(create, lambda_client, name):
    create()
    assert refusal(lambda_client.delete_function, FunctionName=name, Qualifier="live") == (
        "InvalidParameterValueException", "Deletion of aliases is not currently supported.",
    )  # fmt: skip


def test_a_revision_guards_an_alias(create, lambda_client, name):
    first = create()["RevisionId"]
    second = lambda_client.update_alias(FunctionName=name, Name="live", Description="d", RevisionId=first)["RevisionId"]
    assert second != first
    with pytest.raises(ClientError) as error:
        lambda_client.update_alias(FunctionName=name, Name="live", Description="e", RevisionId=first)
    assert error_code(error) == "PreconditionFailedException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert lambda_client.get_alias(FunctionName=name, Name="live")["Description"] == "d"


def test_what_cannot_be_an_alias_is_refused_in_awss_words(create, lambda_client, name):
    create("taken")
    invalid, missing = "InvalidParameterValueException", "ResourceNotFoundException"
    wrong = [
        ({"alias": "taken"}, "ResourceConflictException", f"Alias already exists: {arn(name, 'taken')}"),
        ({"version": "9"}, missing, f"Function not found: {arn(name, '9')}"),
        ({"weights": {"9": 0.5}}, missing, f"Function not found: {arn(name, '9')}"),
        ({"weights": {"1": 0.5}}, invalid, "Function version 1 is already included in routing configuration."),
        ({"version": "$LATEST", "weights": {"1": 0.5}}, invalid, "$LATEST is not supported for an alias pointing to"),
        ({"weights": {"2": 0.1, "3": 0.1}}, invalid, "Number of items in AdditionalVersionWeights cannot be greater"),
        ({"weights": {"2": 1.5}}, "ValidationException", "Value '{2=1.5}' at 'routingConfig.additionalVersionWeights'"),
        ({"weights": {"live": 0.5}}, "ValidationException", "Map keys must satisfy constraint"),
        ({"alias": "123"}, "ValidationException", "Value '123' at 'name' failed to satisfy constraint: "),
        ({"version": "live"}, "ValidationException", "Value 'live' at 'functionVersion' failed to satisfy constraint"),
        ({"version": "$LATEST.PUBLISHED"}, invalid, "FunctionVersion: $LATEST.PUBLISHED"),
    ]  # fmt: skip
    for members, code, message in wrong:
        found = refusal(create, **members)
        assert found[0] == code and message in found[1], (members, found)
    assert [alias["Name"] for alias in lambda_client.list_aliases(FunctionName=name)["Aliases"]] == ["taken"]


def test_what_is_not_there_has_no_alias(lambda_client, name):
    missing = {"FunctionName": "no-such-function", "Name": "live"}
    message = f"Function not found: {arn('no-such-function')}"
    for call in (lambda_client.get_alias, lambda_client.delete_alias, lambda_client.update_alias):
        assert refusal(call, **missing) == ("ResourceNotFoundException", message)
    assert refusal(lambda_client.update_alias, FunctionName=name, Name="live") == (
        "ResourceNotFoundException", f"Alias not found: {arn(name, 'live')}",
    )  # fmt: skip


def test_aliases_outlive_a_restart(fresh_server):
    from harness.clients import boto3_client
    from harness.functions import Deployer, invoke_function

    client = boto3_client(fresh_server)
    name = Deployer(client)(CODE.format("one"))
    client.publish_version(FunctionName=name)
    created = client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="d")
    fresh_server.stop()
    fresh_server.start()
    client = boto3_client(fresh_server)
    assert client.get_alias(FunctionName=name, Name="live")["RevisionId"] == created["RevisionId"]
    assert invoke_function(client, name, Qualifier="live").json == ["one", arn(name, "live"), "1"]
