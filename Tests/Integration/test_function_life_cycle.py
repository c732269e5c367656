"""boto3, with nothing but the credentials file, takes a function from creation to deletion."""

import base64
import hashlib
import io
import os
import subprocess
import sys
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION, ROLE, client_environment
from harness.functions import error_code, unique_name
from harness.packages import make_zip

CONSTANT = "def handler(event, context): return {!r}"


@pytest.fixture
def name(deploy):
    return deploy(CONSTANT.format("one"))


def arn(name, qualifier=None):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")


def replace_code(client, name, result):
    client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": CONSTANT.format(result)}))
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


def test_the_credentials_file_and_the_address_are_all_that_boto3_needs(server, name):
    script = "import boto3; print([f['FunctionName'] for f in boto3.client('lambda').list_functions()['Functions']])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=client_environment(server), capture_output=True, text=True, check=True
    )
    assert name in done.stdout


def test_creation_answers_with_the_configuration(deploy, lambda_client):
    package = make_zip({"app.py": CONSTANT.format("one")})
    name = deploy(package, Description="a description", Timeout=7, MemorySize=256, environment={"KEY": "välue"})
    found = lambda_client.get_function_configuration(FunctionName=name)
    assert found["FunctionArn"] == arn(name)
    assert found["CodeSha256"] == base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert found["CodeSize"] == len(package)
    assert (found["Runtime"], found["Handler"], found["Role"]) == ("python3.11", "app.handler", ROLE)
    assert (found["Timeout"], found["MemorySize"], found["Description"]) == (7, 256, "a description")
    assert found["Environment"]["Variables"] == {"KEY": "välue"}
    assert (found["State"], found["LastUpdateStatus"], found["Version"]) == ("Active", "Successful", "$LATEST")
    assert found["PackageType"] == "Zip" and found["Architectures"] == ["x86_64"]


def test_a_second_function_of_the_same_name_conflicts(name, deploy):
    with pytest.raises(ClientError) as error:
        deploy(CONSTANT.format("two"), name=name)
    assert error_code(error) == "ResourceConflictException"
    assert name in error.value.response["Error"]["Message"]


def test_new_code_answers_after_the_update(name, lambda_client, invoke):
    assert invoke(name).json == "one"
    replace_code(lambda_client, name, "two")
    assert invoke(name).json == "two"


def test_new_configuration_holds_for_the_next_invocation(deploy, lambda_client, invoke):
    name = deploy("import os\ndef handler(e, c): return [os.environ['COLOUR'], c.memory_limit_in_mb]",
                  environment={"COLOUR": "red"})  # fmt: skip
    assert invoke(name).json == ["red", "128"]
    lambda_client.update_function_configuration(
        FunctionName=name, MemorySize=192, Environment={"Variables": {"COLOUR": "blue"}}
    )
    lambda_client.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert invoke(name).json == ["blue", "192"]


def test_an_update_with_a_stale_revision_is_refused(name, lambda_client):
    with pytest.raises(ClientError) as error:
        lambda_client.update_function_configuration(
            FunctionName=name, Timeout=9, RevisionId="00000000-0000-0000-0000-000000000000"
        )
    assert error_code(error) == "PreconditionFailedException"


def test_a_published_version_keeps_its_code_and_configuration(name, lambda_client, invoke):
    published = lambda_client.publish_version(FunctionName=name, Description="first")
    assert (published["Version"], published["FunctionArn"]) == ("1", arn(name, "1"))
    replace_code(lambda_client, name, "two")
    lambda_client.update_function_configuration(FunctionName=name, Timeout=9)
    assert invoke(name, Qualifier="1").json == "one"
    assert invoke(name, Qualifier="$LATEST").json == "two"
    assert lambda_client.get_function_configuration(FunctionName=name, Qualifier="1")["Timeout"] == 5


def test_publishing_what_has_not_changed_gives_the_same_version(name, lambda_client):
    versions = {lambda_client.publish_version(FunctionName=name)["Version"] for _ in range(2)}
    assert versions == {"1"}


def test_the_executed_version_is_reported(name, lambda_client, invoke):
    lambda_client.publish_version(FunctionName=name)
    assert invoke(name).version == "$LATEST"
    assert invoke(name, Qualifier="1").version == "1"


def test_every_form_of_a_functions_name_is_understood(name, lambda_client, invoke):
    lambda_client.publish_version(FunctionName=name)
    forms = [name, f"{name}:1", f"{ACCOUNT}:function:{name}", f"function:{name}", arn(name), arn(name, "1")]
    for form in forms[:3] + forms[4:]:
        assert invoke(form).json == "one", form


def test_functions_are_listed_a_page_at_a_time(deploy, lambda_client):
    wanted = {deploy(CONSTANT.format(n)) for n in range(3)}
    seen, marker, pages = [], None, 0
    while True:
        page = lambda_client.list_functions(MaxItems=2, **({"Marker": marker} if marker else {}))
        assert len(page["Functions"]) <= 2
        seen += [function["FunctionName"] for function in page["Functions"]]
        pages += 1
        marker = page.get("NextMarker")
        if not marker:
            break
    assert wanted <= set(seen) and len(seen) == len(set(seen)) and pages >= 2


def test_the_paginator_sees_every_function(deploy, lambda_client):
    wanted = {deploy(CONSTANT.format(n)) for n in range(3)}
    pages = lambda_client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    assert wanted <= {function["FunctionName"] for page in pages for function in page["Functions"]}


