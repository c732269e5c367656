"""Trees that a runtime compiles of code, and the environments that get them."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from conftest import PLACES
from spawner_client import (ACCOUNT, FAILED, FORGET, FORKED, INVALID, STARTED, SYSTEM, TREE, UNKNOWN_TREE, UNPACKED, Environment,
                            make_zip, message, until)
from test_layers import mounts_of_trees
from test_stock import PYTHON, CUSTOM, SHORT_LIVED, function_environment, keep, namespaces, ready, with_stock

COMPILED = hashlib.sha256(b"what is compiled").digest()

# What a function tells of itself: its files, and which modules had to be compiled here.
TELLS = """
import importlib.machinery, json, os, sys
compiled_here, before = [], importlib.machinery.SourceFileLoader.source_to_code
def note(self, data, path, **options):
    compiled_here.append(os.path.basename(path))
    return before(self, data, path, **options)
importlib.machinery.SourceFileLoader.source_to_code = note
for name in sorted(entry[:-3] for entry in os.listdir("/var/task") if entry.endswith(".py") and entry != "app.py"):
    try:
        __import__(name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
files = sorted(os.path.relpath(os.path.join(folder, name), "/var/task") for folder, _, names in os.walk("/var/task") for name in names)
print(json.dumps({"files": files, "compiled": compiled_here, "own": os.path.exists(__spec__.cached)}), flush=True)
def handler(event, context): pass
"""


REPLACED = """print('{"files": ["replaced"], "own": 0}', flush=True)"""


@pytest.fixture
def configuration(python_runtime, failing_runtimes, zygote_library, configuration):
    return with_stock(configuration, python_runtime, zygote_library, failing_runtimes)


@pytest.fixture(scope="session")
def failing_runtimes(open_folder):
    """One that compiles nothing and ends in failure, and one whose results are not modules."""
    made = {}
    for name, source in {
        "refuses": "import os, sys; open(os.environ['_REDOUBT_COMPILE'] + '/rest', 'w').close(); sys.exit(3)",
        "replaces": f"import os; open(os.environ['_REDOUBT_COMPILE'] + '/app.py', 'w').write({REPLACED!r})",
    }.items():
        made[name] = open_folder / name
        made[name].mkdir()
        (made[name] / "bootstrap.py").write_text(source)
    return made


REFUSES, REPLACES = SHORT_LIVED, SHORT_LIVED + 1


def cached(name):
    major, minor = map(int, os.popen("/usr/bin/python3 -c 'import sys; print(*sys.version_info[:2])'").read().split())
    return f"__pycache__/{name}.cpython-{major}{minor}.pyc"


def look(spawner, files, **options):
    """What a function with that code tells, which is compiled before as far as it can be."""
    answer = spawner.try_start(spawner.tree(files), PYTHON, function_environment(), **options)
    assert answer.kind == STARTED, answer
    environment = Environment(spawner, answer)
    *warnings, found = environment.read_log('"own"').splitlines()
    environment.kill()
    environment.exited()
    return {**json.loads(found), **({"warnings": warnings} if warnings else {})}


def there_are_trees(spawner, count):
    until(lambda: len(mounts_of_trees(spawner)) == count, f"{count} trees")  # It answers, and then drops what it has not.


def compile_all(spawner, files, **options):
    answer = spawner.compile(spawner.tree(files), COMPILED, PYTHON, **options)
    assert answer.kind == UNPACKED, answer
    return answer


def test_what_was_compiled_is_compiled_no_more(spawner):
    files = {"app.py": TELLS, "other.py": "value = 1", "deep/er/module.py": "value = 2", "deep/text": "no module"}
    assert look(spawner, files) == {"files": sorted(files), "compiled": ["other.py"], "own": False}
    answer = compile_all(spawner, files)
    made = [cached("app"), cached("other"), "deep/er/" + cached("module")]
    assert look(spawner, files, compiled=COMPILED) == {"files": sorted([*files, *made]), "compiled": [], "own": True}
    assert answer.entries == 3 + 4 and answer.bytes % 4096 == 0 and answer.bytes >= 3 * 4096  # directories count


def test_a_sandbox_of_the_stock_gets_what_was_compiled(spawner):
    files = {"app.py": TELLS, "other.py": "value = 1"}
    compile_all(spawner, files)
    keep(spawner, FORKED, 1)
    ready(spawner, 1)
    assert look(spawner, files, compiled=COMPILED, stock=4)["compiled"] == []


def test_nothing_of_the_code_is_run(spawner):
    files = {"app.py": TELLS, "other.py": "import os\nif os.access('/out', os.W_OK): open('/out/ran', 'w').close()\nos._exit(5)"}
    compile_all(spawner, files)
    answer = spawner.try_start(spawner.tree(files), PYTHON, function_environment(), compiled=COMPILED)
    environment = Environment(spawner, answer)
    assert environment.exited().wait_status == 5 << 8  # in the environment it is
    files["other.py"] = ""
    assert "ran" not in look(spawner, files)["files"]


def test_no_module_of_the_code_stands_for_the_compiler_s(spawner):
    """What is called as a module of the interpreter's, or of the runtime's, is compiled and not imported."""
    names = ("os", "marshal", "warnings", "importlib/util", "redoubt_runtime/compiler", "sitecustomize", "collections")
    files = {"app.py": "", **{name + ".py": "import sys\nsys.exit(9)" for name in names}}
    assert compile_all(spawner, files).entries >= len(names)


def test_what_cannot_be_compiled_in_silence_is_left_to_each_environment(spawner):
    files = {"app.py": TELLS, "broken.py": "def", "bytes.py": b"\xff", "nul.py": "a\0b", "warns.py": "1 is 1", "deep.py": "(" * 500,
             "whole.py": "value = 1"}
    compile_all(spawner, files)
    found = look(spawner, files, compiled=COMPILED)
    assert [name for name in found["files"] if name.startswith("__pycache__")] == [cached("app"), cached("whole")]
    assert "SyntaxWarning" in found["warnings"][0], "as each time"


def test_a_file_of_the_code_is_what_was_deployed_whatever_was_compiled(spawner):
    files = {"app.py": TELLS, cached("app"): "deployed", "other.py": ""}
    compile_all(spawner, files)
    found = look(spawner, files, compiled=COMPILED)
    assert found == {"files": sorted([*files, cached("other")]), "compiled": [], "own": True}
    digest = spawner.tree({"app.py": TELLS})
    replaced = hashlib.sha256(b"replaced").digest()
    assert spawner.compile(digest, replaced, REPLACES).kind == UNPACKED
    assert look(spawner, {"app.py": TELLS}, compiled=replaced)["files"] == ["app.py"]


def test_links_are_not_followed(spawner):
    files = {"app.py": TELLS, "folder/module.py": "", "again": ("folder", 0o120777), "loop": (".", 0o120777), "other.py": ("app.py", 0o120777)}
    assert compile_all(spawner, files).entries == 2 + 3


def test_what_there_is_no_room_for_is_left_whole_or_not_at_all(spawner):
    files = {"app.py": TELLS, **{f"m{number:02}.py": "value = (" + ", ".join(f"'{os.urandom(40).hex()}'" for _ in range(2000)) + ")"
                                 for number in range(12)}}
    answer = compile_all(spawner, files, maximum_bytes=1, maximum_entries=4)  # and what a tree has for waste: 1 MiB
    found = look(spawner, files, compiled=COMPILED)
    there = [name for name in found["files"] if name.startswith("__pycache__")]
    assert 2 <= len(there) < 12 and answer.bytes <= (1 << 20) + 5 * 4096
    assert len(found["compiled"]) == 13 - len(there)


def test_a_compiler_that_fails_leaves_nothing(spawner):
    digest = spawner.tree({"app.py": TELLS})
    answer = spawner.compile(digest, COMPILED, REFUSES)
    assert (answer.kind, answer.failure) == (FAILED, SYSTEM) and answer.detail == "compiler ended with wait status 768"
    there_are_trees(spawner, 1)
    assert look(spawner, {"app.py": TELLS}, compiled=COMPILED)["files"] == ["app.py"]


def test_who_asks_again_gets_what_is_there_and_who_asks_meanwhile_waits(spawner):
    files = {"app.py": TELLS, "other.py": "value = 1"}
    digest = spawner.tree(files)
    asked = [spawner.ask_compile(digest, COMPILED, PYTHON) for _ in range(3)]
    answers = [spawner.wait_for(lambda a: a.request == request) for request in asked]
    answers.append(compile_all(spawner, files))
    assert len({(answer.kind, answer.bytes, answer.entries) for answer in answers}) == 1
    there_are_trees(spawner, 2)


def test_what_was_compiled_is_dropped_as_code_is_and_code_starts_without(spawner):
    files = {"app.py": TELLS}
    compile_all(spawner, files)
    spawner.send(message(FORGET, 0, TREE.pack(ACCOUNT, COMPILED)))
    assert look(spawner, files, compiled=COMPILED)["own"] is False
    there_are_trees(spawner, 1)


def test_what_is_no_pair_of_code_and_what_was_compiled_of_it_is_refused(spawner):
    files = {"app.py": TELLS}
    digest, other = spawner.tree(files), spawner.tree({"app.py": TELLS + "\n"})

    def refusal(*arguments, **options):
        answer = spawner.compile(*arguments, **options)
        assert answer.kind == FAILED and answer.failure in (INVALID, UNKNOWN_TREE)
        return answer.detail

    assert refusal(digest, COMPILED, 99) == refusal(digest, COMPILED, CUSTOM) == "runtime"
    assert refusal(b"\1" * 32, COMPILED, PYTHON) == "not unpacked here"
    assert refusal(digest, digest, PYTHON) == "tree is the code"
    assert refusal(digest, other, PYTHON) == "tree is another"
    assert refusal(digest, COMPILED, PYTHON, account=ACCOUNT + 1) == "code of another account"
    assert refusal(digest, COMPILED, PYTHON, maximum_bytes=0) == "maximum_bytes"
    assert refusal(digest, COMPILED, PYTHON, maximum_entries=1 << 31) == "maximum_entries"
    compile_all(spawner, files)
    assert refusal(other, COMPILED, PYTHON) == "tree is another"
    for code, options, detail in ((other, {}, "compiled of other code"), (digest, {"compiled_account": ACCOUNT + 1}, "compiled code of another account")):
        answer = spawner.try_start(code, PYTHON, function_environment(), compiled=COMPILED, **options)
        assert (answer.kind, answer.failure, answer.detail) == (FAILED, INVALID, detail)
    answer = spawner.try_start(digest, PYTHON, function_environment(), compiled=other)
    assert (answer.kind, answer.failure) == (FAILED, INVALID)


def test_a_compiler_is_confined_as_a_function_is(spawner, mode):
    """As long as it is there: it has as much to read as takes it a while."""
    files = {f"m{number}.py": "value = " + repr(list(range(3000))) for number in range(200)}
    request = spawner.ask_compile(spawner.tree(files), COMPILED, PYTHON)
    seen = []

    def sees_a_compiler():
        for pid in spawner.processes(PLACES):
            try:
                if b"bootstrap.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
                    interfaces = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
                    seen.append((status, namespaces(pid), interfaces))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return seen

    until(sees_a_compiler, "a compiler runs")
    status, own, interfaces = seen[0]
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    host = namespaces(spawner.pid)
    assert all(own[name] != host[name] for name in ("user", "mnt", "pid", "net", "ipc", "uts"))
    assert [line.split()[0] for line in interfaces] == ["lo:"]
    assert spawner.wait_for(lambda a: a.request == request).kind == UNPACKED
