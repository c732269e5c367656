"""Functions with layers: what they find at /opt, what is refused, what stays."""

import subprocess
import textwrap

import pytest
from botocore.exceptions import ClientError
from harness.clients import ACCOUNT, REGION
from harness.functions import error_code, unique_name
from harness.packages import make_zip

LOOK = """
    import os
    def handler(event, context):
        return [open(path).read() if os.path.isfile(path) else None for path in event]
"""
IMPORT = "import tools\ndef handler(event, context): return tools.VALUE"
LIMIT = 262_144_000


@pytest.fixture
def layer(deploy_layer):
    return deploy_layer


def module(value):
    return {"python/tools.py": f"VALUE = {value!r}"}


def configure(client, name, **members):
    answer = client.update_function_configuration(FunctionName=name, **members)
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    return answer


def refusal(call, **members):
    with pytest.raises(ClientError) as error:
        call(**members)
    return error_code(error), error.value.response["Error"]["Message"]


def test_a_function_imports_from_its_layer(deploy, invoke, layer):
    assert invoke(deploy(IMPORT, Layers=[layer(module("from a layer"))])).json == "from a layer"


def test_site_packages_of_a_layer_go_before_its_python_directory(deploy, invoke, layer):
    site = layer({"python/lib/python3.11/site-packages/tools.py": "VALUE = 'site'"})
    assert invoke(deploy(IMPORT, Layers=[site, layer(module("plain"))])).json == "site"


def test_the_code_goes_before_its_layers(deploy, invoke, layer):
    code = {"app.py": IMPORT, "tools.py": "VALUE = 'own'"}
    assert invoke(deploy(code, Layers=[layer(module("layer"))])).json == "own"


def test_a_later_layer_wins_and_the_rest_is_merged(deploy, invoke, layer, lambda_client):
    first, second = layer({"both": "first", "lib/first": "1"}), layer({"both": "second", "lib/second": "2"})
    name = deploy(LOOK, Layers=[first, second])
    paths = ["/opt/both", "/opt/lib/first", "/opt/lib/second"]
    assert invoke(name, paths).json == ["second", "1", "2"]
    configure(lambda_client, name, Layers=[second, first])
    assert invoke(name, paths).json == ["first", "1", "2"]


def test_programs_and_libraries_of_a_layer_are_found(deploy, invoke, layer, tmp_path):
    library = tmp_path / "liblayer.so"
    subprocess.run(
        ["gcc", "-shared", "-x", "c", "-", "-o", str(library)], input=b"int answer(void) { return 42; }", check=True
    )
    found = layer({"bin/tool": ("#!/bin/sh\necho tool ran", 0o100755), "lib/liblayer.so": library.read_bytes()})
    code = textwrap.dedent("""
        import ctypes, subprocess
        def handler(event, context):
            return subprocess.check_output(["tool"], text=True), ctypes.CDLL("liblayer.so").answer()
    """)
    assert invoke(deploy(code, Layers=[found])).json == ["tool ran\n", 42]


def test_a_custom_runtime_may_come_in_a_layer(deploy, invoke, layer):
    bootstrap = """\
        #!/usr/bin/python3
        import json, urllib.request
        api = "http://127.0.0.1:9001/2018-06-01/runtime/invocation/"
        while True:
            request = urllib.request.urlopen(api + "next").headers["Lambda-Runtime-Aws-Request-Id"]
            urllib.request.urlopen(urllib.request.Request(api + request + "/response", data=b'"from /opt"'))
    """
    found = layer({"bootstrap": (textwrap.dedent(bootstrap), 0o100755)})
    name = deploy({"main": "nothing to run"}, Runtime="provided.al2023", Layers=[found])
    assert invoke(name).json == "from /opt"


def test_layers_of_equal_content_are_one_directory(deploy, invoke, layer):
    files, other = {"both": "twice"}, layer({"both": "between", "own": "1"})
    name = deploy(LOOK, Layers=[layer(files), other, layer(files)])
    assert invoke(name, ["/opt/both", "/opt/own"]).json == ["twice", "1"]


def test_the_configuration_tells_of_layers(deploy, lambda_client, layer):
    files = module(1)
    versions = [layer(files), layer({"x": "y"})]
    name = deploy(IMPORT, Layers=versions)
    expected = [{"Arn": versions[0], "CodeSize": len(make_zip(files))}, {"Arn": versions[1], "CodeSize": len(make_zip({"x": "y"}))}]
    assert lambda_client.get_function_configuration(FunctionName=name)["Layers"] == expected
    assert lambda_client.get_function(FunctionName=name)["Configuration"]["Layers"] == expected
    assert configure(lambda_client, name, Description="other")["Layers"] == expected, "left as they are"
    assert "Layers" not in configure(lambda_client, name, Layers=[])
    assert "Layers" not in lambda_client.get_function_configuration(FunctionName=name)


