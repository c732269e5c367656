"""Sessions of roles: who may assume a role, what a session may do, what ends it, and what goes on along a chain."""

import base64
import datetime
import json
import subprocess
import urllib.request
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

import pytest
from harness.api_requests import operation_request
from harness.clients import ACCOUNT, boto3_client, client_environment
from harness.functions import invoke_function
from harness.identities import PLATFORM, Identities, allow, deny, document, document_of_size, is_allowed, refusal
from harness.malformed_policies import MALFORMED
from harness.paths import TOOLS
from harness.sigv4 import Signer, send
from harness.waiting import wait_until

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LIST, SETTINGS, USERS = "lambda:ListFunctions", "lambda:GetAccountSettings", "iam:ListUsers"
ASSUMES = allow("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
MISSING = f"arn:aws:iam::{ACCOUNT}:role/no-such-role"


def trust(*principals, on=("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"), **members):
    """A statement of a trust policy.

    - Parameters:
    - on: the actions
    - members: other members of the statement
    """
    return {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": list(on), **members}


def tags(**values):
    """`Tags` as a request has them."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def when(key, value, operator="StringEquals"):
    """A condition."""
    return {operator: {key: value}}


@dataclass(frozen=True)
class Session:
    """Credentials of a session, as AssumeRole answers them."""

    server: object
    arn: str
    unique_id: str
    key: str
    secret: str
    token: str
    clients: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def client(self, service="lambda"):
        if service not in self.clients:
            self.clients[service] = boto3_client(
                self.server, service, aws_access_key_id=self.key, aws_secret_access_key=self.secret,
                aws_session_token=self.token,
            )  # fmt: skip
        return self.clients[service]

    def signer(self, service="sts"):
        return Signer(self.key, self.secret, service=service, token=self.token)

    @property
    def variables(self):
        """For programs that look for credentials in their environment."""
        return {
            "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_SESSION_TOKEN": self.token,
        }  # fmt: skip


def answer(who, arn, **members):
    """What AssumeRole answers. Keywords are members of the request."""
    return who.client("sts").assume_role(**{"RoleArn": arn, "RoleSessionName": "name", **members})


def assume(who, arn, **members):
    """A new session of a role. Keywords are members of the request."""
    made = answer(who, arn, **members)
    user, credentials = made["AssumedRoleUser"], made["Credentials"]
    return Session(
        who.server, user["Arn"], user["AssumedRoleId"], credentials["AccessKeyId"], credentials["SecretAccessKey"],
        credentials["SessionToken"],
    )  # fmt: skip


def refused(who, arn, **members):
    """(status, code, message) of the error that AssumeRole must end with."""
    return refusal(answer, who=who, arn=arn, **members)


def denial(who, arn, action="sts:AssumeRole"):
    return 403, "AccessDenied", f"User: {who.arn} is not authorized to perform: {action} on resource: {arn}"


def may_assume(who, arn, **members):
    """Whether the answer is a session or a denial. Other errors are those of the test."""
    return is_allowed(answer, who=who, arn=arn, **members)


def allowed_calls(caller):
    """Which of three actions the caller may do."""
    calls = {
        LIST: caller.client().list_functions,
        SETTINGS: caller.client().get_account_settings,
        USERS: caller.client("iam").list_users,
    }
    return {action for action, call in calls.items() if is_allowed(call)}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def identity_of(caller):
    told = caller.client("sts").get_caller_identity()
    return told["Arn"], told["UserId"], told["Account"]


class Roles:
    """Makes roles that are called by their ARNs, and changes them."""

    def __init__(self, identities):
        self.identities = identities
        self.client = identities.client

    def __call__(self, *trusting, allowing=(), **members):
        """The ARN of a new role.

        - Parameters:
        - trusting: statements of its trust policy
        - allowing: statements of a policy that is put into it; none for no policy
        - members: keywords of `Identities.role`
        """
        name = self.identities.role(*allowing, trust=document(*trusting), **members)
        return f"arn:aws:iam::{ACCOUNT}:role{members.get('Path', '/')}{name}"

    def put(self, arn, *statements, policy="own"):
        """Puts a policy into the role, in the place of one of the same name."""
        self.client.put_role_policy(RoleName=name_of(arn), PolicyName=policy, PolicyDocument=document(*statements))

    def trust(self, arn, *statements):
        self.client.update_assume_role_policy(RoleName=name_of(arn), PolicyDocument=document(*statements))

    def delete(self, arn):
        self.identities.delete_role(name_of(arn))

    def make_anew(self, arn, *trusting, allowing=()):
        """Another role of the same ARN."""
        self.delete(arn)
        self.client.create_role(RoleName=name_of(arn), AssumeRolePolicyDocument=document(*trusting))
        if allowing:
            self.put(arn, *allowing)


def name_of(arn):
    return arn.rpartition("/")[2]


@pytest.fixture(scope="module")
def roles(identities):
    """Makes roles on the shared server; deleted when the module's tests are over."""
    return Roles(identities)


@pytest.fixture(scope="module")
def caller(identities):
    """A user without any permission, whom roles may trust."""
    return identities.caller()


@pytest.fixture(scope="module")
def stranger(identities):
    """Another such user, whom they do not."""
    return identities.caller()


@pytest.fixture(scope="module")
def administrator(identities):
    return identities.caller(attached=[f"{PLATFORM}/AdministratorAccess"])


@pytest.fixture(scope="module")
def role(roles, caller):
    """A role that trusts the caller with everything and may do two things. Not to be changed."""
    return roles(trust(caller.arn), allowing=[allow(LIST, SETTINGS)], MaxSessionDuration=43_200)


# Who may assume a role


def test_a_user_whom_a_role_names_needs_no_permission(roles, caller, stranger):
    role = roles(trust(caller.arn))
    assert may_assume(caller, role)
    assert refused(stranger, role) == denial(stranger, role)


def test_no_boundary_of_the_user_stands_in_the_way_of_a_role_that_names_the_user(identities, roles):
    bounded = identities.caller(PermissionsBoundary=identities.policy(allow(LIST)))
    assert may_assume(bounded, roles(trust(bounded.arn)))


def test_a_denial_stands_in_the_way_of_a_role_that_names_the_user(identities, roles):
    denied = identities.caller(deny("sts:AssumeRole"))
    role = roles(trust(denied.arn))
    status, code, message = denial(denied, role)
    assert refused(denied, role) == (status, code, message + " with an explicit deny in an identity-based policy")


@pytest.mark.parametrize("account", [ROOT, ACCOUNT])
def test_a_user_whose_account_a_role_names_needs_permission(identities, roles, caller, account):
    role, similar = roles(trust(account)), roles(trust(account))
    permitted = identities.caller(allow("sts:AssumeRole", on=role))
    assert may_assume(permitted, role)
    assert refused(permitted, similar) == denial(permitted, similar)
    assert refused(caller, role) == denial(caller, role)


def test_a_boundary_bounds_a_permission_to_assume(identities, roles):
    bounded = identities.caller(ASSUMES, PermissionsBoundary=identities.policy(allow(LIST)))
    role = roles(trust(ROOT))
    assert refused(bounded, role) == denial(bounded, role)


def test_no_permission_is_enough_without_the_roles_trust(roles, caller, administrator):
    for role in (roles(trust(caller.arn)), roles(trust(Principal={"Service": "lambda.amazonaws.com"}))):
        assert refused(administrator, role) == denial(administrator, role)


def test_a_role_that_trusts_everybody_can_ask_who_it_is(roles, caller, stranger):
    role = roles(trust("*", Condition=when("aws:PrincipalArn", caller.arn, "ArnEquals")))
    assert may_assume(caller, role) and not may_assume(stranger, role)


def test_what_a_trust_policy_denies_no_other_statement_allows(roles, caller, stranger):
    role = roles(trust(caller.arn, stranger.arn), trust(stranger.arn, Effect="Deny"))
    assert may_assume(caller, role)
    # As if the role were not there.
    assert refused(stranger, role) == denial(stranger, role)


@pytest.mark.parametrize("who", ["stranger", "administrator"])
def test_a_refusal_does_not_tell_whether_the_role_is_there(request, roles, caller, who):
    who = request.getfixturevalue(who)
    deep = roles(trust(caller.arn), Path="/hidden/")
    shallow = f"arn:aws:iam::{ACCOUNT}:role/{name_of(deep)}"
    missing = denial(who, MISSING)
    assert refused(who, MISSING) == missing
    for arn in (roles(trust(caller.arn)), deep, shallow, shallow.upper().replace("ARN:AWS:IAM", "arn:aws:iam")):
        status, code, message = refused(who, arn, Tags=tags(team="red"), SourceIdentity="me", DurationSeconds=43_200)
        assert (status, code, message.replace(arn, MISSING)) == missing


def test_a_role_is_named_with_its_path(roles, caller):
    deep = roles(trust(caller.arn), Path="/deep/down/")
    session = assume(caller, deep)
    assert session.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(deep)}/name"
    shallow = f"arn:aws:iam::{ACCOUNT}:role/{name_of(deep)}"
    assert refused(caller, shallow) == denial(caller, shallow)


@pytest.mark.parametrize("arn", ["arn:aws:iam::111111111111:role/x", f"arn:aws:iam::{ACCOUNT}:user/administrator"])
def test_what_is_no_role_of_the_account_is_not_assumed(administrator, arn):
    assert refused(administrator, arn)[:2] == (403, "AccessDenied")


def test_an_external_id_must_be_the_one_that_the_role_asks_for(roles, caller):
    role = roles(trust(caller.arn, Condition=when("sts:ExternalId", "a=b/c:d")))
    assert may_assume(caller, role, ExternalId="a=b/c:d")
    for members in ({}, {"ExternalId": "a=b/c:D"}):
        assert refused(caller, role, **members) == denial(caller, role)


def test_a_role_can_ask_for_the_name_of_the_user_as_the_name_of_the_session(roles, caller):
    role = roles(trust(caller.arn, Condition=when("sts:RoleSessionName", "${aws:username}")))
    assert may_assume(caller, role, RoleSessionName=caller.name)
    assert refused(caller, role) == denial(caller, role)


def test_a_change_of_trust_counts_for_the_next_call_and_not_for_sessions_that_are_there(roles, caller, stranger):
    role = roles(trust(caller.arn), allowing=[allow(LIST)])
    session = assume(caller, role)
    roles.trust(role, trust(stranger.arn))
    assert refused(caller, role) == denial(caller, role)
    assert may_assume(stranger, role)
    assert is_allowed(session.client().list_functions)


def test_a_user_made_anew_is_not_trusted_as_the_one_before(identities, roles):
    before = identities.caller()
    role = roles(trust(before.arn))
    assert may_assume(before, role)
    identities.delete_user(before.name)
    after = identities.caller(name=before.name)
    assert after.arn == before.arn
    assert refused(after, role) == denial(after, role)


def test_a_role_made_anew_is_not_trusted_as_the_one_before(roles, caller):
    before = roles(trust(caller.arn))
    role = roles(trust(before))
    assert may_assume(assume(caller, before), role)
    roles.make_anew(before, trust(caller.arn))
    after = assume(caller, before)
    assert refused(after, role) == denial(after, role)


# What is asked for and answered


@pytest.mark.parametrize("seconds", [None, 900, 43_200])
def test_credentials_last_as_long_as_was_asked_for_or_an_hour(caller, role, seconds):
    begun = now()
    made = answer(caller, role, **({"DurationSeconds": seconds} if seconds else {}))
    assert made["Credentials"]["AccessKeyId"].startswith("ASIA")
    length = (made["Credentials"]["Expiration"] - begun).total_seconds()
    assert (seconds or 3600) - 1 <= length <= (seconds or 3600) + 60
    assert not {"PackedPolicySize", "SourceIdentity"} & set(made)


def test_a_session_is_told_who_it_is(iam, roles, caller):
    role = roles(trust(caller.arn), allowing=[deny("*")])
    session = assume(caller, role, RoleSessionName="A+b=c,d.e@f-g_h9")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(role)}/A+b=c,d.e@f-g_h9"
    unique_id = iam.get_role(RoleName=name_of(role))["Role"]["RoleId"] + ":A+b=c,d.e@f-g_h9"
    assert (session.arn, session.unique_id) == (arn, unique_id)
    assert identity_of(session) == (arn, unique_id, ACCOUNT)


