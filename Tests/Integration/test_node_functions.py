"""Node functions in a sandbox: handlers, environments that are reused, failures, memory, workers and children."""

import json
import re

import pytest
from harness.functions import error_code
from harness.mode import MODE
from harness.node import needs_node, node_runtime
from harness.packages import make_zip

pytestmark = needs_node

COUNTER = """
let count = 0;
exports.handler = async (event, context) => {
  count += 1;
  console.log('counting', count);
  return {event, count, id: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName,
          memory: context.memoryLimitInMB, log: [context.logGroupName, context.logStreamName]};
};
"""


@pytest.fixture(scope="module")
def deploy_node(deploy):
    """Deploys app.js, or files by their names."""

    def make(code, **configuration):
        files = {"app.js": code} if isinstance(code, str) else code
        return deploy(make_zip(files), Runtime=node_runtime(), **{"Timeout": 15, **configuration})

    return make


def test_a_function_answers_and_its_environment_is_reused(deploy_node, invoke):
    """With a whole processor: with a part, the time of its quota may be used up between an answer and the next request for
    work, and another environment takes what comes meanwhile."""
    name = deploy_node(COUNTER, MemorySize=1769)
    for count in (1, 2, 3):
        answer = invoke(name, {"text": "grüße"}, tail=True)
        assert answer.error is None, answer
        assert (answer.json["event"], answer.json["count"]) == ({"text": "grüße"}, count)
        assert (answer.json["id"], answer.json["name"], answer.json["memory"]) == (answer.request_id, name, "1769")
        assert answer.json["arn"].endswith(f":function:{name}")
        assert answer.json["log"][0] == f"/aws/lambda/{name}" and "[$LATEST]" in answer.json["log"][1]
        assert re.search(rf"^\d{{4}}-\S+Z\t{answer.request_id}\tINFO\tcounting {count}$", answer.log, re.M), answer.log


def test_an_es_module_answers(deploy_node, invoke):
    package = {"dir/app.mjs": "const one = await Promise.resolve(1);\nexport const handler = async () => one;\n"}
    assert invoke(deploy_node(package, Handler="dir/app.handler")).json == 1


def test_a_callback_answers(deploy_node, invoke):
    name = deploy_node("exports.handler = (event, context, callback) => setTimeout(callback, 5, null, event);")
    assert [invoke(name, number).json for number in range(3)] == [0, 1, 2]


def test_the_client_context_arrives(deploy_node, invoke):
    name = deploy_node("exports.handler = async (event, context) => context.clientContext;")
    answer = invoke(name, {}, ClientContext="eyJjdXN0b20iOiB7ImsiOiAidiJ9fQ==")
    assert answer.json == {"custom": {"k": "v"}}


def test_an_exception_is_a_function_error_and_the_environment_lives(deploy_node, invoke):
    name = deploy_node(
        "let n = 0; exports.handler = async (e) => { n += 1; if (e) throw new TypeError('bööm'); return n; };"
    )
    answer = invoke(name, 1, tail=True)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert (answer.json["errorType"], answer.json["errorMessage"]) == ("TypeError", "bööm")
    assert answer.json["trace"][0] == "TypeError: bööm" and "/var/task/app.js:1:" in answer.json["trace"][1]
    assert f"\t{answer.request_id}\tERROR\tInvoke Error \t{{" in answer.log
    assert invoke(name, 0).json == 2


def test_much_output_is_there_before_the_answer(deploy_node, invoke):
    code = "exports.handler = async () => { process.stdout.write('x\\n'.repeat(1 << 20) + 'end\\n'); };"
    answer = invoke(deploy_node(code), tail=True)
    assert answer.error is None
    assert re.search(rf"^x\nend\nEND RequestId: {answer.request_id}$", answer.log, re.M), answer.log[-300:]


def test_a_missing_module_is_named(deploy_node, invoke):
    answer = invoke(deploy_node("require('no-such-package');"))
    assert answer.error == "Unhandled"
    assert answer.json["errorType"] == "Runtime.ImportModuleError"
    assert answer.json["errorMessage"] == (
        "Error: Cannot find module 'no-such-package'\nRequire stack:\n- /var/task/app.js\n- /var/runtime/bootstrap.js"
    )


