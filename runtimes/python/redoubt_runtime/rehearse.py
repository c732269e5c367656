"""Whole lives with an invocation of nothing, before there is a function.

What they load, cache and specialise on the way is then there for the real one; in a zygote all children
share it, which would each have their own copy otherwise. Nothing else stays of them.
"""

import _socket
import os
import sys

from redoubt_runtime import connection, loop, stock, variables

_TIMES = 16
"""The interpreter specialises code that has run eight times."""

_EVENT = b'{"number": 1.5}'
_INVOCATION = connection.answer(200, b"rehearsal\n0\narn\nRoot=1\n\n\n", _EVENT)
_SOURCE = "import os\n\n\ndef handler(event, context):\n    return {'hello': [str(event), os.getpid()]}\n"
_VARIABLES = b"_HANDLER=rehearsed.handler\0AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001\0" + b"".join(
    b"NAME_%d=value\0" % number for number in range(24)
)
_LONGEST = 64 * 1024


def rehearse(runtime_directory, times=_TIMES):
    directory = runtime_directory + "/redoubt_runtime/rehearsal"
    path, finders, current = list(sys.path), list(sys.meta_path), os.getcwd()
    environment = variables.entries()
    zone = b"".join(entry + b"\0" for entry in environment if entry.startswith(b"TZ="))  # as the C library has it
    for _ in range(times):
        _live(runtime_directory, b"eLAMBDA_TASK_ROOT=%s\0%s%s" % (directory.encode(), zone, _VARIABLES))
        compile(_SOURCE, "rehearsal", "exec")
        del sys.modules["rehearsed"]
        sys.path[:], sys.meta_path[:] = path, finders
    sys.path_importer_cache.pop(directory, None)
    os.chdir(current)
    variables.replace(environment)
    loop.request_id = ""


def _live(runtime_directory, environment):
    ours, platform = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    platform.send(environment)
    stock.take_environment(ours.detach())
    platform.close()
    ours, platform = _socket.socketpair()
    platform.sendall(_INVOCATION)
    platform.shutdown(_socket.SHUT_WR)
    try:
        loop.run(runtime_directory, ours)
    except SystemExit:
        pass  # The platform said nothing more.
    if not platform.recv(_LONGEST).endswith(_EVENT):
        raise RuntimeError("the rehearsal has failed")
    ours.close()
    platform.close()
