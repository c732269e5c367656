"""Guardrails: policies of the organization that bind accounts from above, whatever the accounts' own policies allow."""

import json

import pytest
from botocore.exceptions import ClientError
from harness.accounts import ask, create_account, delete_guardrails, management, put_guardrail, run_redoubt
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.functions import invoke_function, unique_name
from harness.identities import allow, deny, document, is_allowed, refusal
from harness.packages import package_of
from harness.projects import REFUSED, USAGE, succeed

LIST, SETTINGS = "lambda:ListFunctions", "lambda:GetAccountSettings"
RCP = "RESOURCE_CONTROL_POLICY"
TRUST_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
CODE = "def handler(event, context): return 'ran'"


def deny_all(*actions, **members):
    """A statement of a resource control policy."""
    return {**deny(*actions, **members), "Principal": "*"}


@pytest.fixture(autouse=True)
def no_guardrails(server):
    yield
    delete_guardrails(server)


@pytest.fixture
def put(server):
    """Makes a guardrail; its name."""

    def make(*statements, name="g", **members):
        status, answer = put_guardrail(server, name, *statements, **members)
        assert status == 200, answer
        return name

    return make


def lists(account):
    return is_allowed(account.client().list_functions)


def test_a_service_control_policy_binds_every_principal_of_every_other_account(
    server, accounts, put, identities_of, lambda_client, identities
):
    made = identities_of(accounts.one)
    user = made.caller(allow("*"))
    trust = {"Effect": "Allow", "Principal": {"AWS": accounts.one.id}, "Action": "sts:AssumeRole"}
    role = accounts.one.role_arn(made.role(allow('*'), trust=document(trust)))
    session = user.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    sessions = boto3_client(
        server, "lambda", aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )  # fmt: skip
    bound = [accounts.one.client(), accounts.other.client(), user.client(), sessions]
    assert [is_allowed(client.list_functions) for client in bound] == [True] * 4
    put(deny(LIST))
    for client in bound:
        status, code, message = refusal(client.list_functions)
        assert (status, code) == (403, "AccessDeniedException")
        assert message.endswith("with an explicit deny in a service control policy")
        assert is_allowed(client.get_account_settings)
    assert is_allowed(lambda_client.list_functions), "the management account is not bound"
    assert is_allowed(identities.caller(allow(LIST)).client().list_functions)
    later = create_account(server)
    assert not lists(later)
    delete_guardrails(server)
    assert [is_allowed(client.list_functions) for client in bound] == [True] * 4


def test_a_guardrail_of_one_account_binds_that_one(accounts, put):
    put(deny(LIST), target=accounts.one.id)
    assert not lists(accounts.one) and lists(accounts.other)


def test_a_level_allows_everything_until_something_else_allows(accounts, put):
    put(allow("lambda:Get*"), target=accounts.one.id)
    message = refusal(accounts.one.client().list_functions)[2]
    assert message.endswith(f"because no service control policy allows the {LIST} action")
    assert is_allowed(accounts.one.client().get_account_settings)
    put(allow("lambda:*"), name="organization")
    assert not lists(accounts.one), "each level has to allow"
    assert lists(accounts.other) and not is_allowed(accounts.other.client("iam").list_users)
    put(allow("lambda:Get*"), allow(LIST), target=accounts.one.id)
    assert lists(accounts.one)


def test_a_guardrail_gives_nothing(accounts, put, identities_of):
    put(allow("*"))
    assert not lists(identities_of(accounts.one).caller())


def test_who_one_is_can_be_asked_under_any_guardrail(accounts, put):
    put(deny("*"))
    assert accounts.one.client("sts").get_caller_identity()["Account"] == accounts.one.id


def test_conditions_of_guardrails_are_asked(accounts, put, identities_of):
    spared = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{accounts.one.id}:user/spared-*"}}
    put(deny(LIST, Condition=spared))
    assert not lists(accounts.one)
    assert lists(identities_of(accounts.one).caller(allow(LIST), name=unique_name("spared")))
    put(deny(LIST, Condition={"StringNotEquals": {"aws:RequestedRegion": REGION}}))
    assert lists(accounts.one)


def test_a_resource_control_policy_binds_whoever_comes_to_an_accounts_resources(
    accounts, put, deploy_in, lambda_client
):
    name = deploy_in(accounts.one, CODE)
    accounts.one.client().add_permission(
        FunctionName=name, StatementId="m", Action="lambda:InvokeFunction", Principal=ACCOUNT
    )
    arn = accounts.one.function_arn(name)
    assert invoke_function(lambda_client, arn).json == "ran"
    missing = refusal(lambda_client.invoke, FunctionName=arn + "-x")
    put(deny_all("lambda:InvokeFunction"), kind=RCP, target=accounts.one.id)
    assert refusal(accounts.one.client().invoke, FunctionName=name)[2].endswith(
        "with an explicit deny in a resource control policy"
    )
    found = refusal(lambda_client.invoke, FunctionName=arn)
    assert (found[0], found[1], found[2].replace(arn, arn + "-x")) == missing, "strangers do not hear of it"
    other = deploy_in(accounts.other, CODE)
    assert invoke_function(accounts.other.client(), other).json == "ran"
    delete_guardrails(accounts.one.server)
    assert invoke_function(lambda_client, arn).json == "ran"


