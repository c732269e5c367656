"""The function's log, as the runtime writes to it."""

import sys

from redoubt_runtime import variables


def is_json():
    """Whether records are asked for as JSON lines."""
    return variables.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def write(text):
    """Writes and flushes; a log that cannot be written never fails an invocation."""
    try:
        # Not `sys.stdout`, which a function may have redirected.
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
    except Exception:
        pass
