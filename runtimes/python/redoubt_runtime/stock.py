"""The life of an interpreter before it belongs to a function.

`_REDOUBT_STOCK` says how it came about. `booted`: it was executed in a sandbox that has no code yet.
`forked`: it is a zygote, which never runs a function's code; its children are in such sandboxes. Both
then wait on descriptor 3 for the function's environment, which comes when the code is in its place.

What is loaded here is there before a function's code in Lambda, too.
"""

import os
import sys
import time

VARIABLE = "_REDOUBT_STOCK"
_SOCKET = 3
_LIBRARY = "/tmp/zygote.so"
_LONGEST = 64 * 1024
_LOADED_AHEAD = """
base64 collections contextlib copyreg datetime decimal enum functools importlib importlib.machinery
importlib.util io json linecache logging operator re string threading traceback types typing warnings weakref
redoubt_runtime.api redoubt_runtime.codec redoubt_runtime.context redoubt_runtime.failures
redoubt_runtime.handler redoubt_runtime.logs redoubt_runtime.process
""".split()


def wait(runtime_directory):
    """Returns as soon as the process is a function's; in a zygote, in its children only."""
    for name in _LOADED_AHEAD:
        __import__(name)
    from redoubt_runtime.rehearse import rehearse

    rehearse(runtime_directory)
    if os.environ[VARIABLE] == "forked":
        _serve_as_zygote()
        rehearse(runtime_directory, 1)
    _take_environment()


def _take_environment():
    import _socket

    connection = _socket.socket(fileno=_SOCKET)
    connection.send(b"w")
    received = connection.recv(_LONGEST)
    connection.close()
    if received[:1] != b"e":
        os._exit(0)  # Nobody wanted it.
    coerced = os.environ.get("LC_CTYPE")
    os.environ.clear()
    if coerced is not None:  # By the interpreter at its start, as by one that is started for the function.
        os.environ["LC_CTYPE"] = coerced
    for entry in received[1:].split(b"\0")[:-1]:
        name, _, value = entry.partition(b"=")
        os.environb[name] = value
    time.tzset()


def _serve_as_zygote():
    """Returns in children only. What no child changes stays one copy in memory."""
    import ctypes
    import gc

    library = ctypes.PyDLL(_LIBRARY)
    interpreter = ctypes.pythonapi
    gc.collect()
    gc.freeze()
    if library.zygote_open() != 0:
        os._exit(1)
    while library.zygote_next() == 0:
        interpreter.PyOS_BeforeFork()
        result = library.zygote_fork()
        if result == 0:
            interpreter.PyOS_AfterFork_Child()
            # Opened anew later: those of the zygote know of its descriptors whether one can seek in them.
            sys.stdin = sys.stdout = sys.stderr = None
            return
        interpreter.PyOS_AfterFork_Parent()
        if result < 0:
            print("redoubt: zygote: fork: %s" % os.strerror(-result), file=sys.stderr, flush=True)
    os._exit(0)
