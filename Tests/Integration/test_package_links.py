"""`Code.Location` of GetFunction and `Content.Location` of layers: links to the exact bytes that were deployed."""

import datetime
import sqlite3
import urllib.error
import urllib.parse
import urllib.request

import pytest
from harness.clients import ROLE, boto3_client
from harness.functions import unique_name
from harness.packages import make_zip, package_of
from harness.sigv4 import Request, Signer, send

HELLO = package_of("def handler(event, context): return 'hello'")
TOOLS = make_zip({"python/tools.py": "VALUE = 1"})
LIFETIME = 600
"""Seconds."""


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


@pytest.fixture
def layer(lambda_client):
    """A layer with two versions, of `TOOLS` and of another package."""
    name = unique_name("layer")
    for package in (TOOLS, make_zip({"python/tools.py": "VALUE = 2"})):
        lambda_client.publish_layer_version(LayerName=name, Content={"ZipFile": package})
    yield name
    for number in (1, 2):
        lambda_client.delete_layer_version(LayerName=name, VersionNumber=number)


def layer_link(client, name, number=1):
    return client.get_layer_version(LayerName=name, VersionNumber=number)["Content"]["Location"]


@pytest.fixture(params=["function", "layer"])
def linked(request, lambda_client, deploy):
    """A link to either, and what it leads to."""
    if request.param == "function":
        return link(lambda_client, deploy(HELLO)), HELLO
    return layer_link(lambda_client, request.getfixturevalue("layer")), TOOLS


def with_parameter(url, name, value):
    parts = urllib.parse.urlsplit(url)
    query = [(key, value if key == name else old) for key, old in urllib.parse.parse_qsl(parts.query)]
    return parts._replace(query=urllib.parse.urlencode(query)).geturl()


def test_the_link_gives_the_bytes_that_were_deployed(server, linked):
    url, package = linked
    assert url.startswith(server.endpoint + "/")
    assert fetch(url) == (200, "application/zip", package)
    assert fetch(url)[2] == package, "a link can be used again while it lasts"
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    assert query["X-Amz-Expires"] == [str(LIFETIME)]


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
def test_a_link_that_was_changed_is_refused(linked, parameter, value):
    assert refused(with_parameter(linked[0], parameter, value)) == 403


@pytest.mark.parametrize("age, status", [(LIFETIME - 60, 200), (LIFETIME + 5, 403)])
def test_a_link_ends_with_its_time(server, linked, age, status):
    """Signed as the server signs it, but a while ago."""
    path = urllib.parse.urlsplit(linked[0]).path
    signer = Signer(*server.credentials, service="redoubt", skew=-datetime.timedelta(seconds=age))
    request = signer.presign(Request("GET", path, {"Host": f"127.0.0.1:{server.port}"}), expires=LIFETIME)
    assert send(server, request).status == status


def test_links_end_with_the_key_that_signed_them(fresh_server):
    client = boto3_client(fresh_server)
    client.create_function(
        FunctionName="f", Runtime="python3.11", Handler="app.handler", Role=ROLE, Code={"ZipFile": HELLO}
    )
    client.publish_layer_version(LayerName="l", Content={"ZipFile": TOOLS})
    links = [link(client, "f"), layer_link(client, "l")]
    assert [fetch(url)[2] for url in links] == [HELLO, TOOLS]
    fresh_server.stop()
    with sqlite3.connect(fresh_server.data / "redoubt.sqlite") as database:
        assert database.execute("UPDATE access_keys SET is_active = 0").rowcount == 1
    fresh_server.start()
    assert [refused(url) for url in links] == [403, 403]


def test_every_description_of_a_layer_version_has_a_link(lambda_client, layer):
    made = lambda_client.publish_layer_version(LayerName=layer, Content={"ZipFile": TOOLS})
    found = lambda_client.get_layer_version_by_arn(Arn=made["LayerVersionArn"])
    for answer in (made, found):
        assert fetch(answer["Content"]["Location"])[2] == TOOLS
    lambda_client.delete_layer_version(LayerName=layer, VersionNumber=made["Version"])
    assert refused(made["Content"]["Location"]) == 404, "the version is gone, although another has the same package"


def test_a_link_opens_no_other_version_of_a_layer(lambda_client, layer):
    url = layer_link(lambda_client, layer)
    assert refused(url.replace("/versions/1/", "/versions/2/")) == 403
    assert refused(url.replace(layer, "other")) == 403


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
