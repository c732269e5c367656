#!/usr/bin/python3
"""What an idle environment costs, by the drop of the memory that the kernel calls available; see README.md."""

import argparse
import json
import pathlib
import sys
import time

import redoubt_server
from process_tree import platform_memory, processor_seconds, sandbox_memory
from raw_client import Client

LIMITS = json.loads((pathlib.Path(__file__).parent / "thresholds.json").read_text())["density"]
HANDLER = (
    "import time, uuid\nname = str(uuid.uuid4())\n"
    "def handler(event, context):\n  time.sleep(max(0, event - time.time()))\n  return name\n"
)
KERNEL = ("AnonPages", "Shmem", "Mapped", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables", "Percpu")
"""Fields of /proc/meminfo that environments show in."""
SETTLE_SECONDS = 3
IDLE_SECONDS = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    redoubt_server.add_arguments(parser)
    parser.add_argument(
        "--environments", type=int, default=LIMITS["environments"], help="how many (default: %(default)s)"
    )
    parser.add_argument(
        "--rate", type=float, default=LIMITS["starts_per_second"], help="starts a second (default: %(default)s)"
    )
    arguments = parser.parse_args()
    options = ["--environments", str(arguments.environments + 24), "--concurrency", "4096"]
    with redoubt_server.open_server(arguments, options) as server, server.function(HANDLER, timeout=900):
        start(server, 1, arguments.rate)
        before = Picture(server.pid)
        names = start(server, arguments.environments, arguments.rate)
        after = Picture(server.pid)
        idle = idle_use(server.pid) if server.pid else None
        again = start(server, arguments.environments, arguments.rate * 10)
    answered = names == again
    added = arguments.environments - 1  # one was there before
    each = -before.difference(after, "MemAvailable", added)
    report(before, after, added)
    if idle:
        print("on a processor while idle: the platform %.2f %%, all environments %.2f %%" % idle)
    print("%d environments, %.2f MiB each; all answered again: %s" % (len(names), each, "yes" if answered else "NO"))
    sys.exit(0 if answered and each <= LIMITS["maximum_mebibytes"] else 1)


def start(server, count, rate):
    """The names of `count` environments that worked at the same time, by then idle again."""
    end = time.time() + count / rate + 5
    requests = [server.request(json.dumps(end).encode()) for _ in range(count)]
    clients = [Client(server.address, timeout=count / rate + 60) for _ in requests]
    begun = time.monotonic()
    for number, (client, request) in enumerate(zip(clients, requests)):
        client.__enter__()
        client.send(request)
        time.sleep(max(0, begun + (number + 1) / rate - time.monotonic()))
    names = {client.receive() for client in clients}
    for client in clients:
        client.__exit__()
    assert len(names) == count, "%d environments answered %d requests" % (len(names), count)
    time.sleep(SETTLE_SECONDS)
    return names


def idle_use(pid):
    """Percent of one processor that the platform and the environments take while nothing is asked."""
    before = processor_seconds(pid)
    time.sleep(IDLE_SECONDS)
    after = processor_seconds(pid)
    return tuple((late - early) / IDLE_SECONDS * 100 for early, late in zip(before, after))


class Picture:
    """The memory of the host and of the platform's and the functions' processes, in KiB."""

    def __init__(self, pid):
        self.values = {
            name: int(value.split()[0])
            for name, value in (line.split(":") for line in open("/proc/meminfo"))
        }
        if pid is not None:
            self.values.update(platform_memory(pid))
            self.values["sandboxes"] = sandbox_memory(pid)

    def difference(self, later, name, count):
        """MiB for each of `count`."""
        return (later.values[name] - self.values[name]) / 1024 / count


def report(before, after, count):
    parts = [name for name in after.values if name not in KERNEL and name in before.values and name.islower()]
    print("MiB for each environment, by the kernel's counts, and by the proportional share of processes:")
    for name in (*KERNEL, *parts):
        print("  %-16s %7.3f" % (name, before.difference(after, name, count)))


if __name__ == "__main__":
    main()
