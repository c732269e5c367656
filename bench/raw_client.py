"""A keep-alive HTTP/1.1 client on a plain socket, so that the client costs next to nothing.

Requests are whole byte strings, made before the clock starts.
"""

import multiprocessing
import re
import socket
import statistics
import struct
import time
import typing


class BadAnswer(Exception):
    """An answer that is not a plain success."""


class Headers:
    """The headers of an answer, names and values in lower case; taken apart only where somebody asks for a value."""

    def __init__(self, head):
        self._head = head

    def __contains__(self, name):
        return b"\n%s:" % name in self._head.lower()

    def __getitem__(self, name):
        for line in self._head.lower().split(b"\r\n")[1:]:
            found, _, value = line.partition(b":")
            if found == name:
                return value.strip()
        raise KeyError(name)

    def get(self, name, default=None):
        return self[name] if name in self else default

    def __repr__(self):
        return repr(self._head)


class Answer(typing.NamedTuple):
    """A whole answer; `headers` by name in lower case."""

    status: int
    headers: dict
    body: bytes

    @property
    def is_success(self):
        return self.status == 200 and b"x-amz-function-error" not in self.headers


def parse(data):
    """The answer that the bytes are, or None while some are missing."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    length = _LENGTH.search(data, 0, end + 2)
    if not length:
        raise BadAnswer("no Content-Length: " + data[:end].decode("latin-1"))
    missing = end + 4 + int(length[1]) - len(data)
    if missing < 0:
        raise BadAnswer("bytes follow the answer")
    return Answer(int(data[9:12]), Headers(data[:end]), data[end + 4 :]) if missing == 0 else None


_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


class Client:
    """One connection; a context manager."""

    def __init__(self, address, timeout=30):
        self._address = address
        self._timeout = timeout
        self._socket = None

    def __enter__(self):
        self._socket = socket.create_connection(self._address, timeout=self._timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The limit is the kernel's: with one of Python's each call would be preceded by one more.
        self._socket.settimeout(None)
        for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self._socket.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", self._timeout, 0))
        return self

    def __exit__(self, *_):
        self._socket.close()

    def exchange(self, request):
        """Sends one request and returns the body of its answer, which must be a success."""
        self.send(request)
        return self.receive()

    def send(self, request):
        """Sends one request, whose answer is still to be received."""
        self._socket.sendall(request)

    def receive(self):
        """The body of the answer to the request sent last."""
        data = self.receive_some()
        while (answer := parse(data)) is None:
            data += self.receive_some()
        if not answer.is_success:
            raise BadAnswer("%d %s %s" % (answer.status, answer.headers, answer.body[:500]))
        return answer.body

    def receive_some(self):
        """The bytes that have come, at least one."""
        data = self._socket.recv(65536)
        if not data:
            raise BadAnswer("the connection was closed within an answer")
        return data


def time_each(client, requests, expected):
    """Seconds that each request took; every answer must be the expected body, apart from white space."""
    times = []
    for request in requests:
        started = time.perf_counter()
        body = client.exchange(request)
        times.append(time.perf_counter() - started)
        if b"".join(body.split()) != expected:
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


class Concurrent(typing.NamedTuple):
    """What many clients saw: seconds of each request, and from the first start to the last end."""

    times: list
    elapsed: float

    @property
    def rate(self):
        return len(self.times) / self.elapsed


def time_concurrently(count, work):
    """Runs work(client number, barrier), which returns (times, started, ended), in `count` processes."""
    results = run_clients(count, work)
    for result in results:
        if isinstance(result, Exception):
            raise result
    elapsed = max(ended for _, _, ended in results) - min(started for _, started, _ in results)
    return Concurrent([seconds for times, _, _ in results for seconds in times], elapsed)


def percentile(times, percent):
    """The nearest-rank percentile of unsorted times."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def typical(rounds):
    """The median of the rounds' medians."""
    return statistics.median(percentile(times, 50) for times in rounds)
