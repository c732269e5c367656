"""What our Python runtime promises beyond what AWS's does, and where it differs on purpose."""

import json
import os
import subprocess
import sys

import pytest

import fake_runtime_api
import runtimes
from fake_runtime_api import Invocation, event_head


def answer(run, index=0):
    post = run.posts[index]
    assert post.kind == "response", (post.body, run.output)
    return post.json


def value_of(write, task_root, expression, **options):
    write("import sys\ndef handler(event, context):\n    return %s\n" % expression)
    return answer(runtimes.run(task_root, "app.handler", [Invocation()], **options))


@pytest.mark.parametrize("flags", [(), ("-S",), ("-S", "-s", "-B")])
def test_the_import_path_holds_code_then_layers_then_boto3_then_the_standard_library(write, task_root, flags):
    path = value_of(write, task_root, "sys.path", flags=flags)
    version = value_of(write, task_root, "'python%d.%d' % sys.version_info[:2]")
    assert path[:4] == [
        str(task_root),
        "/opt/python/lib/%s/site-packages" % version,
        "/opt/python",
        str(runtimes.RUNTIME_DIRECTORY / "site-packages"),
    ]
    assert str(runtimes.RUNTIME_DIRECTORY) not in path
    assert not [entry for entry in path[4:] if entry.endswith("-packages")]
    assert any(entry.endswith("lib-dynload") for entry in path[4:])


def test_pythonpath_of_the_function_is_honoured_without_opening_the_runtime(write, task_root):
    value = "/somewhere:%s" % runtimes.RUNTIME_DIRECTORY
    path = value_of(write, task_root, "sys.path", environment={"PYTHONPATH": value})
    assert "/somewhere" in path and str(runtimes.RUNTIME_DIRECTORY) not in path


@pytest.mark.parametrize("flags", [(), ("-S",)])
def test_the_process_looks_like_a_normal_script(write, task_root, flags):
    builtins = value_of(write, task_root, "[callable(exit), callable(quit), callable(help)]", flags=flags)
    assert builtins == [True, True, True]
    process = value_of(write, task_root, "[sys.stdin.read(), __import__('os').getcwd(), len(sys.argv)]", flags=flags)
    assert process == ["", str(task_root), 1]


def test_the_environment_is_the_functions_alone_for_its_children_too(write, task_root):
    given = {"MINE": "a=b", "EMPTY": "", "TZ": "XXX-9", "WIDE": "é"}
    _, variables = runtimes.command_for(runtimes.OURS, task_root, "app.handler", "", ())
    write(
        """
        import os, subprocess, time
        def handler(event, context):
            os.environ.pop("_X_AMZN_TRACE_ID", None)
            child = subprocess.run(["/usr/bin/env", "-0"], capture_output=True).stdout.decode().split("\\0")[:-1]
            return [dict(os.environ), dict(entry.split("=", 1) for entry in child), time.localtime(0).tm_hour, os.getcwd()]
        """
    )
    found = answer(runtimes.run(task_root, "app.handler", [Invocation()], environment=given))
    expected = {**variables, **given}
    for environment in found[:2]:
        environment.pop("LC_CTYPE", None)  # which the interpreter sets where it coerces the locale
        assert {**environment, "AWS_LAMBDA_RUNTIME_API": ""} == expected
    assert found[2:] == [9, str(task_root)]


