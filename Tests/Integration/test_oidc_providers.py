"""IAM's OpenID Connect providers: made, told, changed and deleted. What their tokens are worth is in test_web_identities.py."""

import datetime
import os
import subprocess

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.fixtures import own_server
from harness.functions import unique_name
from harness.identities import allow, document, is_allowed, refusal

THUMBPRINT = "0123456789abcdef" * 2 + "01234567"


def arn(name):
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"


def new_name():
    return f"{unique_name('i')}.example.com"


@pytest.fixture
def make(iam):
    """Makes a provider of that name, or of a new one; the ARN. Taken away at the end."""
    made = []

    def make(name=None, **members):
        answer = iam.create_open_id_connect_provider(Url=f"https://{name or new_name()}", **members)
        made.append(answer["OpenIDConnectProviderArn"])
        return made[-1]

    yield make
    for provider in made:
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)


def told(iam, provider):
    return iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)


def test_a_provider_is_told_as_it_was_made(iam, make):
    name = f"{new_name()}/realms/One"
    thumbprints = [THUMBPRINT, THUMBPRINT[::-1]]
    provider = make(name, ClientIDList=["b", "a", "ä"], ThumbprintList=thumbprints, Tags=[{"Key": "k", "Value": "v"}])
    assert provider == arn(name)
    found = told(iam, provider)
    assert (found["Url"], found["ClientIDList"], found["ThumbprintList"]) == (name, ["b", "a", "ä"], thumbprints)
    assert found["Tags"] == [{"Key": "k", "Value": "v"}]
    age = datetime.datetime.now(datetime.timezone.utc) - found["CreateDate"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert {"Arn": provider} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]


@pytest.mark.parametrize("suffix", ["", "/", ":8443", ":8443/a", "/a-b/c.d/~e", "/a/"])
def test_an_issuer_may_have_a_port_and_a_path(iam, make, suffix):
    name = new_name() + suffix
    assert make(name) == arn(name) and told(iam, arn(name))["Url"] == name


@pytest.mark.parametrize("url", [
    "http://example.com", "example.com", "https://", "https:///path", "https://example.com?a=b", "https://example.com#a",
    "https://user@example.com", "https://user:secret@example.com", "https://127.0.0.1", "https://[::1]", "https://169.254.169.254",
    "https://2130706433", "https://example.com:0", "https://example.com:65536", "https://example.com:", "https://example.com:080",
    "https://ex ample.com", "https://exämple.com", "https://-a.com", "https://a..com", "https://example.com\\@other.com",
    "https://example.com/\n", "https://a_b.com", "HTTPS://example.com",
])  # fmt: skip
def test_what_cannot_be_an_issuer_is_refused(iam, url):
    status, code, message = refusal(iam.create_open_id_connect_provider, Url=url)
    assert (status, code) == (400, "InvalidInput") and message.startswith("Invalid Open ID Connect Provider URL")


def test_an_issuer_is_a_provider_once(iam, make):
    name = new_name()
    make(name)
    wanted = (409, "EntityAlreadyExists", f"Provider with url https://{name} already exists.")
    assert refusal(iam.create_open_id_connect_provider, Url=f"https://{name}") == wanted
    assert make(f"{name}/") == arn(f"{name}/")


def test_client_ids_are_added_and_removed_as_often_as_one_likes(iam, make):
    provider = {"OpenIDConnectProviderArn": make(ClientIDList=["a", "a"])}
    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="b")
    assert iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["a", "b"]
    for _ in range(2):
        iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="a")
    assert iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["b"]


def test_a_provider_has_a_hundred_client_ids_and_no_more(iam, make):
    provider = {"OpenIDConnectProviderArn": make(ClientIDList=[f"c{number}" for number in range(100)])}
    wanted = (409, "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    assert refusal(iam.add_client_id_to_open_id_connect_provider, **provider, ClientID="one more") == wanted
    iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="c7")
    many = [f"c{number}" for number in range(101)]
    assert refusal(iam.create_open_id_connect_provider, Url=f"https://{new_name()}", ClientIDList=many) == wanted


def test_thumbprints_take_the_place_of_those_before(iam, make):
    provider = {"OpenIDConnectProviderArn": make(ThumbprintList=[THUMBPRINT])}
    five = [f"{number}" * 40 for number in range(5)]
    update = iam.update_open_id_connect_provider_thumbprint
    update(**provider, ThumbprintList=[text.upper() for text in ("A" * 40, *five[:4])])
    assert iam.get_open_id_connect_provider(**provider)["ThumbprintList"] == ["a" * 40, *five[:4]]
    for wrong in ([*five, "5" * 40], ["g" * 40]):
        assert refusal(update, **provider, ThumbprintList=wrong)[:2] == (400, "InvalidInput")
        assert refusal(iam.create_open_id_connect_provider, Url="https://x.example.com", ThumbprintList=wrong)[1] == "InvalidInput"
    update(**provider, ThumbprintList=[])
    assert iam.get_open_id_connect_provider(**provider)["ThumbprintList"] == []