def test_a_published_version_keeps_its_layers(deploy, invoke, lambda_client, layer):
    name = deploy(IMPORT, Layers=[layer(module("one"))])
    published = lambda_client.publish_version(FunctionName=name)
    configure(lambda_client, name, Layers=[layer(module("two"))])
    assert (invoke(name).json, invoke(name, Qualifier="1").json) == ("two", "one")
    assert lambda_client.publish_version(FunctionName=name)["Version"] == "2", "another layer is a change"
    assert published["Layers"] != lambda_client.get_function_configuration(FunctionName=name)["Layers"]


def test_a_deleted_layer_keeps_working_and_cannot_be_given_to_others(deploy, invoke, lambda_client, layer):
    version = layer(module("kept"))
    name = deploy(IMPORT, Layers=[version])
    _, _, _, _, _, _, layer_name, number = version.split(":")
    lambda_client.delete_layer_version(LayerName=layer_name, VersionNumber=int(number))
    configure(lambda_client, name, Description="so that a new environment starts")
    assert invoke(name).json == "kept"
    for call, members in (
        (lambda_client.update_function_configuration, {"FunctionName": deploy(IMPORT)}), (deploy, {"code": IMPORT}),
    ):  # fmt: skip
        code, message = refusal(call, Layers=[version], **members)
        assert (code, message) == ("InvalidParameterValueException", f"Layer version {version} does not exist.")


def test_what_cannot_be_chosen_is_refused_in_awss_words(deploy, lambda_client, layer):
    name = deploy(IMPORT)
    layers = [layer({"x": str(number)}) for number in range(6)]
    same = unique_name("layer")
    twice = [layer({"x": "1"}, same), layer({"x": "2"}, same)]
    for chosen, text in (
        (layers, "Cannot reference more than 5 layers."),
        (twice, "Two different versions of the same layer are not allowed to be referenced in the same function."),
        ([twice[0], twice[0]], "are versions of the same layer."),
        ([f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:nobody:1"], "layer:nobody:1 does not exist."),
    ):
        code, message = refusal(lambda_client.update_function_configuration, FunctionName=name, Layers=chosen)
        assert code == "InvalidParameterValueException" and text in message
    code, message = refusal(lambda_client.update_function_configuration, FunctionName=name, Layers=["no-arn"])
    assert code == "ValidationException" and "Value '[no-arn]' at 'layers' failed to satisfy constraint" in message
    assert len(configure(lambda_client, name, Layers=layers[:5])["Layers"]) == 5


def test_layers_of_others_are_refused(deploy, lambda_client):
    name = deploy(IMPORT)
    theirs = f"arn:aws:lambda:{REGION}:999999999999:layer:theirs:1"
    code, message = refusal(lambda_client.update_function_configuration, FunctionName=name, Layers=[theirs])
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: lambda:GetLayerVersion on resource: {theirs}" in message
    assert message.endswith("because no resource-based policy allows the lambda:GetLayerVersion action")
    elsewhere = f"arn:aws:lambda:eu-west-9:{ACCOUNT}:layer:mine:1"
    code, message = refusal(lambda_client.update_function_configuration, FunctionName=name, Layers=[elsewhere])
    assert code == "InvalidParameterValueException" and f"expected to be in region {REGION}" in message


def test_a_layer_with_extensions_is_refused_by_name(lambda_client, layer):
    name = unique_name("layer")
    for files in ({"extensions/one": "x"}, {"python/a.py": "", "extensions": "x"}):
        code, message = refusal(
            lambda_client.publish_layer_version, LayerName=name, Content={"ZipFile": make_zip(files)}
        )
        assert code == "InvalidParameterValueException" and "extensions/" in message
    assert lambda_client.list_layer_versions(LayerName=name)["LayerVersions"] == []
    layer({"python/extensions/one.py": "is none"})


def test_code_and_layers_together_have_a_limit(deploy, lambda_client, layer):
    """Zeros: what counts is what comes out."""
    half = layer({"zeros": bytes(LIMIT // 2)})
    more = layer({"zeros": bytes(LIMIT // 2), "one": "1"})
    code = {"app.py": "def handler(event, context): pass"}
    name = deploy(code)
    refused = lambda_client.update_function_configuration
    answer = refusal(refused, FunctionName=name, Layers=[half, more])
    assert answer == ("InvalidParameterValueException", f"Layers consume more than the available size of {LIMIT} bytes")
    large = make_zip({**code, "zeros": bytes(LIMIT // 2)})
    size = LIMIT // 2 * 2 + len(code["app.py"])
    expected = (
        "InvalidParameterValueException",
        f"Function code combined with layers exceeds the maximum allowed size of {LIMIT} bytes. "
        f"The actual size is {size} bytes.",
    )
    assert refusal(deploy, code=large, Layers=[half]) == expected
    configure(lambda_client, name, Layers=[half])
    assert refusal(lambda_client.update_function_code, FunctionName=name, ZipFile=large) == expected
    lambda_client.update_function_configuration(FunctionName=name, Layers=[])
    lambda_client.update_function_code(FunctionName=name, ZipFile=large)
    assert refusal(refused, FunctionName=name, Layers=[half]) == expected
