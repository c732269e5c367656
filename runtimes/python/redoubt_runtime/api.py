"""The runtime API, version 2018-06-01, as this runtime uses it."""

from redoubt_runtime import codec
from redoubt_runtime.connection import Connection, ProtocolError

_BASE = "/2018-06-01/runtime"
_LONG = 16 * 1024
"""Bytes: a longer result is not kept for as long as no other invocation comes."""


class Invocation:
    """One request to run the function, as `next` delivered it."""

    __slots__ = (
        "request_id",
        "function_arn",
        "deadline",
        "trace_id",
        "client_context",
        "cognito_identity",
        "tenant_id",
        "content_type",
        "is_separate",
        "body",
    )

    def __init__(self, headers, body):
        get = headers.get
        self.request_id = get("lambda-runtime-aws-request-id")
        self.function_arn = get("lambda-runtime-invoked-function-arn")
        self.deadline = int(get("lambda-runtime-deadline-ms") or 0)
        self.trace_id = get("lambda-runtime-trace-id")
        self.client_context = get("lambda-runtime-client-context")
        self.cognito_identity = get("lambda-runtime-cognito-identity")
        self.tenant_id = get("lambda-runtime-aws-tenant-id")
        self.content_type = get("content-type")
        # Redoubt's own: nothing of the invocation before is to be found.
        self.is_separate = get("redoubt-hygiene") == "PerInvocation"
        self.body = body
        if not self.request_id:
            raise ProtocolError("an invocation came without a request id")


class RuntimeAPI:
    """Calls the platform at the address in AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, address, connected=None):
        self._connection = Connection(address, connected)
        self._host = address
        self._next = (self._head("GET", "/invocation/next", ""),)
        # Made whole for each result, because a runtime that is woken up for each finds nothing of it in the caches.
        fields = "Content-Type: %s\r\nContent-Length: %d\r\n"
        self._result = self._head("POST", "/invocation/%s/response", fields).decode()
        self._has_asked = False

    def next(self):
        """Waits for an invocation, however long it takes."""
        if self._has_asked:
            self._has_asked = False
            self._connection.receive()  # To the result before it.
        else:
            self._connection.send(self._next)
        status, headers, body = self._connection.receive()
        if status != 200:
            raise ProtocolError("`next` was answered with status %d" % status)
        return Invocation(headers, body)

    def respond(self, request_id, body, content_type):
        """Posts a result and, unless it is long, asks for the next invocation in the same breath.

        Whatever the platform answers, it has told the caller: 413 is its word to them, not ours.
        """
        head = self._result % (request_id, content_type, len(body))
        result = head.encode(), body
        if len(body) > _LONG:
            self._connection.exchange(*result)
            return
        self._connection.send(result, self._next)
        self._has_asked = True

    def fail(self, request_id, payload):
        """Posts a function error."""
        return self._post_error("/invocation/%s/error" % request_id, payload)

    def fail_init(self, payload, kind=None):
        """Posts that the function could not be initialised; the process must end after it."""
        return self._post_error("/init/error", payload, kind)

    def wait_for_restore(self):
        """Waits, initialised, until there is an invocation for this environment."""
        status, _, _ = self._connection.exchange(self._head("GET", "/restore/next", ""))
        if status != 200:
            raise ProtocolError("`restore/next` was answered with status %d" % status)

    def fail_restore(self, payload, kind):
        """Posts that the function cannot take the invocation; the process must end after it."""
        return self._post_error("/restore/error", payload, kind)

    def _post_error(self, path, payload, kind=None):
        kind = "".join(char if " " <= char <= "~" else "?" for char in kind or payload["errorType"])
        headers = "Content-Type: %s\r\nLambda-Runtime-Function-Error-Type: %s\r\n" % (codec.JSON, kind)
        return self._post(path, codec.encode(payload), headers)

    def _post(self, path, body, headers):
        head = self._head("POST", path, "%sContent-Length: %d\r\n" % (headers, len(body)))
        status, _, _ = self._connection.exchange(head, body)
        return status

    def _head(self, method, path, headers):
        return ("%s %s%s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (method, _BASE, path, self._host, headers)).encode()
