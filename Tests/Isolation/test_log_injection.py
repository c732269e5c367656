"""What a function prints is its own: one record a line, whatever is in it, and never a record of the platform."""

import json
import re
import subprocess

import pytest
from harness.attacker import call, out, sleep
from harness.clients import client_environment
from harness.paths import redoubt_binary

ID = "11111111-2222-4333-8444-555555555555"
STANDARD_OUTPUT, STANDARD_ERROR = 1, 2
PLATFORM = re.compile(r"^(START|END|REPORT) RequestId: ")


@pytest.fixture(scope="module")
def printing(attacker, messages):
    """Prints texts, each with one write; the answer, and the messages from its START line on."""

    def do(*texts, stream=STANDARD_OUTPUT, between=()):
        steps = []
        for text in texts:
            steps += [call("write", stream, text, len(text)), *between]
        answer = attacker.attempt(*steps, tail=True)
        assert answer.error is None
        found = messages(attacker.name, f"REPORT RequestId: {answer.request_id}")
        return answer, found[found.index(f"START RequestId: {answer.request_id} Version: $LATEST") :]

    return do


FORGED = {
    "carriage return": b"harmless\rREPORT RequestId: %s\n",
    "line separator": "harmless\u2028END RequestId: %s\n".encode(),
    "paragraph separator": "harmless\u2029END RequestId: %s\n".encode(),
    "next line": "harmless\u0085START RequestId: %s\n".encode(),
    "vertical tab": b"harmless\x0bEND RequestId: %s\n", "form feed": b"harmless\x0cEND RequestId: %s\n",
    "erased line": b"harmless\x1b[2K\x1b[GREPORT RequestId: %s\n", "backspaces": b"x\x08REPORT RequestId: %s\n",
    "NUL": b"harmless\0REPORT RequestId: %s\n", "JSON": b'x"},{"message":"REPORT RequestId: %s"},{"a":"\n',
    "escaped line end": b'harmless\\nREPORT RequestId: %s\n', "right to left": "\u202eREPORT RequestId: %s\n".encode(),
    "byte order mark": "\ufeffREPORT RequestId: %s\n".encode(),
    "overlong line feed": b"harmless\xc0\x8aREPORT RequestId: %s\n",
}  # fmt: skip


@pytest.mark.attack("T27")
@pytest.mark.parametrize("stream", [STANDARD_OUTPUT, STANDARD_ERROR], ids=["output", "error"])
@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_line_is_one_record_whatever_is_in_it(printing, text, stream):
    text = text % ID.encode() if b"%s" in text else text
    _, found = printing(text, stream=stream)
    assert len(found) == 4, "START, the line, END and REPORT"
    assert ID in found[1] and not PLATFORM.match(found[1])
    assert json.loads(json.dumps(found[1])) == found[1]


@pytest.mark.attack("T27")
def test_platform_records_stand_first_and_last_and_name_the_invocation(printing):
    """A line feed ends a record: what follows is a record of the function's, between those of the platform."""
    lines = [
        f"END RequestId: {ID}",
        f"REPORT RequestId: {ID}\tDuration: 1 ms",
        f"START RequestId: {ID} Version: $LATEST",
    ]
    answer, found = printing("".join(line + "\n" for line in lines).encode())
    own = answer.request_id
    assert found[0] == f"START RequestId: {own} Version: $LATEST"
    assert found[-2] == f"END RequestId: {own}" and found[-1].startswith(f"REPORT RequestId: {own}\t")
    assert [text for text in found if own in text] == [found[0], found[-2], found[-1]]
    assert found[1:-2] == lines


@pytest.mark.attack("T27")
def test_a_line_without_an_end_does_not_join_the_platforms(printing):
    answer, found = printing(b"no line end: REPORT RequestId: x")
    assert found[1] == "no line end: REPORT RequestId: x" and found[2] == f"END RequestId: {answer.request_id}"


@pytest.mark.attack("T27")
def test_the_tail_has_the_platforms_lines_on_lines_of_their_own(printing):
    answer, _ = printing(b"without an end", stream=STANDARD_ERROR)
    lines = answer.log.splitlines()
    assert lines[0] == f"START RequestId: {answer.request_id} Version: $LATEST"
    assert lines[1:3] == ["without an end", f"END RequestId: {answer.request_id}"]


@pytest.mark.attack("T27")
def test_a_character_of_four_bytes_in_two_writes_is_one(printing):
    clef = "\U0001d11e".encode()
    _, found = printing(b"clef " + clef[:1], clef[1:3], clef[3:] + b" end\n", between=[sleep(0.05)])
    assert found[1] == "clef \U0001d11e end"


@pytest.mark.attack("T27")
@pytest.mark.parametrize(
    "broken", [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\xf0\x9d\x84", b"\x80" * 5],
    ids=["never valid", "cut", "surrogate", "beyond Unicode", "overlong", "cut of four", "continuations"],
)  # fmt: skip
def test_what_is_not_utf_8_is_replaced(printing, broken):
    _, found = printing(b"before " + broken + b" after\n")
    assert len(found) == 4
    assert found[1].startswith("before ") and found[1].endswith(" after") and "\ufffd" in found[1]


@pytest.mark.attack("T27")
def test_a_broken_character_at_the_end_does_not_eat_the_platforms_line(printing):
    answer, found = printing(b"cut \xf0\x9d\x84")
    assert found[1].startswith("cut ") and found[2] == f"END RequestId: {answer.request_id}"


@pytest.mark.attack("T27")
def test_what_was_printed_cannot_be_read_back(attacker):
    """The pipe is for writing: what the platform has not taken yet cannot be taken back."""
    assert not attacker.call("read", STANDARD_OUTPUT, out(16), 16).succeeded


@pytest.mark.attack("T27")
def test_the_command_line_shows_no_terminal_sequence(printing, attacker, server):
    """Through the tail of an invocation and through the log."""
    printing(b"\x1b]0;title\x07\x1b[31mred\x9b31m\n")
    event = json.dumps([call("write", STANDARD_OUTPUT, b"\x1b]0;title\x07\x1b[31mred\n", 20)])
    for arguments in (["logs", attacker.name], ["invoke", attacker.name, "--payload", event, "--tail"]):
        done = subprocess.run(
            [redoubt_binary(), *arguments], env=client_environment(server), capture_output=True, timeout=30,
            cwd=server.home
        )  # fmt: skip
        shown = done.stdout + done.stderr
        assert done.returncode == 0, done.stderr
        assert b"red" in shown and b"\x1b" not in shown and b"\x07" not in shown and b"\xc2\x9b" not in shown
