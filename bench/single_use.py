#!/usr/bin/python3
"""Invocations that each have an environment of their own, and whether one sees anything of another."""

import time

import benchmark
import bubblewrap
import functions
import redoubt_server
from raw_client import Client, percentile, time_concurrently

NAME = "bench-single-use"
SOURCE = """
import os

FOLDERS = ("/tmp", "/dev/shm")
before = []

def handler(event, context):
    found = before + [entry for folder in FOLDERS for entry in os.listdir(folder)]
    before.append("the same interpreter")
    for folder in FOLDERS:
        open(folder + "/mark", "w").close()
    return {"found": found}
"""
"""Leaves a mark wherever it can, and answers what it finds of others' marks."""
CLEAN = b'{"found":[]}'


def measure(arguments, settings, table):
    with redoubt_server.open_server(arguments, concurrency=settings.account_concurrency) as server:
        with server.function(NAME, **functions.python(SOURCE)):
            check_that_marks_show(server)
            server.keep_nothing(NAME)
            time.sleep(settings.seconds_to_settle)
            seen = time_concurrently(settings.clients, lambda _, barrier: invoke(server, settings, barrier))
    times = [seconds for seconds, _ in seen.times]
    title = "single use, %d clients" % settings.clients
    table.add("rate", title, seen.rate, "/s")
    table.add("p50", title + ": p50", percentile(times, 50) * 1e3, "ms")
    table.add("p99", title + ": p99", percentile(times, 99) * 1e3, "ms")
    table.add(
        "foreign",
        "single use, of %d: found something of another" % len(times),
        sum(body != CLEAN for _, body in seen.times),
    )
    beside(settings, table, seen.rate)


def check_that_marks_show(server):
    """An environment that is used again must tell, or that nothing is found would say nothing."""
    with Client(server.address) as client:
        bodies = [client.exchange(server.request(b"{}", NAME)) for _ in range(2)]
    if b"the same interpreter" not in bodies[1]:
        raise RuntimeError("the second invocation does not find the first one's mark: %r" % bodies)


def invoke(server, settings, barrier):
    """([(seconds, body)], when it started, when it ended) of one client."""
    requests = [server.request(b"{}", NAME) for _ in range(settings.requests_per_client)]
    results = []
    with Client(server.address) as client:
        barrier.wait(120)
        started = time.perf_counter()
        for request in requests:
            sent = time.perf_counter()
            body = client.exchange(request)
            results.append((time.perf_counter() - sent, b"".join(body.split())))
    return results, started, time.perf_counter()


def beside(settings, table, rate):
    """As many clients that start a process by bubblewrap for each request."""
    title, ratio = "a process by bubblewrap, %d clients" % settings.clients, "single use's rate to bubblewrap's"
    if not bubblewrap.is_present():
        table.skip("bubblewrap_rate", title, bubblewrap.ABSENT)
        table.skip("rate_to_bubblewrap", ratio, bubblewrap.ABSENT)
        return
    with bubblewrap.Sandboxes.python() as sandboxes:

        def work(_, barrier):
            barrier.wait(120)
            started = time.perf_counter()
            return [sandboxes.run() for _ in range(settings.sandboxes_per_client)], started, time.perf_counter()

        peer = time_concurrently(settings.clients, work)
    table.add("bubblewrap_rate", title, peer.rate, "/s")
    table.add("rate_to_bubblewrap", ratio, rate / peer.rate, "times")


if __name__ == "__main__":
    benchmark.main("single_use", __doc__, measure)
