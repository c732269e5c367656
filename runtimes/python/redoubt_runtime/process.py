"""Brings the fresh interpreter into the state that function code expects."""

import builtins
import os
import sys

from redoubt_runtime import stdlib_finder, variables


def prepare(runtime_directory):
    """Sets descriptors, streams, built-in names, the working directory and the import path."""
    _open_missing_descriptors()
    set_up_streams()
    _add_site_builtins()
    task_root = variables.get("LAMBDA_TASK_ROOT", "/var/task")
    site_packages = variables.get("LAMBDA_RUNTIME_DIR", runtime_directory) + "/site-packages"
    interpreter_paths = _interpreter_paths(runtime_directory)
    sys.path[:] = [task_root, *_layer_paths(), site_packages, *interpreter_paths]
    stdlib_finder.install(interpreter_paths)
    stdlib_finder.provide(runtime_directory + "/redoubt_runtime/modules")
    try:
        os.chdir(task_root)
    except OSError:
        pass  # The handler's import says so in Lambda's words.


class Baseline:
    """What of the process an invocation can change and the next one must not find: directory and file mode mask."""

    __slots__ = ("_directory", "_mask")

    def __init__(self):
        self._directory = os.getcwd()
        self._mask = os.umask(0)
        os.umask(self._mask)

    def restore(self):
        os.chdir(self._directory)
        os.umask(self._mask)


def flush_streams():
    """Makes what was printed leave the process, so that an answer never overtakes its log lines."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # The function may have closed or replaced it; that must not cost it its answer.


def _open_missing_descriptors():
    # A socket that became descriptor 1 would receive what the function prints.
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def set_up_streams():
    """Opens the standard streams that are not there, and sets all as functions expect them."""
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(2 if name == "stderr" else 1, "w", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)
        elif stream.line_buffering and stream.errors == "backslashreplace" and stream.encoding == "utf-8":
            continue  # by the zygote
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _add_site_builtins():
    if hasattr(builtins, "exit"):
        return
    import _sitebuiltins

    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.help = _sitebuiltins._Helper()


def _layer_paths():
    version = "python%d.%d" % sys.version_info[:2]
    return ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]


def _interpreter_paths(runtime_directory):
    """The standard library and what PYTHONPATH names: neither Debian's packages nor this runtime."""
    distribution = sys.prefix + "/"
    return [
        entry
        for entry in sys.path
        if entry not in ("", runtime_directory)
        and not (entry.startswith(distribution) and entry.endswith(("/dist-packages", "/site-packages")))
    ]
