"""A runtime that streams its answers, and the events that come of it."""

import textwrap
from dataclasses import dataclass, field

from harness.packages import make_zip

BOOTSTRAP = r"""#!/usr/bin/python3
import base64, json, os, socket, sys

sys.path.insert(0, "/var/task")
host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
BASE = "/2018-06-01/runtime/invocation/"


def connect():
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_answer(file):
    status = int(file.readline().split()[1])
    headers = {}
    while (line := file.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, file.read(int(headers.get("content-length", 0)))


class Stream:
    def __init__(self, request_id):
        self.connection = connect()
        head = "POST %s%s/response HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" % (BASE, request_id)
        head += "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
        head += "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
        self.connection.sendall(head.encode())

    def write(self, data):
        self.connection.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self, error=None):
        trailers = ""
        if error is not None:
            body = base64.b64encode(json.dumps(error).encode()).decode()
            trailers = "Lambda-Runtime-Function-Error-Type: %s\r\n" % error["errorType"]
            trailers += "Lambda-Runtime-Function-Error-Body: %s\r\n" % body
        self.connection.sendall(("0\r\n%s\r\n" % trailers).encode())
        status = read_answer(self.connection.makefile("rb"))[0]
        self.connection.close()
        return status


import app

connection = connect()
file = connection.makefile("rb")
while True:
    connection.sendall(("GET %snext HTTP/1.1\r\nHost: h\r\n\r\n" % BASE).encode())
    _, headers, body = read_answer(file)
    stream = Stream(headers["lambda-runtime-aws-request-id"])
    try:
        app.handler(json.loads(body), stream)
    except Exception as error:
        stream.end({"errorType": type(error).__name__, "errorMessage": str(error)})
    else:
        stream.end()
"""


def streaming_package(app):
    """A custom runtime whose `handler(event, stream)` in app.py answers by `stream.write`."""
    return make_zip({"bootstrap": BOOTSTRAP, "app.py": textwrap.dedent(app)})


@dataclass
class Streamed:
    """The events of one answer, and when they came."""

    status: int
    version: str | None
    chunks: list = field(default_factory=list)
    complete: dict | None = None

    @property
    def payload(self):
        return b"".join(self.chunks)


def invoke_streaming(client, name, payload=b"{}", **members):
    """Reads the whole stream."""
    answer = client.invoke_with_response_stream(FunctionName=name, Payload=payload, **members)
    streamed = Streamed(answer["StatusCode"], answer.get("ExecutedVersion"))
    for event in answer["EventStream"]:
        assert streamed.complete is None, "an event after the last"
        if "PayloadChunk" in event:
            streamed.chunks.append(event["PayloadChunk"]["Payload"])
        else:
            streamed.complete = event["InvokeComplete"]
    return streamed
