"""Lengths, patterns, ranges and sets of values hold as AWS's model has them: what is on the boundary is taken, what is
one step beyond is refused, with the member's name."""

import re
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError
from Conformance.model import operation
from Conformance.test_inputs import LAMBDA, served  # noqa: F401
from harness.clients import ROLE, boto3_client
from harness.functions import unique_name

NARROWER = {"Timeout": 900, "MemorySize": 10240, "EphemeralStorageSize": 10240}
"""Upper ends of ranges that the model has for kinds of functions which are not served."""

SAMPLES = {
    "Alias": lambda length: "a" * length,
    "Description": lambda length: "ä" * length,
    "Handler": lambda length: "h" * length,
    "NumericLatestPublishedOrAliasQualifier": lambda length: "q" * length,
    "RoleArn": lambda length: ROLE + "r" * (length - len(ROLE)),
    "VersionWithLatestPublished": lambda length: "1" * length,
}
"""Values of a length that fit the pattern of their shape."""

OTHER_CODE = {("CreateFunction", "Runtime"), ("UpdateFunctionConfiguration", "Runtime")}
"""Where AWS has InvalidParameterValueException for a value out of its set."""

REFUSED_INSIDE = {"Code", "Content"}
"""Structures of which members are refused by name."""

LONGEST_NAME = 64
"""Of a function alone; the model's 140 and 256 characters are those of its ARN."""


class Case(NamedTuple):
    operation: str
    path: tuple
    value: object
    is_allowed: bool

    def __str__(self):
        shown = repr(self.value)
        return f"{self.operation} {'.'.join(self.path)} {shown if len(shown) < 24 else f'{len(self.value)} characters'}"


def cases(served):  # noqa: F811
    for name in LAMBDA:
        row, shape = served["lambda", name], operation("lambda", name).input_shape
        for member in sorted(set(row["honoured"]) - REFUSED_INSIDE):
            yield from member_cases(name, (member,), shape.members[member])


def member_cases(name, path, shape):
    if shape.type_name == "structure":
        for member, inner in shape.members.items():
            yield from member_cases(name, (*path, member), inner)
    elif path[-1] == "FunctionName":
        yield Case(name, path, "n" * LONGEST_NAME, True)
        yield Case(name, path, "n" * (LONGEST_NAME + 1), False)
        yield Case(name, path, "n" * (shape.metadata["max"] + 1), False)
        yield Case(name, path, "no spaces", False)
    elif shape.type_name == "string":
        yield from text_cases(name, path, shape)
    elif shape.type_name in ("integer", "long", "double"):
        yield from number_cases(name, path, shape)


def text_cases(name, path, shape):
    limits, is_path = shape.metadata, shape.serialization.get("location") == "uri"
    sample = SAMPLES.get(shape.name)
    if shape.enum:
        yield Case(name, path, "nonsense", False)
    if "pattern" in limits and "\\p" not in limits["pattern"]:
        wrong = "no such / thing!"
        assert limits["pattern"] == ".*" or not re.fullmatch(limits["pattern"], wrong)
        if limits["pattern"] != ".*":
            yield Case(name, path, wrong, False)
    # What cannot be in one head of a request is refused before.
    if not is_path and limits.get("max", 1 << 20) < 1 << 20:
        yield Case(name, path, (sample or (lambda length: "x" * length))(limits["max"] + 1), False)
    if sample and not is_path:
        yield Case(name, path, sample(limits["max"]), True)
        if limits.get("min", 0) > 0:
            yield Case(name, path, sample(limits["min"]), True)
            yield Case(name, path, "", False)


def number_cases(name, path, shape):
    step = 0.001 if shape.type_name == "double" else 1
    limits = {**shape.metadata, **({"max": NARROWER[shape.name]} if shape.name in NARROWER else {})}
    if "min" in limits:
        yield Case(name, path, limits["min"], True)
        yield Case(name, path, limits["min"] - step, False)
    if "max" in limits:
        yield Case(name, path, limits["max"], True)
        yield Case(name, path, limits["max"] + step, False)


