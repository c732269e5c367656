"""A call of every operation of IAM and STS that is served, on its good path, and those that bring about each error of
AWS's models."""

from dataclasses import dataclass

from Conformance.model import operation
from Conformance.test_inputs import IAM, STS
from harness.clients import ACCOUNT
from harness.functions import unique_name
from harness.identities import TRUST, Caller, Identities, allow, denial_message, document, document_of_size
from harness.issuer import AUDIENCE, Issuer, Key

TEXT = document(allow("lambda:ListFunctions"))
MISSING_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"


@dataclass
class World:
    """What the calls speak of: a user who has everything that users can have, and a managed policy of two versions."""

    made: Identities
    issuer: Issuer | None = None
    trusting: str | None = None
    is_broken: bool = False
    """Then nothing can be made any more, and what is there has to do."""
    report: str = "00000000-0000-4000-8000-000000000000"
    alias: str = "calls"
    denial: str = ""

    def build(self):
        self.policy = self.spare_policy(Path="/calls/", Description="d")
        self.made.client.create_policy_version(PolicyArn=self.policy, PolicyDocument=TEXT)
        self.caller: Caller = self.made.caller(
            allow("s3:*"), attached=[self.policy], PermissionsBoundary=self.policy, Path="/calls/"
        )
        self.user = self.caller.name
        self.provider, self.federated = self.spare_provider(), self.web_identity()
        self.group, self.role = self.endowed_group(), self.endowed_role()
        self.made.client.add_user_to_group(GroupName=self.group, UserName=self.user)
        return self

    def endowed_group(self):
        """A group that has a policy and an attachment."""
        if self.is_broken:
            return self.group
        return self.made.group(allow("s3:*"), attached=[self.policy], Path="/calls/")

    def endowed_role(self):
        """A role that the administrator may assume and that has a policy, an attachment and a boundary."""
        if self.is_broken:
            return self.role
        return self.made.role(
            allow("s3:*"), attached=[self.policy], PermissionsBoundary=self.policy, Path="/calls/", Description="d"
        )

    def spare_provider(self):
        """An OpenID Connect provider whose tokens nobody has."""
        if self.is_broken:
            return self.provider
        name = unique_name("i")
        members = {"ClientIDList": ["calls"], "ThumbprintList": [THUMBPRINT], **TAGS}
        self.made.client.create_open_id_connect_provider(Url=f"https://{name}.example.com/calls", **members)
        return {"OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}.example.com/calls"}

    def web_identity(self, **claims):
        """A token that the role counts, with the role."""
        if self.is_broken:
            return self.federated
        if self.issuer is None:
            self.issuer = Issuer([Key.curve("calls")]).__enter__()
            self.made.client.create_open_id_connect_provider(
                Url=self.issuer.url, ClientIDList=[AUDIENCE], ThumbprintList=[self.issuer.authority.thumbprint]
            )
        statement = {
            "Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{self.issuer.name}"},
        }  # fmt: skip
        if self.trusting is None:
            self.trusting = self.made.role(trust=document(statement))
        token = self.issuer.token(**{"https://aws.amazon.com/source_identity": "calls", **claims})
        return {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{self.trusting}", "WebIdentityToken": token}

    def token_of_a_closed_issuer(self):
        with Issuer([Key.curve("calls")]) as closed:
            self.made.client.create_open_id_connect_provider(Url=closed.url, ClientIDList=[AUDIENCE])
        return {"WebIdentityToken": closed.token()}

    def full_provider(self):
        provider = self.spare_provider()
        for number in range(99):
            self.made.client.add_client_id_to_open_id_connect_provider(**provider, ClientID=f"c{number}")
        return provider

    def spare_group(self):
        return self.group if self.is_broken else self.made.group()

    def spare_role(self):
        return self.role if self.is_broken else self.made.role()

    def user_of_ten_groups(self):
        name = self.made.user()
        for _ in range(10):
            self.made.client.add_user_to_group(GroupName=self.made.group(), UserName=name)
        return name

    def full(self, owner):
        """A group or role with ten attached policies."""
        name = getattr(self.made, owner)()
        attach = getattr(self.made.client, f"attach_{owner}_policy")
        for _ in range(10):
            attach(**{f"{owner.capitalize()}Name": name, "PolicyArn": self.spare_policy()})
        return name

    def spare_user(self):
        return self.user if self.is_broken else self.made.user()

    def spare_policy(self, **members):
        return self.policy if self.is_broken else self.made.policy(allow("lambda:ListFunctions"), **members)

    def spare_key(self):
        """A key with its user."""
        if self.is_broken:
            return key(self)
        name = self.made.user()
        return {"UserName": name, "AccessKeyId": self.made.key(name)["AccessKeyId"]}

    def spare_version(self):
        if self.is_broken:
            return version(self)
        arn = self.spare_policy()
        self.made.client.create_policy_version(PolicyArn=arn, PolicyDocument=TEXT)
        return {"PolicyArn": arn, "VersionId": "v2"}

    def endowed_user(self):
        """A user from whom a policy, an attachment and a boundary can be taken away."""
        if self.is_broken:
            return self.user
        policy = self.policy
        return self.made.caller(allow("s3:*"), attached=[policy], PermissionsBoundary=policy).name

    def user_at_the_limits(self):
        """A user with two keys and ten attached policies."""
        name = self.made.user()
        for _ in range(2):
            self.made.key(name)
        for _ in range(10):
            self.made.client.attach_user_policy(UserName=name, PolicyArn=self.spare_policy())
        return name

    def policy_at_the_limit(self):
        arn = self.spare_policy()
        for _ in range(4):
            self.made.client.create_policy_version(PolicyArn=arn, PolicyDocument=TEXT)
        return arn


def user(world):
    return {"UserName": world.user}


def policy(world):
    return {"PolicyArn": world.policy}


def version(world):
    return {**policy(world), "VersionId": "v2"}


def key(world):
    return {**user(world), "AccessKeyId": world.caller.key}


def nothing(world):
    return {}


def group(world):
    return {"GroupName": world.group}


def role(world):
    return {"RoleName": world.role}


def role_arn(world):
    return f"arn:aws:iam::{ACCOUNT}:role/calls/{world.role}"


def report(world):
    """A report of last accesses that is there."""
    if not world.is_broken:
        made = world.made.client.generate_service_last_accessed_details(Arn=world.caller.arn, Granularity="ACTION_LEVEL")
        world.report = made["JobId"]
    return {"JobId": world.report}


def denial(world):
    """The message of a denial."""
    if not world.is_broken:
        world.denial = denial_message(world.caller.client("iam").list_users)
    return {"EncodedMessage": world.denial}


def credential_report(world):
    if not world.is_broken:
        world.made.client.generate_credential_report()
    return {}


def alias(world):
    """The alias that the account has."""
    if not world.is_broken:
        world.alias = unique_name("alias")
        world.made.client.create_account_alias(AccountAlias=world.alias)
    return {"AccountAlias": world.alias}


TAGS = {"Tags": [{"Key": "k", "Value": "v"}]}
SIMULATION = {"ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::b"]}
SESSION = {"RoleSessionName": "calls"}
THUMBPRINT = "0" * 40


