"""Tags of functions, by boto3: what is kept, and what is refused in AWS's words."""

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code

CODE = "def handler(event, context): return 1"
FULL = {f"key{n}": "v" for n in range(50)}


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


@pytest.fixture
def name(deploy):
    return deploy(CODE)


def tags_of(client, name):
    """As ListTags and GetFunction say alike."""
    listed = client.list_tags(Resource=arn(name))["Tags"]
    assert client.get_function(FunctionName=name).get("Tags", {}) == listed
    return listed


def test_tags_come_with_the_creation(deploy, lambda_client):
    tags = {"stage": "prüfung", "Team / Größe": "a+b=c@d:e_f.g-h", "empty": ""}
    assert tags_of(lambda_client, deploy(CODE, Tags=tags)) == tags
    assert len(tags_of(lambda_client, deploy(CODE, Tags=FULL))) == 50


def test_tags_are_added_replaced_and_taken_away(lambda_client, name):
    assert tags_of(lambda_client, name) == {}
    lambda_client.tag_resource(Resource=arn(name), Tags={"a": "1", "b": "2"})
    lambda_client.tag_resource(Resource=arn(name), Tags={"b": "3", "c d": "4"})
    assert tags_of(lambda_client, name) == {"a": "1", "b": "3", "c d": "4"}
    lambda_client.untag_resource(Resource=arn(name), TagKeys=["a", "c d", "nope"])
    assert tags_of(lambda_client, name) == {"b": "3"}


def test_a_tag_changes_no_revision(lambda_client, name):
    before = lambda_client.get_function_configuration(FunctionName=name)["RevisionId"]
    lambda_client.tag_resource(Resource=arn(name), Tags={"a": "1"})
    assert lambda_client.get_function_configuration(FunctionName=name)["RevisionId"] == before


@pytest.mark.parametrize(
    "tags, code, message",
    [
        ({"k" * 129: "v"}, "ValidationException", "at 'tags' failed to satisfy constraint: Map keys must satisfy"),
        ({"a!": "v"}, "ValidationException", "Map keys must satisfy constraint"),
        ({"k": "v" * 257}, "ValidationException", "Map value must satisfy constraint"),
        ({"k": "<v>"}, "ValidationException", "Map value must satisfy constraint"),
        ({"aws:k": "v"}, "InvalidParameterValueException", "aws: prefixed tag key names are not allowed"),
        ({"AWS:k": "v"}, "InvalidParameterValueException", "aws: prefixed tag key names are not allowed"),
        ({**FULL, "k": "v"}, "InvalidParameterValueException", "Number of tags exceeds resource tag limit."),
    ],
    ids=["long key", "key", "long value", "value", "aws:", "AWS:", "51"],
)
def test_what_is_no_tag_is_refused(lambda_client, name, deploy, tags, code, message):
    for call in (lambda: lambda_client.tag_resource(Resource=arn(name), Tags=tags), lambda: deploy(CODE, Tags=tags)):
        with pytest.raises(ClientError) as error:
            call()
        assert error_code(error) == code and message in error.value.response["Error"]["Message"]
    assert tags_of(lambda_client, name) == {}


def test_the_longest_tag_is_taken(lambda_client, name):
    lambda_client.tag_resource(Resource=arn(name), Tags={"ä" * 128: "ö" * 256})
    assert tags_of(lambda_client, name) == {"ä" * 128: "ö" * 256}


def test_a_function_that_is_full_takes_no_further_tag(lambda_client, name):
    lambda_client.tag_resource(Resource=arn(name), Tags=FULL)
    with pytest.raises(ClientError) as error:
        lambda_client.tag_resource(Resource=arn(name), Tags={"key0": "new", "one more": "v"})
    assert error.value.response["Error"]["Message"] == "Number of tags exceeds resource tag limit."
    assert tags_of(lambda_client, name) == FULL


@pytest.mark.parametrize(
    "resource, code",
    [
        ("no-such-function", "ResourceNotFoundException"),
        ("{name}:1", "InvalidParameterValueException"),
        ("{name}:live", "InvalidParameterValueException"),
    ],
)
def test_only_functions_that_are_there_have_tags(lambda_client, name, resource, code):
    resource = arn(resource.format(name=name))
    calls = [
        lambda: lambda_client.list_tags(Resource=resource),
        lambda: lambda_client.tag_resource(Resource=resource, Tags={"k": "v"}),
        lambda: lambda_client.untag_resource(Resource=resource, TagKeys=["k"]),
    ]
    for call in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert error_code(error) == code


@pytest.mark.parametrize("resource", ["name", "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:1:function:name"])
def test_what_is_no_arn_of_lambda_is_refused(lambda_client, resource):
    with pytest.raises(ClientError) as error:
        lambda_client.list_tags(Resource=resource)
    assert error_code(error) == "ValidationException"
    assert f"Value '{resource}' at 'resource' failed to satisfy" in error.value.response["Error"]["Message"]


def test_a_kind_of_resource_that_is_not_here_is_not_found(lambda_client):
    resource = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:00000000-0000-0000-0000-000000000000"
    with pytest.raises(ClientError) as error:
        lambda_client.list_tags(Resource=resource)
    assert error_code(error) == "ResourceNotFoundException"
