"""AWS's own models, as the installed botocore has them, and what a raw answer may contain by them."""

import base64
import datetime
import functools

import botocore.session

COMMON_ERRORS = {
    # Of the protocol and of authentication: every service has them and no operation's model lists them.
    "AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException", "InternalFailure",
    "InvalidSignatureException", "MissingAuthenticationTokenException", "SerializationException", "ServiceException",
    "ThrottlingException", "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
    "RequestEntityTooLargeException", "RequestTooLargeException", "NotImplementedException",
}  # fmt: skip

_SESSION = botocore.session.Session()


def service(name):
    return _SESSION.get_service_model(name)


def operation(service_name, operation_name):
    return service(service_name).operation_model(operation_name)


def faults(shape, value, path="$"):
    """What in a parsed JSON value contradicts the shape, a line each."""
    checker = _CHECKERS.get(shape.type_name)
    if checker is None:
        return [f"{path}: no rule for {shape.type_name}"]
    return list(checker(shape, value, path))


def body_members(shape):
    """The members of an output that travel in the body, by the name they have there."""
    return {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if member.serialization.get("location") is None
    }


def _structure(shape, value, path):
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__} instead of a structure"
        return
    members = body_members(shape)
    for name, inner in value.items():
        if name not in members:
            yield f"{path}.{name}: not a member of {shape.name}"
        elif inner is not None:
            yield from faults(members[name], inner, f"{path}.{name}")


def _list(shape, value, path):
    if not isinstance(value, list):
        yield f"{path}: {type(value).__name__} instead of a list"
        return
    for index, inner in enumerate(value):
        yield from faults(shape.member, inner, f"{path}[{index}]")


def _map(shape, value, path):
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__} instead of a map"
        return
    for key, inner in value.items():
        yield from faults(shape.key, key, f"{path}.key")
        yield from faults(shape.value, inner, f"{path}.{key}")


def _string(shape, value, path):
    if not isinstance(value, str):
        yield f"{path}: {type(value).__name__} instead of a string"
    elif shape.enum and value not in shape.enum:
        yield f"{path}: `{value}` is not one of {shape.name}"


def _number(*types):
    def check(shape, value, path):
        if isinstance(value, bool) or not isinstance(value, types):
            yield f"{path}: {type(value).__name__} instead of {shape.type_name}"

    return check


def _boolean(shape, value, path):
    if not isinstance(value, bool):
        yield f"{path}: {type(value).__name__} instead of a boolean"


def _timestamp(shape, value, path):
    if isinstance(value, str):
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            yield f"{path}: `{value}` is not a time"
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"{path}: {type(value).__name__} instead of a time"


_CHECKERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "blob": _string,
    "integer": _number(int),
    "long": _number(int),
    "float": _number(int, float),
    "double": _number(int, float),
    "boolean": _boolean,
    "timestamp": _timestamp,
}


# The query protocol answers in XML, where everything is text.

BESIDE_THE_MODEL = {"PermissionsBoundaryAttachmentType": "Policy"}
"""Values that AWS answers although its model has others."""


def xml_faults(shape, element, path="$"):
    """What in an XML element contradicts the shape, a line each."""
    checker = _XML_CHECKERS.get(shape.type_name)
    if checker is None:
        return [f"{path}: no rule for {shape.type_name}"]
    return list(checker(shape, element, path))


def local_name(element):
    return element.tag.rpartition("}")[2]


def _xml_structure(shape, element, path):
    members = body_members(shape)
    names = [local_name(inner) for inner in element]
    yield from (f"{path}.{name}: {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"{path}.{name}: missing" for name in shape.required_members if name not in names)
    if (element.text or "").strip():
        yield f"{path}: text where members belong"
    for inner, name in zip(element, names, strict=True):
        if name not in members:
            yield f"{path}.{name}: not a member of {shape.name}"
        else:
            yield from xml_faults(members[name], inner, f"{path}.{name}")


def _xml_list(shape, element, path):
    wanted = shape.member.serialization.get("name", "member")
    for index, inner in enumerate(element):
        if local_name(inner) != wanted:
            yield f"{path}[{index}]: {local_name(inner)} instead of {wanted}"
        yield from xml_faults(shape.member, inner, f"{path}[{index}]")


def _xml_map(shape, element, path):
    for index, entry in enumerate(element):
        if [local_name(inner) for inner in entry] != ["key", "value"]:
            yield f"{path}[{index}]: no entry of a key and a value"
            continue
        yield from xml_faults(shape.key, entry[0], f"{path}[{index}].key")
        yield from xml_faults(shape.value, entry[1], f"{path}[{index}].value")


def _xml_text(read):
    def check(shape, element, path):
        text = element.text or ""
        if len(element):
            yield f"{path}: elements instead of {shape.type_name}"
        try:
            read(text)
        except ValueError:
            yield f"{path}: `{text}` is no {shape.type_name}"
        if getattr(shape, "enum", None) and text not in shape.enum and text != BESIDE_THE_MODEL.get(shape.name):
            yield f"{path}: `{text}` is not one of {shape.name}"

    return check


_XML_CHECKERS = {
    "structure": _xml_structure,
    "list": _xml_list,
    "map": _xml_map,
    "string": _xml_text(str),
    "integer": _xml_text(int),
    "blob": _xml_text(functools.partial(base64.b64decode, validate=True)),
    "boolean": _xml_text(("false", "true").index),
    "timestamp": _xml_text(lambda text: datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")),
}
