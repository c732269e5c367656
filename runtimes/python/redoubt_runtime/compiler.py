"""What a function's modules compile to, written down once for all environments to come.

Runs in a sandbox of its own that has nothing but the code, reads that and runs none of it. Environments then find
compiled modules where the interpreter looks for them, and compile what they do not find, as ever.
"""

import collections
import importlib.util
import marshal
import os
import time
import warnings

_SECONDS = 30
_NEVER_COMPARED = (1).to_bytes(4, "little") + bytes(8)
"""PEP 552: what follows belongs to its source for sure, since both are mounted together."""


def compile_all(source_root, target_root):
    """Compiles the modules below one directory for environments, where that is at the same place. What lies nearer to the
    root comes first; the rest is left when the time is over or there is no room."""
    end = time.monotonic() + _SECONDS
    os.umask(0o022)
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", SyntaxWarning)  # An environment that compiles says so in the function's log; let it.
    for path in _sources(source_root):
        if time.monotonic() > end:
            return
        compiled = _compile(path)
        if compiled is None:
            continue
        try:
            _write(target_root + importlib.util.cache_from_source(path)[len(source_root) :], compiled)
        except OSError:
            return


def _sources(root):
    """Modules that have not been compiled by whoever deployed them, the nearest first."""
    directories = collections.deque([root])
    while directories:
        directory = directories.popleft()
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                directories.append(entry.path)
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".py"):
                if not os.path.lexists(importlib.util.cache_from_source(entry.path)):
                    yield entry.path


def _compile(path):
    """A module as its environment would have it, and Python would write it; None: it cannot be, or not in silence."""
    try:
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        return importlib.util.MAGIC_NUMBER + _NEVER_COMPARED + marshal.dumps(code)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _write(path, data):
    """All of it or nothing: half a module would be an error in each environment."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "xb") as file:
            file.write(data)
    except OSError:
        if os.path.lexists(path):
            os.unlink(path)
        raise
