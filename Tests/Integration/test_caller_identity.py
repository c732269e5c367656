"""GetCallerIdentity tells whoever signs who it is: by boto3, presigned as other tools send it, and by hand."""

import json
import urllib.request
from datetime import timedelta
from urllib.error import HTTPError
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.model import ServiceId
from botocore.signers import RequestSigner
from harness.api_requests import operation_request
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.identities import ADMINISTRATOR, PLATFORM, allow, deny
from harness.sigv4 import Request, Signer, send

QUERY = [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]


@pytest.fixture
def sts(server):
    return boto3_client(server, "sts")


@pytest.fixture
def signer(server):
    return Signer(*server.credentials, service="sts")


@pytest.fixture
def asking(server):
    """A request that is not signed."""
    return operation_request(server, "sts", "GetCallerIdentity", {})


@pytest.fixture
def getting(server):
    return Request("GET", "/", {"Host": f"127.0.0.1:{server.port}"}, query=list(QUERY))


def told(body):
    result = ElementTree.fromstring(body).find("{*}GetCallerIdentityResult")
    return {element.tag.partition("}")[2]: element.text for element in result}


def fetch(url, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
        return told(answer.read())


def refused(server, request, status, code):
    reply = send(server, request)
    assert (reply.status, reply.error_code) == (status, code), reply
    assert b"UserId" not in reply.body


def test_a_caller_is_told_account_arn_and_id(iam, identities, sts):
    identity = sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (ACCOUNT, ADMINISTRATOR)
    assert identity["UserId"] == iam.get_user()["User"]["UserId"]
    caller = identities.caller(Path="/team/")
    identity = caller.client("sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"], identity["UserId"]) == (ACCOUNT, caller.arn, caller.unique_id)
    assert caller.arn == f"arn:aws:iam::{ACCOUNT}:user/team/{caller.name}"


def test_no_policy_is_needed_and_none_can_deny_it(identities):
    nobody = identities.caller()
    denied = identities.caller(deny("*"), deny("sts:GetCallerIdentity"))
    bounded = identities.caller(PermissionsBoundary=identities.policy(allow("s3:*"), deny("*")))
    for caller in (nobody, denied, bounded):
        assert caller.client("sts").get_caller_identity()["Arn"] == caller.arn


def test_a_presigned_request_of_botocore_tells_who_signed_it(identities):
    caller = identities.caller(attached=[f"{PLATFORM}/ReadOnlyAccess"])
    url = caller.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    assert fetch(url) == {"Account": ACCOUNT, "Arn": caller.arn, "UserId": caller.unique_id}


def test_a_presigned_header_must_come_with_the_request(server):
    """As clusters are told who calls: the name of the cluster is signed with the request."""
    session = botocore.session.Session()
    session.set_credentials(*server.credentials)
    emitter = session.get_component("event_emitter")
    signer = RequestSigner(ServiceId("sts"), REGION, "sts", "v4", session.get_credentials(), emitter)
    request = {
        "method": "GET", "url": f"{server.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15", "body": {},
        "headers": {"x-k8s-aws-id": "one"}, "context": {},
    }  # fmt: skip
    url = signer.generate_presigned_url(request, region_name=REGION, expires_in=60, operation_name="")
    assert fetch(url, {"x-k8s-aws-id": "one"})["Arn"] == ADMINISTRATOR
    for headers in ({"x-k8s-aws-id": "another"}, {}):
        with pytest.raises(HTTPError) as error:
            fetch(url, headers)
        assert error.value.code in (400, 403)
        error.value.close()


def test_a_presigned_request_past_its_expiry_is_refused(server, signer, getting):
    signer.skew = -timedelta(minutes=2)
    refused(server, signer.presign(getting, expires=60), 403, "SignatureDoesNotMatch")


def test_a_presigned_request_with_another_action_is_refused(server, getting):
    signer = Signer(*server.credentials, service="sts")
    signer.presign(getting)
    getting.query[0] = ("Action", "GetSessionToken")
    refused(server, getting, 403, "SignatureDoesNotMatch")


def test_a_request_signed_by_hand_is_answered_in_xml(server, signer, asking):
    reply = send(server, signer.sign(asking))
    assert reply.status == 200 and reply.headers["content-type"] == "text/xml"
    assert told(reply.body)["Arn"] == ADMINISTRATOR
    identifier = ElementTree.fromstring(reply.body).findtext("{*}ResponseMetadata/{*}RequestId")
    assert identifier and identifier == reply.headers["x-amzn-requestid"]


def test_a_request_that_is_not_signed_is_refused(server, asking, getting):
    refused(server, asking, 403, "MissingAuthenticationToken")
    refused(server, getting, 403, "MissingAuthenticationToken")


def test_a_key_that_is_not_there_is_refused(server, asking):
    stranger = Signer("AKIAIOSFODNN7EXAMPLE", "w" * 40, service="sts")
    refused(server, stranger.sign(asking), 403, "InvalidClientTokenId")


def test_a_wrong_secret_is_refused(server, asking):
    signer = Signer(server.credentials[0], "w" * 40, service="sts")
    refused(server, signer.sign(asking), 403, "SignatureDoesNotMatch")


def test_a_changed_body_is_refused(server, signer, asking):
    signer.sign(asking)
    asking.body += b"&More=1"
    refused(server, asking, 403, "SignatureDoesNotMatch")


def test_a_signature_for_another_region_is_refused(server, signer, asking):
    signer.region = "eu-west-1"
    refused(server, signer.sign(asking), 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("service", ["iam", "lambda", "logs", "nonsense"])
def test_a_signature_for_another_service_reaches_no_identity(server, signer, asking, service):
    signer.service = service
    reply = send(server, signer.sign(asking))
    assert reply.status in (400, 403, 404) and b"UserId" not in reply.body


@pytest.mark.parametrize(
    "body, code",
    [
        (b"Action=NoSuchAction&Version=2011-06-15", "InvalidAction"),
        (b"Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction"),
        (b"Action=GetCallerIdentity", "InvalidAction"),
        (b"Action=GetUser&Version=2011-06-15", "InvalidAction"),
        (b"Version=2011-06-15", "MissingAction"),
        (b"", "MissingAction"),
        (b"Action=GetCallerIdentity&Version=%zz", "MalformedQueryString"),
        (b"Action=GetCallerIdentity&Version=2011-06-15&a=1&a=2", "MalformedQueryString"),
    ],
)
def test_a_form_that_asks_for_no_operation_is_refused(server, signer, asking, body, code):
    asking.body = body
    refused(server, signer.sign(asking), 400, code)


def test_the_aws_cli_is_told_who_calls(aws):
    identity = json.loads(aws("sts", "get-caller-identity").stdout)
    assert (identity["Account"], identity["Arn"]) == (ACCOUNT, ADMINISTRATOR)
