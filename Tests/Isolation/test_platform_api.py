"""A function reaches the platform's APIs by one listener inside its sandbox, signed like everybody else, and nothing by it."""

import struct

import pytest
from harness.attacker import call, out, run, value_of

PLATFORM = struct.pack("=H", 2) + struct.pack("!H4s8x", 9002, bytes([127, 0, 0, 1]))


def asking(attacker, request):
    """What the listener answers to these bytes."""
    *_, received, _ = attacker.do(
        call("socket", 2, 1, 0), call("connect", value_of(0), PLATFORM, len(PLATFORM)),
        call("sendto", value_of(0), request, len(request), 0x4000, 0, 0),
        call("recvfrom", value_of(0), out(4096), 4096, 0, 0, 0), call("close", value_of(0)),
    )  # fmt: skip
    return received.data


def status_of(answer):
    return int(answer.split(b" ")[1])


def get(path, *headers):
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1:9002", *headers, b"", b""])


@pytest.mark.attack("T21")
def test_nothing_else_listens_inside(inside):
    def scan(host, first, last):
        import socket

        def is_open(address):
            with socket.socket() as attempt:
                # A connection that by chance comes from the port it goes to is one to itself.
                return attempt.connect_ex(address) == 0 and attempt.getsockname() != attempt.getpeername()

        return [port for port in range(first, last) if is_open((host, port))]

    def found(host):
        # In parts, each of which ends in time on a slow machine.
        return [port for first in range(0, 1 << 16, 8192) for port in inside(scan, host, max(1, first), first + 8192)]

    assert found("127.0.0.1") == [9001, 9002] and found("198.18.0.1") == []


@pytest.mark.attack("T21")
@pytest.mark.parametrize(
    "headers",
    [
        [], [b"X-Forwarded-For: 127.0.0.1"], [b"X-Amz-Source-Arn: arn:aws:iam::000000000000:root"],
        [b"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
         b"SignedHeaders=host;x-amz-date, Signature=" + b"0" * 64, b"X-Amz-Date: 20260101T000000Z"],
        [b"Authorization: Basic dGVzdDp0ZXN0"],
    ],
)  # fmt: skip
def test_nobody_is_trusted_for_being_inside(attacker, headers):
    assert status_of(asking(attacker, get(b"/2015-03-31/functions", *headers))) in (400, 403)


@pytest.mark.attack("T21")
@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"http://169.254.169.254/latest/meta-data", 400), (b"http://127.0.0.1:4566/_redoubt/health", 400),
        (b"//169.254.169.254/", 404), (b"/../../etc/passwd", 404), (b"/2018-06-01/runtime/invocation/next", 404),
        (b"/_redoubt/health", 200),
    ],
)  # fmt: skip
def test_the_listener_forwards_nothing(attacker, target, status):
    assert status_of(asking(attacker, get(target))) == status


@pytest.mark.attack("T21")
@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE", b"OPTIONS"])
def test_the_listener_is_no_proxy(attacker, method):
    request = method + b" 198.51.100.1:443 HTTP/1.1\r\nHost: 198.51.100.1:443\r\n\r\n"
    assert status_of(asking(attacker, request)) in (400, 405)


@pytest.mark.attack("T21", "T13")
def test_a_body_that_never_comes_holds_nothing(attacker, deploy, invoke):
    head = b"POST /2015-03-31/functions HTTP/1.1\r\nHost: x\r\nContent-Length: 70000000\r\n\r\n"
    assert status_of(asking(attacker, head)) in (400, 403, 413)
    assert invoke(deploy("def handler(event, context): return 'well'")).json == "well"


@pytest.mark.attack("T03")
def test_credentials_are_those_of_the_environment_alone(deploy_attacker, credentials):
    found = []
    for _ in range(2):
        variables = deploy_attacker().do(run("/usr/bin/env"))[0].data.decode()
        assert not any(secret in variables for secret in credentials)
        found.append({line for line in variables.splitlines() if line.startswith(("AWS_ACCESS", "AWS_SECRET", "AWS_SESS"))})
    assert [len(one) for one in found] == [3, 3] and found[0].isdisjoint(found[1])
