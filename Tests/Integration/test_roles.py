"""IAM's roles, by boto3 and the AWS CLI: made, told, changed and deleted; whom they trust, and what hangs on them.

What their sessions may do is in test_sessions.py.
"""

import datetime
import json
import re
from functools import partial

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.identities import ADMINISTRATOR, PLATFORM, Identities, allow, document, document_of_size, refusal
from harness.malformed_policies import MALFORMED

LISTS = allow("lambda:ListFunctions")
SETTINGS = allow("lambda:GetAccountSettings")
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def trust(*principals, **members):
    """A statement of a trust policy. Further keywords are its other members."""
    return {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole", **members}


def trust_of_size(size, blanks=0):
    """The text of a trust policy with so many characters that count, and some white space that does not."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust(ROOT, Sid="")]}, separators=(",", ":"))
    return text.replace('"Sid":""', f'"Sid":"{"s" * (size - len(text))}"') + "\n\t " * blanks


TRUST = document(trust(ROOT))


@pytest.fixture(scope="module")
def roles(identities):
    """Makes roles that trust the account; deleted when the module's tests are over."""
    return partial(identities.role, trust=TRUST)


def told(iam, name):
    return iam.get_role(RoleName=name)["Role"]


def pages(iam, operation, result, **members):
    """What a paginator has on each page of two."""
    paginator = iam.get_paginator(operation).paginate(**members, PaginationConfig={"PageSize": 2})
    return [page[result] for page in paginator]


# Roles


def test_a_role_is_told_as_it_was_made(iam, identities, roles):
    bound = identities.policy(LISTS)
    members = {"Description": "What it is for: ä", "MaxSessionDuration": 7200, "PermissionsBoundary": bound}
    name = roles(Path="/team/red/", **members)
    role = told(iam, name)
    assert (role["RoleName"], role["Path"]) == (name, "/team/red/")
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/team/red/{name}"
    assert re.fullmatch("AROA[A-Z0-9]{12,}", role["RoleId"])
    age = datetime.datetime.now(datetime.timezone.utc) - role["CreateDate"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (role["Description"], role["MaxSessionDuration"]) == ("What it is for: ä", 7200)
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound}
    assert role["PermissionsBoundary"] == boundary
    listed = [found for found in iam.list_roles(PathPrefix="/team/red/")["Roles"] if found["RoleName"] == name]
    assert len(listed) == 1 and listed[0].items() <= role.items()
    assert listed[0]["AssumeRolePolicyDocument"] == role["AssumeRolePolicyDocument"]


def test_the_answer_to_a_creation_is_the_role_at_the_root_with_sessions_of_an_hour(iam, identities):
    name = identities.new_role_name()
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    assert made.items() <= told(iam, name).items()
    assert (made["Path"], made["Arn"]) == ("/", f"arn:aws:iam::{ACCOUNT}:role/{name}")
    assert told(iam, name)["MaxSessionDuration"] == 3600
    assert not {"Description", "PermissionsBoundary"} & set(told(iam, name))


@pytest.mark.parametrize("name", ["A+b=c,d.e@f-g_h9", "r" * 64, "r"])
def test_any_name_of_awss_is_taken(iam, identities, name):
    identities.roles.append(name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    assert told(iam, name)["RoleName"] == name


def test_a_name_is_unique_without_regard_to_case_and_path(iam, roles):
    name = roles(Path="/a/")
    for other in (name, name.upper()):
        wanted = (409, "EntityAlreadyExists", f"Role with name {other} already exists.")
        assert refusal(iam.create_role, RoleName=other, Path="/b/", AssumeRolePolicyDocument=TRUST) == wanted
    assert told(iam, name.upper())["Path"] == "/a/"


@pytest.mark.parametrize("seconds", [3600, 43_200])
def test_sessions_may_last_from_an_hour_to_twelve(iam, roles, seconds):
    name = roles(MaxSessionDuration=seconds)
    assert told(iam, name)["MaxSessionDuration"] == seconds


@pytest.mark.parametrize(
    "members, member",
    [
        ({"RoleName": "two words"}, "roleName"),
        ({"RoleName": "r" * 65}, "roleName"),
        ({"RoleName": "ü"}, "roleName"),
        ({"RoleName": ""}, "roleName"),
        ({"RoleName": None}, "roleName"),
        ({"Path": "team/"}, "path"),
        ({"Path": "/a b/"}, "path"),
        ({"AssumeRolePolicyDocument": None}, "assumeRolePolicyDocument"),
        ({"AssumeRolePolicyDocument": ""}, "assumeRolePolicyDocument"),
        ({"MaxSessionDuration": 3599}, "maxSessionDuration"),
        ({"MaxSessionDuration": 43_201}, "maxSessionDuration"),
        ({"Description": "d" * 1001}, "description"),
        ({"Description": "日本"}, "description"),
        ({"PermissionsBoundary": "short"}, "permissionsBoundary"),
    ],
)
def test_what_cannot_be_a_role_is_refused_by_the_members_name(server, iam, identities, members, member):
    name = identities.new_role_name()
    members = {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **members}
    client = boto3_client(server, "iam", validates=False)
    given = {name: value for name, value in members.items() if value is not None}
    status, code, message = refusal(client.create_role, **given)
    assert (status, code) == (400, "ValidationError")
    assert refusal(iam.get_role, RoleName=name)[1] == "NoSuchEntity"
    assert f"at '{member}' failed to satisfy constraint" in message


OF_A_ROLE = {
    "get_role": {},
    "delete_role": {},
    "update_role": {"Description": "d"},
    "update_assume_role_policy": {"PolicyDocument": TRUST},
    "put_role_policy": {"PolicyName": "p", "PolicyDocument": document(LISTS)},
    "get_role_policy": {"PolicyName": "p"},
    "delete_role_policy": {"PolicyName": "p"},
    "list_role_policies": {},
    "attach_role_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "detach_role_policy": {"PolicyArn": f"{PLATFORM}/ReadOnlyAccess"},
    "list_attached_role_policies": {},
    "put_role_permissions_boundary": {"PermissionsBoundary": f"{PLATFORM}/ReadOnlyAccess"},
    "delete_role_permissions_boundary": {},
}


@pytest.mark.parametrize("call", OF_A_ROLE)
def test_a_role_that_is_not_there_is_not_found(iam, call):
    wanted = (404, "NoSuchEntity", "The role with name no-such-role cannot be found.")
    assert refusal(getattr(iam, call), RoleName="no-such-role", **OF_A_ROLE[call]) == wanted


def test_a_deleted_role_is_gone(iam, roles):
    name = roles(Path="/gone/")
    iam.delete_role(RoleName=name)
    assert refusal(iam.get_role, RoleName=name)[:2] == (404, "NoSuchEntity")
    assert iam.list_roles(PathPrefix="/gone/")["Roles"] == []


def test_a_role_is_not_deleted_before_policies_are(iam, identities, roles):
    policy, role = identities.policy(LISTS), {"RoleName": roles()}
    iam.put_role_policy(**role, PolicyName="p", PolicyDocument=document(LISTS))
    iam.attach_role_policy(**role, PolicyArn=policy)

    def conflict():
        status, code, message = refusal(iam.delete_role, **role)
        assert (status, code) == (409, "DeleteConflict")
        assert iam.get_role(**role)
        return message

    assert conflict() == "Cannot delete entity, must delete policies first."
    iam.delete_role_policy(**role, PolicyName="p")
    assert conflict() == "Cannot delete entity, must detach all policies first."
    iam.detach_role_policy(**role, PolicyArn=policy)
    iam.delete_role(**role)


def test_a_policy_that_a_role_has_is_not_deleted(iam, identities, roles):
    name, policy = roles(), identities.policy(LISTS)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    wanted = (409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    assert refusal(iam.delete_policy, PolicyArn=policy) == wanted
    iam.detach_role_policy(RoleName=name, PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)


def test_a_role_made_anew_has_nothing_of_the_one_before(iam, identities, roles):
    bound = identities.policy(LISTS)
    name = roles(Description="d", MaxSessionDuration=7200, PermissionsBoundary=bound)
    before = told(iam, name)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(LISTS))
    iam.attach_role_policy(RoleName=name, PolicyArn=f"{PLATFORM}/ReadOnlyAccess")
    identities.delete_role(name)
    iam.delete_policy(PolicyArn=bound)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    after = told(iam, name)
    assert after["Arn"] == before["Arn"] and after["RoleId"] != before["RoleId"]
    assert after["MaxSessionDuration"] == 3600 and not {"Description", "PermissionsBoundary"} & set(after)
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []


def test_roles_come_page_by_page_in_the_order_of_their_names(iam, roles):
    path = f"/{unique_name('path')}/"
    names = sorted(roles(Path=path) for _ in range(5))
    found = pages(iam, "list_roles", "Roles", PathPrefix=path)
    assert [[role["RoleName"] for role in page] for page in found] == [names[:2], names[2:4], names[4:]]
    first = iam.list_roles(PathPrefix=path, MaxItems=3)
    iam.delete_role(RoleName=names[2])
    last = iam.list_roles(PathPrefix=path, Marker=first["Marker"])
    assert first["IsTruncated"] and not last["IsTruncated"] and "Marker" not in last
    assert [role["RoleName"] for role in last["Roles"]] == names[3:]


def test_roles_are_listed_by_what_their_paths_begin_with(iam, roles):
    top = unique_name("top")
    under = {path: roles(Path=path) for path in (f"/{top}/", f"/{top}/red/", f"/{top}/red/x/", f"/{top}x/")}

    def listed(prefix):
        return {role["RoleName"] for role in iam.list_roles(PathPrefix=prefix, MaxItems=1000)["Roles"]}

    for prefix in (f"/{top}", f"/{top}/", f"/{top}/r", f"/{top}/red/", f"/{top}/red/x/"):
        assert listed(prefix) == {name for path, name in under.items() if path.startswith(prefix)}
    assert listed(f"/{top}/blue/") == set()
    assert set(under.values()) <= listed("/")


@pytest.mark.parametrize("members", [{"Marker": "made up"}, {"MaxItems": 0}, {"MaxItems": 1001}, {"PathPrefix": "x"}])
def test_what_is_no_page_is_refused(server, members):
    call = boto3_client(server, "iam", validates=False).list_roles
    assert refusal(call, **members)[:2] == (400, "ValidationError")


def test_a_permission_is_for_the_path_that_it_names(iam, identities, roles):
    red, blue = roles(Path="/red/"), roles(Path="/blue/")
    reader = identities.caller(allow("iam:GetRole", on=f"arn:aws:iam::{ACCOUNT}:role/red/*")).client("iam")
    for name in (red, red.upper()):
        assert reader.get_role(RoleName=name)["Role"] == told(iam, red)
    for name in (blue, blue.upper(), "no-such-role"):
        assert refusal(reader.get_role, RoleName=name)[:2] == (403, "AccessDenied")


def test_a_permission_to_make_roles_can_ask_for_a_boundary(identities):
    bound, other = identities.policy(LISTS), identities.policy(allow("*"))
    condition = {"StringEquals": {"iam:PermissionsBoundary": bound}}
    maker = identities.caller(allow("iam:CreateRole", "iam:PutRolePermissionsBoundary", Condition=condition))
    name, client = identities.new_role_name(), maker.client("iam")
    members = {"RoleName": name, "AssumeRolePolicyDocument": TRUST}
    assert refusal(client.create_role, **members)[:2] == (403, "AccessDenied")
    assert refusal(client.create_role, **members, PermissionsBoundary=other)[:2] == (403, "AccessDenied")
    client.create_role(**members, PermissionsBoundary=bound)
    role = {"RoleName": name}
    assert refusal(client.put_role_permissions_boundary, **role, PermissionsBoundary=other)[:2] == (403, "AccessDenied")
    client.put_role_permissions_boundary(**role, PermissionsBoundary=bound)


def test_a_permission_to_attach_can_be_for_one_policy(identities, roles):
    one, other = identities.policy(LISTS), identities.policy(allow("*"))
    condition = {"ArnEquals": {"iam:PolicyARN": one}}
    client = identities.caller(allow("iam:AttachRolePolicy", Condition=condition)).client("iam")
    role = {"RoleName": roles()}
    assert refusal(client.attach_role_policy, **role, PolicyArn=other)[:2] == (403, "AccessDenied")
    client.attach_role_policy(**role, PolicyArn=one)


# Changes


def test_an_update_changes_description_and_length_of_sessions(iam, roles):
    name = roles(Description="before")
    before = told(iam, name)
    iam.update_role(RoleName=name, Description="after", MaxSessionDuration=43_200)
    assert told(iam, name) == {**before, "Description": "after", "MaxSessionDuration": 43_200}
    iam.update_role(RoleName=name, MaxSessionDuration=3600)
    assert told(iam, name) == {**before, "Description": "after", "MaxSessionDuration": 3600}


@pytest.mark.parametrize(
    "members, member",
    [
        ({"MaxSessionDuration": 3599}, "maxSessionDuration"),
        ({"MaxSessionDuration": 43_201}, "maxSessionDuration"),
        ({"Description": "d" * 1001}, "description"),
    ],
)
def test_what_cannot_be_of_a_role_changes_nothing(server, iam, roles, members, member):
    name = roles(Description="before")
    before = told(iam, name)
    status, code, message = refusal(boto3_client(server, "iam", validates=False).update_role, RoleName=name, **members)
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}' failed to satisfy constraint" in message
    assert told(iam, name) == before


def test_a_trust_policy_is_replaced(iam, roles):
    name = roles()
    before = told(iam, name)
    text = document(trust(ADMINISTRATOR, Sid="é+%20&<>'")).replace("\\u00e9", "é")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=text)
    assert told(iam, name) == {**before, "AssumeRolePolicyDocument": json.loads(text)}


