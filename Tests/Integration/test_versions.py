"""Versions, by boto3: their list, what publishing makes of no change, and what is refused."""

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code
from harness.packages import make_zip

CODE = "def handler(event, context): return {!r}"


def arn(name, qualifier):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{qualifier}"


@pytest.fixture
def name(deploy):
    return deploy(CODE.format("one"))


@pytest.fixture
def upload(lambda_client, name):
    def publish(result):
        package = make_zip({"app.py": CODE.format(result)})
        return lambda_client.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]

    return publish


def test_versions_are_listed_in_pages(lambda_client, name, upload):
    assert [upload(n) for n in range(11)] == [str(n) for n in range(1, 12)]
    pages = list(
        lambda_client.get_paginator("list_versions_by_function").paginate(
            FunctionName=name, PaginationConfig={"PageSize": 5}
        )
    )
    assert [len(page["Versions"]) for page in pages] == [5, 5, 2]
    listed = [(version["Version"], version["FunctionArn"]) for page in pages for version in page["Versions"]]
    assert listed == [(version, arn(name, version)) for version in ("$LATEST", *map(str, range(1, 12)))]


def test_publishing_without_a_change_gives_the_same_version(lambda_client, name, upload):
    first = lambda_client.publish_version(FunctionName=name, Description="first")
    again = lambda_client.publish_version(FunctionName=name, Description="second")
    for answer in (first, again):
        answer.pop("ResponseMetadata")
    assert again == first and first["Description"] == "first"
    assert upload("two") == "2" == upload("two")
    assert len(lambda_client.list_versions_by_function(FunctionName=name)["Versions"]) == 3


def test_publishing_is_guarded_by_digest_and_revision(lambda_client, name):
    current = lambda_client.get_function_configuration(FunctionName=name)
    with pytest.raises(ClientError) as error:
        lambda_client.publish_version(FunctionName=name, CodeSha256="0" * 44)
    assert error_code(error) == "InvalidParameterValueException"
    assert error.value.response["Error"]["Message"] == (
        f"CodeSHA256 ({'0' * 44}) is different from current CodeSHA256 in $LATEST ({current['CodeSha256']}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    with pytest.raises(ClientError) as error:
        lambda_client.publish_version(FunctionName=name, RevisionId="00000000-0000-0000-0000-000000000000")
    assert error_code(error) == "PreconditionFailedException"
    published = lambda_client.publish_version(
        FunctionName=name, CodeSha256=current["CodeSha256"], RevisionId=current["RevisionId"]
    )
    assert published["Version"] == "1"


def test_a_version_that_is_not_there_is_deleted_already(lambda_client, name):
    for version in ("9", "99999999999999999999"):
        answer = lambda_client.delete_function(FunctionName=name, Qualifier=version)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ClientError) as error:
        lambda_client.delete_function(FunctionName="no-such-function", Qualifier="9")
    assert error_code(error) == "ResourceNotFoundException"


def test_no_function_has_the_version_of_capacity_providers(lambda_client, name):
    arn = lambda_client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    for members in ({"FunctionName": name, "Qualifier": "$LATEST.PUBLISHED"}, {"FunctionName": f"{arn}:$LATEST.PUBLISHED"}):
        with pytest.raises(ClientError) as error:
            lambda_client.get_function(**members)
        assert error_code(error) == "ResourceNotFoundException"
        assert error.value.response["Error"]["Message"] == f"Function not found: {arn}:$LATEST.PUBLISHED"
        with pytest.raises(ClientError) as error:
            lambda_client.invoke(**members)
        assert error_code(error) == "NoPublishedVersionException"
    with pytest.raises(ClientError) as error:
        lambda_client.invoke(FunctionName="no-such-function", Qualifier="$LATEST.PUBLISHED")
    assert error_code(error) == "ResourceNotFoundException"


def test_the_version_that_can_be_changed_is_not_deleted_alone(lambda_client, name):
    with pytest.raises(ClientError) as error:
        lambda_client.delete_function(FunctionName=name, Qualifier="$LATEST")
    assert error_code(error) == "InvalidParameterValueException"
    assert lambda_client.get_function(FunctionName=name)["Configuration"]["Version"] == "$LATEST"
