"""Access keys of users: told once, two at a time, active or not, and the user's own to change."""

import json

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.identities import allow, refusal

UNKNOWN = "AKIAIOSFODNN7EXAMPLE"
INVALID = "The security token included in the request is invalid."


def key_ids(iam, name, **members):
    return [key["AccessKeyId"] for key in iam.list_access_keys(UserName=name, **members)["AccessKeyMetadata"]]


def missing(key):
    return 404, "NoSuchEntity", f"The Access Key with id {key} cannot be found."


def test_a_key_is_told_with_its_secret_and_signs(iam, identities):
    caller = identities.caller()
    key = iam.create_access_key(UserName=caller.name)["AccessKey"]
    assert (key["UserName"], key["Status"]) == (caller.name, "Active")
    assert len(key["AccessKeyId"]) == 20 and key["AccessKeyId"].startswith("AKIA")
    assert len(key["SecretAccessKey"]) == 40
    assert caller.with_key(key).client("sts").get_caller_identity()["Arn"] == caller.arn


def test_a_secret_is_never_told_again(server, iam, identities):
    name = identities.user()
    key = identities.key(name)
    (listed,) = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert listed == {field: value for field, value in key.items() if field != "SecretAccessKey"}
    secret = key["SecretAccessKey"].encode()
    files = [path for path in server.home.rglob("*") if path.is_file()]
    assert server.log in files and any(path.suffix == ".sqlite" for path in files)
    assert [path for path in files if secret in path.read_bytes()] == []


def test_no_two_keys_are_alike(identities):
    made = [identities.key(identities.user()) for _ in range(4)]
    assert len({key["AccessKeyId"] for key in made}) == len({key["SecretAccessKey"] for key in made}) == 4


