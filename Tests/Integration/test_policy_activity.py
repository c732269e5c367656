"""`redoubt policy unused` and `redoubt policy generate`: from what a role may do and what it did to what it needs."""

import json
import subprocess

import boto3
import pytest
from harness.clients import ACCOUNT, REGION, ROLE, boto3_client
from harness.functions import unique_name
from harness.identities import TRUSTS_LAMBDA, allow, deny, is_allowed, refusal
from harness.packages import make_zip
from harness.paths import redoubt_binary
from harness.projects import REFUSED, USAGE, succeed

LISTS = ("lambda:ListFunctions", "lambda:GetAccountSettings")


@pytest.fixture
def role(server, identities):
    """The name of a role with those statements, and a client of Lambda that is its session."""

    def role(*statements, **members):
        name = identities.role(*statements, **members)
        path = members.get("Path", "/")
        arn = f"arn:aws:iam::{ACCOUNT}:role{path}{name}"
        made = boto3_client(server, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        client = boto3_client(
            server, "lambda", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
            aws_session_token=made["SessionToken"],
        )  # fmt: skip
        return name, client

    return role


@pytest.fixture
def functions(server):
    """Makes functions, and deletes them at the end; their names."""
    client, names = boto3_client(server), []

    def functions(count):
        for _ in range(count):
            names.append(unique_name("f"))
            client.create_function(
                FunctionName=names[-1], Runtime="python3.11", Role=ROLE, Handler="m.h",
                Code={"ZipFile": make_zip({"m.py": "def h(event, context): return 1"})},
            )  # fmt: skip
        return names[-count:]

    yield functions
    for name in names:
        client.delete_function(FunctionName=name)


def function_arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def generated(redoubt, name, *options):
    """The statements of the policy that is written."""
    policy = json.loads(succeed(redoubt("policy", "generate", name, "--from-activity", *options)))
    assert policy["Version"] == "2012-10-17"
    return policy["Statement"]


def test_what_was_not_used_is_told(redoubt, role):
    name, client = role(allow(*LISTS, "lambda:GetFunction"), allow("logs:*"))
    client.list_functions()
    client.get_account_settings()
    done = redoubt("policy", "unused", name)
    assert done.returncode == 1
    header, first, second = done.stdout.splitlines()
    assert header.split() == ["ACTION", "LAST", "USED"]
    assert first.split() == ["lambda:GetFunction", "never"]
    assert second.startswith("logs: all ") and second.endswith(" actions  never")
    told = json.loads(redoubt("policy", "unused", name, "--json").stdout)
    assert told["Principal"] == f"arn:aws:iam::{ACCOUNT}:role/{name}"
    unused = {entry["Action"] for entry in told["Unused"]}
    assert "lambda:GetFunction" in unused and "logs:PutLogEvents" in unused and not unused & set(LISTS)


def test_a_role_that_uses_everything_has_nothing_unused(redoubt, role):
    name, client = role(allow("lambda:ListFunctions"))
    assert redoubt("policy", "unused", name).returncode == 1
    client.list_functions()
    assert succeed(redoubt("policy", "unused", name)) == "everything that is allowed was used\n"
    # What was used before the time that is asked about is unused.
    assert redoubt("policy", "unused", name, "--older-than", "0s").returncode == 1


def test_what_is_denied_was_not_used(redoubt, role):
    name, client = role(allow("lambda:ListFunctions"), deny("lambda:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert refusal(client.list_functions)[1] == "AccessDeniedException"
    done = redoubt("policy", "unused", name)
    assert (done.returncode, done.stdout.splitlines()[1].split()) == (1, ["lambda:ListFunctions", "never"])
    done = redoubt("policy", "generate", name, "--from-activity")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"nothing was allowed to arn:aws:iam::{ACCOUNT}:role/{name}" in done.stderr


def test_the_policy_allows_what_was_done_and_nothing_else(redoubt, role, functions, identities, tmp_path):
    used, other = functions(2)
    name, client = role(allow("lambda:*"))
    client.invoke(FunctionName=used)
    client.get_function(FunctionName=used)
    client.list_functions()
    statements = generated(redoubt, name)
    assert statements == [
        {"Effect": "Allow", "Action": ["lambda:GetFunction", "lambda:InvokeFunction"], "Resource": [function_arn(used)]},
        {"Effect": "Allow", "Action": ["lambda:ListFunctions"], "Resource": "*"},
    ]
    # It is a policy, without complaint, and a role that has it can do what was done.
    text = redoubt("policy", "generate", name, "--from-activity").stdout
    file = tmp_path / "policy.json"
    file.write_text(text)
    lint = subprocess.run([redoubt_binary(), "policy", "lint", file], capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout
    _, narrow = role(*statements)
    assert narrow.invoke(FunctionName=used)["StatusCode"] == 200
    assert is_allowed(narrow.list_functions) and not is_allowed(narrow.get_account_settings)
    assert refusal(narrow.invoke, FunctionName=other)[1] == "AccessDeniedException"


def test_a_function_is_seen_by_what_it_calls(redoubt, server, identities, functions):
    """What a function does as its role is activity of the role."""
    (target,) = functions(1)
    name = identities.role(allow("lambda:*"), trust=TRUSTS_LAMBDA)
    client, function = boto3_client(server), unique_name("f")
    code = "import boto3\ndef h(event, context):\n    boto3.client('lambda').get_function_configuration(FunctionName=event)\n"
    client.create_function(
        FunctionName=function, Runtime="python3.11", Role=f"arn:aws:iam::{ACCOUNT}:role/{name}", Handler="m.h",
        Timeout=30, Code={"ZipFile": make_zip({"m.py": code})},
    )  # fmt: skip
    answer = client.invoke(FunctionName=function, Payload=json.dumps(target))
    assert "FunctionError" not in answer, answer["Payload"].read()
    client.delete_function(FunctionName=function)
    assert generated(redoubt, name) == [
        {"Effect": "Allow", "Action": ["lambda:GetFunctionConfiguration"], "Resource": [function_arn(target)]}
    ]


def test_of_many_resources_all_of_the_service_are_written(redoubt, role):
    name, client = role(allow("lambda:ListTags"))
    for number in range(51):
        refusal(client.list_tags, Resource=function_arn(f"no-such-{number}"))
    done = redoubt("policy", "generate", name, "--from-activity")
    (statement,) = json.loads(done.stdout)["Statement"]
    assert statement["Resource"] == [f"arn:aws:lambda:*:{ACCOUNT}:*"]
    assert "lambda:ListTags was used on more resources than are remembered" in done.stderr
    _, narrow = role(statement)
    assert refusal(narrow.list_tags, Resource=function_arn("any"))[1] == "ResourceNotFoundException"


def test_a_name_with_signs_of_patterns_means_itself(redoubt, role):
    """Otherwise a name that was only asked for would widen the policy."""
    name, client = role(allow("logs:*"))
    session = client.meta  # the same credentials, for another service
    logs = boto3.client(
        "logs", endpoint_url=session.endpoint_url, region_name=REGION,
        aws_access_key_id=client._request_signer._credentials.access_key,
        aws_secret_access_key=client._request_signer._credentials.secret_key,
        aws_session_token=client._request_signer._credentials.token,
    )  # fmt: skip
    refusal(logs.describe_log_streams, logGroupName="no-such")
    (statement,) = generated(redoubt, name)
    assert statement["Resource"] == [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:no-such:${{*}}"]


def test_what_was_refused_for_its_form_was_not_done(server, redoubt, role):
    name, _ = role(allow("iam:*"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    made = boto3_client(server, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    iam = boto3_client(
        server, "iam", validates=False, aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"], aws_session_token=made["SessionToken"],
    )  # fmt: skip
    for call, members in ((iam.get_policy, {"PolicyArn": "*"}), (iam.get_role, {"RoleName": "*"}), (iam.get_user, {"UserName": "a\0b"})):
        assert refusal(call, **members)[1] == "ValidationError"
    done = redoubt("policy", "generate", name, "--from-activity")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_user_and_a_path_can_be_named(redoubt, role, identities):
    caller = identities.caller(allow("lambda:ListFunctions"), Path="/deep/")
    caller.client().list_functions()
    for named in (f"user/{caller.name}", caller.arn):
        assert generated(redoubt, named) == [{"Effect": "Allow", "Action": ["lambda:ListFunctions"], "Resource": "*"}]
    name, client = role(allow("lambda:ListFunctions"), Path="/deep/")
    client.list_functions()
    for named in (name, f"role/{name}", f"arn:aws:iam::{ACCOUNT}:role/deep/{name}"):
        assert succeed(redoubt("policy", "unused", named)) == "everything that is allowed was used\n"


def test_activity_is_judged_by_the_whole_arn(redoubt, identities):
    """A name without its path gets around no denial of the path."""
    secret, open_ = identities.role(Path="/secret/"), identities.role()
    arn = f"arn:aws:iam::{ACCOUNT}:role/secret/*"
    caller = identities.caller(allow("redoubt:GetActivity"), deny("redoubt:GetActivity", on=arn))
    environment = {"AWS_ACCESS_KEY_ID": caller.key, "AWS_SECRET_ACCESS_KEY": caller.secret}
    assert redoubt("policy", "unused", open_, **environment).returncode == 0
    done = redoubt("policy", "unused", secret, **environment)
    assert done.returncode == REFUSED and "explicit deny" in done.stderr


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["unused", "no-such-role"], REFUSED, "cannot be found"),
        (["unused", "group/g"], REFUSED, "cannot be found"),
        (["unused", "r", "--older-than", "90"], USAGE, "`--older-than` is `90`"),
        (["generate", "r"], USAGE, "--from-activity"),
        (["generate", "r", "--from-activity", "--within", "x"], USAGE, "`--within` is `x`"),
    ],
)
def test_what_cannot_be_looked_at_is_told(redoubt, arguments, code, words):
    done = redoubt("policy", *arguments)
    assert done.returncode == code and words in done.stderr, done
