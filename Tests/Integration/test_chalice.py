"""Chalice (PyPI) deploys its hello example, changes it and deletes it."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from harness.clients import ROLE, client_environment
from harness.functions import unique_name
from harness.packages import installed_folder

APP = """
    from chalice import Chalice

    app = Chalice(app_name="%s")


    @app.lambda_function(name="greet")
    def greet(event, context):
        return {"%s": event["name"]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chalice")
    (folder / ".chalice").mkdir()
    (folder / "requirements.txt").write_text("")
    name = unique_name("chalice")
    config = {
        "version": "2.0", "app_name": name, "manage_iam_role": False, "iam_role_arn": ROLE,
        "stages": {"dev": {"lambda_timeout": 7, "lambda_memory_size": 192, "environment_variables": {"MOOD": "fine"}}},
    }  # fmt: skip
    (folder / ".chalice/config.json").write_text(json.dumps(config))
    return folder, name


@pytest.fixture(scope="module")
def chalice(project, server):
    folder, _ = project
    packages = installed_folder(["chalice==1.34.0"])
    environment = {**os.environ, **client_environment(server), "PYTHONPATH": str(packages)}

    def run(*arguments):
        command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def write(project, word):
    folder, name = project
    (folder / "app.py").write_text(textwrap.dedent(APP % (name, word)))
    return f"{name}-dev-greet"


def test_the_hello_example_is_deployed_changed_and_deleted(project, chalice, invoke, lambda_client):
    function = write(project, "hello")
    assert function in chalice("deploy", "--no-autogen-policy")
    assert invoke(function, {"name": "ada"}).json == {"hello": "ada"}
    configuration = lambda_client.get_function_configuration(FunctionName=function)
    assert (configuration["Timeout"], configuration["MemorySize"]) == (7, 192)
    assert configuration["Environment"]["Variables"]["MOOD"] == "fine"
    write(project, "goodbye")
    chalice("deploy", "--no-autogen-policy")
    assert invoke(function, {"name": "ada"}).json == {"goodbye": "ada"}
    chalice("delete")
    names = [one["FunctionName"] for one in lambda_client.list_functions()["Functions"]]
    assert function not in names
