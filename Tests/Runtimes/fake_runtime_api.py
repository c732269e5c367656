"""A runtime API that plays a script: it hands out invocations and keeps what is posted back.

It speaks HTTP, and the platform's messages with its own runtimes (runtimes/README.md).
"""

import http.client
import json
import queue
import socketserver
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# awslambdaric sends up to 1 MiB of X-Ray detail in one header of an error.
http.client._MAXLINE = 2 * 1024 * 1024

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:sample"
LOCAL_NAME = "\0redoubt-runtime-api:%d"
"""By the port of the address that the runtime is given."""
REQUEST, ANSWER = struct.Struct("!cI"), struct.Struct("!HII")


class Invocation:
    """One scripted invocation; `status` is what its answer is answered with."""

    def __init__(self, event=b"{}", headers=None, status=202):
        self.body = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.headers = headers or {}
        self.status = status


class Post:
    """One request that the runtime made, other than `next`."""

    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def kind(self):
        parts = self.path.split("/")
        return parts[-1] if "invocation" in parts else " ".join(parts[-2:])

    @property
    def is_last(self):
        """Whether the runtime ends itself after it."""
        return self.kind in ("init error", "restore error")

    @property
    def json(self):
        return json.loads(self.body)


class FakeRuntimeAPI:
    """Serves on a free loopback port; a context manager."""

    def __init__(self, invocations=(), closes_after_each=False):
        self.posts = []
        self.first_next_at = None
        self.restores = 0
        self.is_done = threading.Event()
        self.closes_after_each = closes_after_each
        self._expected = len(invocations)
        self._queue = queue.Queue()
        self._statuses = {}
        for number, invocation in enumerate(invocations, 1):
            request_id = "00000000-0000-0000-0000-%012d" % number
            self._statuses[request_id] = invocation.status
            self._queue.put((request_id, invocation))
        http_server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_class(self))
        self._port = http_server.server_address[1]
        self._servers = [http_server, _LocalServer(LOCAL_NAME % self._port, _message_handler_class(self))]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True) for server in self._servers
        ]

    @property
    def address(self):
        return "127.0.0.1:%d" % self._port

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._queue.put(None)
        for server, thread in zip(self._servers, self._threads):
            server.shutdown()
            server.server_close()
            thread.join()

    def take(self):
        """The next invocation, or None when the API is closing."""
        if self.first_next_at is None:
            self.first_next_at = time.perf_counter()
        if len(self.posts) >= self._expected:
            self.is_done.set()
        return self._queue.get()

    def keep(self, post):
        """Records a post and returns the status to answer it with."""
        self.posts.append(post)
        if post.is_last:
            self.is_done.set()
        return self._statuses.get(post.path.split("/")[4], 202)

    def restore(self):
        """The runtime has initialised and is to be restored."""
        self.restores += 1


def _headers(request_id, invocation):
    return {
        "Lambda-Runtime-Aws-Request-Id": request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30000),
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Lambda-Runtime-Trace-Id": "Root=1-00000000-%s" % request_id[-12:],
        **invocation.headers,
    }


_LINES = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Deadline-Ms",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Redoubt-Hygiene",
)
"""What the head of an event holds, in this order."""


def event_head(headers):
    """The head of an event in a message."""
    return "\n".join(headers.get(name) or "" for name in _LINES).encode()


def answer(status, head=b"", body=b""):
    """One answer as a message."""
    return ANSWER.pack(status, len(head), len(body)) + head + body


class _LocalServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def _message_handler_class(api):
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while head := self.rfile.read(REQUEST.size):
                kind, length = REQUEST.unpack(head)
                reply = self._reply(kind, self.rfile.read(length))
                if reply is None:
                    return
                try:
                    self.connection.sendall(reply)
                except ConnectionError:
                    return  # The runtime has ended.

        def _reply(self, kind, rest):
            if kind == b"n":
                return self._event()
            if kind == b"p":
                api.restore()
                return answer(200)
            of_invocation = {b"r": "response", b"R": "response", b"e": "error"}.get(kind)
            if of_invocation:
                path, body = "invocation/%s/%s" % (rest[:36].decode(), of_invocation), rest[36:]
            else:
                path, body = {b"i": "init/error", b"f": "restore/error"}[kind], rest
            status = api.keep(Post("/2018-06-01/runtime/" + path, {}, body))
            return self._event() if kind == b"R" else answer(status)

        def _event(self):
            taken = api.take()
            return taken and answer(200, event_head(_headers(*taken)), taken[1].body)

    return Handler


def _handler_class(api):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self):
            if self.path.endswith("/restore/next"):
                api.restore()
                return self._answer(200, {}, b"{}")
            taken = api.take()
            if taken is None:
                self.close_connection = True
                return
            request_id, invocation = taken
            headers = {"Content-Type": "application/json", **_headers(request_id, invocation)}
            self._answer(200, headers, invocation.body)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = api.keep(Post(self.path, self.headers, body))
            self._answer(status, {"Content-Type": "application/json"}, b'{"status":"OK"}\n')

        def _answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
            # Said with no header: the runtime finds out as with a connection that idled too long.
            self.close_connection = self.close_connection or api.closes_after_each

        def log_message(self, *_):
            pass

    return Handler