GOOD = {
    "AttachUserPolicy": lambda w: {**user(w), "PolicyArn": w.spare_policy()},
    "CreateAccessKey": lambda w: {"UserName": w.spare_user()},
    "CreatePolicy": lambda w: {
        "PolicyName": unique_name("p"), "Path": "/calls/", "Description": "d", "PolicyDocument": TEXT,
    },
    "CreatePolicyVersion": lambda w: {"PolicyArn": w.spare_policy(), "PolicyDocument": TEXT, "SetAsDefault": True},
    "CreateUser": lambda w: {"UserName": unique_name("u"), "Path": "/calls/", "PermissionsBoundary": w.policy},
    "DeleteAccessKey": World.spare_key,
    "DeletePolicy": lambda w: {"PolicyArn": w.spare_policy()},
    "DeletePolicyVersion": World.spare_version,
    "DeleteUser": lambda w: {"UserName": w.spare_user()},
    "DeleteUserPermissionsBoundary": lambda w: {"UserName": w.endowed_user()},
    "DeleteUserPolicy": lambda w: {"UserName": w.endowed_user(), "PolicyName": "own"},
    "DetachUserPolicy": lambda w: {"UserName": w.endowed_user(), "PolicyArn": w.policy},
    "GetCallerIdentity": nothing,
    "GetPolicy": policy,
    "GetPolicyVersion": version,
    "GetUser": user,
    "GetUserPolicy": lambda w: {**user(w), "PolicyName": "own"},
    "ListAccessKeys": user,
    "ListAttachedUserPolicies": user,
    "ListPolicies": lambda w: {"MaxItems": 2},
    "ListPolicyVersions": lambda w: {**policy(w), "MaxItems": 1},
    "ListUserPolicies": user,
    "ListUsers": lambda w: {"MaxItems": 1},
    "PutUserPermissionsBoundary": lambda w: {"UserName": w.spare_user(), "PermissionsBoundary": w.policy},
    "PutUserPolicy": lambda w: {"UserName": w.spare_user(), "PolicyName": "p", "PolicyDocument": TEXT},
    "SetDefaultPolicyVersion": World.spare_version,
    "UpdateAccessKey": lambda w: {**w.spare_key(), "Status": "Inactive"},
    "AddUserToGroup": lambda w: {**group(w), "UserName": w.spare_user()},
    "AttachGroupPolicy": lambda w: {"GroupName": w.spare_group(), **policy(w)},
    "CreateGroup": lambda w: {"GroupName": w.made.new_group_name(), "Path": "/calls/"},
    "DeleteGroup": lambda w: {"GroupName": w.spare_group()},
    "DeleteGroupPolicy": lambda w: {"GroupName": w.endowed_group(), "PolicyName": "own"},
    "DetachGroupPolicy": lambda w: {"GroupName": w.endowed_group(), **policy(w)},
    "GetGroup": group,
    "GetGroupPolicy": lambda w: {**group(w), "PolicyName": "own"},
    "ListAttachedGroupPolicies": group,
    "ListGroupPolicies": group,
    "ListGroups": lambda w: {"MaxItems": 1},
    "ListGroupsForUser": user,
    "PutGroupPolicy": lambda w: {**group(w), "PolicyName": "p", "PolicyDocument": TEXT},
    "RemoveUserFromGroup": lambda w: {"GroupName": w.spare_group(), **user(w)},
    "AttachRolePolicy": lambda w: {"RoleName": w.spare_role(), **policy(w)},
    "CreateRole": lambda w: {
        "RoleName": w.made.new_role_name(), "Path": "/calls/", "Description": "d", "AssumeRolePolicyDocument": TRUST,
        "PermissionsBoundary": w.policy, "MaxSessionDuration": 7200, **TAGS,
    },
    "DeleteRole": lambda w: {"RoleName": w.spare_role()},
    "DeleteRolePermissionsBoundary": lambda w: {"RoleName": w.endowed_role()},
    "DeleteRolePolicy": lambda w: {"RoleName": w.endowed_role(), "PolicyName": "own"},
    "DetachRolePolicy": lambda w: {"RoleName": w.endowed_role(), **policy(w)},
    "GetRole": role,
    "GetRolePolicy": lambda w: {**role(w), "PolicyName": "own"},
    "ListAttachedRolePolicies": role,
    "ListRolePolicies": role,
    "ListRoles": lambda w: {"MaxItems": 1},
    "PutRolePermissionsBoundary": lambda w: {"RoleName": w.spare_role(), "PermissionsBoundary": w.policy},
    "PutRolePolicy": lambda w: {**role(w), "PolicyName": "p", "PolicyDocument": TEXT},
    "UpdateAssumeRolePolicy": lambda w: {"RoleName": w.spare_role(), "PolicyDocument": TRUST},
    "UpdateRole": lambda w: {**role(w), "Description": "e", "MaxSessionDuration": 3600},
    "TagUser": lambda w: {**user(w), **TAGS},
    "ListUserTags": user,
    "UntagUser": lambda w: {**user(w), "TagKeys": ["k"]},
    "TagRole": lambda w: {**role(w), **TAGS},
    "ListRoleTags": role,
    "UntagRole": lambda w: {**role(w), "TagKeys": ["k"]},
    "TagPolicy": lambda w: {**policy(w), **TAGS},
    "ListPolicyTags": policy,
    "UntagPolicy": lambda w: {**policy(w), "TagKeys": ["k"]},
    "ListEntitiesForPolicy": policy,
    "GetAccountAuthorizationDetails": lambda w: {"MaxItems": 20},
    "GetAccountSummary": nothing,
    "ListInstanceProfilesForRole": lambda w: {**role(w), "MaxItems": 1},
    "UpdateRoleDescription": lambda w: {**role(w), "Description": "e"},
    "GetContextKeysForCustomPolicy": lambda w: {"PolicyInputList": [TEXT]},
    "GetContextKeysForPrincipalPolicy": lambda w: {"PolicySourceArn": w.caller.arn, "PolicyInputList": [TEXT]},
    "UpdateUser": lambda w: {"UserName": w.spare_user(), "NewUserName": unique_name("u"), "NewPath": "/calls/"},
    "UpdateGroup": lambda w: {"GroupName": w.spare_group(), "NewGroupName": unique_name("g"), "NewPath": "/calls/"},
    "CreateAccountAlias": lambda w: {"AccountAlias": unique_name("alias")},
    "DeleteAccountAlias": alias,
    "ListAccountAliases": lambda w: {"MaxItems": 1},
    "GenerateCredentialReport": nothing,
    "GetCredentialReport": credential_report,
    "GetAccessKeyLastUsed": lambda w: {"AccessKeyId": w.caller.key},
    "GenerateServiceLastAccessedDetails": lambda w: {"Arn": w.caller.arn},
    "GetServiceLastAccessedDetails": report,
    "GetServiceLastAccessedDetailsWithEntities": lambda w: {**report(w), "ServiceNamespace": "lambda"},
    "ListPoliciesGrantingServiceAccess": lambda w: {"Arn": w.caller.arn, "ServiceNamespaces": ["lambda", "s3", "logs"]},
    "SimulateCustomPolicy": lambda w: {**SIMULATION, "PolicyInputList": [TEXT]},
    "SimulatePrincipalPolicy": lambda w: {**SIMULATION, "PolicySourceArn": w.caller.arn},
    "GetSessionToken": nothing,
    "GetFederationToken": lambda w: {"Name": "calls", "Policy": TEXT, **TAGS},
    "DecodeAuthorizationMessage": denial,
    "GetAccessKeyInfo": lambda w: {"AccessKeyId": w.caller.key},
    "AssumeRole": lambda w: {**SESSION, "RoleArn": role_arn(w), "Policy": TEXT, "SourceIdentity": "calls", **TAGS},
    "AssumeRoleWithWebIdentity": lambda w: {**SESSION, **w.web_identity(), "Policy": TEXT},
    "CreateOpenIDConnectProvider": lambda w: {
        "Url": f"https://{unique_name('i')}.example.com", "ClientIDList": ["calls"], "ThumbprintList": [THUMBPRINT], **TAGS,
    },
    "GetOpenIDConnectProvider": lambda w: w.provider,
    "ListOpenIDConnectProviders": nothing,
    "DeleteOpenIDConnectProvider": World.spare_provider,
    "AddClientIDToOpenIDConnectProvider": lambda w: {**w.spare_provider(), "ClientID": "more"},
    "RemoveClientIDFromOpenIDConnectProvider": lambda w: {**w.spare_provider(), "ClientID": "calls"},
    "UpdateOpenIDConnectProviderThumbprint": lambda w: {**w.spare_provider(), "ThumbprintList": [THUMBPRINT]},
    "TagOpenIDConnectProvider": lambda w: {**w.provider, **TAGS},
    "UntagOpenIDConnectProvider": lambda w: {**w.provider, "TagKeys": ["k"]},
    "ListOpenIDConnectProviderTags": lambda w: w.provider,
}  # fmt: skip
"""Operation to the members of a call that succeeds."""

