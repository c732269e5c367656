"""Calls from one account to another: the caller's policies and the resource's both have to allow them."""

import json
import urllib.error
import urllib.request

import pytest
from harness.accounts import ask
from harness.clients import REGION, boto3_client
from harness.functions import invoke_function, unique_name
from harness.identities import allow, denial_message, deny, document, is_allowed, refusal
from harness.packages import make_zip, package_of
from harness.waiting import wait_until

TELL = "def handler(event, context): return context.invoked_function_arn"
INVOKE = "lambda:InvokeFunction"


@pytest.fixture(scope="module")
def caller_account(accounts):
    return accounts.one


@pytest.fixture(scope="module")
def owner(accounts):
    return accounts.other


@pytest.fixture
def function(owner, deploy_in):
    """The name of a function of the other account, published once, and open to nobody."""
    return deploy_in(owner, TELL, Publish=True)


@pytest.fixture
def permit(owner):
    """Adds a statement to a function's policy."""

    def add(function, principal, action=INVOKE, **members):
        owner.client().add_permission(
            FunctionName=function, StatementId=unique_name("s"), Action=action, Principal=principal, **members
        )

    return add


def session_client(server, credentials, service="lambda"):
    return boto3_client(
        server, service, aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials["SessionToken"],
    )  # fmt: skip


def trusting(*principals, action="sts:AssumeRole", **members):
    return document({"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": action, **members})


def test_both_accounts_have_to_allow_an_invocation(caller_account, owner, function, permit, identities_of):
    made, arn = identities_of(caller_account), owner.function_arn(function)
    allowed = made.caller(allow(INVOKE, on=arn))
    others = [made.caller(), made.caller(allow(INVOKE, on=arn + "-x")), made.caller(allow("*"), deny(INVOKE, on=arn))]
    for caller in (allowed, *others, caller_account):
        assert not is_allowed(caller.client().invoke, FunctionName=arn), "the function's account has not"
    permit(function, caller_account.id)
    assert invoke_function(allowed.client(), arn).json == arn
    assert invoke_function(caller_account.client(), arn).json == arn
    for caller in others:
        assert not is_allowed(caller.client().invoke, FunctionName=arn), "the caller's account has not"
    assert refusal(allowed.client().invoke, FunctionName=function)[0] == 403, "without the account it is the own one's"


def test_the_policy_may_name_a_user_or_a_role_or_the_account(
    server, caller_account, owner, function, permit, identities_of
):
    made, arn = identities_of(caller_account), owner.function_arn(function)
    user, other = made.caller(allow("*")), made.caller(allow("*"))
    role = caller_account.role_arn(made.role(allow('*'), trust=trusting(caller_account.id)))
    credentials = user.client("sts").assume_role(RoleArn=role, RoleSessionName="s1")["Credentials"]
    session = session_client(server, credentials)

    def may():
        return [is_allowed(client.invoke, FunctionName=arn) for client in (user.client(), other.client(), session)]

    assert may() == [False, False, False]
    permit(function, user.arn)
    assert may() == [True, False, False]
    permit(function, role)
    assert may() == [True, False, True]
    permit(function, caller_account.arn)
    assert may() == [True, False, True]
    permit(function, f"arn:aws:iam::{caller_account.id}:root")
    assert may() == [True, True, True]


def test_whom_a_policy_names_need_not_be_there(caller_account, owner, function, permit):
    """Whether there is such a user in another account is not told, nor by which id it is kept."""
    theirs = [f"arn:aws:iam::{caller_account.id}:user/{name}" for name in ("administrator", "no-such-user")]
    for principal in theirs:
        permit(function, principal)
    policy = json.loads(owner.client().get_policy(FunctionName=function)["Policy"])
    assert [statement["Principal"] for statement in policy["Statement"]] == [{"AWS": arn} for arn in theirs]


def test_a_permission_is_for_the_alias_or_version_that_it_names(caller_account, owner, function, permit):
    owner.client().create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    permit(function, caller_account.id, Qualifier="live")
    arn, client = owner.function_arn(function), caller_account.client()
    assert invoke_function(client, f"{arn}:live").json == f"{arn}:live"
    assert invoke_function(client, arn, Qualifier="live").json == f"{arn}:live"
    for name in (arn, f"{arn}:1", f"{arn}:$LATEST", f"{arn}:no-such"):
        assert not is_allowed(client.invoke, FunctionName=name)


