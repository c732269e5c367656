"""The `redoubt` command: for people by default, for scripts with --json and exit codes."""

import json
import os
import signal
import subprocess
import sys

import pytest
from harness.clients import client_environment
from harness.functions import unique_name
from harness.packages import make_zip
from harness.paths import ROOT, redoubt_binary
from harness.ports import free_port
from harness.waiting import wait_until

FUNCTION_FAILED, USAGE, REFUSED, UNREACHABLE = 1, 2, 3, 4


@pytest.fixture
def redoubt(server):
    """Runs a command against the shared server; the completed process, its output as text."""

    def run(*arguments, stdin=None, **environment):
        return subprocess.run(
            [redoubt_binary(), *map(str, arguments)], env={**client_environment(server), **environment}, input=stdin,
            capture_output=True, text=True, timeout=30, cwd=server.home,
        )  # fmt: skip

    return run


@pytest.fixture
def source(tmp_path):
    """A directory with a function that greets, fails on demand and prints."""
    folder = tmp_path / unique_name("cli")
    folder.mkdir()
    (folder / "app.py").write_text(
        "def handler(event, context):\n"
        "    print('printed by', event)\n"
        "    if event == 'fail': raise ValueError('as asked')\n"
        "    return {'hello': event}\n"
    )
    return folder


@pytest.fixture
def deployed(redoubt, source):
    done = redoubt("deploy", source)
    assert done.returncode == 0, done.stderr
    yield source.name
    redoubt("delete", source.name)


def test_a_directory_is_deployed_and_invoked(redoubt, deployed):
    done = redoubt("invoke", deployed, "--payload", '"grüße"')
    assert (done.returncode, json.loads(done.stdout)) == (0, {"hello": "grüße"})


def test_deploying_again_updates(redoubt, deployed, source):
    (source / "app.py").write_text("def handler(event, context): return 'second'")
    done = redoubt("deploy", source, "--timeout", "9", "--memory", "192", "--env", "KEY=b=c", "--json")
    assert done.returncode == 0, done.stderr
    function = json.loads(done.stdout)
    assert (function["Timeout"], function["MemorySize"]) == (9, 192)
    assert function["Environment"]["Variables"] == {"KEY": "b=c"}
    assert json.loads(redoubt("invoke", deployed).stdout) == "second"


def test_a_zip_is_deployed(redoubt, tmp_path):
    package = tmp_path / (unique_name("zip") + ".zip")
    package.write_bytes(make_zip({"app.py": "def handler(event, context): return 'zipped'"}))
    assert redoubt("deploy", package).returncode == 0
    try:
        assert json.loads(redoubt("invoke", package.stem).stdout) == "zipped"
    finally:
        assert redoubt("delete", package.stem).returncode == 0


def test_the_tail_goes_to_standard_error(redoubt, deployed):
    done = redoubt("invoke", deployed, "--payload", "7", "--tail")
    assert json.loads(done.stdout) == {"hello": 7}
    assert "printed by 7" in done.stderr and "REPORT RequestId:" in done.stderr


def test_the_payload_comes_from_a_file_or_standard_input(redoubt, deployed, tmp_path):
    event = tmp_path / "event.json"
    event.write_text('"from a file"')
    assert json.loads(redoubt("invoke", deployed, "--payload", f"@{event}").stdout) == {"hello": "from a file"}
    assert json.loads(redoubt("invoke", deployed, "--payload", "-", stdin='"piped"').stdout) == {"hello": "piped"}


def test_a_failed_function_is_a_status_of_its_own(redoubt, deployed):
    done = redoubt("invoke", deployed, "--payload", '"fail"')
    assert done.returncode == FUNCTION_FAILED
    assert json.loads(done.stdout)["errorMessage"] == "as asked"
    assert "redoubt logs" in done.stderr, "the error says what to do next"


def test_json_output_of_an_invocation_is_one_object(redoubt, deployed):
    report = json.loads(redoubt("invoke", deployed, "--payload", "1", "--json").stdout)
    assert (report["StatusCode"], report["Payload"], report["ExecutedVersion"]) == (200, {"hello": 1}, "$LATEST")


