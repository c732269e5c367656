"""What reads AWS's policies and accounts reads Redoubt's: parliament and cloudsplaining, without a complaint but those that
are explained here."""

import json

import pytest
from cloudsplaining.scan.authorization_details import AuthorizationDetails
from cloudsplaining.shared.exclusions import DEFAULT_EXCLUSIONS
from cloudsplaining.shared.validation import check_authorization_details_schema
from harness.identities import allow, deny, document
from parliament import analyze_policy_string

EXPLAINED = {"RESOURCE_STAR"}
"""The policies under AWS's ARNs are every account's, so they name no account and no resource, as AWS's own do not."""

WRITTEN = {
    "invoke": [allow("lambda:InvokeFunction", on="arn:aws:lambda:us-east-1:000000000000:function:hello")],
    "guarded": [
        allow("iam:GetUser", on="arn:aws:iam::000000000000:user/${aws:username}"),
        deny("iam:DeleteUser", Condition={"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000000:user/a"}}),
    ],
}
"""Policies that people write, which have nothing to be complained of."""


def complaints(text):
    return {finding.issue for finding in analyze_policy_string(text).findings}


def pages(client, name, key, **members):
    return [item for page in client.get_paginator(name).paginate(**members) for item in page[key]]


@pytest.fixture(scope="module")
def account(iam, identities):
    """The account as it describes itself, with somebody of each kind in it."""
    policy = identities.policy(*WRITTEN["invoke"])
    group = identities.group(*WRITTEN["guarded"])
    user = identities.caller(*WRITTEN["invoke"], attached=[policy])
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    identities.role(*WRITTEN["invoke"], attached=[policy])
    keys = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    found = {key: [] for key in keys}
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        for key in keys:
            found[key] += page[key]
    # As the AWS CLI writes it to the file that the tools are given.
    return json.loads(json.dumps(found, default=str))


def test_every_policy_of_the_platform_is_read_by_parliament(iam):
    policies = pages(iam, "list_policies", "Policies", Scope="AWS")
    assert len(policies) >= 8
    for policy in policies:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        assert complaints(json.dumps(version["Document"])) <= EXPLAINED, policy["Arn"]


def documents_of(account):
    for user in account["UserDetailList"]:
        yield from (policy["PolicyDocument"] for policy in user.get("UserPolicyList", []))
    for group in account["GroupDetailList"]:
        yield from (policy["PolicyDocument"] for policy in group.get("GroupPolicyList", []))
    for role in account["RoleDetailList"]:
        yield from (policy["PolicyDocument"] for policy in role.get("RolePolicyList", []))
    for policy in account["Policies"]:
        yield from (version["Document"] for version in policy["PolicyVersionList"])


def test_parliament_reads_what_the_account_holds_as_it_was_written(account):
    found = [json.dumps(one, sort_keys=True) for one in documents_of(account)]
    for statements in WRITTEN.values():
        text = json.dumps(json.loads(document(*statements)), sort_keys=True)
        assert text in found and complaints(text) == set()


def test_cloudsplaining_reads_the_account(account):
    assert check_authorization_details_schema(account)
    details = AuthorizationDetails(account, DEFAULT_EXCLUSIONS)
    results = details.results
    assert {role["arn"] for role in results["roles"].values()} == {role["Arn"] for role in account["RoleDetailList"]}
    assert {user["arn"] for user in results["users"].values()} == {user["Arn"] for user in account["UserDetailList"]}
    assert {group["arn"] for group in results["groups"].values()} == {one["Arn"] for one in account["GroupDetailList"]}


def test_cloudsplaining_finds_ways_to_more_rights_where_there_are_any(account):
    """That it finds nothing elsewhere says something only if it finds this."""
    results = AuthorizationDetails(account, DEFAULT_EXCLUSIONS).results
    by_name = {policy["PolicyName"]: policy for policy in results["aws_managed_policies"].values()}
    assert by_name["IAMFullAccess"]["PrivilegeEscalation"]["findings"]
    own = results["customer_managed_policies"].values()
    assert own and not any(policy["PrivilegeEscalation"]["findings"] for policy in own)
