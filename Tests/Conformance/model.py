"""AWS's own models, as the installed botocore has them, and what a raw answer may contain by them."""

import datetime

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
