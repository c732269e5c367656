"""The same function under our runtime and under awslambdaric gives the same answers and log."""

import re

import pytest

import runtimes
from fake_runtime_api import Invocation
from runtimes import OURS, REFERENCE

pytestmark = pytest.mark.skipif(
    not runtimes.has_reference(), reason="awslambdaric is not installed (pip install awslambdaric)"
)

RESULTS = {
    "an object": '{"a": 1, "b": [1.5, True, None]}',
    "an empty object": "{}",
    "nothing": "None",
    "a text": '"text"',
    "text beyond ascii": '"é \\u2028 \\U0001f600 \\x7f \\x01"',
    "a lone surrogate": '{"x": "\\ud800"}',
    "not a number": "[float('nan'), float('inf'), -float('inf')]",
    "large and small numbers": "[10**40, -0.0, 1e-300, 1e22, 123456789.123456789]",
    "keys that are not text": '{1: 1, 1.5: 2, True: 3, None: 4}',
    "a tuple": '(1, (2, 3))',
    "a named tuple": '{"p": Point(1, 2), "l": [Point(3, [Point(4, 5)])]}',
    "decimals": '[Decimal("1.10"), Decimal("NaN"), {"d": Decimal("1E+3")}, "1.10"]',
    "decimals beside other things": '{"e": Colour.RED, "n": Number.ONE, "d": Decimal(3), "o": OrderedDict(a=1)}',
    "enumerations": '[Colour.RED, Number.ONE]',
    "bytes": 'b"\\x00raw"',
    "bytes within": '{"b": b"text"}',
    "bytes as a key": '{b"k": 1}',
    "a set": "{1}",
    "an object of a class": "object()",
    "a tuple as a key": "{(1, 2): 3}",
    "bad bytes within": '[b"\\xff"]',
    "a date": "__import__('datetime').date(2020, 1, 1)",
    "an exception": "ValueError('x')",
    "a generator": "(x for x in [1])",
}

RESULT_SOURCE = """
from collections import OrderedDict, namedtuple
from decimal import Decimal
from enum import Enum, IntEnum
Point = namedtuple("Point", "x y")
class Colour(str, Enum):
    RED = "red"
class Number(IntEnum):
    ONE = 1
def handler(event, context):
    return %s
"""

FAILURES = {
    "an exception": "raise ValueError('wrong')",
    "an exception with no message": "raise ValueError",
    "an exception of several lines": "raise RuntimeError('one\\n  two\\nthree')",
    "a chained exception": "try:\n        {}['a']\n    except KeyError as e:\n        raise RuntimeError('x') from e",
    "an exception in a library": "__import__('base64').b64decode(5)",
    "a recursion without end": "f()",
    "a recursion that ends badly": "g(event['depth'])",
    "an exception in a lambda": "(lambda: 1 / 0)()",
    "an exception in compiled text": "exec('1/0')",
    "an exception of an own class": "class Mine(Exception): pass\n    raise Mine('é')",
    "an exception over several lines": "raise ValueError(\n        'a'\n        'b'\n    )",
}

FAILURE_SOURCE = """
def f():
    f()
def g(n):
    if n == 0:
        raise ValueError("bottom")
    g(n - 1)
def handler(event, context):
    %s
"""

FAILED_INITS = {
    "a missing module": ("missing.handler", "x = 1"),
    "a missing module in a folder": ("sub/missing.handler", "x = 1"),
    "a missing module in a package": ("app.sub.handler", "x = 1"),
    "a missing import of the module": ("app.handler", "import nothing_like_it"),
    "a missing name of an import": ("app.handler", "from os import nothing_like_it"),
    "a missing handler": ("app.nothing", "x = 1"),
    "a handler without a module": ("handler", "x = 1"),
    "an empty handler": ("", "x = 1"),
    "a syntax error": ("app.handler", "def handler(:\n    pass\n"),
    "bad indentation": ("app.handler", "def handler(e, c):\npass\n"),
    "a built-in module": ("sys.exit", "x = 1"),
    "a standard library module": ("json.nothing", "x = 1"),
}


def both(task_root, handler, invocations, **options):
    return (
        runtimes.run(task_root, handler, invocations, runtime=OURS, **options),
        runtimes.run(task_root, handler, invocations, runtime=REFERENCE, **options),
    )


def essence(run):
    """What a caller and a reader of logs can see: paths, bodies, log lines, exit."""
    return [(post.path, post.body) for post in run.posts], log_of(run), run.exit_code


def log_of(run):
    # Lambda keeps a record of several lines together by a side channel that awslambdaric does not have here.
    text = run.output.replace("\r", "\n")
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", "TIME", text)
    return [line for line in text.split("\n") if line and "LAMBDA_WARNING" not in line]


@pytest.mark.parametrize("version", ["3.11", "3.12"])
@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_sent_as_aws_sends_it(task_root, write, result, version):
    if (result, version) == ("a lone surrogate", "3.12"):
        pytest.skip("awslambdaric ends itself here; see the test of our own runtime")
    write(RESULT_SOURCE % RESULTS[result])
    environment = {"AWS_EXECUTION_ENV": "AWS_Lambda_python" + version}
    ours, reference = both(task_root, "app.handler", [Invocation()], environment=environment)
    assert essence(ours) == essence(reference)