def test_a_boundary_is_set_replaced_and_taken_away(iam, identities, roles):
    bound, name = identities.policy(LISTS), roles()
    for arn in (bound, f"{PLATFORM}/ReadOnlyAccess"):
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)
        wanted = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
        assert told(iam, name)["PermissionsBoundary"] == wanted
        usage = iam.get_policy(PolicyArn=bound)["Policy"]["PermissionsBoundaryUsageCount"]
        assert usage == (1 if arn == bound else 0)
    iam.delete_role_permissions_boundary(RoleName=name)
    assert "PermissionsBoundary" not in told(iam, name)
    assert refusal(iam.delete_role_permissions_boundary, RoleName=name)[:2] == (404, "NoSuchEntity")


def test_a_policy_that_bounds_a_role_is_not_deleted(iam, identities, roles):
    bound = identities.policy(LISTS)
    name = roles(PermissionsBoundary=bound)
    assert refusal(iam.delete_policy, PolicyArn=bound)[:2] == (409, "DeleteConflict")
    iam.delete_role(RoleName=name)
    iam.delete_policy(PolicyArn=bound)


def test_a_policy_that_is_not_there_bounds_no_role(iam, roles):
    name = roles()
    wanted = (404, "NoSuchEntity", f"Scope ARN: {MISSING} does not exist or is not attachable.")
    assert refusal(iam.put_role_permissions_boundary, RoleName=name, PermissionsBoundary=MISSING) == wanted
    assert "PermissionsBoundary" not in told(iam, name)
    members = {"RoleName": "never-made", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": MISSING}
    assert refusal(iam.create_role, **members) == wanted
    assert refusal(iam.get_role, RoleName="never-made")[:2] == (404, "NoSuchEntity")


def test_roles_survive_the_death_of_the_server(fresh_server):
    identities = Identities(fresh_server)
    iam, members = identities.client, {"Path": "/deep/", "Description": "é", "MaxSessionDuration": 7200}
    bound = identities.policy(LISTS)
    name = identities.role(SETTINGS, attached=[f"{PLATFORM}/ReadOnlyAccess"], PermissionsBoundary=bound, **members)
    before = told(iam, name)
    fresh_server.restart()
    assert told(iam, name) == before
    found = iam.get_role_policy(RoleName=name, PolicyName="own")["PolicyDocument"]
    assert found == json.loads(document(SETTINGS))
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["ReadOnlyAccess"]


# Trust policies


def invalid_principal(arn):
    return f'Invalid principal in policy: "AWS":"{arn}"'


def without(member, statement):
    return {name: value for name, value in statement.items() if name != member}


STS_ONLY = "AssumeRole policy may only specify STS AssumeRole actions."
NOBODY = f"arn:aws:iam::{ACCOUNT}:user/nobody-of-that-name"

DISTRUSTED = {
    "no-json": ("no json", "This policy contains invalid Json"),
    "no-principal": (document(without("Principal", trust(ROOT))), "Missing required field Principal"),
    "empty-principal": (document(trust(Principal={})), "Missing required field Principal cannot be empty!"),
    "all-but-one": (
        document({**without("Principal", trust(ROOT)), "NotPrincipal": {"AWS": ADMINISTRATOR}}),
        "Allow with NotPrincipal is not allowed.",
    ),
    "resource": (document(trust(ROOT, Resource="*")), "Has prohibited field Resource"),
    "wildcard-of-users": (
        document(trust(f"arn:aws:iam::{ACCOUNT}:user/*")), invalid_principal(f"arn:aws:iam::{ACCOUNT}:user/*"),
    ),
    "wildcard-of-roles": (
        document(trust(ROOT, f"arn:aws:iam::{ACCOUNT}:role/a?")), invalid_principal(f"arn:aws:iam::{ACCOUNT}:role/a?"),
    ),
    "no-arn": (document(trust("somebody")), invalid_principal("somebody")),
    "other-service": (document(trust(ROOT, Action="lambda:InvokeFunction")), STS_ONLY),
    "one-of-another-service": (document(trust(ROOT, Action=["sts:AssumeRole", "s3:*"])), STS_ONLY),
    "every-action": (document(trust(ROOT, Action="*")), STS_ONLY),
    "nobody": (document(trust(NOBODY)), invalid_principal(NOBODY)),
    "no-effect": (document({**trust(ROOT), "Effect": "allow"}), "The policy failed legacy parsing"),
}  # fmt: skip


@pytest.mark.parametrize("reason", DISTRUSTED)
def test_what_is_no_trust_policy_is_refused_in_iams_words(iam, roles, reason):
    text, message = DISTRUSTED[reason]
    refused = (400, "MalformedPolicyDocument", message)
    name = roles()
    assert refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=text) == refused
    assert told(iam, name)["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert refusal(iam.create_role, RoleName="never-made", AssumeRolePolicyDocument=text) == refused
    assert refusal(iam.get_role, RoleName="never-made")[1] == "NoSuchEntity"


def test_a_group_is_no_principal(iam, identities, roles):
    name, arn = roles(), f"arn:aws:iam::{ACCOUNT}:group/{identities.group()}"
    refused = (400, "MalformedPolicyDocument", invalid_principal(arn))
    assert refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=document(trust(arn))) == refused


