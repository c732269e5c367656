"""Lengths, patterns, ranges and sets of values of IAM's members hold as AWS's model has them: what is on the boundary
is taken, what is one step beyond is refused, with the member's name."""

import re
from typing import NamedTuple

import pytest
from Conformance.identity_calls import GOOD, World
from Conformance.model import operation
from Conformance.test_inputs import IAM
from harness.api_requests import operation_request
from harness.fixtures import own_server
from harness.identities import Identities
from harness.sigv4 import Signer, send


def path(length):
    return "/" + "p" * (length - 2) + "/" if length > 1 else "/"


SAMPLES = {
    "OpenIDConnectProviderUrlType": lambda length: ("https://" + "a" * 40 + "/").ljust(length, "p")[:length],
    "arnType": lambda length: "arn:aws:iam::1:policy/".ljust(length, "p")[:length],
    "pathPrefixType": lambda length: path(length)[:-1] + "p" if length > 1 else "/",
    "pathType": path,
    "policyPathType": path,
}
"""Values of a length that fit the pattern of their shape; all others may be of one letter."""

WRONG = {
    "accessKeyIdType": ["A-" * 10, "A " * 10],
    "accountAliasType": ["Team", "-ab", "ab-", "a--b", "a_b"],
    "existingUserNameType": ["two words", "ü", "a/b"],
    "groupNameType": ["two words", "ü", "a/b"],
    "markerType": ["€"],
    "pathPrefixType": ["team", "/a b", "/ü"],
    "pathType": ["team/", "/team", "/a b/", "//"],
    "policyDocumentType": ["€", "\0"],
    "policyNameType": ["two words", "ü", "a/b"],
    "policyPathType": ["team/", "/team", "/a b/", "/a!b/", "/a//b/"],
    "policyVersionIdType": ["1", "v0", "v01", "latest"],
    "roleDescriptionType": ["\x7f", "€"],
    "roleNameType": ["two words", "ü", "a/b"],
    "serviceNamespaceType": ["two words", "ü", "a.b"],
    "userNameType": ["two words", "ü", "a/b"],
}
"""Values that do not fit the pattern of their shape."""

LENGTHS_OF_OUR_OWN = {"markerType"}
"""Markers are whatever the server has given: as long as an ARN takes."""

NOT_HONOURED = {"ResourceHandlingOption"}
"""Members that are refused by name whatever they hold."""

UNDOCUMENTED = {"Expired"}
"""Values of a set that AWS's documents do not have where its model has them."""


class Case(NamedTuple):
    operation: str
    member: str
    value: object
    is_allowed: bool

    def __str__(self):
        shown = repr(self.value)
        return f"{self.operation} {self.member} {shown if len(shown) < 24 else f'{len(self.value)} characters'}"


def cases():
    for name in IAM:
        for member, shape in input_members(name).items():
            if member in NOT_HONOURED:
                continue
            for value, is_allowed in boundary_values(shape):
                yield Case(name, member, value, is_allowed)


def input_members(name):
    shape = operation("iam", name).input_shape
    return shape.members if shape else {}


def boundary_values(shape):
    limits = shape.metadata
    if shape.type_name == "integer":
        yield from ((limits["min"], True), (limits["max"], True))
        yield from ((limits["min"] - 1, False), (limits["max"] + 1, False))
    if shape.type_name != "string":
        return
    sample = SAMPLES.get(shape.name, lambda length: "a" * length)
    yield from ((value, True) for value in shape.enum if value not in UNDOCUMENTED)
    yield from ((value, False) for value in (["nonsense"] if shape.enum else WRONG.get(shape.name, [])))
    if shape.name in LENGTHS_OF_OUR_OWN:
        return
    if "max" in limits:
        yield from ((sample(limits["max"]), True), (sample(limits["max"] + 1), False))
    if limits.get("min"):
        yield from ((sample(limits["min"]), True), (sample(limits["min"])[:-1], False))


@pytest.fixture(scope="module")
def world():
    with own_server() as server:
        yield World(Identities(server)).build()


def refuses(world, case):
    """Whether the answer says that this member breaks a constraint."""
    server, base = world.made.server, GOOD[case.operation](world)
    request = operation_request(server, "iam", case.operation, {**base, case.member: case.value})
    reply = send(server, Signer(*server.credentials, service="iam").sign(request))
    sentences = f"at '{case.member}' failed to satisfy constraint|Invalid {case.member}[.]"
    return reply.error_code == "ValidationError" and re.search(sentences, reply.body.decode(), re.I) is not None


def test_every_pattern_has_a_value_that_does_not_fit():
    shapes = {shape.name: shape for name in IAM for shape in input_members(name).values()}
    patterns = {name: shape.metadata["pattern"] for name, shape in shapes.items() if "pattern" in shape.metadata}
    assert set(WRONG) == set(patterns)
    for name, values in WRONG.items():
        assert not [value for value in values if re.fullmatch(patterns[name], value, re.A)]


@pytest.mark.parametrize("name", sorted({case.operation for case in cases()}))
def test_every_constraint_of_a_member_holds(world, name):
    tried = [case for case in cases() if case.operation == name]
    wrong = [str(case) for case in tried if refuses(world, case) == case.is_allowed]
    assert wrong == []
    assert any(case.is_allowed for case in tried) and not all(case.is_allowed for case in tried)
