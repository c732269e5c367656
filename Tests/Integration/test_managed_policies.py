"""Managed policies, the account's and the platform's: made, told, listed and deleted."""

import datetime
import json
import re

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.identities import PLATFORM, allow, document, document_of_size, is_allowed, refusal
from harness.malformed_policies import MALFORMED

LISTS = allow("lambda:ListFunctions")
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"
NOT_FOUND = (404, "NoSuchEntity", f"Policy {MISSING} was not found.")


def listed(iam, **members):
    """ARN to policy, of all pages."""
    pages = iam.get_paginator("list_policies").paginate(**members)
    return {policy["Arn"]: policy for page in pages for policy in page["Policies"]}


def test_a_policy_is_told_as_it_was_made(iam):
    name = unique_name("p")
    made = iam.create_policy(
        PolicyName=name, Path="/team/red/", PolicyDocument=document(LISTS), Description="What it is for: ä"
    )["Policy"]
    try:
        assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:policy/team/red/{name}"
        assert (made["PolicyName"], made["Path"], made["DefaultVersionId"]) == (name, "/team/red/", "v1")
        assert (made["AttachmentCount"], made["PermissionsBoundaryUsageCount"]) == (0, 0)
        assert made["IsAttachable"] is True and re.fullmatch("ANPA[A-Z0-9]{12,}", made["PolicyId"])
        age = datetime.datetime.now(datetime.timezone.utc) - made["CreateDate"]
        assert abs(age) < datetime.timedelta(minutes=1) and made["UpdateDate"] == made["CreateDate"]
        told = iam.get_policy(PolicyArn=made["Arn"])["Policy"]
        assert told["Description"] == "What it is for: ä"
        assert {key: told[key] for key in made if key != "Description"} == {
            key: value for key, value in made.items() if key != "Description"
        }
    finally:
        iam.delete_policy(PolicyArn=made["Arn"])


def test_a_list_tells_everything_but_descriptions(iam, identities):
    arn = identities.policy(LISTS, Description="d")
    told = iam.get_policy(PolicyArn=arn)["Policy"]
    found = listed(iam, Scope="Local")[arn]
    assert "Description" not in found
    assert found.items() <= told.items()


def test_a_name_is_unique_without_regard_to_case_and_path(iam, identities):
    name = unique_name("p")
    arn = identities.policy(LISTS, name=name, Path="/a/")
    for other in (name, name.upper()):
        message = f"A policy called {other} already exists. Duplicate names are not allowed."
        refused = refusal(iam.create_policy, PolicyName=other, Path="/b/", PolicyDocument=document(LISTS))
        assert refused == (409, "EntityAlreadyExists", message)
    identities.policy(LISTS, name=f"{name}-2")
    assert iam.get_policy(PolicyArn=arn)


@pytest.mark.parametrize(
    "members, member",
    [
        ({"PolicyName": "two words"}, "policyName"),
        ({"PolicyName": "p" * 129}, "policyName"),
        ({"PolicyName": None}, "policyName"),
        ({"PolicyDocument": None}, "policyDocument"),
        ({"PolicyDocument": ""}, "policyDocument"),
        ({"PolicyDocument": document(allow("s3:*", Sid="€")).replace("\\u20ac", "€")}, "policyDocument"),
        ({"Path": "/team"}, "path"),
        ({"Path": "/a!b/"}, "path"),
        ({"Description": "d" * 1001}, "description"),
    ],
)
def test_what_cannot_be_a_policy_is_refused_by_the_members_name(server, members, member):
    members = {"PolicyName": "never-made", "PolicyDocument": document(LISTS), **members}
    client = boto3_client(server, "iam", validates=False)
    status, code, message = refusal(
        client.create_policy, **{name: value for name, value in members.items() if value is not None}
    )
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}' failed to satisfy constraint" in message


@pytest.mark.parametrize("text, message", MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_policy_is_refused_in_awss_words(iam, text, message):
    refused = refusal(iam.create_policy, PolicyName="never-made", PolicyDocument=text)
    assert refused == (400, "MalformedPolicyDocument", message)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/never-made"
    assert refusal(iam.get_policy, PolicyArn=arn)[:2] == (404, "NoSuchEntity")


def test_a_document_has_6144_characters_white_space_left_out(iam, identities):
    name, refused = unique_name("p"), (409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert refusal(iam.create_policy, PolicyName=name, PolicyDocument=document_of_size(6145)) == refused
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document_of_size(6144, blanks=4000))["Policy"]["Arn"]
    identities.arns.append(arn)
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=document_of_size(6145)) == refused
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=document_of_size(6144))


