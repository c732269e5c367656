"""A keep-alive HTTP/1.1 client on a plain socket, so that the client costs next to nothing.

Requests are whole byte strings, made before the clock starts.
"""

import multiprocessing
import socket
import time


class BadAnswer(Exception):
    """An answer that is not a plain success."""


class Client:
    """One connection; a context manager."""

    def __init__(self, address, timeout=30):
        self._address = address
        self._timeout = timeout
        self._socket = None

    def __enter__(self):
        self._socket = socket.create_connection(self._address, timeout=self._timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_):
        self._socket.close()

    def exchange(self, request):
        """Sends one request and returns the body of its answer."""
        self.send(request)
        return self.receive()

    def send(self, request):
        self._socket.sendall(request)

    def receive(self):
        """The body of the answer to the request sent last."""
        data = self._socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _check_head(head)
        while len(body) < length:
            body += self._receive()
        if len(body) > length:
            raise BadAnswer("bytes follow the answer")
        return body

    def _receive(self):
        more = self._socket.recv(65536)
        if not more:
            raise BadAnswer("the connection was closed within an answer")
        return more


def _check_head(head):
    """The body's length, of a 200 without a function error."""
    lines = head.lower().split(b"\r\n")
    if not lines[0].startswith(b"http/1.1 200"):
        raise BadAnswer(head.decode("latin-1"))
    length = None
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = int(value)
        elif name == b"x-amz-function-error":
            raise BadAnswer(head.decode("latin-1"))
    if length is None:
        raise BadAnswer("no Content-Length: " + head.decode("latin-1"))
    return length


def time_each(client, requests, expected):
    """Seconds that each request took; every answer must be the expected body."""
    times = []
    for request in requests:
        started = time.perf_counter()
        body = client.exchange(request)
        times.append(time.perf_counter() - started)
        if body.replace(b" ", b"") != expected:
            raise BadAnswer("unexpected body: %r" % body[:200])
    return times


def run_clients(count, work):
    """Runs work(client number, barrier) in `count` processes; returns their results in order.

    Processes, because threads of one interpreter would measure its lock. A client that fails before
    it reaches the barrier breaks it, so the others do not wait for ever.
    """
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(count), context.Queue()

    def run(number):
        try:
            results.put((number, work(number, barrier)))
        except BaseException as error:
            barrier.abort()
            results.put((number, error if isinstance(error, Exception) else RuntimeError(repr(error))))

    processes = [context.Process(target=run, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    answers = dict(results.get() for _ in processes)
    for process in processes:
        process.join()
    return [answers[number] for number in range(count)]


def percentile(times, percent):
    """The nearest-rank percentile of unsorted times."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
