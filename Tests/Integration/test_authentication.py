"""Nothing runs for a caller whose signature does not hold, and the caller hears AWS's code."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError
from harness.clients import boto3_client
from harness.functions import error_code
from harness.sigv4 import Request, Signer, send

LIST = "/2015-03-31/functions"
MINUTES = datetime.timedelta(minutes=1)


@pytest.fixture
def signer(server):
    return Signer(*server.credentials)


@pytest.fixture
def list_functions(server):
    return Request("GET", LIST, {"Host": f"127.0.0.1:{server.port}"})


@pytest.fixture
def create_function(server):
    body = json.dumps({"FunctionName": "never-made", "Code": {"ZipFile": ""}}).encode()
    return Request("POST", LIST, {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json"}, body)


def refused(server, request, *codes):
    reply = send(server, request)
    assert reply.status in (400, 403), reply
    assert reply.error_code in codes, reply
    assert "message" in {key.lower() for key in json.loads(reply.body)}
    assert reply.headers.get("x-amzn-requestid"), "every answer has a request id"


def test_a_request_signed_by_hand_is_accepted(server, signer, list_functions):
    reply = send(server, signer.sign(list_functions))
    assert reply.status == 200, reply
    assert "Functions" in json.loads(reply.body)


def test_an_unsigned_request_is_refused(server, list_functions):
    refused(server, list_functions, "MissingAuthenticationTokenException", "MissingAuthenticationToken")


def test_a_malformed_authorization_header_is_refused(server, list_functions):
    list_functions.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=nonsense"
    refused(server, list_functions, "IncompleteSignatureException", "IncompleteSignature")


def test_another_algorithm_is_refused(server, signer, list_functions):
    signer.sign(list_functions)
    header = list_functions.headers["Authorization"]
    list_functions.headers["Authorization"] = header.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")
    refused(
        server, list_functions, "IncompleteSignatureException", "InvalidSignatureException",
        "MissingAuthenticationTokenException",
    )  # fmt: skip


def test_a_wrong_secret_is_refused_through_boto3(server):
    key, _ = server.credentials
    client = boto3_client(server, aws_access_key_id=key, aws_secret_access_key="w" * 40)
    with pytest.raises(ClientError) as error:
        client.list_functions()
    assert error_code(error) == "InvalidSignatureException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unknown_access_key_is_refused_through_boto3(server):
    _, secret = server.credentials
    client = boto3_client(server, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key=secret)
    with pytest.raises(ClientError) as error:
        client.list_functions()
    assert error_code(error) == "UnrecognizedClientException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_token_with_a_key_that_has_none_is_refused_through_boto3(server):
    key, secret = server.credentials
    client = boto3_client(server, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token="made-up")
    with pytest.raises(ClientError) as error:
        client.list_functions()
    assert error_code(error) in ("UnrecognizedClientException", "InvalidClientTokenId")


@pytest.mark.parametrize("offset", [-16 * MINUTES, 16 * MINUTES], ids=["past", "future"])
def test_a_date_out_of_the_window_is_refused(server, signer, list_functions, offset):
    signer.skew = offset
    refused(server, signer.sign(list_functions), "InvalidSignatureException", "RequestTimeTooSkewed")


def test_a_date_inside_the_window_is_accepted(server, signer, list_functions):
    signer.skew = -4 * MINUTES
    assert send(server, signer.sign(list_functions)).status == 200


@pytest.mark.parametrize(
    "change", [{"region": "eu-west-1"}, {"scope_date": "20200101"}], ids=lambda change: next(iter(change))
)
def test_a_signature_of_another_scope_is_refused(server, signer, list_functions, change):
    for name, value in change.items():
        setattr(signer, name, value)
    refused(server, signer.sign(list_functions), "InvalidSignatureException", "SignatureDoesNotMatch")


@pytest.mark.parametrize("service", ["logs", "s3", "nonsense"])
def test_a_signature_for_another_service_reaches_no_function(server, signer, list_functions, service):
    signer.service = service
    reply = send(server, signer.sign(list_functions))
    assert reply.status in (403, 404), reply
    assert b"Functions" not in reply.body


def test_a_changed_body_is_refused(server, signer, create_function):
    signer.sign(create_function)
    create_function.body = create_function.body.replace(b"never-made", b"other-name")
    refused(server, create_function, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_a_declared_body_digest_that_is_not_the_bodys_is_refused(server, signer, create_function):
    create_function.headers["X-Amz-Content-Sha256"] = "0" * 64
    refused(
        server, signer.sign(create_function), "InvalidSignatureException", "SignatureDoesNotMatch",
        "XAmzContentSHA256Mismatch",
    )  # fmt: skip


def test_a_changed_signed_header_is_refused(server, signer, create_function):
    signer.sign(create_function)
    create_function.headers["Content-Type"] = "text/plain"
    refused(server, create_function, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_a_changed_query_is_refused(server, signer, list_functions):
    list_functions.query = [("MaxItems", "1")]
    signer.sign(list_functions)
    list_functions.query = [("MaxItems", "50")]
    refused(server, list_functions, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_a_changed_path_is_refused(server, signer, list_functions):
    signer.sign(list_functions)
    list_functions.path = LIST + "/other"
    refused(server, list_functions, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_a_changed_method_is_refused(server, signer):
    request = Request("GET", LIST + "/victim", {"Host": f"127.0.0.1:{server.port}"})
    signer.sign(request)
    request.method = "DELETE"
    refused(server, request, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_an_amazon_header_that_is_not_signed_is_refused(server, signer, list_functions):
    signer.sign(list_functions)
    list_functions.headers["X-Amz-Invocation-Type"] = "DryRun"
    refused(
        server, list_functions, "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignatureException"
    )


def test_a_signature_that_leaves_the_host_out_is_refused(server, signer, list_functions):
    signer.sign(list_functions, leave_out=("host",))
    refused(
        server, list_functions, "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignatureException"
    )


def test_a_presigned_request_is_accepted(server, signer, list_functions):
    reply = send(server, signer.presign(list_functions))
    assert reply.status == 200, reply


def test_a_presigned_request_past_its_expiry_is_refused(server, signer, list_functions):
    signer.skew = -2 * MINUTES
    refused(server, signer.presign(list_functions, expires=60), "InvalidSignatureException", "ExpiredTokenException",
            "AccessDeniedException")  # fmt: skip


def test_a_presigned_request_for_more_than_seven_days_is_refused(server, signer, list_functions):
    signer.presign(list_functions, expires=604_801)
    refused(server, list_functions, "InvalidSignatureException", "IncompleteSignatureException")


def test_a_presigned_request_with_a_changed_query_is_refused(server, signer, list_functions):
    signer.presign(list_functions)
    list_functions.query.append(("MaxItems", "1"))
    refused(server, list_functions, "InvalidSignatureException", "SignatureDoesNotMatch")


def test_refusals_do_not_tell_whether_a_function_exists(server, deploy):
    name = deploy("def handler(event, context): pass")
    stranger = Signer("AKIAIOSFODNN7EXAMPLE", "w" * 40)
    answers = []
    for candidate in (name, "no-such-function"):
        request = Request("GET", f"{LIST}/{candidate}", {"Host": f"127.0.0.1:{server.port}"})
        reply = send(server, stranger.sign(request))
        answers.append((reply.status, reply.error_code, reply.body))
    assert answers[0] == answers[1]


def test_an_unknown_operation_is_refused_without_a_signature(server):
    reply = send(server, Request("GET", "/no/such/operation", {"Host": f"127.0.0.1:{server.port}"}))
    assert reply.status in (403, 404)
    assert reply.error_code in ("UnknownOperationException", "MissingAuthenticationTokenException")
