"""Several accounts on one server: each has names, keys and quotas of its own, and sees nothing of the others."""

import base64
import json
import re
import threading
import time

import pytest
from botocore.exceptions import ClientError
from harness.accounts import account_of, ask, create_account, management, run_redoubt
from harness.api_requests import operation_request
from harness.clients import ACCOUNT, REGION, ROLE, boto3_client, function_arn
from harness.fixtures import own_server
from harness.functions import invoke_function, unique_name
from harness.identities import PLATFORM, allow, document, is_allowed, refusal
from harness.metrics import metrics
from harness.packages import make_zip, package_of
from harness.projects import REFUSED, succeed
from harness.sigv4 import Signer, send
from harness.waiting import wait_until

TELL = "def handler(event, context): return context.invoked_function_arn"
SLEEP = "import time\ndef handler(event, context):\n    print('slept')\n    time.sleep(event)\n    return 'done'"


def told(server, signer, service, operation, members):
    """All that is told of a call but its time and its id."""
    reply = send(server, signer(service).sign(operation_request(server, service, operation, members)))
    headers = {name: value for name, value in reply.headers.items() if name not in ("date", "x-amzn-requestid")}
    # What is sealed differs each time; that it is as long as any other is all that it may tell.
    if "x-redoubt-authorization-message" in headers:
        headers["x-redoubt-authorization-message"] = len(headers["x-redoubt-authorization-message"])
    request_id = reply.headers["x-amzn-requestid"].encode()
    return reply.status, headers, reply.body.replace(request_id, b"ID")


def test_the_command_makes_an_account_and_prints_its_key_for_a_shell(server):
    name = unique_name("acc")
    lines = succeed(run_redoubt(server, "account", "create", name)).splitlines()
    found = re.fullmatch(rf"# account (\d{{12}}) {name} active", lines[0])
    assert re.fullmatch(r"export AWS_ACCESS_KEY_ID='AKIA[A-Z0-9]{16}'", lines[1])
    assert re.fullmatch(r"export AWS_SECRET_ACCESS_KEY='[A-Z0-9]{40}'", lines[2]) and len(lines) == 3
    key, secret = (line.split("'")[1] for line in lines[1:])
    sts = boto3_client(server, "sts", aws_access_key_id=key, aws_secret_access_key=secret)
    assert sts.get_caller_identity()["Account"] == found[1]
    table = [line.split()[:3] for line in succeed(run_redoubt(server, "account", "list")).splitlines()]
    assert [found[1], name, "ACTIVE"] in table and [ACCOUNT, "management", "ACTIVE"] in table


def test_an_id_may_be_chosen_and_no_id_or_name_is_taken_twice(server):
    made = create_account(server, AccountId="770000000001")
    assert made.id == "770000000001"
    for members in ({"Name": unique_name("acc"), "AccountId": made.id}, {"Name": made.name.upper()}):
        status, answer = ask(server, management(server), "POST", "/accounts", members)
        assert (status, "exists" in answer["message"]) == (409, True)
    own = {"Name": unique_name("acc"), "AccountId": ACCOUNT}
    assert ask(server, management(server), "POST", "/accounts", own)[0] == 409
    for members in ({"Name": "two words"}, {"Name": "000000000009"}, {}, {"Name": "a", "AccountId": "12"}):
        assert ask(server, management(server), "POST", "/accounts", members)[0] == 400
    assert made.client("sts").get_caller_identity()["Account"] == made.id


def test_a_new_account_runs_functions_at_once(accounts, deploy_in):
    name = deploy_in(accounts.one, TELL)
    assert invoke_function(accounts.one.client(), name).json == accounts.one.function_arn(name)


def test_deploy_gives_a_function_the_basic_role_of_its_account(server, accounts, tmp_path):
    folder = tmp_path / unique_name("deployed")
    folder.mkdir()
    (folder / "app.py").write_text(TELL)
    succeed(run_redoubt(server, "deploy", folder, account=accounts.one))
    found = accounts.one.client().get_function_configuration(FunctionName=folder.name)
    assert found["Role"] == accounts.one.role
    assert succeed(run_redoubt(server, "invoke", folder.name, account=accounts.one)).strip('"\n') == found["FunctionArn"]
    succeed(run_redoubt(server, "delete", folder.name, account=accounts.one))


