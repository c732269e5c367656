"""Users and groups under another name or path: what hangs on them stays, and the old name means nobody."""

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.identities import ADMINISTRATOR, Identities, allow, document, is_allowed, refusal


@pytest.fixture
def rename(identities):
    """Renames a user; the new name, which is taken away at the end."""

    def rename(name, **members):
        new = members.setdefault("NewUserName", unique_name("n"))
        identities.client.update_user(UserName=name, **members)
        identities.names = [new if known == name else known for known in identities.names]
        return new

    return rename


def test_a_renamed_user_keeps_keys_policies_groups_boundary_and_tags(iam, identities, rename):
    bound = identities.policy(allow("lambda:*", "sts:*"))
    caller = identities.caller(
        allow("lambda:ListFunctions"), PermissionsBoundary=bound, Path="/a/", Tags=[{"Key": "k", "Value": "v"}]
    )
    group = identities.group(allow("lambda:GetAccountSettings"))
    iam.add_user_to_group(GroupName=group, UserName=caller.name)
    before = iam.get_user(UserName=caller.name)["User"]
    new = rename(caller.name)

    assert refusal(iam.get_user, UserName=caller.name)[:2] == (404, "NoSuchEntity")
    after = iam.get_user(UserName=new)["User"]
    arn = f"arn:aws:iam::{ACCOUNT}:user/a/{new}"
    assert after == {**before, "UserName": new, "Arn": arn}
    assert [user["Arn"] for user in iam.get_group(GroupName=group)["Users"]] == [arn]
    assert iam.list_user_policies(UserName=new)["PolicyNames"] == ["own"]
    assert [key["UserName"] for key in iam.list_access_keys(UserName=new)["AccessKeyMetadata"]] == [new]

    client = caller.client()
    assert client.list_functions() and client.get_account_settings()
    assert caller.client("sts").get_caller_identity()["Arn"] == arn
    assert refusal(caller.client("iam").list_users)[2].startswith(f"User: {arn} is not authorized")


def test_a_path_is_changed_alone_or_with_the_name(iam, identities, rename):
    name = identities.user(Path="/a/")
    iam.update_user(UserName=name, NewPath="/b/c/")
    assert iam.get_user(UserName=name)["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/b/c/{name}"
    new = rename(name, NewPath="/")
    assert iam.get_user(UserName=new)["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{new}"


def test_a_renamed_group_keeps_its_users_and_policies(iam, identities):
    caller, group = identities.caller(), identities.group(allow("lambda:ListFunctions"), Path="/a/")
    iam.add_user_to_group(GroupName=group, UserName=caller.name)
    new = identities.new_group_name()
    iam.update_group(GroupName=group, NewGroupName=new, NewPath="/b/")
    identities.groups.remove(group)
    found = iam.get_group(GroupName=new)
    assert found["Group"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/b/{new}"
    assert [user["UserName"] for user in found["Users"]] == [caller.name]
    assert is_allowed(caller.client().list_functions)
    assert refusal(iam.get_group, GroupName=group)[:2] == (404, "NoSuchEntity")


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_name_that_somebody_has_is_not_given(iam, identities, change):
    first, second = identities.user(), identities.user()
    exists = (409, "EntityAlreadyExists", f"User with name {change(second)} already exists.")
    assert refusal(iam.update_user, UserName=first, NewUserName=change(second)) == exists
    groups = identities.group(), identities.group()
    exists = (409, "EntityAlreadyExists", f"Group with name {change(groups[1])} already exists.")
    assert refusal(iam.update_group, GroupName=groups[0], NewGroupName=change(groups[1])) == exists


def test_a_name_may_change_in_case_only(iam, identities, rename):
    name = identities.user()
    assert iam.get_user(UserName=rename(name, NewUserName=name.upper()))["User"]["UserName"] == name.upper()


def test_the_administrator_keeps_the_name(iam):
    for members in ({"NewUserName": "other"}, {"NewPath": "/other/"}):
        assert refusal(iam.update_user, UserName="administrator", **members)[1] == "UnmodifiableEntity"
    assert iam.get_user()["User"]["Arn"] == ADMINISTRATOR


def test_both_names_must_be_the_callers_to_change(identities):
    """Who may change one user may not make it another, nor another that one."""
    own = allow("iam:UpdateUser", on=[f"arn:aws:iam::{ACCOUNT}:user/red/*"])
    client = identities.caller(own).client("iam")
    red, blue = identities.user(Path="/red/"), identities.user(Path="/blue/")
    client.update_user(UserName=red)
    new = unique_name("n")
    client.update_user(UserName=red, NewUserName=new)
    identities.names[identities.names.index(red)] = new
    for name, members in ((new, {"NewPath": "/blue/"}), (blue, {"NewPath": "/red/"}), (blue, {"NewUserName": new + "x"})):
        assert refusal(client.update_user, UserName=name, **members)[:2] == (403, "AccessDenied")


def test_temporary_credentials_of_the_old_name_end(identities, rename):
    caller = identities.caller(allow("lambda:ListFunctions", "sts:*"))
    made = [
        caller.client("sts").get_session_token()["Credentials"],
        caller.client("sts").get_federation_token(Name="fed", Policy=document(allow("lambda:*")))["Credentials"],
    ]
    clients = [
        boto3_client(
            caller.server, aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        for keys in made
    ]  # fmt: skip
    assert all(is_allowed(client.list_functions) for client in clients)
    rename(caller.name)
    assert is_allowed(caller.client().list_functions)
    assert {refusal(client.list_functions)[1] for client in clients} == {"UnrecognizedClientException"}


def test_a_trust_policy_means_the_user_and_not_the_name(iam, identities, rename):
    """Who is made under the old name is somebody else."""
    caller = identities.caller(allow("sts:AssumeRole"))
    trust = document({"Effect": "Allow", "Principal": {"AWS": caller.arn}, "Action": "sts:AssumeRole"})
    arn = f"arn:aws:iam::{ACCOUNT}:role/{identities.role(trust=trust)}"
    rename(caller.name)
    successor = identities.caller(name=caller.name)
    assert is_allowed(caller.client("sts").assume_role, RoleArn=arn, RoleSessionName="test")
    assert not is_allowed(successor.client("sts").assume_role, RoleArn=arn, RoleSessionName="test")


def test_a_new_name_survives_a_restart(fresh_server):
    made = Identities(fresh_server)
    caller = made.caller(allow("lambda:ListFunctions"))
    made.client.update_user(UserName=caller.name, NewUserName="renamed", NewPath="/deep/")
    fresh_server.kill()
    fresh_server.start()
    assert caller.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/deep/renamed"
    assert is_allowed(caller.client().list_functions)


@pytest.mark.parametrize("members", [{"NewUserName": "two words"}, {"NewUserName": "u" * 65}, {"NewPath": "/a"}, {"NewPath": "a/"}])
def test_what_cannot_be_a_name_is_refused(server, identities, members):
    client = boto3_client(server, "iam", validates=False)
    status, code, message = refusal(client.update_user, UserName=identities.user(), **members)
    member = next(iter(members))
    assert (status, code) == (400, "ValidationError") and member[0].lower() + member[1:] in message