def test_users_roles_sessions_accounts_and_services_are_principals(iam, identities, roles):
    user, role = identities.caller(), told(iam, roles(Path="/trusted/"))
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role['RoleName']}/name"
    services = trust(Principal={"Service": ["lambda.amazonaws.com", "events.amazonaws.com"]})
    text = document(trust(user.arn, role["Arn"], session, ROOT, ACCOUNT), services)
    kept = told(iam, roles(trust=text))["AssumeRolePolicyDocument"]["Statement"]
    assert {user.arn, role["Arn"], session, ROOT} <= set(kept[0]["Principal"]["AWS"]) and kept[1] == services


def test_a_trust_policy_needs_no_version(iam, roles):
    text = json.dumps({"Statement": trust(ROOT)})
    assert told(iam, roles(trust=text))["AssumeRolePolicyDocument"] == json.loads(text)


def test_a_trust_policy_has_2048_characters_white_space_left_out(iam, roles):
    name = roles(trust=trust_of_size(2048, blanks=1000))
    refused = (409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    text = trust_of_size(2049)
    assert refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=text) == refused
    assert told(iam, name)["AssumeRolePolicyDocument"] == json.loads(trust_of_size(2048))
    assert refusal(iam.create_role, RoleName="never-made", AssumeRolePolicyDocument=text) == refused


