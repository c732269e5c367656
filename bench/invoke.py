#!/usr/bin/python3
"""A warm Invoke beside the same handler in the AWS Runtime Interface Emulator, functions-framework and uvicorn."""

import statistics
import time

import benchmark
import redoubt_server
from emulator import Emulator
from functions import HELLO_ANSWER, HELLO_BODY
from raw_client import BadAnswer, Client, Concurrent, percentile, time_each
from swarm import Swarm
from web_servers import FunctionsFramework, Uvicorn

REDOUBT, EMULATOR, FRAMEWORK, UVICORN = "redoubt", "emulator", "functions-framework", "uvicorn"


def measure(arguments, settings, table):
    with redoubt_server.open_server(arguments, concurrency=settings.account_concurrency) as server, server.function():
        with Emulator() as emulator, FunctionsFramework() as framework, Uvicorn() as uvicorn:
            targets = {REDOUBT: server, EMULATOR: emulator, FRAMEWORK: framework, UVICORN: uvicorn}
            alone, crowds = compare(targets, settings)
    report(table, settings, alone, crowds)


def compare(targets, settings):
    """(seconds of each request of one client, what many clients saw) by target, for each round; taken in turns."""
    alone = {name: [] for name in targets}
    # The emulator is left out: it crashes when two clients call it at once.
    crowds = {name: [] for name in (REDOUBT, FRAMEWORK, UVICORN)}
    for _ in range(settings.rounds):
        for name, target in targets.items():
            with Client(target.address) as client:
                time_each(client, requests(target, settings.warm_up_requests), HELLO_ANSWER)
                alone[name].append(time_each(client, requests(target, settings.requests_per_round), HELLO_ANSWER))
        for name in crowds:
            crowds[name].append(crowd(targets[name], settings))
    return alone, crowds


def crowd(target, settings):
    """What many clients see at once. One thread is all of them: what a process each would take of the processors is not
    the server's to answer for."""
    ready = [requests(target, settings.requests_per_client) for _ in range(settings.clients)]
    with Swarm(target.address, settings.clients) as swarm:
        time_all(swarm, [requests(target, settings.warm_up_requests) for _ in ready])
        started = time.perf_counter()
        times = time_all(swarm, ready)
        return Concurrent(times, time.perf_counter() - started)


def time_all(swarm, lists):
    """Seconds that each request took, where each connection sends those of its list one after the other."""
    times, sent, left = [], {}, [iter(requests) for requests in lists]

    def send_next(number):
        if request := next(left[number], None):
            sent[number] = time.perf_counter()
            swarm.send(number, request)

    for number in range(len(lists)):
        send_next(number)
    for number, answer, when in swarm.answers():
        times.append(when - sent[number])
        if not answer.is_success or b"".join(answer.body.split()) != HELLO_ANSWER:
            raise BadAnswer("unexpected answer: %d %r" % (answer.status, answer.body[:200]))
        send_next(number)
    return times


def requests(target, count):
    """Ready requests; whatever they cost is paid before the clock starts."""
    return [target.request(HELLO_BODY) for _ in range(count)]


def report(table, settings, alone, crowds):
    """Percentiles are of all rounds together, rates the medians of the rounds."""
    for name, rounds in alone.items():
        times = sum(rounds, [])
        table.add(name + "_p50", "warm, 1 client, %s: p50" % name, percentile(times, 50) * 1e3, "ms")
        table.add(name + "_p99", "warm, 1 client, %s: p99" % name, percentile(times, 99) * 1e3, "ms")
    for name, rounds in crowds.items():
        rate = statistics.median(seen.rate for seen in rounds)
        table.add(name + "_rate", "warm, %d clients, %s" % (settings.clients, name), rate, "/s")
        times = [seconds for seen in rounds for seconds in seen.times]
        table.add(name + "_crowd_p99", "warm, %d clients, %s: p99" % (settings.clients, name),
                  percentile(times, 99) * 1e3, "ms")  # fmt: skip
    ratio = percentile(sum(alone[REDOUBT], []), 50) / percentile(sum(alone[EMULATOR], []), 50)
    table.add("p50_to_emulator", "warm, 1 client: p50 as a part of the emulator's", ratio)
    emulator_rates = [len(times) / sum(times) for times in alone[EMULATOR]]
    table.add("emulator_rate", "warm, 1 client, emulator", statistics.median(emulator_rates), "/s")
    # Of one round each: the machine is faster in some minutes than in others.
    ratios = [seen.rate / rate for seen, rate in zip(crowds[REDOUBT], emulator_rates)]
    table.add("rate_to_emulator", "warm, %d clients: rate to the emulator's with one" % settings.clients,
              statistics.median(ratios), "times")  # fmt: skip


if __name__ == "__main__":
    benchmark.main("invoke", __doc__, measure)
