"""The Condition block: operators, set operators, and the types of values."""

import base64
import binascii
import ipaddress
import operator
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Callable

from Policy.patterns import NoValue, arn_matches, matches, substituted

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SECONDS = re.compile(r"-?[0-9]+")
DATE = re.compile(
    r"(?P<day>[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)"
    r"(T(?P<time>[0-9]{2}:[0-9]{2}(:[0-9]{2})?)(?P<fraction>\.[0-9]+)?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2}))?"
)
START = datetime(1970, 1, 1, tzinfo=timezone.utc)
RANGE = re.compile(r"[^/%]+(/\d+)?")
SET_OPERATORS = ("forallvalues:", "foranyvalue:")
IF_EXISTS = "ifexists"


class Context:
    """The condition keys of a request; their names have no case and their values are texts."""

    def __init__(self, keys):
        self._keys = {name.lower(): value for name, value in keys.items()}

    def values(self, key):
        """An empty list is a missing key."""
        value = self._keys.get(key.lower(), [])
        return [text_of(one) for one in value] if isinstance(value, list) else [text_of(value)]

    def variable(self, key):
        """A list has no value as a variable."""
        value = self._keys.get(key.lower())
        return None if value is None or isinstance(value, list) else text_of(value)


def condition_holds(block, is_denial, variables, context):
    """The whole block. An operator that nobody knows holds in a denial and does not hold in an allowance."""
    for name, keys in block.items():
        comparison = Comparison.named(name.lower())
        if comparison is None and is_denial:
            continue
        if comparison is None or not _holds_for_all(comparison, keys, context, variables):
            return False
    return True


def _holds_for_all(comparison, keys, context, variables):
    return all(comparison.holds(listed(written), context.values(key), variables) for key, written in keys.items())


@dataclass
class Comparison:
    """An operator with its prefix and suffix."""

    compares: Callable
    is_negated: bool
    set_operator: str
    if_exists: bool

    @staticmethod
    @lru_cache(maxsize=1_000)
    def named(name):
        """None for an operator that nobody knows."""
        set_operator = next((prefix for prefix in SET_OPERATORS if name.startswith(prefix)), "")
        plain = name.removeprefix(set_operator)
        if_exists = plain.endswith(IF_EXISTS) and plain != NULL + IF_EXISTS
        plain = plain.removesuffix(IF_EXISTS) if if_exists else plain
        if plain not in OPERATORS:
            return None
        return Comparison(*OPERATORS[plain], set_operator, if_exists)

    def holds(self, written, values, variables):
        """For one key: `written` is what the policy says, `values` is what the request has."""
        if self.compares is is_missing:
            return any(is_missing(one, values) for one in written)
        if not values:
            return self._holds_without_value()
        fitting = [self._fits(written, value, variables) for value in values]
        return any(fitting) if self._needs_one_only() else all(fitting)

    def _holds_without_value(self):
        if self.set_operator:
            return self.set_operator == "forallvalues:"
        return self.if_exists or self.is_negated

    def _needs_one_only(self):
        return self.set_operator == "foranyvalue:" or not (self.set_operator or self.is_negated)

    def _fits(self, written, value, variables):
        return any(self._compares(one, value, variables) for one in written) != self.is_negated

    def _compares(self, written, value, variables):
        try:
            return self.compares(written, value, variables)
        except NoValue:
            return False


def is_missing(written, values):
    """Null: `true` asks for a missing key and `false` for one that is there."""
    return truth(written) is (not values)


def same_text(written, value, variables):
    return substituted(written, variables) == value


def same_text_in_any_case(written, value, variables):
    return substituted(written, variables).lower() == value.lower()


def typed(read_written, read_value, compare):
    """Compares values of a type that has no variables; what is not of the type compares with nothing."""

    def compares(written, value, _):
        sides = read_value(value), read_written(written)
        return None not in sides and compare(*sides)

    return compares


def number(text):
    return Decimal(text) if NUMBER.fullmatch(text) else None


def moment(text):
    """Seconds since 1970, of a date or as they are. Four digits are a year; a year, a month and a day are their first
    moment in UTC."""
    date = DATE.fullmatch(text)
    if not date:
        return Decimal(text) if SECONDS.fullmatch(text) else None
    day, time, offset = date["day"] + "-01-01"[len(date["day"]) - 4 :], date["time"] or "00:00", date["offset"] or "Z"
    try:
        whole = datetime.fromisoformat(f"{day}T{time}{offset}") - START
    except ValueError:
        return None
    return Decimal(whole // timedelta(seconds=1)) + Decimal("0" + (date["fraction"] or ""))


def truth(text):
    return {"true": True, "false": False}.get(text)


def octets(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def address(text):
    try:
        return ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def address_range(text):
    """An address without a length is a range of one."""
    try:
        return ipaddress.ip_network(text, strict=False) if RANGE.fullmatch(text) else None
    except ValueError:
        return None


def is_in(one, whole):
    return one in whole


def listed(value):
    """A policy's value or list of values, as texts."""
    return [text_of(one) for one in value] if isinstance(value, list) else [text_of(value)]


def text_of(value):
    """JSON's own numbers and truth values are as good as their texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


NULL = "null"
ORDERS = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}
# The name in lower case to how one value compares, and whether the operator is a negated one.
OPERATORS = {
    NULL: (is_missing, False),
    "stringequals": (same_text, False),
    "stringnotequals": (same_text, True),
    "stringequalsignorecase": (same_text_in_any_case, False),
    "stringnotequalsignorecase": (same_text_in_any_case, True),
    "stringlike": (matches, False),
    "stringnotlike": (matches, True),
    "arnequals": (arn_matches, False),
    "arnlike": (arn_matches, False),
    "arnnotequals": (arn_matches, True),
    "arnnotlike": (arn_matches, True),
    "bool": (typed(truth, truth, operator.is_), False),
    "binaryequals": (typed(octets, octets, operator.eq), False),
    "ipaddress": (typed(address_range, address, is_in), False),
    "notipaddress": (typed(address_range, address, is_in), True),
    "numericnotequals": (typed(number, number, operator.eq), True),
    "datenotequals": (typed(moment, moment, operator.eq), True),
    **{f"numeric{name}": (typed(number, number, order), False) for name, order in ORDERS.items()},
    **{f"date{name}": (typed(moment, moment, order), False) for name, order in ORDERS.items()},
}
