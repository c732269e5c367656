"""Bars of what compares: how long, and how many a second."""

import sys

import benchmark
import tools

_OURS, _THEIRS = "#2f6f9f", "#b8b8b8"
_LEAST_BARS = 4  # Fewer leave room, so that bars are equally high everywhere.
PANELS = (
    (
        "Warm, 1 client: p50 (ms)",
        "invoke",
        {
            "Redoubt": "redoubt_p50",
            "AWS emulator": "emulator_p50",
            "functions-framework": "functions-framework_p50",
            "uvicorn": "uvicorn_p50",
        },
    ),
    (
        "Warm, many clients (requests a second)",
        "invoke",
        {
            "Redoubt": "redoubt_rate",
            "AWS emulator (1 client)": "emulator_rate",
            "functions-framework": "functions-framework_rate",
            "uvicorn": "uvicorn_rate",
        },
    ),
    (
        "Cold start: p50 (ms)",
        "cold",
        {
            "Redoubt, Python": "python_p50",
            "Redoubt, Node": "node_p50",
            "AWS emulator, Python": "emulator_p50",
            "bubblewrap, Python": "python_bubblewrap_p50",
            "bubblewrap, Node": "node_bubblewrap_p50",
        },
    ),
    ("100 first requests at once: all answered (ms)", "burst", {"Redoubt": "small_ms", "bubblewrap": "bubblewrap_ms"}),
    (
        "A sandbox for each request (requests a second)",
        "single_use",
        {"Redoubt, single use": "rate", "bubblewrap": "bubblewrap_rate"},
    ),
    (
        "Cold start of a numpy function: p50 (ms)",
        "snapstart",
        {"Redoubt, SnapStart": "restored_p50", "Redoubt": "plain_p50"},
    ),
)
"""Title, benchmark, and the rows by their labels."""


def draw(results, path):
    """Writes the picture; a bar that was not measured is left out."""
    sys.path.append(str(tools.install("plot", "matplotlib")))
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(3, 2, figsize=(12, 9), layout="constrained")
    for axis, (title, name, labels) in zip(axes.flat, PANELS):
        rows = {row["key"]: row["value"] for row in _rows(results, name) if "value" in row}
        _draw_panel(axis, title, {label: rows[key] for label, key in labels.items() if key in rows})
    facts = results["machine"]
    figure.suptitle("Redoubt on %s cores, %s, commit %s" % (facts["cores"], facts["processor"], facts["commit"]))
    figure.savefig(path, dpi=110)


def _rows(results, name):
    return results["benchmarks"].get(name, {"rows": []})["rows"]


def _draw_panel(axis, title, values):
    colours = [_OURS if label.startswith("Redoubt") else _THEIRS for label in values]
    bars = axis.barh(list(values), list(values.values()), height=0.6, color=colours)
    axis.bar_label(bars, labels=[benchmark.number(value) for value in values.values()], padding=3)
    axis.set_title(title, loc="left", fontsize=11)
    axis.set_ylim(max(len(values), _LEAST_BARS) - 0.5, -0.5)
    axis.margins(x=0.15)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
