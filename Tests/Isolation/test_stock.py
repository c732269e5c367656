"""Functions come from what is kept ready: what this folder shows, it shows of those."""

import pytest
from harness.node import needs_node, node_runtime
from harness.packages import make_zip
from harness.waiting import wait_until

PYTHON = """
def handler(event, context):
    with open('/proc/self/environ', 'rb') as file:
        started_with = dict(entry.split('=', 1) for entry in file.read().decode().split('\\0')[:-1])
    return {'started with': started_with, 'hash': hash('a word'), 'context': [context.function_name, context.memory_limit_in_mb]}
"""
NODE = """
const fs = require('fs');
exports.handler = async () => ({'started with': Object.fromEntries(fs.readFileSync('/proc/self/environ', 'utf8').split('\\0').slice(0, -1)
  .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))});
"""
SECRET = "9c1f65dd0a7e"


def look(deploy, invoke, **options):
    answer = invoke(deploy({"app.py": PYTHON}, **options))
    assert answer.error is None, answer
    return answer.json


def look_from_stock(deploy, invoke, **options):
    """The first functions of an account may come before its zygote is ready: those are executed."""
    def looks():
        found = look(deploy, invoke, **options)
        return "_REDOUBT_STOCK" in found["started with"] and found

    return wait_until(looks, 20, what="a function from the stock")


@pytest.mark.attack("T03")
def test_a_python_function_is_forked_and_was_started_without_its_variables(deploy, invoke):
    found = look_from_stock(deploy, invoke, environment={"OWN": SECRET})
    assert found["started with"]["_REDOUBT_STOCK"] == "forked"
    assert SECRET not in str(found["started with"])


@pytest.mark.attack("T03")
@needs_node
def test_a_node_function_waited_and_was_started_without_its_variables(deploy, invoke):
    def looks():
        name = deploy(make_zip({"app.js": NODE}), Runtime=node_runtime(), MemorySize=256, environment={"OWN": SECRET})
        found = invoke(name).json["started with"]
        return found.get("_REDOUBT_STOCK") == "booted" and found

    assert SECRET not in str(wait_until(looks, 20, what="a function from the stock"))


def test_functions_of_one_account_share_the_seed_of_their_zygote(deploy, invoke):
    assert look_from_stock(deploy, invoke)["hash"] == look_from_stock(deploy, invoke)["hash"]


@pytest.mark.attack("T24")
@pytest.mark.parametrize("name, value", [("PYTHONHASHSEED", "7"), ("LD_PRELOAD", ""), ("LANG", "C"), ("GLIBC_TUNABLES", "")])
def test_a_variable_that_is_read_at_the_start_has_the_runtime_executed_with_it(deploy, invoke, name, value):
    found = look(deploy, invoke, environment={name: value})
    assert found["started with"][name] == value and "_REDOUBT_STOCK" not in found["started with"]
    if name == "PYTHONHASHSEED":
        assert found["hash"] == look(deploy, invoke, environment={name: value})["hash"] != look(deploy, invoke)["hash"]


def test_a_function_from_the_stock_knows_its_name_and_its_memory(deploy, invoke):
    look_from_stock(deploy, invoke)
    name = deploy({"app.py": PYTHON}, MemorySize=192)
    found = invoke(name).json
    assert found["context"] == [name, "192"] and "_REDOUBT_STOCK" in found["started with"]
