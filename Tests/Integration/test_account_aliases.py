"""The account's alias."""

import pytest
from harness.clients import boto3_client
from harness.functions import unique_name
from harness.identities import allow, refusal


@pytest.fixture
def iam(server):
    """A client of IAM; the account has no alias before and after."""
    client = boto3_client(server, "iam")
    yield client
    for alias in client.list_account_aliases()["AccountAliases"]:
        client.delete_account_alias(AccountAlias=alias)


def test_an_account_has_no_alias_until_it_is_given_one(iam):
    assert iam.list_account_aliases()["AccountAliases"] == []
    alias = unique_name("team")
    iam.create_account_alias(AccountAlias=alias)
    answer = iam.list_account_aliases()
    assert (answer["AccountAliases"], answer["IsTruncated"]) == ([alias], False)
    iam.delete_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_a_new_alias_takes_the_place_of_the_old_one(iam):
    iam.create_account_alias(AccountAlias="first")
    iam.create_account_alias(AccountAlias="second")
    assert iam.list_account_aliases()["AccountAliases"] == ["second"]
    missing = (404, "NoSuchEntity", "The account alias with name first cannot be found.")
    assert refusal(iam.delete_account_alias, AccountAlias="first") == missing


def test_the_same_alias_is_not_given_twice(iam):
    iam.create_account_alias(AccountAlias="twice")
    exists = (409, "EntityAlreadyExists", "The account alias twice already exists.")
    assert refusal(iam.create_account_alias, AccountAlias="twice") == exists


@pytest.mark.parametrize("alias", ["Team", "ab", "a" * 64, "-ab", "ab-", "a--b", "a_b", "a b", "ümlaut"])
def test_what_cannot_be_an_alias_is_refused(server, alias):
    client = boto3_client(server, "iam", validates=False)
    for operation in (client.create_account_alias, client.delete_account_alias):
        status, code, message = refusal(operation, AccountAlias=alias)
        assert (status, code) == (400, "ValidationError")
        assert "accountAlias" in message


@pytest.mark.parametrize("alias", ["abc", "a1-b2-c3", "0" * 63])
def test_any_alias_of_awss_is_taken(iam, alias):
    iam.create_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == [alias]


def test_an_alias_survives_a_restart(fresh_server):
    client = boto3_client(fresh_server, "iam")
    client.create_account_alias(AccountAlias="survivor")
    fresh_server.kill()
    fresh_server.start()
    assert client.list_account_aliases()["AccountAliases"] == ["survivor"]


def test_whoever_may_list_aliases_may_not_set_them(iam, identities):
    client = identities.caller(allow("iam:ListAccountAliases")).client("iam")
    assert client.list_account_aliases()["AccountAliases"] == []
    for operation in (client.create_account_alias, client.delete_account_alias):
        assert refusal(operation, AccountAlias="mine")[:2] == (403, "AccessDenied")
