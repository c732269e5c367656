"""docs/failures.md says how each failure of a function is told; here each is caused and compared with its row."""

import re
from dataclasses import dataclass

import pytest
from harness.mode import MODE
from harness.node import needs_node, node_runtime
from harness.packages import awslambdaric_package, make_zip
from harness.paths import ROOT
from harness.runtime_scripts import BASH
from harness.waiting import SLOWNESS

TOO_LONG = 7 << 20

PYTHON = {
    "an exception": "def handler(e, c): raise ValueError('wrong')",
    "a result that is no JSON": "def handler(e, c): return {1}",
    "a missing module": "import missing",
    "a missing handler": "x = 1",
    "a handler without a module": "def handler(e, c): pass",
    "a syntax error": "def handler(",
    "an exception in init": "raise RuntimeError('early')",
    "an exit": "import sys\ndef handler(e, c): sys.exit(3)",
    "an exit without a status": "import os\ndef handler(e, c): os._exit(0)",
    "an exit in init": "import os\nos._exit(3)",
    "a signal": "import os\ndef handler(e, c): os.kill(os.getpid(), 15)",
    "too much memory": "def handler(e, c): return len(b'x' * (400 << 20))",
    "too much memory in init": "block = b'x' * (400 << 20)",
    "too much time": "import time\ndef handler(e, c): time.sleep(30)",
    "a response that is too large": f"def handler(e, c): return 'x' * {TOO_LONG}",
}

NODE = {
    "an exception": "exports.handler = () => { throw new TypeError('wrong'); };",
    "a rejected promise": "exports.handler = async () => { throw new RangeError('wrong'); };",
    "an error given to the callback": "exports.handler = (event, context, callback) => callback('wrong');",
    "a result that is no JSON": "exports.handler = async () => 1n;",
    "a promise that is never settled": "exports.handler = async () => { await new Promise(() => {}); };",
    "an exception that nobody catches": (
        "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('late'); }));"
    ),
    "a rejection that nobody handles": (
        "exports.handler = () => new Promise(() => { setTimeout(() => {}, 1000); Promise.reject(new Error('lost')); });"
    ),
    "a missing module": "require('missing');",
    "a missing handler": "exports.other = 1;",
    "a handler without a module": "exports.handler = async () => 1;",
    "a syntax error": "exports.handler = (;",
    "an exception in init": "throw new RangeError('early');",
    "a module that is never ready": {"app.mjs": "await new Promise(() => {});"},
    "an exit": "exports.handler = async () => process.exit(3);",
    "an exit without a status": "exports.handler = async () => process.exit();",
    "a signal": "exports.handler = () => new Promise(() => setInterval(() => process.kill(process.pid, 'SIGTERM')));",
    "too much memory": "exports.handler = async () => Buffer.alloc(400 << 20, 1).length;",
    "too much time": "exports.handler = () => new Promise((done) => setTimeout(done, 30000));",
    "a response that is too large": f"exports.handler = async () => 'x'.repeat({TOO_LONG});",
}

CUSTOM = {
    "an error that it reports": (
        """next; post "invocation/$id/error" '{"errorType":"Mine","errorMessage":"wrong"}'; next"""
    ),
    "an error that it reports of init": (
        """post init/error '{"errorType":"Mine.Init","errorMessage":"early"}'; exit 1"""
    ),
    "a report that is no JSON": """next; post "invocation/$id/error" 'wrong'; next""",
    "no bootstrap": None,
    "an exit": "next; exit 3",
    "an exit in init": "exit 3",
    "a signal": "next; kill -SEGV $$",
    "too much memory": "next; x=x; while :; do x+=$x; done",
    "too much time": "next; sleep 30",
    "too much time in init": "sleep 60",
    "a response that is too large": (
        f"""next; post "invocation/$id/response" "$(head -c {TOO_LONG} /dev/zero | tr '\\0' 1)"; next"""
    ),
}

MEMBERS = {
    ("Python", "runtime"): {"errorMessage", "errorType", "requestId", "stackTrace"},
    ("Node", "runtime"): {"errorType", "errorMessage", "trace"},
}


