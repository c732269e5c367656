"""Python code is compiled once and ahead, and stays what was deployed."""

import pytest
from harness.functions import unique_name
from harness.packages import make_zip
from harness.waiting import wait_until

# Tells of itself: whether it was compiled here, and what is at the task root.
APP = """
import os, other
def handler(event, context):
    files = sorted(os.path.relpath(os.path.join(folder, name), "/var/task")
                   for folder, _, names in os.walk("/var/task") for name in names)
    return {"answer": other.ANSWER, "was compiled": os.path.exists(__spec__.cached), "files": files}
"""


def package(answer, **files):
    return {"app.py": APP, "other.py": f"ANSWER = {answer!r}", **files}


@pytest.fixture
def start(deploy, invoke, set_mode):
    """Deploys a function that is started anew for each invocation, which this makes."""

    def make(files, **configuration):
        name = deploy(files, Handler="app.handler", **configuration)
        set_mode(name, "SingleUse")
        return name, lambda: invoke(name, None).json

    return make


def until_compiled(run):
    found = []
    wait_until(lambda: found.append(run()) or found[-1]["was compiled"], what="the function finds its code compiled")
    return found


def test_code_is_compiled_ahead_and_is_the_same(start):
    name, run = start(package(1))
    found = until_compiled(run)
    assert all(tells["files"] == ["app.py", "other.py"] for tells in found[:-1])
    assert {tells["answer"] for tells in [*found, run()]} == {1}
    compiled = [name for name in found[-1]["files"] if name not in ("app.py", "other.py")]
    assert len(compiled) == 2 and all(name.startswith("__pycache__/") for name in compiled)


def test_new_code_is_never_what_was_compiled_of_the_old(start, lambda_client):
    name, run = start(package(1))
    until_compiled(run)
    for answer in (2, 1, 3):
        lambda_client.update_function_code(FunctionName=name, ZipFile=make_zip(package(answer)))
        assert {tells["answer"] for tells in [run(), *until_compiled(run), run()]} == {answer}


def test_a_layer_stands_beside_compiled_code(start, deploy_layer):
    layer = deploy_layer({"python/other.py": "ANSWER = 'of the layer'"}, name=unique_name("layer"))
    name, run = start({"app.py": APP}, Layers=[layer])
    assert {tells["answer"] for tells in until_compiled(run)} == {"of the layer"}


def test_modules_that_cannot_be_compiled_are_left_and_the_others_are_not(start):
    """One so deep that the parser gives up, and one that is no Python."""
    names = {"deep.py": "-" * 200000 + "1", "broken.py": "def"}
    name, run = start(package(1, **names))
    found = until_compiled(run)
    assert {tells["answer"] for tells in found} == {1}
    compiled = {file for file in found[-1]["files"] if file.startswith("__pycache__/")}
    assert len(compiled) == 2 and not any("deep" in file or "broken" in file for file in compiled)
