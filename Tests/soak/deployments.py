"""A thread that deploys, changes and deletes, and a ledger of what was acknowledged."""

import os
import random
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from harness.clients import ROLE, boto3_client
from harness.packages import make_zip
from soak.client import FAILED, LOST, WRONG, Outcome

MOST_FUNCTIONS = 6
ABSENT = None


def package(value):
    """Large and of many files, so that unpacking it takes a while."""
    files = {f"data/{number}": b"x" * 100 for number in range(800)}
    return make_zip({"app.py": f"def handler(event, context): return {value!r}", "noise": os.urandom(1 << 20), **files})


class Deployments:
    """`possible` holds, by name, every value that the function may answer: one, if the last change was acknowledged."""

    def __init__(self, server, seed):
        self.possible, self.acknowledged = {}, 0
        self._client, self._choice, self._count = boto3_client(server), random.Random(f"{seed}-deployments"), 0
        self._running, self._lock, self._bad = threading.Event(), threading.Lock(), []
        threading.Thread(target=self._work, daemon=True).start()

    def resume(self):
        self._running.set()

    def pause(self):
        self._running.clear()
        with self._lock:  # the change under way, if any, is over
            bad, self._bad = self._bad, []
        self._client.close()
        return bad

    def _work(self):
        while True:
            self._running.wait()
            with self._lock:
                if self._running.is_set():
                    self._change()
            time.sleep(0.05)

    def _change(self):
        self._count += 1
        name, value = f"d{self._count}", self._count
        before = {ABSENT}
        known = sorted(name for name, possible in self.possible.items() if ABSENT not in possible)
        if known and (len(self.possible) >= MOST_FUNCTIONS or self._choice.random() < 0.5):
            name = self._choice.choice(known)
            before = self.possible[name]
            if len(self.possible) >= MOST_FUNCTIONS and self._choice.random() < 0.5:
                value = ABSENT
        self.possible[name] = before | {value}
        if self._attempt(name, value, is_new=before == {ABSENT}):
            self.acknowledged += 1
            self.settle(name, value)

    def settle(self, name, value):
        """It is known by now which of the possible values it is."""
        self.possible[name] = {value}
        if value is ABSENT:
            del self.possible[name]

    def _attempt(self, name, value, is_new):
        began = time.monotonic()
        try:
            self._call(name, value, is_new)
            return True
        except (BotoCoreError, HTTPClientError) as error:
            kind, detail = LOST, repr(error)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            kind, detail = FAILED if status >= 500 else WRONG, str(error)
        self._bad.append(Outcome(kind, name, began, time.monotonic(), detail))
        return False

    def _call(self, name, value, is_new):
        if value is ABSENT:
            self._client.delete_function(FunctionName=name)
        elif is_new:
            self._client.create_function(
                FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=20,
                Code={"ZipFile": package(value)},
            )  # fmt: skip
        else:
            self._client.update_function_code(FunctionName=name, ZipFile=package(value))