@pytest.mark.parametrize("failure", FAILURES)
def test_an_exception_is_reported_as_aws_reports_it(task_root, write, failure):
    write(FAILURE_SOURCE % FAILURES[failure])
    ours, reference = both(task_root, "app.handler", [Invocation({"depth": 5})])
    if "without end" in failure:
        # How deep it went depends on how many frames the runtime itself has.
        bodies = [re.sub(rb"repeated \d+", b"repeated N", run.posts[0].body) for run in (ours, reference)]
        assert bodies[0] == bodies[1]
    else:
        assert essence(ours) == essence(reference)


@pytest.mark.parametrize("failed", FAILED_INITS)
def test_a_failed_init_is_reported_as_aws_reports_it(task_root, write, failed):
    handler, source = FAILED_INITS[failed]
    write(source)
    ours, reference = both(task_root, handler, [Invocation()])
    assert ours.posts[0].path.endswith("/init/error")
    assert essence(ours) == essence(reference)


@pytest.mark.parametrize("name", ["module.handler", "pkg/module.handler", "pkg.module.handler", "a/b/module.handler"])
def test_a_handler_is_found_by_the_same_names(task_root, write, name):
    for path in ("module.py", "pkg/module.py", "a/b/module.py"):
        write("def handler(event, context): return __name__", path)
    ours, reference = both(task_root, name, [Invocation()])
    assert essence(ours) == essence(reference)
    assert ours.posts[0].kind == "response"


EVENTS = [b"", b"{", b"1 2", b"[NaN]", b"\xff", b' \n{"a": "\\ud800 \xc3\xa9"}\r\n', b'{"a":1}x', b'"\x01"']


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_read_as_aws_reads_it(task_root, write, event):
    write("def handler(event, context): return event")
    ours, reference = both(task_root, "app.handler", [Invocation(event)])
    assert ours.posts[0].kind == reference.posts[0].kind
    if ours.posts[0].kind == "response":
        assert essence(ours) == essence(reference)
    else:
        assert ours.posts[0].json["errorType"] == reference.posts[0].json["errorType"] == "Runtime.UnmarshalError"
        assert ours.posts[0].json["errorMessage"].startswith("Unable to unmarshal input: ")


CLIENT_CONTEXT = "Lambda-Runtime-Client-Context"

CONTEXTS = {
    "nothing more": {},
    "a client context": {CLIENT_CONTEXT: '{"custom":{"k":"v"},"env":{"e":1},"client":{"app_title":"t"}}'},
    "a client context without a client": {CLIENT_CONTEXT: '{"custom":{}}'},
    "an empty client context": {CLIENT_CONTEXT: "{}"},
    "a client context with a trace": {CLIENT_CONTEXT: '{"w3c":{"traceparent":"t","other":"o","baggage":1}}'},
    "a client context that is no JSON": {CLIENT_CONTEXT: "{"},
    "a client context that is a list": {CLIENT_CONTEXT: "[1]"},
    "a tenant": {"Lambda-Runtime-Aws-Tenant-Id": "blue"},
    "no trace": {"Lambda-Runtime-Trace-Id": None},
}


@pytest.mark.parametrize("given", CONTEXTS)
def test_the_context_is_the_same(task_root, write, given):
    write(
        """
        import os
        def handler(event, context):
            remaining = context.get_remaining_time_in_millis()
            return {
                "text": repr(context),
                "public": sorted(name for name in dir(context) if not name.startswith("_")),
                "trace": os.environ.get("_X_AMZN_TRACE_ID"),
                "w3c": context.w3c(),
                "remaining": isinstance(remaining, int) and 0 < remaining <= 30000,
                "memory": context.memory_limit_in_mb,
                "identity": context.identity.cognito_identity_id,
            }
        """
    )
    ours, reference = both(task_root, "app.handler", [Invocation(headers=CONTEXTS[given]), Invocation()])
    assert [post.kind for post in ours.posts] == [post.kind for post in reference.posts]
    assert ours.posts[0].json["errorType" if ours.posts[0].kind == "error" else "text"]
    for mine, theirs in zip(ours.posts, reference.posts):
        if mine.kind == "error":
            assert mine.json["errorType"] == theirs.json["errorType"]
        else:
            assert mine.json == theirs.json


LOG_SOURCE = """
    import logging
    import logging.handlers
    logging.warning("in init")
    log = logging.getLogger("mine")
    def handler(event, context):
        print("printed")
        log.info("not shown")
        log.warning("shown %s é", 1)
        logging.getLogger().setLevel("DEBUG")
        log.debug("now shown")
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception("failed")
        log.error({"a": 1}, extra={"order": 7})
        context.log("by the context\\n")
        raise KeyError("k")
    """


