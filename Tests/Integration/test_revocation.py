"""What is taken away from a caller is refused to the next request, on a connection that is open already too."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from harness.api_requests import operation_request
from harness.identities import PLATFORM, allow, deny, document, is_allowed
from harness.sigv4 import exchange
from harness.waiting import wait_until

ACTIONS = ("lambda:ListFunctions", "lambda:InvokeFunction", "iam:ListUsers")
"""One of an ordinary operation, one of an operation that is decided on the event loop, one of the query protocol."""


@pytest.fixture(scope="module")
def function(deploy):
    return deploy("def handler(event, context): pass")


@pytest.fixture
def attached(identities):
    """A policy that allows the actions."""
    return identities.policy(allow(*ACTIONS))


@pytest.fixture
def caller(identities, attached):
    return identities.caller(attached=[attached])


class Session:
    """A caller's open connections, one for each of the actions."""

    def __init__(self, caller, function):
        self.caller = caller
        self.calls = [
            ("lambda", "ListFunctions", {}),
            ("lambda", "Invoke", {"FunctionName": function, "InvocationType": "DryRun", "Payload": b"{}"}),
            ("iam", "ListUsers", {}),
        ]
        self.connections = [http.client.HTTPConnection("127.0.0.1", caller.server.port, timeout=20) for _ in self.calls]
        for connection in self.connections:
            connection.connect()

    def close(self):
        for connection in self.connections:
            connection.close()

    def status(self, index):
        """Of the next request on the connection, which must be open still."""
        service, operation, members = self.calls[index]
        request = operation_request(self.caller.server, service, operation, members)
        connection = self.connections[index]
        assert connection.sock is not None
        reply = exchange(connection, self.caller.signer(service).sign(request))
        if connection.sock is None:
            assert reply.status == 403, "only who cannot authenticate has the connection closed"
            connection.connect()
        return reply.status

    def statuses(self):
        return [self.status(index) for index in range(len(self.calls))]


# Ways of taking away what a caller may do.


def detach(iam, caller, attached):
    iam.detach_user_policy(UserName=caller.name, PolicyArn=attached)


def change_the_version(iam, caller, attached):
    iam.create_policy_version(PolicyArn=attached, PolicyDocument=document(allow("s3:*")), SetAsDefault=True)


def put_a_denial(iam, caller, attached):
    iam.put_user_policy(UserName=caller.name, PolicyName="no", PolicyDocument=document(deny(*ACTIONS)))


def set_a_boundary(iam, caller, attached):
    boundary = f"{PLATFORM}/service-role/AWSLambdaBasicExecutionRole"
    iam.put_user_permissions_boundary(UserName=caller.name, PermissionsBoundary=boundary)


def deactivate_the_key(iam, caller, attached):
    iam.update_access_key(UserName=caller.name, AccessKeyId=caller.key, Status="Inactive")


def delete_the_key(iam, caller, attached):
    iam.delete_access_key(UserName=caller.name, AccessKeyId=caller.key)


def delete_the_user(iam, caller, attached):
    detach(iam, caller, attached)
    delete_the_key(iam, caller, attached)
    iam.delete_user(UserName=caller.name)


@pytest.mark.parametrize(
    "revoke",
    [
        detach, change_the_version, put_a_denial, set_a_boundary, deactivate_the_key, delete_the_key, delete_the_user,
    ],
    ids=lambda revoke: revoke.__name__,
)  # fmt: skip
def test_what_is_taken_away_is_refused_to_the_next_request(iam, function, caller, attached, revoke):
    with closing(Session(caller, function)) as session:
        assert session.statuses() == [200, 204, 200]
        revoke(iam, caller, attached)
        assert session.statuses() == [403, 403, 403]


def test_what_is_given_is_allowed_to_the_next_request(iam, identities, function, attached):
    caller = identities.caller()
    with closing(Session(caller, function)) as session:
        assert session.statuses() == [403, 403, 403]
        iam.attach_user_policy(UserName=caller.name, PolicyArn=attached)
        assert session.statuses() == [200, 204, 200]
        deactivate_the_key(iam, caller, attached)
        assert session.statuses() == [403, 403, 403]
        iam.update_access_key(UserName=caller.name, AccessKeyId=caller.key, Status="Active")
        assert session.statuses() == [200, 204, 200]


def test_a_deleted_policy_that_was_put_into_a_user_counts_no_more(iam, identities, function):
    caller = identities.caller(allow(*ACTIONS))
    with closing(Session(caller, function)) as session:
        assert session.statuses() == [200, 204, 200]
        iam.put_user_policy(UserName=caller.name, PolicyName="own", PolicyDocument=document(allow("iam:ListUsers")))
        assert session.statuses() == [403, 403, 200]
        iam.delete_user_policy(UserName=caller.name, PolicyName="own")
        assert session.statuses() == [403, 403, 403]


def test_no_request_that_begins_after_a_revocation_succeeds_under_load(iam, function, caller, attached):
    seen, ended = [], Event()

    def call_on(index):
        with closing(Session(caller, function)) as session:
            while not ended.is_set():
                begun = time.monotonic()
                seen.append((begun, session.status(index % len(ACTIONS))))

    with ThreadPoolExecutor(6) as pool:
        threads = [pool.submit(call_on, index) for index in range(6)]
        try:
            wait_until(lambda: len(seen) > 60, what="requests")
            detach(iam, caller, attached)
            revoked, count = time.monotonic(), len(seen)
            wait_until(lambda: len(seen) > count + 60, what="further requests")
        finally:
            ended.set()
        assert [thread.result() for thread in threads] == [None] * 6
    before = {status for begun, status in seen if begun < revoked}
    after = {status for begun, status in seen if begun > revoked}
    assert {200, 204} <= before <= {200, 204, 403}
    assert after == {403}


def test_changes_at_the_same_time_are_all_kept(iam, identities):
    """Each replaces all that decisions rest on."""
    callers = [identities.caller() for _ in range(4)]

    def change(caller):
        for turn in range(10):
            statement = allow("lambda:ListFunctions") if turn % 2 else deny("*")
            iam.put_user_policy(UserName=caller.name, PolicyName="own", PolicyDocument=document(statement))
        return is_allowed(caller.client().list_functions)

    with ThreadPoolExecutor(len(callers)) as pool:
        assert list(pool.map(change, callers)) == [True] * len(callers)
