"""Other programs that answer HTTP with the same handler, to compare with; none of them isolates or authenticates."""

import pathlib
import signal
import socket
import subprocess
import tempfile
import time


class Peer:
    """Runs one handler; a context manager. A kind of peer has a `source`, `path` and `command`."""

    file_name = "app.py"
    path = "/"

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        self.address = ("127.0.0.1", free_port())
        (self.folder / self.file_name).write_text(self.source)

    def __enter__(self):
        self._process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            # Never a pipe: who writes to one stops for good once nobody reads it and it is full.
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
        head = "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return (head % (self.path, *self.address, len(body))).encode() + body


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
            time.sleep(0.0005)  # Short, because the time to the first answer is measured through here.


def stop(process, seconds=20):
    """Asks the process to end, and makes it end."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
