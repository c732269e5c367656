"""What an environment keeps from one invocation to the next, by the function's mode and by the account's."""

import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.clients import ACCOUNT, REGION, ROLE, boto3_client, client_environment
from harness.functions import invoke_function, unique_name
from harness.mode import MODE
from harness.packages import make_zip
from harness.paths import redoubt_binary
from harness.sigv4 import Signer
from harness.waiting import wait_until

MODES = ("PerInvocation", "PerEnvironment", "SingleUse")
REFUSED, USAGE = 3, 2

# Runs what an event asks for; tells which environment it is and what lies about.
RESIDENT = """
import os, subprocess, threading, time, uuid
identity = str(uuid.uuid4())
kept = []

def entries():
    return sorted(os.path.join(folder, name) for top in ("/tmp", "/dev/shm")
                  for folder, folders, files in os.walk(top) for name in folders + files)

def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1" and is_alive(name))

def write(path, data="left"):
    with open(path, "w") as file:
        file.write(data)

def later(path):
    def work():
        time.sleep(0.003)  # after the answer, and before the environment is frozen
        write(path)
    threading.Thread(target=work, daemon=True).start()

def handler(event, context):
    seen = {"identity": identity, "entries": entries(), "processes": processes()}
    exec(event, globals())
    return seen
"""


@pytest.fixture
def resident(deploy):
    return deploy(RESIDENT, Timeout=15, MemorySize=256)


@pytest.fixture
def redoubt(server):
    def run(*arguments):
        return subprocess.run(
            [redoubt_binary(), *map(str, arguments)], env=client_environment(server), capture_output=True, text=True,
            timeout=30, cwd=server.home,
        )  # fmt: skip

    return run


LEFTOVERS = {
    "a file in /tmp": "write('/tmp/f')",
    "a file in /dev/shm": "write('/dev/shm/f')",
    "an empty file": "write('/tmp/f', '')",
    "directories in each other": "os.makedirs('/tmp/a/b/c'); write('/tmp/a/b/c/f')",
    "a directory that may not be entered": "os.mkdir('/tmp/d'); write('/tmp/d/f'); os.chmod('/tmp/d', 0)",
    "a name with a newline": "write('/tmp/' + chr(10))",
    "a symbolic link": "os.symlink('/var/task', '/tmp/link')",
    "a fifo": "os.mkfifo('/tmp/fifo')",
    "a file that came and went": "write('/tmp/f'); os.unlink('/tmp/f')",
    "a mode of the root": "os.chmod('/tmp', 0o700)",
    "a process": "kept.append(subprocess.Popen(['sleep', '60']))",
    "a process in a session of its own": "kept.append(subprocess.Popen(['sleep', '60'], start_new_session=True))",
    "an orphan": "subprocess.run(['/bin/sh', '-c', 'sleep 60 & sleep 60 &'])",
    "a process that holds an unlinked file": (
        "kept.append(subprocess.Popen(['/bin/sh', '-c', 'exec 9>/tmp/u; rm /tmp/u; sleep 60']))"
    ),
}


@pytest.mark.parametrize("left", LEFTOVERS.values(), ids=LEFTOVERS)
def test_what_an_invocation_leaves_is_gone_before_the_next(resident, invoke, left):
    first = invoke(resident, left).json
    second = invoke(resident, "pass").json
    assert (second["entries"], len(second["processes"])) == ([], len(first["processes"]))
    if "chmod('/tmp'" not in left:
        assert second["identity"] == first["identity"], "the environment was cleaned, not replaced"


def test_an_untouched_environment_is_used_again(resident, invoke):
    assert len({invoke(resident, "pass").json["identity"] for _ in range(10)}) == 1


def test_an_environment_that_holds_an_unlinked_file_is_not_used_again(resident, invoke):
    first = invoke(resident, "kept.append(open('/tmp/f', 'w')); os.unlink('/tmp/f')").json
    second = invoke(resident, "pass").json
    assert second["identity"] != first["identity"]


def test_what_comes_while_nothing_runs_is_gone_too(server, resident, invoke):
    def leaves_a_file():
        late = f"/tmp/{unique_name('late')}"
        answer = invoke(resident, f"later('{late}')").json
        time.sleep(0.2)
        return answer if seen_from_the_host(server, late) else None

    # A thread that comes too late for the moment before the freezing is frozen with the others.
    first = wait_until(leaves_a_file, 10, what="the file that a thread makes after the answer")
    second = invoke(resident, "pass").json
    assert second["entries"] == []
    assert second["identity"] == first["identity"], "the event waited for the clean-up"


