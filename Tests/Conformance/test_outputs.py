"""What the server answers has only the names and types of AWS's model, success or failure."""

import json
from functools import partial

import pytest
from botocore.exceptions import ClientError
from Conformance.model import COMMON_ERRORS, body_members, faults
from harness.clients import ROLE, boto3_client
from harness.functions import unique_name
from harness.packages import make_zip

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:no-such-function"
LAYER = "arn:aws:lambda:us-east-1:000000000000:layer:l:1"


class Recorder:
    """Holds every raw answer of a client against the model."""

    def __init__(self, client):
        self.faults = []
        self.operations = set()
        self.codes = set()
        self._events = client.meta.events
        self._event = f"after-call.{client.meta.service_model.service_id.hyphenize()}"
        self._events.register(self._event, self._check)

    def stop(self):
        self._events.unregister(self._event, self._check)

    def _check(self, http_response, parsed, model, **_):
        self.operations.add(model.name)
        if http_response.status_code >= 300:
            self._check_error(http_response, parsed, model)
            return
        expected = model.http.get("responseCode", 200)
        if http_response.status_code != expected and not has_status_member(model.output_shape):
            self.faults.append(f"{model.name}: status {http_response.status_code} instead of {expected}")
        if model.has_streaming_output or model.has_event_stream_output:
            return
        body = http_response.content
        if model.output_shape is None or not body_members(model.output_shape):
            if body:
                self.faults.append(f"{model.name}: a body of {len(body)} bytes where none belongs")
            return
        self.faults += [f"{model.name}: {fault}" for fault in faults(model.output_shape, json.loads(body))]

    def _check_error(self, http_response, parsed, model):
        code = parsed["Error"]["Code"]
        self.codes.add(code)
        shapes = {shape.name: shape for shape in model.error_shapes}
        members = json.loads(http_response.content)
        members.pop("__type", None)
        if code in shapes:
            shape = shapes[code]
            if "message" not in {name.lower() for name in shape.members}:
                members.pop("message", None)  # Every JSON protocol has it, whether the shape says so or not.
            self.faults += [f"{model.name}: {fault}" for fault in faults(shape, members)]
            status = shape.metadata.get("error", {}).get("httpStatusCode")
            if status and status != http_response.status_code:
                self.faults.append(f"{model.name}: {code} has status {http_response.status_code} instead of {status}")
        elif code not in COMMON_ERRORS:
            self.faults.append(f"{model.name}: {code} is no error of this operation")
        if not parsed["Error"]["Message"]:
            self.faults.append(f"{model.name}: {code} has no message")


def has_status_member(shape):
    """Then the status is part of the answer, and free."""
    return shape is not None and any(m.serialization.get("location") == "statusCode" for m in shape.members.values())


@pytest.fixture
def recorded(server):
    client = boto3_client(server)
    recorder = Recorder(client)
    return client, recorder


