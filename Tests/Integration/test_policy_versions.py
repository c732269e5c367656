"""Versions of managed policies: numbered for ever, five at a time, one of them in force."""

import json

import pytest
from harness.clients import ACCOUNT
from harness.identities import allow, document, is_allowed, refusal
from harness.malformed_policies import MALFORMED

LISTS, SETTINGS = allow("lambda:ListFunctions"), allow("lambda:GetAccountSettings")
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"


@pytest.fixture
def arn(identities):
    return identities.policy(LISTS)


def add(iam, arn, *statements, **members):
    return iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(*statements), **members)["PolicyVersion"]


def versions(iam, arn, **members):
    """Each version's id, and whether it is in force."""
    found = iam.list_policy_versions(PolicyArn=arn, **members)["Versions"]
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in found]


def no_version(arn, version):
    return 404, "NoSuchEntity", f"Policy {arn} version {version} does not exist or is not attachable."


def test_versions_are_listed_newest_first(iam, arn):
    assert versions(iam, arn) == [("v1", True)]
    assert add(iam, arn, SETTINGS)["IsDefaultVersion"] is False
    assert add(iam, arn, SETTINGS, SetAsDefault=True)["VersionId"] == "v3"
    assert versions(iam, arn) == [("v3", True), ("v2", False), ("v1", False)]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"


def test_a_version_keeps_its_document(iam, arn):
    add(iam, arn, SETTINGS, SetAsDefault=True)
    for version, statement, is_default in (("v1", LISTS, False), ("v2", SETTINGS, True)):
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        assert found["Document"] == json.loads(document(statement))
        assert (found["VersionId"], found["IsDefaultVersion"]) == (version, is_default)
    assert all("Document" not in version for version in iam.list_policy_versions(PolicyArn=arn)["Versions"])


def test_the_default_version_is_what_is_in_force(iam, identities, arn):
    caller = identities.caller(attached=[arn])

    def allowed():
        return is_allowed(caller.client().list_functions), is_allowed(caller.client().get_account_settings)

    assert allowed() == (True, False)
    add(iam, arn, SETTINGS)
    assert allowed() == (True, False)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert allowed() == (False, True)
    add(iam, arn, LISTS, SETTINGS, SetAsDefault=True)
    assert allowed() == (True, True)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert allowed() == (True, False)


def test_a_policy_has_five_versions(iam, arn):
    for _ in range(4):
        add(iam, arn, LISTS)
    message = (
        "A managed policy can have up to 5 versions. "
        "Before you create a new version, you must delete an existing version."
    )
    members = {"PolicyArn": arn, "PolicyDocument": document(SETTINGS), "SetAsDefault": True}
    assert refusal(iam.create_policy_version, **members) == (409, "LimitExceeded", message)
    assert versions(iam, arn) == [("v5", False), ("v4", False), ("v3", False), ("v2", False), ("v1", True)]


def test_a_number_is_never_given_again(iam, arn):
    assert add(iam, arn, LISTS)["VersionId"] == "v2"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    assert add(iam, arn, SETTINGS)["VersionId"] == "v3"
    assert versions(iam, arn) == [("v3", False), ("v1", True)]
    assert refusal(iam.get_policy_version, PolicyArn=arn, VersionId="v2") == no_version(arn, "v2")


def test_the_version_in_force_is_not_deleted(iam, arn):
    refused = (409, "DeleteConflict", "Cannot delete the default version of a policy.")
    assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v1") == refused
    add(iam, arn, SETTINGS, SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v2") == refused
    assert versions(iam, arn) == [("v2", True)]


def test_a_policy_with_more_than_one_version_is_not_deleted(iam, arn):
    add(iam, arn, SETTINGS)
    message = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."
    )
    assert refusal(iam.delete_policy, PolicyArn=arn) == (409, "DeleteConflict", message)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)


OF_A_VERSION = ["get_policy_version", "set_default_policy_version", "delete_policy_version"]


@pytest.mark.parametrize("call", OF_A_VERSION)
def test_a_version_that_is_not_there_is_not_found(iam, arn, call):
    assert refusal(getattr(iam, call), PolicyArn=arn, VersionId="v9") == no_version(arn, "v9")


@pytest.mark.parametrize("call", ["get_policy_version", "set_default_policy_version"])
def test_a_version_of_a_policy_that_is_not_there_is_not_found(iam, call):
    assert refusal(getattr(iam, call), PolicyArn=MISSING, VersionId="v1") == no_version(MISSING, "v1")


def test_a_policy_that_is_not_there_gets_no_version(iam):
    refused = refusal(iam.create_policy_version, PolicyArn=MISSING, PolicyDocument=document(LISTS))
    assert refused == (404, "NoSuchEntity", f"Policy {MISSING} was not found.")


@pytest.mark.parametrize("version", ["1", "v0", "v01", "V1", "latest", "v1-2"])
@pytest.mark.parametrize("call", OF_A_VERSION)
def test_what_is_no_version_is_refused(iam, arn, call, version):
    status, code, message = refusal(getattr(iam, call), PolicyArn=arn, VersionId=version)
    assert (status, code) == (400, "ValidationError")
    assert "at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern" in message


def test_what_is_no_policy_makes_no_version(iam, arn):
    for text, message in MALFORMED:
        refused = refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=text)
        assert refused == (400, "MalformedPolicyDocument", message)
    assert versions(iam, arn) == [("v1", True)]


def test_versions_come_page_by_page(iam, arn):
    for _ in range(4):
        add(iam, arn, LISTS)
    pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn, PaginationConfig={"PageSize": 2})
    found = [[version["VersionId"] for version in page["Versions"]] for page in pages]
    assert found == [["v5", "v4"], ["v3", "v2"], ["v1"]]


def test_a_page_goes_on_after_a_version_that_was_deleted_meanwhile(iam, arn):
    for _ in range(3):
        add(iam, arn, LISTS)
    first = iam.list_policy_versions(PolicyArn=arn, MaxItems=2)
    assert [version["VersionId"] for version in first["Versions"]] == ["v4", "v3"]
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    assert versions(iam, arn, Marker=first["Marker"]) == [("v2", False), ("v1", True)]
