"""What was damaged or lost on disk is refused with a clear word, never run and never papered over."""

import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from harness.clients import ROLE, boto3_client, client_environment
from harness.functions import invoke_function
from harness.packages import make_zip
from harness.paths import redoubt_binary
from harness.ports import free_port
from harness.server import Server
from harness.sigv4 import Request, Signer, send
from harness.waiting import wait_until

SIZE = 200_000


@pytest.fixture
def client(fresh_server):
    return boto3_client(fresh_server)


def create(client, name):
    files = {"app.py": f"def handler(event, context): return '{name} ran'", "noise": os.urandom(SIZE)}
    client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Code={"ZipFile": make_zip(files)}
    )


def package_files(server):
    found = [p for p in server.data.rglob("*") if p.is_file() and SIZE <= p.stat().st_size < SIZE * 2]
    return [path for path in found if "sqlite" not in path.name and "wal" not in path.name]


def assert_never_runs(client, name):
    try:
        answer = invoke_function(client, name, tail=True)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] >= 400
        assert error.response["Error"]["Message"], "the error says what is wrong"
        return
    assert answer.error, answer
    assert "ran" not in answer.payload.decode()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_a_package_with_a_flipped_bit_never_runs(fresh_server, client, place):
    create(client, "f")
    create(client, "other")
    files = package_files(fresh_server)
    assert len(files) == 2, "one file a package"
    fresh_server.stop()
    victim = min(files, key=lambda path: path.stat().st_mtime_ns)
    data = bytearray(victim.read_bytes())
    data[int(len(data) * place)] ^= 1
    victim.write_bytes(data)
    fresh_server.start()
    assert_never_runs(client, "f")
    assert invoke_function(client, "other").json == "other ran"


def test_a_package_cut_short_or_missing_never_runs(fresh_server, client):
    create(client, "f")
    (victim,) = package_files(fresh_server)
    whole = victim.read_bytes()
    for rest in (whole[: len(whole) // 2], b""):
        fresh_server.stop()
        victim.write_bytes(rest)
        fresh_server.start()
        assert_never_runs(client, "f")
    victim.unlink()
    fresh_server.restart()
    assert_never_runs(client, "f")


def test_a_package_put_in_anothers_place_never_runs(fresh_server, client):
    create(client, "f")
    create(client, "other")
    fresh_server.stop()
    first, second = package_files(fresh_server)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    fresh_server.start()
    for name in ("f", "other"):
        assert_never_runs(client, name)


def findings(server):
    request = Request("GET", "/2026-11-25/findings", {"Host": f"127.0.0.1:{server.port}"})
    reply = send(server, Signer(*server.credentials, service="redoubt").sign(request))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)["Findings"]


def redoubt(server, *arguments):
    return subprocess.run(
        [redoubt_binary(), *arguments], env=client_environment(server), capture_output=True, text=True, timeout=30
    )


@pytest.fixture
def victim(fresh_server, client):
    """The only package on disk, of a function with one warm environment; and the package as it was deployed."""
    files = {"app.py": "import time\ndef handler(event, context): time.sleep(event); return 'ran'"}
    files["noise"] = os.urandom(SIZE)
    client.create_function(
        FunctionName="f", Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=30,
        Code={"ZipFile": make_zip(files)},
    )  # fmt: skip
    assert invoke_function(client, "f", 0).json == "ran"
    (path,) = package_files(fresh_server)
    return path, make_zip(files)


def invoke_or_refusal(client, event):
    try:
        return invoke_function(client, "f", event).json
    except ClientError as error:
        return error


@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_a_byte_that_changes_while_the_server_runs_stops_the_next_start(fresh_server, client, victim, place):
    path, zipped = victim
    whole = bytearray(path.read_bytes())
    whole[int(len(whole) * place) if place > 0 else place] ^= 1
    path.write_bytes(whole)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: invoke_or_refusal(client, 1), range(2)))
    assert answers.count("ran") == 1, "the warm environment goes on, another one does not start"
    redoubt(fresh_server, "hygiene", "f", "SingleUse")
    refusals = [answer for answer in answers if answer != "ran"]
    refusals += [invoke_or_refusal(client, 0) for _ in range(2)]
    for refusal in refusals:
        assert "damaged" in str(refusal) and "deploy" in str(refusal)
    wait_until(lambda: [f["Count"] for f in findings(fresh_server)] == [3], 5, 0.1, what="one finding, counted")
    (finding,) = findings(fresh_server)
    assert (finding["Severity"], finding["Control"]) == ("CRITICAL", "code-integrity")
    assert finding["Resource"].endswith(":function:f:$LATEST")
    assert path.name in finding["Description"] and "not what was deployed" in finding["Description"]
    shown = redoubt(fresh_server, "findings").stdout
    assert "CRITICAL" in shown and path.name in shown and "what to do: deploy" in shown
    client.update_function_code(FunctionName="f", ZipFile=zipped)
    assert invoke_function(client, "f", 0).json == "ran"
    assert len(findings(fresh_server)) == 1