def test_a_provider_has_tags_which_policies_ask_for(iam, make, identities):
    provider = {"OpenIDConnectProviderArn": make(Tags=[{"Key": "team", "Value": "red"}])}
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    caller = identities.caller(allow("iam:GetOpenIDConnectProvider", Condition=condition)).client("iam")
    assert is_allowed(caller.get_open_id_connect_provider, **provider)
    iam.tag_open_id_connect_provider(**provider, Tags=[{"Key": "TEAM", "Value": "blue"}, {"Key": "other", "Value": ""}])
    assert not is_allowed(caller.get_open_id_connect_provider, **provider)
    tags = iam.list_open_id_connect_provider_tags(**provider)["Tags"]
    assert tags == [{"Key": "TEAM", "Value": "blue"}, {"Key": "other", "Value": ""}]
    iam.untag_open_id_connect_provider(**provider, TagKeys=["team"])
    assert iam.list_open_id_connect_provider_tags(**provider)["Tags"] == [{"Key": "other", "Value": ""}]


def test_a_provider_that_is_made_anew_has_nothing_of_the_one_before(iam, make):
    name = new_name()
    provider = make(name, ClientIDList=["a"], Tags=[{"Key": "k", "Value": "v"}])
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    make(name)
    found = told(iam, provider)
    assert (found["ClientIDList"], found["Tags"]) == ([], [])


OF_A_PROVIDER = {
    "get_open_id_connect_provider": {},
    "add_client_id_to_open_id_connect_provider": {"ClientID": "a"},
    "remove_client_id_from_open_id_connect_provider": {"ClientID": "a"},
    "update_open_id_connect_provider_thumbprint": {"ThumbprintList": [THUMBPRINT]},
    "tag_open_id_connect_provider": {"Tags": [{"Key": "k", "Value": "v"}]},
    "untag_open_id_connect_provider": {"TagKeys": ["k"]},
    "list_open_id_connect_provider_tags": {},
}


@pytest.mark.parametrize("operation", OF_A_PROVIDER)
def test_what_is_not_there_is_not_found(iam, make, operation):
    there = make()
    for provider in (arn("no-such.example.com"), there.upper().replace("ARN:AWS:IAM", "arn:aws:iam"), there + "/"):
        wanted = (404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {provider}")
        assert refusal(getattr(iam, operation), OpenIDConnectProviderArn=provider, **OF_A_PROVIDER[operation]) == wanted
    other = there.replace(ACCOUNT, "111111111111")
    assert refusal(getattr(iam, operation), OpenIDConnectProviderArn=other, **OF_A_PROVIDER[operation])[0] in (403, 404)


def test_to_delete_what_is_not_there_is_no_error(iam, make):
    provider = make()
    for _ in range(2):
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    assert refusal(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=provider)[1] == "NoSuchEntity"


def test_the_summary_counts_providers(iam, make):
    before = iam.get_account_summary()["SummaryMap"]["Providers"]
    make()
    assert iam.get_account_summary()["SummaryMap"]["Providers"] == before + 1


def test_an_account_has_a_hundred_providers_which_outlive_a_restart():
    with own_server() as server:
        iam = boto3_client(server, "iam")
        for number in range(100):
            iam.create_open_id_connect_provider(Url=f"https://i{number}.example.com", ClientIDList=[str(number)])
        wanted = (409, "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
        assert refusal(iam.create_open_id_connect_provider, Url="https://i100.example.com") == wanted
        server.stop()
        server.start()
        iam = boto3_client(server, "iam")
        assert len(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 100
        assert told(iam, arn("i7.example.com"))["ClientIDList"] == ["7"]


def test_permissions_are_of_the_provider_that_they_name(iam, make, identities):
    one, other, new = make(), make(), new_name()
    read, write = "iam:GetOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider"
    client = identities.caller(allow(read, on=one), allow(write, on=arn(new))).client("iam")
    assert is_allowed(client.get_open_id_connect_provider, OpenIDConnectProviderArn=one)
    assert not is_allowed(client.get_open_id_connect_provider, OpenIDConnectProviderArn=other)
    assert not is_allowed(client.create_open_id_connect_provider, Url=f"https://{new}x")
    assert not is_allowed(client.create_open_id_connect_provider, Url=f"https://{new}", Tags=[{"Key": "k", "Value": "v"}])
    client.create_open_id_connect_provider(Url=f"https://{new}")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn(new))


@pytest.mark.parametrize("provider", [
    arn("*"), arn("i.example.co?"), "arn:aws:iam::*:oidc-provider/i.example.com", "arn:aws:s3:::bucket", "*", "arn:aws",
])  # fmt: skip
def test_a_trust_policy_names_whole_providers(iam, identities, provider):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    members = {"RoleName": identities.new_role_name(), "AssumeRolePolicyDocument": document(statement)}
    wanted = (400, "MalformedPolicyDocument", f'Invalid principal in policy: "Federated":"{provider}"')
    assert refusal(iam.create_role, **members) == wanted


def test_the_servers_user_can_read_the_systems_authorities(server):
    """Without them no issuer of the internet could prove who it is."""
    (pid,) = [found for found in server.tree() if b"server" in open(f"/proc/{found}/cmdline", "rb").read().split(b"\0")]
    assert os.readlink(f"/proc/{pid}/root") == "/"
    path = "/etc/ssl/certs/ca-certificates.crt"
    uid = open(f"/proc/{pid}/status").read().partition("Uid:\t")[2].split()[0]
    command = ["head", "-c", "27", path]
    done = subprocess.run(command, user=int(uid), group=int(uid), extra_groups=[], capture_output=True)
    assert done.stdout == b"-----BEGIN CERTIFICATE-----", done.stderr
