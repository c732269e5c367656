"""The actions that `redoubt policy lint` knows are those of AWS's models."""

import json
import subprocess

import pytest
from Conformance.model import service
from Conformance.test_inputs import OWN
from harness.paths import redoubt_binary

NOT_CALLED_SO = {"lambda": {"Invoke", "InvokeWithResponseStream"}}
"""Operations for which the action has another name."""

JUDGED_AS_LAMBDAS = {("redoubt", "GetFunctionPackage"), ("redoubt", "GetLayerPackage")}
"""Operations of Redoubt's own API that need an action of Lambda's."""


@pytest.fixture
def unknown(tmp_path):
    """The actions among those given that the program takes for mistyped."""

    def unknown(actions):
        policy = tmp_path / "policy.json"
        statement = {"Effect": "Deny", "Action": actions, "Resource": "*"}
        policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        command = [redoubt_binary(), "policy", "lint", "--format", "sarif", policy]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results = json.loads(done.stdout)["runs"][0]["results"]
        return [found["message"]["text"] for found in results if found["ruleId"] == "unknown-action"]

    return unknown


@pytest.mark.parametrize("name", ["iam", "lambda", "logs", "sts"])
def test_every_action_of_the_model_is_known(unknown, name):
    actions = [f"{name}:{action}" for action in set(service(name).operation_names) - NOT_CALLED_SO.get(name, set())]
    assert unknown(sorted(actions)) == []


def test_the_known_actions_of_redoubts_own_api_are_those_that_are_served(unknown):
    served = {f"redoubt:{name}" for _, name in OWN - JUDGED_AS_LAMBDAS}
    assert unknown(sorted(served)) == []
    assert len(unknown(sorted(f"redoubt:{name}" for _, name in JUDGED_AS_LAMBDAS))) == len(JUDGED_AS_LAMBDAS)
    assert ["redoubt:PutNothing" in text for text in unknown(["redoubt:PutNothing"])] == [True]


@pytest.mark.parametrize("action", ["iam:CreateUsr", "lambda:Invoke", "logs:PutLogEvent", "sts:AssumeRoles", "iam:Gett*"])
def test_a_mistyped_action_is_told(unknown, action):
    assert [action in text for text in unknown([action, "s3:NoSuchThing"])] == [True]
