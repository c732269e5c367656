"""A deployment script of AWS CLI calls: made, looked at twice without drift, taken down."""

import json

from harness.clients import ROLE
from harness.functions import unique_name
from harness.packages import make_zip


def test_function_alias_layer_and_tags_by_the_aws_cli(aws, tmp_path):
    name, layer = unique_name("cli"), unique_name("layer")
    (tmp_path / "layer.zip").write_bytes(make_zip({"python/greeting.py": "WORD = 'hello'"}))
    (tmp_path / "code.zip").write_bytes(
        make_zip({"app.py": "import greeting\ndef handler(event, context): return [greeting.WORD, event['name']]"})
    )

    def call(*arguments):
        text = aws("lambda", *arguments).stdout
        return json.loads(text) if text.strip() else None

    published = call(
        "publish-layer-version", "--layer-name", layer, "--zip-file", f"fileb://{tmp_path}/layer.zip",
        "--compatible-runtimes", "python3.11",
    )  # fmt: skip
    created = call(
        "create-function", "--function-name", name, "--runtime", "python3.11", "--handler", "app.handler",
        "--role", ROLE, "--zip-file", f"fileb://{tmp_path}/code.zip", "--timeout", "9", "--memory-size", "192",
        "--layers", published["LayerVersionArn"], "--environment", "Variables={MOOD=fine}",
        "--tags", "stage=test,team=blue", "--publish",
    )  # fmt: skip
    aws("lambda", "wait", "function-active-v2", "--function-name", name)
    call("create-alias", "--function-name", name, "--name", "live", "--function-version", created["Version"])

    def look():
        found = call("get-function", "--function-name", name)
        found["Code"].pop("Location")  # signed anew for each caller
        return [
            found,
            call("get-alias", "--function-name", name, "--name", "live"),
            call("list-tags", "--resource", found["Configuration"]["FunctionArn"]),
            call("list-versions-by-function", "--function-name", name),
            call("list-layer-versions", "--layer-name", layer),
        ]

    first = look()
    assert first == look(), "a second look finds something else"
    assert first[0]["Tags"] == first[2]["Tags"] == {"stage": "test", "team": "blue"}
    assert [one["Arn"] for one in first[0]["Configuration"]["Layers"]] == [published["LayerVersionArn"]]
    assert first[1]["FunctionVersion"] == "1"

    payload = ["--payload", '{"name": "ada"}', str(tmp_path / "out.json")]
    answer = call("invoke", "--function-name", name, "--qualifier", "live", *payload)
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "1")
    assert json.loads((tmp_path / "out.json").read_text()) == ["hello", "ada"]

    call("delete-alias", "--function-name", name, "--name", "live")
    call("delete-function", "--function-name", name)
    call("delete-layer-version", "--layer-name", layer, "--version-number", "1")
    assert name not in [one["FunctionName"] for one in call("list-functions")["Functions"]]
    assert call("list-layer-versions", "--layer-name", layer)["LayerVersions"] == []
