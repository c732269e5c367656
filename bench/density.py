#!/usr/bin/python3
"""What an idle environment costs, by the drop of the memory that the kernel calls available."""

import pathlib
import time

import benchmark
import functions
import redoubt_server
from process_tree import platform_memory, processor_seconds, sandbox_memory
from raw_client import BadAnswer
from swarm import Swarm

NAME = "bench-density"
SOURCE = """
import os, time
name = os.urandom(16).hex()

def handler(event, context):
    time.sleep(max(0, event - time.time()))
    return name
"""
"""Works until the time that the event is, and answers who it is."""
KERNEL = ("AnonPages", "Shmem", "Mapped", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables", "Percpu")
"""Fields of /proc/meminfo that environments show in."""


def measure(arguments, settings, table):
    count = settings.environments
    options = {"environments": count + settings.spare_environments, "concurrency": settings.account_concurrency}
    with redoubt_server.open_server(arguments, **options) as server:
        with server.function(NAME, **functions.python(SOURCE) | {"Timeout": 900}):
            occupy(server, 1, settings)
            before = Picture(server.pid)
            names = occupy(server, count, settings)
            after = Picture(server.pid)
            idle = idle_use(server.pid, settings) if server.pid else {}
            again = occupy(server, count, settings)
    table.add("environments", "idle Python environments alive at once", len(names))
    table.add(
        "mebibytes",
        "an idle Python environment takes, of MemAvailable",
        -before.growth(after, "MemAvailable") / (count - 1),
        "MiB",
    )
    table.add("missing", "idle environments that did not answer again", len(names - again))
    for whose, percent in idle.items():
        table.add("idle_" + whose, "  idle, on a processor: " + whose, percent, "%")
    parts = [name for name in after.values if name in before.values and name.startswith("processes ")]
    for part in (*KERNEL, *parts):
        table.add(part, "  of which %s" % part, before.growth(after, part) / (count - 1), "MiB")


def occupy(server, count, settings):
    """The names of `count` environments that worked at the same time, by then idle again."""
    seconds = count / settings.starts_per_second
    request = server.request(b"%f" % (time.time() + seconds + settings.seconds_to_settle), NAME)
    with Swarm(server.address, count, at_once=False) as swarm:
        begun = time.monotonic()
        for number in range(count):
            swarm.send(number, request)
            time.sleep(max(0, begun + (number + 1) / settings.starts_per_second - time.monotonic()))
        answers = [answer for _, answer, _ in swarm.answers(seconds + 60)]
    for answer in answers:
        if not answer.is_success:
            raise BadAnswer("%d %s" % (answer.status, answer.body[:300]))
    time.sleep(settings.seconds_to_settle)
    return {answer.body for answer in answers}


def idle_use(pid, settings):
    """Percent of one processor that the platform and the sandboxes take while nothing is asked."""
    before = processor_seconds(pid)
    time.sleep(settings.seconds_idle)
    after = processor_seconds(pid)
    return {whose: (after[whose] - before[whose]) / settings.seconds_idle * 100 for whose in after}


class Picture:
    """The memory of the host and of the platform's and the functions' processes, in KiB."""

    def __init__(self, pid):
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
        self.values = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
        if pid is not None:
            self.values |= {"processes of %s" % name: memory for name, memory in platform_memory(pid).items()}
            self.values["processes in sandboxes"] = sandbox_memory(pid)

    def growth(self, later, name):
        """MiB."""
        return (later.values[name] - self.values[name]) / 1024


if __name__ == "__main__":
    benchmark.main("density", __doc__, measure)
