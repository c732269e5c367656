#!/usr/bin/python3
"""A function that imports numpy: published with SnapStart, with stock at hand and beyond it, and without."""

import contextlib
import io
import itertools
import statistics
import time
import zipfile

import benchmark
import redoubt_server
import tools
from raw_client import Client, percentile, time_each, typical
from swarm import volley

SOURCE = "import numpy\n\ndef handler(event, context):\n    return int(numpy.arange(10).sum())\n"
BODY, ANSWER = b"{}", b"45"


def measure(arguments, settings, table):
    code = {"Runtime": "python3.11", "Code": {"ZipFile": numpy_package()}, "Timeout": 30}
    names = ("bench-numpy-%d" % number for number in itertools.count())
    plain, restored, bursts = [], [], []
    with redoubt_server.open_server(arguments, environments=settings.environments) as server:
        refusal = refusal_of_snap_start(server, next(names), code)
        for _ in range(settings.rounds):
            plain.append(cold_starts(server, settings, next(names), code, snap_start=False))
            if not refusal:
                restored.append(cold_starts(server, settings, next(names), code, snap_start=True))
                bursts.append(burst(server, settings, next(names), code))
    report(table, "plain", "numpy, without SnapStart: cold start", plain)
    title = "numpy, SnapStart: cold start with stock at hand"
    burst_title = "numpy, SnapStart: %d first requests at once" % settings.burst
    if refusal:
        table.skip("restored_p50", title, refusal)
        table.skip("plain_to_restored", "SnapStart is faster by", refusal)
        table.skip("burst_last", burst_title, refusal)
        return
    report(table, "restored", title, restored)
    table.add("plain_to_restored", "SnapStart is faster by", typical(plain) / typical(restored), "times")
    for key, percent in (("first", 0), ("half", 50), ("last", 100)):
        middle = statistics.median(percentile(times, percent) for times in bursts)
        table.add("burst_" + key, "%s: the %s answer after" % (burst_title, key), middle * 1e3, "ms")


def numpy_package():
    """numpy as it is in its wheel, and the handler."""
    data = io.BytesIO(tools.wheel("numpy").read_bytes())
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", SOURCE)
    return data.getvalue()


def refusal_of_snap_start(server, name, code):
    """Why the server does not do it; None when it does."""
    from botocore.exceptions import ClientError

    try:
        with published(server, name, code, 1, snap_start=True):
            return None
    except ClientError as error:
        return "not served: %s" % error.response["Error"]["Message"]


@contextlib.contextmanager
def published(server, name, code, count, snap_start):
    """The numbers of so many versions of a function, each ready to be invoked."""
    switch = {"SnapStart": {"ApplyOn": "PublishedVersions"}} if snap_start else {}
    with server.function(name, **code, **switch):
        versions = []
        for number in range(count):
            # What has not changed is not published again.
            variables = {"Variables": {"NUMBER": str(number)}}
            server.api.update_function_configuration(FunctionName=name, Environment=variables)
            server.api.get_waiter("function_updated_v2").wait(FunctionName=name)
            versions.append(server.api.publish_version(FunctionName=name)["Version"])
        for version in versions:
            server.api.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)
        yield versions


def cold_starts(server, settings, name, code, snap_start):
    """Seconds of the first invocation of each of some versions."""
    times = []
    with published(server, name, code, settings.versions_per_round, snap_start) as versions:
        time.sleep(settings.seconds_to_settle)
        with Client(server.address) as client:
            for version in versions:
                request = server.request(BODY, name, version)
                time.sleep(settings.seconds_between)
                times += time_each(client, [request], ANSWER)
    return times


def burst(server, settings, name, code):
    """Seconds until each of many first requests to one version was answered."""
    with published(server, name, code, 1, snap_start=True) as versions:
        time.sleep(settings.seconds_to_settle)
        answers = volley(server.address, [server.request(BODY, name, versions[0])] * settings.burst)
    for _, answer, _ in answers:
        if not answer.is_success or answer.body != ANSWER:
            raise RuntimeError("%d %s" % (answer.status, answer.body[:300]))
    return [seconds for _, _, seconds in answers]


def report(table, key, title, rounds):
    times = [seconds for one in rounds for seconds in one]
    table.add(key + "_p50", title + ": p50", typical(rounds) * 1e3, "ms")
    table.add(key + "_p99", "%s: p99 of %d" % (title, len(times)), percentile(times, 99) * 1e3, "ms")


if __name__ == "__main__":
    benchmark.main("snapstart", __doc__, measure)
