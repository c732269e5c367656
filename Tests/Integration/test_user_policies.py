"""Policies of users, put into them and attached to them: kept as they were written, and in force at once."""

import json
from urllib.parse import unquote

import pytest
from harness.api_requests import operation_request
from harness.clients import ACCOUNT
from harness.functions import unique_name
from harness.identities import PLATFORM, allow, deny, document, document_of_size, is_allowed, refusal
from harness.malformed_policies import MALFORMED
from harness.sigv4 import Signer, send

LISTS = allow("lambda:ListFunctions")
MISSING = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"


def put(iam, name, policy, *statements):
    iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=document(*statements))


def put_names(iam, name):
    return iam.list_user_policies(UserName=name)["PolicyNames"]


def attached_arns(iam, name, **members):
    found = iam.list_attached_user_policies(UserName=name, **members)["AttachedPolicies"]
    return [policy["PolicyArn"] for policy in found]


def test_a_policy_is_put_told_replaced_and_deleted(iam, identities):
    name = identities.user()
    put(iam, name, "p", LISTS)
    found = iam.get_user_policy(UserName=name, PolicyName="p")
    assert (found["UserName"], found["PolicyName"]) == (name, "p")
    assert found["PolicyDocument"] == json.loads(document(LISTS))
    put(iam, name, "p", allow("s3:*"))
    assert iam.get_user_policy(UserName=name, PolicyName="p")["PolicyDocument"] == json.loads(document(allow("s3:*")))
    assert put_names(iam, name) == ["p"]
    iam.delete_user_policy(UserName=name, PolicyName="p")
    assert put_names(iam, name) == []


def test_a_document_comes_back_to_the_letter(server, iam, identities):
    name = identities.user()
    text = document(allow("s3:*", Sid="é+%20&<>'")).replace("\\u00e9", "é") + "\r\n\t "
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
    request = operation_request(server, "iam", "GetUserPolicy", {"UserName": name, "PolicyName": "p"})
    reply = send(server, Signer(*server.credentials, service="iam").sign(request)).body.decode()
    written = reply.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert unquote(written) == text
    assert written.isascii() and not set(written) & set(' "{}<>&\n')


def test_any_policy_name_of_awss_is_taken(iam, identities):
    name = identities.user()
    for policy in ("A+b=c,d.e@f-g_h9", "p" * 128):
        put(iam, name, policy, LISTS)
        assert iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyName"] == policy


@pytest.mark.parametrize("call", ["get_user_policy", "delete_user_policy"])
def test_a_put_policy_that_is_not_there_is_not_found(iam, identities, call):
    wanted = (404, "NoSuchEntity", "The user policy with name nope cannot be found.")
    assert refusal(getattr(iam, call), UserName=identities.user(), PolicyName="nope") == wanted


