"""The life of the process: initialise the function, then one invocation after the other.

SystemExit, KeyboardInterrupt and whatever else is no Exception ends the process, as in Lambda: the
platform sees it end and says so to the caller.
"""

import sys

from redoubt_runtime import codec, handler, process, variables
from redoubt_runtime.api import RuntimeAPI
from redoubt_runtime.connection import ProtocolError
from redoubt_runtime.context import LambdaContext, read_function

request_id = ""
"""The invocation at work, for log records; empty until the first."""
tenant_id = None
"""Whom it is for; None where the function knows no tenants."""


def run(runtime_directory, connected=None):
    """Never returns. `connected`: a socket at whose other end the platform is, in a rehearsal."""
    codec.read_environment()
    read_function()
    process.prepare(runtime_directory)
    api = RuntimeAPI(variables.get("AWS_LAMBDA_RUNTIME_API"), connected)
    try:
        function = _initialise(api)
        if variables.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from redoubt_runtime import snapshot

            snapshot.wait(api)
        baseline = process.Baseline()
        while True:
            _serve_one(api, function, baseline)
    except (ProtocolError, ConnectionError) as error:
        sys.exit("redoubt: the runtime API failed: %s" % error)


def _initialise(api):
    try:
        return handler.load(variables.get("_HANDLER", ""))
    except Exception as error:
        from redoubt_runtime import failures

        payload = failures.report(error, "")
        process.flush_streams()
        api.fail_init(payload)
    sys.exit(1)


def _serve_one(api, function, baseline):
    invocation = api.next()
    _begin(invocation)
    try:
        context = LambdaContext(invocation)
        event = codec.decode_event(invocation.body)
        body = codec.encode_result(function(event, context))
    except Exception as error:
        from redoubt_runtime import failures

        payload = failures.report(error, invocation.request_id)
        process.flush_streams()
        api.fail(invocation.request_id, payload)
    else:
        process.flush_streams()
        api.respond(invocation.request_id, body)
    if invocation.is_separate:
        baseline.restore()


def _begin(invocation):
    global request_id, tenant_id
    request_id = invocation.request_id
    tenant_id = invocation.tenant_id
    variables.set_trace(invocation.trace_id)
