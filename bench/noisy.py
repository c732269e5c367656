#!/usr/bin/python3
"""What a quiet function feels of hostile ones beside it, and what these leave behind."""

import collections
import multiprocessing
import statistics
import time
import typing

import benchmark
import functions
import redoubt_server
import remains
from functions import HELLO_ANSWER, HELLO_BODY
from raw_client import BadAnswer, Client, percentile, time_each
from swarm import volley

HOSTILE = {
    "fork-bomb": """
import os, time
def attack():
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            if os.fork() == 0:
                while True: pass
        except OSError:
            time.sleep(0.01)
""",
    "memory-bomb": """
def attack():
    kept = []
    while True:
        kept.append(bytearray(b"x" * (1 << 20)))
""",
    "tmp-flood": """
def attack():
    written = 0
    try:
        with open("/tmp/flood", "wb", buffering=0) as file:
            while True:
                written += file.write(b"x" * (1 << 20))
    except OSError:
        return written
""",
    "output": """
import sys
def attack():
    for _ in range(1600):
        sys.stdout.write("x" * 65535 + "\\n")
""",
}
"""Sources by name; the last one writes 100 MB."""
HANDLER = "\ndef handler(event, context):\n    return attack() if event else None\n"
CALM, ATTACK = b"false", b"true"
NO_OUTCOME = "none"


def measure(arguments, settings, table):
    if not arguments.start:
        raise SystemExit("--start is needed: what is left behind is looked for on this machine")
    rounds, outcomes = [], collections.Counter()
    with redoubt_server.open_server(arguments) as server, server.function():
        call_steadily(server, settings, lambda passed: passed < 1)
        before = at_rest(server, settings)
        for _ in range(settings.rounds):
            quiet = call_steadily(server, settings, lambda passed: passed < settings.quiet_seconds)
            noisy, answered = beside(server, settings)
            rounds.append((quiet, noisy))
            outcomes.update(answered)
        left = remains.wait_for_the_end(server, before, settings.seconds_to_end)
    report(table, settings, rounds)
    for name in HOSTILE:
        table.add(name, name + ": invocations that have an outcome", outcomes[name])
    table.add("without_outcome", "hostile invocations without an outcome", outcomes[NO_OUTCOME])
    for kind, count in left.items():
        table.add("left_" + kind, "left behind: " + kind.replace("_", " "), count)


def at_rest(server, settings):
    """What the host shows before the attack. The functions were called calmly and deleted: the unpacked code that the
    server keeps of them is there already."""
    with hostile_functions(server), Client(server.address) as client:
        for name in HOSTILE:
            client.exchange(server.request(CALM, name))
    time.sleep(settings.seconds_to_settle)
    return remains.of(server)


def hostile_functions(server):
    """All of them, as a context."""
    sources = {name: source + HANDLER for name, source in HOSTILE.items()}
    return server.functions({name: {"MemorySize": 256, **functions.python(source)} for name, source in sources.items()})


def beside(server, settings):
    """(`Steady`, outcomes by name) of the hello, called while the hostile functions are all at work."""
    with hostile_functions(server):
        names = [list(HOSTILE)[number % len(HOSTILE)] for number in range(settings.hostile)]
        requests = [server.request(ATTACK, name) for name in names]
        # A process of its own, because a thread here would be felt in the times.
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        attack = context.Process(target=lambda: answers.put(outcomes_of(server, names, requests)))
        attack.start()
        steady = call_steadily(server, settings, lambda _: attack.is_alive() and answers.empty())
        outcomes = answers.get(timeout=10)
        attack.join()
    return steady, outcomes


def outcomes_of(server, names, requests):
    """How many of each name were answered with 200, as a function's own failure is; the others have no outcome."""
    answers = volley(server.address, requests)
    return collections.Counter(names[number] if answer.status == 200 else NO_OUTCOME for number, answer, _ in answers)


class Steady(typing.NamedTuple):
    """Seconds of each call of the hello that had an answer, and how many had none."""

    times: list
    failed: int


def call_steadily(server, settings, goes_on):
    """Calls the hello at a fixed rate, whatever the one before took, while `goes_on(seconds passed)`."""
    period, times, failed = 1 / settings.calls_per_second, [], 0
    begun = time.perf_counter()
    while goes_on(time.perf_counter() - begun):
        request = server.request(HELLO_BODY)
        time.sleep(max(0, begun + (len(times) + failed + 1) * period - time.perf_counter()))
        try:
            # A connection each, because a refused request may end one.
            with Client(server.address) as client:
                times += time_each(client, [request], HELLO_ANSWER)
        except (BadAnswer, OSError):
            failed += 1
    return Steady(times, failed)


def report(table, settings, rounds):
    title = "warm hello, %d calls a second" % settings.calls_per_second
    pairs = [(percentile(quiet.times, 99) * 1e3, percentile(noisy.times, 99) * 1e3) for quiet, noisy in rounds]
    quiet, noisy = (statistics.median(column) for column in zip(*pairs))
    table.add("quiet_p99", "%s: p99 when it is quiet (median of %d)" % (title, len(pairs)), quiet, "ms")
    table.add("noisy_p99", "%s: p99 beside %d hostile invocations" % (title, settings.hostile), noisy, "ms")
    excess = statistics.median(noisy - quiet for quiet, noisy in pairs)
    table.add("excess_p99", title + ": the difference", excess, "ms")
    table.add("calls", title + ": calls beside hostile ones", sum(len(noisy.times) for _, noisy in rounds))
    table.add("failed", title + ": failed calls", sum(one.failed for pair in rounds for one in pair))


if __name__ == "__main__":
    benchmark.main("noisy", __doc__, measure)
