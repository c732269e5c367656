"""What the platform's own processes may do: the server, which hears from clients, least of all."""

import os
from pathlib import Path

from harness import host
from harness.attacker import run


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}


def test_the_server_is_nobody_of_note_and_cannot_become_somebody(server):
    found = status(server.child("server"))
    assert "0" not in found["Uid"] + found["Gid"] + found["Groups"]
    assert all(int(found[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"))
    assert found["NoNewPrivs"] == ["1"]


def test_the_server_goes_before_functions_where_both_want_a_processor(server, attacker):
    session = Path(f"/proc/{server.child('server')}/autogroup")
    is_root = server.mode.is_root
    assert os.getpriority(os.PRIO_PROCESS, server.child("server")) == (-10 if is_root else 0)
    assert not session.exists() or session.read_text().split()[-1] == ("-10" if is_root else "0")
    # Where no control group shares processors out, functions go behind everybody.
    assert int(attacker.do(run("/usr/bin/nice"))[0].data) == (0 if is_root else 10)


def test_the_servers_secrets_are_closed_to_others(server):
    for folder in (server.data, server.secrets):
        assert folder.stat().st_mode & 0o077 == 0, folder
    for file in server.secrets.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_the_spawner_has_no_command_line_or_environment_to_read(server):
    spawner = server.child("spawner")
    assert host.command_line(spawner) == "redoubt-spawner"
    assert Path(f"/proc/{spawner}/environ").read_bytes() == b""
