"""What our Node runtime promises: handlers of every form, the context, errors as Lambda has them, the process."""

import json
import os
import subprocess

import pytest

import runtimes
from fake_runtime_api import ARN, Invocation

pytestmark = pytest.mark.skipif(not runtimes.has_node(), reason="there is no /usr/bin/node")


@pytest.fixture
def run(task_root, write):
    """Runs app.js, or files by their names; the event of each invocation is given."""

    def run(code, *events, handler="app.handler", **options):
        for name, text in ({"app.js": code} if isinstance(code, str) else code).items():
            write(text, name)
        invocations = [event if isinstance(event, Invocation) else Invocation(event) for event in events or ({},)]
        return runtimes.run(task_root, handler, invocations, runtime=runtimes.NODE, **options)

    return run


def answer(run, index=0):
    post = run.posts[index]
    assert post.kind == "response", (post.body, run.output)
    assert post.headers["Content-Type"] == "application/json"
    return post.json


def error(run, index=0):
    post = run.posts[index]
    assert post.kind == "error", (post.kind, post.body, run.output)
    assert post.headers["Lambda-Runtime-Function-Error-Type"] == str(post.json.get("errorType", "undefined"))
    return post.json


RESULTS = {
    "an async function": ("exports.handler = async (event) => ({got: event});", {"got": {}}),
    "a promise": ("exports.handler = () => new Promise((done) => setTimeout(done, 5, 1));", 1),
    "anything with `then`": ("exports.handler = () => ({then: (done) => done('x')});", "x"),
    "nothing": ("exports.handler = async () => {};", None),
    "what JSON cannot hold": ("exports.handler = async () => () => 1;", None),
    "a callback": ("exports.handler = (event, context, callback) => callback(null, [1]);", [1]),
    "a callback that is late": ("exports.handler = (e, c, callback) => setTimeout(callback, 5, null, 2);", 2),
    "a callback without a result": ("exports.handler = (e, c, callback) => callback();", None),
    "the first of two callbacks": ("exports.handler = (e, c, call) => { call(null, 1); call(null, 2); };", 1),
    "succeed": ("exports.handler = (e, context) => context.succeed('s');", "s"),
    "done": ("exports.handler = (e, context) => context.done(null, 'd');", "d"),
    "a value that is returned": ("exports.handler = () => 'not a promise';", None),
    "no callback at all": ("exports.handler = () => { setTimeout(() => {}, 5); };", None),
    "text beyond ascii": ("exports.handler = async () => 'é\\u2028\\u{1f600}';", "é\u2028\U0001f600"),
    "a date": ("exports.handler = async () => new Date(0);", "1970-01-01T00:00:00.000Z"),
    "no number": ("exports.handler = async () => [NaN];", [None]),
}


@pytest.mark.parametrize("result", RESULTS)
def test_a_handler_may_answer_by(run, result):
    code, expected = RESULTS[result]
    done = run(code, {}, {})
    assert [answer(done, index) for index in (0, 1)] == [expected, expected]


