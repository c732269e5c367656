"""Answers that come while the function is still at work."""

import base64
import json
import time

import pytest
from botocore.exceptions import ClientError
from harness.functions import error_code
from harness.host import status_field
from harness.node import node_runtime
from harness.streaming import invoke_streaming, streaming_package
from harness.waiting import wait_until

STREAMING = {"Runtime": "provided.al2023", "Handler": "app.handler", "Timeout": 60, "MemorySize": 256}
MEBIBYTE = 1 << 20
NODE = node_runtime()


@pytest.fixture(scope="module")
def streamer(deploy):
    return deploy(
        streaming_package(
            """
            import os, time
            def handler(event, stream):
                print("streaming", flush=True)
                if event.get("block"):
                    block = b"x" * (64 << 10)
                    for _ in range(event["block"]):
                        stream.write(block)
                for text in event.get("texts", []):
                    stream.write(text.encode())
                    time.sleep(event.get("pause", 0))
                if event.get("exit") is not None:
                    os._exit(event["exit"])
                if event.get("close"):
                    stream.connection.close()
                    time.sleep(30)
                if event.get("raise"):
                    raise ValueError(event["raise"])
            """
        ),
        **STREAMING,
    )


def event(**members):
    return json.dumps(members).encode()


def test_pieces_come_as_they_are_written(lambda_client, streamer):
    started = time.monotonic()
    answer = lambda_client.invoke_with_response_stream(
        FunctionName=streamer, Payload=event(texts=["a", "b", "c"], pause=0.5)
    )
    times, texts = [], []
    for received in answer["EventStream"]:
        if "PayloadChunk" in received:
            texts.append(received["PayloadChunk"]["Payload"])
            times.append(time.monotonic() - started)
    assert texts == [b"a", b"b", b"c"]
    assert times[1] - times[0] > 0.3 and times[2] - times[1] > 0.3, "the pieces were collected first"


def test_the_end_says_that_all_is_well(lambda_client, streamer):
    streamed = invoke_streaming(lambda_client, streamer, event(texts=["one", "two"]), LogType="Tail")
    assert (streamed.status, streamed.version, streamed.payload) == (200, "$LATEST", b"onetwo")
    assert set(streamed.complete) == {"LogResult"}
    log = base64.b64decode(streamed.complete["LogResult"]).decode()
    assert "START RequestId:" in log and "streaming\n" in log and "REPORT RequestId:" in log


def test_an_answer_without_bytes_is_complete(lambda_client, streamer):
    streamed = invoke_streaming(lambda_client, streamer)
    assert (streamed.chunks, streamed.complete) == ([], {})


def test_an_error_in_the_middle_is_told_at_the_end(lambda_client, streamer):
    streamed = invoke_streaming(lambda_client, streamer, event(texts=["half"], **{"raise": "boom"}))
    assert streamed.payload == b"half"
    assert streamed.complete["ErrorCode"] == "ValueError"
    assert json.loads(streamed.complete["ErrorDetails"]) == {"errorType": "ValueError", "errorMessage": "boom"}


@pytest.mark.parametrize(
    ("members", "error"),
    [({"exit": 3}, "Runtime.ExitError"), ({"close": True}, "Runtime.TruncatedResponse")],
    ids=["exit", "close"],
)
def test_a_runtime_that_breaks_off_is_told_at_the_end(lambda_client, streamer, members, error):
    streamed = invoke_streaming(lambda_client, streamer, event(texts=["half"], **members))
    assert streamed.payload == b"half"
    assert streamed.complete["ErrorCode"] == "Unhandled"
    assert json.loads(streamed.complete["ErrorDetails"])["errorType"] == error
    assert invoke_streaming(lambda_client, streamer, event(texts=["again"])).payload == b"again"


