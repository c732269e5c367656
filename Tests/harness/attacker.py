"""One set of hostile steps for two functions, one in Python and one compiled (Tests/Isolation/attacker).

What a guarantee forbids must be forbidden to the compiled one too: no interpreter and no C library stands in its way.
"""

import errno
import itertools
import os
import struct
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from tempfile import TemporaryDirectory

from harness.functions import invoke_function
from harness.packages import make_zip
from harness.paths import ROOT
from harness.system_calls import number_of

SOURCES = ROOT / "Tests/Isolation/attacker"
LANGUAGES = ("python", "compiled")
MEBIBYTE = 1 << 20


@cache
def compiled_program():
    """Linked statically, so that it needs nothing of the sandbox."""
    with TemporaryDirectory() as folder:
        sources = sorted(map(str, SOURCES.glob("*.c")))
        flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-pthread"]
        subprocess.run(["cc", *flags, *sources, "-o", f"{folder}/bootstrap"], check=True)
        with open(f"{folder}/bootstrap", "rb") as program:
            return program.read()


def attacker_package(language, files=None):
    """- Parameter files: more files of the package, as `make_zip` takes them."""
    if language == "python":
        return make_zip({"app.py": (SOURCES / "attacker.py").read_text(), **(files or {})})
    return make_zip({"bootstrap": compiled_program(), **(files or {})})


def runtime_of(language):
    return "python3.11" if language == "python" else "provided.al2023"


# Steps.


def call(name, *arguments):
    """A system call by name or number. Text and bytes are passed as pointers; `out(n)` is a buffer that comes back."""
    return " ".join(["call", *map(_word, (number_of(name) if isinstance(name, str) else name, *arguments))])


def repeat(times, name, *arguments):
    """The call, until it fails; its value is how often it did not."""
    return " ".join(["repeat", str(times), *map(_word, (number_of(name), *arguments))])


def fork():
    """A child that sleeps for ever; its value is the pid."""
    return "fork"


def forks(limit):
    return f"forks {limit}"


def threads(limit):
    return f"threads {limit}"


def run(*words):
    """A program: its output, and its wait status as the value."""
    return " ".join(["run", *words])


@dataclass(frozen=True)
class Word:
    text: str


def value_of(index):
    """The value of an earlier step, counted from 0."""
    return Word(f"${index}")


def out(content):
    """A buffer of the content, or of so many zeros, that comes back as the step's data."""
    return Word(f"b:{content}" if isinstance(content, int) else f"o:{content.hex()}")


def filled(size, byte=b"x"):
    return Word(f"f:{size}:{byte.hex()}")


def numbered(prefix):
    """A text that ends in the number of the turn of a repeated call."""
    return Word(f"n:{prefix.encode().hex()}")


def with_request_id(prefix, suffix):
    return Word(f"i:{prefix.hex()}:{suffix.hex()}")


def sleep(seconds):
    whole = int(seconds)
    return call("nanosleep", struct.pack("=qq", whole, int((seconds - whole) * 1e9)), 0)


def rename_process(name):
    """What the host then sees as the name of the process: fifteen characters at most."""
    assert len(name) <= 15, name
    return call("prctl", 15, name)


def _word(argument):
    if isinstance(argument, Word):
        return argument.text
    if isinstance(argument, str):
        argument = argument.encode() + b"\0"
    if isinstance(argument, bytes):
        return f"x:{argument.hex()}"
    return str(argument)


@dataclass(frozen=True)
class Outcome:
    value: int
    error: int
    data: bytes

    @property
    def succeeded(self):
        return self.error == 0

    @property
    def text(self):
        return self.data.decode("utf-8", "replace")

    def __repr__(self):
        name = errno.errorcode.get(self.error, self.error) if self.error else "ok"
        return f"<{name} {self.value} {self.data[:80]!r}>"


class Attacker:
    """A deployed attacker. Each call of it is one invocation."""

    def __init__(self, client, name, language):
        self.client = client
        self.name = name
        self.language = language

    def attempt(self, *steps, tail=False):
        """The whole answer, also when the invocation failed."""
        return invoke_function(self.client, self.name, list(steps), tail=tail)

    def do(self, *steps):
        """What came of each step."""
        answer = self.attempt(*steps)
        assert answer.error is None, answer.payload.decode()
        return outcomes_of(answer)

    def call(self, name, *arguments):
        return self.do(call(name, *arguments))[0]

    def read(self, path, size=65536):
        """Of the first size bytes, what one read gives."""
        opened, done, _ = self.do(
            call("open", path, os.O_RDONLY | os.O_NONBLOCK), call("read", value_of(0), out(size), size),
            call("close", value_of(0)),
        )  # fmt: skip
        return replace(done, data=done.data[: done.value]) if opened.succeeded else opened

    def read_all(self, paths, size=65536):
        """The files' contents by path; of a file that cannot be read, the outcome's errno."""
        found = {}
        for some in _batches(paths, 20):
            steps = []
            for path in some:
                steps += [call("open", path, os.O_RDONLY | os.O_NONBLOCK),
                          call("read", value_of(len(steps)), out(size), size),
                          call("close", value_of(len(steps)))]  # fmt: skip
            done = self.do(*steps)
            for path, opened, read in zip(some, done[::3], done[1::3], strict=True):
                refused = opened.error or read.error
                found[path] = refused if refused else read.data[: read.value]
        return found

    def links(self, paths):
        """Where symbolic links lead, of those that can be read."""
        found = {}
        for some in _batches(paths, 60):
            done = self.do(*[call("readlink", path, out(4096), 4096) for path in some])
            found.update({path: link.text for path, link in zip(some, done, strict=True) if link.succeeded})
        return found

    def write(self, path, content=b"7", flags=os.O_WRONLY):
        opened, done, _ = self.do(
            call("open", path, flags, 0o644),
            call("write", value_of(0), content, len(content)),
            call("close", value_of(0)),
        )
        return done if opened.succeeded else opened

    def list(self, folder):
        """The names in a folder; None when it cannot be read."""
        steps = [call("open", folder, os.O_RDONLY | os.O_DIRECTORY)]
        steps += [call("getdents64", value_of(0), out(32768), 32768) for _ in range(4)]
        opened, *read, _ = self.do(*steps, call("close", value_of(0)))
        if not opened.succeeded:
            return None
        return sorted(name for part in read if part.value > 0 for name in names_of(part.data[: part.value]))

    def processes(self):
        return [name for name in self.list("/proc") if name.isdigit()]


def outcomes_of(answer):
    return [Outcome(value, error, bytes.fromhex(data)) for value, error, data in answer.json]


def names_of(entries):
    """The names in what getdents64 gave."""
    while entries:
        (length,) = struct.unpack_from("=H", entries, 16)
        name = entries[19:length].split(b"\0")[0].decode()
        if name not in (".", ".."):
            yield name
        entries = entries[length:]


def _batches(values, size):
    values = iter(values)
    while batch := list(itertools.islice(values, size)):
        yield batch