def base(name, function):
    """An input of the operation that fits the model, and as far as possible changes nothing."""
    members = {"FunctionName": function}
    if name == "CreateFunction":
        code = {"ZipFile": b"no zip"}
        members.update(FunctionName=unique_name(), Runtime="python3.11", Handler="a.b", Role=ROLE, Code=code)
    if "Layer" in name:
        members.update(LayerName=unique_name("layer"), VersionNumber=1, Content={"ZipFile": b"no zip"})
    if name == "GetLayerVersionByArn":
        members["Arn"] = f"arn:aws:lambda:us-east-1:000000000000:layer:{members['LayerName']}:1"
    if name == "DeleteFunction":
        members["Qualifier"] = "999"
    if name in ("Invoke", "InvokeWithResponseStream"):
        members["InvocationType"] = "DryRun"
    if "Alias" in name and name != "ListAliases":
        members["Name"] = unique_name("a")
    if "Permission" in name:
        is_layers = "Layer" in name
        members.update(
            StatementId=unique_name("s"), Principal="111111111111",
            Action="lambda:GetLayerVersion" if is_layers else "lambda:InvokeFunction",
        )  # fmt: skip
    if name == "CreateAlias":
        members["FunctionVersion"] = "$LATEST"
    return members


def with_value(members, path, value):
    *outer, last = path
    inner = members
    for member in outer:
        inner = inner.setdefault(member, {})
    inner[last] = value
    return members


def test_every_constraint_of_an_honoured_member_holds(server, served, deploy):  # noqa: F811
    client, function = boto3_client(server, validates=False), deploy("def handler(e, c): pass")
    wrong, tried = [], {True: 0, False: 0}
    for case in cases(served):
        accepts = operation("lambda", case.operation).input_shape.members
        members = with_value(
            {k: v for k, v in base(case.operation, function).items() if k in accepts}, case.path, case.value
        )
        fault = refusal(client, case.operation, members)
        if is_refused_for(case, fault) == case.is_allowed:
            wrong.append(f"{case}: {fault}"[:240])
        tried[case.is_allowed] += 1
    assert wrong == []
    assert tried[True] > 30 and tried[False] > 60


def refusal(client, name, members):
    """(code, message) of the fault; None when there is none."""
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    try:
        getattr(client, method)(**members)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None


def is_refused_for(case, fault):
    """Whether the fault says that this member breaks a constraint."""
    if fault is None:
        return False
    code, message = fault
    is_set = (case.operation, case.path[0]) in OTHER_CODE and code == "InvalidParameterValueException"
    if code != "ValidationException" and not is_set:
        return False
    member = case.path[-1] if len(case.path) == 1 else ".".join(case.path)
    return re.search(rf"at '{re.escape(member)}' failed to satisfy constraint", message, re.I) is not None


@pytest.mark.parametrize("weight, is_allowed", [(0.0, True), (1.0, True), (-0.001, False), (1.001, False)])
def test_a_weight_is_a_share(server, deploy, weight, is_allowed):
    """Maps have no member to walk to: those of aliases, tags and variables are tried one by one."""
    client, function = boto3_client(server, validates=False), deploy("def handler(e, c): pass")
    client.publish_version(FunctionName=function)
    client.update_function_configuration(FunctionName=function, Timeout=9)
    client.publish_version(FunctionName=function)
    routing = {"AdditionalVersionWeights": {"2": weight}}
    members = {"FunctionName": function, "Name": "a", "FunctionVersion": "1", "RoutingConfig": routing}
    fault = refusal(client, "CreateAlias", members)
    assert (fault is None) == is_allowed, fault
    assert is_allowed or "at 'routingConfig.additionalVersionWeights' failed to satisfy constraint" in fault[1]


@pytest.mark.parametrize(
    "tags, is_allowed",
    [({"k" * 128: "v" * 256}, True), ({"k": ""}, True), ({"k" * 129: "v"}, False), ({"": "v"}, False), ({"k": "v" * 257}, False)],
)  # fmt: skip
def test_a_tag_has_awss_lengths(server, deploy, tags, is_allowed):
    client, function = boto3_client(server, validates=False), deploy("def handler(e, c): pass")
    resource = client.get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    fault = refusal(client, "TagResource", {"Resource": resource, "Tags": tags})
    assert (fault is None) == is_allowed, fault
    assert is_allowed or "at 'tags' failed to satisfy constraint" in fault[1]
