#!/usr/bin/python3
"""A storm of clients on a function with reserved concurrency, whose environments tell when they ran code."""

import collections
import json
import time

import benchmark
import functions
import redoubt_server
from swarm import Swarm
from throttles import FAILED, OF_RESERVED, outcome

NAME = "bench-storm"
SOURCE = """
import time
began = time.monotonic_ns()
inits = []

def handler(event, context):
    started = time.monotonic_ns()
    mine = [inits.pop()] if inits else []
    end = time.monotonic() + %f
    while time.monotonic() < end:
        time.sleep(0.001)
    return {"ran": mine + [[started, time.monotonic_ns()]]}

inits.append([began, time.monotonic_ns()])
"""
"""Answers from when to when it ran, by the clock that all sandboxes share with the host; the first answer of an
environment also tells of its init phase, which is code of the function like any other."""


def measure(arguments, settings, table):
    source = SOURCE % settings.seconds_of_work
    with redoubt_server.open_server(arguments) as server, server.function(NAME, **functions.python(source)):
        server.api.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=settings.reserved)
        answers, elapsed = storm(server, settings)
    outcomes = collections.Counter(outcome(answer, None, OF_RESERVED) for answer in answers)
    bodies = [json.loads(answer.body) for answer in answers if answer.is_success]
    ran = [tuple(interval) for body in bodies for interval in body["ran"]]
    title = "reserved %d, %d clients" % (settings.reserved, settings.clients)
    table.add("most_at_once", title + ": most environments that ran code at once", most_at_once(ran))
    table.add("answered", title + ": answered", outcomes.pop(True, 0))
    failed = outcomes.pop(FAILED, 0)
    for reason in sorted(OF_RESERVED):
        table.add(reason, "  429, " + reason, outcomes[reason])
    table.add("failed", title + ": anything else", failed)
    table.add("rate", title + ": answers of either kind", len(answers) / elapsed, "/s")


def storm(server, settings):
    """(answers, seconds): every client asks again as soon as it has an answer, until the time is over."""
    request = server.request(b"{}", NAME)
    answers = []
    with Swarm(server.address, settings.clients) as swarm:
        started = time.perf_counter()
        for number in range(settings.clients):
            swarm.send(number, request)
        for number, answer, when in swarm.answers():
            answers.append(answer)
            if when < started + settings.seconds:
                swarm.send(number, request)
        return answers, time.perf_counter() - started


def most_at_once(intervals):
    """How many of the intervals overlap at most."""
    # At one instant ends come before starts: what ends then does not overlap what starts then.
    changes = sorted([(end, -1) for _, end in intervals] + [(start, 1) for start, _ in intervals])
    most = current = 0
    for _, change in changes:
        current += change
        most = max(most, current)
    return most


if __name__ == "__main__":
    benchmark.main("storm", __doc__, measure)