def seen_from_the_host(server, path):
    return [pid for pid in server.tree() if os.path.exists(f"/proc/{pid}/root{path}")]


def test_an_environment_whose_clean_up_takes_too_long_is_not_used_again(fresh_server):
    client = boto3_client(fresh_server)
    client.create_function(
        FunctionName="f", Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=15,
        Code={"ZipFile": make_zip({"app.py": RESIDENT})},
    )  # fmt: skip
    invoke_function(client, "f", "pass")
    spawner = fresh_server.child("spawner")
    os.kill(spawner, signal.SIGSTOP)
    try:
        first = invoke_function(client, "f", "write('/tmp/f')").json
        wait_until(lambda: "cannot be cleaned" in fresh_server.log_tail(), 6, 0.1, what="the end of the environment")
    finally:
        os.kill(spawner, signal.SIGCONT)
    second = invoke_function(client, "f", "pass").json
    assert second["entries"] == [] and second["identity"] != first["identity"]
    assert fresh_server.child("spawner") == spawner, "the late answer disturbed nothing"


def test_what_is_there_before_the_first_event_stays(deploy, invoke):
    name = deploy(
        RESIDENT + "\nwrite('/tmp/model')\nchild = subprocess.Popen(['sleep', '600'])\n", Timeout=15, MemorySize=256
    )
    first = invoke(name, "write('/tmp/left'); kept.append(subprocess.Popen(['sleep', '60']))").json
    second = invoke(name, "pass").json
    assert second["identity"] == first["identity"]
    assert second["entries"] == ["/tmp/model"]
    assert second["processes"] == first["processes"]


def test_a_file_of_the_baseline_that_an_invocation_changed_is_not_seen_changed(deploy, invoke):
    name = deploy(RESIDENT + "\nwrite('/tmp/model', 'as made')\n", Timeout=15)
    invoke(name, "write('/tmp/model', 'changed')")
    seen = invoke(name, "seen['content'] = open('/tmp/model').read() if os.path.exists('/tmp/model') else None")
    assert seen.error is not None or seen.json.get("content") != "changed"


def test_requests_at_once_are_all_answered_while_environments_are_cleaned(resident, invoke):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: invoke(resident, f"write('/tmp/{n}')").json, range(80)))
    assert all(answer["entries"] == [] for answer in answers)


def test_per_environment_everything_stays(resident, invoke, set_mode):
    set_mode(resident, "PerEnvironment")
    first = invoke(resident, "write('/tmp/f'); kept.append(subprocess.Popen(['sleep', '60']))").json
    second = invoke(resident, "pass").json
    assert second["identity"] == first["identity"]
    assert second["entries"] == ["/tmp/f"]
    assert len(second["processes"]) == len(first["processes"]) + 1


def test_single_use_environments_are_never_used_again(resident, invoke, set_mode):
    set_mode(resident, "SingleUse")
    assert len({invoke(resident, "pass").json["identity"] for _ in range(6)}) == 6
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: invoke(resident, "pass").json["identity"], range(12)))
    assert len(set(answers)) == 12


@pytest.mark.skipif(not MODE.has_groups, reason="without control groups nobody knows the memory")
def test_single_use_environments_tell_of_their_own_memory(resident, invoke, set_mode):
    set_mode(resident, "SingleUse")
    used = []
    for event in ["held = b'x' * (70 << 20)", "pass"] * 3:
        used.append(int(re.search(r"Max Memory Used: (\d+) MB", invoke(resident, event, tail=True).log)[1]))
    assert min(used[0::2]) >= 70 and max(used[1::2]) < 40


@pytest.mark.parametrize("mode", ["PerEnvironment", "SingleUse"])
def test_another_mode_ends_the_environments_of_the_one_before(resident, invoke, set_mode, mode):
    first = invoke(resident, "pass").json["identity"]
    set_mode(resident, mode)
    second = invoke(resident, "pass").json["identity"]
    set_mode(resident, "PerInvocation")
    third = invoke(resident, "pass").json["identity"]
    assert len({first, second, third}) == 3


def test_the_same_mode_again_keeps_environments(resident, invoke, set_mode):
    first = invoke(resident, "pass").json["identity"]
    set_mode(resident, "PerInvocation")
    assert invoke(resident, "pass").json["identity"] == first


