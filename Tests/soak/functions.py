"""The functions under load: each answers something that only a right run of this very invocation can answer."""

import hashlib

from soak.client import KILLED, WRONG

HELLO = "def handler(event, context): return {'hello': event['n']}"

# A helper that stays, and children that come and go: all of them may be killed.
FORKS = """
import os, subprocess
helper = subprocess.Popen(['/bin/sleep', '100000'])
def handler(event, context):
    children = []
    for code in (1, 2, 3):
        pid = os.fork()
        if pid == 0:
            os.execv('/bin/sh', ['sh', '-c', f'sleep 0.02; exit {code}'])
        children.append(pid)
    return {'n': event['n'], 'codes': [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]}
"""

WRITES = """
import hashlib, os
def handler(event, context):
    path = f"/tmp/{event['n']}"
    with open(path, 'wb') as file: file.write(str(event['n']).encode() * 50000)
    with open(path, 'rb') as file: digest = hashlib.sha256(file.read()).hexdigest()
    os.unlink(path)
    return {'digest': digest}
"""

SOURCES = {"hello": HELLO, "forks": FORKS, "writes": WRITES}


def is_right(name, number):
    """The judge of one invocation's answer."""
    if name == "forks":
        return lambda answer: _judge_forks(answer, number)
    expected = {"hello": number}
    if name == "writes":
        expected = {"digest": hashlib.sha256(str(number).encode() * 50000).hexdigest()}
    return lambda answer: answer == expected


def _judge_forks(answer, number):
    if answer.get("n") != number:
        return WRONG
    if answer["codes"] == [1, 2, 3]:
        return True
    return KILLED if all(code in (-9, wanted) for code, wanted in zip(answer["codes"], (1, 2, 3))) else WRONG