@pytest.mark.parametrize("text, message", MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_policy_is_refused_in_awss_words(iam, identities, text, message):
    name = identities.user()
    refused = (400, "MalformedPolicyDocument", message)
    assert refusal(iam.put_user_policy, UserName=name, PolicyName="p", PolicyDocument=text) == refused
    assert put_names(iam, name) == []


def test_a_refused_policy_leaves_the_one_before_in_force(iam, identities):
    caller = identities.caller(LISTS)
    text = MALFORMED[0][0]
    assert refusal(iam.put_user_policy, UserName=caller.name, PolicyName="own", PolicyDocument=text)[0] == 400
    assert is_allowed(caller.client().list_functions)


def test_the_policies_of_a_user_have_2048_characters_white_space_left_out(iam, identities):
    name = identities.user()
    user = {"UserName": name}
    iam.put_user_policy(**user, PolicyName="a", PolicyDocument=document_of_size(1024, blanks=2000))
    iam.put_user_policy(**user, PolicyName="b", PolicyDocument=document_of_size(1024))
    refused = (409, "LimitExceeded", f"Maximum policy size of 2048 bytes exceeded for user {name}")
    assert refusal(iam.put_user_policy, **user, PolicyName="b", PolicyDocument=document_of_size(1025)) == refused
    assert refusal(iam.put_user_policy, **user, PolicyName="c", PolicyDocument=document(LISTS)) == refused
    assert put_names(iam, name) == ["a", "b"]
    assert iam.get_user_policy(**user, PolicyName="b")["PolicyDocument"] == json.loads(document_of_size(1024))
    iam.delete_user_policy(**user, PolicyName="a")
    put(iam, name, "c", LISTS)


def test_put_policies_come_page_by_page(iam, identities):
    name = identities.user()
    names = [f"p{n}" for n in range(5)]
    for policy in reversed(names):
        put(iam, name, policy, LISTS)
    pages = iam.get_paginator("list_user_policies").paginate(UserName=name, PaginationConfig={"PageSize": 2})
    assert [page["PolicyNames"] for page in pages] == [names[:2], names[2:4], names[4:]]


def test_an_attached_policy_is_in_force_until_it_is_detached(iam, identities):
    caller, policy = identities.caller(), identities.policy(LISTS)
    assert not is_allowed(caller.client().list_functions)
    iam.attach_user_policy(UserName=caller.name, PolicyArn=policy)
    assert is_allowed(caller.client().list_functions)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    iam.detach_user_policy(UserName=caller.name, PolicyArn=policy)
    assert not is_allowed(caller.client().list_functions)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 0


def test_what_one_policy_denies_no_other_allows(iam, identities):
    caller = identities.caller(allow("*"), attached=[f"{PLATFORM}/AdministratorAccess"])
    assert is_allowed(caller.client().list_functions)
    put(iam, caller.name, "no", deny("lambda:List*"))
    assert refusal(caller.client().list_functions) == (
        403, "AccessDeniedException", f"User: {caller.arn} is not authorized to perform: lambda:ListFunctions on "
        "resource: * with an explicit deny in an identity-based policy",
    )  # fmt: skip
    assert is_allowed(caller.client().get_account_settings)


def test_attached_policies_are_told_with_names_and_found_by_path(iam, identities):
    path = f"/{unique_name('path')}/"
    policy, name = identities.policy(LISTS, Path=path), identities.user()
    for arn in (policy, f"{PLATFORM}/service-role/AWSLambdaBasicExecutionRole", f"{PLATFORM}/ReadOnlyAccess"):
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    listed = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
    assert {"PolicyName": "ReadOnlyAccess", "PolicyArn": f"{PLATFORM}/ReadOnlyAccess"} in listed
    assert {found["PolicyName"] for found in listed} == {
        policy.rpartition("/")[2], "ReadOnlyAccess", "AWSLambdaBasicExecutionRole",
    }  # fmt: skip
    assert attached_arns(iam, name, PathPrefix=path) == [policy]
    assert attached_arns(iam, name, PathPrefix="/service-role/") == [
        f"{PLATFORM}/service-role/AWSLambdaBasicExecutionRole"
    ]


def test_attached_policies_come_page_by_page(iam, identities):
    name, policies = identities.user(), [identities.policy(LISTS) for _ in range(5)]
    for policy in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=name, PaginationConfig={"PageSize": 2})
    found = [[policy["PolicyArn"] for policy in page["AttachedPolicies"]] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(arn for page in found for arn in page) == sorted(policies)


def test_a_user_has_ten_attached_policies(iam, identities):
    name, policies = identities.user(), [identities.policy(LISTS) for _ in range(11)]
    for policy in policies[:10]:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    iam.attach_user_policy(UserName=name, PolicyArn=policies[0])
    refused = (409, "LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10")
    assert refusal(iam.attach_user_policy, UserName=name, PolicyArn=policies[10]) == refused
    assert sorted(attached_arns(iam, name)) == sorted(policies[:10])
    iam.detach_user_policy(UserName=name, PolicyArn=policies[0])
    iam.attach_user_policy(UserName=name, PolicyArn=policies[10])


def test_only_policies_that_are_there_are_attached(iam, identities):
    name = identities.user()
    refused = (404, "NoSuchEntity", f"Policy {MISSING} does not exist or is not attachable.")
    assert refusal(iam.attach_user_policy, UserName=name, PolicyArn=MISSING) == refused
    assert attached_arns(iam, name) == []


def test_what_is_no_arn_is_not_attached(iam, identities):
    refused = (400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    name = identities.user()
    assert refusal(iam.attach_user_policy, UserName=name, PolicyArn="longpolicynamebutnoarn") == refused


def test_only_attached_policies_are_detached(iam, identities):
    name, policy = identities.user(), identities.policy(LISTS)
    wanted = (404, "NoSuchEntity", f"Policy {policy} was not found.")
    assert refusal(iam.detach_user_policy, UserName=name, PolicyArn=policy) == wanted


def test_the_aws_cli_puts_and_attaches_policies(aws, identities, tmp_path):
    name = identities.user()
    (tmp_path / "policy.json").write_text(json.dumps(json.loads(document(LISTS)), indent=2))
    user = ("--user-name", name)
    aws("iam", "put-user-policy", *user, "--policy-name", "p", "--policy-document", f"file://{tmp_path}/policy.json")
    found = json.loads(aws("iam", "get-user-policy", *user, "--policy-name", "p").stdout)
    assert found["PolicyDocument"] == json.loads(document(LISTS))
    aws("iam", "attach-user-policy", *user, "--policy-arn", f"{PLATFORM}/ReadOnlyAccess")
    listed = json.loads(aws("iam", "list-attached-user-policies", *user).stdout)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in listed] == ["ReadOnlyAccess"]
