"""Reports of what users, groups, roles and policies may do and when it was last asked for, by boto3."""

import base64
import datetime
import json

import pytest
from harness.clients import ACCOUNT, boto3_client
from harness.identities import ADMINISTRATOR, PLATFORM, allow, deny, refusal

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def generate(iam, arn, level="ACTION_LEVEL"):
    return iam.generate_service_last_accessed_details(Arn=arn, Granularity=level)["JobId"]


def services(iam, arn, level="ACTION_LEVEL", **members):
    """The services of a new report, by namespace."""
    answer = iam.get_service_last_accessed_details(JobId=generate(iam, arn, level), **members)
    assert (answer["JobStatus"], answer["JobType"], answer["IsTruncated"]) == ("COMPLETED", level, False)
    found = {service["ServiceNamespace"]: service for service in answer["ServicesLastAccessed"]}
    assert list(found) == sorted(found)
    return found


def actions(service):
    return {action["ActionName"]: action for action in service["TrackedActionsLastAccessed"]}


def is_now(date):
    return abs(datetime.datetime.now(datetime.timezone.utc) - date) < datetime.timedelta(minutes=1)


def test_a_report_of_a_user_tells_what_was_used_of_what_is_allowed(iam, identities):
    caller = identities.caller(allow("lambda:ListFunctions", "lambda:GetFunction", "logs:*"))
    caller.client().list_functions()
    assert refusal(caller.client("iam").list_users)[1] == "AccessDenied"
    found = services(iam, caller.arn)
    assert list(found) == ["lambda", "logs"], "what was asked for and is not allowed is no part of the report"

    used, unused = found["lambda"], found["logs"]
    assert (used["ServiceName"], used["TotalAuthenticatedEntities"]) == ("AWS Lambda", 1)
    assert (used["LastAuthenticatedEntity"], used["LastAuthenticatedRegion"]) == (caller.arn, "us-east-1")
    assert is_now(used["LastAuthenticated"])
    assert (unused["ServiceName"], unused["TotalAuthenticatedEntities"]) == ("Amazon CloudWatch Logs", 0)
    assert not {"LastAuthenticated", "LastAuthenticatedEntity", "LastAuthenticatedRegion"} & set(unused)

    assert list(actions(used)) == ["GetFunction", "ListFunctions"]
    assert actions(used)["GetFunction"] == {"ActionName": "GetFunction"}
    last = actions(used)["ListFunctions"]
    assert (last["LastAccessedEntity"], last["LastAccessedRegion"]) == (caller.arn, "us-east-1")
    assert is_now(last["LastAccessedTime"])
    assert "PutRetentionPolicy" in actions(unused)


