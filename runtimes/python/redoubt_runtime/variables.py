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


_TRACE = b"_X_AMZN_TRACE_ID"
_PLACE_SIZE = 512
_place = _put_place = _shown = None
"""Memory of the C library's, what has the library look there, and the value that it finds there."""


def keep_one_trace():
    """Has `set_trace` write to one place for good.

    What os.putenv has set the C library keeps for ever, and looks through it each time: 144 bytes an invocation. Here it
    is given memory to look at instead, which is never freed because the library may look at it until the very end.
    """
    import ctypes

    global _place, _put_place
    library = ctypes.PyDLL(None)
    library.malloc.restype = ctypes.c_void_p
    address = library.malloc(ctypes.c_size_t(_PLACE_SIZE))
    if address:
        _place = memoryview((ctypes.c_char * _PLACE_SIZE).from_address(address)).cast("B")
        _put_place = lambda: library.putenv(ctypes.c_void_p(address))


def set_trace(value):
    """Sets the variable that names the trace; with nothing, unsets it."""
    global _shown
    if not value:
        _shown = None
        if _TRACE in _values:
            os.unsetenv(_TRACE)
            del _values[_TRACE]
        return
    value = value.encode("utf-8", "surrogateescape")
    entry = b"%s=%s\0" % (_TRACE, value)
    if _place is None or len(entry) > _PLACE_SIZE:
        os.putenv(_TRACE, value)
        _shown = None
    else:
        _place[: len(entry)] = entry
        if _shown is None or _values.get(_TRACE) is not _shown:  # The function may have set another, or none.
            _put_place()
        _shown = value
    _values[_TRACE] = value


def entries():
    """All of them, `NAME=value`, bytes."""
    return [b"%s=%s" % entry for entry in _values.items()]


def replace(entries):
    """Sets those, in the form of `entries`, and no others."""
    if _set_all is None:
        for name in _values:
            os.unsetenv(name)
        for entry in entries:
            name, _, value = entry.partition(b"=")
            os.putenv(name, value)
    else:
        block = b"\0".join((*entries, b""))
        if _set_all(block, len(block), len(entries)) != 0:
            raise MemoryError("the environment")
    _values.clear()
    for entry in entries:
        name, _, value = entry.partition(b"=")
        _values[name] = value


_set_all = None


def set_all_by(call):
    """Has `replace` tell the C library of all variables by one call: one after the other touches many pages of memory."""
    global _set_all
    _set_all = call
