#!/usr/bin/python3
"""Many first requests at one moment to a function never called before."""

import collections
import statistics
import time

import benchmark
import bubblewrap
import redoubt_server
from functions import HELLO_ANSWER, HELLO_BODY
from raw_client import percentile
from swarm import volley
from throttles import FAILED, OF_UNRESERVED, outcome

NAME = "bench-burst"
GROWTH = "FunctionInvocationRateLimitExceeded"
"""What Redoubt says of a function that grows by more than 1,000 in ten seconds."""


def measure(arguments, settings, table):
    for key, (size, rounds) in settings.size_and_rounds.items():
        report(table, key, size, [burst(arguments, size, settings) for _ in range(rounds)])
    beside(*settings.size_and_rounds["small"], table)


def burst(arguments, size, settings):
    """[(outcome, seconds)] of one burst, in the order of arrival, at a server that has not seen one before.

    A second burst would meet the environments of the first on their way out, and a stock that expects it.
    """
    options = {"concurrency": settings.account_concurrency, "environments": settings.environments}
    with redoubt_server.open_server(arguments, **options) as server, server.function(NAME):
        time.sleep(settings.seconds_to_settle)
        answers = volley(server.address, [server.request(HELLO_BODY, NAME)] * size)
    return [(outcome(answer, HELLO_ANSWER, OF_UNRESERVED), seconds) for _, answer, seconds in answers]


def report(table, key, size, bursts):
    title = "%d first requests at once" % size
    last = statistics.median(answers[-1][1] for answers in bursts)
    half = statistics.median(percentile([seconds for _, seconds in answers], 50) for answers in bursts)
    outcomes = collections.Counter(found for answers in bursts for found, _ in answers)
    table.add(key + "_ms", "%s: all have an answer after (median of %d)" % (title, len(bursts)), last * 1e3, "ms")
    table.add(key + "_half_ms", title + ": half have one after", half * 1e3, "ms")
    failed = outcomes.pop(FAILED, 0)
    table.add(key + "_answered", title + ": answered, in all", outcomes.pop(True, 0))
    throttled = sum(outcomes.values())
    table.add(key + "_throttled", title + ": throttled", throttled)
    table.add(key + "_throttled_otherwise", title + ": throttled, but not for growth", throttled - outcomes[GROWTH])
    table.add(key + "_failed", title + ": anything else", failed)


def beside(size, rounds, table):
    """The same number of processes, each started by bubblewrap."""
    title = "%d processes by bubblewrap at once: all have answered after" % size
    if not bubblewrap.is_present():
        table.skip("bubblewrap_ms", title, bubblewrap.ABSENT)
        return
    with bubblewrap.Sandboxes.python() as sandboxes:
        times = [sandboxes.run_many(size) for _ in range(rounds)]
    table.add("bubblewrap_ms", title, statistics.median(times) * 1e3, "ms")


if __name__ == "__main__":
    benchmark.main("burst", __doc__, measure)
