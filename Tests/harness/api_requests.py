"""Requests for operations as botocore writes them, to be signed by hand, wrongly or not at all."""

from urllib.parse import parse_qsl, urlsplit

import botocore.session
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.serialize import create_serializer

from harness.sigv4 import Request

_SESSION = botocore.session.Session()


def service_model(name):
    return _SESSION.get_service_model(name)


def operation_request(server, service, operation, members):
    """- Parameter members: by the names of AWS's model, whose constraints they may break."""
    model = service_model(service)
    serializer = create_serializer(model.protocol, include_validation=False)
    written = serializer.serialize_to_request(members, model.operation_model(operation))
    prepare_request_dict(written, server.endpoint)
    prepared = create_request_object(written).prepare()
    target, headers = urlsplit(prepared.url), {"Host": f"127.0.0.1:{server.port}"}
    for name, value in prepared.headers.items():
        if name.lower() not in ("content-length", "user-agent"):
            headers[name] = value.decode() if isinstance(value, bytes) else value
    query = parse_qsl(target.query, keep_blank_values=True)
    return Request(prepared.method, target.path, headers, _bytes(prepared.body), query)


def made_up(shape):
    """A value of the shape's type, with the required members of structures and lengths that its constraints allow."""
    if shape is None:
        return {}
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        return {name: made_up(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [made_up(shape.member)]
    if kind == "map":
        return {made_up(shape.key): made_up(shape.value)}
    if kind == "string":
        return shape.enum[0] if shape.enum else "a" * max(limits.get("min", 1), 1)
    return {"blob": b"a", "boolean": True, "timestamp": 0}.get(kind, limits.get("min", 1))


def _bytes(body):
    return body.encode() if isinstance(body, str) else body or b""
