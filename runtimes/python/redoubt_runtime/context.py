"""The second argument of every handler."""

import time

from redoubt_runtime import codec, variables
from redoubt_runtime.faults import Fault

_VARIABLES = (
    ("log_group_name", "AWS_LAMBDA_LOG_GROUP_NAME"),
    ("log_stream_name", "AWS_LAMBDA_LOG_STREAM_NAME"),
    ("function_name", "AWS_LAMBDA_FUNCTION_NAME"),
    ("memory_limit_in_mb", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    ("function_version", "AWS_LAMBDA_FUNCTION_VERSION"),
)
_TRACE_CONTEXT_FIELDS = ("traceparent", "tracestate", "baggage")


class _Record:
    """A value whose attributes are exactly its slots."""

    __slots__ = ()

    def __init__(self, members):
        for name in self.__slots__:
            setattr(self, name, members.get(name))

    def __repr__(self):
        return _describe(self, self.__slots__)


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


def read_function():
    """To be called when the process is a function's: this module may have been loaded before."""
    global _function
    _function = {name: variables.get(variable) for name, variable in _VARIABLES}


_function = {}
"""What is the same for every invocation of this process. No attribute of the class: it would lose what is cached of it."""


class LambdaContext:
    """What a handler may know about its invocation and its function."""

    def __init__(self, invocation):
        self.aws_request_id = invocation.request_id
        self.__dict__.update(_function)
        self.invoked_function_arn = invocation.function_arn
        self.tenant_id = invocation.tenant_id
        client = _parse_client_context(invocation.client_context) if invocation.client_context else None
        self._trace_context = _take_trace_context(client) if client else {}
        self.client_context = None if client is None else _client_context(client)
        self.identity = identity = _new(CognitoIdentity)
        identity.cognito_identity_id = identity.cognito_identity_pool_id = None
        self._deadline = invocation.deadline

    def get_remaining_time_in_millis(self):
        """Milliseconds until the function's time limit; never below 0."""
        return max(0, self._deadline - int(time.time() * 1000))

    def w3c(self):
        """The caller's W3C trace context, as a dictionary of at most three fields."""
        return dict(self._trace_context)

    def log(self, message):
        """Writes the message to the function's log as it is, without a line end of its own."""
        from redoubt_runtime import output

        output.write(str(message))

    def __repr__(self):
        of_invocation = ("invoked_function_arn", "client_context", "identity", "tenant_id")
        return _describe(self, ("aws_request_id", *_function, *of_invocation))


def _describe(value, names):
    return "%s([%s])" % (type(value).__name__, ",".join("%s=%s" % (name, getattr(value, name)) for name in names))


_new = object.__new__


def _parse_client_context(text):
    try:
        return codec.parse(text.encode("utf-8", "surrogateescape"))
    except Exception as error:
        message = "Unable to parse Client Context JSON: %s" % error
        raise Fault("Runtime.LambdaContextUnmarshalError", message) from None


def _take_trace_context(client):
    fields = client.pop("w3c", None) if isinstance(client, dict) else None
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in _TRACE_CONTEXT_FIELDS if isinstance(fields.get(name), str)}


def _client_context(members):
    context = ClientContext(members)
    if context.client is not None:
        context.client = Client(context.client)
    return context