def test_every_session_has_a_key_and_a_token_of_its_own(caller, role):
    one, other = assume(caller, role), assume(caller, role)
    assert one.arn == other.arn
    assert one.key != other.key and one.secret != other.secret and one.token != other.token


def test_a_session_is_no_longer_than_the_role_allows(iam, roles, caller):
    role = roles(trust(caller.arn), MaxSessionDuration=7200)
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert refused(caller, role, DurationSeconds=7201) == (400, "ValidationError", message)
    assert may_assume(caller, role, DurationSeconds=7200)
    iam.update_role(RoleName=name_of(role), MaxSessionDuration=3600)
    assert refused(caller, role, DurationSeconds=7200) == (400, "ValidationError", message)


CONSTRAINTS = [
    ({"DurationSeconds": 899}, "durationSeconds", "have value greater than or equal to 900"),
    ({"DurationSeconds": 43_201}, "durationSeconds", "have value less than or equal to 43200"),
    ({"RoleSessionName": "x"}, "roleSessionName", "have length greater than or equal to 2"),
    ({"RoleSessionName": "x" * 65}, "roleSessionName", "have length less than or equal to 64"),
    ({"RoleSessionName": "two words"}, "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"),
    ({"RoleSessionName": "a/b"}, "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"),
    ({"RoleSessionName": None}, "roleSessionName", "not be null"),
    ({"RoleArn": None}, "roleArn", "not be null"),
    ({"RoleArn": "arn:aws:iam"}, "roleArn", "have length greater than or equal to 20"),
    ({"ExternalId": "x"}, "externalId", "have length greater than or equal to 2"),
    ({"ExternalId": "x" * 1225}, "externalId", "have length less than or equal to 1224"),
    ({"ExternalId": "a b"}, "externalId", r"satisfy regular expression pattern: [\w+=,.@:\/-]*"),
    ({"SourceIdentity": "x"}, "sourceIdentity", "have length greater than or equal to 2"),
    ({"SourceIdentity": "x" * 65}, "sourceIdentity", "have length less than or equal to 64"),
    ({"SourceIdentity": "a:b"}, "sourceIdentity", r"satisfy regular expression pattern: [\w+=,.@-]*"),
    ({"Policy": ""}, "policy", "have length greater than or equal to 1"),
    ({"PolicyArns": [{"arn": "short"}]}, "policyArns", "have length greater than or equal to 20"),
    ({"Tags": tags(**{"": "x"})}, "tags", "have length greater than or equal to 1"),
    ({"Tags": tags(**{"x" * 129: "x"})}, "tags", "have length less than or equal to 128"),
    ({"Tags": tags(x="x" * 257)}, "tags", "have length less than or equal to 256"),
    ({"Tags": tags(**{"a*": "x"})}, "tags", r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"),
    ({"Tags": tags(a="*")}, "tags", r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
    ({"Tags": [{"Key": "a"}]}, "tags", "not be null"),
    ({"Tags": tags(**{f"t{number}": "" for number in range(51)})}, "tags", "have length less than or equal to 50"),
]


@pytest.mark.parametrize("members, member, constraint", CONSTRAINTS, ids=[member for _, member, _ in CONSTRAINTS])
def test_a_member_that_breaks_a_constraint_is_refused_in_awss_words(administrator, roles, members, member, constraint):
    role = roles(trust(administrator.arn), MaxSessionDuration=43_200)
    client = boto3_client(
        administrator.server, "sts", validates=False, aws_access_key_id=administrator.key,
        aws_secret_access_key=administrator.secret,
    )  # fmt: skip
    members = {"RoleArn": role, "RoleSessionName": "name", **members}
    given = {name: value for name, value in members.items() if value is not None}
    status, code, message = refusal(client.assume_role, **given)
    assert (status, code) == (400, "ValidationError")
    assert f"at '{member}" in message and f"failed to satisfy constraint: Member must {constraint}" in message


@pytest.mark.parametrize("member", ["SerialNumber", "TokenCode"])
def test_what_is_not_supported_is_refused_by_name(caller, role, member):
    given = {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/x", "TokenCode": "123456"}
    status, code, message = refused(caller, role, **{member: given[member]})
    assert (status, code) == (400, "ValidationError") and message.endswith(member)


def test_profiles_of_the_aws_cli_assume_roles(server, tmp_path, caller, role):
    (tmp_path / "config").write_text(
        f"[profile base]\n[profile deep]\nrole_arn = {role}\nsource_profile = base\nrole_session_name = by-the-cli\n"
    )
    (tmp_path / "credentials").write_text(
        f"[base]\naws_access_key_id = {caller.key}\naws_secret_access_key = {caller.secret}\n"
    )
    places = {"AWS_CONFIG_FILE": tmp_path / "config", "AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials"}
    done = subprocess.run(
        [TOOLS / "aws", "sts", "get-caller-identity", "--profile", "deep"], capture_output=True, text=True, timeout=60,
        env={**client_environment(server), **places, "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(role)}/by-the-cli"


# What a session may do


def test_a_session_may_do_what_the_role_may_and_nothing_of_the_user(identities, roles):
    user = identities.caller(allow(USERS))
    session = assume(user, roles(trust(user.arn), allowing=[allow(LIST)]))
    assert allowed_calls(session) == {LIST}
    assert refusal(session.client("iam").list_users)[2] == (
        f"User: {session.arn} is not authorized to perform: iam:ListUsers on resource: "
        f"arn:aws:iam::{ACCOUNT}:user/ because no identity-based policy allows the iam:ListUsers action"
    )


def test_changes_of_a_roles_policies_count_for_the_next_call_of_a_session(iam, identities, roles, caller):
    role, policy = roles(trust(caller.arn)), identities.policy(allow(USERS))
    name, session = {"RoleName": name_of(role)}, assume(caller, role)
    assert allowed_calls(session) == set()
    roles.put(role, allow(LIST))
    assert allowed_calls(session) == {LIST}
    iam.attach_role_policy(**name, PolicyArn=policy)
    assert allowed_calls(session) == {LIST, USERS}
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(allow(SETTINGS)), SetAsDefault=True)
    assert allowed_calls(session) == {LIST, SETTINGS}
    iam.put_role_permissions_boundary(**name, PermissionsBoundary=policy)
    assert allowed_calls(session) == {SETTINGS}
    message = refusal(session.client().list_functions)[2]
    assert message.endswith(f"because no permissions boundary allows the {LIST} action")
    iam.delete_role_permissions_boundary(**name)
    roles.put(role, allow(LIST), deny("lambda:Get*"))
    assert allowed_calls(session) == {LIST}
    iam.detach_role_policy(**name, PolicyArn=policy)
    iam.delete_role_policy(**name, PolicyName="own")
    assert allowed_calls(session) == set()


def test_a_session_invokes_functions(deploy, roles, caller):
    function = deploy("def handler(event, context): return event")
    invokes = allow("lambda:InvokeFunction", on=f"arn:aws:lambda:*:*:function:{function}")
    role = roles(trust(caller.arn), allowing=[invokes])
    session = assume(caller, role)
    assert invoke_function(session.client(), function, "hello").json == "hello"
    roles.delete(role)
    assert refusal(session.client().invoke, FunctionName=function)[:2] == (403, "UnrecognizedClientException")


def test_a_policy_of_the_session_narrows_it(caller, role):
    session = assume(caller, role, Policy=document(allow(LIST, USERS)))
    assert allowed_calls(session) == {LIST}, "the role may not list users, and the session not read settings"
    assert refusal(session.client().get_account_settings)[2] == (
        f"User: {session.arn} is not authorized to perform: {SETTINGS} on resource: * "
        f"because no session policy allows the {SETTINGS} action"
    )
    assert allowed_calls(assume(caller, role)) == {LIST, SETTINGS}


def test_a_denial_of_a_policy_of_the_session_counts(caller, role):
    session = assume(caller, role, Policy=document(allow("*"), deny("lambda:List*")))
    assert allowed_calls(session) == {SETTINGS}
    assert refusal(session.client().list_functions)[2].endswith("with an explicit deny in a session policy")


def test_managed_policies_narrow_a_session(identities, caller, role):
    lists, users = identities.policy(allow(LIST)), identities.policy(allow(USERS))
    assert allowed_calls(assume(caller, role, PolicyArns=[{"arn": lists}])) == {LIST}
    assert allowed_calls(assume(caller, role, PolicyArns=[{"arn": users}])) == set()
    platform = {"arn": f"{PLATFORM}/AWSLambda_ReadOnlyAccess"}
    assert allowed_calls(assume(caller, role, PolicyArns=[platform])) == {LIST, SETTINGS}


def test_all_policies_of_a_session_together_allow_what_any_of_them_does(identities, caller, role):
    lists = {"arn": identities.policy(allow(LIST))}
    members = {"PolicyArns": [lists], "Policy": document(allow(SETTINGS))}
    assert allowed_calls(assume(caller, role, **members)) == {LIST, SETTINGS}
    members["Policy"] = document(allow(SETTINGS), deny(LIST))
    assert allowed_calls(assume(caller, role, **members)) == {SETTINGS}


def test_a_managed_policy_that_is_deleted_does_not_widen_the_sessions_that_it_narrowed(identities, caller, role):
    narrow = identities.policy(allow(LIST))
    session = assume(caller, role, PolicyArns=[{"arn": narrow}])
    assert allowed_calls(session) == {LIST}
    identities.delete_policy(narrow)
    assert allowed_calls(session) <= {LIST}


@pytest.mark.parametrize("text, message", MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_policy_makes_no_session(caller, role, text, message):
    assert refused(caller, role, Policy=text) == (400, "MalformedPolicyDocument", message)


def test_a_managed_policy_that_is_not_there_makes_no_session(caller, role):
    missing = {"arn": f"arn:aws:iam::{ACCOUNT}:policy/no-such-policy"}
    status, code, message = refused(caller, role, PolicyArns=[missing])
    assert (status, code) == (400, "ValidationError") and missing["arn"] in message


def test_a_policy_that_cannot_be_read_does_not_go_unheard(server, identities, caller, role):
    """A session that was to be narrowed must not come out wide: here is text where a structure belongs."""
    request = operation_request(server, "sts", "AssumeRole", {"RoleArn": role, "RoleSessionName": "name"})
    request.body += b"&PolicyArns.member.1=" + identities.policy(allow(LIST)).encode()
    reply = send(server, caller.signer("sts").sign(request))
    assert reply.status == 400 and b"<SessionToken>" not in reply.body


def test_how_much_room_policies_and_tags_take_is_told_in_per_cent(caller, role):
    small = answer(caller, role, Tags=tags(a="b"))["PackedPolicySize"]
    large = answer(caller, role, Policy=document_of_size(1000), Tags=tags(a="b" * 200))["PackedPolicySize"]
    assert 0 < small < large <= 100


TOO_LARGE = {
    "policy": {"Policy": document_of_size(2100)},
    "policies": {"Policy": document_of_size(2040), "PolicyArns": [{"arn": f"{PLATFORM}/AdministratorAccess"}]},
    "policy-and-tags": {"Policy": document_of_size(1800), "Tags": tags(a="x" * 256)},
    "tags": {"Tags": tags(**{f"t{number}": "x" * 250 for number in range(9)})},
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_policies_and_tags_have_so_much_room_together(caller, role, what):
    status, code, message = refused(caller, role, **TOO_LARGE[what])
    assert (status, code) == (400, "PackedPolicyTooLarge")
    percentage = int(message.partition("% of allotted space")[0].rpartition(" ")[2])
    assert percentage > 100 and message.startswith("Packed ")


CASES = [
    ("ArnEquals", "aws:PrincipalArn", "{role}", "{session}"),
    ("StringEquals", "aws:userid", "{unique_id}", "{name}"),
    ("StringEquals", "aws:PrincipalType", "AssumedRole", "User"),
    ("StringEquals", "aws:PrincipalAccount", ACCOUNT, "111111111111"),
    ("Null", "aws:username", "true", "false"),
    ("Bool", "aws:MultiFactorAuthPresent", "false", "true"),
    ("DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
    ("StringEquals", "aws:SourceIdentity", "Saanvi", "saanvi"),
    ("StringEquals", "aws:PrincipalTag/team", "red", "blue"),
    ("StringEquals", "aws:PrincipalTag/TEAM", "red", "RED"),
    ("Null", "aws:PrincipalTag/color", "true", "false"),
]


@pytest.mark.parametrize("operator, key, right, wrong", CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_condition_holds_for_the_session_it_speaks_of(roles, caller, operator, key, right, wrong):
    role = roles(trust(caller.arn))
    session = assume(caller, role, SourceIdentity="Saanvi", Tags=tags(Team="red"))
    facts = {"role": role, "session": session.arn, "unique_id": session.unique_id, "name": session.unique_id[:-5]}

    def allowed_if(value, *further):
        roles.put(role, allow(LIST, Condition=when(key, value.format(**facts), operator)), *further)
        return is_allowed(session.client().list_functions)

    assert allowed_if(right)
    assert not allowed_if(wrong)
    assert not allowed_if(right, deny("lambda:*", Condition=when(key, right.format(**facts), operator)))


# Tags of sessions


def test_a_tag_stands_for_its_value_in_the_roles_policies(identities, roles, caller):
    own, another = identities.user(), identities.user()
    statement = allow("iam:GetUser", on=f"arn:aws:iam::{ACCOUNT}:user/${{aws:PrincipalTag/owner}}")
    session = assume(caller, roles(trust(caller.arn), allowing=[statement]), Tags=tags(owner=own))
    assert is_allowed(session.client("iam").get_user, UserName=own)
    assert not is_allowed(session.client("iam").get_user, UserName=another)


def test_tags_need_the_trust_of_the_role(roles, caller):
    role = roles(trust(caller.arn, on=["sts:AssumeRole"]))
    assert may_assume(caller, role)
    assert refused(caller, role, Tags=tags(team="red")) == denial(caller, role, "sts:TagSession")


def test_tags_need_permission_where_the_role_trusts_the_account(identities, roles):
    role = roles(trust(ROOT))
    assuming, tagging = identities.caller(allow("sts:AssumeRole")), identities.caller(ASSUMES)
    assert may_assume(assuming, role) and may_assume(tagging, role, Tags=tags(team="red"))
    assert refused(assuming, role, Tags=tags(team="red")) == denial(assuming, role, "sts:TagSession")


def test_a_role_can_say_which_tags_and_values_it_takes(roles, caller):
    values = when("aws:RequestTag/team", ["red", "blue"])
    keys = when("aws:TagKeys", ["team", "cost"], "ForAllValues:StringEquals")
    tagging = trust(caller.arn, on=["sts:TagSession"], Condition={**values, **keys})
    role = roles(trust(caller.arn, on=["sts:AssumeRole"]), tagging)
    for right in (tags(team="red"), tags(team="blue", cost="1")):
        assert may_assume(caller, role, Tags=right)
    for wrong in (tags(team="green"), tags(cost="1"), tags(team="red", role="admin")):
        assert refused(caller, role, Tags=wrong) == denial(caller, role, "sts:TagSession")


@pytest.mark.parametrize("keys", [["team", "team"], ["team", "Team"]])
def test_a_key_is_there_once_without_regard_to_case(caller, role, keys):
    message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    repeated = [{"Key": key, "Value": "red"} for key in keys]
    assert refused(caller, role, Tags=repeated) == (400, "InvalidParameterValue", message)


def test_only_tags_of_the_request_are_made_transitive(caller, role):
    message = "The specified transitive tag key must be included in the requested tags."
    members = {"Tags": tags(team="red"), "TransitiveTagKeys": ["team", "cost"]}
    assert refused(caller, role, **members) == (400, "InvalidParameterValue", message)


@pytest.fixture(scope="module")
def chain(roles, caller):
    """Three roles, each of which trusts the one before; all may do everything."""
    arns = [caller.arn]
    for _ in range(3):
        everything = {"attached": [f"{PLATFORM}/AdministratorAccess"], "MaxSessionDuration": 43_200}
        arns.append(roles(trust(arns[-1]), **everything))
    return arns[1:]


@pytest.fixture
def tag_of(roles):
    """What a tag of a session is, as conditions of trust policies see it; None unless it is the value."""

    def find(session, key, value):
        role = roles(trust(ROOT, Condition=when(f"aws:PrincipalTag/{key}", value)))
        return value if may_assume(session, role) else None

    return find


def test_transitive_tags_go_on_along_a_chain_and_others_do_not(caller, chain, tag_of):
    first = assume(caller, chain[0], Tags=tags(team="red", cost="1"), TransitiveTagKeys=["team"])
    second = assume(first, chain[1])
    third = assume(second, chain[2])
    assert (tag_of(first, "team", "red"), tag_of(first, "cost", "1")) == ("red", "1")
    for session in (second, third):
        assert (tag_of(session, "team", "red"), tag_of(session, "cost", "1")) == ("red", None)


def test_a_chain_adds_tags_of_its_own(caller, chain, tag_of):
    first = assume(caller, chain[0], Tags=tags(team="red"), TransitiveTagKeys=["team"])
    second = assume(first, chain[1], Tags=tags(cost="1"), TransitiveTagKeys=["cost"])
    third = assume(second, chain[2])
    assert (tag_of(third, "team", "red"), tag_of(third, "cost", "1")) == ("red", "1")


def test_transitive_tags_are_named_without_regard_to_case(caller, chain, tag_of):
    first = assume(caller, chain[0], Tags=tags(team="red"), TransitiveTagKeys=["TEAM"])
    assert tag_of(assume(first, chain[1]), "team", "red") == "red"


@pytest.mark.parametrize("key", ["team", "Team"])
def test_an_inherited_tag_is_not_set_anew(caller, chain, key):
    first = assume(caller, chain[0], Tags=tags(team="red"), TransitiveTagKeys=["team"])
    second = assume(first, chain[1])
    message = (
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
        "calling session."
    )
    for session, role in ((first, chain[1]), (second, chain[2])):
        assert refused(session, role, Tags=tags(**{key: "blue"})) == (400, "InvalidParameterValue", message)


def test_inherited_tags_need_the_trust_of_the_next_role_too(roles, caller, chain):
    tagged = assume(caller, chain[0], Tags=tags(team="red"), TransitiveTagKeys=["team"])
    plain = assume(caller, chain[0], Tags=tags(team="red"))
    role = roles(trust(chain[0], on=["sts:AssumeRole"]))
    assert may_assume(plain, role)
    assert refused(tagged, role) == denial(tagged, role, "sts:TagSession")


# Who began


def test_a_source_identity_is_told_and_needs_the_trust_of_the_role(roles, caller):
    role = roles(trust(caller.arn, on=["sts:AssumeRole"]))
    assert refused(caller, role, SourceIdentity="Saanvi") == denial(caller, role, "sts:SetSourceIdentity")
    roles.trust(role, trust(caller.arn))
    assert answer(caller, role, SourceIdentity="Saanvi")["SourceIdentity"] == "Saanvi"


def test_a_source_identity_needs_permission_where_the_role_trusts_the_account(identities, roles):
    role, assuming, naming = roles(trust(ROOT)), identities.caller(allow("sts:AssumeRole")), identities.caller(ASSUMES)
    assert may_assume(naming, role, SourceIdentity="Saanvi")
    assert refused(assuming, role, SourceIdentity="Saanvi") == denial(assuming, role, "sts:SetSourceIdentity")


def test_a_role_can_ask_for_a_source_identity(roles, caller):
    role = roles(trust(caller.arn, Condition=when("sts:SourceIdentity", "${aws:username}")))
    assert may_assume(caller, role, SourceIdentity=caller.name)
    for members in ({}, {"SourceIdentity": "another"}):
        assert refused(caller, role, **members) == denial(caller, role)


def test_a_source_identity_stays_along_a_chain(roles, caller, chain):
    first = assume(caller, chain[0], SourceIdentity="Saanvi")
    assert answer(first, chain[1], SourceIdentity="Saanvi")["SourceIdentity"] == "Saanvi"
    assert answer(first, chain[1])["SourceIdentity"] == "Saanvi"
    third = assume(assume(first, chain[1]), chain[2])
    assert may_assume(third, roles(trust(ROOT, Condition=when("aws:SourceIdentity", "Saanvi"))))
    assert not may_assume(third, roles(trust(ROOT, Condition=when("aws:SourceIdentity", "Mateo"))))


def test_a_source_identity_is_not_changed_along_a_chain(caller, chain):
    first = assume(caller, chain[0], SourceIdentity="Saanvi")
    message = "The source identity is already set for this assume role session"
    for session, role in ((first, chain[1]), (assume(first, chain[1]), chain[2])):
        assert refused(session, role, SourceIdentity="Mateo") == (400, "ValidationError", message)


def test_an_inherited_source_identity_needs_the_trust_of_the_next_role_too(roles, caller, chain):
    named, plain = assume(caller, chain[0], SourceIdentity="Saanvi"), assume(caller, chain[0])
    role = roles(trust(chain[0], on=["sts:AssumeRole"]))
    assert may_assume(plain, role)
    assert refused(named, role) == denial(named, role, "sts:SetSourceIdentity")


# Sessions that assume roles


def test_a_session_of_a_role_that_is_named_needs_no_permission_but_is_bound_by_its_own_policy(iam, roles, caller):
    first = roles(trust(caller.arn))
    second = roles(trust(first))
    assert may_assume(assume(caller, first), second)
    narrowed = assume(caller, first, Policy=document(allow(LIST)))
    assert refused(narrowed, second) == denial(narrowed, second)
    assert may_assume(assume(caller, first, Policy=document(ASSUMES)), second)
    iam.put_role_permissions_boundary(RoleName=name_of(first), PermissionsBoundary=f"{PLATFORM}/ReadOnlyAccess")
    bounded = assume(caller, first)
    assert refused(bounded, second) == denial(bounded, second)


def test_a_session_that_is_named_itself_is_bound_by_denials_only(roles, caller):
    first = roles(trust(caller.arn))
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(first)}"
    second = roles(trust(f"{session}/name"))
    assert may_assume(assume(caller, first, Policy=document(allow(LIST))), second)
    denied = assume(caller, first, Policy=document(allow(LIST), deny("sts:AssumeRole")))
    assert refused(denied, second)[2].endswith("with an explicit deny in a session policy")
    another = assume(caller, first, RoleSessionName="another")
    assert refused(another, second) == denial(another, second)


def test_a_session_whose_account_is_named_needs_permission(roles, caller):
    first, second = roles(trust(caller.arn)), roles(trust(ROOT))
    permitted = roles(trust(caller.arn), allowing=[allow("sts:AssumeRole", on=second)])
    assert may_assume(assume(caller, permitted), second)
    session = assume(caller, first)
    assert refused(session, second) == denial(session, second)


def test_a_session_of_a_session_lasts_an_hour_at_most(caller, chain):
    first = assume(caller, chain[0], DurationSeconds=43_200)
    message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    assert refused(first, chain[1], DurationSeconds=3601) == (400, "ValidationError", message)
    assert may_assume(first, chain[1], DurationSeconds=3600)


# Operations of IAM that mean whoever calls


OF_THE_CALLER = {
    "get_user": {},
    "create_access_key": {},
    "list_access_keys": {},
    "update_access_key": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
    "delete_access_key": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
}


@pytest.mark.parametrize("call", OF_THE_CALLER)
def test_a_session_is_no_user(caller, chain, call):
    client = assume(caller, chain[0]).client("iam")
    wanted = (400, "ValidationError", "Must specify userName when calling with non-User credentials")
    assert refusal(getattr(client, call), **OF_THE_CALLER[call]) == wanted


def test_a_session_manages_users_by_name(identities, caller, chain):
    client, name = assume(caller, chain[0]).client("iam"), identities.user()
    assert client.get_user(UserName=name)["User"]["UserName"] == name
    key = client.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    assert [found["AccessKeyId"] for found in client.list_access_keys(UserName=name)["AccessKeyMetadata"]] == [key]


# Tokens


def changed(token):
    """With another character in its middle."""
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


FORGERIES = {
    "missing": lambda session, other: replace(session, token=None),
    "made-up": lambda session, other: replace(session, token="made up"),
    "changed": lambda session, other: replace(session, token=changed(session.token)),
    "truncated": lambda session, other: replace(session, token=session.token[:-8]),
    "extended": lambda session, other: replace(session, token=session.token + "AAAA"),
    "of-another-account": lambda session, other: replace(session, token=of_account(session.token, "111111111111")),
    "of-another-session": lambda session, other: replace(session, token=other.token),
    "swapped": lambda session, other: replace(other, token=session.token),
    "of-another-key": lambda session, other: replace(session, key="ASIAIOSFODNN7EXAMPLE"),
}


def of_account(token, account):
    """The same with another account before what is sealed."""
    return base64.b64encode(account.encode() + base64.b64decode(token)[12:]).decode()


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(caller, role, forgery):
    session, other = assume(caller, role), assume(caller, role)
    forged = FORGERIES[forgery](session, other)
    message = "The security token included in the request is invalid."
    for _ in range(2):
        assert refusal(forged.client("sts").get_caller_identity) == (403, "InvalidClientTokenId", message)
        assert refusal(forged.client().list_functions) == (403, "UnrecognizedClientException", message)
    assert identity_of(session)[0] == identity_of(other)[0] == session.arn


def test_a_token_does_not_go_with_a_users_key(caller, role):
    with_token = replace(assume(caller, role), key=caller.key, secret=caller.secret)
    assert refusal(with_token.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")


def test_a_token_does_not_stand_for_the_secret(caller, role):
    guessed = replace(assume(caller, role), secret="w" * 40)
    assert refusal(guessed.client("sts").get_caller_identity)[:2] == (403, "SignatureDoesNotMatch")


def test_a_token_that_is_not_signed_with_the_request_is_refused(server, caller, role):
    session = assume(caller, role)
    request = operation_request(server, "sts", "GetCallerIdentity", {})
    session.signer().sign(request, leave_out=["x-amz-security-token"])
    reply = send(server, request)
    assert (reply.status, reply.error_code) == (400, "IncompleteSignature")
    assert b"UserId" not in reply.body


def test_a_token_shows_nothing_of_the_session(caller, role):
    session = assume(caller, role, RoleSessionName="a-name-to-look-for", Tags=tags(team="a-tag-to-look-for"))
    opened = base64.b64decode(session.token)
    for text in (session.secret, "a-name-to-look-for", "a-tag-to-look-for", name_of(role)):
        assert text.encode() not in opened and text not in session.token


def test_a_session_presigns_requests(caller, role):
    session = assume(caller, role)
    url = session.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    assert "X-Amz-Security-Token=" in url
    with urllib.request.urlopen(url, timeout=10) as reply:
        assert ElementTree.fromstring(reply.read()).findtext("{*}GetCallerIdentityResult/{*}Arn") == session.arn


def test_the_redoubt_command_takes_the_credentials_of_a_session(redoubt, caller, role):
    session = assume(caller, role)
    assert redoubt("list", **session.variables).returncode == 0
    without_token = {name: value for name, value in session.variables.items() if name != "AWS_SESSION_TOKEN"}
    done = redoubt("list", **without_token)
    assert done.returncode != 0 and "UnrecognizedClientException" in done.stderr


def test_a_token_of_one_server_is_nothing_to_another(fresh_server, caller, role):
    elsewhere = replace(assume(caller, role), server=fresh_server)
    assert refusal(elsewhere.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")


# What ends a session


def test_a_session_ends_with_its_role(roles, caller):
    role = roles(trust(caller.arn), allowing=[allow(LIST)])
    session = assume(caller, role)
    assert is_allowed(session.client().list_functions)
    roles.delete(role)
    assert refusal(session.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")
    assert refusal(session.client().list_functions)[:2] == (403, "UnrecognizedClientException")


def test_a_role_made_anew_does_not_bring_sessions_of_the_one_before_back(roles, caller):
    role = roles(trust(caller.arn), allowing=[allow(LIST)])
    session = assume(caller, role)
    roles.make_anew(role, trust(caller.arn), allowing=[allow(LIST)])
    assert is_allowed(assume(caller, role).client().list_functions)
    assert refusal(session.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")
    assert refusal(session.client().list_functions)[:2] == (403, "UnrecognizedClientException")


def test_sessions_older_than_a_moment_are_revoked(roles, caller):
    """As AWS's console does it, by a policy with the name AWSRevokeOlderSessions."""
    role = roles(trust(caller.arn), allowing=[allow(LIST)])
    old = assume(caller, role)
    moment = now().replace(microsecond=0) + datetime.timedelta(seconds=1)
    condition = when("aws:TokenIssueTime", f"{moment:%Y-%m-%dT%H:%M:%SZ}", "DateLessThan")
    roles.put(role, deny("*", Condition=condition), policy="AWSRevokeOlderSessions")
    assert refusal(old.client().list_functions)[2].endswith("with an explicit deny in an identity-based policy")
    wait_until(lambda: now() >= moment, 2, what="the moment")
    assert is_allowed(assume(caller, role).client().list_functions)
    assert not is_allowed(old.client().list_functions)


def test_a_session_outlives_the_user_who_asked_for_it(identities, roles):
    user = identities.caller()
    session = assume(user, roles(trust(user.arn), allowing=[allow(LIST)]))
    identities.delete_user(user.name)
    assert is_allowed(session.client().list_functions)


def test_sessions_survive_the_death_of_the_server(fresh_server):
    identities = Identities(fresh_server)
    user, roles = identities.caller(), Roles(identities)
    role = roles(trust(user.arn), allowing=[allow(LIST, SETTINGS, Condition=when("aws:PrincipalTag/team", "red"))])
    gone = roles(trust(user.arn), allowing=[allow(LIST)])
    narrowed = assume(user, role, Policy=document(allow(LIST)), Tags=tags(team="red"))
    untagged, ended = assume(user, role), assume(user, gone)
    roles.delete(gone)
    for _ in range(2):
        assert (allowed_calls(narrowed), allowed_calls(untagged)) == ({LIST}, set())
        assert identity_of(narrowed)[:2] == (narrowed.arn, narrowed.unique_id)
        assert refusal(ended.client("sts").get_caller_identity)[:2] == (403, "InvalidClientTokenId")
        fresh_server.restart()
