"""Ways to more rights than one has (T32): whoever holds a part of what a way needs is refused at the next step."""

import json

import pytest
from harness.clients import ACCOUNT, ROLE, function_arn
from harness.functions import unique_name
from harness.identities import TRUST, allow, document, refusal
from harness.packages import make_zip

EVERYTHING = document(allow("*"))
PACKAGE = make_zip({"app.py": "def handler(event, context): return 1"})


def new_function(role=ROLE):
    return {
        "FunctionName": unique_name(), "Runtime": "python3.11", "Handler": "app.handler", "Role": role,
        "Code": {"ZipFile": PACKAGE},
    }  # fmt: skip


@pytest.fixture(scope="module")
def victim(identities):
    """A user whom somebody would like to be, with a key, a policy and a boundary."""
    policy = identities.policy(allow("s3:*"))
    return identities.caller(allow("*"), attached=[policy], PermissionsBoundary=policy)


@pytest.fixture(scope="module")
def role(identities):
    """A role that would be worth having."""
    return identities.role(allow("*"))


@pytest.fixture(scope="module")
def policy(identities):
    return identities.policy(allow("s3:GetObject"))


def denied(call, **members):
    status, code, _ = refusal(call, **members)
    return status == 403 and code in ("AccessDenied", "AccessDeniedException")


def test_a_function_is_not_made_with_a_role_that_one_may_not_pass(identities, role):
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    maker = identities.caller(allow("lambda:CreateFunction", "lambda:InvokeFunction"))
    assert denied(maker.client().create_function, **new_function(arn))
    other = identities.caller(allow("lambda:*"), allow("iam:PassRole", on=ROLE))
    assert denied(other.client().create_function, **new_function(arn))
    elsewhere = identities.caller(
        allow("lambda:*"),
        allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
    )
    assert denied(elsewhere.client().create_function, **new_function(arn))


def test_a_function_is_made_by_who_may_pass_its_role_to_lambda(identities, lambda_client):
    passing = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    maker = identities.caller(allow("lambda:CreateFunction"), allow("iam:PassRole", on=ROLE, Condition=passing))
    name = maker.client().create_function(**new_function())["FunctionName"]
    lambda_client.delete_function(FunctionName=name)


def test_a_function_gets_no_other_role_code_or_variables_from_who_may_not_change_it(identities, deploy, role):
    name = deploy("def handler(event, context): return 1")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    configurer = identities.caller(allow("lambda:UpdateFunctionConfiguration", on=function_arn(name)))
    assert denied(configurer.client().update_function_configuration, FunctionName=name, Role=arn)
    reader = identities.caller(allow("lambda:Get*", "lambda:List*", "lambda:InvokeFunction"))
    lambda_ = reader.client()
    assert denied(lambda_.update_function_code, FunctionName=name, ZipFile=PACKAGE)
    variables = {"Variables": {"LD_PRELOAD": "/tmp/x.so", "NODE_OPTIONS": "-r /tmp/x", "PYTHONPATH": "/tmp"}}
    assert denied(lambda_.update_function_configuration, FunctionName=name, Environment=variables)
    layer = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:x:1"
    assert denied(lambda_.update_function_configuration, FunctionName=name, Layers=[layer])
    assert denied(lambda_.publish_layer_version, LayerName="x", Content={"ZipFile": PACKAGE})


def test_a_layer_is_used_by_who_may_read_it_only(identities, deploy, deploy_layer):
    name, layer = deploy("def handler(event, context): return 1"), deploy_layer({"python/x.py": ""})
    configurer = identities.caller(allow("lambda:UpdateFunctionConfiguration"))
    assert denied(configurer.client().update_function_configuration, FunctionName=name, Layers=[layer])