@pytest.mark.parametrize("call", ["get_policy", "delete_policy", "list_policy_versions"])
def test_a_policy_that_is_not_there_is_not_found(iam, call):
    assert refusal(getattr(iam, call), PolicyArn=MISSING) == NOT_FOUND


def test_a_policy_that_somebody_has_is_not_deleted(iam, identities):
    arn, name = identities.policy(LISTS), identities.user()
    iam.attach_user_policy(UserName=name, PolicyArn=arn)
    refused = (409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    assert refusal(iam.delete_policy, PolicyArn=arn) == refused
    iam.detach_user_policy(UserName=name, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    assert refusal(iam.get_policy, PolicyArn=arn)[:2] == (404, "NoSuchEntity")
    assert arn not in listed(iam)


def test_a_policy_made_anew_has_nothing_of_the_one_before(iam, identities):
    name = unique_name("p")
    before = iam.get_policy(PolicyArn=identities.policy(LISTS, name=name))["Policy"]
    iam.create_policy_version(PolicyArn=before["Arn"], PolicyDocument=document(LISTS), SetAsDefault=True)
    identities.delete_policy(before["Arn"])
    after = iam.get_policy(PolicyArn=identities.policy(allow("s3:*"), name=name))["Policy"]
    assert after["Arn"] == before["Arn"] and after["PolicyId"] != before["PolicyId"]
    assert after["DefaultVersionId"] == "v1"
    found = iam.get_policy_version(PolicyArn=after["Arn"], VersionId="v1")["PolicyVersion"]
    assert found["Document"] == json.loads(document(allow("s3:*")))


def test_policies_are_listed_by_scope(iam, identities):
    arn = identities.policy(LISTS)
    own, platform, both = (set(listed(iam, Scope=scope)) for scope in ("Local", "AWS", "All"))
    assert arn in own and f"{PLATFORM}/AdministratorAccess" in platform
    assert all(found.startswith(f"arn:aws:iam::{ACCOUNT}:policy/") for found in own)
    assert all(found.startswith(f"{PLATFORM}/") for found in platform)
    assert both == own | platform == set(listed(iam))


def test_policies_are_listed_by_use(iam, identities):
    attached, bound, unused = (identities.policy(LISTS) for _ in range(3))
    iam.attach_user_policy(UserName=identities.user(PermissionsBoundary=bound), PolicyArn=attached)

    def found(**members):
        return {attached, bound, unused} & set(listed(iam, Scope="Local", **members))

    assert found() == {attached, bound, unused}
    assert found(OnlyAttached=False) == {attached, bound, unused}
    assert found(OnlyAttached=True) == {attached}
    assert found(PolicyUsageFilter="PermissionsPolicy") == {attached}
    assert found(PolicyUsageFilter="PermissionsBoundary") == {bound}


def test_policies_are_listed_by_what_their_paths_begin_with(iam, identities):
    top = unique_name("top")
    under = {path: identities.policy(LISTS, Path=path) for path in (f"/{top}/", f"/{top}/red/", f"/{top}x/")}
    for prefix in (f"/{top}/", f"/{top}/red/", f"/{top}x/"):
        assert set(listed(iam, PathPrefix=prefix)) == {arn for path, arn in under.items() if path.startswith(prefix)}
    assert set(listed(iam, PathPrefix="/service-role/", Scope="Local")) == set()
    assert f"{PLATFORM}/service-role/AWSLambdaBasicExecutionRole" in listed(iam, PathPrefix="/service-role/")


def test_policies_come_page_by_page(iam, identities):
    path = f"/{unique_name('path')}/"
    arns = [identities.policy(LISTS, Path=path) for _ in range(5)]
    pages = iam.get_paginator("list_policies").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2})
    found = [[policy["Arn"] for policy in page["Policies"]] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(arn for page in found for arn in page) == sorted(arns)
    whole = listed(iam, PaginationConfig={"PageSize": 2})
    assert whole == listed(iam) and set(arns) < set(whole)


def test_a_page_goes_on_after_the_longest_arn(iam, identities):
    path = "/" + "p" * 510 + "/"
    arns = sorted(identities.policy(LISTS, Path=path, name=letter * 128) for letter in "abc")
    first = iam.list_policies(PathPrefix=path, MaxItems=1)
    rest = iam.list_policies(PathPrefix=path, Marker=first["Marker"])
    assert [policy["Arn"] for page in (first, rest) for policy in page["Policies"]] == arns


@pytest.mark.parametrize("members", [{"Scope": "Mine"}, {"PolicyUsageFilter": "All"}, {"Marker": "made up"}])
def test_what_is_no_list_is_refused(server, members):
    call = boto3_client(server, "iam", validates=False).list_policies
    assert refusal(call, **members)[:2] == (400, "ValidationError")


def test_the_platforms_policies_are_told_and_attached(iam, identities):
    arn = f"{PLATFORM}/service-role/AWSLambdaBasicExecutionRole"
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["PolicyName"], policy["Path"]) == ("AWSLambdaBasicExecutionRole", "/service-role/")
    assert [version["VersionId"] for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v1"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert version["IsDefaultVersion"] and "logs:PutLogEvents" in version["Document"]["Statement"][0]["Action"]
    before = policy["AttachmentCount"]
    iam.attach_user_policy(UserName=identities.user(), PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == before + 1


PLATFORM_CALLS = {
    "list_functions": ("lambda", {}),
    "get_account_settings": ("lambda", {}),
    "delete_function": ("lambda", {"FunctionName": "no-such-function"}),
    "describe_log_groups": ("logs", {}),
    "delete_log_group": ("logs", {"logGroupName": "no-such-group"}),
    "list_users": ("iam", {}),
    "delete_user": ("iam", {"UserName": "no-such-user"}),
}
READING = {"list_functions", "get_account_settings", "describe_log_groups"}
PLATFORM_ALLOWS = {
    "AdministratorAccess": set(PLATFORM_CALLS),
    "AWSLambda_FullAccess": {*READING, "delete_function"},
    "AWSLambda_ReadOnlyAccess": READING,
    "IAMFullAccess": {"list_users", "delete_user"},
    "IAMReadOnlyAccess": {"list_users"},
    "ReadOnlyAccess": {*READING, "list_users"},
    "service-role/AWSLambdaBasicExecutionRole": set(),
    "service-role/AWSLambdaSQSQueueExecutionRole": set(),
}


def test_every_policy_of_the_platform_has_an_expectation(iam):
    assert set(listed(iam, Scope="AWS")) == {f"{PLATFORM}/{name}" for name in PLATFORM_ALLOWS}


@pytest.mark.parametrize("name", PLATFORM_ALLOWS)
def test_a_policy_of_the_platform_allows_what_its_name_says(identities, name):
    caller = identities.caller(attached=[f"{PLATFORM}/{name}"])

    def reaches(call):
        service, members = PLATFORM_CALLS[call]
        return is_allowed(getattr(caller.client(service), call), **members)

    assert {call for call in PLATFORM_CALLS if reaches(call)} == PLATFORM_ALLOWS[name]


def test_the_platforms_policies_are_neither_changed_nor_deleted(iam):
    arn = f"{PLATFORM}/ReadOnlyAccess"
    before = iam.get_policy(PolicyArn=arn)["Policy"], iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    calls = [
        lambda: iam.delete_policy(PolicyArn=arn),
        lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("*")), SetAsDefault=True),
        lambda: iam.set_default_policy_version(PolicyArn=arn, VersionId="v1"),
        lambda: iam.delete_policy_version(PolicyArn=arn, VersionId="v1"),
    ]
    for call in calls:
        assert refusal(call)[:2] == (404, "NoSuchEntity")
    after = iam.get_policy(PolicyArn=arn)["Policy"], iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    assert before[0] == after[0] and before[1]["PolicyVersion"] == after[1]["PolicyVersion"]