def test_concurrency_and_logs_are_those_of_the_functions_account(caller_account, owner, deploy_in, permit):
    name = deploy_in(owner, "def handler(event, context): print('said', event)")
    permit(name, caller_account.id)
    own = deploy_in(caller_account, "def handler(event, context): print('own', event)", name=name)
    invoke_function(caller_account.client(), owner.function_arn(name), 7)
    group = {"logGroupName": f"/aws/lambda/{name}"}

    def messages(account):
        logs = account.client("logs")
        try:
            return [event["message"] for event in logs.filter_log_events(**group)["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    wait_until(lambda: any("said 7" in message for message in messages(owner)), what="the owner has the log")
    assert messages(caller_account) == []
    owner.client().put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    found = refusal(caller_account.client().invoke, FunctionName=owner.function_arn(name))
    assert found[:2] == (429, "TooManyRequestsException")
    assert invoke_function(caller_account.client(), own, 8).status == 200


def test_a_function_is_read_and_its_package_fetched(caller_account, owner, function, permit):
    client, arn = caller_account.client(), owner.function_arn(function)
    for action in ("lambda:GetFunction", "lambda:GetPolicy"):
        permit(function, caller_account.id, action=action)
    found = client.get_function(FunctionName=arn)
    assert found["Configuration"]["FunctionArn"] == arn
    with urllib.request.urlopen(found["Code"]["Location"]) as package:
        assert package.read() == package_of(TELL)
    assert "lambda:GetPolicy" in client.get_policy(FunctionName=arn)["Policy"]
    for call in (client.delete_function, client.get_function_configuration, client.list_aliases, client.invoke):
        assert not is_allowed(call, FunctionName=arn), "each action by itself"
    for statement in json.loads(owner.client().get_policy(FunctionName=function)["Policy"])["Statement"]:
        owner.client().remove_permission(FunctionName=function, StatementId=statement["Sid"])
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(found["Code"]["Location"])
    assert error.value.code == 403


def test_a_function_is_changed_by_whom_its_policy_lets(caller_account, owner, deploy_in, permit, identities_of):
    name = deploy_in(owner, TELL)
    client, arn = caller_account.client(), owner.function_arn(name)
    permit(name, caller_account.id, action="lambda:*")
    new = package_of("def handler(event, context): return 'new'")
    made = client.update_function_code(FunctionName=arn, ZipFile=new)
    assert made["FunctionArn"] == arn
    assert invoke_function(owner.client(), name).json == "new"
    trust = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    own = caller_account.role_arn(identities_of(caller_account).role(allow('*'), trust=trust))
    refused = refusal(client.update_function_configuration, FunctionName=arn, Role=own)
    assert refused[1] == "InvalidParameterValueException"
    assert refusal(client.update_function_configuration, FunctionName=arn, Role=owner.role)[0] == 403
    assert owner.client().get_function_configuration(FunctionName=name)["Role"] == owner.role
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.create_function(
            FunctionName=arn, Role=caller_account.role, Runtime="python3.11", Handler="a.b",
            Code={"ZipFile": package_of(TELL)},
        )  # fmt: skip


def test_a_layer_of_another_account_is_used_by_whom_its_policy_lets(caller_account, owner, deploy_in):
    layer = unique_name("layer")
    files = {"python/tools.py": "VALUE = 'from the other account'"}
    made = owner.client().publish_layer_version(LayerName=layer, Content={"ZipFile": make_zip(files)})
    version, client = {"LayerName": made["LayerArn"], "VersionNumber": 1}, caller_account.client()
    name = deploy_in(caller_account, "import tools\ndef handler(event, context): return tools.VALUE")
    use = {"FunctionName": name, "Layers": [made["LayerVersionArn"]]}
    assert not is_allowed(client.get_layer_version, **version)
    assert not is_allowed(client.update_function_configuration, **use)
    owner.client().add_layer_version_permission(
        LayerName=layer, VersionNumber=1, StatementId="s", Action="lambda:GetLayerVersion", Principal=caller_account.id
    )
    found = client.get_layer_version(**version)
    assert client.get_layer_version_by_arn(Arn=made["LayerVersionArn"])["LayerVersionArn"] == made["LayerVersionArn"]
    with urllib.request.urlopen(found["Content"]["Location"]) as package:
        assert package.read() == make_zip(files)
    for call in (client.delete_layer_version, client.get_layer_version_policy):
        assert not is_allowed(call, **version)
    client.update_function_configuration(**use)
    assert invoke_function(client, name).json == "from the other account"
    owner.client().delete_layer_version(LayerName=layer, VersionNumber=1)
    client.update_function_configuration(FunctionName=name, MemorySize=192)
    assert invoke_function(client, name).json == "from the other account", "the function keeps what it has"


def test_a_role_is_assumed_by_whom_it_trusts_and_who_may(server, caller_account, owner, identities_of, deploy_in):
    made = identities_of(caller_account)
    name = deploy_in(owner, TELL)
    role = owner.role_arn(identities_of(owner).role(allow(INVOKE, 'lambda:GetFunction'), trust=trusting(caller_account.id)))
    allowed, nobody = made.caller(allow("sts:AssumeRole", on=role)), made.caller(allow("lambda:*"))
    assert not is_allowed(nobody.client("sts").assume_role, RoleArn=role, RoleSessionName="s1")
    answer = allowed.client("sts").assume_role(RoleArn=role, RoleSessionName="s1")
    session = session_client(server, answer["Credentials"])
    assert answer["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{owner.id}:assumed-role/")
    assert session_client(server, answer["Credentials"], "sts").get_caller_identity()["Account"] == owner.id
    assert invoke_function(session, name).json == owner.function_arn(name), "names are those of the role's account"
    assert not is_allowed(session.list_functions)
    own = deploy_in(caller_account, TELL)
    assert not is_allowed(session.invoke, FunctionName=caller_account.function_arn(own)), "and not of the one left"
    assert not is_allowed(allowed.client().invoke, FunctionName=owner.function_arn(name))


def test_a_role_may_ask_for_an_external_id(caller_account, owner, identities_of):
    condition = {"StringEquals": {"sts:ExternalId": "agreed-upon"}}
    role = owner.role_arn(identities_of(owner).role(trust=trusting(caller_account.id, Condition=condition)))
    sts = caller_account.client("sts")
    for members in ({}, {"ExternalId": "guessed"}):
        assert not is_allowed(sts.assume_role, RoleArn=role, RoleSessionName="s1", **members)
    assert is_allowed(sts.assume_role, RoleArn=role, RoleSessionName="s1", ExternalId="agreed-upon")


def test_what_has_no_policy_is_reached_by_a_role_only(server, caller_account, owner, identities_of):
    made = identities_of(owner)
    policy = made.policy(allow("s3:*"))
    iam = caller_account.client("iam")
    assert refusal(iam.get_policy, PolicyArn=policy)[0] == 403
    role = owner.role_arn(made.role(allow('iam:GetPolicy'), trust=trusting(caller_account.id)))
    credentials = caller_account.client("sts").assume_role(RoleArn=role, RoleSessionName="s1")["Credentials"]
    assert session_client(server, credentials, "iam").get_policy(PolicyArn=policy)["Policy"]["Arn"] == policy


def test_a_function_calls_one_of_another_account_as_its_role(
    caller_account, owner, function, permit, deploy_in, identities_of
):
    trust = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = caller_account.role_arn(identities_of(caller_account).role(allow(INVOKE), trust=trust))
    code = """
        import boto3, json
        def handler(event, context):
            client = boto3.client("lambda")
            try:
                return json.load(client.invoke(FunctionName=event)["Payload"])
            except client.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
    """
    name = deploy_in(caller_account, code, Role=role, Timeout=30, MemorySize=512)
    arn = owner.function_arn(function)
    assert invoke_function(caller_account.client(), name, arn).json == "AccessDeniedException"
    permit(function, role)
    assert invoke_function(caller_account.client(), name, arn).json == arn


def test_a_source_is_what_the_platform_says_and_not_the_caller(
    caller_account, owner, function, permit, deploy_in, identities_of
):
    """A service is let in for resources of the owner: whoever is no service, or acts for another resource, is not."""
    permit(function, "s3.amazonaws.com", SourceAccount=owner.id)
    permit(function, caller_account.id, SourceArn=owner.function_arn("front"), action="lambda:GetFunction")
    arn = owner.function_arn(function)
    client = caller_account.client()

    def add(request, **_):
        for name in ("X-Amz-Source-Arn", "X-Amz-Source-Account", "AWS-SourceArn", "AWS-SourceAccount"):
            request.headers[name] = owner.function_arn("front") if "Arn" in name else owner.id

    client.meta.events.register("before-sign.lambda", add)
    try:
        for call in (client.invoke, client.get_function):
            assert not is_allowed(call, FunctionName=arn)
    finally:
        client.meta.events.unregister("before-sign.lambda", add)
    trust = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = caller_account.role_arn(identities_of(caller_account).role(allow('lambda:*'), trust=trust))
    code = """
        import boto3
        def handler(event, context):
            client = boto3.client("lambda")
            try:
                return client.get_function(FunctionName=event)["Configuration"]["FunctionArn"]
            except client.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
    """
    deploy_in(caller_account, code, name="front", Role=role, Timeout=30, MemorySize=512)
    found = invoke_function(caller_account.client(), "front", arn).json
    assert found == "AccessDeniedException", "a function of the same name in another account is another source"
    permit(function, caller_account.id, SourceArn=caller_account.function_arn("front"), action="lambda:GetFunction")
    assert invoke_function(caller_account.client(), "front", arn).json == arn


def test_a_role_that_trusts_the_service_for_its_own_account_is_no_others(caller_account, owner, identities_of):
    """A role's ARN given as the role of a stranger's function."""
    for condition in ({}, {"Condition": {"StringEquals": {"aws:SourceAccount": caller_account.id}}}):
        trust = document(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole", **condition}
        )
        role = owner.role_arn(identities_of(owner).role(allow('*'), trust=trust))
        found = refusal(
            caller_account.client().create_function, FunctionName=unique_name(), Role=role, Runtime="python3.11",
            Handler="app.handler", Code={"ZipFile": package_of(TELL)},
        )  # fmt: skip
        assert found[0] == 403 and "iam:PassRole" in found[2]


def test_each_account_is_told_its_own_side_of_a_decision(server, caller_account, owner, function, permit):
    client, arn = caller_account.client(), owner.function_arn(function)
    permit(function, caller_account.id)
    answer = client.invoke(FunctionName=arn)["ResponseMetadata"]["RequestId"]

    def told(account):
        status, found = ask(server, account.signer("redoubt"), "GET", f"/requests/{answer}/decisions")
        assert status == 200
        return found["Decisions"][0]

    own, theirs = told(caller_account), told(owner)
    assert own["Resource"] == theirs["Resource"] == arn and own["Outcome"] == theirs["Outcome"] == "Allow"
    assert all("identity-based" in statement for statement in own["Statements"])
    assert not any("policy of the resource" in policy for policy in own["Policies"])
    assert all("resource-based" in statement for statement in theirs["Statements"])
    assert not any("identity-based" in policy for policy in theirs["Policies"])
    assert own["Principal"] == caller_account.arn and theirs["Principal"] == f"arn:aws:iam::{caller_account.id}:root"
    assert "administrator" not in json.dumps(theirs)


def test_a_wrong_region_is_not_found_in_the_own_account_and_denied_in_anothers(caller_account, owner, function):
    for account, expected in ((caller_account, 404), (owner, 403)):
        arn = account.function_arn(function).replace(REGION, "eu-west-9")
        assert refusal(caller_account.client().invoke, FunctionName=arn)[0] == expected


def test_a_denial_does_not_tell_the_path_of_anothers_identity(caller_account, owner, identities_of):
    """What was named without its path stays so, whether it is there or not."""
    hidden = identities_of(owner).user(Path="/finance/")
    made = identities_of(caller_account)
    denial = deny("iam:*", on=f"arn:aws:iam::{owner.id}:user/finance/*")
    iam = made.caller(allow("*"), denial).client("iam")
    for name in (hidden, "no-such-user"):
        arn = f"arn:aws:iam::{owner.id}:user/{name}"
        calls = [
            (iam.generate_service_last_accessed_details, {"Arn": arn}),
            (iam.get_context_keys_for_principal_policy, {"PolicySourceArn": arn}),
            (iam.list_policies_granting_service_access, {"Arn": arn, "ServiceNamespaces": ["iam"]}),
        ]
        for call, members in calls:
            assert "no resource-based policy allows" in refusal(call, **members)[2]
            sts = caller_account.client("sts")
            decoded = sts.decode_authorization_message(EncodedMessage=denial_message(call, **members))
            assert json.loads(decoded["DecodedMessage"])["context"]["resource"] == arn
