"""Prints what the runtimes cost: `python measure.py [boots] [invocations]`. Asserts nothing.

Boot is from the start of the process until its first `next`; warm is from the bytes of an event to
the bytes of its answer, on one connection to a plain socket server.
"""

import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import fake_runtime_api
import runtimes

NODE_HANDLER = "exports.handler = async (event) => ({hello: event.name});\n"
HANDLER = "def handler(event, context):\n    return {'hello': event['name']}\n"
EVENT = b'{"name": "world"}'
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: %s\r\n"
    "Lambda-Runtime-Deadline-Ms: 99999999999999\r\nLambda-Runtime-Invoked-Function-Arn: arn\r\n"
    "Lambda-Runtime-Trace-Id: Root=1\r\nContent-Length: %d\r\n\r\n"
)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"


class HTTP:
    """The runtime API as everybody speaks it."""

    @staticmethod
    def listen(port_holder):
        return port_holder.dup()

    @staticmethod
    def read(connection):
        """What one request is: "result" or "next"; nothing at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return []
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        if not head.startswith(b"POST"):
            return ["next"]
        connection.sendall(ACCEPTED)
        return ["result"]

    @staticmethod
    def event(request_id):
        return (HEAD % (request_id, len(EVENT))).encode() + EVENT


class Messages:
    """As our Python runtime does."""

    @staticmethod
    def listen(port_holder):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(fake_runtime_api.LOCAL_NAME % port_holder.getsockname()[1])
        listener.listen()
        return listener

    @staticmethod
    def read(connection):
        data, size = b"", fake_runtime_api.REQUEST.size
        while len(data) < size or len(data) < size + fake_runtime_api.REQUEST.unpack_from(data)[1]:
            more = connection.recv(65536)
            if not more:
                return []
            data += more
        return {b"n": ["next"], b"R": ["result", "next"]}[data[:1]]

    @staticmethod
    def event(request_id):
        names = ("Aws-Request-Id", "Deadline-Ms", "Invoked-Function-Arn", "Trace-Id")
        values = (request_id, "99999999999999", "arn", "Root=1")
        head = fake_runtime_api.event_head({"Lambda-Runtime-" + name: value for name, value in zip(names, values)})
        return fake_runtime_api.answer(200, head, EVENT)


def measure(runtime, invocations, flags):
    """(seconds to boot, seconds of each invocation) of one process."""
    form = Messages if runtime == runtimes.OURS else HTTP
    with tempfile.TemporaryDirectory() as root, socket.create_server(("127.0.0.1", 0)) as server, form.listen(server) as listener:
        (pathlib.Path(root) / "app.py").write_text(HANDLER)
        (pathlib.Path(root) / "app.js").write_text(NODE_HANDLER)
        address = "127.0.0.1:%d" % server.getsockname()[1]
        command, variables = runtimes.command_for(runtime, root, "app.handler", address, flags)
        started = time.perf_counter()
        process = subprocess.Popen(command, env=variables, cwd=root)
        boot, times, sent, number = None, [], None, 0
        while number <= invocations:
            connection = listener.accept()[0]
            if form is HTTP:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                while number <= invocations and (asked := form.read(connection)):
                    if "result" in asked:
                        times.append(time.perf_counter() - sent)
                    if "next" in asked:
                        boot = boot or time.perf_counter() - started
                        number += 1
                        sent = time.perf_counter()
                        connection.sendall(form.event("%036d" % number))
        process.kill()
        process.wait()
        return boot, times[50:]


def main():
    boots = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    invocations = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    variants = [(runtimes.OURS, ("-S",)), (runtimes.OURS, ())]
    if runtimes.has_node():
        variants.append((runtimes.NODE, ()))
    if runtimes.has_reference():
        variants.append((runtimes.REFERENCE, ()))
    results = {variant: [] for variant in variants}
    for _ in range(boots):  # Interleaved, so that noise falls on all of them.
        for variant in variants:
            results[variant].append(measure(*variant[:1], 0, variant[1])[0] * 1e3)
    for variant in variants:
        times = sorted(seconds * 1e6 for seconds in measure(variant[0], invocations, variant[1])[1])
        print(
            "%-12s %-4s boot %.1f ms (median of %d), warm p50 %.0f us, p99 %.0f us"
            % (*(variant[0], " ".join(variant[1])), statistics.median(results[variant]), boots,
               times[len(times) // 2], times[len(times) * 99 // 100])
        )


if __name__ == "__main__":
    main()
