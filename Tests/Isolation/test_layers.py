"""A function reads its layers at /opt, merged in their order, and changes nothing there."""

import errno
import os

import pytest
from harness.attacker import call, out, value_of


@pytest.fixture(scope="module")
def layers(deploy_layer):
    lower = {"both": "lower", "lib/lower": "1", "secret-of-lower": "x"}
    return [deploy_layer(lower), deploy_layer({"both": "upper", "lib/upper": "2"})]


@pytest.fixture(scope="module")
def layered(deploy_attacker, layers):
    return deploy_attacker(Layers=layers)


@pytest.mark.attack("T16")
def test_a_later_layer_lies_over_an_earlier_one(layered, deploy_attacker, layers):
    assert layered.list("/opt") == ["both", "lib", "secret-of-lower"]
    assert layered.list("/opt/lib") == ["lower", "upper"]
    assert layered.read("/opt/both").text == "upper"
    assert deploy_attacker(Layers=layers[::-1]).read("/opt/both").text == "lower"


@pytest.mark.attack("T16")
def test_a_function_finds_no_layer_but_its_own(deploy_attacker, layered, layers):
    assert deploy_attacker().list("/opt") == ["lib"]
    assert deploy_attacker(Layers=layers[1:]).list("/opt") == ["both", "lib"]
    links = layered.links([f"/proc/self/fd/{number}" for number in range(20)])
    assert [link for link in links.values() if "/trees" in link] == []


@pytest.mark.attack("T16", "T25")
@pytest.mark.parametrize("folder", ["/opt", "/opt/lib"])
def test_no_file_can_be_made_in_a_layer(layered, folder):
    made = layered.do(
        call("open", folder + "/made", os.O_CREAT | os.O_WRONLY, 0o644), call("mkdir", folder + "/made-folder", 0o755),
        call("symlink", "/tmp", folder + "/made-link"), call("mknod", folder + "/made-pipe", 0o010644, 0),
        call("open", folder, 0o20200000 | os.O_RDWR, 0o600),
    )  # fmt: skip
    assert not any(outcome.succeeded for outcome in made), made


@pytest.mark.attack("T16", "T25")
@pytest.mark.parametrize("path", ["/opt/both", "/opt/lib/lower", "/opt/lib"])
def test_no_file_of_a_layer_can_be_changed(layered, deploy_attacker, layers, path):
    done = layered.do(
        call("open", path, os.O_WRONLY), call("chmod", path, 0o777), call("truncate", path, 0), call("unlink", path),
        call("rename", path, "/tmp/taken"), call("link", path, "/tmp/linked"), call("utimensat", -100, path, 0, 0),
        call("setxattr", path, "user.a", b"1", 1, 0),
    )  # fmt: skip
    assert not any(outcome.succeeded for outcome in done), done
    assert deploy_attacker(Layers=layers).read("/opt/both").text == "upper"


@pytest.mark.attack("T24")
def test_a_file_of_a_layer_belongs_to_nobody_and_sets_no_ids(layered):
    opened, status = layered.do(call("open", "/opt/both", os.O_RDONLY), call("fstat", value_of(0), out(144)))
    assert opened.succeeded and status.succeeded
    mode, user = (int.from_bytes(status.data[start : start + 4], "little") for start in (24, 28))
    assert mode & 0o7022 == 0, oct(mode)
    assert user != 0
    assert layered.call("open", "/opt/both", os.O_RDWR).error in (errno.EROFS, errno.EACCES)
