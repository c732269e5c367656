"""Many connections at once, served by one thread, so that a thousand clients are not a thousand processes."""

import resource
import select
import socket
import time

from raw_client import BadAnswer, parse


class Swarm:
    """Connections of which each has at most one request under way; a context manager.

    `at_once`: all are opened at the start. A server closes those that are silent for too long: where the last request
    goes out much later than the first, each is opened with its own.
    """

    def __init__(self, address, count, at_once=True):
        self._address = address
        self._count = count
        self._at_once = at_once
        self._sockets, self._numbers = {}, {}
        self._poll = select.epoll()
        self._pending = {}

    def __enter__(self):
        _allow_descriptors(self._count + 100)
        if self._at_once:
            for number in range(self._count):
                self._open(number)
        return self

    def __exit__(self, *_):
        for connection in self._sockets.values():
            connection.close()
        self._poll.close()

    def send(self, number, request):
        """Sends a request on the connection of that number."""
        if number not in self._sockets:
            self._open(number)
        self._pending[number] = b""
        self._sockets[number].sendall(request)

    def answers(self, timeout=60):
        """(number, `Answer`, when by `perf_counter`) as they come, until none is awaited.

        More may be sent meanwhile. Raises when nothing comes for `timeout` seconds.
        """
        while self._pending:
            ready = self._poll.poll(timeout)
            if not ready:
                raise BadAnswer("%d answers did not come within %d seconds" % (len(self._pending), timeout))
            for descriptor, _ in ready:
                number = self._numbers[descriptor]
                answer = self._receive(number)
                if answer is not None:
                    yield number, answer, time.perf_counter()

    def _open(self, number):
        connection = socket.create_connection(self._address, timeout=30)
        # An answer is waited for by all connections together: with a limit of its own each call would wait once more.
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll.register(connection, select.EPOLLIN)
        self._sockets[number], self._numbers[connection.fileno()] = connection, number

    def _receive(self, number):
        data, before = self._sockets[number].recv(65536), self._pending.pop(number, None)
        if not data or before is None:
            raise BadAnswer("connection %d was closed, or spoke without being asked" % number)
        answer = parse(before + data if before else data)
        if answer is None:
            self._pending[number] = before + data
        return answer


def volley(address, requests, timeout=60):
    """Sends each request on a connection of its own, all at one moment.

    Returns [(number of the request, `Answer`, seconds since that moment)] in the order of their arrival.
    """
    with Swarm(address, len(requests)) as swarm:
        started = time.perf_counter()
        for number, request in enumerate(requests):
            swarm.send(number, request)
        return [(number, answer, when - started) for number, answer, when in swarm.answers(timeout)]


def _allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
