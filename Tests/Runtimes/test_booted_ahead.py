"""A runtime that booted before it had a function serves it as one that was started for it does."""

import json

import pytest

import runtimes
from fake_runtime_api import Invocation

CODE = {
    runtimes.OURS: (
        "app.py",
        """
        import logging, os

        def handler(event, context):
            if event == "fail":
                raise ValueError("é")
            logging.error("logged")
            known = {name: repr(value) for name, value in vars(context).items() if name[0] != "_"}
            variables = {**os.environ, "AWS_LAMBDA_RUNTIME_API": None}
            return [known, variables, os.getcwd(), "é"]
        """,
    ),
    runtimes.NODE: (
        "app.js",
        """
        exports.handler = async (event, context) => {
          if (event === 'fail') throw new Error('é');
          console.error('logged');
          const {PWD, OLDPWD, SHLVL, _, AWS_LAMBDA_RUNTIME_API, ...variables} = process.env;
          return [JSON.stringify(context), variables, process.cwd(), 'é'];
        };
        """,
    ),
}


@pytest.fixture(params=CODE)
def outcome(request, task_root, write):
    """Answers and log of a function that is started for, or booted ahead of, two invocations."""
    runtime = request.param
    if runtime == runtimes.NODE and not runtimes.has_node():
        pytest.skip("there is no /usr/bin/node")
    name, code = CODE[runtime]
    write(code, name)

    def outcome(is_ahead, **environment):
        events = [Invocation("work"), Invocation("fail")]
        run = runtimes.run(
            task_root, "app.handler", events, runtime=runtime, environment=environment, is_ahead=is_ahead
        )
        assert [post.kind for post in run.posts] == ["response", "error"], (run.posts[0].body, run.output)
        return run

    return outcome


def test_the_function_sees_the_same(outcome):
    started, booted = outcome(False), outcome(True)
    assert booted.posts[0].json == started.posts[0].json
    assert {**booted.posts[1].json, "requestId": None} == {**started.posts[1].json, "requestId": None}


@pytest.mark.parametrize("environment", ["AWS_Lambda_python3.11", "AWS_Lambda_python3.12"])
def test_text_is_encoded_the_same(outcome, environment):
    started, booted = (outcome(is_ahead, AWS_EXECUTION_ENV=environment) for is_ahead in (False, True))
    assert booted.posts[0].body[-12:] == started.posts[0].body[-12:]


def test_the_log_has_the_same_form(outcome):
    for is_ahead in (False, True):
        run = outcome(is_ahead, AWS_LAMBDA_LOG_FORMAT="JSON", AWS_LAMBDA_LOG_LEVEL="DEBUG")
        records = [json.loads(line) for line in run.output.splitlines()]
        assert [record["level"] for record in records] == ["ERROR", "ERROR"]
