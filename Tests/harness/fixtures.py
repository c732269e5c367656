"""The fixtures. conftest.py hands them to every folder."""

import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from harness.attacker import LANGUAGES, Attacker, attacker_package, runtime_of
from harness.clients import boto3_client, run_aws
from harness.functions import Deployer, invoke_function, unique_name
from harness.host import is_alive
from harness.mode import MODE
from harness.packages import make_zip
from harness.probe import RUNNER, Probe
from harness.server import Server
from harness.waiting import wait_until


def _make_server(*options):
    if MODE.obstacle:
        pytest.skip(MODE.obstacle)
    home = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
    home.chmod(0o755)  # The server's user has to get through.
    return Server(home, *options)


@contextmanager
def own_server(*options):
    """A started server for those who damage it; killed and removed at the end."""
    server = _make_server(*options)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def server():
    """A server that all tests of a run share. It must end by SIGTERM, with status 0, leaving nothing on the host."""
    server = _make_server()
    try:
        yield server.start()
        family = server.tree()
        status = server.stop()
        assert status == 0, f"the server ended with {status} after SIGTERM:\n{server.log_tail()}"
        wait_until(
            lambda: not [pid for pid in family if is_alive(pid)], 3, what="the end of every process of the server"
        )
        assert not (left := server.host_state()), f"the server left behind: {left}"
    finally:
        server.remove()


@pytest.fixture
def fresh_server():
    """A started server of the test's own, to be killed and restarted at will."""
    server = _make_server()
    try:
        yield server.start()
    finally:
        if server.process and server.process.poll() is None:
            server.stop()
        server.remove()


@pytest.fixture(scope="session")
def lambda_client(server):
    return boto3_client(server)


@pytest.fixture(scope="session")
def logs_client(server):
    return boto3_client(server, "logs")


@pytest.fixture(scope="session")
def aws(server):
    """Runs the AWS CLI against the shared server."""
    return partial(run_aws, server)


@pytest.fixture(scope="session")
def credentials(server):
    return server.credentials


@pytest.fixture(scope="module")
def deploy(lambda_client):
    """Deploys a function on the shared server; deleted when the module's tests are over."""
    deployer = Deployer(lambda_client)
    yield deployer
    deployer.clean_up()


@pytest.fixture(scope="module")
def deploy_layer(lambda_client):
    """Publishes a layer of these files and returns the ARN of its version; deleted when the module's tests are over."""
    published = []

    def make(files, name=None):
        name = name or unique_name("layer")
        made = lambda_client.publish_layer_version(LayerName=name, Content={"ZipFile": make_zip(files)})
        published.append((name, made["Version"]))
        return made["LayerVersionArn"]

    yield make
    for name, number in published:
        lambda_client.delete_layer_version(LayerName=name, VersionNumber=number)


@pytest.fixture(scope="session")
def invoke(lambda_client):
    return partial(invoke_function, lambda_client)


@pytest.fixture(scope="module")
def inside(lambda_client, deploy):
    """Calls a function of the test inside a sandbox of the shared server."""
    return Probe(lambda_client, deploy(RUNNER, Timeout=20, MemorySize=256))


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    """What an attacker is written in. A guarantee that names this fixture is asked for from each."""
    return request.param


@pytest.fixture(scope="module")
def deploy_attacker(lambda_client, deploy, language):
    """Deploys one more attacker. Keywords are members of CreateFunction; `files` are more files of its package."""

    def make(files=None, **configuration):
        members = {"Timeout": 20, "MemorySize": 256, "Handler": "app.handler", **configuration}
        name = deploy(attacker_package(language, files), Runtime=runtime_of(language), **members)
        return Attacker(lambda_client, name, language)

    return make


@pytest.fixture(scope="module")
def attacker(deploy_attacker):
    """An attacker that the tests of a module share."""
    return deploy_attacker()


@pytest.fixture(scope="session")
def messages(logs_client):
    """The messages of a function's log group, once one of them contains the text."""

    def read(name, until, **members):
        def found():
            try:
                pages = logs_client.get_paginator("filter_log_events").paginate(
                    logGroupName=f"/aws/lambda/{name}", **members
                )
                texts = [event["message"].rstrip("\n") for page in pages for event in page["events"]]
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ResourceNotFoundException"
                return None
            return texts if any(until in text for text in texts) else None

        return wait_until(found, 8, 0.1, what=f"`{until}` in the log of {name}")

    return read