# Policies of roles


def test_a_policy_is_put_told_replaced_and_deleted(iam, roles):
    role = {"RoleName": roles()}
    iam.put_role_policy(**role, PolicyName="p", PolicyDocument=document(LISTS))
    found = iam.get_role_policy(**role, PolicyName="p")
    assert (found["RoleName"], found["PolicyName"]) == (role["RoleName"], "p")
    assert found["PolicyDocument"] == json.loads(document(LISTS))
    iam.put_role_policy(**role, PolicyName="p", PolicyDocument=document(SETTINGS))
    assert iam.get_role_policy(**role, PolicyName="p")["PolicyDocument"] == json.loads(document(SETTINGS))
    assert iam.list_role_policies(**role)["PolicyNames"] == ["p"]
    iam.delete_role_policy(**role, PolicyName="p")
    assert iam.list_role_policies(**role)["PolicyNames"] == []


@pytest.mark.parametrize("call", ["get_role_policy", "delete_role_policy"])
def test_a_put_policy_that_is_not_there_is_not_found(iam, roles, call):
    wanted = (404, "NoSuchEntity", "The role policy with name nope cannot be found.")
    assert refusal(getattr(iam, call), RoleName=roles(), PolicyName="nope") == wanted


@pytest.mark.parametrize("text, message", MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_policy_is_refused_in_awss_words(iam, roles, text, message):
    name = roles()
    refused = (400, "MalformedPolicyDocument", message)
    assert refusal(iam.put_role_policy, RoleName=name, PolicyName="p", PolicyDocument=text) == refused
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []


def test_the_policies_of_a_role_have_10240_characters_white_space_left_out(iam, roles):
    name = roles()
    role = {"RoleName": name}
    iam.put_role_policy(**role, PolicyName="a", PolicyDocument=document_of_size(5120, blanks=2000))
    iam.put_role_policy(**role, PolicyName="b", PolicyDocument=document_of_size(5120))
    refused = (409, "LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {name}")
    assert refusal(iam.put_role_policy, **role, PolicyName="b", PolicyDocument=document_of_size(5121)) == refused
    assert refusal(iam.put_role_policy, **role, PolicyName="c", PolicyDocument=document(LISTS)) == refused
    assert iam.list_role_policies(**role)["PolicyNames"] == ["a", "b"]


def test_put_policies_come_page_by_page(iam, roles):
    name, policies = roles(), [f"p{number}" for number in range(5)]
    for policy in reversed(policies):
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document(LISTS))
    found = pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
    assert found == [policies[:2], policies[2:4], policies[4:]]


