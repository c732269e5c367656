"""IAM's groups, by boto3 and the AWS CLI: what hangs on them is in force for those who are in them."""

import datetime
import json
import re
from functools import partial

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.identities import PLATFORM, Identities, allow, deny, document, document_of_size, is_allowed, refusal
from harness.malformed_policies import MALFORMED

LISTS = allow("lambda:ListFunctions")
SETTINGS = allow("lambda:GetAccountSettings")
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"


def group_of(identities, *statements, users=(), **members):
    """The name of a new group with these users in it. Further keywords are members of CreateGroup."""
    name = identities.group(*statements, **members)
    for user in users:
        identities.client.add_user_to_group(GroupName=name, UserName=user)
    return name


@pytest.fixture(scope="module")
def groups(identities):
    """Makes groups on the shared server; deleted when the module's tests are over."""
    return partial(group_of, identities)


def users_of(iam, group, **members):
    return [user["UserName"] for user in iam.get_group(GroupName=group, **members)["Users"]]


def groups_of(iam, user, **members):
    return [group["GroupName"] for group in iam.list_groups_for_user(UserName=user, **members)["Groups"]]


def pages(iam, operation, result, **members):
    """What a paginator has on each page of two."""
    paginator = iam.get_paginator(operation).paginate(**members, PaginationConfig={"PageSize": 2})
    return [page[result] for page in paginator]


def allowed_calls(caller):
    """Which of three actions the caller may do."""
    calls = {
        "lambda:ListFunctions": caller.client().list_functions,
        "lambda:GetAccountSettings": caller.client().get_account_settings,
        "iam:ListUsers": caller.client("iam").list_users,
    }
    return {action for action, call in calls.items() if is_allowed(call)}


# Groups


