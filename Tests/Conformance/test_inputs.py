"""Every member of AWS's input shapes is either honoured or refused by name; none is ignored in silence."""

import base64
import json
import subprocess

import pytest
from Conformance.model import operation, service
from harness.api_requests import made_up, operation_request
from harness.clients import ROLE, client_environment
from harness.identities import ADMINISTRATOR, allow, document
from harness.packages import make_zip
from harness.paths import redoubt_binary
from harness.sigv4 import Request, Signer, send

LAMBDA = [
    "CreateFunction", "GetFunction", "GetFunctionConfiguration", "ListFunctions", "UpdateFunctionCode",
    "UpdateFunctionConfiguration", "DeleteFunction", "PublishVersion", "Invoke", "PublishLayerVersion",
    "InvokeWithResponseStream",
    "GetLayerVersion", "GetLayerVersionByArn", "ListLayers", "ListLayerVersions", "DeleteLayerVersion",
    "CreateAlias", "DeleteAlias", "GetAlias", "ListAliases", "UpdateAlias", "ListVersionsByFunction", "ListTags",
    "TagResource", "UntagResource", "GetAccountSettings", "GetFunctionCodeSigningConfig",
    "GetFunctionConcurrency", "DeleteFunctionConcurrency", "PutFunctionConcurrency",
    "PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig", "ListProvisionedConcurrencyConfigs",
    "DeleteProvisionedConcurrencyConfig", "AddPermission", "RemovePermission", "GetPolicy",
    "AddLayerVersionPermission", "RemoveLayerVersionPermission", "GetLayerVersionPolicy",
]  # fmt: skip
LOGS = [
    "CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "DescribeLogGroups", "DescribeLogStreams",
    "FilterLogEvents", "GetLogEvents", "PutRetentionPolicy",
]  # fmt: skip
IAM = [
    "CreateUser", "GetUser", "ListUsers", "DeleteUser", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
    "PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy",
    "AttachUserPolicy", "ListAttachedUserPolicies", "DetachUserPolicy",
    "CreatePolicy", "GetPolicy", "ListPolicies", "DeletePolicy",
    "CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions", "SetDefaultPolicyVersion", "DeletePolicyVersion",
    "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey",
    "CreateGroup", "GetGroup", "ListGroups", "DeleteGroup", "AddUserToGroup", "RemoveUserFromGroup", "ListGroupsForUser",
    "PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy",
    "AttachGroupPolicy", "ListAttachedGroupPolicies", "DetachGroupPolicy",
    "CreateRole", "GetRole", "ListRoles", "UpdateRole", "UpdateAssumeRolePolicy", "DeleteRole",
    "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
    "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy",
    "AttachRolePolicy", "ListAttachedRolePolicies", "DetachRolePolicy",
    "TagUser", "ListUserTags", "UntagUser", "TagRole", "ListRoleTags", "UntagRole", "TagPolicy", "ListPolicyTags",
    "UntagPolicy", "ListEntitiesForPolicy", "GetAccountAuthorizationDetails", "GetAccountSummary",
    "SimulateCustomPolicy", "SimulatePrincipalPolicy",
    "CreateAccountAlias", "DeleteAccountAlias", "ListAccountAliases", "GenerateCredentialReport", "GetCredentialReport",
    "GetAccessKeyLastUsed", "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails",
    "GetServiceLastAccessedDetailsWithEntities", "ListPoliciesGrantingServiceAccess", "ListInstanceProfilesForRole",
    "UpdateUser", "UpdateGroup", "UpdateRoleDescription", "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy",
    "CreateOpenIDConnectProvider", "GetOpenIDConnectProvider", "ListOpenIDConnectProviders", "DeleteOpenIDConnectProvider",
    "AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider",
    "UpdateOpenIDConnectProviderThumbprint", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider",
    "ListOpenIDConnectProviderTags",
]  # fmt: skip
STS = [
    "GetCallerIdentity", "AssumeRole", "GetSessionToken", "GetFederationToken", "GetAccessKeyInfo",
    "DecodeAuthorizationMessage", "AssumeRoleWithWebIdentity",
]  # fmt: skip
QUERY = ("iam", "sts")
"""The services whose members come as a form."""
DEFAULTS = {"Zip", "None", "Text", "PassThrough", "STANDARD"}
SERVED = {"lambda": LAMBDA, "logs": LOGS, "iam": IAM, "sts": STS}
OPERATIONS = [(service_name, name) for service_name, names in SERVED.items() for name in names]
# Redoubt's own API, which AWS has no model of.
OWN = {
    ("redoubt", name)
    for name in (
        "PutFunctionHygiene", "GetFunctionHygiene", "DeleteFunctionHygiene", "PutAccountHygiene", "GetAccountHygiene",
        "DeleteAccountHygiene", "ListFindings", "ListLogEvents",
        "GetFunctionPackage", "GetLayerPackage", "GetMetrics", "GetDecisions", "GetActivity",
        "GetPublicAccess", "PutPublicAccess",
        "CreateAccount", "ListAccounts", "SuspendAccount", "ResumeAccount", "ResetAccountAdministrator",
        "PutGuardrail", "ListGuardrails", "DeleteGuardrail",
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def served():
    """(service, operation) to its row in the server's own table."""
    done = subprocess.run([redoubt_binary(), "operations", "--json"], capture_output=True, text=True, check=True)
    return {(row["service"], row["operation"]): row for row in json.loads(done.stdout)}


def test_what_is_served_is_what_is_promised(served):
    assert set(served) == {*OPERATIONS, *OWN}


@pytest.mark.parametrize("key", OPERATIONS, ids="-".join)
def test_the_binding_is_the_models(served, key):
    row, model = served[key], operation(*key)
    assert row["method"] == model.http["method"]
    assert row["path"].rstrip("/") == model.http["requestUri"].rstrip("/")


@pytest.mark.parametrize("key", OPERATIONS, ids="-".join)
def test_every_member_is_honoured_or_refused(served, key):
    shape = operation(*key).input_shape
    members = set(shape.members) if shape else set()
    honoured, refused = set(served[key]["honoured"]), set(served[key]["unhonoured"])
    assert (honoured | refused) - members == set(), "names that the model does not have"
    assert members - honoured - refused == set(), "members that would be ignored in silence"
    assert honoured & refused == set(), "members in both lists"


def refusable(served):
    for key, row in served.items():
        if key in OWN:
            continue
        shape = operation(*key).input_shape
        for name in row["unhonoured"]:
            if name in shape.members and shape.members[name].serialization.get("location") is None:
                yield key, name, shape.members[name]


# AWS's default of these booleans is true.
TRUE_BY_DEFAULT = {"startFromHead"}


def example(shape):
    """A value of the shape that is no default of anything."""
    if shape.type_name == "structure":
        return {name: example(member) for name, member in list(shape.members.items())[:1]}
    if shape.type_name == "list":
        return [example(shape.member)]
    if shape.type_name == "map":
        return {"key": "value"}
    if shape.type_name in ("integer", "long"):
        return 7
    if shape.type_name == "boolean":
        return True
    choices = [value for value in getattr(shape, "enum", []) if value not in DEFAULTS]
    return choices[0] if choices else "value"


def test_a_member_that_is_not_honoured_is_refused_by_name(server, served, deploy):
    name = deploy("def handler(e, c): pass")
    wrong, tried = [], 0
    for key, member, shape in refusable(served):
        value = False if member in TRUE_BY_DEFAULT else example(shape)
        body = {**required(key), member: value}
        reply = post(server, served[key], name, body)
        tried += 1
        if reply.status != 400 or member.lower() not in reply.body.decode().lower():
            wrong.append((key, member, reply.status, reply.body[:200]))
    assert wrong == []
    assert tried > 20


def test_a_header_that_is_not_honoured_is_refused_by_name(server, served, deploy):
    name, tried = deploy("def handler(e, c): pass"), 0
    for key, row in served.items():
        shape = operation(*key).input_shape if key not in OWN else None
        for member in row["unhonoured"] if shape else []:
            binding = shape.members[member].serialization
            if binding.get("location") != "header":
                continue
            reply = post(server, row, name, {}, {binding["name"]: "value"})
            assert reply.status == 400 and member in reply.body.decode(), (key, member)
            tried += 1
    assert tried >= 1


def required(key):
    if key == ("lambda", "CreateFunction"):
        package = base64.b64encode(make_zip({"app.py": ""})).decode()
        return {
            "FunctionName": "never",
            "Runtime": "python3.11",
            "Handler": "a.b",
            "Role": ROLE,
            "Code": {"ZipFile": package},
        }
    if key[0] in QUERY:
        documents = {"PolicyInputList": [document(allow("s3:*"))], "PolicySourceArn": ADMINISTRATOR}
        if key == ("sts", "AssumeRoleWithWebIdentity"):
            documents["RoleArn"] = ROLE
        made = made_up(operation(*key).input_shape)
        return {**made, **{name: value for name, value in documents.items() if name in made}}
    if key == ("logs", "GetLogEvents"):
        return {"logGroupName": "/aws/lambda/x", "logStreamName": "s"}
    return {"logGroupName": "/aws/lambda/x"} if key[0] == "logs" else {}


def post(server, row, name, body, further=None):
    signer = Signer(*server.credentials, service=row["service"])
    if row["service"] in QUERY:
        return send(server, signer.sign(operation_request(server, row["service"], row["operation"], body)))
    headers = {"Host": f"127.0.0.1:{server.port}", **(further or {})}
    if row["service"] == "logs":
        headers["X-Amz-Target"] = "Logs_20140328." + row["operation"]
        headers["Content-Type"] = "application/x-amz-json-1.1"
    request = Request(row["method"], row["path"].replace("{FunctionName}", name), headers, json.dumps(body).encode())
    return send(server, signer.sign(request))


def test_every_operation_in_the_table_is_one_of_awss(served):
    for service_name, name in set(served) - OWN:
        assert name in service(service_name).operation_names


def test_the_help_names_every_subcommand(server):
    done = subprocess.run(
        [redoubt_binary(), "--help"], capture_output=True, text=True, check=True, env=client_environment(server)
    )
    verbs = (
        "serve", "deploy", "invoke", "logs", "list", "delete", "env", "doctor", "operations", "hygiene", "findings",
        "account", "guardrail",
    )  # fmt: skip
    for verb in verbs:
        assert verb in done.stdout