def test_accounts_have_functions_of_the_same_name(accounts, deploy_in, deploy, lambda_client):
    name = unique_name("same")
    deploy(TELL, name=name)
    for account in (accounts.one, accounts.other):
        deploy_in(account, TELL, name=name)
    clients = {ACCOUNT: lambda_client, **{each.id: each.client() for each in (accounts.one, accounts.other)}}
    for account, client in clients.items():
        assert f":{account}:" in invoke_function(client, name).json
    accounts.one.client().delete_function(FunctionName=name)
    assert invoke_function(accounts.other.client(), name).json == accounts.other.function_arn(name)
    assert refusal(accounts.one.client().invoke, FunctionName=name)[1] == "ResourceNotFoundException"


def test_no_list_shows_what_is_another_accounts(server, accounts, deploy_in, identities_of):
    mine, theirs = accounts.one, accounts.other
    name = deploy_in(theirs, "def handler(event, context): print('theirs')", environment={"SECRET": "theirs"})
    invoke_function(theirs.client(), name)
    layer = unique_name("layer")
    theirs.client().publish_layer_version(LayerName=layer, Content={"ZipFile": make_zip({"a": "b"})})
    made = identities_of(theirs)
    user, group, role = made.user(), made.group(), made.role()
    policy = made.policy(allow("s3:*"))
    theirs.client().add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    wait_until(lambda: theirs.client("logs").describe_log_groups()["logGroups"], what="a log group")
    lists = {
        "lambda": ["list_functions", "list_layers", "get_account_settings"],
        "iam": ["list_users", "list_groups", "list_roles", "list_policies", "get_account_authorization_details"],
        "logs": ["describe_log_groups"],
    }
    names = [name, layer, user, group, role, policy, theirs.id]
    shown = {}
    for account in (mine, theirs):
        answers = [getattr(account.client(service), call)() for service, calls in lists.items() for call in calls]
        answers.append(ask(server, account.signer("redoubt"), "GET", "/findings"))
        shown[account.id] = str(answers)
    assert [word for word in names if word not in shown[theirs.id]] == [], "the list of what should show is right"
    assert [word for word in names if word in shown[mine.id]] == []


def test_how_often_others_use_a_policy_of_the_platform_is_not_told(accounts, identities_of):
    policy = f"{PLATFORM}/ReadOnlyAccess"
    made = identities_of(accounts.other)
    made.caller(attached=[policy])
    made.role(attached=[policy])
    made.group(attached=[policy])
    made.caller(PermissionsBoundary=policy)

    def told(account):
        found = account.client("iam").get_policy(PolicyArn=policy)["Policy"]
        return found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]

    assert (told(accounts.other), told(accounts.one)) == ((3, 1), (0, 0))
    assert policy not in str(accounts.one.client("iam").list_policies(OnlyAttached=True))


