"""The host's Node as a managed runtime."""

import functools
import subprocess

import pytest


@functools.cache
def node_runtime():
    """AWS's name for it, for example `nodejs20.x`; None when the host has no Node."""
    try:
        printed = subprocess.run(["/usr/bin/node", "--version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return None
    return f"nodejs{printed.removeprefix('v').split('.')[0]}.x"


needs_node = pytest.mark.skipif(node_runtime() is None, reason="there is no /usr/bin/node")
