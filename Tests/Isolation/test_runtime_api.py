"""A runtime answers its own running invocation, once, and no other."""

import http.client
import json
import socket
import struct

import pytest
from harness import host
from harness.attacker import call, filled, out, outcomes_of, repeat, value_of, with_request_id
from harness.host import sandbox_processes
from harness.waiting import wait_until

API = struct.pack("=H", 2) + struct.pack("!H4s8x", 9001, bytes([127, 0, 0, 1]))
LOCAL = struct.pack("=H", 1) + b"\0redoubt-runtime-api:9001"
PATH = b"/2018-06-01/runtime/"
NOBODY = "00000000-0000-4000-8000-000000000000"
REFUSED = (400, 403, 404, 405, 413)
VICTIM = """
import subprocess
def handler(event, context):
    subprocess.run(["/bin/sh", "-c", f"sleep 2; : victim {context.aws_request_id}"])
    return "mine"
"""


def asking(first_step, method, path, body=b"", headers=b""):
    """Steps that send one request to the runtime API and read its answer."""
    head = method + b" " + path + b" HTTP/1.1\r\nHost: r\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body)
    return sending(first_step, head + body)


def sending(first_step, request, length=None):
    return [
        call("socket", 2, 1, 0), call("connect", value_of(first_step), API, len(API)),
        call("sendto", value_of(first_step), request, len(request) if length is None else length, 0x4000, 0, 0),
        call("recvfrom", value_of(first_step), out(4096), 4096, 0, 0, 0), call("close", value_of(first_step)),
    ]  # fmt: skip


def status_of(outcome):
    """The status of an answer; None where the connection ended without any."""
    return int(outcome.data.split(b" ")[1]) if outcome.value > 0 else None


def posting(first_step, request_id, body, kind=b"response"):
    return asking(first_step, b"POST", PATH + b"invocation/" + request_id.encode() + b"/" + kind, body)


def posting_its_own(first_step, body, kind=b"response"):
    """The id of the running invocation is known inside only."""
    tail = b"/" + kind + b" HTTP/1.1\r\nHost: r\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    prefix = b"POST " + PATH + b"invocation/"
    return sending(first_step, with_request_id(prefix, tail), len(prefix) + 36 + len(tail))


def message(kind, rest=b""):
    """A request in the form that the platform's own runtimes use (runtimes/README.md)."""
    return kind + struct.pack("!I", len(rest)) + rest


def sending_messages(first_step, request, length=None):
    steps = sending(first_step, request, length)
    steps[:2] = call("socket", 1, 1, 0), call("connect", value_of(first_step), LOCAL, len(LOCAL))
    return steps


def message_status_of(outcome):
    """The status of an answer; None where the connection ended without any."""
    return struct.unpack_from("!H", outcome.data)[0] if outcome.value >= 10 else None


@pytest.mark.attack("T10")
@pytest.mark.parametrize("kind", [b"r", b"e", b"i", b"n", b"p", b"f"])
def test_the_local_way_to_it_is_judged_alike(attacker, kind):
    done = attacker.do(*sending_messages(0, message(kind, NOBODY.encode() + b'"forged"' if kind in b"re" else b"{}")))
    assert done[1].succeeded and message_status_of(done[3]) in REFUSED


@pytest.mark.attack("T10")
def test_a_result_that_is_refused_gets_no_work_in_its_place(attacker):
    """Asked for in the same message, whose answer is that to the request for work."""
    done = attacker.do(*sending_messages(0, message(b"R", NOBODY.encode() + b'"forged"')))
    assert message_status_of(done[3]) == 403 and b"InvalidStateTransition" in done[3].data


@pytest.mark.attack("T10")
def test_an_invocation_is_answered_once_by_messages_too(deploy_attacker):
    """The first answer counts; the runtime's own, which comes after, is refused."""
    head = b"r" + struct.pack("!I", 36 + len(b'"first"'))
    attacker = deploy_attacker()
    steps = sending_messages(0, with_request_id(head, b'"first"'), len(head) + 36 + len(b'"first"'))
    answer = attacker.attempt(*steps)
    assert answer.json == "first" and answer.error is None
    assert attacker.call("getpid").succeeded


NO_MESSAGES = {
    "another letter": message(b"x"),
    "too short for an id": message(b"r", b"id"),
    "a request of HTTP": b"GET " + PATH + b"invocation/next HTTP/1.1\r\nHost: r\r\n\r\n",
    "nothing but zeros": b"\0" * 64,
}


