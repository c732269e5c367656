"""Looking at the host while something runs inside."""

import os
import threading

import pytest
from harness import host
from harness.waiting import wait_until


@pytest.fixture
def in_background(invoke):
    """Starts an invocation and returns at once; its thread is joined at the end."""
    threads = []

    def start(name, event):
        thread = threading.Thread(target=lambda: invoke(name, event))
        thread.start()
        threads.append(thread)

    yield start
    for thread in threads:
        thread.join()


@pytest.fixture
def host_processes(server):
    """The host's view of processes inside the sandboxes whose command or environment bears the marker."""

    def find(count, marker):
        def found():
            pids = [pid for pid in server.tree() if marker in host.command_line(pid)]
            return pids if len(pids) >= count else None

        return wait_until(found, 5, what=f"{count} processes with `{marker}` on their command lines")

    return find


@pytest.fixture
def identities(server):
    """Whom a process is, as the host keeps environments apart: by user, or without root by user namespace alone."""
    return host.real_user if server.mode.is_root else lambda pid: os.readlink(f"/proc/{pid}/ns/user")