def test_every_answer_of_a_life_cycle_fits_the_model(recorded):
    client, recorder = recorded
    name, package = unique_name(), make_zip({"app.py": "def handler(e, c): return e"})
    client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Description="d", Timeout=9,
        MemorySize=192, Environment={"Variables": {"KEY": "b"}}, Code={"ZipFile": package},
    )  # fmt: skip
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    client.get_function(FunctionName=name)
    client.get_function_configuration(FunctionName=name)
    client.invoke(FunctionName=name, Payload=b"{}", LogType="Tail")["Payload"].read()
    client.invoke(FunctionName=name, InvocationType="DryRun")
    streamed = list(client.invoke_with_response_stream(FunctionName=name, Payload=b"{}", LogType="Tail")["EventStream"])
    assert [list(event) for event in streamed] == [["PayloadChunk"], ["InvokeComplete"]]
    client.update_function_code(FunctionName=name, ZipFile=make_zip({"app.py": "def handler(e, c): return 2"}))
    client.update_function_configuration(FunctionName=name, Description="e")
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    client.publish_version(FunctionName=name, Description="f")
    client.list_functions(FunctionVersion="ALL", MaxItems=50)
    alias = {"FunctionName": name, "Name": "live"}
    client.create_alias(**alias, FunctionVersion="$LATEST", Description="a")
    client.update_alias(**alias, FunctionVersion="1")
    client.get_alias(**alias)
    client.list_aliases(FunctionName=name, MaxItems=1)
    provisioned = {"FunctionName": name, "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**provisioned, ProvisionedConcurrentExecutions=1)
    client.get_provisioned_concurrency_config(**provisioned)
    client.list_provisioned_concurrency_configs(FunctionName=name, MaxItems=1)
    client.delete_provisioned_concurrency_config(**provisioned)
    client.delete_alias(**alias)
    client.list_versions_by_function(FunctionName=name, MaxItems=1)
    resource = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    client.tag_resource(Resource=resource, Tags={"stage": "test"})
    client.list_tags(Resource=resource)
    client.get_account_settings()
    client.get_function_code_signing_config(FunctionName=name)
    client.get_function_concurrency(FunctionName=name)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    client.get_function(FunctionName=name)
    client.get_function_concurrency(FunctionName=name)
    client.delete_function_concurrency(FunctionName=name)
    client.get_function(FunctionName=name)
    client.untag_resource(Resource=resource, TagKeys=["stage"])
    client.delete_function(FunctionName=name, Qualifier="1")
    client.delete_function(FunctionName=name)
    assert recorder.faults == []
    assert recorder.operations == {
        "CreateFunction", "GetFunction", "GetFunctionConfiguration", "Invoke", "UpdateFunctionCode",
        "UpdateFunctionConfiguration", "PublishVersion", "ListFunctions", "DeleteFunction",
        "CreateAlias", "UpdateAlias", "GetAlias", "ListAliases", "DeleteAlias", "ListVersionsByFunction",
        "TagResource", "ListTags", "UntagResource", "GetAccountSettings", "GetFunctionCodeSigningConfig",
        "InvokeWithResponseStream", "GetFunctionConcurrency", "DeleteFunctionConcurrency", "PutFunctionConcurrency",
        "PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig", "ListProvisionedConcurrencyConfigs",
        "DeleteProvisionedConcurrencyConfig",
    }  # fmt: skip


def test_every_answer_about_a_layer_fits_the_model(recorded):
    client, recorder = recorded
    name, content = unique_name("layer"), {"ZipFile": make_zip({"python/tools.py": ""})}
    made = client.publish_layer_version(
        LayerName=name, Content=content, Description="d", LicenseInfo="MIT", CompatibleRuntimes=["python3.11"],
        CompatibleArchitectures=["x86_64", "arm64"],
    )  # fmt: skip
    client.publish_layer_version(LayerName=name, Content=content)
    client.get_layer_version(LayerName=name, VersionNumber=1)
    client.get_layer_version_by_arn(Arn=made["LayerVersionArn"])
    client.list_layer_versions(LayerName=name, MaxItems=1)
    client.list_layers(MaxItems=1)
    created = client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Layers=[made["LayerVersionArn"]],
        Code={"ZipFile": make_zip({"app.py": ""})},
    )  # fmt: skip
    assert created["Layers"] == [{"Arn": made["LayerVersionArn"], "CodeSize": made["Content"]["CodeSize"]}]
    client.update_function_configuration(FunctionName=name, Layers=[])
    client.delete_function(FunctionName=name)
    for number in (1, 2):
        client.delete_layer_version(LayerName=name, VersionNumber=number)
    failing = [
        (client.get_layer_version, {"LayerName": name, "VersionNumber": 1}),
        (client.get_layer_version_by_arn, {"Arn": made["LayerVersionArn"]}),
        (client.get_layer_version_by_arn, {"Arn": LAYER}), (client.list_layers, {"Marker": "made-up"}),
        (client.publish_layer_version, {"LayerName": name, "Content": {"ZipFile": b"x"}}),
        (client.publish_layer_version, {"LayerName": name, "Content": {}}),
        (client.publish_layer_version, {"LayerName": "a.b", "Content": content}),
    ]  # fmt: skip
    for call, members in failing:
        with pytest.raises(ClientError):
            call(**members)
    assert recorder.faults == []
    assert recorder.operations >= {
        "PublishLayerVersion", "GetLayerVersion", "GetLayerVersionByArn", "ListLayers", "ListLayerVersions",
        "DeleteLayerVersion",
    }  # fmt: skip


