"""Every operation that is served, called by boto3 on its good path and for each error that AWS's model has for it. What
cannot come is listed with its reason: an operation that is new must find its place here."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from Conformance.absent_errors import ABSENT, reasons
from Conformance.model import operation
from Conformance.operation_calls import (
    BROKEN, GOOD, World, documented, members, provisioned, service_of, situation,
)  # fmt: skip
from Conformance.test_inputs import LAMBDA, LOGS
from Conformance.test_outputs import Recorder
from harness.clients import boto3_client
from harness.fixtures import own_server
from harness.functions import invoke_function
from harness.packages import make_zip
from harness.waiting import wait_until

SIZE = 100_000

DOCUMENTED = sorted(documented())
DRIVEN = [pair for pair in DOCUMENTED if situation(*pair)]


@pytest.fixture(scope="module")
def world():
    with own_server() as server:
        world = World(boto3_client(server), boto3_client(server, "logs")).build()
        invoke_function(world.client, world.function)
        world.stream = wait_until(lambda: first_stream(world), 8, what="the function's log")
        yield world


def first_stream(world):
    try:
        streams = world.logs.describe_log_streams(logGroupName=f"/aws/lambda/{world.function}")["logStreams"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"
        return None
    return streams[0]["logStreamName"] if streams else None


@pytest.fixture(scope="module")
def broken():
    """A server that has lost what its functions need, then all its tables."""
    with own_server() as server:
        world = World(boto3_client(server), boto3_client(server, "logs"), stream="s").build()
        world.without_runtime, world.without_package = world.spare_function(), lone_package(world)
        provisioned(world)
        server.stop()
        (lost,) = [path for path in (server.data / "packages").rglob("*") if path.is_file() and path.stat().st_size > SIZE]
        lost.unlink()
        with closing(database(server)) as connection:
            connection.execute("UPDATE function_versions SET environment = zeroblob(64) WHERE environment IS NOT NULL")
            changed = connection.execute(
                "UPDATE function_versions SET configuration = replace(configuration, 'python3.11', 'python3.2')"
                " WHERE name = ?",
                [world.without_runtime],
            )
            assert changed.rowcount == 1
        server.start()
        world.client, world.logs = boto3_client(server), boto3_client(server, "logs")
        with closing(database(server)) as connection:
            for name in tables(connection):
                connection.execute(f"ALTER TABLE {name} RENAME TO lost_{name}")
        world.is_broken = True
        yield world


def tables(connection):
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return [name for (name,) in rows]


def lone_package(world):
    """A function that has its package alone, and the only one above `SIZE`."""
    code = make_zip({"app.py": "def handler(event, context): pass", "noise": os.urandom(SIZE)})
    return world.client.create_function(**world.new_function() | {"Code": {"ZipFile": code}})["FunctionName"]


def database(server):
    return sqlite3.connect(server.data / "redoubt.sqlite", isolation_level=None)


@pytest.fixture(scope="module")
def full():
    """A server whose concurrency, 1, is taken."""
    with own_server("--concurrency", "1") as server, ThreadPoolExecutor(1) as pool:
        world = World(boto3_client(server), boto3_client(server, "logs")).build()
        code = make_zip({"app.py": "import time\ndef handler(event, context): time.sleep(event)"})
        sleeper = world.new_function() | {"Code": {"ZipFile": code}, "Timeout": 900}
        world.client.create_function(**sleeper)
        pool.submit(invoke_until_killed, world.client, sleeper["FunctionName"])
        wait_until(lambda: is_throttled(world), 10, what="the call under way")
        yield world
        server.kill()


@pytest.fixture(scope="module")
def stuffed():
    """A server that has as much code as it may have, and a function that has changed since its last version."""
    with own_server() as server:
        world = World(boto3_client(server), boto3_client(server, "logs")).build()
        world.client.update_function_configuration(FunctionName=world.function, Description="changed")
        used = world.client.get_account_settings()["AccountUsage"]["TotalCodeSize"]
        server.stop()
        server.options += ["--code-storage-bytes", str(used)]
        server.start()
        yield world


def invoke_until_killed(client, name):
    while True:
        try:
            client.invoke(FunctionName=name, Payload=b"600")
        except client.exceptions.TooManyRequestsException:
            continue  # It was the other call that came first.
        except BotoCoreError:
            return


def is_throttled(world):
    try:
        invoke_function(world.client, world.function)
    except ClientError:
        return True
    return False


@contextmanager
def changing(world):
    """Changes the configuration of the function all the time."""
    ended = Event()

    def change():
        count = 0
        while not ended.is_set():
            count += 1
            try:
                world.client.update_function_configuration(FunctionName=world.function, Description=str(count))
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ResourceConflictException"
        return count

    with ThreadPoolExecutor(1) as pool:
        changes = pool.submit(change)
        try:
            yield
        finally:
            ended.set()
        assert changes.result() > 0


@pytest.fixture
def race(world):
    with changing(world):
        yield world


def call(world, name, change):
    client = world.client if service_of(name) == "lambda" else world.logs
    answer = getattr(client, xform_name(name))(**members(name, change, world))
    if "EventStream" in answer:
        list(answer["EventStream"])
    return answer


@contextmanager
def recorded(world, name):
    """Holds the raw answers against the model."""
    client = world.client if service_of(name) == "lambda" else world.logs
    recorder = Recorder(client)
    try:
        yield recorder
    finally:
        recorder.stop()
    assert name in recorder.operations
    assert recorder.faults == []


def test_every_operation_has_a_good_call():
    assert set(GOOD) == {*LAMBDA, *LOGS}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_good_call_succeeds(world, name):
    with recorded(world, name):
        assert 200 <= call(world, name, {})["ResponseMetadata"]["HTTPStatusCode"] < 300


@pytest.mark.parametrize("name, code", DOCUMENTED)
def test_a_documented_error_is_brought_about_or_has_a_reason_to_be_absent(name, code):
    absent = reasons(service_of(name), name, code)
    assert len(absent) <= 1, absent
    assert bool(absent) != (situation(name, code) is not None), absent


@pytest.mark.parametrize("service", ["lambda", "logs"])
def test_no_reason_speaks_of_what_the_model_does_not_have(service):
    used = {id(entry) for name, code in DOCUMENTED if service_of(name) == service for entry in reasons(service, name, code)}
    assert [entry.reason for entry in ABSENT[service] if id(entry) not in used] == []
    of_model = {(name, code) for name, code in DOCUMENTED if service_of(name) == service}
    named = {(name, entry.codes[0]) for entry in ABSENT[service] for name in entry.operations or ()}
    assert named - of_model == set()


@pytest.mark.parametrize("name, code", DRIVEN)
def test_a_documented_error_comes_as_the_model_has_it(request, name, code):
    place, change = situation(name, code)
    world = request.getfixturevalue(place)
    with recorded(world, name) as recorder:
        error = caught(world, name, change, attempts=200 if place == "race" else 1)
        assert (error.operation_name, error.response["Error"]["Code"]) == (name, code), error
    client = world.client if service_of(name) == "lambda" else world.logs
    assert isinstance(error, getattr(client.exceptions, code))
    assert code in recorder.codes
    shape = next(shape for shape in operation(service_of(name), name).error_shapes if shape.name == code)
    status = shape.metadata.get("error", {}).get("httpStatusCode", 500 if code in BROKEN.values() else 400)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status


def caught(world, name, change, attempts):
    for _ in range(attempts):
        try:
            call(world, name, change)
        except ClientError as error:
            return error
    return pytest.fail(f"{name} succeeded {attempts} times")
