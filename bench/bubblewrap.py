"""A process in namespaces of its own for each request, started by bubblewrap: no HTTP, no limits, no system call filter."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import time

import functions

_PYTHON = (
    "import sys, json; sys.path.insert(0, '/var/task'); from app import handler\n"
    "json.dump(handler(json.load(sys.stdin), None), sys.stdout)"
)
_NODE = (
    "const { handler } = require('/var/task/app.js');"
    "handler(JSON.parse(require('fs').readFileSync(0))).then((v) => process.stdout.write(JSON.stringify(v)))"
)
ABSENT = "there is no bwrap: install the package bubblewrap"


def is_present():
    return shutil.which("bwrap") is not None


class Sandboxes:
    """Starts sandboxes that run the hello once; `with Sandboxes.python() as sandboxes`."""

    def __init__(self, command):
        self._command = command

    @staticmethod
    def python():
        return _sandboxes("app.py", functions.HELLO, ["/usr/bin/python3", "-I", "-S", "-c", _PYTHON])

    @staticmethod
    def node():
        return _sandboxes("app.js", functions.HELLO_NODE, [functions.NODE, "-e", _NODE])

    def run(self):
        """Seconds from the start of a sandbox to its answer and end."""
        started = time.perf_counter()
        self._finish(self._start())
        return time.perf_counter() - started

    def run_many(self, count):
        """Seconds until so many, started at one moment, have all answered."""
        started = time.perf_counter()
        for process in [self._start() for _ in range(count)]:
            self._finish(process)
        return time.perf_counter() - started

    def _start(self):
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(functions.HELLO_BODY)
        process.stdin.close()
        return process

    def _finish(self, process):
        with process.stdout:
            answer = process.stdout.read()
        if process.wait() or b"".join(answer.split()) != functions.HELLO_ANSWER:
            raise RuntimeError("bwrap ended with %d and answered %r" % (process.returncode, answer))


@contextlib.contextmanager
def _sandboxes(file_name, source, program):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / file_name).write_text(source)
        yield Sandboxes([
            "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
            "--ro-bind", "/usr", "/usr",
            "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", folder, "/var/task",
            *program,
        ])  # fmt: skip