def test_what_is_there_and_what_is_not_are_refused_alike_byte_for_byte(server, accounts, deploy_in, identities_of):
    mine, theirs = accounts.one, accounts.other
    there, missing = unique_name("same"), unique_name("same")
    deploy_in(theirs, TELL, name=there, Publish=True, Tags={"a": "b"})
    theirs.client().create_alias(FunctionName=there, Name="live", FunctionVersion="1")
    theirs.client().add_permission(
        FunctionName=there, StatementId="s", Action="lambda:InvokeFunction", Principal=ACCOUNT
    )
    theirs.client().publish_layer_version(LayerName=there, Content={"ZipFile": make_zip({"a": "b"})})
    made = identities_of(theirs)
    made.user(there)
    made.policy(allow("*"), name=there)
    made.client.create_role(RoleName=there, AssumeRolePolicyDocument=document(
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}))  # fmt: skip
    made.roles.append(there)
    narrow = identities_of(mine).caller(allow("s3:*"))
    tagged = {"StringEquals": {"aws:ResourceTag/a": "b"}}
    by_tag = identities_of(mine).caller(allow("*", Condition=tagged))
    function = f"arn:aws:lambda:{REGION}:{theirs.id}:function:{{}}"
    layer = f"arn:aws:lambda:{REGION}:{theirs.id}:layer:{{}}"
    iam = f"arn:aws:iam::{theirs.id}:{{}}/{{{{}}}}"
    policy, role, user = (iam.format(kind) for kind in ("policy", "role", "user"))
    calls = [
        *[("lambda", operation, {"FunctionName": function}) for operation in (
            "Invoke", "InvokeWithResponseStream", "GetFunction", "GetFunctionConfiguration", "GetPolicy", "ListAliases",
            "ListVersionsByFunction", "DeleteFunction", "GetFunctionConcurrency", "PublishVersion", "UpdateFunctionCode",
            "UpdateFunctionConfiguration", "GetFunctionCodeSigningConfig",
        )],
        ("lambda", "Invoke", {"FunctionName": f"{function}:live"}),
        ("lambda", "Invoke", {"FunctionName": f"{theirs.id}:function:{{}}", "Qualifier": "1"}),
        ("lambda", "GetAlias", {"FunctionName": function, "Name": "live"}),
        ("lambda", "ListTags", {"Resource": function}),
        ("lambda", "TagResource", {"Resource": function, "Tags": {"c": "d"}}),
        ("lambda", "GetLayerVersion", {"LayerName": layer, "VersionNumber": 1}),
        ("lambda", "GetLayerVersionByArn", {"Arn": f"{layer}:1"}),
        ("lambda", "GetLayerVersionPolicy", {"LayerName": layer, "VersionNumber": 1}),
        ("lambda", "ListLayerVersions", {"LayerName": layer}),
        ("lambda", "CreateFunction", {
            "FunctionName": "x", "Role": role, "Runtime": "python3.11", "Handler": "a.b", "Code": {"ZipFile": b"a"},
        }),
        ("lambda", "CreateFunction", {
            "FunctionName": "x", "Role": mine.role, "Runtime": "python3.11", "Handler": "a.b",
            "Code": {"ZipFile": package_of(TELL)}, "Layers": [f"{layer}:1"],
        }),
        ("sts", "AssumeRole", {"RoleArn": role, "RoleSessionName": "s1"}),
        ("iam", "GetPolicy", {"PolicyArn": policy}),
        ("iam", "GetPolicyVersion", {"PolicyArn": policy, "VersionId": "v1"}),
        ("iam", "ListEntitiesForPolicy", {"PolicyArn": policy}),
        ("iam", "DeletePolicy", {"PolicyArn": policy}),
        ("iam", "AttachUserPolicy", {"UserName": "administrator", "PolicyArn": policy}),
        ("iam", "CreateUser", {"UserName": "x", "PermissionsBoundary": policy}),
        ("iam", "SimulatePrincipalPolicy", {"PolicySourceArn": user, "ActionNames": ["s3:x"]}),
        ("iam", "GetUser", {"UserName": "{}"}),
        ("iam", "GetRole", {"RoleName": "{}"}),
        ("logs", "FilterLogEvents", {
            "logGroupIdentifier": f"arn:aws:logs:{REGION}:{theirs.id}:log-group:/aws/lambda/{{}}",
        }),
        ("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/{}"}),
    ]  # fmt: skip

    def written(value, name):
        if isinstance(value, str):
            return value.replace("{}", name)
        if isinstance(value, list):
            return [written(item, name) for item in value]
        return {key: written(item, name) for key, item in value.items()} if isinstance(value, dict) else value

    different = []
    for caller in (mine, narrow, by_tag):
        for service, operation, members in calls:
            first, second = (
                told(server, caller.signer, service, operation, written(members, name)) for name in (there, missing)
            )
            # What IAM and Logs find by a name is the caller's own, and is not there.
            assert first[0] == 403 or service in ("iam", "logs") and first[0] in (400, 404), (operation, members)
            second = second[0], second[1], second[2].replace(missing.encode(), there.encode())
            if first != second:
                different.append((caller.name, operation, members, first, second))
    assert different == []