@pytest.mark.parametrize("level", ["", "ERROR", "TRACE", "odd"])
def test_the_log_is_the_same(task_root, write, level):
    write(LOG_SOURCE)
    settings = {"AWS_LAMBDA_LOG_LEVEL": level} if level else {}
    ours, reference = both(task_root, "app.handler", [Invocation(), Invocation()], environment=settings)
    assert log_of(ours) == log_of(reference)
    assert "printed" in log_of(ours)


@pytest.mark.parametrize("given", ["nothing more", "a tenant"])
def test_a_log_in_json_has_the_same_members(task_root, write, given):
    write(LOG_SOURCE)
    environment = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    ours, reference = both(task_root, "app.handler", [Invocation(headers=CONTEXTS[given])], environment=environment)
    assert log_of(ours) == log_of(reference)


@pytest.mark.parametrize("place", ["init", "handler"])
@pytest.mark.parametrize(
    "ending", ["sys.exit(0)", "sys.exit(3)", "sys.exit('why')", "os._exit(4)", "exit(5)", "os.kill(os.getpid(), 9)"]
)
def test_a_process_that_ends_itself_ends_the_same_way(task_root, write, place, ending):
    body = "import os, sys\n%s\ndef handler(event, context):\n    %s\n"
    write(body % ((ending, "pass") if place == "init" else ("pass", ending)))
    ours, reference = both(task_root, "app.handler", [Invocation()])
    assert (ours.posts, ours.exit_code) == ([], reference.exit_code)
    assert log_of(ours) == log_of(reference)


def test_an_exception_at_import_has_its_type_and_the_users_frames(task_root, write):
    write("import other\n")
    write("def f():\n    raise ValueError('early')\nf()\n", "other.py")
    ours, reference = both(task_root, "app.handler", [Invocation()])
    mine, theirs = ours.posts[0].json, reference.posts[0].json
    assert {**mine, "stackTrace": 0} == {**theirs, "stackTrace": 0}
    # The reference also shows the frames of importlib itself.
    assert mine["stackTrace"] == [frame for frame in theirs["stackTrace"] if "importlib" not in frame]
    assert (ours.exit_code, reference.exit_code) == (1, 1)


SNAP_START = """
from snapshot_restore_py import register_after_restore, register_before_snapshot
order = []
@register_before_snapshot
def first(): order.append("before 1"); print("before", len(order))
@register_after_restore
def second(): order.append("after 1"); print("after", len(order))
def third(*args, **kwargs): order.append((args, kwargs))
register_before_snapshot(third, 1, a=2)
register_after_restore(third, 3)
%s
def handler(event, context): return order
"""
FAILING_HOOK = """
@register_%s
def fail():
    order.append("failed")
    raise %s
"""
FAILURES_OF_HOOKS = ["ValueError('wrong')", "SystemExit(3)", "KeyboardInterrupt"]


def snap_start(task_root):
    return both(task_root, "app.handler", [Invocation()], environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})


def test_hooks_run_in_awss_order_around_the_restore(task_root, write):
    write(SNAP_START % "")
    ours, reference = snap_start(task_root)
    assert essence(ours) == essence(reference)
    assert ours.restores == reference.restores == 1
    assert ours.posts[0].json == [[[1], {"a": 2}], "before 1", "after 1", [[3], {}]]


@pytest.mark.parametrize("failure", FAILURES_OF_HOOKS)
@pytest.mark.parametrize("hook, restores", [("before_snapshot", 0), ("after_restore", 1)])
def test_a_hook_that_fails_is_reported_as_aws_reports_it(task_root, write, hook, restores, failure):
    write(SNAP_START % (FAILING_HOOK % (hook, failure)))
    ours, reference = snap_start(task_root)
    assert ours.restores == reference.restores == restores
    assert failure_of(ours) == failure_of(reference)


def failure_of(run):
    """What a hook's failure comes to; awslambdaric leaves frames of its own in the trace."""
    (post,) = run.posts
    told = {**post.json, "stackTrace": [frame for frame in post.json["stackTrace"] if "awslambdaric" not in frame]}
    first = next(line for line in log_of(run) if "[ERROR]" in line)
    return post.path, told, first, run.exit_code


def test_without_hooks_there_is_a_restore_as_well(task_root, write):
    write("def handler(event, context): return 1")
    ours, reference = snap_start(task_root)
    assert essence(ours) == essence(reference)
    assert ours.restores == reference.restores == 1


def test_hooks_may_be_registered_without_snap_start(task_root, write):
    write(SNAP_START % "")
    ours, reference = both(task_root, "app.handler", [Invocation()])
    assert essence(ours) == essence(reference)
    assert (ours.restores, ours.posts[0].json) == (0, [])


def test_a_package_may_bring_the_module_of_the_hooks_itself(task_root, write):
    write("from snapshot_restore_py import register_after_restore, runs\n@register_after_restore\ndef hook(): runs.append(1)\ndef handler(event, context): return runs")
    write("runs, hooks = [], []\ndef register_after_restore(f): hooks.append((f, (), {}))\ndef get_after_restore(): return hooks\ndef get_before_snapshot(): return []", "snapshot_restore_py.py")
    run = runtimes.run(task_root, "app.handler", [Invocation()], environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})
    assert run.posts[0].json == [1]
