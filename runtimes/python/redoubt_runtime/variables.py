"""The process's environment variables, as `os.environ` has them.

`os.environ` is Python code for each of them. What a child of a zygote reads of that becomes its own copy, so what every
function needs on its way to the first invocation goes past it.
"""

import os

_values = os.environ._data
"""Bytes by bytes; `os.environ` shows what is in here."""


def get(name, default=None):
    """A variable's text."""
    value = _values.get(name.encode())
    return default if value is None else value.decode("utf-8", "surrogateescape")


def put(name, value):
    """Sets a variable to a text."""
    name, value = name.encode(), value.encode("utf-8", "surrogateescape")
    os.putenv(name, value)
    _values[name] = value


def remove(name):
    """Unsets a variable, if it is set."""
    name = name.encode()
    if name in _values:
        os.unsetenv(name)
        del _values[name]


def entries():
    """All of them, `NAME=value`, bytes."""
    return [b"%s=%s" % entry for entry in _values.items()]


def replace(entries):
    """Sets those, in the form of `entries`, and no others."""
    for name in _values:
        os.unsetenv(name)
    _values.clear()
    for entry in entries:
        name, _, value = entry.partition(b"=")
        os.putenv(name, value)
        _values[name] = value
