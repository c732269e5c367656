"""`redoubt deploy --watch`: saved is deployed, within a second, whatever an editor does and whatever fails."""

import os
import signal
import subprocess
import threading
import time

import pytest
from harness.clients import client_environment
from harness.paths import redoubt_binary
from harness.projects import answer
from harness.waiting import SLOWNESS, wait_until


class Watch:
    """A running `redoubt deploy --watch`, line by line."""

    def __init__(self, server, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            [redoubt_binary(), "deploy", *map(str, arguments), "--watch"], env=client_environment(server),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        self.lines.extend((time.monotonic(), line) for line in self.process.stdout)

    def next(self, text, seconds=10):
        """When the next line with the text came."""

        def found():
            while self.lines:
                moment, line = self.lines.pop(0)
                if text in line:
                    return moment
            return None

        return wait_until(found, seconds, what=f"a line with `{text}`")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(5)
        self.reader.join()


@pytest.fixture
def watch(server):
    watches = []

    def start(*arguments):
        watches.append(Watch(server, *arguments))
        return watches[-1]

    yield start
    for one in watches:
        one.end()


def returning(word):
    return f"def handler(event, context): return {word!r}\n"


@pytest.fixture
def watched(project, watch):
    """A deployed function whose folder is being watched: (watch, app.py, name)."""
    name = project.name("watch")
    file = project.write("app.py", returning("first"))
    started = watch(project.folder, "--name", name)
    started.next(f"{name}: created")
    return started, file, name


def test_a_saved_file_is_deployed_within_a_second(redoubt, watched):
    started, file, name = watched
    for word in ("second", "third"):
        saved = time.monotonic()
        file.write_text(returning(word))
        assert started.next(f"{name}: updated code") - saved < 1 * SLOWNESS
        assert answer(redoubt, name) == word


def test_an_editor_may_replace_the_file(redoubt, watched):
    started, file, name = watched
    for word in ("second", "third"):
        new = file.with_name("app.py.new")
        new.write_text(returning(word))
        os.rename(file, file.with_name("app.py~"))
        os.rename(new, file)
        started.next(f"{name}: updated code")
        wait_until(lambda word=word: answer(redoubt, name) == word, what=f"the answer {word}")


def test_a_new_directory_is_watched(redoubt, watched):
    started, file, name = watched
    (file.parent / "package").mkdir()
    (file.parent / "package" / "__init__.py").write_text("WORD = 'one'\n")
    file.write_text("import package\ndef handler(event, context): return package.WORD\n")
    wait_until(lambda: answer(redoubt, name) == "one", what="the answer of the package")
    (file.parent / "package" / "__init__.py").write_text("WORD = 'two'\n")
    wait_until(lambda: answer(redoubt, name) == "two", what="the changed answer of the package")


def test_many_saves_at_once_are_few_deployments(redoubt, watched):
    started, file, name = watched
    for number in range(40):
        (file.parent / f"part{number}.py").write_text("X = 1\n")
    file.write_text(returning("last"))
    wait_until(lambda: answer(redoubt, name) == "last", what="the last answer")
    assert sum("updated code" in line for _, line in started.lines) <= 5


def test_failures_do_not_end_it(redoubt, project, watch):
    name = project.name("watch")
    project.write("app.py", returning("first"))
    file = project.write("redoubt.yaml", f"functions:\n  {name}: {{ timeout: 5 }}\n")
    started = watch(file)
    started.next(f"{name}: created")
    file.write_text("functions: [\n")
    started.next("redoubt.yaml:")
    file.write_text(f"functions:\n  {name}: {{ timeout: 0 }}\n")
    started.next("give a whole number from 1 to 900")
    file.write_text(f"functions:\n  {name}: {{ timeout: 6 }}\n")
    started.next(f"{name}: updated Timeout")
    project.write("app.py", returning("second"))
    started.next(f"{name}: updated code")
    assert answer(redoubt, name) == "second"


def test_what_is_not_there_is_not_watched(redoubt, tmp_path):
    done = redoubt("deploy", tmp_path / "nowhere", "--watch")
    assert done.returncode == 2 and "nowhere" in done.stderr
