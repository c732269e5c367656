"""`redoubt deploy`: from a directory or a redoubt.yaml to functions, with no more requests than needed."""

import json
import os
import subprocess

import pytest
from harness.functions import unique_name
from harness.packages import make_zip
from harness.paths import redoubt_binary
from harness.projects import MANIFEST, USAGE, answer, succeed


@pytest.fixture
def configuration(lambda_client):
    return lambda name: lambda_client.get_function_configuration(FunctionName=name)


def manifest(project, **more):
    """Two functions whose code is in folders of their own; `more` are lines of the first."""
    first, second = project.name("first"), project.name("second")
    lines = "".join(f"    {key}: {value}\n" for key, value in more.items())
    project.write("one/app.py", "import os\ndef handler(event, context): return ['one', os.environ.get('WORD')]\n")
    project.write("two/main.py", "def run(event, context): return ['two', event]\n")
    file = project.write("redoubt.yaml", "")
    file.write_text(
        f"functions:\n  {first}:\n    code: one\n{lines}  {second}:\n    code: two\n    handler: main.run\n"
        "    runtime: python3.11\n    timeout: 7\n"
    )
    return first, second


def test_all_functions_of_a_file_are_deployed_in_its_order(redoubt, project, configuration):
    first, second = manifest(
        project, memory=192, timeout=9, description="said", hygiene="SingleUse", environment="{ WORD: 1.50 }"
    )
    project.write("redoubt.yaml", (project.folder / "redoubt.yaml").read_text() + "    ephemeral-storage: 600\n")
    lines = succeed(redoubt("deploy", project.folder / "redoubt.yaml")).splitlines()
    assert [line.split(":")[0] for line in lines] == [first, second]
    assert all(": created in " in line for line in lines)
    assert answer(redoubt, first) == ["one", "1.50"] and answer(redoubt, second, "7") == ["two", 7]
    one, two = configuration(first), configuration(second)
    assert (one["MemorySize"], one["Timeout"], one["Description"]) == (192, 9, "said")
    assert (two["Timeout"], two["EphemeralStorage"]["Size"]) == (7, 600)
    assert "SingleUse (set by the function)" in succeed(redoubt("hygiene", first))


def test_a_package_is_as_large_as_it_is_compressed(redoubt, project, configuration):
    name, text = project.name(), b"the same line again\n" * (3 << 20)
    project.write("app.py", "import os\ndef handler(event, context): return os.path.getsize('/var/task/text')\n")
    (project.folder / "text").write_bytes(text)
    assert len(text) > 50 << 20, "more than an upload may have"
    succeed(redoubt("deploy", project.folder, "--name", name))
    assert configuration(name)["CodeSize"] < 1 << 20
    assert answer(redoubt, name) == len(text)
    assert ": unchanged" in succeed(redoubt("deploy", project.folder, "--name", name))


def test_nothing_is_sent_for_what_is_as_it_should_be(redoubt, project, configuration):
    first, second = manifest(project, hygiene="SingleUse", environment="{ WORD: x }")
    succeed(redoubt("deploy", project.folder))
    before = [configuration(name)["RevisionId"] for name in (first, second)]
    assert succeed(redoubt("deploy", project.folder)) == f"{first}: unchanged\n{second}: unchanged\n"
    assert [configuration(name)["RevisionId"] for name in (first, second)] == before


def test_only_what_differs_is_changed(redoubt, project, configuration):
    first, second = manifest(project, memory=128)
    succeed(redoubt("deploy", project.folder))
    code = configuration(first)["CodeSha256"]
    file = project.folder / "redoubt.yaml"
    file.write_text(file.read_text().replace("memory: 128", "memory: 256"))
    lines = succeed(redoubt("deploy", project.folder)).splitlines()
    assert lines[0].startswith(f"{first}: updated MemorySize in ") and lines[1] == f"{second}: unchanged"
    assert (configuration(first)["CodeSha256"], configuration(first)["MemorySize"]) == (code, 256)
    project.write("two/main.py", "def run(event, context): return 'changed'\n")
    lines = succeed(redoubt("deploy", project.folder)).splitlines()
    assert lines[0] == f"{first}: unchanged" and lines[1].startswith(f"{second}: updated code in ")
    assert answer(redoubt, second) == "changed"


def test_what_the_file_leaves_out_stays(redoubt, project, configuration, lambda_client):
    first, _ = manifest(project)
    succeed(redoubt("deploy", project.folder))
    lambda_client.update_function_configuration(FunctionName=first, Timeout=33, Environment={"Variables": {"AB": "c"}})
    assert f"{first}: unchanged" in succeed(redoubt("deploy", project.folder))
    assert configuration(first)["Timeout"] == 33


