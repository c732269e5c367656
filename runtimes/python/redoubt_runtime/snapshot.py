"""Snap start: from the end of the function's initialisation to its first invocation, which may come much later.

The environment is parked in between, frozen. It has been initialised for itself and is not copied.
"""

import sys

from redoubt_runtime import failures, process

_BEFORE_FAILED, _AFTER_FAILED = 64, 65
"""Exit codes of Lambda's runtime."""


def wait(api):
    """Returns when there is an invocation; what a hook raises is reported and ends the process."""
    try:
        for hook, args, kwargs in reversed(_hooks("get_before_snapshot")):
            hook(*args, **kwargs)
    except BaseException as error:
        _report(error, api.fail_init)
        sys.exit(_BEFORE_FAILED)
    process.flush_streams()
    api.wait_for_restore()
    try:
        for hook, args, kwargs in _hooks("get_after_restore"):
            hook(*args, **kwargs)
    except BaseException as error:
        _report(error, api.fail_restore)
        sys.exit(_AFTER_FAILED)
    process.flush_streams()


def _hooks(name):
    """Those of the module that the function has imported, which may be one of its own package."""
    module = sys.modules.get("snapshot_restore_py")
    return [] if module is None else list(getattr(module, name)())


def _report(error, post):
    payload = failures.report(error, "")
    process.flush_streams()
    post(payload)
