"""A function that fails is reported as Lambda reports it, and the next invocation starts clean."""

import re
import time

import pytest
from harness.mode import MODE


@pytest.fixture(scope="module")
def failing(deploy, invoke):
    """Deploys code and invokes it once; the answer must be a function error."""

    def run(code, event=None, **configuration):
        answer = invoke(deploy(code, **configuration), event, tail=True)
        assert (answer.status, answer.error) == (200, "Unhandled"), answer
        assert re.search(r"^REPORT RequestId: ", answer.log, re.M), answer.log
        return answer

    return run


def test_an_exception_has_its_message_type_and_trace(failing):
    answer = failing("def inner(): raise ValueError('bööm')\ndef handler(e, c): inner()")
    report = answer.json
    assert (report["errorMessage"], report["errorType"]) == ("bööm", "ValueError")
    assert report["requestId"] == answer.request_id
    assert [re.search(r"in (\w+)", frame)[1] for frame in report["stackTrace"]] == ["handler", "inner"]
    assert "/var/task/app.py" in report["stackTrace"][0]
    assert "[ERROR] ValueError: bööm" in answer.log
    assert "Traceback (most recent call last):" in answer.log


def test_the_environment_survives_an_exception(deploy, invoke):
    name = deploy("n = 0\ndef handler(e, c):\n  global n\n  n += 1\n  if e: raise KeyError(n)\n  return n")
    assert invoke(name, 1).json["errorMessage"] == "1"
    assert invoke(name, 0).json == 2


def test_a_missing_module_is_an_import_error(failing):
    report = failing("import no_such_module\ndef handler(e, c): pass").json
    assert report["errorType"] == "Runtime.ImportModuleError"
    assert report["errorMessage"] == "Unable to import module 'app': No module named 'no_such_module'"


def test_a_syntax_error_is_named(failing):
    report = failing("def handler(e, c:\n  pass").json
    assert report["errorType"] == "Runtime.UserCodeSyntaxError"
    assert report["errorMessage"].startswith("Syntax error in module 'app': ")


def test_a_missing_handler_is_named(failing):
    report = failing("def other(e, c): pass").json
    assert report["errorType"] == "Runtime.HandlerNotFound"
    assert report["errorMessage"] == "Handler 'handler' missing on module 'app'"


def test_an_exception_while_importing_is_the_answer(failing):
    report = failing("raise RuntimeError('at import')").json
    assert (report["errorType"], report["errorMessage"]) == ("RuntimeError", "at import")


def test_a_result_that_is_not_json_is_a_marshal_error(failing):
    assert failing("def handler(e, c): return {1, 2}").json["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize(
    "statement, reason",
    [
        ("import sys; sys.exit(3)", "exit status 3"),
        ("import os; os._exit(4)", "exit status 4"),
        ("import os; os.kill(os.getpid(), 9)", "signal: killed"),
        ("import os; os.abort()", "signal: aborted"),
    ],
    ids=["exit", "_exit", "killed", "aborted"],
)
def test_a_runtime_that_ends_is_an_exit_error(failing, statement, reason):
    answer = failing(f"def handler(e, c):\n  {statement}")
    assert answer.json["errorType"] == "Runtime.ExitError"
    assert answer.json["errorMessage"] == f"RequestId: {answer.request_id} Error: Runtime exited with error: {reason}"


def test_a_runtime_that_ends_without_an_error_is_an_exit_error(failing):
    answer = failing("import os\ndef handler(e, c): os._exit(0)")
    assert answer.json["errorType"] == "Runtime.ExitError"
    assert answer.json["errorMessage"].endswith("Error: Runtime exited without providing a reason")


def test_the_invocation_after_an_exit_runs_in_a_new_environment(deploy, invoke):
    name = deploy("import os\nn = 0\ndef handler(e, c):\n  global n\n  n += 1\n  if e: os._exit(1)\n  return n")
    assert invoke(name, 0).json == 1
    assert invoke(name, 1).error == "Unhandled"
    assert invoke(name, 0).json == 1


def test_a_timeout_ends_the_invocation_in_time(failing):
    started = time.monotonic()
    answer = failing("import time\ndef handler(e, c): time.sleep(30)", Timeout=1)
    assert 1 <= time.monotonic() - started < 3
    assert re.search(r"Task timed out after 1\.00 seconds$", answer.json["errorMessage"])
    assert answer.request_id in answer.json["errorMessage"]
    assert "Task timed out after 1.00 seconds" in answer.log


