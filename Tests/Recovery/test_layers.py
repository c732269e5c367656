"""Layers outlive the server, also those that only functions still have."""

import pytest
from harness.clients import ROLE, boto3_client
from harness.functions import invoke_function
from harness.packages import make_zip

CODE = make_zip({"app.py": "import tools\ndef handler(event, context): return tools.VALUE"})


@pytest.fixture
def client(fresh_server):
    return boto3_client(fresh_server)


def publish(client, value):
    content = {"ZipFile": make_zip({"python/tools.py": f"VALUE = {value!r}"})}
    return client.publish_layer_version(LayerName="tools", Content=content)["LayerVersionArn"]


def create(client, name, layer):
    client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Code={"ZipFile": CODE},
        Layers=[layer],
    )  # fmt: skip


def test_a_layer_outlives_the_server_without_a_function(fresh_server, client):
    layer = publish(client, "one")
    fresh_server.restart()
    assert client.get_layer_version_by_arn(Arn=layer)["Version"] == 1
    create(client, "f", layer)
    assert invoke_function(client, "f").json == "one"


def test_a_deleted_layer_outlives_the_server_in_its_functions(fresh_server, client):
    create(client, "f", publish(client, "kept"))
    client.delete_layer_version(LayerName="tools", VersionNumber=1)
    fresh_server.restart()
    assert invoke_function(client, "f").json == "kept"
    assert publish(client, "next").endswith(":2"), "the number is not given again"


def test_a_layer_that_nothing_needs_is_removed_at_the_next_start(fresh_server, client):
    publish(client, "gone")
    before = len(list(fresh_server.data.glob("packages/*/*/*")))
    client.delete_layer_version(LayerName="tools", VersionNumber=1)
    fresh_server.restart()
    assert before == 1 and list(fresh_server.data.glob("packages/*/*/*")) == []
