"""The report of all users and their keys, and what a key was last used for."""

import csv
import datetime
import io
import sqlite3
from contextlib import closing

import pytest
from harness.clients import boto3_client
from harness.identities import Identities, allow, refusal
from harness.waiting import wait_until

COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active "
    "access_key_1_active access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region "
    "access_key_1_last_used_service access_key_2_active access_key_2_last_rotated access_key_2_last_used_date "
    "access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated cert_2_active "
    "cert_2_last_rotated"
).split()


def report(iam):
    """The users of a new report, by name."""
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    answer = iam.get_credential_report()
    assert answer["ReportFormat"] == "text/csv"
    age = datetime.datetime.now(datetime.timezone.utc) - answer["GeneratedTime"]
    assert abs(age) < datetime.timedelta(minutes=1)
    reader = csv.DictReader(io.StringIO(answer["Content"].decode()))
    assert reader.fieldnames == COLUMNS
    return {row["user"]: row for row in reader}


def is_now(text):
    age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(text)
    return abs(age) < datetime.timedelta(minutes=1)


def last_use(iam, key):
    answer = iam.get_access_key_last_used(AccessKeyId=key)
    return answer["UserName"], answer["AccessKeyLastUsed"]


def test_a_report_has_each_user_with_the_keys(iam, identities):
    caller, without = identities.caller(allow("lambda:ListFunctions")), identities.user("comma,=+.@-", Path="/a/")
    second = identities.key(caller.name)["AccessKeyId"]
    iam.update_access_key(UserName=caller.name, AccessKeyId=second, Status="Inactive")
    caller.client().list_functions()
    users = report(iam)

    row = users[caller.name]
    assert row["arn"] == caller.arn
    assert is_now(row["user_creation_time"])
    # Keys of the same second come in the order of their ids.
    used, unused = sorted("12", key=lambda number: row[f"access_key_{number}_active"], reverse=True)
    assert (row[f"access_key_{used}_active"], row[f"access_key_{unused}_active"]) == ("true", "false")
    assert is_now(row["access_key_1_last_rotated"]) and is_now(row["access_key_2_last_rotated"])
    assert is_now(row[f"access_key_{used}_last_used_date"])
    last = (row[f"access_key_{used}_last_used_region"], row[f"access_key_{used}_last_used_service"])
    assert last == ("us-east-1", "lambda")
    assert {row[f"access_key_{unused}_last_used_{what}"] for what in ("date", "region", "service")} == {"N/A"}

    keyless = users[without]
    assert keyless["access_key_1_active"] == keyless["password_enabled"] == keyless["mfa_active"] == "false"
    assert keyless["access_key_1_last_rotated"] == keyless["password_last_used"] == "N/A"
    assert users["administrator"]["access_key_1_last_used_service"] == "iam"


def test_a_report_is_one_of_the_time_when_it_was_made(iam, identities):
    report(iam)
    name = identities.user()
    assert name not in iam.get_credential_report()["Content"].decode()
    assert name in report(iam)


def test_there_is_no_report_until_one_is_made_and_none_after_four_hours(fresh_server):
    iam = boto3_client(fresh_server, "iam")
    assert refusal(iam.get_credential_report)[:2] == (410, "ReportNotPresent")
    report(iam)
    fresh_server.stop()
    age_reports(fresh_server, hours=3.9)
    fresh_server.start()
    assert iam.get_credential_report()["Content"]
    fresh_server.stop()
    age_reports(fresh_server, hours=0.2)
    fresh_server.start()
    assert refusal(iam.get_credential_report)[:2] == (410, "ReportExpired")
    report(iam)


def age_reports(server, hours):
    with closing(sqlite3.connect(server.data / "redoubt.sqlite")) as connection:
        connection.execute("UPDATE identity_reports SET created_at = created_at - ?", [int(hours * 3_600_000)])
        connection.commit()


def test_a_key_that_was_never_used_has_no_date(iam, identities):
    name = identities.user()
    key = identities.key(name)["AccessKeyId"]
    assert last_use(iam, key) == (name, {"ServiceName": "N/A", "Region": "N/A"})


def test_the_last_request_of_a_key_is_told_whether_it_was_allowed_or_not(iam, identities):
    caller = identities.caller(allow("lambda:ListFunctions"))
    caller.client().list_functions()
    name, first = last_use(iam, caller.key)
    assert (name, first["ServiceName"], first["Region"]) == (caller.name, "lambda", "us-east-1")
    assert is_now(first["LastUsedDate"].isoformat())
    assert refusal(caller.client("iam").list_users)[1] == "AccessDenied"
    assert last_use(iam, caller.key)[1]["ServiceName"] == "iam"


def test_a_wrong_signature_is_no_use_of_a_key(server, iam, identities):
    name = identities.user()
    key = identities.key(name)["AccessKeyId"]
    forger = boto3_client(server, "lambda", aws_access_key_id=key, aws_secret_access_key="x" * 40)
    assert refusal(forger.list_functions)[1] == "InvalidSignatureException"
    assert "LastUsedDate" not in last_use(iam, key)[1]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_last_use_survives_a_restart(fresh_server, how):
    """A server that is killed has written all but the last seconds."""
    made = Identities(fresh_server)
    caller = made.caller(allow("lambda:ListFunctions"))
    caller.client().list_functions()
    before = last_use(made.client, caller.key)
    if how == "kill":
        wait_until_written(fresh_server, caller.key)
    getattr(fresh_server, how)()
    fresh_server.start()
    assert last_use(made.client, caller.key) == before


def wait_until_written(server, key):
    def is_written():
        with closing(sqlite3.connect(server.data / "redoubt.sqlite")) as connection:
            return connection.execute("SELECT 1 FROM access_key_uses WHERE key_id = ?", [key]).fetchone()

    wait_until(is_written, timeout=30, what="the written use of the key")


def test_users_may_ask_of_their_own_keys_only(iam, identities):
    own = allow("iam:GetAccessKeyLastUsed", on="arn:aws:iam::*:user/deep/${aws:username}")
    caller, other = identities.caller(own, Path="/deep/"), identities.caller()
    client = caller.client("iam")
    assert client.get_access_key_last_used(AccessKeyId=caller.key)["UserName"] == caller.name
    foreign = refusal(client.get_access_key_last_used, AccessKeyId=other.key)
    unknown = refusal(client.get_access_key_last_used, AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert foreign[:2] == (403, "AccessDenied")
    # No word tells whose key it is, nor whether there is one.
    assert foreign[2].replace(other.key, "KEY") == unknown[2].replace("AKIAIOSFODNN7EXAMPLE", "KEY")
    assert other.name not in foreign[2]


def test_a_key_that_is_not_there_is_not_found(iam, identities):
    name = identities.user()
    deleted = identities.key(name)["AccessKeyId"]
    iam.delete_access_key(UserName=name, AccessKeyId=deleted)
    for key in ("AKIAIOSFODNN7EXAMPLE", deleted):
        missing = (404, "NoSuchEntity", f"The Access Key with id {key} cannot be found.")
        assert refusal(iam.get_access_key_last_used, AccessKeyId=key) == missing
