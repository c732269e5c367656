"""The life of an interpreter before it belongs to a function.

`_REDOUBT_STOCK` says how it came about. `booted`: it was executed in a sandbox that has no code yet.
`forked`: it is a zygote, which never runs a function's code; its children are in such sandboxes. Both
then wait on descriptor 3 for the function's environment, which comes when the code is in its place.

What is loaded here is there before a function's code in Lambda, too.
"""

import os
import sys
import time

from redoubt_runtime import variables

VARIABLE = "_REDOUBT_STOCK"
_SOCKET = 3
_LIBRARY = "/tmp/zygote.so"
_LONGEST = 64 * 1024
_CHILD, _CHILD_IN_HASTE = 0, 2
"""What `zygote_fork` returns in a child; the second where somebody waits for it already."""
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
    from redoubt_runtime import free_memory, logs, stdlib_finder
    from redoubt_runtime.rehearse import rehearse

    logs.prepare(sys.modules["logging"])
    stdlib_finder.set_aside("logging")
    variables.keep_one_trace()
    library = _zygote_library() if variables.get(VARIABLE) == "forked" else None
    rehearse(runtime_directory)
    if library is not None:
        _open_streams_of_children()
        free_memory.use_up()
        if _serve_as_zygote(library) == _CHILD:
            rehearse(runtime_directory, 1)
    take_environment(_SOCKET)


def take_environment(descriptor):
    """Waits for it on that socket, which is closed then."""
    os.write(descriptor, b"w")
    received = os.read(descriptor, _LONGEST)  # one message, whole
    os.close(descriptor)
    if received[:1] != b"e":
        os._exit(0)  # Nobody wanted it.
    entries = received[1:].split(b"\0")[:-1]
    coerced = variables.get("LC_CTYPE")
    if coerced is not None:  # By the interpreter at its start, as by one that is started for the function.
        entries.insert(0, b"LC_CTYPE=%s" % coerced.encode())
    zone = variables.get("TZ")
    variables.replace(entries)
    if variables.get("TZ") != zone:
        time.tzset()


def _open_streams_of_children():
    """Children print into a pipe: a stream finds out as it is opened what is behind it, so a pipe is there meanwhile."""
    from redoubt_runtime import process

    own = [os.dup(descriptor) for descriptor in (1, 2)]
    reading, writing = os.pipe()
    for descriptor in (1, 2):
        os.dup2(writing, descriptor)
    sys.stdin = sys.stdout = sys.stderr = None
    process.set_up_streams()
    for number, descriptor in enumerate((1, 2)):
        os.dup2(own[number], descriptor)
    for descriptor in (*own, reading, writing):
        os.close(descriptor)


def _zygote_library():
    import ctypes

    library = ctypes.PyDLL(_LIBRARY)
    variables.set_all_by(library.zygote_set_environment)
    return library


def _serve_as_zygote(library):
    """Returns in children only, what `zygote_fork` gives them. What no child changes stays one copy in memory.

    The interpreter is not told of the forks: it would see to locks that other threads may hold, of which there are none,
    and every child would have copies of what it looks at for that.
    """
    import gc

    gc.collect()
    gc.freeze()
    if library.zygote_open() != 0:
        os._exit(1)
    while library.zygote_next() == 0:
        result = library.zygote_fork()
        if result in (_CHILD, _CHILD_IN_HASTE):
            return result
        if result < 0:
            print("redoubt: zygote: fork: %s" % os.strerror(-result), file=sys.stderr, flush=True)
    os._exit(0)
