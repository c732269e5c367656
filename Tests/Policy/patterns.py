"""Wildcards and variables of policy text. A pattern becomes a regular expression for the whole of a text.

`variables` gives the value of a key or None; where a document or a place has no variables, it is None itself.
"""

import re
from functools import lru_cache

WILDCARDS = r"(?P<last>\*(?=:|\Z))|(?P<star>\*)|(?P<one>\?)"
WITHOUT_VARIABLES = re.compile(WILDCARDS + r"|(?P<text>[^*?]+)")
WITH_VARIABLES = re.compile(WILDCARDS + r"|(?P<variable>\$\{[^}]*\})|(?P<text>[^*?$]+|\$)")

ANYWHERE = {"last": ".*", "star": ".*", "one": "."}
IN_RESOURCES = {"last": ".*", "star": "[^:]*", "one": "[^:]"}
PARTS_OF_AN_ARN = 6


class NoValue(Exception):
    """The text names a variable that the request has no value for."""


def matches(pattern, text, variables=None):
    """`*` is any run of characters and `?` is any character."""
    return _compiled(_expression(pattern, variables, ANYWHERE)).fullmatch(text) is not None


def resource_matches(pattern, resource, variables):
    """Only a star that ends a segment goes past colons; what is behind the fifth colon may have variables."""
    if pattern == "*":
        return True
    *front, last = arn_parts(pattern)
    expressions = [_expression(part + ":", None, IN_RESOURCES) for part in front]
    expressions.append(_expression(last, variables, IN_RESOURCES))
    return _compiled("".join(expressions)).fullmatch(resource) is not None


def arn_matches(pattern, arn, variables):
    """The six parts are compared one by one, and only the last may have variables."""
    parts = arn.split(":", PARTS_OF_AN_ARN - 1)
    if len(parts) < PARTS_OF_AN_ARN or parts[0] != "arn":
        return False
    *front, last = arn_parts(pattern)
    return all(map(matches, front, parts)) and matches(last, parts[-1], variables)


def arn_parts(pattern):
    """The six parts of a pattern; those that it lacks are stars."""
    parts = pattern.split(":", PARTS_OF_AN_ARN - 1)
    return parts + ["*"] * (PARTS_OF_AN_ARN - len(parts))


def substituted(text, variables):
    """The text with values for variables, where `*` and `?` are characters as others are."""
    pieces = _pieces(text, variables is not None)
    return "".join(_value(piece, variables) if kind == "variable" else piece for kind, piece in pieces)


def _expression(pattern, variables, wildcards):
    return "".join(
        wildcards[kind] if kind in wildcards
        else re.escape(_value(piece, variables) if kind == "variable" else piece)
        for kind, piece in _pieces(pattern, variables is not None)
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def _pieces(text, has_variables):
    expression = WITH_VARIABLES if has_variables else WITHOUT_VARIABLES
    return [(piece.lastgroup, piece[0]) for piece in expression.finditer(text)]


@lru_cache(maxsize=10_000)
def _compiled(expression):
    return re.compile(expression, re.DOTALL)


def _value(variable, variables):
    """What `${key}`, `${key, 'default'}`, `${*}`, `${?}` or `${$}` stands for."""
    name = variable[2:-1]
    if name in ("*", "?", "$"):
        return name
    key, comma, default = name.partition(",")
    value = variables(key)
    if value is not None:
        return value
    if not comma:
        raise NoValue(variable)
    return default.strip().strip("'")