def test_every_error_fits_the_model(recorded, deploy):
    client, recorder = recorded
    name, package = deploy("def handler(e, c): return e"), make_zip({"app.py": ""})
    missing = {"FunctionName": "no-such-function"}
    creation = {"Runtime": "python3.11", "Handler": "app.handler", "Role": ROLE, "Code": {"ZipFile": package}}
    failing = [
        (client.get_function, missing), (client.get_function_configuration, missing), (client.delete_function, missing),
        (client.update_function_code, {**missing, "ZipFile": package}), (client.publish_version, missing),
        (client.update_function_configuration, missing), (client.invoke, missing),
        (client.create_function, {**creation, "FunctionName": name}),
        (client.create_function, {**creation, "FunctionName": unique_name(), "Runtime": "nope"}),
        (client.create_function, {**creation, "FunctionName": unique_name(), "Timeout": 9999}),
        (client.create_function, {**creation, "FunctionName": unique_name(), "Code": {"ZipFile": b"x"}}),
        (client.create_function, {**creation, "FunctionName": unique_name(), "Layers": [LAYER]}),
        (client.invoke, {"FunctionName": name, "Payload": b"{"}),
        (client.invoke, {"FunctionName": name, "Payload": b'"' + b"x" * (7 << 20) + b'"'}),
        (client.invoke, {"FunctionName": name, "Qualifier": "99"}),
        (client.invoke, {"FunctionName": name, "InvocationType": "Event"}),
        (client.publish_version, {"FunctionName": name, "CodeSha256": "0" * 44}),
        (client.update_function_code, {"FunctionName": name, "ZipFile": package, "RevisionId": "x"}),
        (client.list_functions, {"Marker": "made-up"}),
        (client.get_alias, {"FunctionName": name, "Name": "nope"}),
        (client.update_alias, {"FunctionName": name, "Name": "nope"}),
        (client.delete_alias, {**missing, "Name": "nope"}),
        (client.list_aliases, {"FunctionName": name, "Marker": "made-up"}),
        (client.create_alias, {"FunctionName": name, "Name": "live", "FunctionVersion": "9"}),
        (client.list_tags, {"Resource": FUNCTION}),
        (client.get_function_code_signing_config, missing),
        (client.untag_resource, {"Resource": FUNCTION, "TagKeys": ["k"]}),
        (client.tag_resource, {"Resource": FUNCTION, "Tags": {"k": "v"}}),
        (client.tag_resource, {"Resource": FUNCTION, "Tags": {}}),
        (client.list_tags, {"Resource": LAYER}),
        (client.create_function, {**creation, "FunctionName": unique_name(), "Tags": {"aws:k": "v"}}),
        (client.list_versions_by_function, missing),
        (client.list_versions_by_function, {"FunctionName": name, "Marker": "made-up"}),
        (client.publish_version, {"FunctionName": name, "RevisionId": "x"}),
        (client.create_alias, {"FunctionName": name, "Name": "12", "FunctionVersion": "$LATEST"}),
        (client.delete_function, {"FunctionName": name, "Qualifier": "live"}),
    ]  # fmt: skip
    for call, members in failing:
        with pytest.raises(ClientError):
            call(**members)
    assert recorder.faults == []


def test_the_log_events_fit_the_model(server, deploy, invoke):
    from harness.waiting import wait_until

    client = boto3_client(server, "logs")
    recorder = Recorder(client)
    name = deploy("def handler(e, c): print('hello')")
    invoke(name)
    wait_until(partial(log_events, client, name), 8, 0.1, what="log events")
    group = {"logGroupName": f"/aws/lambda/{name}"}
    (stream,) = client.describe_log_streams(**group, orderBy="LastEventTime")["logStreams"]
    client.get_log_events(**group, logStreamName=stream["logStreamName"])
    client.put_retention_policy(**group, retentionInDays=1)
    client.describe_log_groups(logGroupNamePrefix=group["logGroupName"])
    client.delete_retention_policy(**group)
    client.delete_log_group(**group)
    client.create_log_group(**group)
    with pytest.raises(ClientError):
        client.create_log_group(**group)
    missing = {"logGroupName": "/aws/lambda/no-such-function"}
    for call, members in [
        (client.filter_log_events, {}), (client.describe_log_streams, {}), (client.get_log_events, {"logStreamName": "s"}),
        (client.put_retention_policy, {"retentionInDays": 1}), (client.delete_retention_policy, {}),
        (client.delete_log_group, {}),
    ]:  # fmt: skip
        with pytest.raises(ClientError):
            call(**missing, **members)
    assert recorder.faults == []


def log_events(client, name):
    try:
        return client.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except client.exceptions.ResourceNotFoundException:
        return []


def test_the_check_finds_what_does_not_fit():
    from Conformance.model import operation

    shape = operation("lambda", "GetFunctionConfiguration").output_shape
    wrong = {
        "FunctionName": 7,
        "Timeout": "3",
        "Nope": 1,
        "State": "Sleepy",
        "Layers": {},
        "Environment": {"Variables": 1},
    }
    assert len(faults(shape, wrong)) == 6
    assert faults(shape, {"FunctionName": "f", "Timeout": 3, "State": "Active", "Layers": []}) == []
