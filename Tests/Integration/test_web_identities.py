"""Tokens of OpenID Connect providers that are worth a role, of issuers that the tests run themselves; and every token that
is worth nothing."""

import json
import os
import tempfile
import threading
import time
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from harness.accounts import ask, create_account, delete_guardrails, management, put_guardrail
from harness.api_requests import operation_request
from harness.clients import ACCOUNT, REGION, boto3_client
from harness.functions import unique_name
from harness.identities import Identities, allow, deny, document, is_allowed, refusal
from harness.issuer import AUDIENCE, Authority, Issuer, Key, base64url, respond, signed_by_secret, written
from harness.mode import MODE
from harness.projects import succeed
from harness.server import Server
from harness.sigv4 import Request, send
from harness.waiting import SLOWNESS, wait_until

ASSUMES = "sts:AssumeRoleWithWebIdentity"
SETTINGS = "lambda:GetAccountSettings"
DENIED = (403, "AccessDenied", f"Not authorized to perform {ASSUMES}")
INTERVAL = 10
"""Seconds between two questions to one issuer."""
RSA, CURVE, OTHER = Key.rsa("rsa-1"), Key.curve("ec-1"), Key.rsa("rsa-2")


def provider_arn(issuer):
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer.name}"


def trust(issuer, *actions, **conditions):
    """A statement that trusts whom the issuer vouches for. Keywords are claims that it asks for."""
    asked = {f"{issuer.name}:{name}": value for name, value in conditions.items()}
    statement = {
        "Effect": "Allow", "Principal": {"Federated": provider_arn(issuer)}, "Action": [ASSUMES, *actions],
    }  # fmt: skip
    return {**statement, "Condition": {"StringEquals": asked}} if asked else statement


@pytest.fixture(scope="module")
def register(iam):
    """Makes an issuer a provider of the account; taken away at the end."""
    made = []

    def make(issuer, **members):
        given = {"ClientIDList": [AUDIENCE], "ThumbprintList": [issuer.authority.thumbprint], **members}
        arn = iam.create_open_id_connect_provider(Url=issuer.url, **given)["OpenIDConnectProviderArn"]
        made.append(arn)
        return arn

    yield make
    for arn in made:
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@pytest.fixture(scope="module")
def issuer(register):
    with Issuer([RSA, CURVE]) as issuer:
        register(issuer)
        yield issuer


@pytest.fixture
def own_issuer(register):
    """An issuer of the test's own, which is registered."""
    made = []

    def make(*keys, members=(), **options):
        made.append(Issuer(keys or [RSA], **options).__enter__())
        register(made[-1], **dict(members))
        return made[-1]

    yield make
    for issuer in made:
        issuer.stop()


@pytest.fixture(scope="module")
def make_role(identities):
    """The ARN of a role with that trust policy."""

    def make(*statements, **members):
        name = identities.role(allow(SETTINGS), trust=document(*statements), **members)
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"

    return make


@pytest.fixture(scope="module")
def role(make_role, issuer):
    return make_role(trust(issuer, sub="job-1"))


@pytest.fixture(scope="module")
def stranger(server):
    """STS for somebody without credentials."""
    config = Config(signature_version=UNSIGNED, retries={"max_attempts": 0}, region_name=REGION, read_timeout=30)
    session = boto3.Session(botocore_session=botocore.session.Session())
    return session.client("sts", endpoint_url=server.endpoint, config=config)


@pytest.fixture(scope="module")
def assume(stranger):
    def call(role, token, **members):
        return stranger.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="run", WebIdentityToken=token, **members
        )

    return call


@pytest.fixture(scope="module")
def refused(assume):
    def call(role, token, **members):
        return refusal(assume, role=role, token=token, **members)

    return call


@pytest.fixture(scope="module")
def client(server):
    def make(answer, service="lambda"):
        found = answer["Credentials"]
        return boto3_client(
            server, service, aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"], aws_session_token=found["SessionToken"],
        )  # fmt: skip

    return make


# Tokens that count


@pytest.mark.parametrize("key, algorithm", [
    (RSA, "RS256"), (RSA, "RS384"), (RSA, "RS512"), (CURVE, "ES256"),
])  # fmt: skip
def test_a_token_is_worth_the_role_that_trusts_its_issuer(issuer, role, assume, client, key, algorithm):
    answer = assume(role, issuer.token(key, algorithm))
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("job-1", AUDIENCE)
    assert answer["Provider"] == provider_arn(issuer)
    name = role.rpartition("/")[2]
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/run"
    assert not {"PackedPolicySize", "SourceIdentity"} & set(answer)
    session = client(answer)
    assert is_allowed(session.get_account_settings) and not is_allowed(session.list_functions)
    assert client(answer, "sts").get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]