FAILURES = {
    "throws": ("exports.handler = () => { throw new TypeError('t'); };", "TypeError", "t"),
    "rejects": ("exports.handler = async () => { throw new RangeError('r'); };", "RangeError", "r"),
    "rejects with an own class": (
        "class Mine extends Error { constructor(m) { super(m); this.name = 'Mine'; } }\n"
        "exports.handler = async () => { throw new Mine('m'); };", "Mine", "m",
    ),
    "rejects with text": ("exports.handler = async () => { throw 'text'; };", "string", "text"),
    "rejects with nothing": ("exports.handler = () => Promise.reject();", "string", "handled"),
    "rejects with an object": ("exports.handler = () => Promise.reject({a: 1});", "object", "[object Object]"),
    "rejects with what has no text": (
        "exports.handler = () => Promise.reject(Object.create(null));", "handled",
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, "
        "name, and stack",
    ),
    "calls back": ("exports.handler = (e, c, callback) => callback(new Error('c'));", "Error", "c"),
    "fails": ("exports.handler = (e, context) => context.fail(new Error('f'));", "Error", "f"),
    "fails without a reason": ("exports.handler = (e, context) => context.fail();", "string", "handled"),
    "is done with an error": ("exports.handler = (e, context) => context.done('d');", "string", "d"),
    "answers what contains itself": (
        "const loop = {}; loop.loop = loop; exports.handler = async () => loop;", "Error",
        "Unable to stringify response body",
    ),
    "answers a big integer": ("exports.handler = async () => 1n;", "Error", "Unable to stringify response body"),
    "never settles": (
        "exports.handler = async () => { await new Promise(() => {}); };", "Runtime.NodeJsExit",
        "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise "
        "that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
def test_an_error_is_reported_and_the_process_lives_when_a_handler(run, failure):
    code, kind, message = FAILURES[failure]
    done = run(code, {}, {})
    for index in (0, 1):
        report = error(done, index)
        assert (report["errorType"], report["errorMessage"]) == (kind, message)
        assert set(report) == {"errorType", "errorMessage"} | ({"trace"} if kind != "handled" else set())
    assert done.exit_code is None
    assert done.output.count("\tERROR\tInvoke Error \t{") == 2


def test_a_trace_has_the_lines_of_the_stack(run, task_root):
    report = error(run("const f = () => { throw new Error('deep'); };\nexports.handler = async () => f();"))
    assert report["trace"][0] == "Error: deep"
    assert report["trace"][1] == f"    at f ({task_root}/app.js:1:25)"


def test_the_record_of_an_error_is_one_line_of_json(run):
    done = run("exports.handler = async () => { throw Object.assign(new Error('a\\nb'), {code: 'E', extra: 1}); };")
    time, request_id, level, title, record = done.output.rstrip("\n").split("\t")
    assert (request_id, level, title) == ("00000000-0000-0000-0000-000000000001", "ERROR", "Invoke Error ")
    members = json.loads(record)
    assert list(members) == ["errorType", "errorMessage", "code", "extra", "stack"]
    assert (members["errorMessage"], members["code"], members["extra"]) == ("a\nb", "E", 1)


ENDS = {
    "an exception in a timer": (
        "exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError('late'); }, 1));",
        "TypeError", "late", 129, "Uncaught Exception",
    ),
    "an exception in a callback": (
        "exports.handler = (e, c, call) => { require('fs').stat('/', () => { throw new Error('io'); }); };",
        "Error", "io", 129, "Uncaught Exception",
    ),
    "a rejection that nobody handles": (
        "exports.handler = () => { Promise.reject(new Error('lost')); return new Promise((d) => setTimeout(d, 50)); };",
        "Runtime.UnhandledPromiseRejection", "Error: lost", 128, "Unhandled Promise Rejection",
    ),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_nobody_catches_is_reported_and_ends_the_process(run, end):
    code, kind, message, status, title = ENDS[end]
    done = run(code, {}, {})
    assert len(done.posts) == 1
    report = error(done)
    assert (report["errorType"], report["errorMessage"]) == (kind, message)
    assert report["trace"][0] == f"{kind}: {message}"
    assert done.exit_code == status
    assert f"\tERROR\t{title} \t{{" in done.output


def test_a_listener_of_the_functions_own_does_not_hide_an_exception(run):
    done = run(
        """
        process.on('uncaughtException', () => console.log('seen'));
        exports.handler = () => { setTimeout(() => { throw new Error('x'); }, 1); };
        """
    )
    assert error(done)["errorMessage"] == "x"
    assert "\tINFO\tseen\n" in done.output


@pytest.mark.parametrize("status", [0, 3])
@pytest.mark.parametrize("code", ["process.exit(%d); exports.handler = 0", "exports.handler = () => process.exit(%d)"])
def test_a_process_that_ends_itself_says_nothing(run, code, status):
    done = run(code % status)
    assert (done.posts, done.exit_code) == ([], status)


FAILED_INITS = {
    "a missing module": (
        "missing.handler", "", "Runtime.ImportModuleError", "Error: Cannot find module 'missing'\nRequire stack:\n- ",
    ),
    "a missing module in a folder": (
        "sub/missing.handler", "", "Runtime.ImportModuleError", "Error: Cannot find module 'missing'\nRequire stack:",
    ),
    "a missing import": (
        "app.handler", "require('no-such-package')", "Runtime.ImportModuleError",
        "Error: Cannot find module 'no-such-package'\nRequire stack:\n- ",
    ),
    "a missing handler": ("app.nothing", "", "Runtime.HandlerNotFound", "app.nothing is undefined or not exported"),
    "a missing nested handler": ("app.a.b", "", "Runtime.HandlerNotFound", "app.a.b is undefined or not exported"),
    "a handler that is no function": ("app.x", "exports.x = 1", "Runtime.HandlerNotFound", "app.x is not a function"),
    "a handler without a module": ("handler", "", "Runtime.MalformedHandlerName", "Bad handler"),
    "an empty handler": ("", "", "Runtime.MalformedHandlerName", "Bad handler"),
    "a handler that leads out": (
        "../app.handler", "", "Runtime.MalformedHandlerName",
        "'../app.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler "
        "names.",
    ),
    "a syntax error": (
        "app.handler", "exports.handler = (", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input",
    ),
    "an exception": ("app.handler", "throw new RangeError('early')", "RangeError", "early"),
    "a thrown text": ("app.handler", "throw 'early'", "string", "early"),
}  # fmt: skip


@pytest.mark.parametrize("failed", FAILED_INITS)
def test_a_failed_init_is_reported_in_lambdas_words(run, failed):
    handler, code, kind, message = FAILED_INITS[failed]
    done = run(code, handler=handler)
    (post,) = done.posts
    assert post.path.endswith("/runtime/init/error")
    assert post.headers["Lambda-Runtime-Function-Error-Type"] == kind
    assert post.json["errorType"] == kind
    assert post.json["errorMessage"].startswith(message)
    assert done.exit_code == 129
    assert "\tundefined\tERROR\tUncaught Exception \t{" in done.output


def test_what_nobody_catches_in_init_is_an_init_error(run):
    done = run("Promise.reject(new Error('early')); module.exports = new Promise(() => {});", handler="app.then")
    assert (done.posts[0].kind, done.exit_code) == ("init error", 128)


def test_a_module_that_is_never_ready_ends_the_process(run):
    done = run({"app.mjs": "await new Promise(() => {}); export const handler = 1;"})
    assert (done.posts, done.exit_code) == ([], 13)


MODULE_TYPE = '{"type": "module"}'

MODULES = {
    "commonjs": ("app.handler", {"app.js": "exports.handler = async () => typeof require;"}, "function"),
    "commonjs by its ending": ("app.handler", {"app.cjs": "exports.handler = async () => typeof require;"}, "function"),
    "an es module": ("app.handler", {"app.mjs": "export const handler = async () => typeof require;"}, "undefined"),
    "an es module of the package": (
        "app.handler", {"app.js": "export const handler = async () => 1;", "package.json": MODULE_TYPE}, 1,
    ),
    "a package of no type": (
        "app.handler", {"app.js": "exports.handler = async () => 1;", "package.json": '{"name": "x"}'}, 1,
    ),
    "a package whose folder above has a type": (
        "sub/app.handler", {"sub/app.js": "export const handler = async () => 1;", "package.json": MODULE_TYPE}, 1,
    ),
    "await at the top": (
        "app.handler", {"app.mjs": "const one = await Promise.resolve(1); export const handler = async () => one;"}, 1,
    ),
    "a default export": ("app.default", {"app.mjs": "export default async () => 1;"}, 1),
    "a folder": ("dir/app.handler", {"dir/app.js": "exports.handler = async () => 1;"}, 1),
    "nested folders": ("a/b/app.handler", {"a/b/app.js": "exports.handler = async () => 1;"}, 1),
    "a nested export": ("app.routes.get", {"app.js": "exports.routes = {get: async () => 1};"}, 1),
    "a file without an ending": ("app.handler", {"app": "exports.handler = async () => 1;"}, 1),
    "a folder with an index": ("lib.handler", {"lib/index.js": "exports.handler = async () => 1;"}, 1),
    "a package of the function": (
        "pkg.handler", {"node_modules/pkg/index.js": "exports.handler = async () => 1;"}, 1,
    ),
    "an import of an es module": (
        "app.handler",
        {"app.mjs": "import { x } from './x.mjs'; import fs from 'fs'; export const handler = async () => x && !!fs;",
         "x.mjs": "export const x = 1;"}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_a_handler_may_live_in(run, module):
    handler, files, expected = MODULES[module]
    assert answer(run(files, handler=handler)) == expected


def test_a_js_file_goes_before_mjs_and_cjs(run):
    files = {f"app.{ending}": f"exports.handler = async () => '{ending}';" for ending in ("js", "cjs")}
    assert answer(run({**files, "app.mjs": "export const handler = async () => 'mjs';"})) == "js"


CONTEXT = """
    exports.handler = async (event, context) => {
      const remaining = context.getRemainingTimeInMillis();
      return {...context, remaining: remaining > 0 && remaining <= 30000, trace: process.env._X_AMZN_TRACE_ID};
    };
    """


def test_the_context_is_whole(run):
    headers = {
        "Lambda-Runtime-Client-Context": '{"custom": {"k": "é"}}'.encode().decode("latin-1"),
        "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId": "i"}',
    }
    assert answer(run(CONTEXT, Invocation({}, headers))) == {
        "awsRequestId": "00000000-0000-0000-0000-000000000001",
        "functionName": "sample",
        "functionVersion": "$LATEST",
        "invokedFunctionArn": ARN,
        "memoryLimitInMB": "128",
        "logGroupName": "/aws/lambda/sample",
        "logStreamName": "2025/01/01/[$LATEST]0",
        "clientContext": {"custom": {"k": "é"}},
        "identity": {"cognitoIdentityId": "i"},
        "callbackWaitsForEmptyEventLoop": True,
        "remaining": True,
        "trace": "Root=1-00000000-000000000001",
    }


def test_what_an_invocation_has_not_is_undefined(run):
    answers = run(CONTEXT, Invocation({}, {"Lambda-Runtime-Trace-Id": None}))
    assert not {"clientContext", "identity", "tenantId", "trace"} & set(answer(answers))


def test_a_client_context_that_is_no_json_fails_the_invocation(run):
    done = run(CONTEXT, Invocation({}, {"Lambda-Runtime-Client-Context": "{"}), {})
    assert error(done)["errorMessage"].startswith("Cannot parse ClientContext as json: SyntaxError")
    assert answer(done, 1)["functionName"] == "sample"


WAITING = """
    let ticks = 0;
    exports.handler = (event, context, callback) => {
      if (event === 'ticks') return callback(null, ticks);
      context.callbackWaitsForEmptyEventLoop = event;
      setTimeout(() => { ticks += 1; }, 300);
      callback(null, ticks);
    };
    """


def test_a_callback_waits_for_what_is_under_way(run):
    assert [answer(run(WAITING, True, "ticks"), index) for index in (0, 1)] == [0, 1]


def test_a_callback_does_not_wait_when_it_need_not(run):
    done = run(WAITING, False, Invocation(False), "ticks")
    assert [answer(done, index) for index in (0, 1)] == [0, 0]


def test_a_promise_does_not_wait_for_what_is_under_way(run):
    done = run("exports.handler = async () => { setInterval(() => {}, 1000); return 1; };", {}, {})
    assert [answer(done, index) for index in (0, 1)] == [1, 1]


LOG = """
    console.log('in init');
    exports.handler = async (event) => {
      console.log('one %d', 1, {a: 1});
      console.debug('debug'); console.info('info'); console.warn('warn'); console.error('error');
      console.trace('trace'); console.fatal('fatal');
      console.log('several\\nlines');
      process.stdout.write('raw\\n');
      process.stderr.write('err\\n');
    };
    """


def lines_of(done):
    return [line.split("\t", 1)[-1] for line in done.output.split("\n") if line]


def test_console_writes_time_request_and_level_before_each_message(run):
    done = run(LOG)
    request_id = "00000000-0000-0000-0000-000000000001"
    levels = ["debug", "info", "warn", "error", "trace", "fatal"]
    assert lines_of(done) == [
        "undefined\tINFO\tin init",
        f"{request_id}\tINFO\tone 1 {{ a: 1 }}",
        *(f"{request_id}\t{level.upper()}\t{level}" for level in levels),
        f"{request_id}\tINFO\tseveral\rlines",
        "raw",
        "err",
    ]
    assert done.output[:24].endswith("Z") and done.output[10] == "T"


def test_a_log_level_leaves_out_what_is_below(run):
    done = run(LOG, environment={"AWS_LAMBDA_LOG_LEVEL": "WARN"})
    assert [line.split("\t")[-1] for line in lines_of(done)] == ["warn", "error", "fatal", "raw", "err"]


def test_a_log_in_json_has_lambdas_members(run):
    done = run(
        """
        exports.handler = async () => {
          console.log({a: 1}); console.error('failed: %s', 'x', new TypeError('t')); throw new Error('e');
        };
        """,
        environment={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
    )
    records = [json.loads(line) for line in done.output.splitlines()]
    assert {record["requestId"] for record in records} == {"00000000-0000-0000-0000-000000000001"}
    assert [(record["level"], record["message"]) for record in records[:1]] == [("INFO", {"a": 1})]
    assert records[1]["message"].startswith("failed: x TypeError: t")
    assert (records[1]["errorType"], records[1]["errorMessage"]) == ("TypeError", "t")
    assert (records[2]["level"], records[2]["message"]["errorType"]) == ("ERROR", "Error")


PROCESS = """
    exports.handler = async () => ({
      cwd: process.cwd(), argv: process.argv.length, path: process.env.NODE_PATH,
      heap: require('v8').getHeapStatistics().heap_size_limit >> 20, awslambda: typeof awslambda,
    });
    """


def test_the_process_looks_like_lambdas(run, task_root):
    assert answer(run(PROCESS)) == {
        "cwd": str(task_root), "argv": 2, "awslambda": "object", "heap": pytest.approx(128, abs=32),
        "path": f"/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:{task_root}",
    }  # fmt: skip


def test_the_heap_grows_with_the_memory_of_the_function(run):
    assert answer(run(PROCESS, environment={"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}))["heap"] > 850


def test_modules_are_found_where_node_path_of_the_function_says(run, write, task_root):
    write("module.exports = 'of a layer';", "layer/thing/index.js")
    code = "exports.handler = async () => require('thing');"
    assert answer(run(code, environment={"NODE_PATH": str(task_root / "layer")})) == "of a layer"


@pytest.mark.parametrize("headers, expected", [({"Redoubt-Hygiene": "PerInvocation"}, "home"), ({}, "/tmp")])
def test_directory_and_file_mode_mask_are_taken_back_where_invocations_are_kept_apart(run, headers, expected):
    code = """
        process.umask(0o27);
        const home = process.cwd();
        exports.handler = async () => {
          const found = [process.cwd() === home ? 'home' : process.cwd(), process.umask(0o77)];
          process.chdir('/tmp');
          return found;
        };
        """
    done = run(code, Invocation(headers=headers), Invocation(headers=headers))
    assert answer(done) == ["home", 0o27]
    assert answer(done, 1) == [expected, 0o27 if headers else 0o77]


def test_a_large_event_arrives_whole(run):
    assert answer(run("exports.handler = async (event) => event.length;", "y" * (6 << 20))) == 6 << 20


def test_a_response_that_is_too_large_for_the_platform_ends_nothing(run):
    done = run("exports.handler = async (n) => 'x'.repeat(n);", Invocation(7 << 20, status=413), 1)
    assert len(done.posts[0].body) == (7 << 20) + 2
    assert answer(done, 1) == "x"


def test_an_event_that_is_no_json_fails_the_invocation(run):
    done = run("exports.handler = async () => 1;", Invocation(b"{"), {})
    assert error(done)["errorType"] == "SyntaxError"
    assert answer(done, 1) == 1


def test_a_connection_closed_while_idle_is_opened_again(run):
    done = run("exports.handler = async (event) => event;", 0, 1, 2, closes_after_each=True)
    assert [answer(done, index) for index in range(3)] == [0, 1, 2]


def test_a_name_that_no_header_can_hold_is_replaced_there(run):
    code = "exports.handler = async () => { throw Object.assign(new Error('m'), {name: 'É\\r\\nX: y'}); };"
    post = run(code).posts[0]
    assert post.json["errorType"] == "É\r\nX: y"
    assert post.headers["Lambda-Runtime-Function-Error-Type"] == "???X: y"
    assert post.headers["X"] is None


def test_workers_and_forked_processes_do_not_become_runtimes(run):
    code = """
        const { Worker } = require('worker_threads');
        const { fork } = require('child_process');
        exports.handler = async () => {
          const worker = new Worker('require("worker_threads").parentPort.postMessage(1)', {eval: true});
          const child = fork(__dirname + '/child.js');
          return Promise.all([worker, child].map((one) => new Promise((done) => one.on('message', done))));
        };
        """
    assert answer(run({"app.js": code, "child.js": "process.send(2); process.disconnect();"})) == [1, 2]


def test_without_a_platform_the_runtime_ends_and_says_why(task_root, write):
    write("exports.handler = async () => 1;", "app.js")
    command, variables = runtimes.command_for(runtimes.NODE, task_root, "app.handler", "127.0.0.1:1", ())
    done = subprocess.run(command, env=variables, cwd=task_root, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr.startswith("redoubt: the runtime API failed: connect ECONNREFUSED")


BAD_RESPONSES = [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nBad Header : x\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nConte",
    "SSH-2.0\r\n\r\n",
]

ASKING = """
const { Connection } = require(process.argv[1]);
const server = require('net').createServer((peer) => peer.end(JSON.parse(process.argv[2])));
server.listen(0, '127.0.0.1', () => {
  new Connection(`127.0.0.1:${server.address().port}`).exchange('x').then(console.log, (error) => {
    console.log(error.constructor.name);
  }).finally(() => process.exit());
});
"""


@pytest.mark.parametrize("response", BAD_RESPONSES)
def test_what_is_not_one_well_formed_response_is_refused(response):
    module = runtimes.RUNTIMES / "node" / "redoubt_runtime" / "connection.js"
    command = ["/usr/bin/node", "-e", ASKING, str(module), json.dumps(response)]
    done = subprocess.run(command, env={"PATH": os.defpath}, capture_output=True, text=True, timeout=20)
    assert done.stdout == "ProtocolError\n", (done.stdout, done.stderr)


ENVIRONMENT = """
const { spawnSync } = require('child_process');
exports.handler = async () => {
  delete process.env._X_AMZN_TRACE_ID;
  const child = spawnSync('/usr/bin/env', ['-0']).stdout.toString().split('\\0').slice(0, -1);
  return [{...process.env}, Object.fromEntries(child.map((entry) => entry.split(/=(.*)/s).slice(0, 2))), new Date(0).getHours(), process.cwd()];
};
"""


def test_the_environment_is_the_functions_alone_for_its_children_too(run, task_root):
    given = {"MINE": "a=b", "EMPTY": "", "TZ": "Asia/Tokyo", "WIDE": "é"}
    _, variables = runtimes.command_for(runtimes.NODE, task_root, "app.handler", "", ())
    found = answer(run(ENVIRONMENT, environment=given))
    for environment in found[:2]:
        node_path = environment.pop("NODE_PATH")
        assert node_path == f"/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:{task_root}"
        for shells in ("PWD", "OLDPWD", "SHLVL", "_"):
            environment.pop(shells, None)
        assert {**environment, "AWS_LAMBDA_RUNTIME_API": ""} == {**variables, **given}
    assert found[2:] == [9, str(task_root)]
