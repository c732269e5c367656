"""Which attack each test of isolation stands for (`@pytest.mark.attack("T04")`), and the table at the end of a run."""

from collections import Counter, defaultdict

import pytest

ATTACKS = {
    "T01": "read other processes in /proc",
    "T02": "read the first process",
    "T03": "secrets in the environment",
    "T04": "mount, pivot_root and their kin",
    "T05": "trace a process",
    "T06": "kernel keyrings",
    "T07": "new namespaces",
    "T08": "sockets of other families",
    "T09": "metadata services",
    "T10": "spoof the runtime API",
    "T12": "fork and thread bombs",
    "T13": "exhaust memory, files, descriptors",
    "T14": "endless output and responses",
    "T15": "residue of an invocation",
    "T16": "channels between environments",
    "T17": "archives that lead out",
    "T18": "archive bombs",
    "T19": "archives that two parsers read in two ways",
    "T22": "signals",
    "T23": "devices",
    "T24": "setuid, capabilities, preloading",
    "T25": "settings of the host's kernel",
    "T26": "system calls with a large surface",
    "T27": "forged log lines",
}

ABSENT = {
    "T06": "keyrings: every call is refused, so there is none to share",
    "T09": "a finding for an attempt: nothing listens where it would be seen",
    "T11": "there are no extensions and no telemetry API",
    "T15": "xattr, System V and POSIX queues: the calls that would make any are refused",
    "T20": "there is no name resolution and no egress",
    "T21": "there is no network out of a sandbox but the platform's own listener",
    "T27": "metrics in log lines (EMF): no log line is read for metrics",
}
"""Surfaces that do not exist: no test of them could fail."""

_results = pytest.StashKey[dict]()


def attacks_of(item):
    return [name for mark in item.iter_markers("attack") for name in mark.args]


def language_of(item):
    """python or compiled: what the attacking function is written in."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("language", "python") if callspec else "python"


def pytest_configure(config):
    config.stash[_results] = defaultdict(Counter)


def count(item, report):
    """A test counts once: as failed when any of its phases failed."""
    if report.when != "call" and report.outcome == "passed":
        return
    for attack in attacks_of(item):
        item.config.stash[_results][attack, language_of(item)][report.outcome] += 1


def pytest_terminal_summary(terminalreporter, config):
    results = config.stash[_results]
    if not results:
        return
    terminalreporter.section("attacks")
    terminalreporter.write_line(f"{'':5}{'':44}{'from Python':>18}{'compiled':>18}")
    for attack, title in ATTACKS.items():
        cells = [_cell(results.get((attack, language))) for language in ("python", "compiled")]
        terminalreporter.write_line(f"{attack:5}{title:44}{cells[0]:>18}{cells[1]:>18}")
    for attack, reason in ABSENT.items():
        terminalreporter.write_line(f"{attack:5}absent: {reason}")


def _cell(counts):
    if not counts:
        return "-"
    return ", ".join(f"{counts[key]} {key}" for key in ("passed", "failed", "skipped") if counts[key])
