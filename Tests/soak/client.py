"""One client: asks, and says what kind of answer came. Signs by hand, which costs less than boto3 does."""

import http.client
import json
import time
from dataclasses import dataclass

from harness.sigv4 import Request, Signer

RIGHT, LOST, FAILED, KILLED, WRONG = "right", "connection lost", "5xx", "runtime killed", "wrong"

"""What an outage may cost a client. Anything else is a finding at any time."""
EXCUSED = (LOST, FAILED, KILLED)


@dataclass
class Outcome:
    kind: str
    function: str
    began: float
    ended: float
    detail: str = ""

    def __str__(self):
        return f"{self.function}: {self.kind}: {self.detail[:300]}"


class Client:
    """A keep-alive connection that is made anew after an error."""

    def __init__(self, port, credentials, timeout=20.0):
        self._host = f"127.0.0.1:{port}"
        self._signer = Signer(*credentials)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def close(self):
        self._connection.close()

    def invoke(self, name, event, is_right):
        """- Parameter is_right: takes the decoded answer; True, or what is wrong with it."""
        began = time.monotonic()
        kind, detail = self._ask(name, json.dumps(event).encode(), is_right)
        return Outcome(kind, name, began, time.monotonic(), detail)

    def _ask(self, name, body, is_right):
        request = Request("POST", f"/2015-03-31/functions/{name}/invocations", {"Host": self._host}, body)
        self._signer.sign(request)
        try:
            self._connection.request("POST", request.path, body, request.headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return LOST, repr(error)
        return _judge(response, content, is_right)


def _judge(response, content, is_right):
    text = f"{response.status} {content.decode('utf-8', 'replace')}"
    if response.status >= 500:
        return FAILED, text
    if response.status != 200:
        return WRONG, text
    if response.getheader("X-Amz-Function-Error"):
        return (KILLED if _tells_of_a_kill(content) else WRONG), text
    verdict = is_right(json.loads(content))
    return (RIGHT, "") if verdict is True else (verdict or WRONG, text)


def _tells_of_a_kill(content):
    error = json.loads(content)
    return error.get("errorType") == "Runtime.ExitError" and "killed" in error.get("errorMessage", "")
