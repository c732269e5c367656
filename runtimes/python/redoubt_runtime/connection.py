"""One connection to the platform, and the form of what goes over it (runtimes/README.md, "The platform's own runtimes").

Both ends are the platform's: whatever is not as they agreed is an error, never a guess.
"""

import _socket
import _struct
import select

_LOCAL_NAME = "\0redoubt-runtime-api:"
"""Of the sandbox's own network; the port of the address that everybody is given follows."""
_REQUEST = _struct.Struct("!cI")
_ANSWER = _struct.Struct("!HII")
_CHUNK = 64 * 1024


class ProtocolError(Exception):
    """The platform sent what is not an answer, or none."""


class Connection:
    """Connects when first used. `connected`: a socket that is connected already."""

    def __init__(self, address, connected=None):
        self._name = _LOCAL_NAME + address.rpartition(":")[2]
        self._socket = self._readable = None
        self._received = b""
        if connected is not None:
            self._use(connected)

    def send(self, *parts):
        """Sends a request, in the parts that `request` makes of it."""
        if self._socket is None:
            self._connect()
        try:
            if sum(map(len, parts)) <= _CHUNK:
                self._socket.sendall(b"".join(parts))
            else:
                for part in parts:
                    self._socket.sendall(part)
        except ConnectionError:
            pass  # What the platform said before it closed is still to be read.

    def receive(self):
        """(status, head, body) of the next answer, bytes."""
        data = self._at_least(_ANSWER.size, self._received)
        status, head_length, body_length = _ANSWER.unpack_from(data)
        start = _ANSWER.size + head_length
        data = self._at_least(start, data)
        end = start + body_length
        self._received = data[end:]
        body = data[start:end]
        return status, data[_ANSWER.size : start], body if len(body) == body_length else self._whole(body, body_length)

    def _at_least(self, count, data):
        while len(data) < count:
            # Who waits for this in recv(2) of a local socket is also woken up when the peer has read what was sent to it.
            self._readable.poll()
            more = self._socket.recv(_CHUNK)
            if not more:
                raise ProtocolError("the connection was closed")
            data += more
        return data

    def _whole(self, start, length):
        whole = bytearray(length)
        whole[: len(start)] = start
        view, filled = memoryview(whole), len(start)
        while filled < length:
            count = self._socket.recv_into(view[filled:])
            if count == 0:
                raise ProtocolError("the connection was closed in the middle of an answer")
            filled += count
        return bytes(whole)

    def _connect(self):
        connection = _above_standard_descriptors(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM))
        connection.connect(self._name)
        self._use(connection)

    def _use(self, connection):
        self._socket = connection
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)


def request(kind, *parts):
    """One request: its kind, a letter, and what it is about, in bytes."""
    return _REQUEST.pack(kind, sum(map(len, parts))), *parts


def answer(status, head=b"", body=b""):
    """One answer, as the platform sends it."""
    return _ANSWER.pack(status, len(head), len(body)) + head + body


def _above_standard_descriptors(new_socket):
    """Where the function has closed descriptor 1, what it prints must not reach the platform."""
    if new_socket.fileno() > 2:
        return new_socket
    import fcntl

    moved = fcntl.fcntl(new_socket.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
    new_socket.close()
    return _socket.socket(fileno=moved)
