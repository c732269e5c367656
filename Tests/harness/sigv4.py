"""AWS Signature Version 4 written out, so that each part of it can be falsified by a test.

Independent of botocore: what both sign must be accepted.
"""

import datetime
import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.etree import ElementTree


@dataclass
class Request:
    method: str
    path: str
    """As it goes over the wire, percent-encoded."""
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    query: list = field(default_factory=list)

    @property
    def target(self):
        if not self.query:
            return self.path
        return self.path + "?" + "&".join(f"{_encode(key)}={_encode(value)}" for key, value in self.query)


@dataclass
class Signer:
    key: str
    secret: str
    region: str = "us-east-1"
    service: str = "lambda"
    token: str | None = None
    skew: datetime.timedelta = datetime.timedelta()
    scope_date: str | None = None
    """Replaces the date in the credential scope."""

    def sign(self, request, leave_out=()):
        """Adds the headers. `leave_out` names headers that are sent but not signed."""
        timestamp = self._timestamp()
        request.headers["X-Amz-Date"] = timestamp
        if self.token:
            request.headers["X-Amz-Security-Token"] = self.token
        names = sorted(name.lower() for name in request.headers if name.lower() not in leave_out)
        signature = self._signature(request, names, timestamp, hashlib.sha256(request.body).hexdigest())
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{self._scope(timestamp)}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        return request

    def presign(self, request, expires=60):
        """Adds the query parameters; only Host is signed and the body counts."""
        timestamp = self._timestamp()
        names = sorted(name.lower() for name in request.headers)
        request.query += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{self.key}/{self._scope(timestamp)}"),
            ("X-Amz-Date", timestamp),
            ("X-Amz-Expires", str(expires)),
            ("X-Amz-SignedHeaders", ";".join(names)),
        ]
        if self.token:
            request.query.append(("X-Amz-Security-Token", self.token))
        signature = self._signature(request, names, timestamp, hashlib.sha256(request.body).hexdigest())
        request.query.append(("X-Amz-Signature", signature))
        return request

    def _timestamp(self):
        return (datetime.datetime.now(datetime.timezone.utc) + self.skew).strftime("%Y%m%dT%H%M%SZ")

    def _scope(self, timestamp):
        return f"{self.scope_date or timestamp[:8]}/{self.region}/{self.service}/aws4_request"

    def _signature(self, request, names, timestamp, body_digest):
        lowered = {name.lower(): " ".join(value.split()) for name, value in request.headers.items()}
        canonical = "\n".join(
            [
                request.method,
                quote(request.path, safe="/~"),
                "&".join(sorted(f"{_encode(key)}={_encode(value)}" for key, value in request.query)),
                *[f"{name}:{lowered[name]}" for name in names],
                "",
                ";".join(names),
                body_digest,
            ]
        )
        scope = self._scope(timestamp)
        text = "\n".join(["AWS4-HMAC-SHA256", timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + self.secret.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def error_code(self):
        """Where the REST, the JSON and the query protocols have it; empty where there is none."""
        if name := self.headers.get("x-amzn-errortype"):
            return name.split(":")[0]
        if self.body.startswith(b"{"):
            return json.loads(self.body).get("__type", "")
        if self.body.startswith(b"<"):
            return ElementTree.fromstring(self.body).findtext("{*}Error/{*}Code", "")
        return ""


def send(server, request, timeout=20):
    """Sends exactly the request's headers, Content-Length added."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        return exchange(connection, request)
    finally:
        connection.close()


def exchange(connection, request):
    """As `send`, on a connection that stays open."""
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    if request.body or request.method in ("POST", "PUT"):
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body or None)
    response = connection.getresponse()
    return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def _encode(text):
    return quote(text, safe="-_.~")
