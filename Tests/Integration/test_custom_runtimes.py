"""A program that speaks the runtime API, and knows nothing of Redoubt, is a runtime."""

import shutil

import pytest
from harness.packages import awslambdaric_package, compiled_package, make_zip

CUSTOM = {"Runtime": "provided.al2023", "Handler": "app.handler", "Timeout": 15, "MemorySize": 256}


def test_awslambdaric_answers_unmodified(deploy, invoke):
    package = awslambdaric_package(
        """
        n = 0
        def handler(event, context):
            global n
            n += 1
            print("hello from the custom runtime")
            left = context.get_remaining_time_in_millis()
            return {"event": event, "n": n, "id": context.aws_request_id, "left": left}
        """
    )
    name = deploy(package, **CUSTOM)
    for count in (1, 2):
        answer = invoke(name, {"text": "grüße"}, tail=True)
        assert answer.error is None, answer
        assert answer.json["event"] == {"text": "grüße"} and answer.json["n"] == count
        assert answer.json["id"] == answer.request_id
        assert 0 < answer.json["left"] <= 15_000
        assert "hello from the custom runtime" in answer.log


def test_an_exception_in_awslambdaric_is_a_function_error(deploy, invoke):
    name = deploy(awslambdaric_package("def handler(event, context): raise ValueError('boom')"), **CUSTOM)
    answer = invoke(name)
    assert answer.error == "Unhandled"
    assert (answer.json["errorType"], answer.json["errorMessage"]) == ("ValueError", "boom")


def test_an_import_error_in_awslambdaric_is_a_function_error(deploy, invoke):
    name = deploy(awslambdaric_package("import no_such_module"), **CUSTOM)
    answer = invoke(name)
    assert answer.error == "Unhandled"
    assert answer.json["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize("runtime", ["provided.al2023", "provided.al2"])
def test_a_shell_script_is_a_runtime(deploy, invoke, runtime):
    # A raw bash exchange: no curl in the sandbox is needed.
    script = r"""#!/bin/bash
host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:}
while true; do
  exec 3<>"/dev/tcp/$host/$port"
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n' >&3
  length=0
  while IFS= read -r line <&3; do
    line=${line%$'\r'}
    [[ -z "$line" ]] && break
    name=${line%%:*} value=${line#*: }
    [[ "${name,,}" == lambda-runtime-aws-request-id ]] && id=$value
    [[ "${name,,}" == content-length ]] && length=$value
  done
  IFS= read -r -N "$length" body <&3
  answer="{\"handler\":\"$_HANDLER\",\"event\":$body}"
  exec 3<>"/dev/tcp/$host/$port"
  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %s\r\n\r\n%s' \
    "$id" "${#answer}" "$answer" >&3
  read -r _ <&3
done
"""
    name = deploy(make_zip({"bootstrap": script}), **{**CUSTOM, "Runtime": runtime})
    for number in range(3):
        answer = invoke(name, number)
        assert answer.error is None, answer
        assert answer.json == {"handler": "app.handler", "event": number}


PIPELINING = r"""#!/usr/bin/python3
import json, os, socket

NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n"
host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
connection = socket.create_connection((host, int(port)))
received = b""

def answer():
    global received
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, received = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    length = int(fields[b"content-length"])
    while len(received) < length:
        received += connection.recv(65536)
    body, received = received[:length], received[length:]
    return int(head.split()[1]), fields, body

connection.sendall(NEXT)
seen = []
_, fields, body = answer()
while True:
    how, result = json.loads(body), json.dumps(seen).encode()
    post = b"POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %d\r\n\r\n%s" % (
        fields[b"lambda-runtime-aws-request-id"], len(result), result)
    following = {"one": NEXT, "half": NEXT[:20], "two": NEXT + NEXT}[how]
    connection.sendall(post + following)
    seen = [answer()[0]]
    if how == "half":
        connection.sendall(NEXT[20:])
    status, fields, body = answer()
    seen.append(status)
    if how == "two":
        seen.append(answer()[0])
"""


def test_a_runtime_may_send_more_before_its_result_is_answered(deploy, invoke):
    name = deploy(make_zip({"bootstrap": PIPELINING}), **CUSTOM)
    assert invoke(name, "one").json == []
    assert invoke(name, "half").json == [202, 200]
    assert invoke(name, "two").json == [202, 200], "a result is answered though what follows it is not whole"
    assert invoke(name, "one").json == [202, 200, 403], "it has work already"


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_a_compiled_program_is_a_runtime(deploy, invoke, tmp_path):
    source = r"""
    #include <arpa/inet.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <strings.h>
    #include <unistd.h>
    static int dial(void) {
        char host[64] = "";
        int port = 0;
        sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%d", host, &port);
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
        inet_pton(AF_INET, host, &to.sin_addr);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        return connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
    }
    int main(void) {
        for (;;) {
            char head[8192] = "", id[64] = "", post[512];
            int fd = dial();
            if (fd < 0) return 1;
            dprintf(fd, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: r\r\nConnection: close\r\n\r\n");
            size_t used = 0;
            ssize_t n;
            while (used < sizeof head - 1 && (n = read(fd, head + used, sizeof head - 1 - used)) > 0) {
                used += (size_t)n;
                if (strstr(head, "\r\n\r\n")) break;
            }
            close(fd);
            const char *name = strcasestr(head, "lambda-runtime-aws-request-id:");
            if (!name || sscanf(strchr(name, ':') + 1, " %63[0-9a-f-]", id) != 1) return 2;
            fd = dial();
            int size = snprintf(post, sizeof post, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\n"
                "Host: r\r\nConnection: close\r\nContent-Length: 8\r\n\r\n\"from C\"", id);
            if (write(fd, post, (size_t)size) != size) return 3;
            while (read(fd, head, sizeof head) > 0) {}
            close(fd);
        }
    }
    """
    source = "#define _GNU_SOURCE\n" + source
    name = deploy(compiled_package(source, tmp_path), **CUSTOM)
    assert [invoke(name).json for _ in range(3)] == ["from C"] * 3


def test_a_package_without_a_bootstrap_is_a_function_error(deploy, invoke):
    name = deploy(make_zip({"other": "x"}), **CUSTOM)
    answer = invoke(name)
    assert answer.error == "Unhandled"
    assert answer.json["errorType"] in ("Runtime.InvalidEntrypoint", "Runtime.ExitError")
