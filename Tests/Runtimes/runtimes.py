"""Runs a function under a runtime, against the fake runtime API."""

import importlib.util
import os
import pathlib
import socket
import subprocess
import sys
import time

from fake_runtime_api import FakeRuntimeAPI

RUNTIMES = pathlib.Path(__file__).resolve().parents[2] / "runtimes"
RUNTIME_DIRECTORY = RUNTIMES / "python"
_DEFAULT_PYTHON = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable
SYSTEM_PYTHON = os.environ.get("REDOUBT_TEST_PYTHON", _DEFAULT_PYTHON)

is_parked = False
"""Whether runtimes of ours that can wait for a function do so, as the spawner has them do."""

OURS = "redoubt"
REFERENCE = "awslambdaric"
NODE = "node"


def has_reference():
    """Whether AWS's own runtime interface client can be run by this interpreter."""
    return importlib.util.find_spec("awslambdaric") is not None


class Run:
    """What one run left behind."""

    def __init__(self, posts, output, exit_code, boot_seconds, restores):
        self.posts = posts
        self.restores = restores
        self.output = output
        self.exit_code = exit_code
        """None when the runtime was still waiting for work."""
        self.boot_seconds = boot_seconds


def has_node():
    """Whether the host has a Node where the product looks for it."""
    return os.access("/usr/bin/node", os.X_OK)


def run(task_root, handler, invocations=(), runtime=OURS, environment=None, flags=("-S",), **api_options):
    """Runs until every invocation is answered, or the process ends by itself."""
    with FakeRuntimeAPI(invocations, **api_options) as api:
        command, variables = command_for(runtime, task_root, handler, api.address, flags)
        variables.update(environment or {})
        started = time.perf_counter()
        process = _start_parked(command, runtime, variables) if _can_wait(runtime, variables) else _start(command, variables, task_root)
        exit_code = _wait(process, api)
        output = process.communicate()[0].decode("utf-8")
        boot = api.first_next_at - started if api.first_next_at else None
        return Run(api.posts, output, exit_code, boot, api.restores)


def _start(command, variables, directory, **options):
    return subprocess.Popen(
        command,
        cwd=directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )


def _can_wait(runtime, variables):
    """Not where a variable is read at the start of a process; StockKeeper.swift has all that are."""
    own = [name for name in variables if name.startswith(("PYTHON", "NODE_"))]
    return is_parked and runtime in (OURS, NODE) and not own


def _start_parked(command, runtime, variables):
    """Boots the runtime with what it has before it has a function, and then gives it its environment."""
    early = {"PATH", "LANG", "TZ"}
    if runtime == NODE:  # whose command line is made of these
        early |= {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_EXECUTION_ENV", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"}
    before = {"_REDOUBT_STOCK": "booted", "ONLY_BEFORE": "1", **{name: variables[name] for name in early}}
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        place = os.dup(theirs.fileno())
        process = _start(command, before, "/", close_fds=False, preexec_fn=lambda: os.dup2(place, 3))
        os.close(place)
        theirs.close()
        ours.settimeout(30)
        assert ours.recv(16) == b"w", "the runtime says that it waits"
        block = b"".join(f"{name}={value}".encode("utf-8", "surrogateescape") + b"\0" for name, value in variables.items())
        ours.send(b"e" + block)
    return process


def _wait(process, api):
    deadline = time.monotonic() + 30
    while not api.is_done.wait(0.02) and process.poll() is None:
        assert time.monotonic() < deadline, "the runtime neither answered nor ended"
    if api.posts and api.posts[-1].is_last:
        return process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()
        return None
    return process.returncode


def command_for(runtime, task_root, handler, address, flags):
    """The arguments and the environment that the platform would start the runtime with."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": str(RUNTIME_DIRECTORY),
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": "sample",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/sample",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2025/01/01/[$LATEST]0",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    }
    if runtime == NODE:
        variables.update({"LAMBDA_RUNTIME_DIR": str(RUNTIMES / "node"), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"})
        return ["/bin/sh", str(RUNTIMES / "node" / "bootstrap")], variables
    if runtime == OURS:
        return [SYSTEM_PYTHON, *flags, str(RUNTIME_DIRECTORY / "bootstrap.py")], variables
    variables["PYTHONPATH"] = str(task_root)
    return [sys.executable, "-m", "awslambdaric", handler], variables
