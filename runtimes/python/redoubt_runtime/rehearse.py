"""Invocations of nothing, before there is a function.

What they load, cache and specialise on the way is then there for the first real one; in a zygote all
children share it, which would each have their own copy otherwise. Nothing else stays of them.
"""

import _socket
import os
import sys

from redoubt_runtime import codec, connection, handler, process, variables
from redoubt_runtime.api import RuntimeAPI
from redoubt_runtime.context import LambdaContext, read_function

_TIMES = 16
"""The interpreter specialises code that has run eight times."""

_HEAD = b"rehearsal\n0\narn\nRoot=1\n\n\n"
_EVENT = b'{"number": 1.5}'
_INVOCATION = connection.answer(200, _HEAD, _EVENT)
_SOURCE = "import os\n\n\ndef handler(event, context):\n    return {'hello': [str(event), os.getpid()]}\n"
_VARIABLES = [b"NAME_%d=value" % number for number in range(24)]
_LONGEST = 64 * 1024


def rehearse(runtime_directory, times=_TIMES):
    directory = runtime_directory + "/redoubt_runtime/rehearsal"
    path, finders, current = list(sys.path), list(sys.meta_path), os.getcwd()
    environment = variables.entries()
    ours, theirs = _socket.socketpair()
    api = RuntimeAPI("127.0.0.1:9001", ours)
    theirs.sendall(_INVOCATION)
    for _ in range(times):
        _change_environment(directory)
        codec.read_environment()
        read_function()
        process.prepare(runtime_directory)
        compile(_SOURCE, "rehearsal", "exec")
        function = handler.load("rehearsed.handler")
        del sys.modules["rehearsed"]
        _invoke(api, theirs, function)
        sys.path[:], sys.meta_path[:] = path, finders
    ours.close()
    theirs.close()
    sys.path_importer_cache.pop(directory, None)
    os.chdir(current)
    variables.replace(environment)


def _change_environment(task_root):
    variables.replace([b"LAMBDA_TASK_ROOT=%s" % task_root.encode(), *_VARIABLES])


def _invoke(api, platform, function):
    invocation = api.next()
    event = codec.decode_event(invocation.body)
    api.respond(invocation.request_id, codec.encode_result(function(event, LambdaContext(invocation))))
    platform.recv(_LONGEST)
    platform.sendall(_INVOCATION)
