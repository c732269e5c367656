"""Users and managed policies for tests, made through boto3 and deleted with all that hangs on them."""

import json
from dataclasses import dataclass, replace
from functools import cache

import pytest
from botocore.exceptions import ClientError

from harness.clients import ACCOUNT, boto3_client
from harness.functions import unique_name
from harness.sigv4 import Signer

ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:user/administrator"
PLATFORM = "arn:aws:iam::aws:policy"
"""What the ARNs of the platform's own policies begin with."""

DENIALS = ("AccessDenied", "AccessDeniedException")
"""In the query protocol, and in those of JSON."""


def allow(*actions, on="*", **members):
    """A statement. Further keywords are its other members."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **members}


def deny(*actions, on="*", **members):
    return {**allow(*actions, on=on, **members), "Effect": "Deny"}


def document(*statements):
    """The text of a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def document_of_size(size, blanks=0):
    """The text of a policy with so many characters that count, and some white space that does not."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*", Sid="")]}, separators=(",", ":"))
    return text.replace('"Sid":""', f'"Sid":"{"s" * (size - len(text))}"') + "\n\t " * blanks


TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": ACCOUNT},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }],
})  # fmt: skip
"""A trust policy that leaves it to the account who may assume the role, with tags and a source identity."""


TRUSTS_LAMBDA = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})  # fmt: skip
"""A trust policy of a role for functions."""


@dataclass(frozen=True)
class Caller:
    """A user with a key of its own."""

    server: object
    name: str
    arn: str
    unique_id: str
    key: str
    secret: str

    @cache
    def client(self, service="lambda"):
        return boto3_client(self.server, service, aws_access_key_id=self.key, aws_secret_access_key=self.secret)

    def with_key(self, made):
        """The same user with another key, as CreateAccessKey answers it."""
        return replace(self, key=made["AccessKeyId"], secret=made["SecretAccessKey"])

    def signer(self, service="lambda"):
        return Signer(self.key, self.secret, service=service)


class Identities:
    """Makes users and policies, and takes them away at the end: of the management account, or of that of a client."""

    def __init__(self, server, client=None):
        self.server = server
        self.client = client or boto3_client(server, "iam")
        self.names, self.arns, self.roles, self.groups = [], [], [], []

    def user(self, name=None, **members):
        """The user's name. Keywords are members of CreateUser."""
        name = name or unique_name("u")
        self.client.create_user(UserName=name, **members)
        self.names.append(name)
        return name

    def policy(self, *statements, name=None, **members):
        """The ARN of a new managed policy."""
        name = name or unique_name("p")
        made = self.client.create_policy(PolicyName=name, PolicyDocument=document(*statements), **members)["Policy"]
        self.arns.append(made["Arn"])
        return made["Arn"]

    def new_group_name(self):
        """A name that is taken away at the end if a test makes a group of it."""
        self.groups.append(unique_name("g"))
        return self.groups[-1]

    def new_role_name(self):
        """A name that is taken away at the end if a test makes a role of it."""
        self.roles.append(unique_name("r"))
        return self.roles[-1]

    def group(self, *statements, attached=(), **members):
        """The name of a new group. Keywords are members of CreateGroup."""
        name = self.new_group_name()
        self.client.create_group(GroupName=name, **members)
        if statements:
            self.client.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=document(*statements))
        for arn in attached:
            self.client.attach_group_policy(GroupName=name, PolicyArn=arn)
        return name

    def role(self, *statements, attached=(), trust=TRUST, **members):
        """The name of a new role. Keywords are members of CreateRole."""
        name = self.new_role_name()
        self.client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **members)
        if statements:
            self.client.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        for arn in attached:
            self.client.attach_role_policy(RoleName=name, PolicyArn=arn)
        return name

    def caller(self, *statements, attached=(), name=None, **members):
        """A user who can sign.

        - Parameters:
        - statements: of a policy that is put into the user; none for no policy
        - attached: ARNs of policies
        - members: of CreateUser
        """
        name = self.user(name, **members)
        if statements:
            self.client.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        for arn in attached:
            self.client.attach_user_policy(UserName=name, PolicyArn=arn)
        made, key = self.client.get_user(UserName=name)["User"], self.key(name)
        return Caller(self.server, name, made["Arn"], made["UserId"], key["AccessKeyId"], key["SecretAccessKey"])

    def key(self, name):
        return self.client.create_access_key(UserName=name)["AccessKey"]

    def delete_user(self, name):
        """With all that hangs on the user."""
        user = {"UserName": name}
        for key in self.client.list_access_keys(**user)["AccessKeyMetadata"]:
            self.client.delete_access_key(**user, AccessKeyId=key["AccessKeyId"])
        for policy in self.client.list_user_policies(**user)["PolicyNames"]:
            self.client.delete_user_policy(**user, PolicyName=policy)
        for policy in self.client.list_attached_user_policies(**user)["AttachedPolicies"]:
            self.client.detach_user_policy(**user, PolicyArn=policy["PolicyArn"])
        for group in self.client.list_groups_for_user(**user)["Groups"]:
            self.client.remove_user_from_group(**user, GroupName=group["GroupName"])
        self.client.delete_user(**user)

    def delete_group(self, name):
        """With all that hangs on the group."""
        group = {"GroupName": name}
        for user in self.client.get_group(**group)["Users"]:
            self.client.remove_user_from_group(**group, UserName=user["UserName"])
        for policy in self.client.list_group_policies(**group)["PolicyNames"]:
            self.client.delete_group_policy(**group, PolicyName=policy)
        for policy in self.client.list_attached_group_policies(**group)["AttachedPolicies"]:
            self.client.detach_group_policy(**group, PolicyArn=policy["PolicyArn"])
        self.client.delete_group(**group)

    def delete_role(self, name):
        """With all that hangs on the role."""
        role = {"RoleName": name}
        for policy in self.client.list_role_policies(**role)["PolicyNames"]:
            self.client.delete_role_policy(**role, PolicyName=policy)
        for policy in self.client.list_attached_role_policies(**role)["AttachedPolicies"]:
            self.client.detach_role_policy(**role, PolicyArn=policy["PolicyArn"])
        self.client.delete_role(**role)

    def delete_policy(self, arn):
        """With all its versions; nobody may have it any more."""
        for version in self.client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        self.client.delete_policy(PolicyArn=arn)

    def clean_up(self):
        made = (
            (self.delete_group, self.groups), (self.delete_role, self.roles), (self.delete_user, self.names),
            (self.delete_policy, self.arns),
        )  # fmt: skip
        for delete, things in made:
            for thing in things:
                try:
                    delete(thing)
                except ClientError as error:
                    if error.response["Error"]["Code"] != "NoSuchEntity":
                        raise


def refusal(call, **members):
    """(status, code, message) of the error that the call must end with."""
    with pytest.raises(ClientError) as error:
        call(**members)
    response = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def denial_message(call, **members):
    """What came with the denial that the call must end with, for DecodeAuthorizationMessage."""
    with pytest.raises(ClientError) as error:
        call(**members)
    return error.value.response["ResponseMetadata"]["HTTPHeaders"]["x-redoubt-authorization-message"]


def is_allowed(call, **members):
    """Whether the call gets past authorization, be what it asks for there or not. Any other error is the test's."""
    try:
        call(**members)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in (*DENIALS, "NoSuchEntity", "ResourceNotFoundException"):
            raise
        return code not in DENIALS
    return True


@pytest.fixture(scope="session")
def iam(server):
    """IAM for the administrator of the shared server."""
    return boto3_client(server, "iam")


@pytest.fixture(scope="module")
def identities(server):
    """Makes users and policies on the shared server; deleted when the module's tests are over."""
    made = Identities(server)
    yield made
    made.clean_up()