@pytest.mark.parametrize("curve, algorithm", [(ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")])
def test_keys_of_larger_curves_sign_too(own_issuer, make_role, assume, curve, algorithm):
    issuer = own_issuer(Key.curve("large", curve))
    assert assume(make_role(trust(issuer)), issuer.token(algorithm=algorithm))["Credentials"]


@pytest.mark.parametrize("path", ["/realms/one", "/"])
def test_an_issuer_may_have_a_path(own_issuer, make_role, assume, path):
    issuer = own_issuer(path=path)
    assert assume(make_role(trust(issuer, sub="job-1")), issuer.token())["Provider"] == provider_arn(issuer)


def test_boto3_reads_the_token_from_a_file_and_the_credentials_are_used(server, issuer, role, tmp_path, monkeypatch):
    path = tmp_path / "token"
    path.write_text(issuer.token())
    settings = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": role, "AWS_ROLE_SESSION_NAME": "from-file",
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    session = boto3.Session()
    assert session.client("sts").get_caller_identity()["Arn"].endswith("/from-file")
    assert session.client("lambda").get_account_settings()["AccountLimit"]


def test_a_signed_request_is_as_good_and_is_not_the_signers(server, identities, issuer, role):
    """botocore never signs it."""
    caller, call = identities.caller(), {"RoleArn": role, "RoleSessionName": "run"}
    answers = []
    for token in (issuer.token(), issuer.token(sub="job-2")):
        request = operation_request(server, "sts", "AssumeRoleWithWebIdentity", {**call, "WebIdentityToken": token})
        answers.append(send(server, caller.signer("sts").sign(request)))
    assert answers[0].status == 200 and answers[1].error_code == "AccessDenied"
    request = operation_request(server, "sts", "AssumeRoleWithWebIdentity", {**call, "WebIdentityToken": issuer.token()})
    caller.signer("sts").sign(request).body += b"&DurationSeconds=900"
    assert send(server, request).error_code == "SignatureDoesNotMatch"


# What else is not signed


@pytest.mark.parametrize("body", [
    "Action=GetCallerIdentity&Version=2011-06-15", "Action=ListUsers&Version=2010-05-08", "Action=AssumeRole", "", "%",
    "Action=AssumeRoleWithWebIdentity&Version=2010-05-08", "Action=AssumeRoleWithWebIdentity", "x" * 100_000,
])  # fmt: skip
def test_nothing_else_is_taken_without_a_signature(server, body):
    headers = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/x-www-form-urlencoded"}
    reply = send(server, Request("POST", "/", headers, body.encode()))
    assert (reply.status, reply.error_code) == (403, "MissingAuthenticationToken")


def test_a_token_in_the_address_is_not_taken(server, issuer, role):
    query = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": role, "RoleSessionName": "run"}
    request = Request("GET", "/", {"Host": f"127.0.0.1:{server.port}"})
    request.query = [*query.items(), ("WebIdentityToken", issuer.token())]
    assert send(server, request).error_code == "MissingAuthenticationToken"


@pytest.mark.parametrize("role_arn", ["", "no-arn-at-all-but-long", "arn:aws:iam::account:role/r", "arn:aws:iam:::role/r"])
def test_a_role_is_named_with_its_account(server, issuer, role_arn):
    members = {"RoleArn": role_arn, "RoleSessionName": "run", "WebIdentityToken": issuer.token()}
    reply = send(server, operation_request(server, "sts", "AssumeRoleWithWebIdentity", members))
    assert (reply.status, reply.error_code) == (400, "ValidationError")


def test_a_subject_is_told_as_it_stands_and_the_log_names_it(server, issuer, make_role, assume, refused):
    role, subject = make_role(trust(issuer)), "a <b> & \"c\"' status=200"
    assert assume(role, issuer.token(sub=subject))["SubjectFromWebIdentityToken"] == subject
    assert refused(f"arn:aws:iam::{ACCOUNT}:role/no-such-role", issuer.token(sub=subject)) == DENIED
    named = f"principal={provider_arn(issuer)}#a%20%3Cb%3E%20%26%20%22c%22%27%20status%3D200 "
    wait_until(lambda: named in server.log_tail(), 5, what="the line of the request")


FUNCTION = """
import boto3
from botocore import UNSIGNED
from botocore.config import Config

def handler(event, context):
    client = boto3.client("sts", config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))
    return client.assume_role_with_web_identity(**event)["AssumedRoleUser"]["Arn"]
"""


def test_a_function_has_no_other_way_than_everybody(deploy, invoke, issuer, make_role):
    name = deploy(FUNCTION, MemorySize=512, Timeout=20)
    condition = {"StringEquals": {f"{issuer.name}:sub": "job-1"}, "Bool": {"aws:SecureTransport": "true"}}
    inside = make_role({**trust(issuer), "Condition": condition})
    event = {"RoleArn": inside, "RoleSessionName": "inside", "WebIdentityToken": issuer.token()}
    assert invoke(name, event).json.endswith("/inside")
    refused = invoke(name, {**event, "WebIdentityToken": issuer.token(OTHER)})
    assert "InvalidIdentityToken" in refused.json["errorMessage"]


def test_the_audience_is_one_of_the_provider(own_issuer, make_role, assume, refused):
    issuer = own_issuer(members={"ClientIDList": ["one", "two"]})
    role = make_role(trust(issuer, aud="two"))
    assert assume(role, issuer.token(aud="two"))["Audience"] == "two"
    assert assume(role, issuer.token(aud=["two"]))["Audience"] == "two"
    assert refused(role, issuer.token(aud="one")) == DENIED
    for wrong in ("three", ["one", "two"], ["three", "two"], "TWO"):
        assert refused(role, issuer.token(aud=wrong)) == (400, "InvalidIdentityToken", "Incorrect token audience")


def test_the_authorized_party_goes_before_the_audience(own_issuer, make_role, assume, refused):
    issuer = own_issuer(members={"ClientIDList": ["app"]})
    role = make_role(trust(issuer, aud="app", oaud="other"))
    assert assume(role, issuer.token(aud=["other"], azp="app"))["Audience"] == "app"
    assert refused(role, issuer.token(aud="app", azp="other"))[2] == "Incorrect token audience"


def test_a_client_id_counts_from_when_it_is_added_until_it_is_removed(iam, own_issuer, make_role, assume, refused):
    issuer = own_issuer(members={"ClientIDList": []})
    role, provider = make_role(trust(issuer)), {"OpenIDConnectProviderArn": provider_arn(issuer), "ClientID": AUDIENCE}
    token = issuer.token()
    assert refused(role, token)[2] == "Incorrect token audience"
    iam.add_client_id_to_open_id_connect_provider(**provider)
    assert assume(role, token)
    iam.remove_client_id_from_open_id_connect_provider(**provider)
    assert refused(role, token)[2] == "Incorrect token audience"


# The trust policy


def test_a_trust_policy_is_for_whom_it_names(issuer, role, make_role, refused, assume):
    assert refused(role, issuer.token(sub="job-2")) == DENIED
    methods = make_role({
        **trust(issuer), "Condition": {"ForAnyValue:StringEquals": {f"{issuer.name}:amr": "mfa"}}
    })  # fmt: skip
    assert assume(methods, issuer.token(amr=["pwd", "mfa"]))
    assert refused(methods, issuer.token(amr=["pwd"])) == DENIED
    assert refused(methods, issuer.token()) == DENIED


def test_nobody_hears_which_roles_are_there(issuer, refused, make_role):
    missing = f"arn:aws:iam::{ACCOUNT}:role/no-such-role"
    untrusting = make_role({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    for other in (missing, untrusting, f"arn:aws:iam::{ACCOUNT}:user/administrator", f"arn:aws:s3::{ACCOUNT}:thing"):
        assert refused(other, issuer.token()) == DENIED
        assert refused(other, issuer.token(), DurationSeconds=43_200) == DENIED


def test_a_role_of_another_account_has_no_provider_here(issuer, refused):
    status, code, message = refused("arn:aws:iam::111111111111:role/theirs", issuer.token())
    assert (status, code) == (400, "InvalidIdentityToken")
    assert message == f"No OpenIDConnect provider found in your account for {issuer.url}"


def test_a_trust_policy_names_one_provider_of_several(own_issuer, make_role, assume, refused):
    one, other = own_issuer(), own_issuer()
    role = make_role(trust(one, sub="job-1"))
    assert assume(role, one.token())
    # What the other vouches for has keys of the other's name only.
    assert refused(role, other.token()) == DENIED
    denied = make_role(trust(one), {**trust(one, sub="job-1"), "Effect": "Deny"})
    assert assume(denied, one.token(sub="job-2")) and refused(denied, one.token()) == DENIED


def test_tags_and_source_identity_of_the_token_are_the_sessions(issuer, make_role, assume, refused, client, iam):
    tags = {
        "https://aws.amazon.com/tags": {
            "principal_tags": {"Project": ["red"], "Cost": ["7"]}, "transitive_tag_keys": ["Project"],
        },
        "https://aws.amazon.com/source_identity": "ada",
    }  # fmt: skip
    token = issuer.token(**tags)
    assert refused(make_role(trust(issuer)), token) == (403, "AccessDenied", "Not authorized to perform sts:TagSession")
    tagging = make_role(trust(issuer, "sts:TagSession"))
    assert refused(tagging, token)[2] == "Not authorized to perform sts:SetSourceIdentity"
    condition = {"StringEquals": {"aws:RequestTag/Project": "red", "sts:SourceIdentity": "ada"}}
    whole = make_role({**trust(issuer, "sts:TagSession", "sts:SetSourceIdentity"), "Condition": condition})
    answer = assume(whole, token)
    assert answer["SourceIdentity"] == "ada" and answer["PackedPolicySize"] > 0
    seen = {"aws:PrincipalTag/Project": "red", "aws:PrincipalTag/Cost": "7", "aws:SourceIdentity": "ada"}
    name = whole.rpartition("/")[2]
    policy = document(allow("lambda:ListFunctions", Condition={"StringEquals": seen}))
    iam.put_role_policy(RoleName=name, PolicyName="seen", PolicyDocument=policy)
    assert is_allowed(client(answer).list_functions)
    flat = {"https://aws.amazon.com/tags/principal_tags/Project": ["red"], **tags}
    del flat["https://aws.amazon.com/tags"]
    assert not is_allowed(client(assume(whole, issuer.token(**flat))).list_functions)


@pytest.mark.parametrize("claim", [
    {"https://aws.amazon.com/tags": "red"},
    {"https://aws.amazon.com/tags": {"principal_tags": {"Project": "red"}}},
    {"https://aws.amazon.com/tags": {"principal_tags": {"Project": ["red", "blue"]}}},
    {"https://aws.amazon.com/tags": {"principal_tags": {"a": ["1"], "A": ["2"]}}},
    {"https://aws.amazon.com/tags": {"principal_tags": {"aws:a": ["1"]}}},
    {"https://aws.amazon.com/tags": {"principal_tags": {f"k{number}": ["v"] for number in range(51)}}},
    {"https://aws.amazon.com/tags": {"principal_tags": {}, "transitive_tag_keys": ["a"]}},
    {"https://aws.amazon.com/source_identity": "two words"},
])  # fmt: skip
def test_tags_that_cannot_be_are_no_token(issuer, role, refused, claim):
    assert refused(role, issuer.token(**claim))[:2] == (400, "InvalidIdentityToken")


def test_the_session_says_who_vouched(issuer, make_role, assume, client, iam):
    role = make_role(trust(issuer))
    name = role.rpartition("/")[2]
    session = client(assume(role, issuer.token()))
    for value, allowed in ((provider_arn(issuer), True), (provider_arn(issuer) + "x", False)):
        condition = {"StringEquals": {"aws:FederatedProvider": value}}
        policy = document(allow("lambda:ListFunctions", Condition=condition))
        iam.put_role_policy(RoleName=name, PolicyName="seen", PolicyDocument=policy)
        assert is_allowed(session.list_functions) == allowed


def test_a_decision_is_explained(issuer, role, assume, refused, redoubt, stranger):
    def told(**changes):
        try:
            answer = assume(role, issuer.token(**changes))
        except stranger.exceptions.ClientError as error:
            answer = error.response
        request = answer["ResponseMetadata"]["RequestId"]
        return json.loads(succeed(redoubt("explain", "--json", request)))["Decisions"]

    (allowed,), (denied,) = told(), told(sub="job-9")
    for found in (allowed, denied):
        assert (found["Action"], found["Resource"]) == (ASSUMES, role)
        assert found["Principal"] == provider_arn(issuer)
    key = f"{issuer.name}:sub"
    assert [found["ConditionKeys"][key] for found in (allowed, denied)] == ["job-1", "job-9"]


# Sessions


def test_a_session_is_as_long_as_asked_and_no_longer_than_the_role_has_it(issuer, make_role, assume, refused):
    role = make_role(trust(issuer), MaxSessionDuration=7200)
    for seconds in (900, 7200):
        ends = assume(role, issuer.token(), DurationSeconds=seconds)["Credentials"]["Expiration"]
        assert abs(ends.timestamp() - time.time() - seconds) < 30
    assert abs(assume(role, issuer.token())["Credentials"]["Expiration"].timestamp() - time.time() - 3600) < 30
    assert refused(role, issuer.token(), DurationSeconds=7201)[1] == "ValidationError"


def test_a_session_is_narrowed_by_policies(identities, issuer, role, assume, refused, client):
    nothing = document(allow("s3:*"))
    answer = assume(role, issuer.token(), Policy=nothing)
    assert answer["PackedPolicySize"] > 0 and not is_allowed(client(answer).get_account_settings)
    managed = [{"arn": identities.policy(allow(SETTINGS))}]
    assert is_allowed(client(assume(role, issuer.token(), PolicyArns=managed)).get_account_settings)
    assert refused(role, issuer.token(), Policy="no json")[1] == "MalformedPolicyDocument"
    large = {"https://aws.amazon.com/tags": {"principal_tags": {f"k{number}": ["v" * 256] for number in range(10)}}}
    assert refused(role, issuer.token(**large))[:2] == (403, "AccessDenied")


def test_tags_and_policies_have_one_room(issuer, make_role, refused):
    role = make_role(trust(issuer, "sts:TagSession"))
    large = {"https://aws.amazon.com/tags": {"principal_tags": {f"k{number}": ["v" * 256] for number in range(10)}}}
    assert refused(role, issuer.token(**large))[:2] == (400, "PackedPolicyTooLarge")


# Tokens that do not count


def changed(token, part, value):
    parts = token.split(".")
    parts[part] = value
    return ".".join(parts)


def payload_of(**claims):
    return base64url(json.dumps(claims).encode())


NO_TOKENS = {
    "nothing": lambda i: "....",
    "two parts": lambda i: i.token().rpartition(".")[0],
    "four parts": lambda i: i.token() + ".x",
    "padding": lambda i: i.token() + "=",
    "no base64": lambda i: changed(i.token(), 1, "a$b"),
    "no JSON": lambda i: changed(i.token(), 1, base64url(b"claims")),
    "a list": lambda i: changed(i.token(), 1, base64url(b"[]")),
    "a name twice": lambda i: changed(i.token(), 1, base64url(b'{"iss": "a", "iss": "b"}')),
    "no name of a key": lambda i: i.token(header={"kid": None}),
    "critical": lambda i: i.token(header={"crit": ["exp"], "exp": 1}),
    "alg none": lambda i: written({"alg": "none", "kid": "rsa-1"}, i.claims(), lambda _: b""),
    "alg None": lambda i: written({"alg": "None", "kid": "rsa-1"}, i.claims(), lambda _: b""),
    "no alg": lambda i: i.token(header={"alg": None}),
    "HS256 with the public key": lambda i: signed_by_secret(RSA.pem, {"kid": "rsa-1"}, i.claims()),
    "HS256 with the modulus": lambda i: signed_by_secret(RSA.public["n"].encode(), {"kid": "rsa-1"}, i.claims()),
    "PS256": lambda i: i.token(header={"alg": "PS256"}),
    "no subject": lambda i: i.token(sub=None),
    "an empty subject": lambda i: i.token(sub=""),
    "a subject that is too long": lambda i: i.token(sub="s" * 256),
    "a number for a subject": lambda i: i.token(sub=7),
    "no audience": lambda i: i.token(aud=None),
    "no end": lambda i: i.token(exp=None),
    "no beginning": lambda i: i.token(iat=None),
    "an end that is no number": lambda i: i.token(exp="tomorrow"),
    "issued tomorrow": lambda i: i.token(iat=int(time.time()) + 86_400, exp=int(time.time()) + 90_000),
    "not valid yet": lambda i: i.token(nbf=int(time.time()) + 300),
    "a key of nobody": lambda i: i.token(OTHER),
    "another's key of that name": lambda i: i.token(Key("rsa-1", OTHER.private)),
    "a name of a key of another kind": lambda i: i.token(RSA, header={"kid": "ec-1"}),
    "a key of another kind": lambda i: i.token(CURVE, header={"kid": "rsa-1"}),
    "an algorithm of another kind": lambda i: i.token(RSA, header={"alg": "ES256"}),
    "an altered payload": lambda i: changed(i.token(), 1, payload_of(**i.claims(sub="job-1", admin=True))),
    "an altered header": lambda i: changed(i.token(), 0, base64url(b'{"alg": "RS256", "kid": "rsa-1"}')),
    "no signature": lambda i: changed(i.token(), 2, ""),
    "a signature cut short": lambda i: i.token()[:-4],
    "the signature of another token": lambda i: changed(i.token(), 2, i.token(sub="job-2").rpartition(".")[2]),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_TOKENS)
def test_what_is_no_token_of_the_issuer_is_worth_nothing(issuer, role, refused, assume, name):
    assert assume(role, issuer.token())
    assert refused(role, NO_TOKENS[name](issuer))[:2] == (400, "InvalidIdentityToken")


def test_a_token_ends(issuer, role, refused):
    now = int(time.time())
    status, code, message = refused(role, issuer.token(iat=now - 600, exp=now - 1))
    assert (status, code) == (400, "ExpiredTokenException")
    assert message.startswith("Token expired: current date/time ") and message.endswith(f"expiration date/time {now - 1}")


@pytest.mark.parametrize("member, value", [
    ("WebIdentityToken", "x" * 20_001), ("WebIdentityToken", "abc"), ("WebIdentityToken", None),
    ("DurationSeconds", 899), ("DurationSeconds", 43_201), ("RoleSessionName", "two words"), ("RoleSessionName", None),
    ("Policy", "p" * 2049),
])  # fmt: skip
def test_members_are_as_the_model_has_them(server, issuer, role, member, value):
    call = boto3_client(server, "sts", validates=False).assume_role_with_web_identity
    members = {"RoleArn": role, "RoleSessionName": "run", "WebIdentityToken": issuer.token(), member: value}
    status, code, message = refusal(call, **{name: value for name, value in members.items() if value is not None})
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member[0].lower()}{member[1:]}' failed to satisfy constraint" in message
    assert value is None or member != "WebIdentityToken" or value not in message


def test_a_provider_of_another_protocol_is_refused_by_name(server, issuer, role):
    call = boto3_client(server, "sts").assume_role_with_web_identity
    members = {"RoleArn": role, "RoleSessionName": "run", "WebIdentityToken": issuer.token()}
    assert "ProviderId" in refusal(call, **members, ProviderId="www.amazon.com")[2]


def test_an_issuer_that_nobody_registered_is_never_asked(role, refused):
    with Issuer([RSA]) as other:
        status, code, message = refused(role, other.token())
        assert (status, code) == (400, "InvalidIdentityToken")
        assert message == f"No OpenIDConnect provider found in your account for {other.url}"
        assert other.requests == []


@pytest.mark.parametrize("change", ["{}/", "{}/x", "http{}", "HTTPS{}"])
def test_the_issuers_name_is_compared_to_the_byte(issuer, role, refused, change):
    name = change.format(issuer.url if change.startswith("{") else issuer.url[5:])
    assert refused(role, issuer.token(iss=name))[2] == f"No OpenIDConnect provider found in your account for {name}"


def test_a_provider_that_is_deleted_is_trusted_no_more(iam, own_issuer, make_role, assume, refused):
    issuer = own_issuer()
    role, token = make_role(trust(issuer)), issuer.token()
    assert assume(role, token)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider_arn(issuer))
    assert refused(role, token)[2] == f"No OpenIDConnect provider found in your account for {issuer.url}"


# The issuer's keys


def test_keys_are_asked_for_once(own_issuer, make_role, assume):
    issuer = own_issuer()
    role = make_role(trust(issuer))
    for _ in range(3):
        assume(role, issuer.token())
    assert issuer.requests == [issuer.configuration_path, issuer.keys_path]


def test_tokens_that_cannot_count_are_no_reason_to_ask(own_issuer, make_role, refused):
    issuer = own_issuer()
    role = make_role(trust(issuer))
    for token in (issuer.token(aud="other"), issuer.token(exp=1), issuer.token(header={"alg": "none"}), "a.b.c"):
        assert refused(role, token)[0] == 400
    assert issuer.requests == []


def test_a_new_key_counts_soon_and_the_one_before_no_more(own_issuer, make_role, assume, refused):
    issuer = own_issuer(RSA)
    role = make_role(trust(issuer))
    assume(role, issuer.token(RSA))
    issuer.keys = [OTHER]
    # The issuer was just asked: strangers with keys that are not there do not make the server ask again.
    for _ in range(5):
        assert refused(role, issuer.token(OTHER))[1] == "InvalidIdentityToken"
    assert len(issuer.requests) == 2
    assert assume(role, issuer.token(RSA))
    wait_until(lambda: is_allowed_token(assume, role, issuer.token(OTHER)), INTERVAL + 5, what="the new key")
    assert refused(role, issuer.token(RSA))[1] == "InvalidIdentityToken"
    assert len(issuer.requests) == 4


def is_allowed_token(assume, role, token):
    try:
        return assume(role, token)
    except Exception as error:
        assert error.response["Error"]["Code"] == "InvalidIdentityToken"
        return None


def test_many_at_once_ask_once(own_issuer, make_role, assume):
    issuer = own_issuer()
    role, found = make_role(trust(issuer)), []

    def slow(handler):
        time.sleep(1)
        respond(handler, 200, json.dumps(issuer.configuration).encode())

    issuer.answers[issuer.configuration_path] = slow
    threads = [threading.Thread(target=lambda: found.append(assume(role, issuer.token()))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5 and issuer.requests == [issuer.configuration_path, issuer.keys_path]


UNREACHABLE = (400, "IDPCommunicationError", "Couldn't retrieve the keys of your identity provider")


def moved(issuer, path):
    def answer(handler):
        respond(handler, 302, b"", Location=issuer.url + "/elsewhere")

    issuer.answers["/elsewhere"] = (200, json.dumps(issuer.configuration))
    issuer.answers[path] = answer


BROKEN = {
    "another issuer's configuration": lambda i: (i.configuration_path, {"issuer": i.url + "/x", "jwks_uri": i.url + "/keys"}),
    "a configuration without keys": lambda i: (i.configuration_path, {"issuer": i.url}),
    "keys over plain HTTP": lambda i: (i.configuration_path, {**i.configuration, "jwks_uri": "http" + i.url[5:] + "/keys"}),
    "keys at an address": lambda i: (i.configuration_path, {**i.configuration, "jwks_uri": i.url.replace("localhost", "127.0.0.1")}),
    "no JSON": lambda i: (i.configuration_path, "configuration"),
    "no key that counts": lambda i: (i.keys_path, {"keys": [{"kty": "oct", "kid": "rsa-1", "k": "c2VjcmV0"}]}),
    "a key that is too short": lambda i: (i.keys_path, {"keys": [Key.rsa("rsa-1", 1024).public]}),
    "keys for encryption": lambda i: (i.keys_path, {"keys": [{**RSA.public, "use": "enc"}]}),
    "two keys of one name": lambda i: (i.keys_path, {"keys": [RSA.public, OTHER.public | {"kid": "rsa-1"}]}),
    "too much": lambda i: (i.keys_path, {"keys": [RSA.public], "more": "x" * (300 << 10)}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_an_issuer_that_does_not_say_its_keys_vouches_for_nobody(own_issuer, make_role, refused, name):
    issuer = own_issuer()
    path, body = BROKEN[name](issuer)
    issuer.answers[path] = (200, body if isinstance(body, str) else json.dumps(body))
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE


@pytest.mark.parametrize("path", ["configuration_path", "keys_path"])
def test_no_redirection_is_followed(own_issuer, make_role, refused, path):
    issuer = own_issuer()
    moved(issuer, getattr(issuer, path))
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE
    assert "/elsewhere" not in issuer.requests


def test_an_issuer_that_is_slow_is_not_waited_for(own_issuer, make_role, refused):
    issuer = own_issuer()
    issuer.answers[issuer.configuration_path] = lambda handler: time.sleep(8)
    start = time.monotonic()
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE
    assert time.monotonic() - start < 7 * SLOWNESS
    # Nobody waits again until it is time to ask again.
    start = time.monotonic()
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE
    assert time.monotonic() - start < 2 * SLOWNESS


def test_an_issuer_that_is_down_vouches_for_nobody_and_the_log_says_why(own_issuer, make_role, refused, server):
    issuer = own_issuer()
    role = make_role(trust(issuer))
    issuer.stop()
    assert refused(role, issuer.token()) == UNREACHABLE
    assert issuer.url in server.log_tail() and "could not be fetched" in server.log_tail()


# Certificates


CERTIFICATES = {
    "no thumbprint": ({}, {"ThumbprintList": []}),
    "another thumbprint": ({}, {"ThumbprintList": [Authority().thumbprint]}),
    "another host": ({"host": "example.com"}, {}),
    "a certificate that has ended": ({"days": (-9, -1)}, {}),
    "a certificate that is yet to begin": ({"days": (1, 2)}, {}),
    "a certificate for clients": ({"uses": [ExtendedKeyUsageOID.CLIENT_AUTH]}, {}),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_an_issuer_is_the_host_that_its_certificate_proves(own_issuer, make_role, refused, name):
    options, members = CERTIFICATES[name]
    issuer = own_issuer(members=members, **options)
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE
    assert issuer.requests == []


def test_to_show_a_certificate_that_is_trusted_is_not_to_have_it(own_issuer, make_role, refused):
    trusted, own = Authority(), Authority()
    own.certificate = trusted.certificate
    issuer = own_issuer(authority=own)
    assert issuer.authority.thumbprint == trusted.thumbprint
    assert refused(make_role(trust(issuer)), issuer.token()) == UNREACHABLE
    assert issuer.requests == []


AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


class ServerWithAuthority(Server):
    """A server on a system that has one authority more."""

    bundle = None

    def command(self):
        script = f'mount --bind "$0" {AUTHORITIES} && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, self.bundle, *super().command()]


@pytest.mark.skipif(not MODE.is_root, reason="to change what a system trusts takes root")
def test_the_systems_authorities_need_no_thumbprint():
    home = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
    home.chmod(0o755)  # The server's user has to get through.
    server, trusted = ServerWithAuthority(home), Authority()
    server.bundle = home / "authorities.pem"
    server.bundle.write_bytes(AUTHORITIES.read_bytes() + trusted.pem)
    try:
        made, sts = Identities(server.start()), boto3_client(server, "sts")
        with Issuer([RSA], authority=trusted) as known, Issuer([RSA]) as unknown:
            for issuer in (known, unknown):
                made.client.create_open_id_connect_provider(Url=issuer.url, ClientIDList=[AUDIENCE])
            role = made.role(trust=document(trust(known), trust(unknown)))
            call = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "RoleSessionName": "run"}
            assert sts.assume_role_with_web_identity(**call, WebIdentityToken=known.token())["Credentials"]
            assert refusal(sts.assume_role_with_web_identity, **call, WebIdentityToken=unknown.token()) == UNREACHABLE
    finally:
        server.remove()


def test_another_thumbprint_counts_at_once(iam, own_issuer, make_role, assume, refused):
    issuer = own_issuer(members={"ThumbprintList": []})
    role, provider = make_role(trust(issuer)), {"OpenIDConnectProviderArn": provider_arn(issuer)}
    assert refused(role, issuer.token()) == UNREACHABLE
    thumbprints = {"ThumbprintList": [Authority().thumbprint, issuer.authority.thumbprint.upper()]}
    iam.update_open_id_connect_provider_thumbprint(**provider, **thumbprints)
    assert assume(role, issuer.token())
    iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=[])
    assert refused(role, issuer.token()) == UNREACHABLE


def test_the_lint_names_a_trust_in_everybody_of_a_provider(redoubt, tmp_path, issuer):
    def findings(statement):
        path = tmp_path / f"{unique_name('p')}.json"
        path.write_text(document(statement))
        done = redoubt("policy", "lint", "--format", "sarif", path)
        return [found["ruleId"] for found in json.loads(done.stdout)["runs"][0]["results"]]

    assert "unscoped-identity" in findings(trust(issuer))
    assert "unscoped-identity" in findings(trust(issuer, aud=AUDIENCE))
    assert "unscoped-identity" not in findings(trust(issuer, sub="job-1"))


@pytest.fixture
def far_role(server, issuer):
    """The ARN of a role of another account, which trusts the issuer, too; the account with it."""
    account = create_account(server)
    iam, made = account.client("iam"), account.identities()
    arn = iam.create_open_id_connect_provider(
        Url=issuer.url, ClientIDList=[AUDIENCE], ThumbprintList=[issuer.authority.thumbprint]
    )["OpenIDConnectProviderArn"]
    statement = {**trust(issuer, sub="job-1"), "Principal": {"Federated": arn}}
    name = made.role(allow(SETTINGS), trust=document(statement))
    yield account, account.role_arn(name)
    delete_guardrails(server)
    made.clean_up()
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_guardrails_bind_web_identities(server, issuer, far_role, assume, refused):
    """Whoever comes to the account's roles."""
    account, role = far_role
    assert assume(role, issuer.token())["AssumedRoleUser"]["Arn"].split(":")[4] == account.id
    denial = {**deny(ASSUMES), "Principal": "*"}
    put_guardrail(server, "g", denial, kind="RESOURCE_CONTROL_POLICY", target=account.id)
    assert refused(role, issuer.token()) == DENIED
    delete_guardrails(server)
    assert assume(role, issuer.token())["Credentials"]


def test_a_suspended_account_lets_no_web_identity_in(server, issuer, far_role, assume, refused):
    account, role = far_role
    credentials = assume(role, issuer.token())["Credentials"]
    client = boto3_client(
        server, aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )  # fmt: skip
    assert is_allowed(client.get_account_settings)
    assert ask(server, management(server), "POST", f"/accounts/{account.id}/suspend")[0] == 200
    asked = len(issuer.requests)
    message = f"No OpenIDConnect provider found in your account for {issuer.url}"
    for key in (RSA, OTHER):
        assert refused(role, issuer.token(key)) == (400, "InvalidIdentityToken", message)
    assert len(issuer.requests) == asked
    assert refusal(client.get_account_settings)[1] == "UnrecognizedClientException"
    assert ask(server, management(server), "POST", f"/accounts/{account.id}/resume")[0] == 200
    assert assume(role, issuer.token())["Credentials"]
    assert refusal(client.get_account_settings)[1] == "UnrecognizedClientException", "sessions do not come back"