def test_a_timeout_in_the_middle_is_told_at_the_end(lambda_client, deploy):
    name = deploy(
        streaming_package(
            """
            import time
            def handler(event, stream):
                stream.write(b"half")
                time.sleep(60)
            """
        ),
        **{**STREAMING, "Timeout": 2},
    )
    streamed = invoke_streaming(lambda_client, name)
    assert streamed.payload == b"half"
    details = json.loads(streamed.complete["ErrorDetails"])
    assert details["errorType"] == "Sandbox.Timedout" and "Task timed out after" in details["errorMessage"]


def test_200_megabytes_pass_through_little_memory(lambda_client, server, streamer):
    invoke_streaming(lambda_client, streamer, event(block=16))
    process = server.child("server")
    before = status_field(process, "VmHWM", int)
    answer = lambda_client.invoke_with_response_stream(FunctionName=streamer, Payload=event(block=3199))
    count = 0
    for received in answer["EventStream"]:
        count += len(received.get("PayloadChunk", {}).get("Payload", b""))
        assert received.get("InvokeComplete", {}) == {}
    assert count == 3199 * 65536
    grown = (status_field(process, "VmHWM", int) - before) / 1024
    print(f"{count} bytes streamed, the server grew by {grown:.1f} MiB")
    assert grown < 24


def test_who_reads_slowly_slows_the_function_down(lambda_client, server, streamer):
    process = server.child("server")
    invoke_streaming(lambda_client, streamer, event(block=16))
    before = status_field(process, "VmRSS", int)
    answer = lambda_client.invoke_with_response_stream(FunctionName=streamer, Payload=event(block=1600))
    events = iter(answer["EventStream"])
    next(events)
    time.sleep(2)  # the function would have written all of it long since
    assert (status_field(process, "VmRSS", int) - before) / 1024 < 24
    assert sum(len(received.get("PayloadChunk", {}).get("Payload", b"")) for received in events) > 1590 * 65536