def test_resources_of_the_management_account_are_not_bound(accounts, put, deploy, lambda_client):
    name = deploy(CODE)
    lambda_client.add_permission(
        FunctionName=name, StatementId="m", Action="lambda:InvokeFunction", Principal=accounts.one.id
    )
    put(deny_all("lambda:*"), kind=RCP)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    assert invoke_function(lambda_client, name).json == "ran"
    assert invoke_function(accounts.one.client(), arn).json == "ran", "it is not the caller's account that counts"
    assert not lists(accounts.one)


def test_the_callers_service_control_policies_count_at_another_accounts_resource(accounts, put, deploy_in):
    name = deploy_in(accounts.one, CODE)
    accounts.one.client().add_permission(
        FunctionName=name, StatementId="o", Action="lambda:InvokeFunction", Principal=accounts.other.id
    )
    arn = accounts.one.function_arn(name)
    put(deny("lambda:InvokeFunction"), target=accounts.one.id)
    assert invoke_function(accounts.other.client(), arn).json == "ran", "it is not the resource's account that counts"
    assert not is_allowed(accounts.one.client().invoke, FunctionName=name)
    put(deny("lambda:InvokeFunction"), target=accounts.other.id)
    assert not is_allowed(accounts.other.client().invoke, FunctionName=arn)


def test_services_are_bound_by_resource_control_policies_only(accounts, put, deploy_in):
    put(deny("sts:AssumeRole"), target=accounts.one.id)
    name = deploy_in(accounts.one, CODE)
    assert invoke_function(accounts.one.client(), name).json == "ran"
    put(deny_all("sts:AssumeRole"), kind=RCP, target=accounts.one.id)
    members = {"Runtime": "python3.11", "Handler": "app.handler", "Code": {"ZipFile": package_of(CODE)}}
    members["Role"] = accounts.one.role
    found = refusal(accounts.one.client().create_function, FunctionName=unique_name(), **members)
    assert found[1] == "InvalidParameterValueException" and "assume" in found[2]
    spared = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    put(deny_all("sts:AssumeRole", Condition=spared), kind=RCP, target=accounts.one.id)
    assert deploy_in(accounts.one, CODE)


def test_a_simulation_counts_the_accounts_guardrails(accounts, put):
    source = {"PolicySourceArn": accounts.one.arn, "ActionNames": [LIST, SETTINGS]}

    def simulated(account):
        found = account.client("iam").simulate_principal_policy(**{**source, "PolicySourceArn": account.arn})
        results = found["EvaluationResults"]
        return [(result["EvalDecision"], result.get("OrganizationsDecisionDetail")) for result in results]

    assert simulated(accounts.one) == [("allowed", None)] * 2
    put(deny(LIST), target=accounts.one.id)
    no, yes = ({"AllowedByOrganizations": allowed} for allowed in (False, True))
    assert simulated(accounts.one) == [("explicitDeny", no), ("allowed", yes)]
    assert simulated(accounts.other) == [("allowed", None)] * 2


def test_explain_names_the_guardrail(server, accounts, put):
    put(deny(LIST, Sid="NoLists"), name="no-lists")
    put(allow("lambda:*", "redoubt:*"), name="only-lambda", target=accounts.one.id)

    def explained(call):
        with pytest.raises(ClientError) as error:
            call()
        request_id = error.value.response["ResponseMetadata"]["RequestId"]
        return succeed(run_redoubt(server, "explain", request_id, account=accounts.one))

    text = explained(accounts.one.client().list_functions)
    assert "decided by statement 1 `NoLists` of a service control policy (policy 1, level 1) `no-lists`" in text
    for line in ("`no-lists`, level 1", "`FullAWSAccess`, level 1", "`only-lambda`, level 2"):
        assert f"looked at  service control policy {line}" in text
    text = explained(accounts.one.client("iam").list_users)
    assert "because no service control policy allows the iam:ListUsers action" in text and "`only-lambda`" in text
    put(deny_all(SETTINGS, Sid="NoSettings"), name="no-settings", kind=RCP)
    text = explained(accounts.one.client().get_account_settings)
    assert "statement 1 `NoSettings` of a resource control policy (policy 1, level 1) `no-settings`" in text


@pytest.mark.parametrize("kind, statement", [
    ("SERVICE_CONTROL_POLICY", {**deny("*"), "Principal": "*"}),
    ("SERVICE_CONTROL_POLICY", {"Effect": "Deny", "Action": "*"}),
    (RCP, {**allow("sts:*"), "Principal": "*"}), (RCP, deny("sts:*")), (RCP, deny_all("*")),
    (RCP, {**deny("sts:*"), "Principal": {"AWS": ACCOUNT}}),
    (RCP, {"Effect": "Deny", "Principal": "*", "NotAction": "sts:*", "Resource": "*"}),
])  # fmt: skip
def test_a_document_is_one_of_its_kind(server, kind, statement):
    status, answer = put_guardrail(server, "g", statement, kind=kind)
    assert (status, answer.get("message") is not None) == (400, True)
    assert ask(server, management(server), "GET", "/guardrails")[1]["Guardrails"] == []


