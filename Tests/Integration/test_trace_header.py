"""X-Amzn-Trace-Id: from the caller through the runtime API into the function, and back in the answer."""

import re

import pytest
from harness.clients import boto3_client
from harness.node import needs_node, node_runtime
from harness.packages import awslambdaric_package, make_zip
from harness.streaming import streaming_package

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
MADE = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"
PYTHON = "import os\ndef handler(event, context): return os.environ.get('_X_AMZN_TRACE_ID')"
NODE = "exports.handler = async () => process.env._X_AMZN_TRACE_ID;"


@pytest.fixture(scope="module")
def ask(server):
    """Invokes; the trace in the answer's head, and the one that the function saw."""

    def do(name, header=None):
        client = boto3_client(server)

        def add(request, **_):
            if header is not None:
                request.headers["X-Amzn-Trace-Id"] = header

        client.meta.events.register("before-sign.lambda.Invoke", add)
        answer = client.invoke(FunctionName=name)
        told = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
        return told, answer["Payload"].read().decode().strip('"')

    return do


@pytest.fixture(scope="module", params=["python", pytest.param("node", marks=needs_node), "awslambdaric"])
def teller(request, deploy):
    """A function that answers with the trace that it is told."""
    if request.param == "python":
        return deploy(PYTHON)
    if request.param == "node":
        return deploy(make_zip({"app.js": NODE}), Runtime=node_runtime())
    return deploy(awslambdaric_package(PYTHON), Runtime="provided.al2023", Timeout=15, MemorySize=256)


def test_each_invocation_has_a_trace_of_its_own(ask, teller):
    first, second = ask(teller), ask(teller)
    for told, seen in (first, second):
        assert told == seen and re.fullmatch(MADE, told)
    assert first != second


def test_the_callers_trace_goes_on(ask, teller):
    header = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"
    assert ask(teller, header) == (header, header)


@pytest.fixture(scope="module")
def python(deploy):
    return deploy(PYTHON)


def test_a_callers_trace_without_a_parent_gets_one(ask, python):
    told, seen = ask(python, f"Root={ROOT};Lineage=1:38a5ab94:0")
    assert told == seen and re.fullmatch(rf"Root={ROOT};Parent=[0-9a-f]{{16}};Sampled=0;Lineage=1:38a5ab94:0", told)


@pytest.mark.parametrize("header", ["", "nonsense", f"Root={ROOT};Sampled=yes", f"Root={ROOT};A=" + 300 * "x"])
def test_what_is_no_trace_is_replaced(ask, python, header):
    told, seen = ask(python, header)
    assert told == seen and re.fullmatch(MADE, told) and ROOT not in told


def test_a_streamed_answer_names_its_trace(deploy, lambda_client):
    package = streaming_package("def handler(event, stream): stream.write(b'x')")
    name = deploy(package, Runtime="provided.al2023", Timeout=15, MemorySize=256)
    answer = lambda_client.invoke_with_response_stream(FunctionName=name)
    assert re.fullmatch(MADE, answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"])
    assert [event["PayloadChunk"]["Payload"] for event in answer["EventStream"] if "PayloadChunk" in event] == [b"x"]
