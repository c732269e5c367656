"""Hooks of a function with snap start: what runs before its environment is parked, and what runs when it is wanted.

The names are those that functions import on AWS Lambda. A package that brings a module of this name has its own.
"""

__all__ = ["register_before_snapshot", "register_after_restore"]

_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    """Has `func(*args, **kwargs)` called before the environment is parked; what was registered last comes first.

    Returns `func`, so it is a decorator, too.
    """
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Has `func(*args, **kwargs)` called before the first invocation; what was registered first comes first.

    Returns `func`, so it is a decorator, too.
    """
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """(function, arguments, keyword arguments) in the order in which they were registered; for the runtime."""
    return _before_snapshot


def get_after_restore():
    """(function, arguments, keyword arguments) in the order in which they were registered; for the runtime."""
    return _after_restore