def test_a_suspended_account_is_out_of_service_and_comes_back(server, identities_of):
    account, reader = create_account(server), create_account(server)
    name = account.deployer()(TELL)
    account.client().add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal=reader.id
    )
    user = account.identities().caller(allow("*"))
    trust = {"Effect": "Allow", "Principal": {"AWS": [account.id, reader.id]}, "Action": "sts:AssumeRole"}
    role = account.role_arn(account.identities().role(allow("*"), trust=document(trust)))
    session = account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    sessions = boto3_client(
        server, "lambda", aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )  # fmt: skip
    foreign = {"FunctionName": account.function_arn(name)}
    assert invoke_function(reader.client(), account.function_arn(name)).status == 200
    unknown = refusal(reader.client().invoke, FunctionName=account.function_arn("no-such-function"))
    try:
        lines = succeed(run_redoubt(server, "account", "suspend", account.id))
        assert lines == f"account {account.id} {account.name} suspended\n"
        for client in (account.client(), user.client(), sessions):
            assert refusal(client.list_functions)[:2] == (403, "UnrecognizedClientException")
        found = refusal(reader.client().invoke, **foreign)
        assert (found[0], found[1], found[2].replace(name, "no-such-function")) == unknown
        assert refusal(reader.client("sts").assume_role, RoleArn=role, RoleSessionName="s1")[0] == 403
    finally:
        succeed(run_redoubt(server, "account", "resume", account.id))
    for client in (account.client(), user.client()):
        assert is_allowed(client.list_functions)
    assert refusal(sessions.list_functions)[1] == "UnrecognizedClientException", "sessions do not come back"
    assert invoke_function(reader.client(), account.function_arn(name)).status == 200


def test_a_function_that_runs_while_its_account_is_suspended_may_do_nothing_more(server):
    account = create_account(server)
    role = account.identities().role(allow("lambda:*"), trust=document(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}))  # fmt: skip
    code = """
        import boto3, time
        def handler(event, context):
            client = boto3.client("lambda")
            client.list_functions()
            print("before", flush=True)
            deadline = time.time() + event
            while time.time() < deadline:
                try:
                    client.list_functions()
                except client.exceptions.ClientError as error:
                    return error.response["Error"]["Code"]
                time.sleep(0.05)
            return "still allowed"
    """
    deployer = account.deployer()
    name = deployer(code, Role=account.role_arn(role), Timeout=30, MemorySize=512)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(invoke_function(account.client(), name, 20)))
    thread.start()
    try:
        logs = account.client("logs")

        def began():
            try:
                return logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="before")["events"]
            except logs.exceptions.ResourceNotFoundException:
                return None

        wait_until(began, 15, what="the function runs")
        assert ask(server, management(server), "POST", f"/accounts/{account.id}/suspend")[0] == 200
        thread.join(40)
    finally:
        ask(server, management(server), "POST", f"/accounts/{account.id}/resume")
    assert answers[0].json == "UnrecognizedClientException"


def test_what_is_kept_ready_for_an_account_ends_while_it_is_suspended(fresh_server):
    account = create_account(fresh_server)
    name = account.deployer()(TELL, Publish=True)
    provision = {"FunctionName": name, "Qualifier": "1", "ProvisionedConcurrentExecutions": 1}
    account.client().put_provisioned_concurrency_config(**provision)

    def environments(number):
        wait_until(
            lambda: metrics(fresh_server)["redoubt_environments"] == number, 20, what=f"{number} environments"
        )

    environments(1)
    succeed(run_redoubt(fresh_server, "account", "suspend", account.id))
    environments(0)
    succeed(run_redoubt(fresh_server, "account", "resume", account.id))
    environments(1)
    assert invoke_function(account.client(), name, Qualifier="1").json == account.function_arn(name) + ":1"


def test_a_lost_administrators_key_is_replaced(server):
    account = create_account(server)
    status, made = ask(server, management(server), "POST", f"/accounts/{account.id}/administrator")
    assert status == 200 and made["AccessKeyId"] != account.key
    assert refusal(account.client().list_functions)[1] == "UnrecognizedClientException"
    assert account_of(server, made).client("sts").get_caller_identity()["Account"] == account.id


@pytest.mark.parametrize("what", ["suspend", "administrator"])
def test_the_management_account_cannot_lock_itself_out(server, what):
    status, answer = ask(server, management(server), "POST", f"/accounts/{ACCOUNT}/{what}")
    assert status == 400 and "management account" in answer["message"]
    assert ask(server, management(server), "POST", f"/accounts/000000000009/{what}")[0] == 404


