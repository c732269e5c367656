"""A runtime API that plays a script: it hands out invocations and keeps what is posted back."""

import http.client
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# awslambdaric sends up to 1 MiB of X-Ray detail in one header of an error.
http.client._MAXLINE = 2 * 1024 * 1024

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:sample"


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
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_class(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self):
        return "127.0.0.1:%d" % self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._queue.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

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
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30000),
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
                "Lambda-Runtime-Trace-Id": "Root=1-00000000-%s" % request_id[-12:],
            }
            headers.update(invocation.headers)
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
