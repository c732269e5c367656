"""`Code.Location` of GetFunction: a link to the exact bytes that were deployed."""

import urllib.error
import urllib.parse
import urllib.request

import pytest
from harness.clients import boto3_client
from harness.functions import unique_name
from harness.packages import make_zip, package_of

HELLO = package_of("def handler(event, context): return 'hello'")


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.headers["Content-Type"], answer.read()


def refused(url):
    with pytest.raises(urllib.error.HTTPError) as error:
        fetch(url)
    return error.value.code


def link(client, name, **members):
    code = client.get_function(FunctionName=name, **members)["Code"]
    assert code["RepositoryType"] == "S3"
    return code["Location"]


def with_parameter(url, name, value):
    parts = urllib.parse.urlsplit(url)
    query = [(key, value if key == name else old) for key, old in urllib.parse.parse_qsl(parts.query)]
    return parts._replace(query=urllib.parse.urlencode(query)).geturl()


def test_the_link_gives_the_bytes_that_were_deployed(lambda_client, server, deploy):
    name = deploy(HELLO)
    url = link(lambda_client, name)
    assert url.startswith(server.endpoint + "/")
    assert fetch(url) == (200, "application/zip", HELLO)
    assert fetch(url)[2] == HELLO, "a link can be used again while it lasts"
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    assert query["X-Amz-Expires"] == ["600"]


def test_a_version_keeps_its_package(lambda_client, deploy):
    name = deploy(HELLO)
    lambda_client.publish_version(FunctionName=name)
    old = link(lambda_client, name)
    other = make_zip({"app.py": "def handler(event, context): return 'other'"})
    lambda_client.update_function_code(FunctionName=name, ZipFile=other)
    assert fetch(link(lambda_client, name))[2] == other
    assert fetch(link(lambda_client, name, Qualifier="1"))[2] == HELLO
    assert fetch(old)[2] == HELLO, "version 1 still has it"


def test_a_link_to_what_no_version_has_any_more_is_dead(lambda_client, deploy):
    name = deploy(HELLO)
    url = link(lambda_client, name)
    lambda_client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": "handler = len"}))
    assert refused(url) == 404
    lambda_client.delete_function(FunctionName=name)
    assert refused(url) == 404


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("X-Amz-Expires", "604800"), ("X-Amz-Date", "20200101T000000Z"), ("X-Amz-Signature", "0" * 64)],
)
def test_a_link_that_was_changed_is_refused(lambda_client, deploy, parameter, value):
    name = deploy(HELLO)
    assert refused(with_parameter(link(lambda_client, name), parameter, value)) == 403


def test_a_link_opens_nothing_else(lambda_client, deploy):
    one, other = deploy(HELLO), deploy(make_zip({"app.py": "handler = print"}))
    url = link(lambda_client, one)
    assert refused(url.replace(one, other)) == 403
    assert refused(url.replace("GET", "POST").replace("/packages/", "/hygiene/")) in (403, 404)


def test_a_caller_gets_only_packages_of_the_function_that_is_named(server, lambda_client, deploy):
    one, other = deploy(HELLO), deploy(make_zip({"app.py": f"# {unique_name()}"}))
    foreign = urllib.parse.urlsplit(link(lambda_client, other)).path.rsplit("/", 1)[1]
    client = boto3_client(server)
    signer = client._request_signer
    request = {
        "url": f"{server.endpoint}/2026-11-25/functions/{one}/packages/{foreign}", "method": "GET", "headers": {},
        "body": b"", "context": {}, "url_path": "", "query_string": {},
    }  # fmt: skip
    url = signer.generate_presigned_url(request, "GetFunctionPackage", expires_in=60, signing_name="redoubt")
    assert refused(url) == 404
    own = url.replace(foreign, "0" * 64)
    assert refused(own) == 403