ON_POLICIES = {
    "create_policy_version": lambda policy: {"PolicyDocument": EVERYTHING, "SetAsDefault": True, "PolicyArn": policy},
    "set_default_policy_version": lambda policy: {"VersionId": "v1", "PolicyArn": policy},
    "delete_policy": lambda policy: {"PolicyArn": policy},
}
ON_USERS = {
    "create_access_key": {},
    "put_user_policy": {"PolicyName": "p", "PolicyDocument": EVERYTHING},
    "attach_user_policy": {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "delete_user_permissions_boundary": {},
    "put_user_permissions_boundary": {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
}
ON_ROLES = {
    "put_role_policy": {"PolicyName": "p", "PolicyDocument": EVERYTHING},
    "attach_role_policy": {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "update_assume_role_policy": {"PolicyDocument": TRUST},
    "delete_role_permissions_boundary": {},
}


@pytest.fixture(scope="module")
def elsewhere(identities):
    """Somebody who may do all of it, to others than those who are worth it."""
    return identities.caller(
        allow("iam:*", on=[f"arn:aws:iam::{ACCOUNT}:{kind}/own/*" for kind in ("user", "role", "group", "policy")])
    )


@pytest.mark.parametrize("name", ON_USERS)
def test_another_user_is_not_changed(elsewhere, victim, name):
    assert denied(getattr(elsewhere.client("iam"), name), UserName=victim.name, **ON_USERS[name])


@pytest.mark.parametrize("name", ON_ROLES)
def test_a_role_that_is_worth_having_is_not_changed(elsewhere, role, name):
    assert denied(getattr(elsewhere.client("iam"), name), RoleName=role, **ON_ROLES[name])


@pytest.mark.parametrize("name", ON_POLICIES)
def test_a_policy_that_others_have_is_not_changed(elsewhere, policy, name):
    assert denied(getattr(elsewhere.client("iam"), name), **ON_POLICIES[name](policy))


def test_nobody_joins_a_group_that_is_worth_it(identities, elsewhere):
    group = identities.group(allow("*"))
    assert denied(elsewhere.client("iam").add_user_to_group, GroupName=group, UserName=elsewhere.name)


def test_nobody_changes_themselves_without_being_allowed_to(identities):
    caller = identities.caller(allow("iam:Get*", "iam:List*"))
    iam = caller.client("iam")
    for name, members in ON_USERS.items():
        assert denied(getattr(iam, name), UserName=caller.name, **members), name
    assert denied(iam.create_access_key)


def test_a_boundary_holds_for_what_one_gives_oneself(identities):
    bound = identities.policy(allow("iam:*", "s3:*"))
    caller = identities.caller(allow("iam:*"), PermissionsBoundary=bound)
    iam = caller.client("iam")
    iam.put_user_policy(UserName=caller.name, PolicyName="more", PolicyDocument=EVERYTHING)
    assert denied(caller.client().list_functions)


def test_whom_a_boundary_is_asked_of_makes_nobody_without_it(identities):
    bound = identities.policy(allow("s3:*"))
    making = {"StringEquals": {"iam:PermissionsBoundary": bound}}
    maker = identities.caller(allow("iam:CreateUser", "iam:PutUserPolicy", Condition=making))
    iam, name = maker.client("iam"), unique_name("u")
    assert denied(iam.create_user, UserName=name)
    assert denied(iam.create_user, UserName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
    identities.names.append(iam.create_user(UserName=name, PermissionsBoundary=bound)["User"]["UserName"])
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=EVERYTHING)
    assert denied(iam.put_user_policy, UserName=maker.name, PolicyName="p", PolicyDocument=EVERYTHING)


def test_what_is_made_with_tags_is_tagged_by_who_may_tag(identities, policy):
    maker = identities.caller(allow("iam:CreateUser", "iam:CreateRole", "iam:CreatePolicy"))
    iam, tags = maker.client("iam"), [{"Key": "team", "Value": "admin"}]
    assert denied(iam.create_user, UserName=unique_name("u"), Tags=tags)
    assert denied(iam.create_role, RoleName=unique_name("r"), AssumeRolePolicyDocument=TRUST, Tags=tags)
    assert denied(iam.create_policy, PolicyName=unique_name("p"), PolicyDocument=EVERYTHING, Tags=tags)
    identities.names.append(iam.create_user(UserName=unique_name("u"))["User"]["UserName"])


def test_a_list_is_judged_by_the_path_that_it_asks_for(identities):
    """Also when somebody there is called like the path."""
    name = unique_name("secret")
    identities.user(name, Path="/team/")
    reader = identities.caller(allow("iam:ListUsers", on=f"arn:aws:iam::{ACCOUNT}:user/team/*"))
    assert denied(reader.client("iam").list_users, PathPrefix=f"/{name}")
    reader.client("iam").list_users(PathPrefix="/team/")


def test_a_role_is_not_assumed_because_its_policy_was_within_reach(identities, role):
    """The permission to assume is nothing without trust, and trust of the account nothing without the permission."""
    private = identities.role(
        allow("*"), trust=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
        })
    )  # fmt: skip
    caller = identities.caller(allow("sts:*"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/"
    assert denied(caller.client("sts").assume_role, RoleArn=arn + private, RoleSessionName="try")
    without = identities.caller(allow("iam:*"))
    assert denied(without.client("sts").assume_role, RoleArn=arn + role, RoleSessionName="try")