def test_an_own_policy_of_a_platforms_name_is_another(iam, identities):
    arn = identities.policy(LISTS, name="AdministratorAccess")
    caller = identities.caller(attached=[arn])
    assert is_allowed(caller.client().list_functions) and not is_allowed(caller.client().get_account_settings)


def test_the_aws_cli_takes_a_policy_from_creation_to_deletion(aws, tmp_path):
    name, path = unique_name("p"), tmp_path / "policy.json"
    path.write_text(document(LISTS))

    def output(*arguments):
        return json.loads(aws("iam", *arguments).stdout)

    text = ("--policy-document", f"file://{path}")
    arn = output("create-policy", "--policy-name", name, "--description", "a b", *text)["Policy"]["Arn"]
    policy = ("--policy-arn", arn)
    try:
        assert output("get-policy", *policy)["Policy"]["Description"] == "a b"
        made = output("create-policy-version", *policy, *text, "--set-as-default")["PolicyVersion"]
        assert made["VersionId"] == "v2" and made["IsDefaultVersion"]
        assert arn in {found["Arn"] for found in output("list-policies", "--page-size", "1")["Policies"]}
        aws("iam", "delete-policy-version", *policy, "--version-id", "v1")
    finally:
        aws("iam", "delete-policy", *policy)
    gone = aws("iam", "get-policy", *policy, check=False)
    assert gone.returncode != 0 and "NoSuchEntity" in gone.stderr
