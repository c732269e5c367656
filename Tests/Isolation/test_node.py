"""The sandbox does not depend on the language: the plainest attacks once more, from a Node function."""

import pytest
from harness.node import needs_node, node_runtime
from harness.packages import make_zip

pytestmark = needs_node

SOURCE = """
const fs = require('fs'), net = require('net'), os = require('os');
const { spawn, spawnSync } = require('child_process');

const attempt = (action) => { try { return action() ?? null; } catch (error) { return error.code; } };
const connect = (port, host) => new Promise((done) => {
  const socket = net.connect({port, host, timeout: 2000});
  const end = (word) => { socket.destroy(); done(word); };
  socket.on('connect', () => end('connected')).on('timeout', () => end('timeout'));
  socket.on('error', (error) => end(error.code));
});
const hasEnded = (number) => {
  const status = attempt(() => fs.readFileSync(`/proc/${number}/status`, 'utf8'));
  return status === 'ENOENT' || status === 'ESRCH' || /^State:\\s+[ZX]/m.test(status);
};
// Without what has ended and waits for this process to take its status, which it does between two of its tasks.
const alive = () => fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && !hasEnded(name)).map(Number);

const actions = {
  status: () => fs.readFileSync('/proc/self/status', 'utf8'),
  write: (path) => attempt(() => fs.writeFileSync(path, 'x')),
  read: (path) => attempt(() => fs.readFileSync(path).length),
  connect,
  processes: alive,
  interfaces: () => Object.keys(os.networkInterfaces()),
  setuid: () => attempt(() => process.setuid(0)),
  leave: () => {
    fs.writeFileSync('/tmp/left', 'x');
    spawn('/bin/sleep', ['600'], {detached: true, stdio: 'ignore'}).unref();
    process.chdir('/tmp');
    process.umask(0);
    return alive().length;
  },
  found: () => [fs.readdirSync('/tmp'), alive().length, process.cwd(), process.umask()],
  mount: () => spawnSync('/usr/bin/mount', ['-t', 'tmpfs', 'x', '/tmp']).status,
  unshare: () => spawnSync('/usr/bin/unshare', ['-U', '/bin/true']).status,
  environment: () => attempt(() => fs.readFileSync('/proc/1/environ').length),
};
exports.handler = async ({action, arguments: given}) => ({value: await actions[action](...given)});
"""


@pytest.fixture(scope="module")
def act(deploy, invoke):
    name = deploy(make_zip({"app.js": SOURCE}), Runtime=node_runtime(), Timeout=20, MemorySize=256)

    def act(action, *arguments):
        answer = invoke(name, {"action": action, "arguments": arguments})
        assert answer.error is None, answer
        return answer.json["value"]

    return act


@pytest.mark.attack("T24")
def test_it_has_no_privilege_and_cannot_get_any(act):
    status = dict(line.split(":\t", 1) for line in act("status").splitlines() if ":\t" in line)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapBnd"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert "0" not in status["Uid"].split()
    assert act("setuid") in ("EPERM", "EINVAL")


@pytest.mark.attack("T04")
def test_it_writes_no_file_but_those_of_its_own(act):
    for path in ("/var/task/x", "/var/runtime/x", "/var/runtime/bootstrap.js", "/usr/x", "/etc/passwd", "/x"):
        assert act("write", path) in ("EROFS", "EACCES", "EPERM"), path
    assert act("write", "/tmp/x") is None
    assert act("mount") != 0


@pytest.mark.attack("T07")
def test_it_makes_no_namespace(act):
    assert act("unshare") != 0


@pytest.mark.attack("T01", "T02")
def test_it_sees_no_process_but_its_own(act):
    assert len(act("processes")) < 10
    assert act("environment") in ("EACCES", "EPERM", "ENOENT")
    assert act("read", "/etc/shadow") in ("EACCES", "EPERM", "ENOENT")


@pytest.mark.attack("T08")
def test_it_reaches_nobody_outside(act, server):
    assert all(name.split(":")[0] == "lo" for name in act("interfaces"))
    assert act("connect", server.port, "127.0.0.1") == "ECONNREFUSED"
    for address in ("1.1.1.1", "169.254.169.254", "10.0.0.1"):
        assert act("connect", 80, address) in ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN")


@pytest.mark.attack("T15")
def test_it_finds_nothing_of_the_invocation_before(act):
    before = act("found")
    act("leave")
    assert act("found") == before == [[], before[1], "/var/task", before[3]]