@pytest.mark.skipif(not MODE.has_groups, reason="without control groups nobody knows the memory")
def test_an_invocation_that_is_ended_tells_the_memory_that_it_used(failing):
    answer = failing("import time\ndef handler(e, c):\n  held = b'x' * (70 << 20)\n  time.sleep(30)", Timeout=8, MemorySize=256)
    assert "Task timed out" in answer.log
    assert 70 <= int(re.search(r"Max Memory Used: (\d+) MB", answer.log)[1]) <= 256


def test_the_invocation_after_a_timeout_runs_in_a_new_environment(deploy, invoke):
    name = deploy(
        "import time\nn = 0\ndef handler(e, c):\n  global n\n  n += 1\n  time.sleep(e)\n  return n", Timeout=1
    )
    assert invoke(name, 0).json == 1
    assert invoke(name, 9).error == "Unhandled"
    assert invoke(name, 0).json == 1


@pytest.mark.skipif(not MODE.has_groups, reason="without control groups it is refused the memory")
@pytest.mark.parametrize("megabytes", [200, 400, 2000])
def test_a_handler_that_takes_too_much_memory_is_killed(failing, megabytes):
    code = f"def handler(e, c):\n  block = b'x' * ({megabytes} << 20)\n  return len(block)"
    # Memory that a virtual machine has to ask its host for costs several times as much, and the share is 7 %.
    answer = failing(code, MemorySize=128, Timeout=30)
    assert answer.json["errorType"] == "Runtime.ExitError"
    assert answer.json["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert "\tStatus: error\tError Type: Runtime.OutOfMemory\t" in answer.log
    assert int(re.search(r"Max Memory Used: (\d+) MB", answer.log)[1]) <= 128


@pytest.mark.skipif(MODE.has_groups, reason="where there are control groups it is killed")
def test_a_handler_that_asks_for_too_much_memory_is_refused_it(failing):
    answer = failing("def handler(e, c): return len(b'x' * (400 << 20))", MemorySize=128)
    assert answer.json["errorType"] == "MemoryError"


def test_files_in_tmp_are_not_memory(deploy, invoke):
    fill = "for n in range(4): open(f'/tmp/{n}', 'wb').write(b'x' * (100 << 20))"
    code = f"def handler(e, c):\n  {fill}\n  return 'filled'"
    answer = invoke(deploy(code, MemorySize=256, Timeout=30), tail=True)
    assert answer.json == "filled"
    assert MODE.has_groups == ("Max Memory Used" in answer.log)
    if MODE.has_groups:
        assert int(re.search(r"Max Memory Used: (\d+) MB", answer.log)[1]) <= 256
    assert "Status:" not in answer.log


def test_an_import_that_never_ends_is_a_timeout(failing):
    started = time.monotonic()
    answer = failing("import time\ntime.sleep(60)\ndef handler(e, c): pass", Timeout=1)
    assert "timed out" in answer.json["errorMessage"].lower()
    assert time.monotonic() - started < 15


def test_an_init_phase_that_fails_again_and_again_is_not_tried_for_every_request(deploy, invoke, lambda_client):
    name = deploy(
        """
        import os
        print("importing")
        if "SOUND" not in os.environ: raise RuntimeError("broken")
        def handler(event, context): return "sound"
        """
    )
    answers = [invoke(name, tail=True) for _ in range(12)]
    for answer in answers:
        assert (answer.json["errorType"], answer.json["errorMessage"]) == ("RuntimeError", "broken")
    tried = ["importing" in answer.log for answer in answers]
    assert tried[:3] == [True] * 3 and tried.count(True) < len(tried)
    for answer, is_tried in zip(answers, tried):
        assert is_tried != ("REDOUBT not started: the init phase has failed again and again" in answer.log)
        assert "START RequestId" in answer.log and "Status: error\tError Type: RuntimeError" in answer.log
    lambda_client.update_function_configuration(FunctionName=name, Environment={"Variables": {"SOUND": "1"}})
    assert invoke(name).json == "sound", "another configuration is another try"


def test_a_failing_function_does_not_disturb_its_neighbour(deploy, invoke):
    broken = deploy("import os\ndef handler(e, c): os._exit(1)")
    sound = deploy("import os\nn = 0\ndef handler(e, c):\n  global n\n  n += 1\n  return n")
    for expected in range(1, 4):
        assert invoke(broken).error == "Unhandled"
        assert invoke(sound).json == expected
