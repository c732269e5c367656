"""The listener reads one request where every reader would, or none at all."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.sigv4 import Request, Signer, send

SECOND = b"GET /_redoubt/health HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /_redoubt/health HTTP/1.1\r\n"
POST = b"POST /2015-03-31/functions HTTP/1.1\r\nHost: x\r\n"

AMBIGUOUS = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "disguised chunks": POST + b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + SECOND,
    "compressed chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello" + SECOND,
    "a list of lengths": POST + b"Content-Length: 0, 0\r\n\r\n" + SECOND,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a signed length": POST + b"Content-Length: +0\r\n\r\n" + SECOND,
    "a length that is no number": POST + b"Content-Length: 0x0\r\n\r\n" + SECOND,
    "a bare line feed": HEALTH[:-2] + b"\nHost: x\n\n" + SECOND,
    "a space before the colon": HEALTH + b"Host : x\r\n\r\n" + SECOND,
    "a folded header": HEALTH + b"Host: x\r\nX-Folded: a\r\n b\r\n\r\n" + SECOND,
    "a null in a header": HEALTH + b"Host: x\r\nX-Null: a\0b\r\n\r\n" + SECOND,
    "no host": HEALTH + b"\r\n" + SECOND,
    "two hosts": HEALTH + b"Host: x\r\nHost: y\r\n\r\n" + SECOND,
    "another host in the target": b"GET http://other/_redoubt/health HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND,
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SECOND,
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + SECOND,
}


def exchange(server, data, timeout=8.0):
    """What came back until the other side closed, and whether it did."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            return received, False
        except ConnectionError:
            pass
    return received, True


@pytest.fixture(scope="module")
def slow_exchanges(server):
    """All at once, since the server lingers a while after a refusal: name to future."""
    with ThreadPoolExecutor(len(AMBIGUOUS) + 1) as pool:
        futures = {name: pool.submit(exchange, server, data) for name, data in AMBIGUOUS.items()}
        futures["unfinished"] = pool.submit(exchange, server, HEALTH + b"Host: x\r\nX-Slow: ", 30)
        yield futures


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_the_connection_closed(slow_exchanges, name):
    received, closed = slow_exchanges[name].result()
    assert closed, "the connection stayed open"
    assert received.count(b"HTTP/1.1 ") <= 1, received
    assert not received or received.split()[1].startswith((b"4", b"5")), received
    assert b'"ok"' not in received


def test_health_needs_no_signature_and_says_nothing_else(server):
    status, body = server.health()
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    reply = send(server, Request("GET", "/_redoubt/health", {"Host": "x"}))
    assert "server" not in reply.headers


def test_two_requests_on_one_connection_get_two_answers(server):
    received, _ = exchange(server, SECOND + SECOND.replace(b"Host: x", b"Host: x\r\nConnection: close"))
    assert received.count(b"HTTP/1.1 200") == 2


def test_headers_above_the_limit_are_refused(server):
    received, closed = exchange(server, HEALTH + b"Host: x\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n")
    assert closed and (not received or received.split()[1] in (b"400", b"413", b"431"))


def test_many_small_headers_are_refused(server):
    headers = b"".join(b"X-%d: a\r\n" % number for number in range(5000))
    received, closed = exchange(server, HEALTH + b"Host: x\r\n" + headers + b"\r\n")
    assert closed and (not received or received.split()[1] in (b"400", b"413", b"431"))


def test_headers_that_do_not_come_to_an_end_time_out(slow_exchanges):
    received, closed = slow_exchanges["unfinished"].result()
    assert closed and b"200" not in received


def test_a_body_is_not_read_for_a_caller_who_is_unknown(server):
    request = Request("POST", "/2015-03-31/functions", {"Host": f"127.0.0.1:{server.port}"})
    Signer("AKIAIOSFODNN7EXAMPLE", "w" * 40).sign(request)
    head = "POST /2015-03-31/functions HTTP/1.1\r\nContent-Length: 50000000\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items()) + "\r\n"
    received, closed = exchange(server, head.encode() + b"x" * 1000)
    assert closed and received.split()[1] == b"403", received


def test_a_body_above_the_operations_limit_is_refused_before_it_comes(server):
    request = Request("POST", "/2015-03-31/functions/f/versions", {"Host": f"127.0.0.1:{server.port}"})
    Signer(*server.credentials).sign(request)
    head = "POST /2015-03-31/functions/f/versions HTTP/1.1\r\nContent-Length: 50000000\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items()) + "\r\n"
    received, closed = exchange(server, head.encode())
    assert closed and received.split()[1] == b"413", received


def test_a_client_that_expects_to_be_told_to_go_on_is_told(server):
    body = b"{}"
    request = Signer(*server.credentials).sign(
        Request("POST", "/2015-03-31/functions", {"Host": f"127.0.0.1:{server.port}"}, body)
    )
    head = f"POST /2015-03-31/functions HTTP/1.1\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_every_answer_has_a_request_id(server):
    for path in ("/2015-03-31/functions", "/nowhere"):
        reply = send(server, Request("GET", path, {"Host": "x"}))
        assert len(reply.headers["x-amzn-requestid"]) == 36


def test_idle_connections_do_not_keep_others_out(server):
    idle = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(200)]
    try:
        assert server.health()[0] == 200
    finally:
        for connection in idle:
            connection.close()
