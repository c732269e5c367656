#!/usr/bin/python3
"""Runs every benchmark, prints one table and writes Benchmarks/: results.json, README.md and results.png.

usage: bench/report.py --start .build/release/redoubt [--quick] [--only cold,burst] [--into DIR]

Exit code 0: every limit of thresholds.json held. 1: not. 2: a benchmark did not come to its end.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import benchmark
import machine
import plot

NAMES = {
    "invoke": "Warm",
    "cold": "Cold start",
    "burst": "Burst",
    "density": "Density",
    "snapstart": "Snap start",
    "single_use": "Single use",
    "streaming": "Streaming",
    "storm": "Reserved concurrency under a storm",
    "noisy": "Hostile neighbours",
    "policy": "Decisions by policies",
}
"""The benchmarks and their titles."""
_HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", metavar="BINARY", required=True, help="the redoubt program to measure")
    parser.add_argument("--quick", action="store_true", help="a few rounds of each")
    parser.add_argument("--only", help="names of benchmarks, with commas between them")
    parser.add_argument("--into", type=pathlib.Path, default=_HERE.parent / "Benchmarks", help="(default: %(default)s)")
    arguments = parser.parse_args()
    results = {"machine": machine.describe(), "quick": arguments.quick, "benchmarks": {}}
    names = arguments.only.split(",") if arguments.only else list(NAMES)
    for name in names:
        print("\n%s (%s.py)" % (NAMES[name], name), flush=True)
        results["benchmarks"][name] = run(name, arguments)
    write(arguments.into, results)
    sys.exit(max(result["exit_code"] for result in results["benchmarks"].values()))


def run(name, arguments):
    """The rows of one benchmark, which is a process of its own, and its exit code, at most 2."""
    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder, "rows.json")
        command = [sys.executable, _HERE / (name + ".py"), "--start", arguments.start, "--json", rows]
        code = subprocess.run(command + ["--quick"] * arguments.quick, check=False).returncode
        if not rows.exists():
            return {"rows": [], "exit_code": 2}
        return {"rows": json.loads(rows.read_text()), "exit_code": code}


def write(folder, results):
    """The files of the folder, which are to be committed."""
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (folder / "README.md").write_text("\n".join(page(results)) + "\n")
    plot.draw(results, folder / "results.png")


def page(results):
    """The lines of README.md."""
    yield "# Results of the benchmarks"
    yield ""
    yield "Written by `make bench`; [bench/README.md](../bench/README.md) says what each number is and how it is taken."
    if results["quick"]:
        yield "**Taken with `--quick`: few rounds, to see that it works.**"
    yield ""
    yield "![Redoubt beside others](results.png)"
    yield ""
    for title, fact in results["machine"].items():
        yield "- %s: %s" % (title, fact)
    yield from ["", "## What is demanded", "", *table_head()]
    rows = [row for result in results["benchmarks"].values() for row in result["rows"]]
    yield from map(table_row, (row for row in rows if "demand" in row))
    for name, result in results["benchmarks"].items():
        yield from ["", "## " + NAMES[name], ""]
        if result["exit_code"] == 2:
            yield "It did not come to its end."
            continue
        yield from table_head()
        yield from map(table_row, result["rows"])


def table_head():
    return ["| what | value | wanted |", "|---|---:|---|"]


def table_row(row):
    if "skipped" in row:
        return "| %s | | skipped: %s |" % (row["title"], row["skipped"])
    value = ("%s %s" % (benchmark.number(row["value"]), row["unit"])).strip()
    return "| %s | %s | %s |" % (row["title"].strip(), value, benchmark.verdict(row))


if __name__ == "__main__":
    main()
