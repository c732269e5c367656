"""A permissions boundary allows nothing and bounds everything that a user's policies allow."""

import pytest
from harness.clients import ACCOUNT
from harness.identities import PLATFORM, allow, deny, document, is_allowed, refusal

EVERYTHING = f"{PLATFORM}/AdministratorAccess"
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"


@pytest.fixture
def bound(identities):
    """A policy that allows one action."""
    return identities.policy(allow("lambda:ListFunctions"))


def boundary_of(iam, name):
    return iam.get_user(UserName=name)["User"].get("PermissionsBoundary")


def allowed_calls(caller):
    """Which of three calls the caller may make."""
    calls = {
        "lambda:ListFunctions": caller.client().list_functions,
        "lambda:GetAccountSettings": caller.client().get_account_settings,
        "iam:ListUsers": caller.client("iam").list_users,
    }
    return {action for action, call in calls.items() if is_allowed(call)}


def test_an_administrator_with_a_boundary_may_do_what_the_boundary_allows(iam, identities, bound):
    caller = identities.caller(attached=[EVERYTHING])
    assert allowed_calls(caller) == {"lambda:ListFunctions", "lambda:GetAccountSettings", "iam:ListUsers"}
    iam.put_user_permissions_boundary(UserName=caller.name, PermissionsBoundary=bound)
    assert allowed_calls(caller) == {"lambda:ListFunctions"}
    _, _, message = refusal(caller.client().get_account_settings)
    assert message == (
        f"User: {caller.arn} is not authorized to perform: lambda:GetAccountSettings on resource: * "
        "because no permissions boundary allows the lambda:GetAccountSettings action"
    )
    iam.delete_user_permissions_boundary(UserName=caller.name)
    assert allowed_calls(caller) == {"lambda:ListFunctions", "lambda:GetAccountSettings", "iam:ListUsers"}


def test_who_is_bounded_cannot_get_out(identities, bound):
    caller = identities.caller(allow("*"), PermissionsBoundary=bound)
    client, user = caller.client("iam"), {"UserName": caller.name}
    assert not is_allowed(client.delete_user_permissions_boundary, **user)
    assert not is_allowed(client.put_user_permissions_boundary, **user, PermissionsBoundary=EVERYTHING)
    assert not is_allowed(client.attach_user_policy, **user, PolicyArn=EVERYTHING)
    text = document(allow("*"))
    assert not is_allowed(client.create_policy_version, PolicyArn=bound, PolicyDocument=text, SetAsDefault=True)
    assert not is_allowed(client.create_access_key, UserName="administrator")
    assert allowed_calls(caller) == {"lambda:ListFunctions"}


def test_a_boundary_alone_allows_nothing(identities, bound):
    assert allowed_calls(identities.caller(PermissionsBoundary=bound)) == set()


def test_a_denial_of_the_boundary_counts_over_what_it_allows(identities):
    bound = identities.policy(allow("lambda:*", "iam:*"), deny("iam:List*"))
    caller = identities.caller(allow("*"), PermissionsBoundary=bound)
    assert allowed_calls(caller) == {"lambda:ListFunctions", "lambda:GetAccountSettings"}
    assert refusal(caller.client("iam").list_users)[2].endswith("with an explicit deny in a permissions boundary")


def test_a_new_version_of_the_boundary_bounds_at_once(iam, identities, bound):
    caller = identities.caller(allow("*"), PermissionsBoundary=bound)
    text = document(allow("iam:ListUsers"))
    iam.create_policy_version(PolicyArn=bound, PolicyDocument=text)
    assert allowed_calls(caller) == {"lambda:ListFunctions"}
    iam.set_default_policy_version(PolicyArn=bound, VersionId="v2")
    assert allowed_calls(caller) == {"iam:ListUsers"}


def test_a_boundary_is_told_with_the_user_and_counted_with_the_policy(iam, identities, bound):
    name = identities.user(PermissionsBoundary=bound)
    wanted = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound}
    assert boundary_of(iam, name) == wanted
    policy = iam.get_policy(PolicyArn=bound)["Policy"]
    assert (policy["PermissionsBoundaryUsageCount"], policy["AttachmentCount"]) == (1, 0)
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=EVERYTHING)
    assert boundary_of(iam, name) == {**wanted, "PermissionsBoundaryArn": EVERYTHING}
    assert iam.get_policy(PolicyArn=bound)["Policy"]["PermissionsBoundaryUsageCount"] == 0
    iam.delete_user_permissions_boundary(UserName=name)
    assert boundary_of(iam, name) is None


def test_a_policy_that_bounds_somebody_is_not_deleted(iam, identities, bound):
    name = identities.user(PermissionsBoundary=bound)
    assert refusal(iam.delete_policy, PolicyArn=bound)[:2] == (409, "DeleteConflict")
    iam.delete_user_permissions_boundary(UserName=name)
    iam.delete_policy(PolicyArn=bound)


def test_a_policy_that_is_not_there_bounds_nobody(iam, identities):
    name, bound = identities.user(), {"PermissionsBoundary": MISSING}
    assert refusal(iam.put_user_permissions_boundary, UserName=name, **bound)[:2] == (404, "NoSuchEntity")
    assert boundary_of(iam, name) is None


def test_no_user_is_made_with_a_boundary_that_is_not_there(iam):
    status, code, message = refusal(iam.create_user, UserName="never-made", PermissionsBoundary=MISSING)
    assert (status, code) == (404, "NoSuchEntity")
    assert message == f"Scope ARN: {MISSING} does not exist or is not attachable."
    assert refusal(iam.get_user, UserName="never-made")[:2] == (404, "NoSuchEntity")


def test_a_boundary_that_is_not_there_is_not_taken_away(iam, identities):
    assert refusal(iam.delete_user_permissions_boundary, UserName=identities.user())[:2] == (404, "NoSuchEntity")
