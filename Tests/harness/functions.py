"""Functions for tests: unique names, deployed, invoked and deleted through boto3."""

import base64
import json
import secrets
from dataclasses import dataclass

from botocore.exceptions import ClientError

from harness.clients import ROLE
from harness.packages import package_of
from harness.waiting import SLOWNESS


@dataclass
class Answer:
    """What Invoke answered."""

    status: int
    payload: bytes
    error: str | None
    version: str | None
    log: str
    request_id: str

    @property
    def json(self):
        return json.loads(self.payload)


class Deployer:
    """Deploys functions and deletes them at the end."""

    def __init__(self, client, role=ROLE):
        self.client = client
        self.role = role
        self.names = []

    def __call__(self, code, *, name=None, environment=None, **configuration):
        """Returns the function's name once it is active. Further keywords are members of CreateFunction."""
        name = name or unique_name()
        members = {"Runtime": "python3.11", "Handler": "app.handler", "Timeout": 5, "MemorySize": 128, "Role": self.role}
        if environment is not None:
            members["Environment"] = {"Variables": environment}
        members.update(configuration)
        members["Timeout"] = min(round(members["Timeout"] * SLOWNESS), 900)
        self.names.append(name)
        self.client.create_function(FunctionName=name, Code={"ZipFile": package_of(code)}, **members)
        self.client.get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    def clean_up(self):
        for name in self.names:
            try:
                self.client.delete_function(FunctionName=name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
        self.names = []


def unique_name(prefix="t"):
    return f"{prefix}-{secrets.token_hex(6)}"


def invoke_function(client, name, event=None, *, payload=None, tail=False, **members):
    """- Parameters:
    - event: sent as JSON; None sends no payload at all
    - payload: bytes to send instead
    """
    if payload is None and event is not None:
        payload = json.dumps(event).encode()
    if payload is not None:
        members["Payload"] = payload
    if tail:
        members["LogType"] = "Tail"
    response = client.invoke(FunctionName=name, **members)
    return Answer(
        status=response["StatusCode"],
        payload=response["Payload"].read(),
        error=response.get("FunctionError"),
        version=response.get("ExecutedVersion"),
        log=base64.b64decode(response.get("LogResult", "")).decode(errors="replace"),
        request_id=response["ResponseMetadata"]["RequestId"],
    )


def error_code(error_info):
    """The AWS error code of a caught ClientError."""
    return error_info.value.response["Error"]["Code"]