@pytest.fixture
def layer_victim(fresh_server, client):
    """The package on disk of a layer whose function has run; the ARN and the content of the layer."""
    content = {"ZipFile": make_zip({"python/tools.py": "VALUE = 'ran'", "noise": os.urandom(SIZE)})}
    layer = client.publish_layer_version(LayerName="tools", Content=content)["LayerVersionArn"]
    code = make_zip({"app.py": "import tools\ndef handler(event, context): return tools.VALUE"})
    client.create_function(
        FunctionName="f", Runtime="python3.11", Handler="app.handler", Role=ROLE, Layers=[layer], Code={"ZipFile": code}
    )
    assert invoke_function(client, "f").json == "ran"
    (path,) = package_files(fresh_server)
    return path, layer, content


def test_a_layer_that_changes_while_the_server_runs_stops_the_next_start(fresh_server, client, layer_victim):
    path, layer, content = layer_victim
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    redoubt(fresh_server, "hygiene", "f", "SingleUse")
    with pytest.raises(ClientError) as error:
        invoke_function(client, "f", 0)
    assert "damaged" in str(error.value) and "publish its layer" in str(error.value)
    (finding,) = wait_until(lambda: findings(fresh_server), 5, 0.1, what="a finding")
    assert finding["Control"] == "code-integrity" and finding["Resource"].endswith(":function:f:$LATEST")
    assert path.name in finding["Description"] and layer in finding["Description"]
    client.publish_layer_version(LayerName="tools", Content=content)
    assert invoke_function(client, "f", 0).json == "ran", "publishing the same content again mends it"


def test_a_package_that_is_gone_stops_the_next_start(fresh_server, client, victim):
    path, _ = victim
    path.unlink()
    redoubt(fresh_server, "hygiene", "f", "SingleUse")
    with pytest.raises(ClientError):
        invoke_function(client, "f", 0)
    wait_until(lambda: findings(fresh_server), 5, 0.1, what="a finding")
    assert "no such file" in findings(fresh_server)[0]["Description"]


def test_findings_outlive_the_server(fresh_server, client, victim):
    victim[0].unlink()
    redoubt(fresh_server, "hygiene", "f", "SingleUse")
    with pytest.raises(ClientError):
        invoke_function(client, "f", 0)
    before = wait_until(lambda: findings(fresh_server), 5, 0.1, what="a finding")
    fresh_server.stop()
    fresh_server.start()
    assert findings(fresh_server) == before


def test_a_second_server_on_the_same_data_is_refused(fresh_server):
    second = Server(fresh_server.home)
    second.port = free_port()
    done = subprocess.run(second.command(), capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    assert done.returncode != 0
    assert str(fresh_server.data) in done.stderr + done.stdout, "the refusal names the directory"
    assert fresh_server.is_healthy()


def test_an_address_other_than_loopback_is_refused_without_tls(fresh_server):
    other = Server(fresh_server.home / "other")
    other.home.mkdir(mode=0o755)
    command = [part.replace("127.0.0.1", "0.0.0.0") for part in other.command()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    assert done.returncode != 0
    assert "TLS" in done.stderr + done.stdout


def test_the_first_start_makes_what_is_missing(fresh_server):
    fresh_server.stop()
    shutil.rmtree(fresh_server.data)
    shutil.rmtree(fresh_server.secrets)
    fresh_server.start()
    assert boto3_client(fresh_server).list_functions()["Functions"] == []


def test_the_first_start_takes_less_than_a_second(fresh_server):
    fresh_server.stop()
    started = time.monotonic()
    fresh_server.start()
    assert time.monotonic() - started < 1


def test_keys_differ_between_installations(fresh_server):
    first = fresh_server.credentials
    fresh_server.stop()
    shutil.rmtree(fresh_server.data)
    shutil.rmtree(fresh_server.secrets)
    fresh_server.start()
    assert set(first).isdisjoint(fresh_server.credentials)


def test_data_without_its_secrets_is_refused_and_can_be_mended(fresh_server, client):
    create(client, "f")
    fresh_server.stop()
    kept = fresh_server.home / "kept"
    fresh_server.secrets.rename(kept)
    process = fresh_server.launch()
    assert process.wait(20) != 0, "a server without its root key must not serve"
    assert str(fresh_server.secrets) in fresh_server.log_tail(10), "the refusal names the directory"
    if fresh_server.secrets.exists():
        assert not any(fresh_server.secrets.iterdir()), "no new key beside data that needs the old one"
        fresh_server.secrets.rmdir()
    kept.rename(fresh_server.secrets)
    fresh_server.start()
    assert invoke_function(client, "f").json == "f ran"
