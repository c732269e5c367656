"""The AWS Runtime Interface Emulator with awslambdaric, as the thing to compare with.

It isolates nothing: it starts the runtime as a plain child. Its log is kept to errors, so that
logging is not what is measured.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

import tools

_PATH = "/2015-03-31/functions/function/invocations"


class Emulator:
    """Runs one handler; a context manager."""

    def __init__(self, source):
        self._source = source
        self._folder = tempfile.TemporaryDirectory()
        self.address = ("127.0.0.1", free_port())

    def __enter__(self):
        tools.install_packages()
        binary = tools.install_emulator()
        (pathlib.Path(self._folder.name) / "app.py").write_text(self._source)
        self._process = subprocess.Popen(
            [
                binary,
                "--log-level", "error",
                "--runtime-interface-emulator-address", "%s:%d" % self.address,
                "--runtime-api-address", "127.0.0.1:%d" % free_port(),
                sys.executable, "-m", "awslambdaric", "app.handler",
            ],
            cwd=self._folder.name,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": "%s:%s" % (self._folder.name, tools.PACKAGES)},
            stdin=subprocess.DEVNULL,
            # Never a pipe: the emulator stops for good once nobody reads a full one.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until_connectable(self.address, self._process)
        return self

    def __exit__(self, *_):
        stop(self._process)
        self._folder.cleanup()

    def request(self, body):
        """One invocation as bytes."""
        head = "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: %d\r\n\r\n" % (_PATH, *self.address, len(body))
        return head.encode() + body


def free_port():
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until_connectable(address, process, seconds=20):
    """Returns when something listens there; raises when the process has ended instead."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("nothing listens on %s:%d" % address) from None
            time.sleep(0.05)


def stop(process, seconds=20):
    """Asks the process to end, and makes it end."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
