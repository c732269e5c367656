"""GetAccountSettings tells what the server itself goes by; what a function does not have is said not to be there."""

from harness.clients import boto3_client
from harness.functions import unique_name
from harness.packages import make_zip


def usage(client):
    return client.get_account_settings()["AccountUsage"]


def test_usage_counts_functions_and_the_code_of_every_version(deploy, lambda_client):
    package = make_zip({"app.py": "def handler(e, c): return 1"})
    before = usage(lambda_client)
    name = deploy(package)
    assert usage(lambda_client)["FunctionCount"] == before["FunctionCount"] + 1
    assert usage(lambda_client)["TotalCodeSize"] == before["TotalCodeSize"] + len(package)
    lambda_client.publish_version(FunctionName=name)
    assert usage(lambda_client)["FunctionCount"] == before["FunctionCount"] + 1
    assert usage(lambda_client)["TotalCodeSize"] == before["TotalCodeSize"] + 2 * len(package)
    lambda_client.delete_function(FunctionName=name)
    assert usage(lambda_client) == before


def test_usage_counts_the_code_of_layers(lambda_client):
    package = make_zip({"python/tools.py": "VALUE = 1"})
    name, before = unique_name("layer"), usage(lambda_client)
    lambda_client.publish_layer_version(LayerName=name, Content={"ZipFile": package})
    assert usage(lambda_client)["TotalCodeSize"] == before["TotalCodeSize"] + len(package)
    lambda_client.delete_layer_version(LayerName=name, VersionNumber=1)
    assert usage(lambda_client) == before


def test_a_function_has_no_code_signing_configuration(deploy, lambda_client):
    answer = lambda_client.get_function_code_signing_config(FunctionName=deploy("def handler(e, c): return 1"))
    assert "CodeSigningConfigArn" not in answer


def test_the_limits_are_those_that_are_enforced(fresh_server):
    fresh_server.stop()
    fresh_server.options += ["--concurrency", "7", "--code-storage-bytes", "123456789"]
    fresh_server.start()
    limits = boto3_client(fresh_server).get_account_settings()["AccountLimit"]
    assert (limits["CodeSizeUnzipped"], limits["CodeSizeZipped"]) == (262_144_000, 52_428_800)
    assert limits["ConcurrentExecutions"] == limits["UnreservedConcurrentExecutions"] == 7
    assert limits["TotalCodeSize"] == 123_456_789