def test_accounts_survive_a_restart_as_they_were(fresh_server):
    active, suspended = create_account(fresh_server), create_account(fresh_server)
    name = active.deployer()(TELL)
    ask(fresh_server, management(fresh_server), "POST", f"/accounts/{suspended.id}/suspend")
    operators = fresh_server.credentials
    for how in ("kill", "stop"):
        getattr(fresh_server, how)()
        fresh_server.start()
        assert invoke_function(active.client(), name).json == active.function_arn(name)
        assert refusal(suspended.client().list_functions)[1] == "UnrecognizedClientException"
    assert fresh_server.credentials == operators, "the operator's file has no other account's key"
    ask(fresh_server, management(fresh_server), "POST", f"/accounts/{suspended.id}/resume")
    assert suspended.client("sts").get_caller_identity()["Account"] == suspended.id


def test_a_server_that_dies_while_it_makes_an_account_has_made_all_of_it_or_nothing(fresh_server):
    answers = {}

    def make(name):
        try:
            answers[name] = ask(fresh_server, management(fresh_server), "POST", "/accounts", {"Name": name})
        except OSError:
            answers[name] = None

    names = [f"dying-{number}" for number in range(8)]
    for number, name in enumerate(names):
        thread = threading.Thread(target=make, args=(name,))
        thread.start()
        time.sleep(0.002 * number)
        fresh_server.kill()
        thread.join()
        fresh_server.start()
        _, found = ask(fresh_server, management(fresh_server), "GET", "/accounts")
        there = {account["Name"]: account["AccountId"] for account in found["Accounts"]}
        if answers[name]:
            assert name in there, "what was answered is kept"
        if name in there:
            status, made = ask(fresh_server, management(fresh_server), "POST", f"/accounts/{there[name]}/administrator")
            account = account_of(fresh_server, made)
            assert status == 200 and account.client("iam").get_role(RoleName="lambda-basic")
            assert account.deployer()(TELL)
        else:
            assert create_account(fresh_server, name).client("sts").get_caller_identity()


def test_one_account_does_not_eat_the_concurrency_of_another():
    with own_server("--concurrency", "1") as server:
        accounts = [create_account(server), create_account(server)]
        names = [account.deployer()(SLEEP, Timeout=30) for account in accounts]
        invoke_function(accounts[1].client(), names[1], 0)
        long, short = ({"FunctionName": names[0], "Payload": seconds} for seconds in (b"6", b"0"))
        client = accounts[0].client()
        thread = threading.Thread(target=lambda: wait_until(lambda: not is_throttled(client.invoke, **long), 20))
        thread.start()
        wait_until(lambda: is_throttled(client.invoke, **short), 20, what="the account is at its limit")
        assert invoke_function(accounts[1].client(), names[1], 0).json == "done"
        thread.join()


def is_throttled(call, **members):
    try:
        call(**members)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "TooManyRequestsException"
        return True
    return False


def test_one_account_does_not_eat_the_code_storage_of_another():
    with own_server("--code-storage-bytes", "3000") as server:
        accounts = [create_account(server), create_account(server)]
        code = {"app.py": TELL, "filling": base64.b64encode(unique_name().encode() * 50).decode()}
        client = accounts[0].client()
        made = []

        def fill():
            made.append(accounts[0].deployer()(code))
            return client.get_account_settings()["AccountUsage"]["TotalCodeSize"]

        try:
            for _ in range(20):
                fill()
        except client.exceptions.CodeStorageExceededException:
            pass
        else:
            pytest.fail("the storage has no limit")
        assert made and accounts[1].client().get_account_settings()["AccountUsage"]["TotalCodeSize"] == 0
        assert accounts[1].deployer()(code)


def test_accounts_have_zygotes_of_their_own(accounts, deploy_in):
    """Functions that are forked from one zygote share the seed of its hashes."""
    code = """
        def handler(event, context):
            with open("/proc/self/environ", "rb") as file:
                return b"_REDOUBT_STOCK" in file.read() and hash("a word")
    """

    def seed(account):
        return wait_until(
            lambda: invoke_function(account.client(), deploy_in(account, code)).json, 20, what="a function from the stock"
        )

    seeds = {account.id: {seed(account), seed(account)} for account in (accounts.one, accounts.other)}
    assert [len(found) for found in seeds.values()] == [1, 1]
    assert seeds[accounts.one.id] != seeds[accounts.other.id]


