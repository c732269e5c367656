"""The first function: greets whom the event names and shows where it ran.

Runtime python3.11, handler `app.handler`. Try it with the event {"name": "Ada"}.
"""

import os
import platform


def handler(event, context):
    name = event.get("name", "world")
    print(f"greeting {name}")  # Goes to the function's log.
    return {
        "message": f"Hello, {name}!",
        "ranAs": {"uid": os.getuid(), "host": os.uname().nodename, "pid": os.getpid()},
        "python": platform.python_version(),
        "function": f"{context.function_name}:{context.function_version}",
        "requestId": context.aws_request_id,
    }
