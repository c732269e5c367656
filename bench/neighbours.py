#!/usr/bin/python3
"""What a quiet function feels of hostile ones, and what they leave; see README.md."""

import argparse
import concurrent.futures
import json
import pathlib
import sys
import threading
import time

import process_tree
import redoubt_server
from raw_client import Client, percentile

LIMITS = json.loads((pathlib.Path(__file__).parent / "thresholds.json").read_text())["neighbours"]
BODY, EXPECTED = b'{"name":"world"}', b'{"hello":"world"}'
HOSTILE = {
    "fork-bomb": """
import os, time
def handler(event, context):
  children = 0
  end = time.monotonic() + 3
  while time.monotonic() < end:
    try:
      if os.fork() == 0:
        while True: pass
      children += 1
    except OSError: time.sleep(0.01)
  return children
""",
    "memory-bomb": """
def handler(event, context):
  kept = []
  while True: kept.append(bytearray(b"x" * (1 << 20)))
""",
    "tmp-flood": """
import os
def handler(event, context):
  written = 0
  try:
    with open("/tmp/flood", "wb") as file:
      while True: written += file.write(b"x" * (1 << 20))
  except OSError: return written
""",
    "output": """
import sys
def handler(event, context):
  for _ in range(1600): sys.stdout.write("x" * 65535 + "\\n")
""",
}
"""Name of a function and its source."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    redoubt_server.add_arguments(parser)
    arguments = parser.parse_args()
    with redoubt_server.open_server(arguments) as server, server.function():
        call_steadily(server, threading.Event(), seconds=2)
        quiet = call_steadily(server, threading.Event(), seconds=LIMITS["quiet_seconds"])
        before = process_tree.sample(server.pid).others.processes if server.pid else None
        over = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            noisy = pool.submit(call_steadily, server, over)
            elapsed = attack(server)
            over.set()
            noisy = noisy.result()
        left = wait_for_the_end(server, before) if server.pid else 0
    report("quiet", quiet)
    report("beside %d hostile invocations in %.1f s" % (LIMITS["hostile"], elapsed), noisy)
    print("processes left in sandboxes: %d" % left)
    excess = (percentile(noisy, 99) - percentile(quiet, 99)) * 1000
    sys.exit(0 if excess <= LIMITS["maximum_p99_excess_ms"] and left == 0 else 1)


def call_steadily(server, over, seconds=None):
    """Seconds of each call of a warm function, at a fixed rate whatever the one before took."""
    period, times = 1 / LIMITS["calls_per_second"], []
    begun = time.perf_counter()
    with Client(server.address) as client:
        while not over.is_set() and (seconds is None or time.perf_counter() - begun < seconds):
            request = server.request(BODY)
            due = begun + (len(times) + 1) * period
            time.sleep(max(0, due - time.perf_counter()))
            started = time.perf_counter()
            assert client.exchange(request).replace(b" ", b"") == EXPECTED
            times.append(time.perf_counter() - started)
    return times


def attack(server):
    """Seconds that the hostile invocations took, all at once; each must have an outcome."""
    with server.functions(HOSTILE, MemorySize=256, Timeout=10) as invoke:
        begun = time.perf_counter()
        names = [list(HOSTILE)[number % len(HOSTILE)] for number in range(LIMITS["hostile"])]
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            for status in pool.map(invoke, names):
                assert status == 200, status
        return time.perf_counter() - begun


def wait_for_the_end(server, before):
    """How many processes more than before are in sandboxes in the end."""
    deadline = time.monotonic() + LIMITS["seconds_to_end"]
    while True:
        left = process_tree.sample(server.pid).others.processes - before
        if left <= 0 or time.monotonic() > deadline:
            return max(0, left)
        time.sleep(0.1)


def report(name, times):
    print("%-45s %5d calls, p50 %6.2f ms, p99 %6.2f ms, longest %6.2f ms" % (
        name, len(times), percentile(times, 50) * 1000, percentile(times, 99) * 1000, max(times) * 1000))


if __name__ == "__main__":
    main()
