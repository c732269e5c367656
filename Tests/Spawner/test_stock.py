"""What the spawner keeps ready, and what becomes of it."""

import http.client
import os
import time

import pytest

from spawner_client import BOOTED, FORKED, PREPARED, STARTED, Environment, until

LINE = 3
PARKED = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/var/task:/var/task/lib:/opt/lib", "LANG": "en_US.UTF-8"}
HANDLER = {"app.py": "import os\ndef handler(event, context): return [os.getpid(), os.getuid(), os.environ.get('MINE')]\n"}
PYTHON, CUSTOM = 0, 1


@pytest.fixture
def configuration(programs, python_runtime, zygote_library, configuration):
    kept = [line for line in configuration.splitlines() if not line.startswith("runtime ")]
    return "\n".join([*kept, f"zygote-library {zygote_library}",
                      f"runtime python3 {python_runtime} /usr/bin/python3 -S /var/runtime/bootstrap.py",
                      "runtime provided - /var/task/bootstrap"]) + "\n"


def environment(**own):
    return {"_HANDLER": "app.handler", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime", "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            **PARKED, **own}


@pytest.mark.parametrize("kind", [BOOTED, FORKED], ids=["booted", "forked"])
def test_a_parked_interpreter_becomes_a_function(spawner, kind):
    spawner.keep_ready(LINE, kind, PYTHON, 2, {**PARKED, "_REDOUBT_STOCK": "booted" if kind == BOOTED else "forked"})
    until(lambda: len(spawner.processes()) >= 4, "two are parked")
    time.sleep(0.3)
    digest = spawner.tree(HANDLER)
    started = time.monotonic()
    answer = spawner.try_start(digest, PYTHON, environment(MINE="mine"), stock=LINE + 1)
    assert answer.kind == STARTED, answer
    running = Environment(spawner, answer)
    try:
        with running.accept() as api:
            print("ms", (time.monotonic() - started) * 1e3)
            assert b"/invocation/next" in api.recv(65536)
    except AssertionError:
        print(running.read_log(until="x"))
        raise
    assert answer.was_parked
    running.kill()
    print(running.exited())
