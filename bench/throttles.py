"""What became of an invocation: the right answer, a throttle for a documented reason, or something that may not be."""

import json

FAILED = "failed"
OF_UNRESERVED = {"ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded"}
OF_RESERVED = {"ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded"}
_TYPE = b"toomanyrequestsexception"


def outcome(answer, expected, reasons):
    """True for the expected body (None: any), the reason of a throttle that is one of `reasons`, else FAILED.

    White space does not count. A throttle has status 429, Lambda's type of error and Retry-After.
    """
    if answer.is_success and expected in (None, b"".join(answer.body.split())):
        return True
    if answer.status != 429 or b"retry-after" not in answer.headers:
        return FAILED
    if not answer.headers.get(b"x-amzn-errortype", b"").startswith(_TYPE):
        return FAILED
    reason = json.loads(answer.body).get("Reason")
    return reason if reason in reasons else FAILED