def test_functions_are_listed(redoubt, deployed):
    done = redoubt("list")
    assert done.returncode == 0 and deployed in done.stdout
    assert deployed in {function["FunctionName"] for function in json.loads(redoubt("list", "--json").stdout)}


def test_a_deleted_function_is_gone(redoubt, deployed):
    assert redoubt("delete", deployed).returncode == 0
    done = redoubt("invoke", deployed)
    assert done.returncode == REFUSED
    assert "ResourceNotFoundException" in done.stderr and "redoubt list" in done.stderr


def test_the_log_is_printed(redoubt, deployed):
    redoubt("invoke", deployed, "--payload", '"logged"')
    wait_until(lambda: "printed by logged" in redoubt("logs", deployed).stdout, 8, 0.2, what="the line in the log")


def test_the_log_is_followed(redoubt, deployed, server):
    follower = subprocess.Popen(
        [redoubt_binary(), "logs", "-f", deployed], env=client_environment(server), stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        os.set_blocking(follower.stdout.fileno(), False)
        for marker in ("followed-one", "followed-two"):
            redoubt("invoke", deployed, "--payload", f'"{marker}"')
            seen = []

            def arrived(marker=marker, seen=seen):
                seen.append((follower.stdout.read() or b"").decode())
                return f"printed by {marker}" in "".join(seen)

            wait_until(arrived, 8, 0.1, what=f"`{marker}` from `redoubt logs -f`")
    finally:
        follower.send_signal(signal.SIGINT)
        assert follower.wait(5) is not None


LEVELS = """
import logging
def handler(event, context):
    print("printed for", event)
    logging.warning("warned for %s", event)
    logging.error("failed for %s", event)
"""


@pytest.fixture
def two_invocations(deploy, invoke, messages):
    """A function that was invoked twice in one environment; its name and the two request ids."""
    name = deploy(LEVELS)
    ids = [invoke(name, number).request_id for number in (1, 2)]
    messages(name, f"REPORT RequestId: {ids[1]}")
    return name, ids


def printed(done):
    """What follows the time on each line."""
    assert done.returncode == 0, done.stderr
    return [line.split(" ", 1)[1] for line in done.stdout.splitlines()]


def test_the_log_of_one_request_is_whole(redoubt, two_invocations):
    name, ids = two_invocations
    lines = printed(redoubt("logs", name, "--request-id", ids[1]))
    assert lines[0] == f"START RequestId: {ids[1]} Version: $LATEST" and lines[1] == "printed for 2"
    assert [line.split("\t")[-1] for line in lines[2:4]] == ["warned for 2", "failed for 2"]
    assert lines[4] == f"END RequestId: {ids[1]}" and len(lines) == 6
    assert not any("for 1" in line for line in lines)


def test_a_level_leaves_out_what_is_below_it(redoubt, two_invocations):
    name, _ = two_invocations
    assert [line.split("\t")[-1] for line in printed(redoubt("logs", name, "--level", "error"))] == [
        "failed for 1", "failed for 2",
    ]  # fmt: skip
    assert len(printed(redoubt("logs", name, "--level", "WARN"))) == 4
    assert "printed for 1" in printed(redoubt("logs", name, "--level", "INFO"))


def test_a_pattern_chooses_lines_of_a_log(redoubt, two_invocations):
    name, ids = two_invocations
    assert printed(redoubt("logs", name, "--filter", "[first = printed, ..., last != 1]")) == ["printed for 2"]
    both = printed(redoubt("logs", name, "--filter", "failed", "--request-id", ids[0]))
    assert [line.split("\t")[-1] for line in both] == ["failed for 1"]
    done = redoubt("logs", name, "--filter", "{ $.level }")
    assert done.returncode == 3 and "invalid filterPattern: expected one of" in done.stderr


def test_the_time_range_of_a_log_has_two_ends(redoubt, two_invocations):
    name, _ = two_invocations
    assert printed(redoubt("logs", name, "--since", "1h", "--until", "30m")) == []
    assert len(printed(redoubt("logs", name, "--since", "1h", "--until", "0s"))) == 12


def test_json_lines_of_a_log_say_whose_they_are(redoubt, two_invocations):
    name, ids = two_invocations
    events = [json.loads(line) for line in redoubt("logs", name, "--json").stdout.splitlines()]
    assert [event["Origin"] for event in events] == ["Platform", *["Function"] * 3, "Platform", "Platform"] * 2
    assert [event["RequestId"] for event in events] == [ids[0]] * 6 + [ids[1]] * 6


def test_a_forged_line_is_told_from_the_platforms(redoubt, deploy, invoke, messages):
    name = deploy("def handler(event, context): print('REPORT RequestId:', context.aws_request_id, 'Status: fine')")
    answer = invoke(name)
    messages(name, f"END RequestId: {answer.request_id}")
    events = [json.loads(line) for line in redoubt("logs", name, "--json").stdout.splitlines()]
    reports = [event["Origin"] for event in events if event["Message"].startswith("REPORT")]
    assert reports == ["Function", "Platform"]


def test_the_log_of_a_function_in_a_shared_group_is_its_own(redoubt, deploy, invoke, logs_client):
    group = unique_name("/shared")
    names = [deploy(f"def handler(e, c): print('of {n}')", LoggingConfig={"LogGroup": group}) for n in (1, 2)]
    for name in names:
        invoke(name)
    for number, name in enumerate(names, 1):
        wait_until(lambda n=name: "END" in redoubt("logs", n).stdout, 8, 0.2, what=f"the log of {name}")
        assert printed(redoubt("logs", name))[1:2] == [f"of {number}"]
    logs_client.delete_log_group(logGroupName=group)


@pytest.mark.parametrize(
    "arguments",
    [["--level", "LOUD"], ["--request-id", "x"], ["-f", "--until", "1m"], ["--since", "x"], ["--until", "x"]],
    ids=" ".join,
)
def test_wrong_options_of_logs_are_wrong_usage(redoubt, deployed, arguments):
    assert redoubt("logs", deployed, *arguments).returncode == USAGE


def test_terminal_sequences_in_a_log_are_not_passed_on(redoubt, deployed):
    done = redoubt("invoke", deployed, "--payload", '"\\u001b[2Jcleared"', "--tail")
    assert "\x1b" not in done.stderr


def test_the_printed_variables_point_boto3_at_the_server(server):
    done = subprocess.run(
        [redoubt_binary(), "env", "--secrets-dir", server.secrets, "--listen", f"127.0.0.1:{server.port}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    script = "import boto3; boto3.client('lambda').list_functions(); print('listed')"
    command = f'{done.stdout}\n{sys.executable} -c "{script}"'
    shell = subprocess.run(["/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert shell.stdout == "listed\n", shell.stderr


def test_a_server_that_is_not_there_is_a_status_of_its_own(redoubt):
    done = redoubt("list", "--endpoint", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == UNREACHABLE and "redoubt serve" in done.stderr


def test_wrong_credentials_are_a_refusal(redoubt):
    done = redoubt("list", AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="w" * 40)
    assert done.returncode == REFUSED and "UnrecognizedClientException" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["deploy", "/no/such/directory"], ["invoke"], ["nonsense"], ["list", "--nonsense"]]
)
def test_wrong_usage_is_a_status_of_its_own(redoubt, arguments):
    done = redoubt(*arguments)
    assert done.returncode == USAGE and done.stderr


def test_doctor_finds_this_host_fit(redoubt):
    done = redoubt("doctor", "--json")
    assert done.returncode == 0, done.stdout
    checks = json.loads(done.stdout)
    assert checks and all(check["status"] != "fail" for check in checks)
    assert redoubt("doctor").returncode == 0


def test_every_setting_is_in_the_help(redoubt):
    text = redoubt("serve", "--help").stdout
    for key in (
        "--data-dir",
        "--secrets-dir",
        "--listen",
        "--region",
        "--account",
        "--user",
        "--config",
        "REDOUBT_LISTEN",
    ):
        assert key in text, key


def test_the_example_is_deployed_and_greets(redoubt):
    name = unique_name("hello")
    assert redoubt("deploy", ROOT / "examples" / "hello", "--name", name).returncode == 0
    try:
        done = redoubt("invoke", name, "--payload", '{"name": "Redoubt"}')
        assert done.returncode == 0 and "Redoubt" in done.stdout
    finally:
        redoubt("delete", name)
