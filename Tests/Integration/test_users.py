"""IAM's users, by boto3 and the AWS CLI: made, told, listed and deleted."""

import datetime
import json
import re

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.identities import ADMINISTRATOR, PLATFORM, allow, document, is_allowed, refusal


def pages(iam, operation, result, **members):
    """What a paginator has on each page of two."""
    paginator = iam.get_paginator(operation).paginate(**members, PaginationConfig={"PageSize": 2})
    return [page[result] for page in paginator]


def test_a_user_is_told_as_it_was_made(iam, identities):
    name = identities.user(Path="/team/red/")
    user = iam.get_user(UserName=name)["User"]
    assert (user["UserName"], user["Path"]) == (name, "/team/red/")
    assert user["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/red/{name}"
    assert re.fullmatch("AIDA[A-Z0-9]{12,}", user["UserId"])
    age = datetime.datetime.now(datetime.timezone.utc) - user["CreateDate"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert "PermissionsBoundary" not in user
    assert [found for found in iam.list_users(PathPrefix="/team/red/")["Users"] if found["UserName"] == name] == [user]


def test_a_user_without_a_path_is_at_the_root(iam, identities):
    name = identities.user()
    made = iam.get_user(UserName=name)["User"]
    assert (made["Path"], made["Arn"]) == ("/", f"arn:aws:iam::{ACCOUNT}:user/{name}")


def test_the_answer_to_a_creation_is_the_user(iam):
    name = unique_name("u")
    made = iam.create_user(UserName=name, Path="/a/")["User"]
    assert made == iam.get_user(UserName=name)["User"]
    iam.delete_user(UserName=name)


@pytest.mark.parametrize("name", ["A+b=c,d.e@f-g_h9", "u" * 64, "u"])
def test_any_name_of_awss_is_taken(iam, identities, name):
    identities.user(name)
    assert iam.get_user(UserName=name)["User"]["UserName"] == name


def test_without_a_name_the_caller_is_told(iam, identities):
    assert iam.get_user()["User"]["Arn"] == ADMINISTRATOR
    caller = identities.caller(allow("iam:GetUser", on="arn:aws:iam::*:user/mine/${aws:username}"), Path="/mine/")
    assert caller.client("iam").get_user()["User"]["Arn"] == caller.arn


def test_a_name_is_unique_without_regard_to_case_and_path(iam, identities):
    name = identities.user(Path="/a/")
    for other in (name, name.upper()):
        wanted = (409, "EntityAlreadyExists", f"User with name {other} already exists.")
        assert refusal(iam.create_user, UserName=other, Path="/b/") == wanted
    assert iam.get_user(UserName=name)["User"]["Path"] == "/a/"


@pytest.mark.parametrize(
    "members, member",
    [
        ({"UserName": "two words"}, "userName"),
        ({"UserName": "u" * 65}, "userName"),
        ({"UserName": "ü"}, "userName"),
        ({"UserName": ""}, "userName"),
        ({}, "userName"),
        ({"UserName": "never", "Path": "team/"}, "path"),
        ({"UserName": "never", "Path": "/team"}, "path"),
        ({"UserName": "never", "Path": "/a b/"}, "path"),
        ({"UserName": "never", "PermissionsBoundary": "short"}, "permissionsBoundary"),
    ],
)
def test_what_cannot_be_a_user_is_refused_by_the_members_name(server, members, member):
    status, code, message = refusal(boto3_client(server, "iam", validates=False).create_user, **members)
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}' failed to satisfy constraint" in message


OF_A_USER = {
    "get_user": {},
    "delete_user": {},
    "put_user_policy": {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))},
    "get_user_policy": {"PolicyName": "p"},
    "delete_user_policy": {"PolicyName": "p"},
    "list_user_policies": {},
    "attach_user_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "detach_user_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "list_attached_user_policies": {},
    "put_user_permissions_boundary": {"PermissionsBoundary": f"{PLATFORM}/ReadOnlyAccess"},
    "delete_user_permissions_boundary": {},
    "create_access_key": {},
    "list_access_keys": {},
    "update_access_key": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
    "delete_access_key": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
}


@pytest.mark.parametrize("call", OF_A_USER)
def test_a_user_who_is_not_there_is_not_found(iam, call):
    wanted = (404, "NoSuchEntity", "The user with name no-such-user cannot be found.")
    assert refusal(getattr(iam, call), UserName="no-such-user", **OF_A_USER[call]) == wanted


def test_a_deleted_user_is_gone(iam, identities):
    name = identities.user(Path="/gone/")
    iam.delete_user(UserName=name)
    assert refusal(iam.get_user, UserName=name)[:2] == (404, "NoSuchEntity")
    assert iam.list_users(PathPrefix="/gone/")["Users"] == []


