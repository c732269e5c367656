"""Layers by boto3: published, read, listed and deleted."""

import base64
import hashlib
import json
import re

import pytest
from botocore.exceptions import ClientError
from Conformance.model import service
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code, unique_name
from harness.packages import make_zip

PACKAGE = make_zip({"python/tools.py": "VALUE = 1"})


@pytest.fixture
def publish(lambda_client):
    """Publishes a version; all are deleted at the end."""
    published = []

    def make(name, package=PACKAGE, **members):
        version = lambda_client.publish_layer_version(LayerName=name, Content={"ZipFile": package}, **members)
        published.append((name, version["Version"]))
        return version

    yield make
    for name, number in published:
        lambda_client.delete_layer_version(LayerName=name, VersionNumber=number)


@pytest.fixture
def name():
    return unique_name("layer")


def arn(name, number=None, region=REGION, account=ACCOUNT):
    return f"arn:aws:lambda:{region}:{account}:layer:{name}" + (f":{number}" if number else "")


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def test_publishing_answers_with_the_version(publish, name):
    made = publish(
        name, Description="d", CompatibleRuntimes=["python3.11", "ruby3.3"], CompatibleArchitectures=["arm64"],
        LicenseInfo="MIT",
    )  # fmt: skip
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["LayerArn"], made["LayerVersionArn"], made["Version"]) == (arn(name), arn(name, 1), 1)
    assert made["Content"].pop("Location")
    assert made["Content"] == {
        "CodeSha256": base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode(), "CodeSize": len(PACKAGE)
    }  # fmt: skip
    assert (made["Description"], made["LicenseInfo"]) == ("d", "MIT")
    assert (made["CompatibleRuntimes"], made["CompatibleArchitectures"]) == (["python3.11", "ruby3.3"], ["arm64"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", made["CreatedDate"])


def test_a_version_is_read_by_number_and_by_arn(lambda_client, publish, name):
    made = described(publish(name))
    for found in (
        lambda_client.get_layer_version(LayerName=name, VersionNumber=1),
        lambda_client.get_layer_version(LayerName=arn(name), VersionNumber=1),
        lambda_client.get_layer_version_by_arn(Arn=arn(name, 1)),
    ):
        assert described(found) == made


def described(answer):
    """Without what each answer has of its own."""
    answer.pop("ResponseMetadata")
    answer["Content"].pop("Location")
    return answer


def test_numbers_are_never_used_again(lambda_client, publish, name):
    assert [publish(name)["Version"] for _ in range(2)] == [1, 2]
    lambda_client.delete_layer_version(LayerName=name, VersionNumber=2)
    assert publish(name)["Version"] == 3


def test_a_deleted_version_is_gone_and_deleting_it_again_is_no_error(lambda_client, publish, name):
    publish(name)
    for _ in range(2):
        done = lambda_client.delete_layer_version(LayerName=name, VersionNumber=1)
        assert done["ResponseMetadata"]["HTTPStatusCode"] == 204
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.")
    assert refusal(lambda_client.get_layer_version, LayerName=name, VersionNumber=1) == gone
    assert refusal(lambda_client.get_layer_version_by_arn, Arn=arn(name, 1)) == gone
    assert lambda_client.list_layer_versions(LayerName=name)["LayerVersions"] == []


def test_versions_are_listed_newest_first_in_pages(lambda_client, publish, name):
    for number in range(5):
        publish(name, Description=str(number))
    pages = list(lambda_client.get_paginator("list_layer_versions").paginate(LayerName=name, MaxItems=2))
    assert [[item["Version"] for item in page["LayerVersions"]] for page in pages] == [[5, 4], [3, 2], [1]]
    first = pages[0]["LayerVersions"][0]
    assert (first["LayerVersionArn"], first["Description"]) == (arn(name, 5), "4")
    assert "Content" not in first


def test_layers_are_listed_by_name_in_pages_with_their_newest_version_that_fits(lambda_client, publish):
    prefix = unique_name("zz")
    for name in ("c", "a", "b", "a"):
        publish(f"{prefix}-{name}", CompatibleRuntimes=["java21"])
    publish(f"{prefix}-a", CompatibleArchitectures=["x86_64"])
    newest = {
        layer["LayerName"]: layer["LatestMatchingVersion"]["Version"]
        for page in lambda_client.get_paginator("list_layers").paginate(MaxItems=2)
        for layer in page["Layers"]
        if layer["LayerName"].startswith(prefix)
    }
    assert list(newest.items()) == [(f"{prefix}-a", 3), (f"{prefix}-b", 1), (f"{prefix}-c", 1)]
    java = lambda_client.list_layers(CompatibleRuntime="java21")["Layers"]
    assert {(layer["LayerName"], layer["LatestMatchingVersion"]["Version"]) for layer in java} >= {(f"{prefix}-a", 2)}
    both = lambda_client.list_layers(CompatibleRuntime="java21", CompatibleArchitecture="x86_64")["Layers"]
    assert both == []
    assert java[0]["LayerArn"] == arn(java[0]["LayerName"])


def test_versions_are_filtered_too(lambda_client, publish, name):
    publish(name, CompatibleRuntimes=["python3.11"])
    publish(name, CompatibleArchitectures=["arm64"])
    python = lambda_client.list_layer_versions(LayerName=name, CompatibleRuntime="python3.11")["LayerVersions"]
    arm = lambda_client.list_layer_versions(LayerName=name, CompatibleArchitecture="arm64")["LayerVersions"]
    assert ([item["Version"] for item in python], [item["Version"] for item in arm]) == ([1], [2])


def test_every_runtime_of_the_model_may_be_named(publish, name):
    runtimes = service("lambda").shape_for("Runtime").enum
    for start in range(0, len(runtimes), 15):
        publish(name, CompatibleRuntimes=runtimes[start : start + 15])


@pytest.mark.parametrize(
    "members, place",
    [
        ({"LayerName": "a.b"}, "layerName"), ({"LayerName": "x" * 141}, "layerName"),
        ({"CompatibleRuntimes": ["python9"]}, "compatibleRuntimes"), ({"Description": "x" * 257}, "description"),
        ({"CompatibleRuntimes": ["go1.x"] * 16}, "compatibleRuntimes"), ({"LicenseInfo": "x" * 513}, "licenseInfo"),
        ({"CompatibleArchitectures": ["mips"]}, "compatibleArchitectures"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_broken_constraint_is_named(lambda_client, name, members, place):
    call = {"LayerName": name, "Content": {"ZipFile": PACKAGE}, **members}
    code, message = refusal(lambda_client.publish_layer_version, **call)
    assert code == "ValidationException" and f"at '{place}' failed to satisfy constraint" in message


def test_wrong_pages_and_numbers_are_refused(lambda_client, name):
    for call, members in (
        (lambda_client.list_layers, {"Marker": "made-up"}), (lambda_client.list_layer_versions, {"LayerName": name, "Marker": "x"}),
    ):  # fmt: skip
        assert refusal(call, **members)[0] == "InvalidParameterValueException"
    assert refusal(lambda_client.list_layers, MaxItems=51)[0] == "ValidationException"
    assert refusal(lambda_client.get_layer_version_by_arn, Arn=arn(name))[0] == "ValidationException"


def test_content_from_elsewhere_or_none_or_no_zip_is_refused(lambda_client, name):
    publish = lambda_client.publish_layer_version
    code, message = refusal(publish, LayerName=name, Content={"S3Bucket": "bucket", "S3Key": "key"})
    assert code == "InvalidParameterValueException" and "S3Bucket, S3Key" in message
    assert refusal(publish, LayerName=name, Content={})[0] == "InvalidParameterValueException"
    code, message = refusal(publish, LayerName=name, Content={"ZipFile": b"no zip"})
    assert code == "InvalidParameterValueException" and "unzip" in message
    evil = make_zip({"../out": "x"})
    assert "out" in refusal(publish, LayerName=name, Content={"ZipFile": evil})[1]
    assert lambda_client.list_layer_versions(LayerName=name)["LayerVersions"] == []


@pytest.mark.parametrize("place", [{"account": "999999999999"}, {"region": "eu-west-9"}], ids=str)
def test_layers_of_others_are_denied(lambda_client, name, place):
    theirs = arn(name, 1, **place)
    code, message = refusal(lambda_client.get_layer_version_by_arn, Arn=theirs)
    assert code == "AccessDeniedException"
    assert "lambda:GetLayerVersion" in message and theirs in message and "resource-based policy" in message
    layer = {"LayerName": arn(name, **place)}
    calls = [
        (lambda_client.get_layer_version, {"VersionNumber": 1}), (lambda_client.delete_layer_version, {"VersionNumber": 1}),
        (lambda_client.list_layer_versions, {}), (lambda_client.publish_layer_version, {"Content": {"ZipFile": PACKAGE}}),
    ]  # fmt: skip
    for call, members in calls:
        assert refusal(call, **layer, **members)[0] == "AccessDeniedException"


def test_the_aws_cli_publishes_reads_and_deletes_a_layer(aws, name, tmp_path):
    (tmp_path / "layer.zip").write_bytes(PACKAGE)
    package = f"fileb://{tmp_path}/layer.zip"
    made = aws("lambda", "publish-layer-version", "--layer-name", name, "--zip-file", package)
    version = json.loads(made.stdout)["LayerVersionArn"]
    found = aws("lambda", "get-layer-version-by-arn", "--arn", version)
    assert json.loads(found.stdout)["Content"]["CodeSize"] == len(PACKAGE)
    aws("lambda", "delete-layer-version", "--layer-name", name, "--version-number", "1")
    assert aws("lambda", "get-layer-version-by-arn", "--arn", version, check=False).returncode != 0
