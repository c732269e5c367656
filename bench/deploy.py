#!/usr/bin/python3
"""From `redoubt deploy` to an answer: a handler of 500 lines that imports ten packages of PyPI.

usage: bench/deploy.py --start .build/release/redoubt      exit code 1 when a limit of thresholds.json is passed

The first time nothing is there: caches are empty, pip's own included. Then the same again, and again with a changed
handler, by an environment that starts cold each time. Needs PyPI.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import redoubt_server

REQUIREMENTS = """\
aws-lambda-powertools==3.20.0
attrs==25.3.0
cryptography==45.0.7
jinja2==3.1.6
jsonschema==4.25.1
orjson==3.11.3
pydantic==2.11.9
python-dateutil==2.9.0.post0
pyyaml==6.0.2
requests==2.32.5
"""
MODULES = (
    "attr aws_lambda_powertools cryptography.fernet dateutil.parser jinja2 jsonschema orjson pydantic requests yaml"
)
NAME = "bench-deploy"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    redoubt_server.add_arguments(parser)
    arguments = parser.parse_args()
    if not arguments.start:
        parser.error("--start is needed: its redoubt is what deploys")
    limits = json.loads(pathlib.Path(__file__).with_name("thresholds.json").read_text())["deploy"]
    with redoubt_server.open_server(arguments) as server, tempfile.TemporaryDirectory() as folder:
        seconds = measure(arguments.start, server, pathlib.Path(folder))
    passed = True
    for (what, taken), limit in zip(seconds.items(), (limits["maximum_first"], *[limits["maximum_again"]] * 2)):
        passed &= taken < limit
        print(f"{what:32}{taken:6.2f} s   (at most {limit} s)")
    return 0 if passed else 1


def measure(binary, server, folder):
    """What was done to the seconds it took."""
    project = Project(binary, server, folder)
    seconds = {}
    for what, word in (("first", "one"), ("again", "one"), ("again with a changed handler", "two")):
        project.write(word)
        start = time.monotonic()
        project.run("deploy", folder / "code", "--name", NAME, "--memory", "1769", "--timeout", "30")
        deployed = time.monotonic() - start
        answer = json.loads(project.run("invoke", NAME))
        seconds[what] = time.monotonic() - start
        print(f"{what}: deployed after {deployed:.2f} s", file=sys.stderr)
        if answer != word:
            raise SystemExit(f"the function answered {answer}, not {word}")
    return seconds


class Project:
    """The function's directory, and the command in an environment with empty caches."""

    def __init__(self, binary, server, folder):
        self.binary, self.code = pathlib.Path(binary).resolve(), folder / "code"
        self.code.mkdir()
        keep = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP", "http"))}
        key_id, secret = server.credentials
        self.environment = {
            **keep, "PATH": "/usr/bin:/bin", "HOME": str(folder), "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret, "REDOUBT_ENDPOINT": server.endpoint,
        }  # fmt: skip
        (self.code / "requirements.txt").write_text(REQUIREMENTS)

    def write(self, word):
        """The handler; everything but the word that it answers is there to be read."""
        steps = "".join(f"\n\ndef step_{number}(value):\n    return value + {number}\n" for number in range(99))
        handler = f"\n\ndef handler(event, context):\n    return {word!r}\n"
        (self.code / "app.py").write_text(f"import {', '.join(MODULES.split())}\n" + steps + handler)

    def run(self, *arguments):
        done = subprocess.run(
            [self.binary, *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout


sys.exit(main())
