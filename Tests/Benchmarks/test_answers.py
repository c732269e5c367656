"""What the raw clients make of bytes that come in pieces, and from many connections at once."""

import socket
import threading

import pytest
from raw_client import Answer, BadAnswer, Client, parse
from swarm import Swarm, volley

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Amz-Executed-Version: $LATEST\r\n\r\nbody"


def test_an_answer_is_there_with_its_last_byte_only():
    assert [parse(OK[:length]) for length in range(len(OK))] == [None] * len(OK)
    answer = parse(OK)
    assert (answer.status, answer.body, answer.headers[b"content-length"]) == (200, b"body", b"4")


@pytest.mark.parametrize("data", [OK + b"more", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["more bytes", "no length"])
def test_what_is_no_answer_is_refused(data):
    with pytest.raises(BadAnswer):
        parse(data)


@pytest.mark.parametrize(
    ("status", "headers", "is_success"),
    [(200, {}, True), (200, {b"x-amz-function-error": b"unhandled"}, False), (429, {}, False)],
)
def test_a_function_error_is_no_success(status, headers, is_success):
    assert Answer(status, headers, b"").is_success is is_success


class Echo:
    """Answers each request, `LENGTH:BODY`, with its body, in pieces, when all connections have sent one."""

    def __init__(self, connections):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._barrier = threading.Barrier(connections)
        self._thread = threading.Thread(target=self._accept, args=(connections,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join()
        self._listener.close()

    def _accept(self, count):
        threads = [threading.Thread(target=self._serve, args=(self._listener.accept()[0],)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _serve(self, connection):
        with connection:
            while body := connection.recv(100):
                self._barrier.wait(20)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-")
                connection.sendall(b"Length: %d\r\n\r\n" % len(body) + body[:1])
                connection.sendall(body[1:])


def test_a_volley_is_under_way_all_at_once():
    requests = [b"request %d" % number for number in range(30)]
    with Echo(len(requests)) as echo:
        answers = volley(echo.address, requests, timeout=20)
    assert sorted((number, answer.body) for number, answer, _ in answers) == list(enumerate(requests))
    times = [seconds for _, _, seconds in answers]
    assert times == sorted(times) and times[0] > 0


def test_a_swarm_goes_on_while_it_is_fed():
    with Echo(2) as echo, Swarm(echo.address, 2) as swarm:
        for number in range(2):
            swarm.send(number, b"first")
        seen = []
        for number, answer, _ in swarm.answers(20):
            seen.append((number, answer.body))
            if answer.body == b"first":
                swarm.send(number, b"second")
    assert sorted(seen) == [(0, b"first"), (0, b"second"), (1, b"first"), (1, b"second")]


def test_a_connection_that_closes_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with Client(listener.getsockname()) as client:
            listener.accept()[0].close()
            with pytest.raises((BadAnswer, ConnectionError)):
                client.exchange(b"request")
