"""What comes with a denial: nothing to whoever was denied, and everything to whoever may decode it."""

import base64
import json

import pytest
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.identities import Identities, allow, denial_message, deny, refusal


@pytest.fixture
def decode(server):
    """What the administrator reads in a message."""
    client = boto3_client(server, "sts")
    return lambda message: json.loads(client.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])


@pytest.mark.parametrize("service", ["lambda", "iam", "logs", "sts"])
def test_a_denial_of_any_service_can_be_decoded(identities, decode, service):
    caller = identities.caller()
    call = {
        "lambda": lambda: caller.client("lambda").invoke(FunctionName="f"),
        "iam": lambda: caller.client("iam").list_users(),
        "logs": lambda: caller.client("logs").describe_log_groups(),
        "sts": lambda: caller.client("sts").get_federation_token(Name="nobody"),
    }[service]
    told = decode(denial_message(call))
    assert (told["allowed"], told["explicitDeny"], told["matchedStatements"]["items"]) == (False, False, [])
    assert told["context"]["principal"] == {"arn": caller.arn, "account": ACCOUNT}
    assert told["context"]["action"].startswith(service + ":")
    if service == "lambda":
        assert told["context"]["resource"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
        assert told["reason"] == "because no identity-based policy allows the lambda:InvokeFunction action"
    keys = {item["key"]: item["values"]["items"] for item in told["context"]["conditions"]["items"]}
    assert keys["aws:sourceip"] == [{"value": "127.0.0.1"}]


def test_the_statement_that_denied_is_told(identities, decode):
    caller = identities.caller(allow("lambda:*"), deny("lambda:ListFunctions", Sid="NoLists"))
    told = decode(denial_message(caller.client().list_functions))
    assert told["explicitDeny"] is True
    (statement,) = told["matchedStatements"]["items"]
    assert statement["statementId"] == "NoLists" and "statement 2" in statement["statement"]


def test_it_says_nothing_to_whoever_was_denied(identities):
    caller = identities.caller(allow("lambda:*"), deny("lambda:ListFunctions", Sid="NoLists"))
    message = denial_message(caller.client().list_functions)
    raw = base64.b64decode(message, validate=True)
    for secret in (b"NoLists", b"ListFunctions", caller.name.encode(), ACCOUNT.encode()):
        assert secret not in raw
    denied = refusal(caller.client("sts").decode_authorization_message, EncodedMessage=message)
    assert denied[:2] == (403, "AccessDenied")


def test_what_is_allowed_has_no_message(identities):
    answer = identities.caller(allow("lambda:*")).client().list_functions()
    assert "x-redoubt-authorization-message" not in answer["ResponseMetadata"]["HTTPHeaders"]


def test_a_message_is_whole_or_none(identities, server):
    message = denial_message(identities.caller().client().list_functions)
    client = boto3_client(server, "sts", validates=False)
    wrong = [message[:-4], message[4:], "B" + message[1:], message[:100] + ("B" if message[100] != "B" else "C") + message[101:]]
    for text in [*wrong, "no base64!", "AAAA"]:
        refused = refusal(client.decode_authorization_message, EncodedMessage=text)
        assert refused[:2] == (400, "InvalidAuthorizationMessageException"), text
    for text in ("", "A" * 10_241):
        assert refusal(client.decode_authorization_message, EncodedMessage=text)[:2] == (400, "ValidationError")


def test_every_message_is_as_long_as_every_other_one(identities, server, iam):
    """Its length would tell what is there, where the sentence does not."""
    hidden, plain = identities.user(Path="/" + "h" * 400 + "/"), identities.user()
    tags = [{"Key": f"key{number}", "Value": "v" * 200} for number in range(20)]
    tagged = identities.user(Tags=tags)
    caller = identities.caller(deny("iam:DeleteUser", Sid="S" * 100))
    client = caller.client("iam")
    role = f"arn:aws:iam::{ACCOUNT}:role/{identities.role(Path='/' + 'r' * 300 + '/')}"
    messages = [denial_message(client.get_user, UserName=name) for name in (hidden, plain, tagged, "no-such-user")]
    messages += [denial_message(client.get_access_key_last_used, AccessKeyId=key) for key in (caller.key, "A" * 20)]
    messages.append(denial_message(client.delete_user, UserName=plain))
    messages.append(denial_message(client.get_policy, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/{'x' * 2000}"))
    messages.append(denial_message(client.get_policy, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/" + '"\\' * 900))
    sts = caller.client("sts")
    messages += [denial_message(sts.assume_role, RoleArn=arn, RoleSessionName="test") for arn in (role, role + "x")]
    assert len({len(message) for message in messages}) == 1 and len(messages[0]) < 3000
    for message in messages:
        assert boto3_client(server, "sts").decode_authorization_message(EncodedMessage=message)


def test_what_does_not_fit_is_left_out_and_that_is_told(identities, decode):
    caller = identities.caller()
    tags = [{"Key": f"key{number}", "Value": "v" * 200} for number in range(20)]
    few = decode(denial_message(caller.client("iam").get_user, UserName=identities.user()))
    many = decode(denial_message(caller.client("iam").get_user, UserName=identities.user(Tags=tags)))
    assert (few["isComplete"], many["isComplete"]) == (True, False)
    assert 0 < len(many["context"]["conditions"]["items"]) < 40


def test_a_message_is_read_after_a_restart(fresh_server):
    message = denial_message(Identities(fresh_server).caller().client().list_functions)
    fresh_server.kill()
    fresh_server.start()
    told = boto3_client(fresh_server, "sts").decode_authorization_message(EncodedMessage=message)
    assert json.loads(told["DecodedMessage"])["context"]["action"] == "lambda:ListFunctions"
