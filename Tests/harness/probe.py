"""Running a piece of a test inside a sandbox."""

import inspect
import textwrap

from harness.functions import invoke_function

RUNNER = """
def handler(event, context):
    scope = {}
    exec(event["source"], scope)
    return {"value": scope[event["name"]](*event["arguments"])}
"""


class Probe:
    """Calls a function of the test module inside a sandbox. It must import what it uses, and return JSON."""

    def __init__(self, client, name):
        self.client = client
        self.name = name

    def __call__(self, function, *arguments):
        answer = self.run(function, *arguments)
        assert answer.error is None, answer.payload.decode()
        return answer.json["value"]

    def run(self, function, *arguments):
        """The whole answer, also when the invocation failed."""
        event = {
            "source": textwrap.dedent(inspect.getsource(function)),
            "name": function.__name__,
            "arguments": arguments,
        }
        return invoke_function(self.client, self.name, event, tail=True)