OF_MANAGEMENT = [
    ("POST", "/accounts", {"Name": "mine"}), ("GET", "/accounts", None), ("POST", "/accounts/{own}/suspend", None),
    ("POST", "/accounts/{own}/resume", None), ("POST", "/accounts/{other}/suspend", None),
    ("POST", "/accounts/{other}/administrator", None), ("POST", "/accounts/000000000000/administrator", None),
    ("GET", "/guardrails", None), ("GET", "/metrics", None),
    ("PUT", "/guardrails", {"Kind": "SERVICE_CONTROL_POLICY", "Target": "{own}", "Name": "n", "Document": "{}"}),
    ("DELETE", "/guardrails?Kind=SERVICE_CONTROL_POLICY&Target=organization&Name=n", None),
]  # fmt: skip


@pytest.mark.parametrize("method, path, members", OF_MANAGEMENT)
def test_what_is_the_platforms_is_for_the_management_account(server, accounts, identities, method, path, members):
    path = path.replace("{own}", accounts.one.id).replace("{other}", accounts.other.id)
    path, _, query = path.partition("?")
    query = [tuple(pair.split("=")) for pair in query.split("&")] if query else []
    nobody = identities.caller(allow("lambda:*", "iam:*", "sts:*"))
    for caller in (accounts.one, nobody):
        status, answer = ask(server, caller.signer("redoubt"), method, path, members, query)
        assert status == 403, answer
        if ACCOUNT not in path:
            assert ACCOUNT not in answer["message"] or caller is nobody, "no other account is named"


def test_a_delegate_of_the_management_account_may_do_what_a_policy_allows(server, identities):
    delegate = identities.caller(allow("redoubt:CreateAccount"), allow("redoubt:ListAccounts"))
    status, made = ask(server, delegate.signer("redoubt"), "POST", "/accounts", {"Name": unique_name("acc")})
    assert status == 201
    path = f"/accounts/{made['Account']['AccountId']}/suspend"
    assert ask(server, delegate.signer("redoubt"), "POST", path)[0] == 403
    for action, resource in (("redoubt:SuspendAccount", "account/770000000009"), ("redoubt:ResumeAccount", "account/*")):
        arn = f"arn:aws:redoubt:{REGION}:{ACCOUNT}:{resource}"
        narrow = identities.caller(allow(action, on=arn))
        assert ask(server, narrow.signer("redoubt"), "POST", path)[0] == 403


def test_decisions_and_findings_are_the_accounts_own(server, accounts, deploy, lambda_client):
    name = deploy(TELL)
    lambda_client.add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    request_id = lambda_client.list_functions()["ResponseMetadata"]["RequestId"]
    assert ask(server, management(server), "GET", f"/requests/{request_id}/decisions")[0] == 200
    signer = accounts.one.signer("redoubt")
    theirs = ask(server, signer, "GET", f"/requests/{request_id}/decisions")
    unknown = ask(server, signer, "GET", "/requests/00000000-0000-4000-8000-000000000000/decisions")
    assert theirs == unknown and theirs[0] == 404
    wait_until(lambda: name in str(ask(server, management(server), "GET", "/findings")), what="a finding")
    assert name not in str(ask(server, signer, "GET", "/findings"))
    assert run_redoubt(server, "account", "list", account=accounts.one).returncode == REFUSED


