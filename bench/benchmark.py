"""The frame of every benchmark: its options, its settings, the table of what came out, the exit code.

A benchmark is `measure(arguments, settings, table)`. It adds rows by a key; what is demanded of a row is in
thresholds.json. `limits` are judged: counts, and ratios to a peer of the same run. `goals` are wall times and the like,
which depend on the machine: they are shown beside the value and decide nothing.
"""

import argparse
import json
import pathlib
import sys
import traceback
import types

import redoubt_server

_THRESHOLDS = pathlib.Path(__file__).with_name("thresholds.json")


def main(name, documentation, measure):
    """Runs one benchmark as a program of its own. Exit code 0: within the limits. 1: not. 2: it did not come to its end."""
    parser = argparse.ArgumentParser(description=documentation.splitlines()[0])
    redoubt_server.add_arguments(parser)
    parser.add_argument("--quick", action="store_true", help="a few rounds only, to see that it works")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="also writes the rows there")
    arguments = parser.parse_args()
    thresholds = json.loads(_THRESHOLDS.read_text())[name]
    table = Table(thresholds.get("limits", {}), thresholds.get("goals", {}))
    try:
        measure(arguments, settings_of(thresholds, arguments.quick), table)
        table.require_all()
    except (Exception, SystemExit):
        # Python's own code for this is 1, which is that of a limit that did not hold.
        traceback.print_exc()
        sys.exit(2)
    print("\n".join(lines_of(table.rows)))
    if arguments.json:
        arguments.json.write_text(json.dumps(table.rows, indent=1) + "\n")
    sys.exit(0 if table.passed else 1)


def settings_of(thresholds, is_quick):
    """How often and how much, as attributes."""
    values = {**thresholds.get("settings", {}), **(thresholds.get("quick", {}) if is_quick else {})}
    return types.SimpleNamespace(**values)


class Table:
    """Rows in the order in which they were added."""

    def __init__(self, limits, goals):
        self._limits = limits
        self._goals = goals
        self.rows = []

    def add(self, key, title, value, unit=""):
        """A row; its value is judged when the key has a limit."""
        demand = self._limits.get(key) or self._goals.get(key)
        row = {"key": key, "title": title, "value": value, "unit": unit}
        if demand:
            row |= {"demand": demand, "judged": key in self._limits, "met": _meets(value, demand)}
        self.rows.append(row)

    def skip(self, key, title, reason):
        """A row without a value, and why it has none."""
        self.rows.append({"key": key, "title": title, "skipped": reason})

    def require_all(self):
        """Raises when something is demanded of a row that is not there."""
        missing = {*self._limits, *self._goals} - {row["key"] for row in self.rows}
        if missing:
            raise RuntimeError("thresholds.json names rows that are not there: %s" % ", ".join(sorted(missing)))

    @property
    def passed(self):
        return all(row.get("met", True) for row in self.rows if row.get("judged"))


def _meets(value, demand):
    return demand.get("least", value) <= value <= demand.get("most", value)


def lines_of(rows):
    """The rows as text."""
    for row in rows:
        if "skipped" in row:
            yield "%-72s %s" % (row["title"], "skipped: " + row["skipped"])
        else:
            yield ("%-72s %10s %-5s  %s" % (row["title"], number(row["value"]), row["unit"], verdict(row))).rstrip()


def number(value):
    """Three digits that count, and whole numbers as they are."""
    if isinstance(value, int):
        return str(value)
    return "%.0f" % value if abs(value) >= 100 else "%.3g" % value


def verdict(row):
    """What was demanded, and whether it came out so."""
    demand = row.get("demand")
    if demand is None:
        return ""
    wanted = ", ".join("at %s %s" % (word, number(bound)) for word, bound in demand.items())
    outcome = "met" if row["met"] else "FAILED" if row["judged"] else "missed"
    return "%s: %s" % (wanted, outcome)
