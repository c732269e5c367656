"""What this runtime asks the platform, and what it is given."""

from redoubt_runtime import codec
from redoubt_runtime.connection import Connection, ProtocolError, request

_LONG = 16 * 1024
"""Bytes: a longer result is not kept for as long as no other invocation comes."""
_OK = 200


class Invocation:
    """One request to run the function, as `next` delivered it."""

    __slots__ = (
        "request_id",
        "deadline",
        "function_arn",
        "trace_id",
        "client_context",
        "tenant_id",
        "is_separate",
        "body",
    )

    def __init__(self, head, body):
        try:
            (
                self.request_id,
                deadline,
                self.function_arn,
                self.trace_id,
                self.client_context,
                tenant_id,
                hygiene,
            ) = head.decode("utf-8", "surrogateescape").split("\n")
            self.deadline = int(deadline)
        except ValueError:
            raise ProtocolError("the head of an invocation is not understood: %r" % head[:80]) from None
        self.tenant_id = tenant_id or None
        # Nothing of the invocation before is to be found.
        self.is_separate = hygiene == "PerInvocation"
        self.body = body


class RuntimeAPI:
    """Calls the platform that serves the address in AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, address, connected=None):
        self._connection = Connection(address, connected)
        self._has_asked = False

    def next(self):
        """Waits for an invocation, however long it takes."""
        if not self._has_asked:
            self._connection.send(*request(b"n"))
        self._has_asked = False
        status, head, body = self._connection.receive()
        if status != _OK:
            raise ProtocolError("`next` was answered with status %d" % status)
        return Invocation(head, body)

    def respond(self, request_id, body):
        """Sends a result and, unless it is long, asks for the next invocation in the same breath.

        Whatever the platform answers, it has told the caller: 413 is its word to them, not ours.
        """
        if len(body) > _LONG:
            self._exchange(request(b"r", request_id.encode(), body))
            return
        self._connection.send(*request(b"R", request_id.encode(), body))
        self._has_asked = True

    def fail(self, request_id, payload):
        """Reports a function error."""
        self._exchange(request(b"e", request_id.encode(), codec.encode(payload)))

    def fail_init(self, payload):
        """Reports that the function could not be initialised; the process must end after it."""
        self._exchange(request(b"i", codec.encode(payload)))

    def wait_for_restore(self):
        """Waits, initialised, until there is an invocation for this environment."""
        status = self._exchange(request(b"p"))
        if status != _OK:
            raise ProtocolError("the wait for an invocation was answered with status %d" % status)

    def fail_restore(self, payload):
        """Reports that the function cannot take the invocation; the process must end after it."""
        self._exchange(request(b"f", codec.encode(payload)))

    def _exchange(self, parts):
        self._connection.send(*parts)
        return self._connection.receive()[0]
