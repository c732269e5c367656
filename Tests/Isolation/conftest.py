"""Looking at the host while something runs inside."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import host
from harness.host import sandbox_processes
from harness.waiting import wait_until


@pytest.fixture
def in_background():
    """Calls a function in a thread and returns its future; all have ended when the test has."""
    with ThreadPoolExecutor(32) as pool:
        yield pool.submit


@pytest.fixture
def process_named(server):
    """The host's pid of a process in a sandbox, once there is one of this name."""

    def find(name):
        def found():
            return next((pid for pid in sandbox_processes(server) if host.command_name(pid) == name), None)

        return wait_until(found, 10, what=f"a process named {name}")

    return find


@pytest.fixture
def identity(server):
    """Whom a process is, as the host keeps environments apart: by user, or without root by user namespace alone."""
    return host.real_user if server.mode.is_root else lambda pid: os.readlink(f"/proc/{pid}/ns/user")
