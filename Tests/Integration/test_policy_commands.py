"""`redoubt policy` works on files, without a server."""

import json
import subprocess

import pytest
from harness.clients import ACCOUNT
from harness.identities import allow, deny, document
from harness.paths import redoubt_binary

USER = {"type": "user", "arn": f"arn:aws:iam::{ACCOUNT}:user/ada", "account": ACCOUNT}


@pytest.fixture
def policy(tmp_path):
    """Runs the command over files of these texts; the completed process."""

    def policy(command, *texts, options=()):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.json")
            files[-1].write_text(text if isinstance(text, str) else json.dumps(text))
        return subprocess.run(
            [redoubt_binary(), "policy", command, *options, *files], capture_output=True, text=True, cwd=tmp_path
        )

    return policy


def case(name, *statements, **request):
    asked = {
        "principal": USER, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": ACCOUNT, "context": {},
        **request,
    }  # fmt: skip
    return {"id": name, "request": asked, "policies": {"identity": [json.loads(document(*statements))]}}


def test_each_case_is_a_line_with_its_decision(policy):
    cases = [case("a", allow("s3:*")), case("b", allow("ec2:*")), case("c", allow("s3:*"), deny("s3:Get*", Sid="No"))]
    done = policy("check", {"cases": cases})
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.splitlines()
    assert first.startswith("a ALLOW allow an identity-based policy allows it")
    assert second == "b DENY implicitDeny because no identity-based policy allows the s3:GetObject action"
    assert third.startswith("c DENY explicitDeny with an explicit deny in an identity-based policy") and "`No`" in third


def test_cases_may_be_in_several_files_and_in_json(policy):
    files = [{"cases": [case(name, allow("s3:*"))]} for name in "xy"]
    done = policy("check", *files, options=["--json"])
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["x", "y"]
    assert {json.loads(line)["kind"] for line in done.stdout.splitlines()} == {"allow"}


@pytest.mark.parametrize(
    "change, word",
    [
        ({"policies": {"identity": [{"Statement": "x"}]}}, "policies.identity"),
        ({"request": {}}, "request.principal"),
        ({"request": {"principal": {"type": "ghost"}, "action": "a:b", "resource": "*", "resource_account": "1"}}, "ghost"),
        ({"policies": {"identity": {}}}, "policies.identity"),
        ({"policies": {"scps": [1]}}, "policies.scps"),
    ],
)
def test_a_case_that_cannot_be_read_is_an_error_and_the_others_are_decided(policy, change, word):
    done = policy("check", {"cases": [{**case("bad", allow("s3:*")), **change}, case("good", allow("s3:*"))]})
    bad, good = done.stdout.splitlines()
    assert bad.startswith("bad ERROR ") and word in bad and good.startswith("good ALLOW ")
    assert done.returncode == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cases": 1}', '{"cases": [], "cases": []}'])
def test_a_file_that_cannot_be_read_is_an_error(policy, text):
    done = policy("check", text)
    assert done.returncode == 1 and " ERROR " in done.stdout


def test_an_id_stays_on_its_line(policy):
    done = policy("check", {"cases": [case("a\nb\x1b[31m", allow("s3:*"))]})
    assert len(done.stdout.splitlines()) == 1 and "\x1b" not in done.stdout


def test_the_time_of_a_decision_is_told_when_it_is_asked_for(policy):
    done = policy("check", {"cases": [case("a", allow("s3:*"))]}, options=["--json", "--times", "100"])
    assert 0 < json.loads(done.stdout)["nanoseconds"] < 10_000_000
    assert policy("check", {"cases": []}, options=["--times", "0"]).returncode == 2


def test_a_policy_that_has_nothing_wrong_is_silent(policy):
    done = policy("lint", document(allow("lambda:InvokeFunction", on="arn:aws:lambda:*:*:function:f")))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_warning_is_told_and_no_failure(policy):
    done = policy("lint", document(allow("s3:PutObject")))
    assert done.returncode == 0
    assert "0.json:statement 1: warning any-resource: Resource `*`: " in done.stdout


@pytest.mark.parametrize("text, rule", [(document(allow("*")), "any-action"), ("{}", "malformed")])
def test_an_error_is_told_and_a_failure(policy, text, rule):
    done = policy("lint", text)
    assert done.returncode == 1 and f" error {rule}: " in done.stdout


def test_sarif_names_each_rule_that_a_result_has(policy):
    done = policy("lint", document(allow("*")), "no json", options=["--format", "sarif"])
    (run,) = json.loads(done.stdout)["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == {"any-action", "any-resource", "escalation", "malformed"}
    assert {result["ruleId"] for result in run["results"]} <= rules
    assert done.returncode == 1