def test_the_invocation_after_an_uncaught_exception_runs_in_a_new_environment(deploy_node, invoke):
    name = deploy_node(
        """
        let n = 0;
        exports.handler = async (event) => {
          n += 1;
          if (!event) return n;
          setTimeout(() => { throw new Error('late'); });
          await new Promise(() => {});
        };
        """
    )
    assert invoke(name, 0).json == 1
    assert invoke(name, 1).json["errorMessage"] == "late"
    assert invoke(name, 0).json == 1


@pytest.mark.parametrize("memory", [128, 512])
def test_a_function_that_makes_much_garbage_stays_within_its_memory(deploy_node, invoke, memory):
    code = """
        exports.handler = async () => {
          let kept = [];
          for (let round = 0; round < 400; round++) {
            const list = [];
            for (let n = 0; n < 5000; n++) list.push({round, n, text: `${round}-${n}`});
            kept = list.slice(0, 10);
          }
          return kept.length;
        };
        """
    answer = invoke(deploy_node(code, MemorySize=memory, Timeout=60), tail=True)
    assert answer.json == 10, (answer, answer.log)


@pytest.mark.parametrize("take", ["Buffer.alloc(8 << 20, 1)", "new Array(1 << 17).fill().map((_, n) => ({n}))"])
def test_a_function_that_takes_too_much_memory_is_ended(deploy_node, invoke, take):
    code = f"const all = []; exports.handler = async () => {{ for (;;) all.push({take}); }};"
    answer = invoke(deploy_node(code, MemorySize=128, Timeout=60), tail=True)
    assert answer.error == "Unhandled"
    if "Buffer" in take and not MODE.has_groups:  # It is refused the memory.
        assert answer.json["errorType"] == "RangeError", answer.json
        return
    assert answer.json["errorType"] == "Runtime.ExitError", answer.json
    assert re.search(r"signal: (killed|aborted)$", answer.json["errorMessage"]), answer.json


def test_workers_children_and_loopback_work(deploy_node, invoke):
    code = """
        const { Worker } = require('worker_threads');
        const { execFileSync } = require('child_process');
        const http = require('http');
        exports.handler = async () => {
          const worker = new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', {eval: true});
          const fromWorker = await new Promise((done, fail) => worker.on('message', done).on('error', fail));
          const fromChild = execFileSync('/bin/echo', ['child']).toString();
          const server = http.createServer((request, response) => response.end('served'));
          await new Promise((done) => server.listen(0, '127.0.0.1', done));
          const reply = await fetch(`http://127.0.0.1:${server.address().port}/`);
          const fromServer = await reply.text();
          server.close();
          return [fromWorker, fromChild, fromServer];
        };
        """
    answer = invoke(deploy_node(code, MemorySize=512, Timeout=30), tail=True)
    assert answer.json == [42, "child\n", "served"], (answer.payload, answer.log)


def test_variables_and_node_options_of_the_function_are_honoured(deploy_node, invoke):
    name = deploy_node(
        "const { env } = process;"
        "exports.handler = async () => [env.MINE, process.execArgv.length > 0, typeof gc, env.AWS_EXECUTION_ENV];",
        environment={"MINE": "mine", "NODE_OPTIONS": "--expose-gc"},
    )
    assert invoke(name).json == ["mine", True, "function", f"AWS_Lambda_{node_runtime()}"]


def test_a_version_that_the_host_has_not_is_refused(deploy, lambda_client):
    other = "nodejs18.x" if node_runtime() != "nodejs18.x" else "nodejs20.x"
    with pytest.raises(lambda_client.exceptions.InvalidParameterValueException) as caught:
        deploy(make_zip({"app.js": ""}), Runtime=other)
    assert error_code(caught) == "InvalidParameterValueException"
    assert f"Value {other} at 'runtime' failed to satisfy constraint" in json.dumps(caught.value.response["Error"])
