"""Every operation of IAM and STS that is served, called on its good path and for each error that AWS's model has for
it, and each raw answer held against the model. What cannot come is listed with its reason."""

import sqlite3
from contextlib import closing
from xml.etree import ElementTree

import pytest
from Conformance.absent_errors import ABSENT, reasons
from Conformance.identity_calls import GOOD, World, documented, members, service_of, situation
from Conformance.model import local_name, operation, service, xml_faults
from Conformance.test_inputs import IAM, STS
from harness.api_requests import operation_request
from harness.fixtures import own_server
from harness.identities import Identities
from harness.sigv4 import Signer, send

DOCUMENTED = sorted(documented())
DRIVEN = [pair for pair in DOCUMENTED if situation(*pair)]
LARGEST_ACCOUNT = 5000


@pytest.fixture(scope="module")
def world():
    with own_server() as server:
        yield World(Identities(server)).build()


@pytest.fixture(scope="module")
def crowded():
    """A server whose account has as many users as it may have."""
    with own_server() as server:
        world = World(Identities(server)).build()
        server.stop()
        with closing(database(server)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM principals").fetchone()
            columns = [row[1] for row in connection.execute("PRAGMA table_info(principals)")]
            values = ", ".join(f"{name} || ?1" if name in ("arn", "name", "unique_id") else name for name in columns)
            copy = f"INSERT INTO principals SELECT {values} FROM principals WHERE name = ?2"
            connection.executemany(copy, [(f"-{number}", world.user) for number in range(count, LARGEST_ACCOUNT)])
            connection.commit()
        server.start()
        yield world


@pytest.fixture(scope="module")
def broken():
    """A server that has lost all its tables."""
    with own_server() as server:
        world = World(Identities(server)).build()
        with closing(database(server)) as connection:
            for name in tables(connection):
                connection.execute(f"ALTER TABLE {name} RENAME TO lost_{name}")
            connection.commit()
        world.is_broken = True
        yield world


def tables(connection):
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return [name for (name,) in rows]


def database(server):
    return sqlite3.connect(server.data / "redoubt.sqlite")


def call(world, name, change):
    server, service_name = world.made.server, service_of(name)
    request = operation_request(server, service_name, name, members(name, change, world))
    return send(server, Signer(*server.credentials, service=service_name).sign(request))


def answer_faults(name, reply):
    """What in the answer to a call that succeeded contradicts the model, a line each."""
    model = operation(service_of(name), name)
    root = ElementTree.fromstring(reply.body)
    if root.tag != f"{{{service(service_of(name)).metadata['xmlNamespace']}}}{name}Response":
        yield f"the root is {root.tag}"
    parts = {local_name(part): part for part in root}
    shape = model.output_shape
    wrapper = [shape.serialization["resultWrapper"]] if shape is not None else []
    if sorted(parts) != sorted([*wrapper, "ResponseMetadata"]):
        yield f"the parts are {sorted(parts)}"
    for part in wrapper:
        yield from xml_faults(shape, parts[part], part)
    yield from request_id_faults(reply, root.findtext("{*}ResponseMetadata/{*}RequestId"))


def error_faults(name, shape, reply):
    """What in an error's answer contradicts the model, a line each."""
    root, wanted = ElementTree.fromstring(reply.body), shape.metadata["error"]
    if root.tag != f"{{{service(service_of(name)).metadata['xmlNamespace']}}}ErrorResponse":
        yield f"the root is {root.tag}"
    if sorted(map(local_name, root)) != ["Error", "RequestId"]:
        yield f"the parts are {sorted(map(local_name, root))}"
    error = {local_name(part): part.text for part in root.find("{*}Error")}
    kind = "Sender" if wanted.get("senderFault") else "Receiver"
    if (reply.status, error["Code"], error["Type"]) != (wanted["httpStatusCode"], wanted["code"], kind):
        yield f"{reply.status} {error}"
    if set(error) != {"Code", "Message", "Type"} or not error["Message"]:
        yield f"the error has {error}"
    yield from request_id_faults(reply, root.findtext("{*}RequestId"))


def request_id_faults(reply, told):
    if not told or told != reply.headers["x-amzn-requestid"]:
        yield f"the request id is {told}"
    if not reply.headers["content-type"].startswith("text/xml"):
        yield f"the content is {reply.headers['content-type']}"


def test_every_operation_has_a_good_call():
    assert set(GOOD) == {*IAM, *STS}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_good_call_is_answered_as_the_model_has_it(world, name):
    reply = call(world, name, {})
    assert reply.status == 200, reply
    assert list(answer_faults(name, reply)) == []


@pytest.mark.parametrize("name, code", DOCUMENTED)
def test_a_documented_error_is_brought_about_or_has_a_reason_to_be_absent(name, code):
    absent = reasons(service_of(name), name, code)
    assert len(absent) <= 1, absent
    assert bool(absent) != (situation(name, code) is not None), absent


@pytest.mark.parametrize("service_name", ["iam", "sts"])
def test_no_reason_speaks_of_what_the_model_does_not_have(service_name):
    of_model = {(name, code) for name, code in DOCUMENTED if service_of(name) == service_name}
    used = {id(entry) for name, code in of_model for entry in reasons(service_name, name, code)}
    assert [entry.reason for entry in ABSENT[service_name] if id(entry) not in used] == []
    named = {(name, entry.codes[0]) for entry in ABSENT[service_name] for name in entry.operations or ()}
    assert named - of_model == set()


@pytest.mark.parametrize("name, code", DRIVEN)
def test_a_documented_error_comes_as_the_model_has_it(request, name, code):
    place, change = situation(name, code)
    reply = call(request.getfixturevalue(place), name, change)
    shape = next(shape for shape in operation(service_of(name), name).error_shapes if shape.name == code)
    assert list(error_faults(name, shape, reply)) == []


def test_the_check_finds_what_does_not_fit():
    shape = operation("iam", "ListUsers").output_shape
    wrong = ElementTree.fromstring(
        "<ListUsersResult><Users><member><UserName>u</UserName><UserName>u</UserName><Nope/><Path><x/></Path>"
        "<CreateDate>yesterday</CreateDate></member><user/></Users><IsTruncated>True</IsTruncated></ListUsersResult>"
    )
    found = xml_faults(shape, wrong)
    for fault in (
        "Users[0].UserName: 2 times", "Users[0].Nope: not a member of User", "Users[0].Arn: missing",
        "Users[0].Path: elements instead of string", "Users[0].CreateDate: `yesterday` is no timestamp",
        "Users[1]: user instead of member", "IsTruncated: `True` is no boolean",
    ):  # fmt: skip
        assert f"$.{fault}" in found
    right = ElementTree.fromstring("<ListUsersResult><Users/><IsTruncated>false</IsTruncated></ListUsersResult>")
    assert xml_faults(shape, right) == []