def test_all_versions_are_listed_on_request(name, lambda_client):
    lambda_client.publish_version(FunctionName=name)
    pages = lambda_client.get_paginator("list_functions").paginate(FunctionVersion="ALL")
    versions = {f["Version"] for page in pages for f in page["Functions"] if f["FunctionName"] == name}
    assert versions == {"$LATEST", "1"}


def test_a_deleted_function_is_gone(name, lambda_client, invoke):
    assert invoke(name).json == "one"
    lambda_client.delete_function(FunctionName=name)
    for call in (lambda_client.get_function, lambda_client.delete_function, lambda_client.invoke):
        with pytest.raises(ClientError) as error:
            call(FunctionName=name)
        assert error_code(error) == "ResourceNotFoundException", call
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_deleted_version_is_gone_and_the_function_stays(name, lambda_client, invoke):
    lambda_client.publish_version(FunctionName=name)
    lambda_client.delete_function(FunctionName=name, Qualifier="1")
    with pytest.raises(ClientError) as error:
        invoke(name, Qualifier="1")
    assert error_code(error) == "ResourceNotFoundException"
    assert invoke(name).json == "one"


def test_a_name_can_be_used_again_after_deletion(name, deploy, lambda_client, invoke):
    lambda_client.publish_version(FunctionName=name)
    lambda_client.delete_function(FunctionName=name)
    deploy(CONSTANT.format("again"), name=name)
    assert invoke(name).json == "again"
    with pytest.raises(ClientError) as error:
        invoke(name, Qualifier="1")
    assert error_code(error) == "ResourceNotFoundException"


def test_what_does_not_exist_is_named_in_the_error(lambda_client):
    with pytest.raises(ClientError) as error:
        lambda_client.get_function(FunctionName="no-such-function")
    assert error.value.response["Error"]["Message"] == f"Function not found: {arn('no-such-function')}"


@pytest.mark.parametrize(
    "members, code",
    [
        ({"Timeout": 901}, "ValidationException"),
        ({"Timeout": 0}, "ValidationException"),
        ({"MemorySize": 64}, "ValidationException"),
        ({"Runtime": "cobol85"}, "InvalidParameterValueException"),
        ({"Role": "not-an-arn"}, "ValidationException"),
        ({"Environment": {"Variables": {"AWS_REGION": "mars"}}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"BIG": "x" * 5000}}}, "InvalidParameterValueException"),
        ({"FunctionName": "no spaces allowed"}, "ValidationException"),
        ({"Code": {"ZipFile": b"not a zip"}}, "InvalidParameterValueException"),
        ({"Code": {"S3Bucket": "bucket", "S3Key": "key"}}, "InvalidParameterValueException"),
        ({"Architectures": ["arm64"]}, "ValidationException"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "InvalidParameterValueException"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_parameter_is_refused(server, lambda_client, members, code):
    wanted = {
        "FunctionName": unique_name(), "Runtime": "python3.11", "Handler": "app.handler", "Role": ROLE,
        "Code": {"ZipFile": make_zip({"app.py": ""})}, **members,
    }  # fmt: skip
    # botocore would refuse some of these itself.
    unchecked = without_client_validation(server)
    with pytest.raises(ClientError) as error:
        unchecked.create_function(**wanted)
    assert error_code(error) == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError) as missing:
        unchecked.get_function(FunctionName=wanted["FunctionName"].replace(" ", "-"))
    assert error_code(missing) == "ResourceNotFoundException", "a refused creation leaves nothing behind"


def test_several_wrong_parameters_are_reported_together(server):
    with pytest.raises(ClientError) as error:
        without_client_validation(server).create_function(
            FunctionName=unique_name(), Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=0,
            MemorySize=1, Code={"ZipFile": make_zip({"app.py": ""})},
        )  # fmt: skip
    message = error.value.response["Error"]["Message"]
    assert message.startswith("2 validation errors detected: ")
    assert "at 'timeout' failed to satisfy constraint" in message
    assert "at 'memorySize' failed to satisfy constraint" in message


@pytest.mark.parametrize(
    "files",
    [{"../escape.py": ""}, {"/etc/escape.py": ""}, {"a/../../escape.py": ""}],
    ids=["dots", "absolute", "inner"],
)
def test_a_package_that_climbs_out_is_refused(deploy, files):
    with pytest.raises(ClientError) as error:
        deploy(make_zip({"app.py": "", **files}))
    assert error_code(error) in ("InvalidParameterValueException", "InvalidZipFileException")


def test_a_package_that_unpacks_to_far_more_than_allowed_is_refused(deploy):
    bomb = make_zip({"app.py": CONSTANT.format(1), **{f"zeros{n}": b"\0" * (90 << 20) for n in range(3)}})
    assert len(bomb) < 1 << 20
    with pytest.raises(ClientError) as error:
        deploy(bomb)
    assert error_code(error) in ("InvalidParameterValueException", "InvalidZipFileException")


def test_an_incompressible_package_of_20_mb_is_deployed(deploy, invoke):
    name = deploy(
        {"app.py": "import os\ndef handler(e, c): return os.path.getsize('blob')", "blob": os.urandom(20 << 20)}
    )
    assert invoke(name).json == 20 << 20


def without_client_validation(server):
    import boto3
    from botocore.config import Config

    key, secret = server.credentials
    return boto3.client(
        "lambda", endpoint_url=server.endpoint, region_name=REGION, aws_access_key_id=key,
        aws_secret_access_key=secret, config=Config(parameter_validation=False, retries={"max_attempts": 0}),
    )  # fmt: skip
