"""Redoubt's own API."""

import json

import pytest

from harness.sigv4 import Request, Signer, send


@pytest.fixture
def own_api(server):
    """Calls Redoubt's own API with a signature; status and JSON body."""

    def call(method, path, body=None, signer=None):
        headers = {"Host": f"127.0.0.1:{server.port}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = Request(method, "/2026-11-25" + path, headers, json.dumps(body).encode() if body is not None else b"")
        signer = signer or Signer(*server.credentials, service="redoubt")
        reply = send(server, signer.sign(request))
        return reply.status, json.loads(reply.body) if reply.body else None

    return call


@pytest.fixture
def set_mode(own_api):
    def put(name, mode):
        status, found = own_api("PUT", f"/functions/{name}/hygiene", {"Hygiene": mode})
        assert (status, found["Hygiene"]) == (200, mode), found

    return put
