"""After a crash everything that was deployed is still there, and nothing of the dead server is."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from harness import host
from harness.clients import ROLE, boto3_client
from harness.functions import invoke_function
from harness.packages import make_zip
from harness.waiting import wait_until

CONSTANT = "def handler(event, context): return {!r}"
TELLS_OF_ITSELF = "import os\ndef handler(event, context): return os.path.exists(__spec__.cached)"
SLEEPER = "import time\ndef handler(event, context): time.sleep(event); return 'slept'"


def create(client, name, files):
    client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=30,
        Code={"ZipFile": make_zip(files)},
    )  # fmt: skip


def create_if_it_answers(client, name, files):
    try:
        create(client, name, files)
        return True
    except client.exceptions.ResourceConflictException:
        return True
    except (BotoCoreError, ClientError):
        return False


def invoke_anew(client, name):
    """What a new environment of the function answers; None where it cannot be had now."""
    try:
        client.update_function_configuration(FunctionName=name, Description=str(time.monotonic_ns()))
        return invoke_function(client, name, None).json
    except (BotoCoreError, ClientError):
        return None


def swallow(call, *arguments, **members):
    """For calls that are expected to be cut off."""
    try:
        call(*arguments, **members)
    except (BotoCoreError, ClientError):
        pass


def in_thread(call, *arguments, **members):
    thread = threading.Thread(target=swallow, args=(call, *arguments), kwargs=members)
    thread.start()
    return thread


@pytest.fixture
def client(fresh_server):
    return boto3_client(fresh_server)


def test_fifty_functions_survive_a_kill_during_the_fifty_first(fresh_server, client):
    names = [f"f{number}" for number in range(50)]
    for name in names:
        create(client, name, {"app.py": CONSTANT.format(name)})
    noise = os.urandom(3 << 20)
    for attempt, delay in enumerate((0.0, 0.02, 0.06)):
        thread = in_thread(create, client, f"last{attempt}", {"app.py": CONSTANT.format("last"), "noise": noise})
        time.sleep(delay)
        fresh_server.restart()
        thread.join()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda name: invoke_function(client, name).json, names)) == names
    for attempt in range(3):
        try:
            assert invoke_function(client, f"last{attempt}").json == "last", "half of a deployment is there"
        except client.exceptions.ResourceNotFoundException:
            pass


def test_what_was_acknowledged_just_before_the_kill_is_there(fresh_server, client):
    for round_number in range(5):
        name = f"acknowledged{round_number}"
        create(client, name, {"app.py": CONSTANT.format(name)})
        fresh_server.restart()
        assert invoke_function(client, name).json == name


def test_a_reservation_that_was_acknowledged_holds(fresh_server, client):
    create(client, "reserved", {"app.py": CONSTANT.format(1)})
    client.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=0)
    fresh_server.restart()
    assert client.get_function_concurrency(FunctionName="reserved")["ReservedConcurrentExecutions"] == 0
    with pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName="reserved")


def test_a_deletion_that_was_acknowledged_stays_a_deletion(fresh_server, client):
    create(client, "gone", {"app.py": CONSTANT.format(1)})
    client.delete_function(FunctionName="gone")
    fresh_server.restart()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName="gone")


def test_versions_and_configuration_survive(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format("one")})
    client.publish_version(FunctionName="f")
    client.update_function_code(FunctionName="f", ZipFile=make_zip({"app.py": CONSTANT.format("two")}))
    client.update_function_configuration(FunctionName="f", Environment={"Variables": {"KEY": "b"}}, MemorySize=192)
    before = client.get_function_configuration(FunctionName="f")
    fresh_server.restart()
    after = client.get_function_configuration(FunctionName="f")
    before.pop("ResponseMetadata"), after.pop("ResponseMetadata")
    assert after == before
    assert invoke_function(client, "f", Qualifier="1").json == "one"
    assert invoke_function(client, "f").json == "two"


def test_nothing_of_a_killed_server_runs_on(fresh_server, client):
    create(client, "sleeper", {"app.py": SLEEPER})
    assert invoke_function(client, "sleeper", 0).json == "slept"
    thread = in_thread(invoke_function, client, "sleeper", 25)
    wait_until(lambda: sandboxed(fresh_server), 5, what="a process in a sandbox")
    family = fresh_server.tree()
    assert len(family) >= 4, "supervisor, spawner, server and a sandbox"
    fresh_server.kill()
    thread.join()
    wait_until(lambda: not [pid for pid in family if host.is_alive(pid)], 5, what="the end of the whole family")
    assert fresh_server.host_state().processes == {}


def test_no_control_group_or_mount_of_a_killed_server_remains_after_the_restart(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format(1)})
    invoke_function(client, "f")
    before = fresh_server.host_state()
    assert before.control_groups, "a running sandbox has control groups"
    members = {group: set(tasks(group)) for group in before.control_groups}
    assert any(members.values())
    first = fresh_server.instance
    fresh_server.restart()
    # The next server has groups of the same names, with sandboxes that it keeps ready.
    left = set(members) & set(fresh_server.host_state().control_groups)
    assert not [group for group in left if members[group] & set(tasks(group))], "processes of the dead server"
    assert fresh_server.stop() == 0
    state = host.host_state(fresh_server.data, first)
    assert not state, state


def test_a_stopped_server_leaves_nothing_on_the_host(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format(1)})
    invoke_function(client, "f")
    assert fresh_server.stop() == 0
    assert not (state := fresh_server.host_state()), state


def test_the_service_resumes_after_its_server_process_is_killed(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format("back")})
    assert invoke_function(client, "f").json == "back"
    sandboxes = sandboxed(fresh_server)
    dead = fresh_server.kill_child("server")
    wait_until(lambda: not host.is_alive(dead), 2, what="the end of the server process")
    fresh_server.wait_healthy()
    assert fresh_server.process.poll() is None, "the supervisor stays"
    assert invoke_function(client, "f").json == "back"
    assert not [pid for pid in sandboxes if host.is_alive(pid)], "sandboxes of the dead server run on"


def test_the_service_resumes_after_its_spawner_is_killed(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format("back")})
    create(client, "cold", {"app.py": CONSTANT.format("cold")})
    assert invoke_function(client, "f").json == "back"
    dead = fresh_server.kill_child("spawner")
    wait_until(lambda: not host.is_alive(dead), 2, what="the end of the spawner")
    for name, expected in (("cold", "cold"), ("f", "back")):
        wait_until(partial(answers, client, name, expected), 10, 0.1, what=f"an answer of {name}")


@pytest.mark.parametrize("role", ["spawner", "server"])
def test_code_is_compiled_again_for_the_next(fresh_server, client, role):
    """Also where the package comes to the next spawner by a deployment and no start has missed it."""
    create(client, "compiled", {"app.py": TELLS_OF_ITSELF})
    wait_until(lambda: invoke_anew(client, "compiled"), what="compiled code")
    fresh_server.kill_child(role)
    wait_until(lambda: create_if_it_answers(client, "again", {"app.py": TELLS_OF_ITSELF}), what="the next one")
    wait_until(lambda: invoke_anew(client, "again") and invoke_anew(client, "compiled"), what="code that is compiled anew")


def test_the_service_resumes_again_and_again(fresh_server, client):
    create(client, "f", {"app.py": CONSTANT.format("back")})
    for role in ("server", "spawner", "server"):
        fresh_server.kill_child(role)
        wait_until(lambda: answers(client, "f", "back"), 15, 0.1, what=f"an answer after the {role} was killed")


def answers(client, name, expected):
    try:
        answer = invoke_function(client, name)
    except (BotoCoreError, ClientError):
        return False
    return answer.error is None and answer.json == expected


def sandboxed(server):
    return [pid for pid in server.tree() if (host.real_user(pid) or 0) >= 2_000_000]


def tasks(group):
    try:
        with open(os.path.join(group, "cgroup.procs")) as file:
            return file.read().split()
    except OSError:
        return []
