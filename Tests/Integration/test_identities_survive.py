"""Users, keys, policies and boundaries are in force again when the server was killed and started anew."""

import pytest
from harness.clients import boto3_client
from harness.identities import ADMINISTRATOR, PLATFORM, Identities, allow, deny, document, is_allowed, refusal

LISTS = allow("lambda:ListFunctions")


def limited_callers(made):
    """Callers, each with one way of being limited, and what they may do."""
    policy, bound = made.policy(allow("iam:*")), made.policy(allow("lambda:GetAccountSettings"))
    made.client.create_policy_version(PolicyArn=policy, PolicyDocument=document(LISTS), SetAsDefault=True)
    made.caller(allow("*"), name="replaced")
    made.delete_user("replaced")
    return [
        (made.caller(LISTS), {"list_functions"}),
        (made.caller(attached=[policy]), {"list_functions"}),
        (made.caller(attached=[f"{PLATFORM}/IAMReadOnlyAccess"], Path="/deep/down/"), {"list_users"}),
        (made.caller(allow("*"), PermissionsBoundary=bound), {"get_account_settings"}),
        (made.caller(allow("*"), deny("lambda:*")), {"list_users"}),
        (made.caller(LISTS, name="replaced"), {"list_functions"}),
        (made.caller(), set()),
    ]


def allowed_calls(caller):
    calls = [caller.client().list_functions, caller.client().get_account_settings, caller.client("iam").list_users]
    return {call.__name__ for call in calls if is_allowed(call)}


def told(iam):
    """All that IAM tells of an account."""
    users = iam.list_users(MaxItems=1000)["Users"]
    policies = iam.list_policies(MaxItems=1000)["Policies"]
    versions = [iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"] for policy in policies]
    return policies, versions, [of_user(iam, {"UserName": user["UserName"]}) for user in users]


def of_user(iam, user):
    names = iam.list_user_policies(**user)["PolicyNames"]
    return [
        iam.get_user(**user)["User"],
        iam.list_access_keys(**user)["AccessKeyMetadata"],
        iam.list_attached_user_policies(**user)["AttachedPolicies"],
        [iam.get_user_policy(**user, PolicyName=name)["PolicyDocument"] for name in names],
    ]


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_what_callers_may_do_survives_a_restart(fresh_server, how):
    made = Identities(fresh_server)
    callers = limited_callers(made)
    inactive, deleted = made.caller(allow("*")), made.caller(allow("*"))
    made.client.update_access_key(UserName=inactive.name, AccessKeyId=inactive.key, Status="Inactive")
    made.delete_user(deleted.name)
    before = told(made.client)

    getattr(fresh_server, how)()
    fresh_server.start()
    for caller, allowed in callers:
        assert allowed_calls(caller) == allowed, caller
    for caller in (inactive, deleted):
        assert refusal(caller.client("sts").get_caller_identity)[1] == "InvalidClientTokenId"
    assert told(made.client) == before


def test_a_version_number_is_not_given_again_after_a_restart(fresh_server):
    made = Identities(fresh_server)
    policy = {"PolicyArn": made.policy(LISTS)}
    made.client.create_policy_version(**policy, PolicyDocument=document(LISTS))
    made.client.delete_policy_version(**policy, VersionId="v2")
    fresh_server.restart()
    version = made.client.create_policy_version(**policy, PolicyDocument=document(LISTS))["PolicyVersion"]
    assert version["VersionId"] == "v3"


def test_the_administrators_key_can_be_replaced(fresh_server):
    """As keys are rotated: a second is made, then the first is deleted."""
    first, _ = fresh_server.credentials
    made = boto3_client(fresh_server, "iam").create_access_key()["AccessKey"]
    key = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    boto3_client(fresh_server, "iam", **key).delete_access_key(AccessKeyId=first)
    fresh_server.restart()
    assert boto3_client(fresh_server, "sts", **key).get_caller_identity()["Arn"] == ADMINISTRATOR
    assert boto3_client(fresh_server, "lambda", **key).list_functions()["Functions"] == []
