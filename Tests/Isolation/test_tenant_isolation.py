"""Tenants of one function share nothing, whatever the function leaves behind, even where it keeps all it has."""

import subprocess

import pytest
from harness.clients import client_environment
from harness.functions import unique_name
from harness.node import needs_node, node_runtime
from harness.paths import redoubt_binary

# Both tell what they find of earlier invocations, and leave their tenant everywhere they can.
PYTHON = """
import os
kept = []
def handler(event, context):
    files = sorted(os.listdir("/tmp") + os.listdir("/dev/shm"))
    seen = {"kept": list(kept), "files": files, "variable": os.environ.get("LEFT"), "module": getattr(os, "left", None)}
    kept.append(event)
    for folder in ("/tmp", "/dev/shm"):
        open(f"{folder}/{event}", "w").close()
    os.environ["LEFT"] = os.left = event
    return {**seen, "tenant": context.tenant_id, "stream": context.log_stream_name}
"""
NODE = """
const fs = require('fs');
const kept = [];
exports.handler = async (event, context) => {
  const files = [...fs.readdirSync('/tmp'), ...fs.readdirSync('/dev/shm')].sort();
  const seen = { kept: [...kept], files, variable: process.env.LEFT ?? null, module: globalThis.left ?? null };
  kept.push(event);
  for (const folder of ['/tmp', '/dev/shm']) fs.writeFileSync(`${folder}/${event}`, '');
  process.env.LEFT = globalThis.left = event;
  return { ...seen, tenant: context.tenantId, stream: context.logStreamName };
};
"""


@pytest.fixture(params=["python", pytest.param("node", marks=needs_node)])
def name(request, server, deploy):
    """A function that keeps tenants apart, and keeps what it leaves behind in its environments."""
    name = unique_name("tenants")
    isolation = {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}
    if request.param == "python":
        deploy(PYTHON, name=name, **isolation)
    else:
        deploy({"app.js": NODE}, name=name, Runtime=node_runtime(), **isolation)
    command = [redoubt_binary(), "hygiene", name, "PerEnvironment"]
    subprocess.run(command, check=True, env=client_environment(server), capture_output=True)
    return name


@pytest.mark.attack("T16")
def test_tenants_see_nothing_of_each_other(name, invoke):
    tenants = ("blue", "red", "blue.", "BLUE")
    streams, calls = {}, 4
    for number in range(calls):
        for tenant in tenants:
            mark = f"{tenants.index(tenant)}-{number}"
            seen = invoke(name, mark, TenantId=tenant).json
            own = [f"{tenants.index(tenant)}-{earlier}" for earlier in range(number)]
            assert seen.pop("tenant") == tenant
            streams.setdefault(tenant, set()).add(seen.pop("stream"))
            last = own[-1] if own else None
            assert seen == {"kept": own, "files": sorted(own * 2), "variable": last, "module": last}
    assert [len(found) for found in streams.values()] == [1] * len(tenants)
    assert len(set.union(*streams.values())) == len(tenants)
