"""Waiting for what another process does."""

import os
import time

SLOWNESS = float(os.environ.get("REDOUBT_SLOWNESS", "1"))
"""How much longer to wait for what must happen: more than 1 on an emulated processor."""


def wait_until(condition, timeout=10.0, interval=0.02, what="the condition"):
    """The condition's first true value; AssertionError after `timeout` seconds."""
    timeout *= SLOWNESS
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("%s did not come about within %g s (last value: %r)" % (what, timeout, value))
        time.sleep(interval)