MANY_TAGS = {"Tags": [{"Key": f"k{number}", "Value": ""} for number in range(51)]}
SAME_TAGS = {"Tags": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]}

LARGE_CLAIM = {
    "https://aws.amazon.com/tags": {"principal_tags": {f"k{number}": ["v" * 256] for number in range(10)}}
}
LARGE_TAGS = {"Tags": [{"Key": f"k{number}", "Value": "v" * 256} for number in range(10)]}
NARROWING = ("AssumeRole", "GetFederationToken", "AssumeRoleWithWebIdentity")
"""The operations that take policies for a session."""

CHANGES = {
    ("AttachUserPolicy", "LimitExceededException"): lambda w: {"UserName": w.user_at_the_limits()},
    ("CreateAccessKey", "LimitExceededException"): lambda w: {"UserName": w.user_at_the_limits()},
    ("CreatePolicy", "EntityAlreadyExistsException"): lambda w: {"PolicyName": w.policy.rpartition("/")[2]},
    ("CreatePolicy", "InvalidInputException"): SAME_TAGS,
    ("CreatePolicy", "LimitExceededException"): {"PolicyDocument": document_of_size(6145)},
    ("CreatePolicyVersion", "LimitExceededException"): lambda w: {"PolicyArn": w.policy_at_the_limit()},
    ("CreateUser", "EntityAlreadyExistsException"): user,
    ("CreateUser", "InvalidInputException"): SAME_TAGS,
    ("CreateUser", "NoSuchEntityException"): {"PermissionsBoundary": MISSING_POLICY},
    ("DeletePolicy", "DeleteConflictException"): policy,
    ("DeletePolicyVersion", "DeleteConflictException"): {"VersionId": "v1"},
    ("DeleteUser", "DeleteConflictException"): user,
    ("PutUserPolicy", "LimitExceededException"): {"PolicyDocument": document_of_size(2049)},
    ("AddUserToGroup", "LimitExceededException"): lambda w: {"UserName": w.user_of_ten_groups(), "GroupName": w.spare_group()},
    ("AttachGroupPolicy", "LimitExceededException"): lambda w: {"GroupName": w.full("group"), "PolicyArn": w.policy},
    ("AttachRolePolicy", "LimitExceededException"): lambda w: {"RoleName": w.full("role"), "PolicyArn": w.policy},
    ("CreateGroup", "EntityAlreadyExistsException"): group,
    ("CreateRole", "EntityAlreadyExistsException"): role,
    ("CreateRole", "InvalidInputException"): SAME_TAGS,
    ("CreateRole", "LimitExceededException"): MANY_TAGS,
    ("CreateRole", "MalformedPolicyDocumentException"): {"AssumeRolePolicyDocument": "no json"},
    ("CreateRole", "NoSuchEntityException"): {"PermissionsBoundary": MISSING_POLICY},
    ("DeleteGroup", "DeleteConflictException"): group,
    ("DeleteRole", "DeleteConflictException"): role,
    ("PutGroupPolicy", "LimitExceededException"): {"PolicyDocument": document_of_size(5121)},
    ("PutRolePolicy", "LimitExceededException"): {"PolicyDocument": document_of_size(10_241)},
    ("UpdateAssumeRolePolicy", "LimitExceededException"): {"PolicyDocument": TRUST.replace("sts:AssumeRole", "sts:" + "a" * 2049)},
    ("TagUser", "LimitExceededException"): MANY_TAGS,
    ("TagRole", "LimitExceededException"): MANY_TAGS,
    ("TagPolicy", "LimitExceededException"): MANY_TAGS,
    ("TagUser", "InvalidInputException"): SAME_TAGS,
    ("TagRole", "InvalidInputException"): SAME_TAGS,
    ("TagPolicy", "InvalidInputException"): SAME_TAGS,
    ("SimulateCustomPolicy", "InvalidInputException"): {"PolicyInputList": ["no json"]},
    ("SimulatePrincipalPolicy", "InvalidInputException"): {"PolicyInputList": ["no json"]},
    **{
        (f"{verb}PrincipalPolicy", "NoSuchEntityException"): {
            "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/no-such-user"
        }
        for verb in ("Simulate", "GetContextKeysFor")
    },
    **{
        (f"GetContextKeysFor{whose}Policy", "InvalidInputException"): {"PolicyInputList": ["no json"]}
        for whose in ("Custom", "Principal")
    },
    ("UpdateUser", "EntityAlreadyExistsException"): lambda w: {"NewUserName": w.user},
    ("UpdateGroup", "EntityAlreadyExistsException"): lambda w: {"NewGroupName": w.group},
    ("CreateAccountAlias", "EntityAlreadyExistsException"): alias,
    ("DecodeAuthorizationMessage", "InvalidAuthorizationMessageException"): {"EncodedMessage": "bm8gbWVzc2FnZQ=="},
    ("DeleteAccountAlias", "NoSuchEntityException"): {"AccountAlias": "no-such-alias"},
    **{
        (name, "NoSuchEntityException"): {"JobId": "00000000-0000-4000-8000-000000000000"}
        for name in ("GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities")
    },
    **{
        (name, code): {"Arn": arn}
        for name in ("GenerateServiceLastAccessedDetails", "ListPoliciesGrantingServiceAccess")
        for code, arn in (
            ("NoSuchEntityException", f"arn:aws:iam::{ACCOUNT}:user/no-such-user"),
            ("InvalidInputException", "arn:aws:s3:::no-identity"),
        )
    },
    **{(name, "MalformedPolicyDocumentException"): {"Policy": "no json"} for name in NARROWING},
    **{(name, "PackedPolicyTooLargeException"): LARGE_TAGS for name in NARROWING},
    ("AssumeRoleWithWebIdentity", "PackedPolicyTooLargeException"): lambda w: w.web_identity(**LARGE_CLAIM),
    ("AssumeRoleWithWebIdentity", "InvalidIdentityTokenException"): {"WebIdentityToken": "a.b.c"},
    ("AssumeRoleWithWebIdentity", "ExpiredTokenException"): lambda w: w.web_identity(exp=1),
    ("AssumeRoleWithWebIdentity", "IDPCommunicationErrorException"): World.token_of_a_closed_issuer,
    ("CreateOpenIDConnectProvider", "EntityAlreadyExistsException"): lambda w: {"Url": w.issuer.url},
    ("CreateOpenIDConnectProvider", "InvalidInputException"): {"Url": "http://example.com"},
    ("CreateOpenIDConnectProvider", "LimitExceededException"): {"ClientIDList": [f"c{number}" for number in range(101)]},
    ("AddClientIDToOpenIDConnectProvider", "LimitExceededException"): lambda w: w.full_provider(),
    ("UpdateOpenIDConnectProviderThumbprint", "InvalidInputException"): {"ThumbprintList": ["g" * 40]},
    ("TagOpenIDConnectProvider", "LimitExceededException"): MANY_TAGS,
    ("TagOpenIDConnectProvider", "InvalidInputException"): SAME_TAGS,
}
"""(operation, error) to the members that replace those of the good call."""

