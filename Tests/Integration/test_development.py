"""`redoubt serve --dev`: the pair test/test of scripts for emulators, and who may not use it."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from harness.clients import ACCOUNT, REGION, ROLE, boto3_client
from harness.fixtures import own_server
from harness.functions import unique_name
from harness.identities import ADMINISTRATOR, TRUSTS_LAMBDA, refusal
from harness.packages import make_zip
from harness.sigv4 import Request, Signer, send

LIST = "/2015-03-31/functions"
PAIR = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def development():
    with own_server("--dev") as server:
        yield server


def list_functions(server, host=None, signer=None, **headers):
    """The reply to a signed request, with further headers that are not signed."""
    request = Request("GET", LIST, {"Host": host or f"127.0.0.1:{server.port}"})
    signed = (signer or Signer("test", "test")).sign(request)
    signed.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return send(server, signed)


def test_the_pair_is_the_administrator(development):
    assert boto3_client(development, "sts", **PAIR).get_caller_identity()["Arn"] == ADMINISTRATOR
    assert list_functions(development).status == 200


def test_a_script_for_an_emulator_runs(development, tmp_path):
    """Only the endpoint, the region and the pair are set."""
    name = unique_name("f")
    (tmp_path / "code.zip").write_bytes(make_zip({"m.py": "def h(event, context): return event['n'] + 1"}))
    script = f"""
    set -e
    aws iam create-role --role-name {name} --assume-role-policy-document '{TRUSTS_LAMBDA}' > /dev/null
    aws lambda create-function --function-name {name} --runtime python3.11 --handler m.h \
      --role arn:aws:iam::{ACCOUNT}:role/{name} --zip-file fileb://code.zip > /dev/null
    aws lambda invoke --function-name {name} --payload '{{"n": 41}}' out > /dev/null
    aws lambda get-function --function-name {name} --query Code.Location --output text > location
    """
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": development.endpoint,
    }  # fmt: skip
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out").read_text()) == 42
    fetched = subprocess.run(["curl", "-sf", (tmp_path / "location").read_text().strip()], capture_output=True)
    assert fetched.returncode == 0 and fetched.stdout[:2] == b"PK"


def test_the_administrators_own_key_goes_on(development):
    assert boto3_client(development, "sts").get_caller_identity()["Arn"] == ADMINISTRATOR


def test_whoever_starts_it_is_warned(development):
    assert "warning: --dev: every program on this host is the administrator" in development.log.read_text()


@pytest.mark.parametrize("pair", [("test", "Test"), ("test", "x" * 40), ("tests", "test"), ("Test", "test"), ("", "test")])
def test_another_pair_is_refused(development, pair):
    reply = list_functions(development, signer=Signer(*pair))
    assert (reply.status, reply.error_code) in (
        (403, "UnrecognizedClientException"), (403, "InvalidSignatureException"),
    )  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:80", "127.8.9.10:4566", "localhost", "localhost:1", "LocalHost", "[::1]:4566"])
def test_a_host_that_is_this_machine_is_taken(development, host):
    assert list_functions(development, host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:4566", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1:80.evil",
        "128.0.0.1", "10.0.0.1", "127.0.0", "127.0.0.256", "0.0.0.0", "[::2]", "[::1x]", "localhost.",
    ],
)  # fmt: skip
def test_a_host_of_another_name_is_refused(development, host):
    """A page of a name that was bound to this address anew is of the same origin as the API."""
    reply = list_functions(development, host)
    assert reply.status in (400, 403), reply


@pytest.mark.parametrize(
    "header", ["Origin", "origin", "Sec_Fetch_Site", "Sec_Fetch_Mode", "Sec_Fetch_Dest", "Forwarded", "X_Forwarded_For", "X_Forwarded_Host", "Via"]
)
@pytest.mark.parametrize("value", ["null", "http://127.0.0.1", ""])
def test_what_comes_from_a_browser_or_through_a_proxy_is_refused(development, header, value):
    reply = list_functions(development, **{header: value})
    assert (reply.status, reply.error_code) == (403, "UnrecognizedClientException")
    own = list_functions(development, signer=Signer(*development.credentials), **{header: value})
    assert own.status == 200, "the mark is nothing to a key that a page does not know"


def test_a_link_with_the_pair_is_refused(development):
    """An image or a form of any page could carry it, without a word of where it comes from."""

    def follow(signer):
        request = Request("GET", LIST, {"Host": f"127.0.0.1:{development.port}"})
        return send(development, signer.presign(request))

    reply = follow(Signer("test", "test"))
    assert (reply.status, reply.error_code) == (403, "UnrecognizedClientException")
    assert follow(Signer(*development.credentials)).status == 200


def test_a_token_beside_the_pair_is_refused(development):
    client = boto3_client(development, "lambda", **PAIR, aws_session_token="test")
    assert refusal(client.list_functions)[1] == "UnrecognizedClientException"


def test_the_pair_is_worth_nothing_inside_an_environment(development):
    """Whatever a function knows, it is its role."""
    client, name = boto3_client(development, **PAIR), unique_name("f")
    code = """
        import boto3, botocore
        def h(event, context):
            session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")
            try:
                return session.client("lambda").list_functions()["ResponseMetadata"]["HTTPStatusCode"]
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
    """
    client.create_function(
        FunctionName=name, Runtime="python3.11", Role=ROLE, Handler="m.h", Timeout=30,
        Code={"ZipFile": make_zip({"m.py": textwrap.dedent(code)})},
    )  # fmt: skip
    answer = json.loads(client.invoke(FunctionName=name)["Payload"].read())
    assert answer == "UnrecognizedClientException"


def test_without_the_flag_the_pair_is_worth_nothing(server):
    assert refusal(boto3_client(server, **PAIR).list_functions)[1] == "UnrecognizedClientException"


def test_it_may_be_set_in_the_file(tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"dev": True}))
    with own_server("--config", str(config)) as server:
        assert list_functions(server).status == 200
