"""Where the program and the reference differ, and the least of a case in which they still do."""

import json
from copy import deepcopy

from Policy import program
from Policy.reference import decide

MOST_MADE_SMALLER, MOST_SHOWN = 10, 4
LEFT_OUT_WHOLE = ("resource", "boundary", "session")
# A policy is none without these, or means something else.
KEPT = {"Version", "Statement", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"}


def disagreements(cases, kinds=program.kinds):
    """Those of the list on which they differ; `kinds` gives {id: kind} as the program does."""
    given = kinds(cases)
    return [case for case in cases if given[case["id"]] != decide(case)]


def smallest(case, kinds=program.kinds):
    """What is left when one thing after the other is taken away as long as they still differ."""
    while differing := disagreements(smaller(case), kinds):
        case = differing[0]
    return {**case, "id": case["id"].partition("/")[0]}


def shown(cases, kinds=program.kinds):
    """The smallest few of these disagreements, whole, for a person to read."""
    least = [smallest(case, kinds) for case in cases[:MOST_MADE_SMALLER]]
    found = sorted(least, key=lambda case: len(json.dumps(case)))[:MOST_SHOWN]
    given = kinds(found)
    return "\n".join(
        f"program: {given[case['id']]}, reference: {decide(case)}\n{json.dumps(case, indent=2)}" for case in found
    )


def smaller(case):
    """The case without one of its parts, once for each part; the largest parts first."""
    paths = sorted(_paths(case["policies"], ["policies"]), key=len) + [
        ["request", "context", key] for key in case["request"]["context"]
    ]
    name = case["id"].partition("/")[0]
    return [{**_without(case, path), "id": f"{name}/{number}"} for number, path in enumerate(paths)]


def _paths(value, path):
    """Of all that may be taken away."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in KEPT and (len(path) > 1 or name in LEFT_OUT_WHOLE and inner):
                yield [*path, name]
            yield from _paths(inner, [*path, name])
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if len(value) > 1 or path[-1] not in KEPT:
                yield [*path, index]
            yield from _paths(inner, [*path, index])


def _without(case, path):
    case = deepcopy(case)
    holder = case
    for name in path[:-1]:
        holder = holder[name]
    if path[0] == "policies" and len(path) == 2:
        holder[path[-1]] = None
    else:
        del holder[path[-1]]
    return case
