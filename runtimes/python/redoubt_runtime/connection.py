"""One persistent HTTP/1.1 connection to the runtime API: a small, strict reader and a writer.

Both ends are the platform's, so only what they agreed on is understood: Content-Length framing, one
answer to each request, in their order. Everything else is an error, never a guess.
"""

import _socket
import select

_LOCAL_NAME = "\0redoubt-runtime-api"
"""Where the platform listens beside the address that it gives to everybody: without TCP a request needs less of a processor."""
_ACCEPTED = (
    b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"OK"}'
)
"""What the platform says to every result: to be told apart is all that can be made of it."""
_HEAD_LIMIT = 256 * 1024
_CHUNK = 64 * 1024
_MOST_NAMES = 64


class ProtocolError(Exception):
    """The peer sent something that is not one well-formed response."""


class Connection:
    """Connects when first used, and once more when the peer has closed an idle connection.

    `connected`: a socket that is connected already.
    """

    def __init__(self, address, connected=None):
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._socket = self._readable = None
        self._unanswered = []
        self._received = b""
        if connected is not None:
            self._use(connected)

    def exchange(self, head, body=b""):
        """Sends one request; returns (status, headers by lower-case name, body)."""
        self.send((head, body))
        return self.receive()

    def send(self, *requests):
        """Sends requests, each the parts it is made of, whose answers are received one by one."""
        self._unanswered += requests
        if self._socket is not None:
            self._send(requests)

    def receive(self):
        """The answer, as `exchange` returns it, to the first request that has none yet."""
        answer = None if self._socket is None else self._read_response()
        if answer is None:
            self.close()
            self._connect()
            self._send(self._unanswered)
            answer = self._read_response()
        if answer is None:
            raise ProtocolError("the connection was closed without an answer")
        del self._unanswered[0]
        if answer[1].get("connection", "").lower() == "close":
            self.close()
        if self._received and not self._unanswered:
            raise ProtocolError("bytes follow the response")
        return answer

    def close(self):
        """Closes the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._received = b""

    def _connect(self):
        local = _above_standard_descriptors(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM))
        try:
            local.connect(_LOCAL_NAME)
        except OSError:  # Nobody listens there.
            local.close()
            self._use(self._connected_by_tcp())
        else:
            self._use(local)

    def _connected_by_tcp(self):
        connection = _above_standard_descriptors(_socket.socket(_socket.AF_INET, _socket.SOCK_STREAM))
        connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        connection.connect(self._address)
        return connection

    def _use(self, connection):
        self._socket = connection
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)

    def _send(self, requests):
        parts = [part for request in requests for part in request]
        try:
            if sum(map(len, parts)) <= _CHUNK:
                self._socket.sendall(b"".join(parts))
            else:
                for part in parts:
                    self._socket.sendall(part)
        except ConnectionError:
            pass  # The peer may have refused the request before reading all of it: see what it said.

    def _read_response(self):
        """None: the connection has ended before the first byte."""
        data = self._received or self._receive_first()
        if not data:
            return None
        if data.startswith(_ACCEPTED):
            self._received = data[len(_ACCEPTED) :]
            return 202, {}, b""
        end = data.find(b"\r\n\r\n")
        while end < 0:
            if len(data) > _HEAD_LIMIT:
                raise ProtocolError("the response head is too long")
            data += self._receive()
            end = data.find(b"\r\n\r\n")
        status, headers = _parse_head(data[:end].decode("utf-8", "surrogateescape"))
        length = _content_length(headers)
        self._received = data[end + 4 + length :]
        return status, headers, self._read_body(data[end + 4 : end + 4 + length], length)

    def _read_body(self, start, length):
        if len(start) == length:
            return start
        body = bytearray(length)
        body[: len(start)] = start
        view, filled = memoryview(body), len(start)
        while filled < length:
            count = self._socket.recv_into(view[filled:])
            if count == 0:
                raise ProtocolError("the response body is cut short")
            filled += count
        return bytes(body)

    def _receive_first(self):
        try:
            # Who waits for this in recv(2) of a local socket is also woken up when the peer has read what was sent to it.
            self._readable.poll()
            return self._socket.recv(_CHUNK)
        except ConnectionError:
            return b""

    def _receive(self):
        more = self._socket.recv(_CHUNK)
        if not more:
            raise ProtocolError("the response head is cut short")
        return more


def _above_standard_descriptors(new_socket):
    """Where the function has closed descriptor 1, what it prints must not reach the platform."""
    if new_socket.fileno() > 2:
        return new_socket
    import fcntl

    moved = fcntl.fcntl(new_socket.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
    new_socket.close()
    return _socket.socket(fileno=moved)


_lowered = {}
"""Names of headers, which are few, as they came to how they are looked up."""


def _parse_head(text):
    lines = text.split("\r\n")
    status_line = lines[0]
    code = status_line[9:12]
    if not status_line.startswith("HTTP/1.1 ") or not (code.isascii() and code.isdigit()) or code < "200":
        raise ProtocolError("not a response: %r" % status_line[:80])
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        key = _lowered.get(name) or _lower(name)
        if not colon or key in headers:
            raise ProtocolError("bad or repeated header: %r" % line[:80])
        headers[key] = value.strip(" \t")
    return int(code), headers


def _lower(name):
    key = name.lower()
    if not key or key != key.strip():
        raise ProtocolError("bad header name: %r" % name[:80])
    if len(_lowered) < _MOST_NAMES:
        _lowered[name] = key
    return key


def _content_length(headers):
    if "transfer-encoding" in headers:
        raise ProtocolError("Transfer-Encoding is not understood")
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise ProtocolError("bad Content-Length: %r" % text[:80])
    return int(text)