def test_a_mode_goes_with_its_function(deploy, lambda_client, own_api, set_mode):
    name = deploy(RESIDENT)
    set_mode(name, "SingleUse")
    lambda_client.delete_function(FunctionName=name)
    assert own_api("GET", f"/functions/{name}/hygiene")[0] == 404
    deploy(RESIDENT, name=name)
    assert own_api("GET", f"/functions/{name}/hygiene")[1]["SetBy"] == "Platform"


def test_the_account_sets_the_mode_of_functions_without_one(resident, invoke, own_api):
    first = invoke(resident, "pass").json["identity"]
    try:
        assert own_api("PUT", "/account/hygiene", {"Hygiene": "SingleUse"})[0] == 200
        assert own_api("GET", f"/functions/{resident}/hygiene")[1] == {
            "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{resident}",
            "Hygiene": "SingleUse",
            "SetBy": "Account",
        }
        assert len({first, *(invoke(resident, "pass").json["identity"] for _ in range(2))}) == 3
    finally:
        assert own_api("DELETE", "/account/hygiene") == (204, None)
    assert own_api("GET", "/account/hygiene")[1] == {"Hygiene": "PerInvocation", "SetBy": "Platform"}


@pytest.mark.parametrize("body", [{}, {"Hygiene": "Sometimes"}, {"Hygiene": 7}, {"Hygiene": ""}])
def test_a_mode_that_is_none_is_refused(resident, own_api, body):
    status, answer = own_api("PUT", f"/functions/{resident}/hygiene", body)
    assert status == 400 and answer["message"]
    assert own_api("GET", f"/functions/{resident}/hygiene")[1]["SetBy"] == "Platform"


def test_a_version_has_no_mode_of_its_own(resident, own_api):
    status, answer = own_api("PUT", f"/functions/{resident}:1/hygiene", {"Hygiene": "SingleUse"})
    assert status == 400 and "qualifier" in answer["message"]


def test_the_api_takes_signatures_for_itself_only(server, resident, own_api):
    path = f"/functions/{resident}/hygiene"
    wrong_service = Signer(*server.credentials, service="lambda")
    assert own_api("PUT", path, {"Hygiene": "SingleUse"}, wrong_service)[0] >= 400
    wrong_key = Signer(server.credentials[0], "x" * 40, service="redoubt")
    assert own_api("PUT", path, {"Hygiene": "SingleUse"}, wrong_key)[0] == 403
    assert own_api("GET", path)[1]["SetBy"] == "Platform"


def test_the_command_shows_and_sets(redoubt, resident):
    assert redoubt("hygiene", resident).stdout == "PerInvocation (set by the platform)\n"
    for mode in MODES:
        assert redoubt("hygiene", resident, mode).stdout == f"{mode} (set by the function)\n"
    assert json.loads(redoubt("hygiene", resident, "--json").stdout)["Hygiene"] == MODES[-1]
    assert redoubt("hygiene", resident, "default").stdout == "PerInvocation (set by the platform)\n"


def test_the_command_shows_and_sets_for_the_account(redoubt):
    assert redoubt("hygiene").stdout == "PerInvocation (set by the platform)\n"
    try:
        assert redoubt("hygiene", "--account", "PerEnvironment").stdout == "PerEnvironment (set by the account)\n"
    finally:
        assert redoubt("hygiene", "--account", "default").stdout == "PerInvocation (set by the platform)\n"


def test_the_command_refuses_what_is_no_mode_and_no_function(redoubt, resident):
    assert redoubt("hygiene", resident, "Sometimes").returncode == USAGE
    assert redoubt("hygiene", resident, "SingleUse", "--account", "SingleUse").returncode == USAGE
    assert redoubt("hygiene", "no-such-function").returncode == REFUSED


def test_a_function_is_deployed_with_its_mode(redoubt, tmp_path):
    folder = tmp_path / unique_name("hygiene")
    folder.mkdir()
    (folder / "app.py").write_text("def handler(event, context): return 1")
    assert redoubt("deploy", folder, "--hygiene", "Sometimes").returncode == USAGE
    assert redoubt("invoke", folder.name).returncode == REFUSED, "nothing was deployed"
    try:
        assert redoubt("deploy", folder, "--hygiene", "SingleUse").returncode == 0
        assert redoubt("hygiene", folder.name).stdout == "SingleUse (set by the function)\n"
        assert redoubt("deploy", folder).returncode == 0
        assert redoubt("hygiene", folder.name).stdout == "SingleUse (set by the function)\n", "what is not given stays"
    finally:
        redoubt("delete", folder.name)
