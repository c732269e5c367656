"""One persistent HTTP/1.1 connection to the runtime API: a small, strict reader and a writer.

Both ends are the platform's, so only what they agreed on is understood: Content-Length framing, one
answer to each request. Everything else is an error, never a guess.
"""

import _socket

_HEAD_LIMIT = 256 * 1024
_CHUNK = 64 * 1024


class ProtocolError(Exception):
    """The peer sent something that is not one well-formed response."""


class _Closed(Exception):
    """The connection ended before the first byte of an answer."""


class Connection:
    """Connects when first used, and once more when the peer has closed an idle connection.

    `connected`: a socket that is connected already.
    """

    def __init__(self, address, connected=None):
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._socket = connected

    def exchange(self, head, body=b""):
        """Sends one request; returns (status, headers by lower-case name, body)."""
        if self._socket is not None:
            try:
                return self._try_exchange(head, body)
            except _Closed:
                self.close()
        self._connect()
        try:
            return self._try_exchange(head, body)
        except _Closed:
            raise ProtocolError("the connection was closed without an answer") from None

    def close(self):
        """Closes the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self):
        self._socket = _above_standard_descriptors(_socket.socket(_socket.AF_INET, _socket.SOCK_STREAM))
        self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._socket.connect(self._address)

    def _try_exchange(self, head, body):
        try:
            self._send(head, body)
        except ConnectionError:
            pass  # The peer may have refused the request before reading all of it: see what it said.
        status, headers, received = self._read_response()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, received

    def _send(self, head, body):
        if len(body) <= _CHUNK:
            self._socket.sendall(head + body)
        else:
            self._socket.sendall(head)
            self._socket.sendall(body)

    def _read_response(self):
        try:
            data = self._socket.recv(_CHUNK)
        except ConnectionError:
            data = b""
        if not data:
            raise _Closed
        end = data.find(b"\r\n\r\n")
        while end < 0:
            if len(data) > _HEAD_LIMIT:
                raise ProtocolError("the response head is too long")
            data += self._receive()
            end = data.find(b"\r\n\r\n")
        status, headers = _parse_head(data[:end].decode("utf-8", "surrogateescape"))
        body = self._read_body(data[end + 4 :], _content_length(headers))
        return status, headers, body

    def _read_body(self, start, length):
        if len(start) > length:
            raise ProtocolError("bytes follow the response")
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


def _parse_head(text):
    lines = text.split("\r\n")
    status_line = lines[0]
    code = status_line[9:12]
    if not status_line.startswith("HTTP/1.1 ") or not (code.isascii() and code.isdigit()) or code < "200":
        raise ProtocolError("not a response: %r" % status_line[:80])
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip() or name in headers:
            raise ProtocolError("bad or repeated header: %r" % line[:80])
        headers[name] = value.strip(" \t")
    return int(code), headers


def _content_length(headers):
    if "transfer-encoding" in headers:
        raise ProtocolError("Transfer-Encoding is not understood")
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise ProtocolError("bad Content-Length: %r" % text[:80])
    return int(text)