def test_a_group_is_told_as_it_was_made(iam, groups):
    name = groups(Path="/team/red/")
    told = iam.get_group(GroupName=name)
    group = told["Group"]
    assert told["Users"] == []
    assert (group["GroupName"], group["Path"]) == (name, "/team/red/")
    assert group["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/team/red/{name}"
    assert re.fullmatch("AGPA[A-Z0-9]{12,}", group["GroupId"])
    age = datetime.datetime.now(datetime.timezone.utc) - group["CreateDate"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert group in iam.list_groups(PathPrefix="/team/red/")["Groups"]


def test_the_answer_to_a_creation_is_the_group_at_the_root(iam, identities):
    name = identities.new_group_name()
    made = iam.create_group(GroupName=name)["Group"]
    assert made == iam.get_group(GroupName=name)["Group"]
    assert (made["Path"], made["Arn"]) == ("/", f"arn:aws:iam::{ACCOUNT}:group/{name}")


@pytest.mark.parametrize("name", ["A+b=c,d.e@f-g_h9", "g" * 128, "g"])
def test_any_name_of_awss_is_taken(iam, identities, name):
    identities.groups.append(name)
    iam.create_group(GroupName=name)
    assert iam.get_group(GroupName=name)["Group"]["GroupName"] == name


def test_a_name_is_unique_without_regard_to_case_and_path(iam, groups):
    name = groups(Path="/a/")
    for other in (name, name.upper()):
        wanted = (409, "EntityAlreadyExists", f"Group with name {other} already exists.")
        assert refusal(iam.create_group, GroupName=other, Path="/b/") == wanted
    assert iam.get_group(GroupName=name.upper())["Group"]["Path"] == "/a/"


def test_a_group_may_be_called_as_a_user_is(iam, identities):
    name = identities.user(identities.new_group_name())
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    assert users_of(iam, name) == [name]


@pytest.mark.parametrize(
    "members, member",
    [
        ({"GroupName": "two words"}, "groupName"),
        ({"GroupName": "g" * 129}, "groupName"),
        ({"GroupName": "ü"}, "groupName"),
        ({"GroupName": ""}, "groupName"),
        ({}, "groupName"),
        ({"GroupName": "never", "Path": "team/"}, "path"),
        ({"GroupName": "never", "Path": "/team"}, "path"),
        ({"GroupName": "never", "Path": "/a b/"}, "path"),
    ],
)
def test_what_cannot_be_a_group_is_refused_by_the_members_name(server, iam, members, member):
    status, code, message = refusal(boto3_client(server, "iam", validates=False).create_group, **members)
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}' failed to satisfy constraint" in message
    assert refusal(iam.get_group, GroupName="never")[1] == "NoSuchEntity"


OF_A_GROUP = {
    "get_group": {},
    "delete_group": {},
    "add_user_to_group": {"UserName": "administrator"},
    "remove_user_from_group": {"UserName": "administrator"},
    "put_group_policy": {"PolicyName": "p", "PolicyDocument": document(LISTS)},
    "get_group_policy": {"PolicyName": "p"},
    "delete_group_policy": {"PolicyName": "p"},
    "list_group_policies": {},
    "attach_group_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "detach_group_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "list_attached_group_policies": {},
}


@pytest.mark.parametrize("call", OF_A_GROUP)
def test_a_group_that_is_not_there_is_not_found(iam, call):
    wanted = (404, "NoSuchEntity", "The group with name no-such-group cannot be found.")
    assert refusal(getattr(iam, call), GroupName="no-such-group", **OF_A_GROUP[call]) == wanted


def test_a_deleted_group_is_gone(iam, groups):
    name = groups(Path="/gone/")
    iam.delete_group(GroupName=name)
    assert refusal(iam.get_group, GroupName=name)[:2] == (404, "NoSuchEntity")
    assert iam.list_groups(PathPrefix="/gone/")["Groups"] == []


def test_a_group_is_not_deleted_before_users_and_policies_are(iam, identities, groups):
    user, policy = identities.user(), identities.policy(LISTS)
    group = {"GroupName": groups(LISTS, users=[user])}
    iam.attach_group_policy(**group, PolicyArn=policy)

    def conflict():
        status, code, message = refusal(iam.delete_group, **group)
        assert (status, code) == (409, "DeleteConflict")
        assert iam.get_group(**group)
        return message

    assert conflict() == "Cannot delete entity, must remove users from group first."
    iam.remove_user_from_group(**group, UserName=user)
    assert conflict() == "Cannot delete entity, must delete policies first."
    iam.delete_group_policy(**group, PolicyName="own")
    assert conflict() == "Cannot delete entity, must detach all policies first."
    iam.detach_group_policy(**group, PolicyArn=policy)
    iam.delete_group(**group)


def test_a_user_is_not_deleted_before_the_last_group_is_left(iam, identities, groups):
    user = identities.user()
    one, other = groups(users=[user]), groups(users=[user])
    wanted = (409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")
    for group in (one, other):
        assert refusal(iam.delete_user, UserName=user) == wanted
        iam.remove_user_from_group(GroupName=group, UserName=user)
    iam.delete_user(UserName=user)


def test_a_policy_that_a_group_has_is_not_deleted(iam, identities, groups):
    name, policy = groups(), identities.policy(LISTS)
    iam.attach_group_policy(GroupName=name, PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    wanted = (409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    assert refusal(iam.delete_policy, PolicyArn=policy) == wanted
    iam.detach_group_policy(GroupName=name, PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)


def test_a_group_made_anew_has_nothing_of_the_one_before(iam, identities, groups):
    caller = identities.caller()
    name = groups(LISTS, users=[caller.name])
    iam.attach_group_policy(GroupName=name, PolicyArn=f"{PLATFORM}/IAMReadOnlyAccess")
    before = iam.get_group(GroupName=name)["Group"]
    identities.delete_group(name)
    iam.create_group(GroupName=name)
    after = iam.get_group(GroupName=name)
    assert after["Group"]["Arn"] == before["Arn"] and after["Group"]["GroupId"] != before["GroupId"]
    assert after["Users"] == [] and groups_of(iam, caller.name) == []
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == []
    assert iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"] == []
    iam.add_user_to_group(GroupName=name, UserName=caller.name)
    assert allowed_calls(caller) == set()


def test_groups_come_page_by_page_in_the_order_of_their_names(iam, groups):
    path = f"/{unique_name('path')}/"
    names = sorted(groups(Path=path) for _ in range(5))
    found = pages(iam, "list_groups", "Groups", PathPrefix=path)
    assert [[group["GroupName"] for group in page] for page in found] == [names[:2], names[2:4], names[4:]]
    first = iam.list_groups(PathPrefix=path, MaxItems=3)
    iam.delete_group(GroupName=names[2])
    last = iam.list_groups(PathPrefix=path, Marker=first["Marker"])
    assert first["IsTruncated"] and not last["IsTruncated"] and "Marker" not in last
    assert [group["GroupName"] for group in last["Groups"]] == names[3:]


def test_groups_are_listed_by_what_their_paths_begin_with(iam, groups):
    top = unique_name("top")
    under = {path: groups(Path=path) for path in (f"/{top}/", f"/{top}/red/", f"/{top}/red/x/", f"/{top}x/")}

    def listed(prefix):
        return {group["GroupName"] for group in iam.list_groups(PathPrefix=prefix, MaxItems=1000)["Groups"]}

    for prefix in (f"/{top}", f"/{top}/", f"/{top}/r", f"/{top}/red/", f"/{top}/red/x/"):
        assert listed(prefix) == {name for path, name in under.items() if path.startswith(prefix)}
    assert listed(f"/{top}/blue/") == set()
    assert set(under.values()) <= listed("/")


@pytest.mark.parametrize("members", [{"Marker": "made up"}, {"MaxItems": 0}, {"MaxItems": 1001}])
def test_what_is_no_page_is_refused(server, groups, members):
    iam, group = boto3_client(server, "iam", validates=False), groups()
    refused = (400, "ValidationError")
    assert refusal(iam.list_groups, **members)[:2] == refused
    assert refusal(iam.get_group, GroupName=group, **members)[:2] == refused
    assert refusal(iam.list_groups_for_user, UserName="administrator", **members)[:2] == refused


def test_an_account_has_three_hundred_groups(fresh_server):
    iam = boto3_client(fresh_server, "iam")
    for number in range(300):
        iam.create_group(GroupName=f"g{number}")
    wanted = (409, "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300")
    assert refusal(iam.create_group, GroupName="one-more") == wanted
    iam.delete_group(GroupName="g7")
    iam.create_group(GroupName="one-more")


# Who is in them


def test_a_user_is_put_into_a_group_and_taken_out(iam, identities, groups):
    user, group = identities.user(Path="/team/"), groups(Path="/team/")
    iam.add_user_to_group(GroupName=group, UserName=user)
    assert iam.get_group(GroupName=group)["Users"] == [iam.get_user(UserName=user)["User"]]
    assert iam.list_groups_for_user(UserName=user)["Groups"] == [iam.get_group(GroupName=group)["Group"]]
    iam.remove_user_from_group(GroupName=group, UserName=user)
    assert users_of(iam, group) == [] and groups_of(iam, user) == []


def test_names_of_groups_and_users_are_found_without_regard_to_case(iam, identities, groups):
    user, group = identities.user(), groups()
    iam.add_user_to_group(GroupName=group.upper(), UserName=user.upper())
    assert users_of(iam, group) == [user] and groups_of(iam, user) == [group]
    iam.remove_user_from_group(GroupName=group.upper(), UserName=user.upper())
    assert users_of(iam, group) == []


def test_who_is_in_a_group_can_be_put_in_and_who_is_not_can_be_taken_out(iam, identities, groups):
    member, stranger = identities.user(), identities.user()
    group = groups(users=[member, member])
    iam.remove_user_from_group(GroupName=group, UserName=stranger)
    assert users_of(iam, group) == [member]
    iam.remove_user_from_group(GroupName=group, UserName=member)
    assert users_of(iam, group) == []


def test_a_user_who_is_not_there_is_in_no_group(iam, groups):
    group, user = {"GroupName": groups()}, {"UserName": "no-such-user"}
    wanted = (404, "NoSuchEntity", "The user with name no-such-user cannot be found.")
    assert refusal(iam.add_user_to_group, **group, **user) == wanted
    assert refusal(iam.remove_user_from_group, **group, **user) == wanted
    assert refusal(iam.list_groups_for_user, **user) == wanted


def test_a_user_made_anew_is_in_no_group(iam, identities, groups):
    user = identities.user()
    group = groups(users=[user])
    identities.delete_user(user)
    identities.user(user)
    assert groups_of(iam, user) == [] and users_of(iam, group) == []


def test_a_user_is_in_ten_groups(iam, identities, groups):
    user, names = {"UserName": identities.user()}, [groups() for _ in range(11)]
    for name in names[:10]:
        iam.add_user_to_group(**user, GroupName=name)
    iam.add_user_to_group(**user, GroupName=names[0])
    wanted = (409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
    assert refusal(iam.add_user_to_group, **user, GroupName=names[10]) == wanted
    assert groups_of(iam, user["UserName"]) == sorted(names[:10]) and users_of(iam, names[10]) == []
    iam.remove_user_from_group(**user, GroupName=names[0])
    iam.add_user_to_group(**user, GroupName=names[10])
    assert groups_of(iam, user["UserName"]) == sorted(names[1:])


def test_the_users_of_a_group_come_page_by_page(iam, identities, groups):
    names = sorted(identities.user() for _ in range(5))
    group = groups(users=reversed(names))
    found = list(iam.get_paginator("get_group").paginate(GroupName=group, PaginationConfig={"PageSize": 2}))
    assert [[user["UserName"] for user in page["Users"]] for page in found] == [names[:2], names[2:4], names[4:]]
    assert [page["Group"]["GroupName"] for page in found] == [group] * 3
    first = iam.get_group(GroupName=group, MaxItems=2)
    iam.remove_user_from_group(GroupName=group, UserName=names[1])
    assert users_of(iam, group, Marker=first["Marker"]) == names[2:]


def test_the_groups_of_a_user_come_page_by_page(iam, identities, groups):
    user = identities.user()
    names = sorted(groups(users=[user]) for _ in range(5))
    found = pages(iam, "list_groups_for_user", "Groups", UserName=user)
    assert [[group["GroupName"] for group in page] for page in found] == [names[:2], names[2:4], names[4:]]


def test_a_permission_to_fill_a_group_is_for_the_path_that_it_names(iam, identities, groups):
    red, blue = groups(Path="/red/"), groups(Path="/blue/")
    filler = identities.caller(
        allow("iam:AddUserToGroup", "iam:RemoveUserFromGroup", on=f"arn:aws:iam::{ACCOUNT}:group/red/*")
    )
    client, user = filler.client("iam"), {"UserName": filler.name}
    for name in (red, red.upper()):
        client.add_user_to_group(**user, GroupName=name)
    for name in (blue, blue.upper(), "no-such-group"):
        assert refusal(client.add_user_to_group, **user, GroupName=name)[:2] == (403, "AccessDenied")
    assert groups_of(iam, filler.name) == [red]


# Their policies in force


def test_a_policy_of_a_group_is_in_force_for_those_who_are_in_it_as_long_as_they_are(iam, identities, groups):
    member, stranger = identities.caller(), identities.caller()
    group = groups(LISTS)
    assert allowed_calls(member) == set()
    iam.add_user_to_group(GroupName=group, UserName=member.name)
    assert (allowed_calls(member), allowed_calls(stranger)) == ({"lambda:ListFunctions"}, set())
    iam.remove_user_from_group(GroupName=group, UserName=member.name)
    assert allowed_calls(member) == set()


def test_a_policy_that_is_put_into_a_group_is_in_force_until_it_is_replaced_or_deleted(iam, identities, groups):
    caller = identities.caller()
    group = {"GroupName": groups(users=[caller.name]), "PolicyName": "p"}
    iam.put_group_policy(**group, PolicyDocument=document(LISTS))
    assert allowed_calls(caller) == {"lambda:ListFunctions"}
    iam.put_group_policy(**group, PolicyDocument=document(SETTINGS))
    assert allowed_calls(caller) == {"lambda:GetAccountSettings"}
    iam.delete_group_policy(**group)
    assert allowed_calls(caller) == set()


def test_a_policy_that_is_attached_to_a_group_is_in_force_in_the_version_of_the_hour(iam, identities, groups):
    caller, policy = identities.caller(), identities.policy(LISTS)
    group = groups(users=[caller.name])
    iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    assert allowed_calls(caller) == {"lambda:ListFunctions"}
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(SETTINGS), SetAsDefault=True)
    assert allowed_calls(caller) == {"lambda:GetAccountSettings"}
    iam.detach_group_policy(GroupName=group, PolicyArn=policy)
    assert allowed_calls(caller) == set()


def test_a_user_may_do_what_any_of_the_groups_or_the_user_may(iam, identities, groups):
    caller = identities.caller(allow("iam:ListUsers"))
    one, other = groups(LISTS, users=[caller.name]), groups(SETTINGS, users=[caller.name])
    assert allowed_calls(caller) == {"lambda:ListFunctions", "lambda:GetAccountSettings", "iam:ListUsers"}
    iam.remove_user_from_group(GroupName=one, UserName=caller.name)
    assert allowed_calls(caller) == {"lambda:GetAccountSettings", "iam:ListUsers"}
    identities.delete_group(other)
    assert allowed_calls(caller) == {"iam:ListUsers"}


def test_what_a_group_denies_nothing_else_allows(iam, identities, groups):
    caller = identities.caller(allow("*"))
    denying, _ = groups(deny("lambda:List*"), users=[caller.name]), groups(LISTS, users=[caller.name])
    assert refusal(caller.client().list_functions) == (
        403, "AccessDeniedException", f"User: {caller.arn} is not authorized to perform: lambda:ListFunctions on "
        "resource: * with an explicit deny in an identity-based policy",
    )  # fmt: skip
    iam.remove_user_from_group(GroupName=denying, UserName=caller.name)
    assert is_allowed(caller.client().list_functions)


def test_a_boundary_of_the_user_bounds_what_a_group_allows(identities, groups):
    caller = identities.caller(PermissionsBoundary=identities.policy(LISTS))
    groups(allow("*"), users=[caller.name])
    assert allowed_calls(caller) == {"lambda:ListFunctions"}


def test_a_variable_in_a_policy_of_a_group_stands_for_the_user_who_calls(identities, groups):
    one, other = identities.caller(), identities.caller()
    own = allow("iam:GetUser", on=f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")
    groups(own, users=[one.name, other.name])
    for caller, stranger in ((one, other), (other, one)):
        assert is_allowed(caller.client("iam").get_user, UserName=caller.name)
        assert not is_allowed(caller.client("iam").get_user, UserName=stranger.name)


def test_groups_survive_the_death_of_the_server(fresh_server):
    identities = Identities(fresh_server)
    caller, groups = identities.caller(), partial(group_of, identities)
    one, other = groups(LISTS, users=[caller.name], Path="/deep/"), groups(SETTINGS, users=[caller.name])
    identities.client.attach_group_policy(GroupName=one, PolicyArn=f"{PLATFORM}/IAMReadOnlyAccess")
    identities.client.remove_user_from_group(GroupName=other, UserName=caller.name)
    before = [identities.client.get_group(GroupName=name) for name in (one, other)]
    fresh_server.restart()
    assert allowed_calls(caller) == {"lambda:ListFunctions", "iam:ListUsers"}
    for told in before:
        found = identities.client.get_group(GroupName=told["Group"]["GroupName"])
        assert (found["Group"], found["Users"]) == (told["Group"], told["Users"])


# Their policies


def test_a_policy_is_put_told_replaced_and_deleted(iam, groups):
    group = {"GroupName": groups()}
    iam.put_group_policy(**group, PolicyName="p", PolicyDocument=document(LISTS))
    found = iam.get_group_policy(**group, PolicyName="p")
    assert (found["GroupName"], found["PolicyName"]) == (group["GroupName"], "p")
    assert found["PolicyDocument"] == json.loads(document(LISTS))
    iam.put_group_policy(**group, PolicyName="p", PolicyDocument=document(SETTINGS))
    assert iam.get_group_policy(**group, PolicyName="p")["PolicyDocument"] == json.loads(document(SETTINGS))
    assert iam.list_group_policies(**group)["PolicyNames"] == ["p"]
    iam.delete_group_policy(**group, PolicyName="p")
    assert iam.list_group_policies(**group)["PolicyNames"] == []


@pytest.mark.parametrize("call", ["get_group_policy", "delete_group_policy"])
def test_a_put_policy_that_is_not_there_is_not_found(iam, groups, call):
    wanted = (404, "NoSuchEntity", "The group policy with name nope cannot be found.")
    assert refusal(getattr(iam, call), GroupName=groups(LISTS), PolicyName="nope") == wanted


@pytest.mark.parametrize("text, message", MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_policy_is_refused_in_awss_words(iam, groups, text, message):
    name = groups()
    refused = (400, "MalformedPolicyDocument", message)
    assert refusal(iam.put_group_policy, GroupName=name, PolicyName="p", PolicyDocument=text) == refused
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == []


def test_the_policies_of_a_group_have_5120_characters_white_space_left_out(iam, groups):
    name = groups()
    group = {"GroupName": name}
    iam.put_group_policy(**group, PolicyName="a", PolicyDocument=document_of_size(2560, blanks=2000))
    iam.put_group_policy(**group, PolicyName="b", PolicyDocument=document_of_size(2560))
    refused = (409, "LimitExceeded", f"Maximum policy size of 5120 bytes exceeded for group {name}")
    assert refusal(iam.put_group_policy, **group, PolicyName="b", PolicyDocument=document_of_size(2561)) == refused
    assert refusal(iam.put_group_policy, **group, PolicyName="c", PolicyDocument=document(LISTS)) == refused
    assert iam.list_group_policies(**group)["PolicyNames"] == ["a", "b"]


def test_put_policies_come_page_by_page(iam, groups):
    name, policies = groups(), [f"p{number}" for number in range(5)]
    for policy in reversed(policies):
        iam.put_group_policy(GroupName=name, PolicyName=policy, PolicyDocument=document(LISTS))
    found = pages(iam, "list_group_policies", "PolicyNames", GroupName=name)
    assert found == [policies[:2], policies[2:4], policies[4:]]


def test_attached_policies_are_told_page_by_page_and_by_path(iam, identities, groups):
    name, path = groups(), f"/{unique_name('path')}/"
    policies = sorted(identities.policy(LISTS, Path=path if number else "/") for number in range(5))
    for policy in policies:
        iam.attach_group_policy(GroupName=name, PolicyArn=policy)
    found = pages(iam, "list_attached_group_policies", "AttachedPolicies", GroupName=name)
    listed = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in policies]
    assert found == [listed[:2], listed[2:4], listed[4:]]
    under = iam.list_attached_group_policies(GroupName=name, PathPrefix=path)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in under] == [arn for arn in policies if path in arn]


def test_a_group_has_ten_attached_policies(iam, identities, groups):
    name, policies = groups(), [identities.policy(LISTS) for _ in range(11)]
    for policy in [*policies[:10], policies[0]]:
        iam.attach_group_policy(GroupName=name, PolicyArn=policy)
    refused = (409, "LimitExceeded", "Cannot exceed quota for PoliciesPerGroup: 10")
    assert refusal(iam.attach_group_policy, GroupName=name, PolicyArn=policies[10]) == refused
    iam.detach_group_policy(GroupName=name, PolicyArn=policies[0])
    iam.attach_group_policy(GroupName=name, PolicyArn=policies[10])


def test_only_policies_that_are_there_are_attached_and_only_attached_ones_detached(iam, identities, groups):
    name, policy = groups(), identities.policy(LISTS)
    wanted = (404, "NoSuchEntity", f"Policy {MISSING} does not exist or is not attachable.")
    assert refusal(iam.attach_group_policy, GroupName=name, PolicyArn=MISSING) == wanted
    wanted = (404, "NoSuchEntity", f"Policy {policy} was not found.")
    assert refusal(iam.detach_group_policy, GroupName=name, PolicyArn=policy) == wanted
    assert iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"] == []


def test_what_is_no_arn_is_not_attached(iam, groups):
    wanted = (400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    assert refusal(iam.attach_group_policy, GroupName=groups(), PolicyArn="longpolicynamebutnoarn") == wanted


def test_the_aws_cli_makes_fills_and_tells_a_group(aws, identities):
    name, user = identities.new_group_name(), identities.user()
    group = ("--group-name", name)
    made = json.loads(aws("iam", "create-group", *group, "--path", "/cli/").stdout)["Group"]
    aws("iam", "add-user-to-group", *group, "--user-name", user)
    told = json.loads(aws("iam", "get-group", *group).stdout)
    assert told["Group"] == made and [found["UserName"] for found in told["Users"]] == [user]
    refused = aws("iam", "delete-group", *group, check=False)
    assert refused.returncode != 0 and "DeleteConflict" in refused.stderr