def test_a_user_is_not_deleted_before_policies_and_keys_are(iam, identities):
    name, policy = identities.user(), identities.policy(allow("s3:*"))
    user = {"UserName": name}
    iam.put_user_policy(**user, PolicyName="p", PolicyDocument=document(allow("s3:*")))
    iam.attach_user_policy(**user, PolicyArn=policy)
    key = {**user, "AccessKeyId": identities.key(name)["AccessKeyId"]}

    def conflict():
        status, code, message = refusal(iam.delete_user, **user)
        assert (status, code) == (409, "DeleteConflict")
        assert iam.get_user(**user)
        return message

    assert conflict() == "Cannot delete entity, must delete policies first."
    iam.delete_user_policy(**user, PolicyName="p")
    assert conflict() == "Cannot delete entity, must detach all policies first."
    iam.detach_user_policy(**user, PolicyArn=policy)
    assert conflict() == "Cannot delete entity, must delete access keys first."
    iam.update_access_key(**key, Status="Inactive")
    assert conflict() == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(**key)
    iam.delete_user(**user)


def test_the_administrator_is_not_deleted(iam):
    assert refusal(iam.delete_user, UserName="administrator")[:2] == (409, "DeleteConflict")
    assert iam.get_user()["User"]["UserName"] == "administrator"


def test_a_user_made_anew_has_nothing_of_the_one_before(iam, identities):
    bound = identities.policy(allow("lambda:GetAccountSettings"))
    old = identities.caller(allow("lambda:*"), attached=[f"{PLATFORM}/IAMReadOnlyAccess"], PermissionsBoundary=bound)
    identities.delete_user(old.name)
    new = identities.caller(name=old.name)
    assert new.unique_id != old.unique_id and new.arn == old.arn
    user = {"UserName": new.name}
    assert iam.list_user_policies(**user)["PolicyNames"] == []
    assert iam.list_attached_user_policies(**user)["AttachedPolicies"] == []
    assert "PermissionsBoundary" not in iam.get_user(**user)["User"]
    assert [key["AccessKeyId"] for key in iam.list_access_keys(**user)["AccessKeyMetadata"]] == [new.key]
    assert not is_allowed(new.client().get_account_settings) and not is_allowed(new.client("iam").list_users)
    assert refusal(old.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")
    iam.delete_policy(PolicyArn=bound)
    iam.attach_user_policy(**user, PolicyArn=f"{PLATFORM}/AWSLambda_ReadOnlyAccess")
    assert is_allowed(new.client().list_functions), "the boundary of the user before is in the way"


def test_users_come_page_by_page_in_the_order_of_their_names(iam, identities):
    path = f"/{unique_name('path')}/"
    names = sorted(identities.user(Path=path) for _ in range(5))
    found = pages(iam, "list_users", "Users", PathPrefix=path)
    assert [[user["UserName"] for user in page] for page in found] == [names[:2], names[2:4], names[4:]]
    first = iam.list_users(PathPrefix=path, MaxItems=3)
    assert first["IsTruncated"] and len(first["Users"]) == 3
    last = iam.list_users(PathPrefix=path, MaxItems=3, Marker=first["Marker"])
    assert not last["IsTruncated"] and "Marker" not in last
    assert [user["UserName"] for user in last["Users"]] == names[3:]


def test_a_page_goes_on_after_a_user_who_was_deleted_meanwhile(iam, identities):
    path = f"/{unique_name('path')}/"
    names = sorted(identities.user(Path=path) for _ in range(3))
    first = iam.list_users(PathPrefix=path, MaxItems=2)
    iam.delete_user(UserName=names[1])
    last = iam.list_users(PathPrefix=path, Marker=first["Marker"])
    assert [user["UserName"] for user in last["Users"]] == names[2:]


def test_users_are_listed_by_what_their_paths_begin_with(iam, identities):
    top = unique_name("top")
    under = {path: identities.user(Path=path) for path in (f"/{top}/", f"/{top}/red/", f"/{top}/red/x/", f"/{top}x/")}

    def listed(prefix):
        return {user["UserName"] for user in iam.list_users(PathPrefix=prefix, MaxItems=1000)["Users"]}

    for prefix in (f"/{top}", f"/{top}/", f"/{top}/r", f"/{top}/red/", f"/{top}/red/x/"):
        assert listed(prefix) == {name for path, name in under.items() if path.startswith(prefix)}
    assert listed(f"/{top}/blue/") == set()
    assert {"administrator", *under.values()} <= listed("/")


@pytest.mark.parametrize(
    "members", [{"Marker": "made up"}, {"MaxItems": 0}, {"MaxItems": 1001}, {"PathPrefix": "team"}]
)
def test_what_is_no_page_is_refused(server, members):
    call = boto3_client(server, "iam", validates=False).list_users
    assert refusal(call, **members)[:2] == (400, "ValidationError")


def test_the_aws_cli_takes_a_user_from_creation_to_deletion(aws):
    name = unique_name("u")

    def output(*arguments):
        return json.loads(aws("iam", *arguments).stdout)

    made = output("create-user", "--user-name", name, "--path", "/cli/")["User"]
    try:
        assert output("get-user", "--user-name", name)["User"] == made
        assert name in {user["UserName"] for user in output("list-users", "--page-size", "1")["Users"]}
    finally:
        aws("iam", "delete-user", "--user-name", name)
    gone = aws("iam", "get-user", "--user-name", name, check=False)
    assert gone.returncode != 0 and "NoSuchEntity" in gone.stderr
