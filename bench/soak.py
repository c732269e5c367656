#!/usr/bin/python3
"""Many invocations without an error and without a leak; see README.md."""

import argparse
import json
import pathlib
import sys
import time

import process_tree
import redoubt_server
from raw_client import BadAnswer, Client, run_clients

LIMITS = json.loads((pathlib.Path(__file__).parent / "thresholds.json").read_text())["soak"]
BODY = b'{"name":"world"}'
EXPECTED = b'{"hello":"world"}'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    redoubt_server.add_arguments(parser)
    parser.add_argument("--invocations", type=int, default=10000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pid", type=int, help="with --endpoint: the server's first process")
    arguments = parser.parse_args()
    with redoubt_server.open_server(arguments) as server, server.function():
        pid = server.pid or arguments.pid
        if pid is None:
            parser.error("--endpoint needs --pid")
        errors, samples = soak(server, pid, arguments.invocations, arguments.clients)
    report(samples)
    sys.exit(judge(errors, samples))


def soak(server, pid, invocations, clients):
    """(what went wrong, [(name, sample)]) of a warm-up and two halves."""
    samples = [("start", process_tree.sample(pid))]
    errors = run_phase(server, clients, LIMITS["warm_up_requests_per_client"] * clients)
    samples.append(("warm", settled_sample(pid)))
    half = invocations // 2
    for name, count in (("middle", half), ("end", invocations - half)):
        errors += run_phase(server, clients, count)
        samples.append((name, settled_sample(pid)))
    return errors, samples


def settled_sample(pid):
    """A sample when the stock of sandboxes has had time to be full again."""
    time.sleep(LIMITS["seconds_to_settle"])
    return process_tree.sample(pid)


def run_phase(server, clients, count):
    """Spreads the invocations over the clients; returns what went wrong."""

    def work(number, barrier):
        share = count // clients + (1 if number < count % clients else 0)
        barrier.wait(120)
        return invoke(server, share)

    errors = []
    for result in run_clients(clients, work):
        errors += [repr(result)] if isinstance(result, Exception) else result
    return errors


def invoke(server, count):
    """Invokes over one connection, signed batch by batch; a broken one is replaced."""
    errors = []
    while count > 0:
        batch = [server.request(BODY) for _ in range(min(count, LIMITS["requests_per_batch"]))]
        count -= len(batch)
        while batch:
            batch = _send(server, batch, errors)
    return errors


def _send(server, batch, errors):
    """Sends until one fails; returns what is left to send."""
    sent = 0
    try:
        with Client(server.address) as client:
            for sent, request in enumerate(batch, 1):
                body = client.exchange(request)
                if body.replace(b" ", b"") != EXPECTED:
                    raise BadAnswer("unexpected body: %r" % body[:200])
    except (BadAnswer, OSError) as error:
        errors.append(repr(error))
        sent = max(sent, 1)  # A connection refused counts for one request, so that this ends.
    return batch[sent:]


def report(samples):
    titles = ("", "platform processes", "RSS MiB", "descriptors", "other processes", "RSS MiB")
    print("%-8s %20s %14s %12s %20s %14s" % titles)
    for name, sample in samples:
        ours, others = sample.platform, sample.others
        row = (name, ours.processes, ours.memory / 2**20, ours.descriptors, others.processes, others.memory / 2**20)
        print("%-8s %20d %14.1f %12d %20d %14.1f" % row)


def judge(errors, samples):
    """The exit code: 1 on any error, or when the platform's processes grew since they were warm."""
    print("errors: %d" % len(errors))
    for error in errors[:5]:
        print("  " + error[:300])
    warm, end = dict(samples)["warm"].platform, dict(samples)["end"].platform
    factor = 1 + LIMITS["maximum_growth_percent"] / 100
    memory_limit = warm.memory * factor + LIMITS["maximum_memory_growth_bytes"]
    descriptor_limit = warm.descriptors * factor + LIMITS["maximum_descriptor_growth"]
    print("memory: %.1f MiB of at most %.1f" % (end.memory / 2**20, memory_limit / 2**20))
    print("descriptors: %d of at most %d" % (end.descriptors, descriptor_limit))
    return 1 if errors or end.memory > memory_limit or end.descriptors > descriptor_limit else 0


if __name__ == "__main__":
    main()
