#!/usr/bin/python3
"""What one decision costs for a principal with ten statements, without and with conditions and variables."""

import json
import pathlib
import subprocess
import tempfile

import benchmark

ACCOUNT = "111111111111"
FUNCTION = "arn:aws:lambda:us-east-1:%s:function:hello" % ACCOUNT
CONDITION = {
    "StringEquals": {"aws:PrincipalTag/team": "${aws:RequestTag/team}"},
    "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
    "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"]},
}
CONTEXT = {
    "aws:PrincipalTag/team": "red",
    "aws:RequestTag/team": "red",
    "aws:CurrentTime": "2026-01-31T12:00:00Z",
    "aws:SourceIp": "127.0.0.1",
    "aws:username": "ada",
}


def measure(arguments, settings, table):
    if not arguments.start:
        raise SystemExit("decisions are made without a server: give --start")
    cases = [case("plain", {}), case("conditions", {"Condition": CONDITION})]
    for verdict in decide(arguments.start, cases, settings.times):
        if verdict["decision"] != "ALLOW":
            raise RuntimeError("unexpected decision: %r" % verdict)
        title = "a decision, 10 statements, %s: median" % verdict["id"]
        table.add(verdict["id"] + "_us", title, verdict["nanoseconds"] / 1e3, "us")


def case(name, members):
    """A question that the last of ten statements allows."""
    others = [
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "arn:aws:s3:::bucket-%d/*" % number}
        for number in range(8)
    ]
    denial = {"Effect": "Deny", "Action": "lambda:Delete*", "Resource": "*"}
    wanted = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION + "*", **members}
    return {
        "id": name,
        "request": {
            "principal": {"type": "user", "arn": "arn:aws:iam::%s:user/ada" % ACCOUNT, "account": ACCOUNT},
            "action": "lambda:InvokeFunction",
            "resource": FUNCTION,
            "resource_account": ACCOUNT,
            "context": CONTEXT,
        },
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": [*others, denial, wanted]}]},
    }


def decide(binary, cases, times):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "cases.json"
        file.write_text(json.dumps({"cases": cases}))
        command = [binary, "policy", "check", "--json", "--times", str(times), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    benchmark.main("policy", __doc__, measure)