@dataclass
class Row:
    language: str
    failure: str
    told_by: str
    error_type: str
    message: str
    log: str
    report: str

    def check(self, answer):
        """Compares an answer with what the row promises."""
        assert (answer.status, answer.error) == (200, "Unhandled"), answer
        assert answer.json["errorType"] == self.error_type, (answer.json, answer.log)
        assert self.matches(self.message, answer.json["errorMessage"], answer), answer.json
        assert set(answer.json) == MEMBERS.get((self.language, self.told_by), {"errorType", "errorMessage"})
        lines = re.split(r"[\n\r]", answer.log)
        assert not self.log or any(self.matches(self.log, line, answer) for line in lines), answer.log
        self.check_platform_lines(answer)

    def check_platform_lines(self, answer):
        starts = [line.split()[0] for line in answer.log.split("\n") if f"RequestId: {answer.request_id}" in line]
        assert [word for word in starts if word in ("START", "END", "REPORT")] == ["START", "END", "REPORT"], answer.log
        (report,) = re.findall(r"^REPORT .*$", answer.log, re.M)
        fields = re.findall(r"\t(?:Status|Error Type): ([^\t]+)", report)
        assert " ".join(fields) == self.report, report

    def matches(self, pattern, text, answer):
        """`ID` is the request's id, `…` anything, and one blank is as good as any white space."""
        parts = [re.escape(part) for part in re.sub(r"\bID\b", answer.request_id, pattern).split("…")]
        return re.fullmatch(".*".join(parts), " ".join(text.split())) is not None


def rows(language):
    """The rows of a section's table, by their failures."""
    section = (ROOT / "docs/failures.md").read_text().split(f"\n## {language}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (.*)\|$", section, re.M)
    found = [Row(language, *(cell.strip(" `") for cell in line.split("|"))) for line in lines]
    return {row.failure: row for row in found if row.failure != "failure"}


TABLES = {"Python": PYTHON, "Node": NODE, "Custom runtimes": CUSTOM}


@pytest.mark.parametrize("language", TABLES)
def test_each_row_has_its_cause(language):
    assert list(rows(language)) == list(TABLES[language])


def settings(failure):
    if failure.startswith("too much memory") and not MODE.has_groups:
        pytest.skip("without control groups a process is refused more memory, and ends as it likes")
    handler = "handler" if failure == "a handler without a module" else "app.handler"
    # A second in the table is one: no slower machine makes it longer. To fill the memory takes several, of 7 % of a processor.
    timeout = 1 / SLOWNESS if failure.startswith("too much time") else 40
    return {"Handler": handler, "Timeout": timeout, "MemorySize": 128}


@pytest.mark.parametrize("failure", PYTHON)
def test_python(deploy, invoke, failure):
    rows("Python")[failure].check(invoke(deploy(PYTHON[failure], **settings(failure)), tail=True))


@pytest.mark.parametrize("failure", [name for name in PYTHON if rows("Python")[name].told_by == "runtime"])
def test_python_as_aws_reports_it(deploy, invoke, failure):
    """The table's words are those of AWS's own client, run as a custom runtime."""
    package = awslambdaric_package(PYTHON[failure])
    name = deploy(package, Runtime="provided.al2023", **settings(failure))
    rows("Python")[failure].check(invoke(name, tail=True))


@needs_node
@pytest.mark.parametrize("failure", NODE)
def test_node(deploy, invoke, failure):
    files = NODE[failure] if isinstance(NODE[failure], dict) else {"app.js": NODE[failure]}
    name = deploy(make_zip(files), Runtime=node_runtime(), **settings(failure))
    rows("Node")[failure].check(invoke(name, tail=True))


@pytest.mark.parametrize("failure", CUSTOM)
def test_a_custom_runtime(deploy, invoke, failure):
    script = CUSTOM[failure]
    package = make_zip({"other": "x"} if script is None else {"bootstrap": BASH + script + "\n"})
    name = deploy(package, Runtime="provided.al2023", **settings(failure))
    rows("Custom runtimes")[failure].check(invoke(name, tail=True))