@pytest.mark.attack("T10")
@pytest.mark.parametrize("sent", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
def test_what_is_no_message_ends_its_connection_and_reaches_nothing(attacker, sent, server):
    done = attacker.do(*sending_messages(0, sent + message(b"n")))
    assert done[1].succeeded and done[3].value == 0
    assert server.is_healthy() and attacker.call("getpid").succeeded


@pytest.mark.attack("T10", "T14")
@pytest.mark.parametrize("kind", [b"r", b"i"])
def test_a_message_of_100_mebibytes_is_not_held(attacker, server, kind):
    before = server.resident_memory()
    head = kind + struct.pack("!I", 0xFFFFFFFF) + NOBODY.encode()
    _, connected, _, sent, _ = attacker.do(
        call("socket", 1, 1, 0), call("connect", value_of(0), LOCAL, len(LOCAL)),
        call("sendto", value_of(0), head, len(head), 0x4000, 0, 0),
        repeat(1600, "sendto", value_of(0), filled(65536, b"y"), 65536, 0x4000, 0, 0), call("close", value_of(0)),
    )  # fmt: skip
    assert connected.succeeded and sent.value == 1600
    assert server.resident_memory() - before < 32 << 20


@pytest.mark.attack("T10")
def test_the_local_way_to_it_is_the_sandboxs_own(attacker):
    with socket.socket(socket.AF_UNIX) as from_the_host, pytest.raises(ConnectionRefusedError):
        from_the_host.connect(LOCAL[2:])


def test_pythons_runtime_takes_the_local_way(inside):
    def families():
        import os
        import socket

        found = []
        for name in os.listdir("/proc/self/fd"):
            try:
                with socket.socket(fileno=os.dup(int(name))) as copy:
                    found.append(copy.family.name)
            except OSError:
                pass
        return found

    assert inside(families) == ["AF_UNIX"]


@pytest.mark.attack("T10")
@pytest.mark.parametrize("kind", [b"response", b"error"])
@pytest.mark.parametrize("request_id", [NOBODY, "x", "", "..", "%2e%2e", NOBODY + "%00", "x" * 4000, "*"])
def test_an_unknown_invocation_cannot_be_answered(attacker, kind, request_id):
    done = attacker.do(*posting(0, request_id, b'"forged"', kind))
    assert status_of(done[3]) in REFUSED


@pytest.mark.attack("T10")
@pytest.mark.parametrize("kind", [b"response", b"error"])
def test_the_running_invocation_of_another_function_cannot_be_answered(
    attacker, deploy, invoke, in_background, server, kind
):
    victim = in_background(invoke, deploy(VICTIM))

    def victims_id():
        lines = [host.command_line(pid) for pid in sandbox_processes(server)]
        return next((line.split("victim ")[1].strip() for line in lines if "victim " in line), None)

    request_id = wait_until(victims_id, 5, what="the victim's invocation")
    done = attacker.do(*posting(0, request_id, b'"forged"', kind))
    assert status_of(done[3]) in REFUSED and b"InvalidRequestID" in done[3].data
    answer = victim.result()
    assert answer.json == "mine" and answer.error is None and answer.request_id == request_id


@pytest.mark.attack("T10")
@pytest.mark.parametrize("kind", [b"response", b"error"])
def test_a_finished_invocation_cannot_be_answered_again(attacker, kind):
    finished = attacker.attempt(call("getpid"))
    assert finished.json[0][1] == 0
    done = attacker.do(*posting(0, finished.request_id, b'"again"', kind))
    assert status_of(done[3]) in REFUSED


@pytest.mark.attack("T10")
def test_an_invocation_is_answered_once(deploy_attacker):
    """The first answer counts; the runtime's own, which comes after, is refused."""
    attacker = deploy_attacker()
    answer = attacker.attempt(*posting_its_own(0, b'"first"'), *posting_its_own(5, b'"second"'))
    assert answer.json == "first" and answer.error is None
    assert attacker.call("getpid").succeeded


@pytest.mark.attack("T10")
@pytest.mark.parametrize(
    "method, path",
    [(b"GET", b"invocation/response"), (b"PUT", b"invocation/%s/response"), (b"POST", b"invocation/next"), (b"DELETE",
    b"invocation/%s"),
     (b"GET", b"../../2015-03-31/functions/"), (b"POST", b"../../_redoubt/health"), (b"CONNECT", b"invocation/next"),
     (b"POST", b"init/error"), (b"OPTIONS", b"*"), (b"POST", b"invocation//%s/response"), (b"POST",
     b"invocation/%s/response/")],
)  # fmt: skip
def test_no_other_request_changes_anything(attacker, method, path):
    path = path % NOBODY.encode() if b"%s" in path else path
    done = attacker.do(*asking(0, method, PATH + path, b"{}"))
    assert status_of(done[3]) in (*REFUSED, None)


@pytest.mark.attack("T10")
def test_a_second_next_while_an_invocation_runs_is_refused(attacker):
    done = attacker.do(*asking(0, b"GET", PATH + b"invocation/next"))
    assert status_of(done[3]) == 403


SMUGGLED = {
    "two lengths": b"POST %s HTTP/1.1\r\nHost: r\r\nContent-Length: 2\r\nContent-Length: 80\r\n\r\n{}",
    "length and chunks": b"POST %s HTTP/1.1\r\nHost: r\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"POST %s HTTP/1.1\nHost: r\nContent-Length: 2\n\n{}",
    "space before the colon": b"POST %s HTTP/1.1\r\nHost: r\r\nContent-Length : 2\r\n\r\n{}",
    "no version": b"POST %s\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "NUL in a header": b"POST %s HTTP/1.1\r\nHost: r\r\nX: \0\r\n\r\n",
    "negative length": b"POST %s HTTP/1.1\r\nHost: r\r\nContent-Length: -1\r\n\r\n",
    "length beyond 64 bits": b"POST %s HTTP/1.1\r\nHost: r\r\nContent-Length: 99999999999999999999999\r\n\r\n",
}


@pytest.mark.attack("T10")
@pytest.mark.parametrize("request_text", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_a_request_that_is_not_well_formed_reaches_nothing(attacker, request_text, server):
    path = PATH + b"invocation/" + NOBODY.encode() + b"/response"
    request = request_text % path if b"%s" in request_text else request_text
    done = attacker.do(*sending(0, request + b"GET / HTTP/1.1\r\n\r\n"))
    assert status_of(done[3]) in (*REFUSED, None, 501, 505)
    assert server.is_healthy()


@pytest.mark.attack("T10", "T14")
def test_headers_without_an_end_are_cut_off(attacker, server):
    """A header section of 100 MiB: the connection ends long before, and the server holds none of it."""
    before = server.resident_memory()
    piece = b"X-Filler: " + b"y" * 1012 + b"\r\n"
    _, connected, _, sent, _ = attacker.do(
        call("socket", 2, 1, 0), call("connect", value_of(0), API, len(API)),
        call("sendto", value_of(0), b"POST / HTTP/1.1\r\n", 17, 0x4000, 0, 0),
        repeat(100_000, "sendto", value_of(0), piece, len(piece), 0x4000, 0, 0), call("close", value_of(0)),
    )  # fmt: skip
    assert connected.succeeded
    assert sent.error and sent.value < 20_000, "100 MiB of headers were taken"
    assert server.resident_memory() - before < 32 << 20


@pytest.mark.attack("T10", "T14")
def test_one_header_without_an_end_is_cut_off(attacker, server):
    before = server.resident_memory()
    _, connected, _, sent, _ = attacker.do(
        call("socket", 2, 1, 0), call("connect", value_of(0), API, len(API)),
        call("sendto", value_of(0), b"POST / HTTP/1.1\r\nX-Filler: ", 27, 0x4000, 0, 0),
        repeat(1600, "sendto", value_of(0), filled(65536, b"y"), 65536, 0x4000, 0, 0), call("close", value_of(0)),
    )  # fmt: skip
    assert connected.succeeded
    assert sent.error and sent.value < 320, "100 MiB of a header were taken"
    assert server.resident_memory() - before < 32 << 20


@pytest.mark.attack("T10")
def test_the_platform_and_the_neighbours_answer_meanwhile(attacker, server, deploy, invoke):
    """After all of the above."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/_redoubt/health")
    assert json.loads(connection.getresponse().read())["status"] == "ok"
    assert invoke(deploy("def handler(e, c): return 'well'")).json == "well"
    assert outcomes_of(attacker.attempt(call("getpid")))[0].succeeded
