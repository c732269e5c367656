"""The AWS CLI, as installed from its registry, takes a function from creation to deletion."""

import base64
import json

from harness.clients import ROLE
from harness.functions import unique_name
from harness.packages import make_zip


def test_the_whole_life_of_a_function(aws, tmp_path):
    name = unique_name()
    package, out = tmp_path / "package.zip", tmp_path / "out.json"
    package.write_bytes(make_zip({"app.py": "def handler(e, c): print('printed'); return {'got': e}"}))

    created = aws(
        "lambda", "create-function", "--function-name", name, "--runtime", "python3.11", "--handler", "app.handler",
        "--role", ROLE, "--zip-file", f"fileb://{package}", "--environment", "Variables={KEY=b}",
    )  # fmt: skip
    assert json.loads(created.stdout)["FunctionName"] == name
    try:
        aws("lambda", "wait", "function-active-v2", "--function-name", name)

        invoked = aws(
            "lambda",
            "invoke",
            "--function-name",
            name,
            "--payload",
            '{"text": "grüße"}',
            "--log-type",
            "Tail",
            str(out),
        )
        answer = json.loads(invoked.stdout)
        assert answer["StatusCode"] == 200 and "FunctionError" not in answer
        assert json.loads(out.read_text()) == {"got": {"text": "grüße"}}
        assert "printed" in base64.b64decode(answer["LogResult"]).decode()

        package.write_bytes(make_zip({"app.py": "def handler(e, c): return 'second'"}))
        aws("lambda", "update-function-code", "--function-name", name, "--zip-file", f"fileb://{package}")
        aws("lambda", "update-function-configuration", "--function-name", name, "--timeout", "9")
        aws("lambda", "wait", "function-updated-v2", "--function-name", name)
        assert json.loads(aws("lambda", "publish-version", "--function-name", name).stdout)["Version"] == "1"
        aws("lambda", "invoke", "--function-name", name, "--qualifier", "1", str(out))
        assert json.loads(out.read_text()) == "second"

        listed = json.loads(aws("lambda", "list-functions", "--page-size", "1").stdout)["Functions"]
        assert name in {function["FunctionName"] for function in listed}
        assert (
            json.loads(aws("lambda", "get-function", "--function-name", name).stdout)["Configuration"]["Timeout"] == 9
        )

        events = json.loads(aws("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{name}").stdout)[
            "events"
        ]
        assert any("printed" in event["message"] for event in events)
    finally:
        aws("lambda", "delete-function", "--function-name", name)
    gone = aws("lambda", "get-function", "--function-name", name, check=False)
    assert gone.returncode != 0 and "ResourceNotFoundException" in gone.stderr


def test_aliases_tags_and_account_settings(aws, tmp_path):
    name, package = unique_name(), tmp_path / "package.zip"
    package.write_bytes(make_zip({"app.py": "def handler(e, c): return c.invoked_function_arn"}))

    def output(*arguments):
        return json.loads(aws("lambda", *arguments).stdout)

    arn = output(
        "create-function", "--function-name", name, "--runtime", "python3.11", "--handler", "app.handler", "--role",
        ROLE, "--zip-file", f"fileb://{package}", "--tags", "stage=test,team=a b", "--publish",
    )["FunctionArn"].removesuffix(":1")  # fmt: skip
    try:
        aws("lambda", "update-function-configuration", "--function-name", name, "--timeout", "9")
        assert output("publish-version", "--function-name", name)["Version"] == "2"
        alias = ("--function-name", name, "--name", "live")
        output(
            "create-alias", *alias, "--function-version", "1", "--routing-config", "AdditionalVersionWeights={2=0.5}"
        )
        aws("lambda", "invoke", "--function-name", f"{name}:live", str(tmp_path / "out.json"))
        assert json.loads((tmp_path / "out.json").read_text()) == f"{arn}:live"
        output("update-alias", *alias, "--function-version", "2", "--routing-config", "AdditionalVersionWeights={}")
        found = output("get-alias", *alias)
        assert found["FunctionVersion"] == "2" and "RoutingConfig" not in found
        listed = output("list-versions-by-function", "--function-name", name, "--page-size", "1")["Versions"]
        assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
        aws("lambda", "untag-resource", "--resource", arn, "--tag-keys", "stage")
        assert output("list-tags", "--resource", arn)["Tags"] == {"team": "a b"}
        assert output("get-account-settings")["AccountUsage"]["FunctionCount"] >= 1
        aws("lambda", "delete-alias", *alias)
        assert output("list-aliases", "--function-name", name)["Aliases"] == []
    finally:
        aws("lambda", "delete-function", "--function-name", name)
