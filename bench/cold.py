#!/usr/bin/python3
"""The first invocation of functions never called before, beside the emulator's start and bubblewrap's."""

import contextlib
import itertools
import time

import benchmark
import bubblewrap
import functions
import redoubt_server
from emulator import Emulator
from functions import HELLO_ANSWER, HELLO_BODY
from raw_client import Client, percentile, time_each, typical


def measure(arguments, settings, table):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(redoubt_server.open_server(arguments))
        ways = ways_to_start(server, settings, table, stack)
        rounds = {key: [] for key in ways}
        for _ in range(settings.rounds):
            for key, (_, way) in ways.items():
                rounds[key].append(way())
    for key, (title, _) in ways.items():
        report(table, key, title, rounds[key])
    ratio = typical(rounds["emulator"]) / typical(rounds["python"])
    table.add("emulator_to_python", "the emulator's start to Python's cold start", ratio, "times")


def ways_to_start(server, settings, table, stack):
    """What each round does, by key: (title, a function that returns the seconds of some starts)."""
    names = ("bench-cold-%d" % number for number in itertools.count())

    def redoubt(configuration):
        return lambda: start_functions(server, settings, names, configuration)

    ways = {"python": ("cold start, Python", redoubt(python))}
    ways["emulator"] = ("start to first answer, emulator, Python", lambda: start_emulators(settings))
    if functions.node_runtime():
        ways["node"] = ("cold start, Node", redoubt(node))
    else:
        table.skip("node_p50", "cold start, Node", "there is no " + functions.NODE)
    for key, sandboxes in (("python", bubblewrap.Sandboxes.python), ("node", bubblewrap.Sandboxes.node)):
        title = "a process by bubblewrap, " + key.title()
        if not bubblewrap.is_present():
            table.skip(key + "_bubblewrap_p50", title, bubblewrap.ABSENT)
        elif key in ways:
            ways[key + "_bubblewrap"] = title, start_sandboxes(settings, stack.enter_context(sandboxes()))
    return ways


def python(name):
    """A hello whose code no other function has."""
    return functions.python(functions.HELLO + "# %s\n" % name)


def node(name):
    return functions.node(functions.HELLO_NODE + "// %s\n" % name)


def start_functions(server, settings, names, configuration):
    """Seconds of the first invocation of each of some functions, when the stock has had time to be full again."""
    created = {name: configuration(name) for name in itertools.islice(names, settings.functions_per_round)}
    times = []
    with server.functions(created), Client(server.address) as client:
        time.sleep(settings.seconds_to_settle)
        for name in created:
            request = server.request(HELLO_BODY, name)
            time.sleep(settings.seconds_between)
            times += time_each(client, [request], HELLO_ANSWER)
    return times


def start_emulators(settings):
    """Seconds from the start of the program to the answer."""
    times = []
    for _ in range(settings.peers_per_round):
        emulator = Emulator()
        emulator.command(), emulator.environment()  # Whatever is to be downloaded is there when the clock starts.
        started = time.perf_counter()
        with emulator, Client(emulator.address) as client:
            time_each(client, [emulator.request(HELLO_BODY)], HELLO_ANSWER)
            times.append(time.perf_counter() - started)
    return times


def start_sandboxes(settings, sandboxes):
    return lambda: [sandboxes.run() for _ in range(settings.peers_per_round)]


def report(table, key, title, rounds):
    times = [seconds for one in rounds for seconds in one]
    table.add(key + "_p50", title + ": p50", typical(rounds) * 1e3, "ms")
    table.add(key + "_p99", "%s: p99 of %d" % (title, len(times)), percentile(times, 99) * 1e3, "ms")


if __name__ == "__main__":
    benchmark.main("cold", __doc__, measure)
