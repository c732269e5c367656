"""Whoever copies the data directory alone can read nothing of what customers entrusted to the server."""

import secrets
import stat
import time
import zipfile

import pytest
from harness.clients import ROLE, boto3_client
from harness.functions import invoke_function
from harness.packages import make_zip
from harness.waiting import wait_until
from Recovery.canaries import search


def canary(kind):
    return f"canary-{kind}-{secrets.token_hex(12)}"


@pytest.fixture
def planted(fresh_server):
    """A server whose function holds a canary in each place, and the canaries."""
    client = boto3_client(fresh_server)
    canaries = {kind: canary(kind) for kind in ("code", "variable", "payload", "log", "result", "error")}
    code = f"""
import os
MARK = "{canaries["code"]}"
def handler(event, context):
    print("{canaries["log"][:10]}" + "{canaries["log"][10:]}")
    if event.get("fail"): raise ValueError("{canaries["error"]}")
    return "{canaries["result"]}"
"""
    client.create_function(
        FunctionName="planted", Runtime="python3.11", Handler="app.handler", Role=ROLE,
        Environment={"Variables": {"KEY": canaries["variable"]}},
        Code={"ZipFile": make_zip({"app.py": code}, zipfile.ZIP_STORED)},
    )  # fmt: skip
    client.publish_version(FunctionName="planted")
    assert invoke_function(client, "planted", {"value": canaries["payload"]}).json == canaries["result"]
    assert invoke_function(client, "planted", {"fail": True}).error == "Unhandled"
    logs = boto3_client(fresh_server, "logs")

    def logged():
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/planted")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return False
        return any(canaries["error"] in event["message"] for event in events)

    wait_until(logged, 8, 0.1, what="the log")
    canaries["secret access key"] = fresh_server.credentials[1]
    return canaries


def test_no_canary_is_in_the_data_directory_while_the_server_runs(fresh_server, planted):
    assert search(fresh_server.data, planted) == []


def test_no_canary_is_in_the_data_directory_of_a_killed_server(fresh_server, planted):
    fresh_server.kill()
    time.sleep(0.2)
    assert list(fresh_server.data.rglob("*")), "there is something to search"
    assert search(fresh_server.data, planted) == []


def test_no_canary_is_in_the_data_directory_of_a_stopped_server(fresh_server, planted):
    assert fresh_server.stop() == 0
    assert search(fresh_server.data, planted) == []


def test_no_canary_is_in_the_servers_own_log(fresh_server, planted):
    for name, text in planted.items():
        assert text not in fresh_server.log.read_text(), name


def test_neither_the_root_key_nor_the_administrators_secret_is_in_the_data_directory(fresh_server):
    for path in fresh_server.secrets.rglob("*"):
        if path.is_file() and path.name != "credentials":
            key = path.read_bytes().strip()
            for file in (p for p in fresh_server.data.rglob("*") if p.is_file()):
                assert not key or key not in file.read_bytes(), (path, file)


def test_secrets_can_be_read_by_the_server_only(fresh_server):
    assert stat.S_IMODE(fresh_server.secrets.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(fresh_server.credentials_file.stat().st_mode) == 0o600
    for path in fresh_server.data.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path


def test_the_search_finds_what_is_there(tmp_path):
    import base64
    import gzip

    mark = canary("self-test")
    (tmp_path / "plain").write_text("x" + mark)
    (tmp_path / "base64").write_bytes(base64.b64encode(b"ab" + mark.encode() + b"c"))
    (tmp_path / "stored").write_bytes(make_zip({"f": mark}, zipfile.ZIP_STORED))
    (tmp_path / "deflated").write_bytes(make_zip({"f": mark}))
    (tmp_path / "gzip").write_bytes(gzip.compress(mark.encode()))
    found = {path.rpartition("/")[2] for path, _, _ in search(tmp_path, {"mark": mark})}
    assert found == {"plain", "base64", "stored", "deflated", "gzip"}