def test_a_user_has_two_keys(iam, identities):
    name = identities.user()
    first, second = identities.key(name), identities.key(name)
    refused = (409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    assert refusal(iam.create_access_key, UserName=name) == refused
    iam.update_access_key(UserName=name, AccessKeyId=first["AccessKeyId"], Status="Inactive")
    assert refusal(iam.create_access_key, UserName=name) == refused
    iam.delete_access_key(UserName=name, AccessKeyId=first["AccessKeyId"])
    third = identities.key(name)
    assert set(key_ids(iam, name)) == {second["AccessKeyId"], third["AccessKeyId"]}


@pytest.mark.parametrize(
    "service, operation, code",
    [
        ("iam", "list_users", "InvalidClientTokenId"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
    ],
)
def test_an_inactive_key_is_refused_until_it_is_active_again(iam, identities, service, operation, code):
    caller = identities.caller(allow("iam:ListUsers", "lambda:ListFunctions"))
    call, user = getattr(caller.client(service), operation), {"UserName": caller.name}
    call()
    for _ in range(2):
        iam.update_access_key(**user, AccessKeyId=caller.key, Status="Inactive")
        (listed,) = iam.list_access_keys(**user)["AccessKeyMetadata"]
        assert listed["Status"] == "Inactive"
        assert refusal(call) == (403, code, INVALID)
    iam.update_access_key(**user, AccessKeyId=caller.key, Status="Active")
    call()


def test_a_deleted_key_is_refused(iam, identities):
    caller = identities.caller()
    other = identities.key(caller.name)
    iam.delete_access_key(UserName=caller.name, AccessKeyId=caller.key)
    assert refusal(caller.client("sts").get_caller_identity) == (403, "InvalidClientTokenId", INVALID)
    assert key_ids(iam, caller.name) == [other["AccessKeyId"]]
    assert refusal(iam.delete_access_key, UserName=caller.name, AccessKeyId=caller.key) == missing(caller.key)


def test_both_keys_of_a_user_sign_for_the_same_user(identities):
    caller = identities.caller()
    other = caller.with_key(identities.key(caller.name))
    assert other.key != caller.key
    for signing in (caller, other):
        assert signing.client("sts").get_caller_identity()["UserId"] == caller.unique_id


def test_a_user_changes_keys_of_its_own_without_naming_itself(identities):
    actions = ("iam:CreateAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey")
    own = f"arn:aws:iam::{ACCOUNT}:user/mine/${{aws:username}}"
    caller = identities.caller(allow(*actions, on=own), Path="/mine/")
    client = caller.client("iam")
    made = client.create_access_key()["AccessKey"]
    assert made["UserName"] == caller.name
    key = {"AccessKeyId": made["AccessKeyId"]}
    client.update_access_key(**key, Status="Inactive")
    listed = {found["AccessKeyId"]: found["Status"] for found in client.list_access_keys()["AccessKeyMetadata"]}
    assert listed == {caller.key: "Active", made["AccessKeyId"]: "Inactive"}
    client.delete_access_key(**key)
    assert [found["AccessKeyId"] for found in client.list_access_keys()["AccessKeyMetadata"]] == [caller.key]
    client.delete_access_key(AccessKeyId=caller.key)
    assert refusal(client.list_access_keys)[:2] == (403, "InvalidClientTokenId")


def test_a_key_is_found_with_its_own_user_only(iam, identities):
    one, other = identities.caller(), identities.caller()
    calls = [
        lambda: iam.update_access_key(UserName=other.name, AccessKeyId=one.key, Status="Inactive"),
        lambda: iam.delete_access_key(UserName=other.name, AccessKeyId=one.key),
        lambda: iam.update_access_key(AccessKeyId=one.key, Status="Inactive"),
        lambda: iam.delete_access_key(AccessKeyId=one.key),
    ]
    for call in calls:
        assert refusal(call) == missing(one.key)
    assert one.client("sts").get_caller_identity()["Arn"] == one.arn


def test_a_key_that_is_not_there_is_not_found(iam, identities):
    key = {"UserName": identities.user(), "AccessKeyId": UNKNOWN}
    assert refusal(iam.update_access_key, **key, Status="Active") == missing(UNKNOWN)
    assert refusal(iam.delete_access_key, **key) == missing(UNKNOWN)


@pytest.mark.parametrize(
    "members, member",
    [
        ({"Status": "Sleepy"}, "status"),
        ({"AccessKeyId": "AKIA"}, "accessKeyId"),
        ({"AccessKeyId": "A-" * 10}, "accessKeyId"),
    ],
)
def test_what_is_no_state_of_a_key_is_refused(server, identities, members, member):
    client = boto3_client(server, "iam", validates=False)
    members = {"UserName": identities.user(), "AccessKeyId": UNKNOWN, "Status": "Active", **members}
    status, code, message = refusal(client.update_access_key, **members)
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}' failed to satisfy constraint" in message


def test_keys_come_page_by_page(iam, identities):
    name = identities.user()
    made = [identities.key(name)["AccessKeyId"] for _ in range(2)]
    pages = iam.get_paginator("list_access_keys").paginate(UserName=name, PaginationConfig={"PageSize": 1})
    found = [[key["AccessKeyId"] for key in page["AccessKeyMetadata"]] for page in pages]
    assert [len(page) for page in found] == [1, 1]
    assert {key for page in found for key in page} == set(made)


def test_a_page_goes_on_after_a_key_that_was_deleted_meanwhile(iam, identities):
    name = identities.user()
    for _ in range(2):
        identities.key(name)
    first = iam.list_access_keys(UserName=name, MaxItems=1)
    deleted = first["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName=name, AccessKeyId=deleted)
    assert key_ids(iam, name, Marker=first["Marker"]) == key_ids(iam, name) != []


def test_the_aws_cli_makes_a_key_and_deletes_it(aws, identities):
    name = identities.user()

    def output(*arguments):
        return json.loads(aws("iam", *arguments, "--user-name", name).stdout)

    key = output("create-access-key")["AccessKey"]
    assert len(key["SecretAccessKey"]) == 40
    chosen = ("--access-key-id", key["AccessKeyId"], "--user-name", name)
    aws("iam", "update-access-key", *chosen, "--status", "Inactive")
    assert [found["Status"] for found in output("list-access-keys")["AccessKeyMetadata"]] == ["Inactive"]
    aws("iam", "delete-access-key", *chosen)
    assert output("list-access-keys")["AccessKeyMetadata"] == []


def test_who_may_make_keys_of_one_user_makes_none_of_another(identities):
    target, stranger = identities.user(), identities.user()
    caller = identities.caller(allow("iam:CreateAccessKey", on=f"arn:aws:iam::{ACCOUNT}:user/{target}"))
    client = caller.client("iam")
    assert client.create_access_key(UserName=target)["AccessKey"]["UserName"] == target
    for name in (stranger, "administrator", caller.name):
        assert refusal(client.create_access_key, UserName=name)[:2] == (403, "AccessDenied")
    assert refusal(client.create_access_key)[:2] == (403, "AccessDenied")
