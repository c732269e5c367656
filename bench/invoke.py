#!/usr/bin/python3
"""A warm Invoke on Redoubt against the AWS Runtime Interface Emulator, in one run; see README.md."""

import argparse
import json
import pathlib
import sys
import time

import redoubt_server
from emulator import Emulator
from raw_client import Client, percentile, run_clients, time_each

LIMITS = json.loads((pathlib.Path(__file__).parent / "thresholds.json").read_text())["invoke"]
BODY = b'{"name":"world"}'
EXPECTED = b'{"hello":"world"}'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    redoubt_server.add_arguments(parser)
    arguments = parser.parse_args()
    with redoubt_server.open_server(arguments) as server, server.function():
        with Emulator(redoubt_server.HANDLER_SOURCE) as emulator:
            ours, theirs = compare(server, emulator)
        concurrent, elapsed = measure_concurrently(server)
    report("redoubt, 1 client", ours)
    report("emulator, 1 client", theirs)
    report("redoubt, %d clients" % LIMITS["concurrent_clients"], concurrent, elapsed)
    sys.exit(judge(ours, theirs))


def compare(server, emulator):
    """Seconds of each request on the one and on the other, taken in turns."""
    ours, theirs = [], []
    with Client(server.address) as our_client, Client(emulator.address) as their_client:
        pairs = ((server, our_client, ours), (emulator, their_client, theirs))
        for target, client, _ in pairs:
            time_each(client, signed(target, LIMITS["warm_up_requests"]), EXPECTED)
        for _ in range(LIMITS["rounds"]):
            for target, client, times in pairs:
                times += time_each(client, signed(target, LIMITS["requests_per_round"]), EXPECTED)
    return ours, theirs


def measure_concurrently(server):
    """(seconds of each request, seconds from the first start to the last end) with many clients."""

    def work(_, barrier):
        with Client(server.address) as client:
            time_each(client, signed(server, LIMITS["warm_up_requests"]), EXPECTED)
            requests = signed(server, LIMITS["concurrent_requests_per_client"])
            barrier.wait(120)
            started = time.perf_counter()
            return time_each(client, requests, EXPECTED), started, time.perf_counter()

    results = run_clients(LIMITS["concurrent_clients"], work)
    for result in results:
        if isinstance(result, Exception):
            raise result
    elapsed = max(end for _, _, end in results) - min(start for _, start, _ in results)
    return [seconds for times, _, _ in results for seconds in times], elapsed


def signed(target, count):
    """Ready requests; whatever they cost is paid before the clock starts."""
    return [target.request(BODY) for _ in range(count)]


def report(name, times, elapsed=None):
    throughput = len(times) / (elapsed or sum(times))
    p50, p99 = percentile(times, 50) * 1e3, percentile(times, 99) * 1e3
    print("%-20s p50 %7.3f ms   p99 %7.3f ms   %7.0f/s   (%d requests)" % (name, p50, p99, throughput, len(times)))


def judge(ours, theirs):
    """The exit code: 1 when Redoubt is slower than allowed."""
    ratio, limit = percentile(ours, 50) / percentile(theirs, 50), LIMITS["maximum_p50_ratio"]
    print("ratio of the p50s: %.2f (at most %.2f)" % (ratio, limit))
    return 0 if ratio <= limit else 1


if __name__ == "__main__":
    main()