def test_attached_policies_are_told_page_by_page_and_by_path(iam, identities, roles):
    name, path = roles(), f"/{unique_name('path')}/"
    policies = sorted(identities.policy(LISTS, Path=path if number else "/") for number in range(5))
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    found = pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    listed = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in policies]
    assert found == [listed[:2], listed[2:4], listed[4:]]
    under = iam.list_attached_role_policies(RoleName=name, PathPrefix=path)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in under] == [arn for arn in policies if path in arn]


def test_a_role_has_ten_attached_policies(iam, identities, roles):
    name, policies = roles(), [identities.policy(LISTS) for _ in range(11)]
    for policy in [*policies[:10], policies[0]]:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    refused = (409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
    assert refusal(iam.attach_role_policy, RoleName=name, PolicyArn=policies[10]) == refused
    iam.detach_role_policy(RoleName=name, PolicyArn=policies[0])
    iam.attach_role_policy(RoleName=name, PolicyArn=policies[10])


def test_only_policies_that_are_there_are_attached_and_only_attached_ones_detached(iam, identities, roles):
    name, policy = roles(), identities.policy(LISTS)
    wanted = (404, "NoSuchEntity", f"Policy {MISSING} does not exist or is not attachable.")
    assert refusal(iam.attach_role_policy, RoleName=name, PolicyArn=MISSING) == wanted
    wanted = (404, "NoSuchEntity", f"Policy {policy} was not found.")
    assert refusal(iam.detach_role_policy, RoleName=name, PolicyArn=policy) == wanted
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []


def test_what_is_no_arn_is_not_attached(iam, roles):
    wanted = (400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    assert refusal(iam.attach_role_policy, RoleName=roles(), PolicyArn="longpolicynamebutnoarn") == wanted


def test_the_aws_cli_makes_changes_and_tells_a_role(aws, identities, tmp_path):
    name = identities.new_role_name()
    (tmp_path / "trust.json").write_text(json.dumps(json.loads(TRUST), indent=2))
    role, file = ("--role-name", name), f"file://{tmp_path}/trust.json"
    made = json.loads(aws("iam", "create-role", *role, "--assume-role-policy-document", file).stdout)["Role"]
    aws("iam", "update-role", *role, "--description", "by the CLI", "--max-session-duration", 7200)
    found = json.loads(aws("iam", "get-role", *role).stdout)["Role"]
    assert found["AssumeRolePolicyDocument"] == made["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (found["Description"], found["MaxSessionDuration"]) == ("by the CLI", 7200)


def test_a_description_is_changed_by_the_older_operation_too(iam, identities):
    name = identities.role(Description="old")
    assert iam.update_role_description(RoleName=name, Description="new")["Role"]["Description"] == "new"
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "new"


def test_a_role_has_no_instance_profiles(iam, identities):
    name = identities.role()
    answer = iam.list_instance_profiles_for_role(RoleName=name)
    assert (answer["InstanceProfiles"], answer["IsTruncated"]) == ([], False)
    assert refusal(iam.list_instance_profiles_for_role, RoleName="no-such-role")[:2] == (404, "NoSuchEntity")