def test_what_cannot_be_bound_is_refused(server):
    refused = {
        400: [{"target": ACCOUNT}, {"kind": "TAG_POLICY"}, {"target": "everybody"}, {"name": "two words"}],
        404: [{"target": "000000000009"}],
    }
    for status, cases in refused.items():
        for members in cases:
            members = {"name": "g", **members}
            assert put_guardrail(server, members.pop("name"), deny(LIST), **members)[0] == status, members
    for text in ("", "{", '{"Version": "2008-10-17", "Statement": []}'):
        members = {"Kind": RCP, "Target": "organization", "Name": "g", "Document": text}
        assert ask(server, management(server), "PUT", "/guardrails", members)[0] == 400
    query = [("Kind", RCP), ("Target", "organization"), ("Name", "missing")]
    assert ask(server, management(server), "DELETE", "/guardrails", query=query)[0] == 404


def test_guardrails_have_their_limits(server):
    for number in range(5):
        assert put_guardrail(server, f"g{number}", deny(LIST))[0] == 200
    assert put_guardrail(server, "g5", deny(LIST))[0] == 400
    assert put_guardrail(server, "g4", deny(LIST))[0] == 200, "another document is no other guardrail"
    assert put_guardrail(server, "g5", deny_all(LIST), kind=RCP)[0] == 200
    assert put_guardrail(server, "g4", deny(LIST, Sid="a" * 5120))[0] == 400


def test_the_command_puts_lists_and_deletes(server, accounts, tmp_path):
    file = tmp_path / "scp.json"
    file.write_text(document(deny(LIST)))
    put = ("guardrail", "put", "service-control", "no-lists", file)
    assert succeed(run_redoubt(server, *put)) == ""
    assert not lists(accounts.one)
    succeed(run_redoubt(server, *put, "--target", accounts.one.id))
    rows = [line.split() for line in succeed(run_redoubt(server, "guardrail", "list")).splitlines()]
    assert rows[1:] == [
        [accounts.one.id, "SERVICE_CONTROL_POLICY", "no-lists"], ["organization", "SERVICE_CONTROL_POLICY", "no-lists"],
    ]  # fmt: skip
    found = json.loads(succeed(run_redoubt(server, "guardrail", "list", "--json")))
    assert json.loads(found[0]["Document"]) == json.loads(file.read_text())
    delete = ("guardrail", "delete", "service-control", "no-lists")
    succeed(run_redoubt(server, *delete))
    assert not lists(accounts.one) and lists(accounts.other)
    succeed(run_redoubt(server, *delete, "--target", accounts.one.id))
    assert lists(accounts.one)
    assert run_redoubt(server, *delete).returncode == REFUSED
    assert run_redoubt(server, "guardrail", "put", "tag", "x", file).returncode == USAGE
    assert run_redoubt(server, *put, account=accounts.one).returncode == REFUSED


def test_guardrails_are_in_force_again_after_a_restart(fresh_server):
    account = create_account(fresh_server)
    assert put_guardrail(fresh_server, "g", deny(LIST), target=account.id)[0] == 200
    assert put_guardrail(fresh_server, "g", deny_all(SETTINGS), kind=RCP)[0] == 200
    for how in ("kill", "stop"):
        getattr(fresh_server, how)()
        fresh_server.start()
        assert not lists(account) and not is_allowed(account.client().get_account_settings)
        assert is_allowed(account.client().list_layers)


@pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-service-role/"])
def test_the_path_of_roles_that_services_make_is_refused(accounts, path):
    members = {"RoleName": unique_name("r"), "AssumeRolePolicyDocument": document(TRUST_ACCOUNT), "Path": path}
    assert refusal(accounts.one.client("iam").create_role, **members)[:2] == (400, "InvalidInput")


def test_no_path_of_a_role_exempts_from_guardrails(server, accounts, put, identities_of):
    """AWS binds no roles that it links to services, which it knows by their path."""
    made = identities_of(accounts.one)
    path = "/x:role/aws-service-role/y/"
    name = made.role(allow("*"), trust=document({**TRUST_ACCOUNT, "Principal": {"AWS": accounts.one.id}}), Path=path)
    role = f"arn:aws:iam::{accounts.one.id}:role{path}{name}"
    session = made.caller(allow("*")).client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    client = boto3_client(
        server, "lambda", aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )  # fmt: skip
    assert is_allowed(client.list_functions)
    put(deny(LIST))
    assert refusal(client.list_functions)[2].endswith("with an explicit deny in a service control policy")


@pytest.mark.parametrize("action", ["*", "*:*", "**", "s*:GetObject", "?3:Get*"])
def test_a_resource_control_policy_names_the_services_of_its_actions(server, action):
    status, answer = put_guardrail(server, "g", deny_all(action), kind=RCP)
    assert status == 400, answer