def test_an_attempt_counts_that_was_denied(iam, identities):
    caller = identities.caller(allow("lambda:ListFunctions"), deny("lambda:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert refusal(caller.client().list_functions)[1] == "AccessDeniedException"
    assert is_now(actions(services(iam, caller.arn)["lambda"])["ListFunctions"]["LastAccessedTime"])


def test_services_alone_are_told_where_no_actions_are_asked_for(iam, identities):
    caller = identities.caller(allow("lambda:*"))
    answer = iam.get_service_last_accessed_details(
        JobId=iam.generate_service_last_accessed_details(Arn=caller.arn)["JobId"]
    )
    assert answer["JobType"] == "SERVICE_LEVEL"
    assert "TrackedActionsLastAccessed" not in answer["ServicesLastAccessed"][0]
    assert is_now(answer["JobCreationDate"]) and answer["JobCreationDate"] == answer["JobCompletionDate"]


def test_a_role_is_used_by_its_sessions(server, iam, identities):
    name = identities.role(allow("lambda:*"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    assert "LastUsedDate" not in iam.get_role(RoleName=name)["Role"]["RoleLastUsed"]
    made = boto3_client(server, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    session = boto3_client(
        server, "lambda", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )  # fmt: skip
    session.list_functions()
    assert services(iam, arn)["lambda"]["LastAuthenticatedEntity"] == arn
    last = iam.get_role(RoleName=name)["Role"]["RoleLastUsed"]
    assert is_now(last["LastUsedDate"]) and last["Region"] == "us-east-1"
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert [role["RoleLastUsed"] for role in details if role["RoleName"] == name] == [last]


def test_groups_and_policies_tell_who_used_them_last(iam, identities):
    policy = identities.policy(allow("lambda:*"))
    group = identities.group(attached=[policy])
    first, second, outsider = identities.caller(), identities.caller(), identities.caller(allow("lambda:*"))
    for member in (first, second):
        iam.add_user_to_group(GroupName=group, UserName=member.name)
    outsider.client().list_functions()
    second.client().list_functions()
    for arn in (f"arn:aws:iam::{ACCOUNT}:group/{group}", policy):
        found = services(iam, arn)["lambda"]
        assert (found["LastAuthenticatedEntity"], found["TotalAuthenticatedEntities"]) == (second.arn, 1)
        job = generate(iam, arn)
        answer = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="lambda")
        latest, never = answer["EntityDetailsList"]
        assert latest["EntityInfo"] == {
            "Arn": second.arn, "Name": second.name, "Type": "USER", "Id": second.unique_id, "Path": "/",
        }  # fmt: skip
        assert is_now(latest["LastAuthenticated"])
        assert never["EntityInfo"]["Name"] == first.name and "LastAuthenticated" not in never
        none = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="sts")
        assert none["EntityDetailsList"] == []


def test_lists_come_in_pages(iam, identities):
    policy = identities.policy(allow("*"))
    names = {identities.caller(attached=[policy]).name for _ in range(5)}
    job = generate(iam, policy, "SERVICE_LEVEL")
    (page, members, seen) = ({"IsTruncated": True}, {}, [])
    while page["IsTruncated"]:
        page = iam.get_service_last_accessed_details(JobId=job, MaxItems=2, **members)
        assert len(page["ServicesLastAccessed"]) <= 2
        seen += [service["ServiceNamespace"] for service in page["ServicesLastAccessed"]]
        members = {"Marker": page.get("Marker")}
    assert seen == ["iam", "lambda", "logs", "redoubt", "sts"]
    (page, members, seen) = ({"IsTruncated": True}, {}, [])
    while page["IsTruncated"]:
        page = iam.get_service_last_accessed_details_with_entities(
            JobId=job, ServiceNamespace="lambda", MaxItems=2, **members
        )
        seen += [entity["EntityInfo"]["Name"] for entity in page["EntityDetailsList"]]
        members = {"Marker": page.get("Marker")}
    assert len(seen) == 5 and set(seen) == names


def test_a_report_is_for_whom_it_was_made(server, iam, identities):
    rights = allow("iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails*")
    maker, other = identities.caller(rights), identities.caller(rights)
    job = generate(maker.client("iam"), ADMINISTRATOR)
    assert maker.client("iam").get_service_last_accessed_details(JobId=job)["JobStatus"] == "COMPLETED"
    for client in (other.client("iam"), iam):
        missing = (404, "NoSuchEntity", f"The report with job id {job} cannot be found.")
        assert refusal(client.get_service_last_accessed_details, JobId=job) == missing
        wanted = {"JobId": job, "ServiceNamespace": "iam"}
        assert refusal(client.get_service_last_accessed_details_with_entities, **wanted) == missing


def test_a_report_survives_a_restart(fresh_server):
    iam = boto3_client(fresh_server, "iam")
    job = generate(iam, ADMINISTRATOR)
    before = iam.get_service_last_accessed_details(JobId=job)
    fresh_server.kill()
    fresh_server.start()
    after = iam.get_service_last_accessed_details(JobId=job)
    assert after["ServicesLastAccessed"] == before["ServicesLastAccessed"]


@pytest.mark.parametrize(
    "arn, status, code",
    [
        (f"arn:aws:iam::{ACCOUNT}:user/no-such-user", 404, "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:role/no-such-role", 404, "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:group/no-such-group", 404, "NoSuchEntity"),
        (f"{PLATFORM}/NoSuchPolicy", 404, "NoSuchEntity"),
        (f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", 400, "InvalidInput"),
        ("a" * 20, 400, "ValidationError"),
    ],
)
def test_what_is_no_identity_has_no_report(iam, arn, status, code):
    assert refusal(iam.generate_service_last_accessed_details, Arn=arn)[:2] == (status, code)
    wanted = {"Arn": arn, "ServiceNamespaces": ["lambda"]}
    if arn.startswith(PLATFORM):
        status, code = 400, "InvalidInput"  # policies have no policies
    assert refusal(iam.list_policies_granting_service_access, **wanted)[:2] == (status, code)


@pytest.mark.parametrize(
    "members, member",
    [
        ({"JobId": "x"}, "jobId"),
        ({}, "jobId"),
        ({"JobId": UNKNOWN, "MaxItems": 0}, "maxItems"),
        ({"JobId": UNKNOWN, "MaxItems": 1001}, "maxItems"),
    ],
)
def test_members_out_of_their_constraints_are_named(server, members, member):
    client = boto3_client(server, "iam", validates=False)
    status, code, message = refusal(client.get_service_last_accessed_details, **members)
    assert (status, code) == (400, "ValidationError") and member in message


def test_a_granularity_that_does_not_exist_is_refused(server):
    client = boto3_client(server, "iam", validates=False)
    asked = {"Arn": ADMINISTRATOR, "Granularity": "ACTION"}
    assert refusal(client.generate_service_last_accessed_details, **asked)[:2] == (400, "ValidationError")


def test_the_policies_that_let_use_a_service_are_told(iam, identities):
    managed, other = identities.policy(allow("lambda:Get*", "s3:*")), identities.policy(allow("logs:*"))
    group = identities.group(allow("lambda:*"))
    caller = identities.caller(allow("lambda:ListFunctions"), attached=[managed, other])
    iam.add_user_to_group(GroupName=group, UserName=caller.name)
    answer = iam.list_policies_granting_service_access(
        Arn=caller.arn, ServiceNamespaces=["lambda", "logs", "s3", "iam"]
    )
    assert answer["IsTruncated"] is False
    name = managed.rpartition("/")[2]
    attached = {"PolicyName": name, "PolicyType": "MANAGED", "PolicyArn": managed}
    own = {"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": caller.name}
    found = {entry["ServiceNamespace"]: entry["Policies"] for entry in answer["PoliciesGrantingServiceAccess"]}
    assert found["lambda"] == [own, attached, {**own, "EntityType": "GROUP", "EntityName": group}]
    assert found["logs"] == [
        {"PolicyName": other.rpartition("/")[2], "PolicyType": "MANAGED", "PolicyArn": other}
    ]
    assert (found["s3"], found["iam"]) == ([attached], [])


def test_services_that_grants_are_asked_for_come_in_pages(iam):
    wanted = [f"service-{number}" for number in range(150)]
    first = iam.list_policies_granting_service_access(Arn=ADMINISTRATOR, ServiceNamespaces=wanted)
    assert first["IsTruncated"] and len(first["PoliciesGrantingServiceAccess"]) == 100
    second = iam.list_policies_granting_service_access(
        Arn=ADMINISTRATOR, ServiceNamespaces=wanted, Marker=first["Marker"]
    )
    assert not second["IsTruncated"] and "Marker" not in second
    found = [entry["ServiceNamespace"] for page in (first, second) for entry in page["PoliciesGrantingServiceAccess"]]
    assert found == wanted


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, -1, -(2**63)])
def test_a_marker_of_ones_own_making_does_no_harm(server, iam, number):
    marker = base64.b64encode(str(number).encode()).decode()
    wanted = {"Arn": ADMINISTRATOR, "ServiceNamespaces": ["lambda"]}
    assert iam.list_policies_granting_service_access(**wanted, Marker=marker)["IsTruncated"] is False
    job = {"JobId": generate(iam, ADMINISTRATOR), "ServiceNamespace": "lambda"}
    assert iam.get_service_last_accessed_details_with_entities(**job, Marker=marker)["IsTruncated"] is False


def test_a_wildcard_lets_use_every_service(iam, identities):
    caller = identities.caller(allow("*"))
    rest = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]})
    other = identities.user()
    iam.put_user_policy(UserName=other, PolicyName="own", PolicyDocument=rest)

    def granting(arn, service):
        answer = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=[service])
        return len(answer["PoliciesGrantingServiceAccess"][0]["Policies"])

    assert (granting(caller.arn, "s3"), granting(caller.arn, "LAMBDA")) == (1, 1)
    arn = f"arn:aws:iam::{ACCOUNT}:user/{other}"
    assert (granting(arn, "s3"), granting(arn, "ec2"), granting(arn, "lambda")) == (0, 1, 1)


def test_an_identity_is_judged_by_its_whole_arn(iam, identities):
    caller = identities.caller(allow("iam:GenerateServiceLastAccessedDetails", on=f"arn:aws:iam::{ACCOUNT}:user/a/*"))
    inside, outside = identities.user(Path="/a/"), identities.user()
    client = caller.client("iam")
    assert generate(client, f"arn:aws:iam::{ACCOUNT}:user/a/{inside}")
    for name in (outside, inside):
        denied = refusal(client.generate_service_last_accessed_details, Arn=f"arn:aws:iam::{ACCOUNT}:user/{name}")
        if name == outside:
            assert denied[:2] == (403, "AccessDenied")
        else:
            assert denied[:2] == (404, "NoSuchEntity"), "an ARN without the path names nobody"


def test_policies_of_the_administrator_are_told(iam):
    answer = iam.list_policies_granting_service_access(Arn=ADMINISTRATOR, ServiceNamespaces=["sts"])
    (entry,) = answer["PoliciesGrantingServiceAccess"]
    assert [policy["PolicyName"] for policy in entry["Policies"]] == ["AdministratorAccess"]
