"""Keeps the standard library modules that Lambda's runtime has loaded before a function's code.

There they can no longer be shadowed, so a package may carry a `json.py` that nobody imports. This
runtime does not load them, so it sees to it that their names still mean the standard library. When
`logging` is imported, Lambda's log handler is put in place: importing it up front would double the
time that this runtime takes to start.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder

# The top-level modules, not built in, that Lambda's Python runtime imports before the handler.
_NAMES = frozenset(
    """
    __future__ _collections_abc _weakrefset abc codecs collections contextlib copyreg decimal enum
    functools genericpath importlib io json keyword linecache logging numbers operator os posixpath
    re reprlib stat string textwrap threading token tokenize traceback types warnings weakref
    """.split()
)

_OWN_NAMES = ("snapshot_restore_py",)

_aside = {}
"""Modules by name that are loaded and that nobody has imported yet."""


def install(paths):
    """Resolves the kept names in the given paths, before the usual finder looks at the function's."""
    position = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
    sys.meta_path.insert(position, _KeptNames(paths))
    if "logging" in sys.modules:
        _install_log_handler(sys.modules["logging"])


def set_aside(name):
    """Makes a loaded module one that is still to be imported: that then costs next to nothing."""
    _aside[name] = sys.modules.pop(name)


def provide(directory):
    """Has functions find the runtime's own modules, where neither their package nor a layer brings one of the name."""
    sys.meta_path.append(_OwnModules(directory))


class _OwnModules:
    def __init__(self, directory):
        self._paths = [directory]

    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, self._paths) if path is None and name in _OWN_NAMES else None


class _KeptNames:
    def __init__(self, paths):
        self._paths = paths

    def find_spec(self, name, path=None, target=None):
        if path is not None or name not in _NAMES:
            return None
        spec = ModuleSpec(name, _Aside()) if name in _aside else PathFinder.find_spec(name, self._paths)
        if spec is not None and name == "logging":
            _call_after_execution(spec.loader, _install_log_handler)
        return spec


class _Aside:
    """Loads what was set aside."""

    def create_module(self, spec):
        module = _aside.pop(spec.name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self._spec


def _call_after_execution(loader, action):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        action(module)

    loader.exec_module = exec_module


def _install_log_handler(logging):
    from redoubt_runtime import logs

    logs.install(logging)