def test_the_context_is_of_the_function_and_not_of_what_was_there_before(write, task_root):
    names = "[context.function_name, context.function_version, context.memory_limit_in_mb, context.log_group_name, context.log_stream_name]"
    assert value_of(write, task_root, names, environment={"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}) == [
        "sample", "$LATEST", "1024", "/aws/lambda/sample", "2025/01/01/[$LATEST]0",
    ]  # fmt: skip


@pytest.mark.parametrize("version, escapes", [("python3.11", True), ("python3.12", False)])
def test_text_is_written_as_the_functions_python_writes_it(write, task_root, version, escapes):
    write("def handler(event, context):\n    return 'é'\n")
    run = runtimes.run(task_root, "app.handler", [Invocation()], environment={"AWS_EXECUTION_ENV": "AWS_Lambda_" + version})
    assert run.posts[0].body == (b'"\\u00e9"' if escapes else '"é"'.encode())


def test_records_have_the_form_that_the_function_asks_for(write, task_root):
    write("import logging\ndef handler(event, context):\n    logging.error('logged')\n")
    settings = {"AWS_LAMBDA_LOG_FORMAT": "JSON"}
    run = runtimes.run(task_root, "app.handler", [Invocation()], environment=settings)
    assert json.loads(run.output.splitlines()[0])["message"] == "logged"
    write("def handler(event, context):\n    raise KeyError('x')\n")
    run = runtimes.run(task_root, "app.handler", [Invocation()], environment=settings)
    assert json.loads(run.output.splitlines()[0])["errorType"] == "KeyError"


def test_no_heavy_module_is_loaded_for_a_plain_function(write, task_root, origin):
    if origin == "parked":
        pytest.skip("what waits for its function has loaded them already, at nobody's cost")
    loaded = value_of(write, task_root, "sorted(sys.modules)")
    heavy = set("enum http.client inspect json logging re site socket threading traceback typing".split())
    assert not heavy & set(loaded)


@pytest.mark.parametrize(
    "name",
    "bootstrap loop codec handler process context api output connection failures variables".split(),
)
def test_a_module_of_the_function_may_have_a_name_of_ours(write, task_root, name):
    write("value = 'mine'\n", name + ".py")
    write("import %s as mine\ndef handler(event, context):\n    raise KeyError(mine.value)\n" % name)
    run = runtimes.run(task_root, "app.handler", [Invocation()])
    assert run.posts[0].json["errorMessage"] == "'mine'"


@pytest.mark.parametrize("name", ["json", "logging", "traceback", "re", "enum", "decimal"])
def test_a_module_of_the_function_does_not_shadow_what_lambda_has_loaded(write, task_root, name):
    write("raise RuntimeError('shadowed')\n", name + ".py")
    write(
        "import %s\nimport logging, json\ndef handler(event, context):\n"
        "    logging.error('logged')\n    return json.dumps(%s.__name__)\n" % (name, name)
    )
    run = runtimes.run(task_root, "app.handler", [Invocation(), Invocation(b"{")])
    assert json.loads(answer(run)) == name
    assert run.posts[1].json["errorType"] == "Runtime.UnmarshalError"
    assert "logged" in run.output


@pytest.mark.parametrize("version", ["3.11", "3.12"])
def test_a_lone_surrogate_is_escaped_and_costs_nobody_the_process(write, task_root, version):
    environment = {"AWS_EXECUTION_ENV": "AWS_Lambda_python" + version}
    write("def handler(event, context):\n    return 'a\\ud800é'\n")
    run = runtimes.run(task_root, "app.handler", [Invocation(), Invocation()], environment=environment)
    assert [answer(run, index) for index in (0, 1)] == ["a\ud800é"] * 2
    assert (b"\xc3\xa9" in run.posts[0].body) == (version == "3.12")


def test_a_result_that_contains_itself_fails_and_the_next_one_is_fine(write, task_root):
    write(
        """
        loop = []
        loop.append(loop)
        def handler(event, context):
            return loop if event else "fine"
        """
    )
    run = runtimes.run(task_root, "app.handler", [Invocation({"x": 1}), Invocation({})])
    assert run.posts[0].json["errorMessage"] == "Unable to marshal response: Circular reference detected"
    assert answer(run, 1) == "fine"


def test_a_very_deep_result_fails_and_the_process_lives(write, task_root):
    write(
        """
        def handler(event, context):
            deep = []
            for _ in range(event):
                deep = [deep]
            return deep
        """
    )
    run = runtimes.run(task_root, "app.handler", [Invocation(100000), Invocation(3)])
    assert run.posts[0].json["errorType"] == "Runtime.MarshalError"
    assert answer(run, 1) == [[[[]]]]


def test_a_very_deep_event_is_refused_and_the_process_lives(write, task_root):
    write("def handler(event, context):\n    return event\n")
    run = runtimes.run(task_root, "app.handler", [Invocation(b"[" * 200000 + b"]" * 200000), Invocation(1)])
    assert run.posts[0].json["errorType"] == "Runtime.UnmarshalError"
    assert answer(run, 1) == 1


def test_an_exception_that_cannot_be_printed_is_reported_all_the_same(write, task_root):
    write(
        """
        class Odd(Exception):
            def __str__(self):
                raise ValueError
        def handler(event, context):
            raise Odd
        """
    )
    error = runtimes.run(task_root, "app.handler", [Invocation()]).posts[0].json
    assert (error["errorType"], error["errorMessage"]) == ("Odd", "<exception str() failed>")


def test_a_type_may_have_any_name(write, task_root):
    write("def handler(event, context):\n    raise type('É\\r\\nX: y', (Exception,), {})('m')\n")
    post = runtimes.run(task_root, "app.handler", [Invocation()]).posts[0]
    assert post.json["errorType"] == "É\r\nX: y"


def test_a_response_that_is_too_large_for_the_platform_ends_nothing(write, task_root):
    write("def handler(event, context):\n    return 'x' * event\n")
    run = runtimes.run(task_root, "app.handler", [Invocation(7 << 20, status=413), Invocation(1)])
    assert [post.kind for post in run.posts] == ["response", "response"]
    assert len(run.posts[0].body) == (7 << 20) + 2
    assert answer(run, 1) == "x"


def test_a_large_event_arrives_whole(write, task_root):
    write("def handler(event, context):\n    return len(event)\n")
    run = runtimes.run(task_root, "app.handler", [Invocation("y" * (6 << 20))])
    assert answer(run) == 6 << 20


def test_what_is_printed_comes_before_the_answer_and_in_order(write, task_root):
    write(
        """
        import sys
        def handler(event, context):
            print("one")
            print("two", file=sys.stderr)
            print("three", end="")
            sys.stdout.write("\\ud800\\n")
        """
    )
    run = runtimes.run(task_root, "app.handler", [Invocation()])
    assert run.output == "one\ntwo\nthree\\ud800\n"


@pytest.mark.parametrize("damage", ["sys.stdout.close()", "sys.stdout = None", "sys.stdout = object()", "os.close(1)"])
def test_a_function_that_breaks_its_output_still_answers(write, task_root, damage):
    write("import os, sys\n%s\ndef handler(event, context):\n    return 1 / event\n" % damage)
    run = runtimes.run(task_root, "app.handler", [Invocation(1), Invocation(0)])
    assert answer(run) == 1.0
    assert run.posts[1].json["errorType"] == "ZeroDivisionError"


def test_redirected_output_does_not_swallow_log_records(write, task_root):
    write(
        """
        import contextlib, io, logging
        def handler(event, context):
            with contextlib.redirect_stdout(io.StringIO()) as captured:
                print("captured")
                logging.error("logged")
            return captured.getvalue()
        """
    )
    run = runtimes.run(task_root, "app.handler", [Invocation()])
    assert answer(run) == "captured\n"
    assert "logged" in run.output and "captured" not in run.output


def test_a_log_call_with_wrong_arguments_fails_no_invocation(write, task_root):
    write("import logging\ndef handler(event, context):\n    logging.error('%d', 'x')\n    return 1\n")
    assert answer(runtimes.run(task_root, "app.handler", [Invocation()])) == 1


def test_workers_of_multiprocessing_do_not_become_runtimes(write, task_root):
    write(
        """
        import multiprocessing
        def handler(event, context):
            process = multiprocessing.get_context("spawn").Process(target=len, args=("x",))
            process.start()
            process.join()
            return process.exitcode
        """
    )
    assert answer(runtimes.run(task_root, "app.handler", [Invocation()])) == 0


def test_source_lines_of_a_module_in_an_archive_are_shown(write, task_root):
    import zipfile

    with zipfile.ZipFile(task_root / "lib.zip", "w") as archive:
        archive.writestr("zipped.py", "def fail():\n    raise ValueError('z')\n")
    write("import sys\nsys.path.insert(0, 'lib.zip')\nimport zipped\ndef handler(event, context):\n    zipped.fail()\n")
    error = runtimes.run(task_root, "app.handler", [Invocation()]).posts[0].json
    assert error["stackTrace"][-1].endswith("    raise ValueError('z')\n")


def test_closed_standard_descriptors_are_not_taken_by_the_runtimes_socket(write, task_root):
    write("print('lost')\ndef handler(event, context):\n    print('lost')\n    return 'safe'\n")
    # A shell closes them: subprocess cannot start a child without.
    launcher = task_root / "closed.sh"
    launcher.write_text('#!/bin/sh\nexec "%s" "$@" <&- >&- 2>&-\n' % runtimes.SYSTEM_PYTHON)
    launcher.chmod(0o755)
    original, runtimes.SYSTEM_PYTHON = runtimes.SYSTEM_PYTHON, str(launcher)
    try:
        run = runtimes.run(task_root, "app.handler", [Invocation()])
    finally:
        runtimes.SYSTEM_PYTHON = original
    assert answer(run) == "safe"


def test_without_a_platform_the_runtime_ends_and_says_why(task_root, write):
    write("def handler(event, context):\n    pass\n")
    environment = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "_HANDLER": "app.handler"}
    environment["LAMBDA_TASK_ROOT"] = str(task_root)
    command = [runtimes.SYSTEM_PYTHON, str(runtimes.RUNTIME_DIRECTORY / "bootstrap.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr.startswith("redoubt: the runtime API failed: ")


TRACES = """
import ctypes, os, subprocess
getenv = ctypes.PyDLL(None).getenv
getenv.restype = ctypes.c_void_p
def handler(event, context):
    child = subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout.splitlines()
    found = [os.environ.get("_X_AMZN_TRACE_ID"), *(line[17:] for line in child if line.startswith("_X_AMZN_TRACE_ID="))]
    place = getenv(b"_X_AMZN_TRACE_ID")
    exec(event)
    return [found, place]
"""


def test_the_trace_is_the_invocations_whatever_the_function_made_of_it(write, task_root):
    write(TRACES)
    changes = [
        "pass", "os.environ['_X_AMZN_TRACE_ID'] = 'mine'", "del os.environ['_X_AMZN_TRACE_ID']", "os.environ.clear()", "pass",
    ]  # fmt: skip
    long = "Root=" + "x" * 600
    given = [Invocation(change, {"Lambda-Runtime-Trace-Id": f"Root={n}"}) for n, change in enumerate(changes)]
    given += [Invocation("pass", {"Lambda-Runtime-Trace-Id": trace}) for trace in (long, None, "Root=é", "last")]
    run = runtimes.run(task_root, "app.handler", given)
    found = [answer(run, index)[0] for index in range(len(given))]
    assert found == [[f"Root={n}"] * 2 for n in range(5)] + [[long] * 2, [None], ["Root=é"] * 2, ["last"] * 2]


def test_the_traces_of_a_long_life_take_no_memory(write, task_root, origin):
    if origin != "parked":
        pytest.skip("what is executed for its function does without, for the sake of its start")
    write(TRACES)
    traces = ["Root=%d" % number for number in range(4)]
    run = runtimes.run(task_root, "app.handler", [Invocation("pass", {"Lambda-Runtime-Trace-Id": trace}) for trace in traces])
    assert len({answer(run, index)[1] for index in range(4)}) == 1


HEAD = event_head({"Lambda-Runtime-Aws-Request-Id": "id", "Lambda-Runtime-Deadline-Ms": "1"})
BAD_ANSWERS = {
    "nothing": b"",
    "a part of the lengths": fake_runtime_api.answer(200, HEAD, b"{}")[:9],
    "a part of the head": fake_runtime_api.answer(200, HEAD, b"{}")[:12],
    "a part of the body": fake_runtime_api.answer(200, HEAD, b"{}")[:-1],
    "a refusal": fake_runtime_api.answer(403, b"", b"{}"),
    "too few lines": fake_runtime_api.answer(200, b"id\n1", b"{}"),
    "too many lines": fake_runtime_api.answer(200, HEAD + b"\n", b"{}"),
    "no deadline": fake_runtime_api.answer(200, HEAD.replace(b"1", b"x"), b"{}"),
    "another protocol": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("given", BAD_ANSWERS)
def test_what_is_not_a_well_formed_answer_is_refused(given):
    program = (
        "import _socket, sys\n"
        "from redoubt_runtime.api import RuntimeAPI\nfrom redoubt_runtime.connection import ProtocolError\n"
        "ours, theirs = _socket.socketpair()\n"
        "api = RuntimeAPI('127.0.0.1:9001', ours)\n"
        "theirs.sendall(eval(sys.argv[1]))\ntheirs.shutdown(1)\n"
        "try:\n    print(api.next())\nexcept ProtocolError as error:\n    print('refused')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(runtimes.RUNTIME_DIRECTORY)}
    command = [sys.executable, "-c", program, repr(BAD_ANSWERS[given])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert done.stdout == "refused\n", done.stderr


@pytest.mark.parametrize("headers, expected", [({"Redoubt-Hygiene": "PerInvocation"}, "home"), ({}, "/tmp")])
def test_directory_and_file_mode_mask_are_taken_back_where_invocations_are_kept_apart(write, task_root, headers, expected):
    write("""
import os
os.umask(0o27)
home = os.getcwd()
def handler(event, context):
    found = [os.getcwd(), os.umask(0o77)]
    os.chdir("/tmp")
    return ["home" if found[0] == home else found[0], found[1]]
""")
    run = runtimes.run(task_root, "app.handler", [Invocation(headers=headers), Invocation(headers=headers)])
    assert answer(run) == ["home", 0o27]
    assert answer(run, 1) == [expected, 0o27 if headers else 0o77]


REGISTRATIONS = """
import os, sys
asked = []
os.register_at_fork = lambda **_: asked.append(sys._getframe(1).f_globals["__name__"])
from redoubt_runtime import stock
for name in stock._LOADED_AHEAD:
    __import__(name)
print(*sorted(set(asked)))
"""


def test_what_a_zygote_loads_would_only_see_to_its_locks_after_a_fork():
    # It is told of none, and forks with one thread. Random numbers, for example, would be the same in all of its children.
    done = subprocess.run([runtimes.SYSTEM_PYTHON, "-S", "-c", REGISTRATIONS], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": str(runtimes.RUNTIME_DIRECTORY)})  # fmt: skip
    assert done.stdout.split() == ["logging", "threading"]


PIECES = """
import ctypes, sys
malloc, free = (getattr(ctypes.CDLL(None), name) for name in ("malloc", "free"))
malloc.restype, free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
def pages(): return len({malloc(size) >> 12 for size in range(24, 1024, 16)})
blocks = [malloc(1000) for _ in range(4096)]
for block in blocks[::16]: free(block)
from redoubt_runtime import free_memory
if "use up" in sys.argv: free_memory.use_up()
print(pages())
"""


def test_what_a_zygotes_children_allocate_lies_together_however_its_heap_is_broken_up():
    def pages(*arguments):
        command = [runtimes.SYSTEM_PYTHON, "-S", "-c", PIECES, *arguments]
        environment = {"PYTHONPATH": str(runtimes.RUNTIME_DIRECTORY)}
        return int(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)

    needed = sum(range(24, 1024, 16)) // 4096
    assert pages("use up") <= needed + 3 < 2 * needed < pages()
