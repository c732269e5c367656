"""`redoubt init`: what it writes is deployed and answers without a change."""

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from harness.functions import unique_name
from harness.paths import redoubt_binary
from harness.projects import USAGE, answer, succeed


@pytest.fixture
def new(redoubt, tmp_path):
    """Writes a project in a new directory; the function is deleted at the end."""
    names = []

    def make(runtime):
        names.append(unique_name(runtime))
        succeed(redoubt("init", names[-1], "--runtime", runtime))
        return tmp_path / names[-1]

    yield make
    for name in names:
        redoubt("delete", name)


def greets(redoubt, folder):
    assert answer(redoubt, folder.name, '{"name": "Redoubt"}') == {"message": "Hello, Redoubt!"}
    assert answer(redoubt, folder.name, "{}") == {"message": "Hello, world!"}


def test_a_python_function_works_as_it_is_written(redoubt, new):
    folder = new("python")
    assert f"{folder.name}: created" in succeed(redoubt("deploy", folder))
    greets(redoubt, folder)


def test_a_node_function_works_as_it_is_written(redoubt, new, lambda_client):
    folder = new("node")
    assert (folder / "index.mjs").exists()
    done = redoubt("deploy", folder)
    if done.returncode and "at 'runtime' failed to satisfy constraint" in done.stderr:
        pytest.skip("this server has no such Node: " + done.stderr)
    succeed(done)
    greets(redoubt, folder)


needs_swiftc = pytest.mark.skipif(not shutil.which("swiftc"), reason="there is no swiftc to build the example with")


def build(folder):
    """As the project's own file says."""
    [command] = [
        line[1:].strip() for line in (folder / "redoubt.yaml").read_text().splitlines() if "swiftc" in line
    ]
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, timeout=300)


@needs_swiftc
def test_a_swift_function_is_built_as_its_file_says_and_works(redoubt, new):
    folder = new("swift")
    build(folder)
    described = subprocess.run(["ldd", folder / "build" / "bootstrap"], capture_output=True, text=True)
    assert "not a dynamic executable" in described.stderr + described.stdout
    succeed(redoubt("deploy", folder))
    greets(redoubt, folder)
    done = redoubt("invoke", folder.name, "--payload", "[]")
    assert done.returncode == 1 and json.loads(done.stdout)["errorMessage"]


CONTEXT = r"""
import FoundationEssentials
import Glibc

struct Unwilling: Error, CustomStringConvertible { let description: String }

struct Seen: Encodable {
  let id, functionARN: String
  let deadline: Int64
  let clientContext, handler: String?
  let event: String
}

setvbuf(stdout, nil, _IONBF, 0)
let api = try RuntimeAPI()
while true {
  let invocation = try api.next()
  let event = String(decoding: invocation.event, as: UTF8.self)
  do {
    if event == "\"fail\"" { throw Unwilling(description: "will not: \(event)") }
    if event == "\"exit\"" { exit(7) }
    print("seen \(invocation.id)")
    let seen = Seen(
      id: invocation.id, functionARN: invocation.functionARN, deadline: invocation.deadline,
      clientContext: invocation.clientContext, handler: environment("_HANDLER"), event: event)
    try api.answer(invocation, with: Array(JSONEncoder().encode(seen)))
  } catch {
    try api.fail(invocation, "\(error)")
  }
}
"""


@needs_swiftc
def test_a_swift_program_is_a_whole_runtime(redoubt, new, lambda_client, messages):
    folder = new("swift")
    (folder / "Sources" / "main.swift").write_text(CONTEXT)
    build(folder)
    succeed(redoubt("deploy", folder))
    call = {"FunctionName": folder.name}
    before = time.time()
    context = base64.b64encode(b'{"custom": {"a": 1}}').decode()
    reply = lambda_client.invoke(**call, Payload='{"grüße": [1]}'.encode(), ClientContext=context, Qualifier="$LATEST")
    seen, id = json.loads(reply["Payload"].read()), reply["ResponseMetadata"]["RequestId"]
    assert "FunctionError" not in reply and seen["id"] == id
    assert seen["functionARN"].endswith(f":function:{folder.name}:$LATEST")
    assert json.loads(seen["event"]) == {"grüße": [1]} and json.loads(seen["clientContext"]) == {"custom": {"a": 1}}
    # The manifest's timeout is 10 s; the clock is that of the same machine.
    assert before + 9.9 < seen["deadline"] / 1000 < time.time() + 10.1
    assert seen["handler"] == "bootstrap"
    assert f"seen {id}" in messages(folder.name, f"REPORT RequestId: {id}")

    failed = lambda_client.invoke(**call, Payload=b'"fail"')
    assert failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read()) == {"errorType": "Error", "errorMessage": 'will not: "fail"'}
    ended = lambda_client.invoke(**call, Payload=b'"exit"')
    assert ended["FunctionError"] == "Unhandled"
    assert json.loads(ended["Payload"].read())["errorType"] == "Runtime.ExitError"
    again = json.loads(lambda_client.invoke(**call)["Payload"].read())
    assert again["functionARN"].endswith(f":function:{folder.name}") and "clientContext" not in again


def test_the_working_directory_is_the_default(new, server, tmp_path):
    name = unique_name("here")
    (tmp_path / name).mkdir()
    done = subprocess.run(
        [redoubt_binary(), "init", "--runtime", "python"], cwd=tmp_path / name, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"redoubt invoke {name}" in done.stdout and (tmp_path / name / "redoubt.yaml").exists()


def test_no_file_is_changed(redoubt, new):
    folder = new("python")
    (folder / "redoubt.yaml").unlink()
    (folder / "app.py").write_text("mine\n")
    done = redoubt("init", folder, "--runtime", "python")
    assert done.returncode == USAGE and "app.py" in done.stderr
    assert (folder / "app.py").read_text() == "mine\n" and os.listdir(folder) == ["app.py"]


def test_a_directory_that_names_no_function_is_refused(redoubt, tmp_path):
    done = redoubt("init", "no.name", "--runtime", "python")
    assert done.returncode == USAGE and "`no.name`" in done.stderr
    assert not Path(tmp_path / "no.name").exists()
    assert redoubt("init", "x", "--runtime", "cobol").returncode == USAGE