CROWDED = {("CreateUser", "LimitExceededException")}
"""Errors of an account that has as many users as it may have."""


def service_of(name):
    return "sts" if name in STS else "iam"


def documented():
    """(operation, error) of all that is served."""
    for name in [*IAM, *STS]:
        yield from ((name, shape.name) for shape in operation(service_of(name), name).error_shapes)


def general_change(name, code):
    """What brings about an error in the same way for many operations; None for all others."""
    shape = operation(service_of(name), name).input_shape
    members = shape.members if shape else {}
    if code == "MalformedPolicyDocumentException":
        return {"PolicyDocument": "no json"}
    if code == "NoSuchEntityException" and name not in ("CreateGroup", "DeleteOpenIDConnectProvider"):
        if "OpenIDConnectProviderArn" in members:
            return {"OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/no-such.example.com"}
        missing = {"UserName": "no-such-user", "GroupName": "no-such-group", "RoleName": "no-such-role"}
        named = next((name for name in missing if name in members), None)
        return {named: missing[named]} if named else {"PolicyArn": MISSING_POLICY}
    return None


def situation(name, code):
    """(where, change of the good call) for an error that can be brought about; None for any other.

    The places: `world`, as it is; `crowded`, where no further user has room; `broken`, where the state cannot be read.
    """
    if code == "ServiceFailureException":
        return "broken", {}
    if (name, code) in CROWDED:
        return "crowded", {}
    change = CHANGES.get((name, code)) or general_change(name, code)
    return None if change is None else ("world", change)


def members(name, change, world):
    """Those of the call."""
    return {**GOOD[name](world), **(change(world) if callable(change) else change)}