def test_more_than_200_megabytes_are_cut_off(lambda_client, streamer):
    streamed = invoke_streaming(lambda_client, streamer, event(block=3300))
    assert len(streamed.payload) <= 200 * MEBIBYTE
    assert json.loads(streamed.complete["ErrorDetails"])["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_caller_that_leaves_does_not_hold_the_function_up(lambda_client, streamer):
    answer = lambda_client.invoke_with_response_stream(FunctionName=streamer, Payload=event(block=800))
    next(iter(answer["EventStream"]))
    answer["EventStream"].close()
    assert invoke_streaming(lambda_client, streamer, event(texts=["next"])).payload == b"next"


def test_a_function_that_does_not_stream_can_be_called_so(lambda_client, deploy):
    name = deploy(
        """
        def handler(event, context):
            if event.get("fail"):
                raise KeyError("no")
            return {"echo": event}
        """
    )
    streamed = invoke_streaming(lambda_client, name, event(a=1))
    assert (json.loads(streamed.payload), streamed.complete) == ({"echo": {"a": 1}}, {})
    failed = invoke_streaming(lambda_client, name, event(fail=True))
    assert (failed.payload, failed.complete["ErrorCode"]) == (b"", "Unhandled")
    assert json.loads(failed.complete["ErrorDetails"])["errorType"] == "KeyError"


def test_a_function_that_streams_can_be_called_for_a_whole_answer(invoke, streamer):
    assert invoke(streamer, {"texts": ['{"whole":', "true}"]}).json == {"whole": True}
    failed = invoke(streamer, {"texts": ["half"], "raise": "boom"})
    assert (failed.error, failed.json) == ("Unhandled", {"errorType": "ValueError", "errorMessage": "boom"})


def test_an_answer_is_streamed_once(lambda_client, deploy):
    name = deploy(
        streaming_package(
            """
            def handler(event, stream):
                import __main__
                stream.write(b"first")
                again = __main__.Stream(__main__.headers["lambda-runtime-aws-request-id"])
                again.write(b"second")
                stream.write(str(again.end()).encode())
            """
        ),
        **STREAMING,
    )
    assert invoke_streaming(lambda_client, name).payload == b"first400"


def test_a_dry_run_and_refusals(lambda_client, streamer):
    answer = lambda_client.invoke_with_response_stream(FunctionName=streamer, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    with pytest.raises(ClientError) as error:
        lambda_client.invoke_with_response_stream(FunctionName="no-such-function")
    assert error_code(error) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as error:
        lambda_client.invoke_with_response_stream(FunctionName=streamer, Payload=b"not json")
    assert error_code(error) == "InvalidRequestContentException"
    with pytest.raises(ClientError) as error:
        lambda_client.invoke_with_response_stream(FunctionName=streamer, InvocationType="Event")
    assert error_code(error) == "ValidationException"


def test_the_first_byte_waits_for_nothing(lambda_client, server, deploy):
    name = deploy(
        streaming_package(
            """
            import time
            def handler(event, stream):
                stream.write(str(time.clock_gettime(time.CLOCK_MONOTONIC)).encode())
                time.sleep(0.2)
            """
        ),
        **STREAMING,
    )

    def lag():
        events = iter(lambda_client.invoke_with_response_stream(FunctionName=name)["EventStream"])
        written = float(next(events)["PayloadChunk"]["Payload"])
        received = time.clock_gettime(time.CLOCK_MONOTONIC)
        list(events)
        return received - written

    lag()
    lags = sorted(lag() for _ in range(9))
    print(f"from the function's write to the client: median {lags[4] * 1000:.2f} ms, longest {lags[-1] * 1000:.2f} ms")
    wait_until(lambda: lag() < 0.1)  # before the function's own pause ends


@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_a_node_function_streams(lambda_client, deploy):
    name = deploy(
        {
            "index.mjs": """
            import { setTimeout as pause } from "timers/promises";
            export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
              console.log("streaming");
              if (event.http) stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
              for (const text of event.texts ?? []) {
                stream.write(text);
                await pause(event.pause ?? 0);
              }
              for (let count = 0; count < (event.block ?? 0); count++) {
                if (!stream.write("x".repeat(65536))) await new Promise((done) => stream.once("drain", done));
              }
              if (event.fail) throw new RangeError(event.fail);
              if (event.uncaught) setTimeout(() => { throw new RangeError(event.uncaught); }, 10);
              if (event.uncaught) await pause(1000);
              if (!event.open) stream.end();
            });
            """
        },
        **{**STREAMING, "Runtime": NODE, "Handler": "index.handler"},
    )
    streamed = invoke_streaming(lambda_client, name, event(texts=["a", "b"], pause=50), LogType="Tail")
    assert streamed.chunks == [b"a", b"b"]
    assert "streaming" in base64.b64decode(streamed.complete["LogResult"]).decode()
    assert invoke_streaming(lambda_client, name, event(texts=["left open"], open=True)).payload == b"left open"
    assert invoke_streaming(lambda_client, name).payload == b""
    http = invoke_streaming(lambda_client, name, event(texts=["body"], http=True)).payload
    assert http == b'{"statusCode":201}' + bytes(8) + b"body"
    assert len(invoke_streaming(lambda_client, name, event(block=320)).payload) == 320 * 65536
    for cause in ("fail", "uncaught"):
        for texts in ([], ["half"]):
            failed = invoke_streaming(lambda_client, name, event(texts=texts, **{cause: "boom"}))
            assert failed.payload == "".join(texts).encode()
            details = json.loads(failed.complete["ErrorDetails"])
            assert (details["errorType"], details["errorMessage"]) == ("RangeError", "boom"), (cause, texts)


@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_a_node_function_that_streams_must_be_async(lambda_client, invoke, deploy):
    code = {"index.js": "exports.handler = awslambda.streamifyResponse((event, stream) => event.end && stream.end());"}
    name = deploy(code, **{**STREAMING, "Runtime": NODE, "Handler": "index.handler"})
    streamed = invoke_streaming(lambda_client, name)
    assert json.loads(streamed.complete["ErrorDetails"])["errorType"] == "Runtime.InvalidStreamingOperation"
    assert invoke_streaming(lambda_client, name, event(end=True)).complete == {}, "it had ended before it was wrong"