def test_single_functions_are_picked(redoubt, project, lambda_client):
    first, second = manifest(project)
    assert succeed(redoubt("deploy", project.folder, "--only", second)).startswith(f"{second}: created")
    with pytest.raises(lambda_client.exceptions.ResourceNotFoundException):
        lambda_client.get_function(FunctionName=first)
    done = redoubt("deploy", project.folder, "--only", "nobody")
    assert done.returncode == USAGE and first in done.stderr and second in done.stderr


def test_json_output_is_one_object_a_function(redoubt, project):
    names = manifest(project)
    rows = [json.loads(line) for line in succeed(redoubt("deploy", project.folder, "--json")).splitlines()]
    assert tuple(row["FunctionName"] for row in rows) == names


def test_an_unknown_key_names_file_line_and_the_known_ones(redoubt, project):
    first, _ = manifest(project, memroy=256)
    done = redoubt("deploy", "project/redoubt.yaml")
    assert done.returncode == MANIFEST
    assert done.stderr.startswith(f"redoubt: project/redoubt.yaml:4: unknown key `functions.{first}.memroy`: give one of")
    assert "memory" in done.stderr


def test_options_of_one_function_are_refused_beside_a_file(redoubt, project):
    manifest(project)
    done = redoubt("deploy", project.folder, "--memory", "256", "--env", "A=b")
    assert done.returncode == USAGE and "--memory, --env" in done.stderr
    project.write("plain/app.py", "")
    done = redoubt("deploy", project.folder / "plain", "--only", "x")
    assert done.returncode == USAGE and "--only" in done.stderr


def test_a_zip_may_be_a_functions_code(redoubt, project):
    name = project.name()
    (project.folder / "code.zip").write_bytes(make_zip({"app.py": "def handler(event, context): return 'zipped'"}))
    project.write("redoubt.yaml", f"functions:\n  {name}:\n    code: code.zip\n")
    succeed(redoubt("deploy", project.folder))
    assert answer(redoubt, name) == "zipped"
    assert succeed(redoubt("deploy", project.folder)) == f"{name}: unchanged\n"


def test_the_same_directory_makes_the_same_code(redoubt, project, configuration):
    one, two = project.name(), project.name()
    for folder in ("a", "b"):
        project.write(f"{folder}/app.py", "def handler(event, context): return 1\n")
        project.write(f"{folder}/lib/x.py", "X = 1\n")
    os.utime(project.folder / "a" / "app.py", (0, 0))
    succeed(redoubt("deploy", project.folder / "a", "--name", one))
    succeed(redoubt("deploy", project.folder / "b", "--name", two))
    assert configuration(one)["CodeSha256"] == configuration(two)["CodeSha256"]


def test_layers_are_published_once_and_by_directory_or_arn(redoubt, project, configuration, lambda_client):
    done = subprocess.run([redoubt_binary(), "operations", "--json"], capture_output=True, text=True, check=True)
    if "PublishLayerVersion" not in {row["operation"] for row in json.loads(done.stdout)}:
        pytest.skip("this server has no layers")
    name, layer = project.name(), unique_name("layer")
    project.write(f"{layer}/python/shared.py", "WORD = 'from the layer'\n")
    project.write("code/app.py", "import shared\ndef handler(event, context): return shared.WORD\n")
    project.write("redoubt.yaml", f"functions:\n  {name}:\n    code: code\n    layers: [{layer}]\n")
    succeed(redoubt("deploy", project.folder))
    assert answer(redoubt, name) == "from the layer"
    [first] = configuration(name)["Layers"]
    assert succeed(redoubt("deploy", project.folder)) == f"{name}: unchanged\n"
    project.write(f"{layer}/python/shared.py", "WORD = 'changed'\n")
    assert "updated Layers" in succeed(redoubt("deploy", project.folder))
    assert answer(redoubt, name) == "changed"
    project.write("redoubt.yaml", f"functions:\n  {name}:\n    code: code\n    layers: ['{first['Arn']}']\n")
    assert "updated Layers" in succeed(redoubt("deploy", project.folder))
    assert answer(redoubt, name) == "from the layer"
    for version in lambda_client.list_layer_versions(LayerName=layer)["LayerVersions"]:
        lambda_client.delete_layer_version(LayerName=layer, VersionNumber=version["Version"])