def test_no_role_passes_from_one_account_to_another(accounts, deploy_in, identities_of):
    trust = document({
        "Effect": "Allow", "Principal": {"AWS": accounts.one.id, "Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    })  # fmt: skip
    members = {"Runtime": "python3.11", "Handler": "app.handler", "Code": {"ZipFile": package_of(TELL)}}
    role = accounts.other.role_arn(identities_of(accounts.other).role(allow('*'), trust=trust))
    name = deploy_in(accounts.one, TELL)
    client = accounts.one.client()
    for theirs in (role, accounts.other.role, ROLE):
        assert refusal(client.create_function, FunctionName=unique_name(), Role=theirs, **members)[0] == 403
        assert refusal(client.update_function_configuration, FunctionName=name, Role=theirs)[0] == 403


def test_a_token_opens_the_account_that_it_was_made_in(server, accounts):
    made = accounts.one.client("sts").get_session_token()["Credentials"]
    other = accounts.other.client("sts").get_session_token()["Credentials"]

    def refused(token, key=made):
        client = boto3_client(
            server, "lambda", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=token,
        )  # fmt: skip
        return refusal(client.list_functions)[1]

    sealed = base64.b64decode(made["SessionToken"])
    assert sealed.startswith(accounts.one.id.encode())
    others = (accounts.other.id, ACCOUNT, "9" * 12)
    moved = [base64.b64encode(account.encode() + sealed[12:]).decode() for account in others]
    for token in [other["SessionToken"], *moved]:
        assert refused(token) == "UnrecognizedClientException"


def test_a_caller_is_of_one_account_whatever_the_request_says(server, accounts, deploy):
    """Names without an account are the caller's own, and an account in a header or a query says nothing."""
    name = deploy(TELL)
    signer = Signer(accounts.one.key, accounts.one.secret)
    for headers in ({"X-Amz-Account-Id": ACCOUNT}, {"X-Amz-Source-Account": ACCOUNT}):
        request = operation_request(server, "lambda", "GetFunction", {"FunctionName": name})
        request.headers |= headers
        assert send(server, signer.sign(request)).status == 404
    assert refusal(accounts.one.client().get_function, FunctionName=function_arn(name))[0] == 403


@pytest.mark.parametrize("how", ["suspend", "administrator"])
def test_sessions_that_were_made_before_are_over(server, identities_of, how):
    """Whoever was robbed gets rid of what the robber has, also of sessions that last for hours."""
    account = create_account(server)
    trust = document({"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"})
    made = account.identities()
    role = account.role_arn(made.role(allow("*"), trust=trust, MaxSessionDuration=43_200))

    def session(caller):
        found = caller.client("sts").assume_role(RoleArn=role, RoleSessionName="run", DurationSeconds=43_200)["Credentials"]
        return boto3_client(
            server, aws_access_key_id=found["AccessKeyId"], aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )  # fmt: skip

    user = made.caller(allow("sts:AssumeRole"))
    robbed = [session(account), session(user)]
    assert all(is_allowed(client.list_functions) for client in robbed)
    status, answer = ask(server, management(server), "POST", f"/accounts/{account.id}/{how}")
    assert status in (200, 201)
    if how == "suspend":
        assert ask(server, management(server), "POST", f"/accounts/{account.id}/resume")[0] == 200
    for client in robbed:
        assert refusal(client.list_functions)[1] == "UnrecognizedClientException"
    assert is_allowed(session(user).list_functions), "what is made afterwards counts"


def test_a_function_goes_on_when_its_accounts_administrator_gets_a_new_key(server):
    account = create_account(server)
    caller = account.identities().caller(allow("*"))
    code = "import boto3\ndef handler(e, c): return boto3.client('sts').get_caller_identity()['Account']"
    name, client = unique_name("f"), caller.client()
    client.create_function(
        FunctionName=name, Runtime="python3.11", Role=account.role, Handler="app.handler", Timeout=30,
        Code={"ZipFile": make_zip({"app.py": code})},
    )  # fmt: skip
    assert json.loads(invoke_function(client, name).payload) == account.id
    assert ask(server, management(server), "POST", f"/accounts/{account.id}/administrator")[0] in (200, 201)
    assert json.loads(invoke_function(client, name).payload) == account.id
    client.delete_function(FunctionName=name)


def test_a_denial_does_not_tell_which_account_manages(server, accounts):
    """Neither the record of the decision nor what is sealed beside the denial."""
    member = accounts.one
    signer = member.signer("redoubt")
    request = operation_request(server, "lambda", "ListFunctions", {})
    request.path, request.method = "/2026-11-25/accounts", "GET"
    reply = send(server, signer.sign(request))
    assert reply.status == 403
    message = reply.headers["x-redoubt-authorization-message"]
    decoded = member.client("sts").decode_authorization_message(EncodedMessage=message)["DecodedMessage"]
    record = succeed(run_redoubt(server, "explain", reply.headers["x-amzn-requestid"], account=member))
    for text in (decoded, record):
        assert ACCOUNT not in text and member.id in text
