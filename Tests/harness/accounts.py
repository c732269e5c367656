"""Further accounts of a server, made by its management account."""

import json
import subprocess
from dataclasses import dataclass

import pytest

from harness.clients import REGION, boto3_client, client_environment
from harness.functions import Deployer, unique_name
from harness.identities import Caller, Identities, document
from harness.paths import redoubt_binary
from harness.sigv4 import Request, Signer, send


class Account(Caller):
    """The administrator of an account, who can sign."""

    @property
    def id(self):
        return self.arn.split(":")[4]

    @property
    def role(self):
        """The ARN of the role that every account has from the start."""
        return self.role_arn("lambda-basic")

    def role_arn(self, name):
        return f"arn:aws:iam::{self.id}:role/{name}"

    def function_arn(self, name):
        return f"arn:aws:lambda:{REGION}:{self.id}:function:{name}"

    def identities(self):
        """Makes users and policies in the account."""
        return Identities(self.server, self.client("iam"))

    def deployer(self):
        return Deployer(self.client(), self.role)


def account_of(server, made):
    """- Parameter made: as CreateAccount answers."""
    arn = f"arn:aws:iam::{made['Account']['AccountId']}:user/administrator"
    return Account(server, made["Account"]["Name"], arn, "", made["AccessKeyId"], made["SecretAccessKey"])


def management(server):
    """The administrator of the account that the server was started with."""
    return Signer(*server.credentials, service="redoubt")


def ask(server, signer, method, path, members=None, query=()):
    """A call of Redoubt's own API: (status, what was answered)."""
    headers = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json"}
    body = b"" if members is None else json.dumps(members).encode()
    request = Request(method, f"/2026-11-25{path}", headers, body, list(query))
    reply = send(server, signer.sign(request))
    return reply.status, json.loads(reply.body) if reply.body else {}


def create_account(server, name=None, **members):
    status, made = ask(server, management(server), "POST", "/accounts", {"Name": name or unique_name("acc"), **members})
    assert status == 201, made
    return account_of(server, made)


def put_guardrail(server, name, *statements, kind="SERVICE_CONTROL_POLICY", target="organization"):
    """(status, answer). What is made is found by ListGuardrails."""
    members = {"Kind": kind, "Target": target, "Name": name, "Document": document(*statements)}
    return ask(server, management(server), "PUT", "/guardrails", members)


def delete_guardrails(server):
    """All that there are."""
    status, found = ask(server, management(server), "GET", "/guardrails")
    assert status == 200
    for guardrail in found["Guardrails"]:
        query = [(name, guardrail[name]) for name in ("Kind", "Name", "Target")]
        assert ask(server, management(server), "DELETE", "/guardrails", query=query)[0] == 204


def run_redoubt(server, *arguments, account=None):
    """Runs the command as the management account's administrator, or as another's; its output as text."""
    environment = client_environment(server)
    if account:
        environment |= {"AWS_ACCESS_KEY_ID": account.key, "AWS_SECRET_ACCESS_KEY": account.secret}
    command = [redoubt_binary(), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, cwd=server.home)


@dataclass
class Accounts:
    """Two accounts beside the management account."""

    one: Account
    other: Account


@pytest.fixture(scope="module")
def accounts(server):
    """Of the shared server. They stay, since no account is ever deleted, and what they deploy is taken away."""
    return Accounts(create_account(server), create_account(server))


@pytest.fixture(scope="module")
def deploy_in():
    """Deploys a function in an account; deleted when the module's tests are over."""
    deployers = {}

    def deploy(account, code, **configuration):
        return deployers.setdefault(account.id, account.deployer())(code, **configuration)

    yield deploy
    for deployer in deployers.values():
        deployer.clean_up()


@pytest.fixture(scope="module")
def identities_of():
    """Makes users and policies in an account; deleted when the module's tests are over."""
    made = {}
    yield lambda account: made.setdefault(account.id, account.identities())
    for identities in made.values():
        identities.clean_up()
