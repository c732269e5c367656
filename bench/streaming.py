#!/usr/bin/python3
"""A streamed answer: how soon the first byte is there, and how much the server holds of a large one."""

import re
import time

import benchmark
import functions
import process_tree
import redoubt_server
from raw_client import BadAnswer, Client, percentile

NAME = "bench-streaming"
SOURCE = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write(`<${process.hrtime.bigint()}>`);
  const block = Buffer.alloc(65536, "x");
  for (let left = event.blocks; left > 0; left--) {
    if (!stream.write(block)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, event.pause));
  stream.end();
});
"""
"""First writes the time, by the clock that sandboxes share with the host."""
STAMP = re.compile(rb"<(\d+)>")
BLOCK = 65536


def measure(arguments, settings, table):
    if not functions.node_runtime():
        for key in ("first_byte_p50", "growth"):
            table.skip(key, "streaming, Node", "there is no " + functions.NODE)
        return
    with redoubt_server.open_server(arguments) as server, server.function(NAME, **functions.node(SOURCE), Timeout=60):
        with Client(server.address, timeout=60) as client:
            delays = [first_byte(server, client) for _ in range(settings.rounds)][settings.warm_up_rounds :]
            receive_all(server, client, settings.warm_up_blocks)
            memory = MemoryPeak(server)
            seconds = receive_all(server, client, settings.blocks)
            grown = memory.growth()
    table.add("first_byte_p50", "streaming: first byte after it was written, p50", percentile(delays, 50) * 1e3, "ms")
    table.add("first_byte_p99", "streaming: first byte after it was written, p99", percentile(delays, 99) * 1e3, "ms")
    size = settings.blocks * BLOCK / 2**20
    title = "streaming an answer of %.0f MiB" % size
    table.add("throughput", title, size / seconds, "MiB/s")
    growth = title + ": the server's memory grows by"
    if grown is None:
        table.skip("growth", growth, "--endpoint: its process is not known")
    else:
        table.add("growth", growth, grown, "MiB")


def first_byte(server, client):
    """Seconds between the function's write and its arrival here, while the function goes on."""
    client.send(server.streaming_request(b'{"blocks":0,"pause":20}', NAME))
    data, arrived = b"", None
    while not ends(data):
        data += client.receive_some()
        stamp = STAMP.search(data)
        if stamp and arrived is None:
            arrived = time.monotonic_ns() - int(stamp[1])
    if arrived is None:
        raise BadAnswer("no time in %r" % data[:500])
    return arrived / 1e9


def receive_all(server, client, blocks):
    """Seconds that a large answer took."""
    request = server.streaming_request(b'{"blocks":%d,"pause":0}' % blocks, NAME)
    started, received, tail = time.perf_counter(), 0, b""
    client.send(request)
    while not ends(tail):
        data = client.receive_some()
        received += data.count(b"x")
        tail = (tail + data)[-2 * BLOCK :]
    if received < blocks * BLOCK:
        raise BadAnswer("%d bytes of %d; the end is %r" % (received, blocks * BLOCK, tail[-500:]))
    return time.perf_counter() - started


def ends(data):
    """Whether the last chunk of the answer is there."""
    return data.endswith(b"\r\n0\r\n\r\n")


class MemoryPeak:
    """The most memory of the server's process from now on."""

    def __init__(self, server):
        self._pid = server.pid and process_tree.serving(server.pid)
        self._before = self._peak()

    def growth(self):
        """MiB; None when the process is not known."""
        return self._pid and (self._peak() - self._before) / 1024

    def _peak(self):
        return self._pid and process_tree.status(self._pid, "VmHWM")


if __name__ == "__main__":
    benchmark.main("streaming", __doc__, measure)
