"""Printing, `logging` and bytes that are no text arrive in the log as Lambda shows them."""

import re

import pytest

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture(scope="module")
def output(deploy, invoke, messages):
    """Runs code once; the request id and the messages between START and END."""

    def run(code, **configuration):
        name = deploy("import logging, os, sys, warnings\ndef handler(event, context):\n" + code, **configuration)
        request_id = invoke(name).request_id
        found = messages(name, f"REPORT RequestId: {request_id}")
        assert found[0].startswith("START ") and found[-2].startswith("END ")
        return request_id, found[1:-2]

    return run


PRINTED = {
    "a line": ("  print('a', 1, None)", ["a 1 None"]),
    "an empty line": ("  print()\n  print('b')", ["", "b"]),
    "several lines at once": ("  print('a\\nb\\n\\nc')", ["a", "b", "", "c"]),
    "no line end": ("  print('a', end='')", ["a"]),
    "no line end, twice": ("  print('a', end='')\n  print('b', end='')", ["ab"]),
    "to standard error": ("  print('e', file=sys.stderr)", ["e"]),
    "both streams in order": ("  print('o')\n  print('e', file=sys.stderr)\n  print('o')", ["o", "e", "o"]),
    "text beyond ASCII": ("  print('é \U0001f600 \u2028|')", ["é \U0001f600 \u2028|"]),
    "spaces around": ("  print('  a  ')", ["  a  "]),
    "a tab": ("  print('a\\tb')", ["a\tb"]),
    "without the interpreter": ("  os.write(1, b'raw\\n')\n  os.system('echo from a child')", ["raw", "from a child"]),
    "a lone surrogate": ("  print('\\ud800|')", ["\\ud800|"]),
    "bytes that are no UTF-8": ("  os.write(1, b'a\\xff\\xfeb\\n')", ["a\ufffd\ufffdb"]),
    "latin 1": ("  os.write(2, 'grün'.encode('latin-1') + b'\\n')", ["gr\ufffdn"]),
    "a NUL": ("  os.write(1, b'a\\0b\\n')", ["a\0b"]),
}


@pytest.mark.parametrize("printed", PRINTED)
def test_what_is_printed_is_an_event_a_line(output, printed):
    code, expected = PRINTED[printed]
    assert output(code)[1] == expected


def test_what_is_logged_has_level_time_and_request(output):
    request_id, found = output("  logging.getLogger('x').error('of %s', 'x')\n  logging.info('not by default')")
    assert len(found) == 1 and re.fullmatch(rf"\[ERROR\]\t{TIME}\t{request_id}\tof x", found[0])


def test_a_level_can_be_chosen(output):
    _, found = output("  logging.getLogger().setLevel('INFO')\n  logging.info('now shown')")
    assert [text.split("\t")[-1] for text in found] == ["now shown"]


def test_a_record_of_several_lines_is_one_event(output):
    _, found = output("  logging.warning('one\\ntwo')\n  try: 1 / 0\n  except Exception: logging.exception('failed')")
    assert len(found) == 2
    assert found[0].split("\t")[-1] == "one\rtwo"
    assert "failed\rTraceback (most recent call last):\r" in found[1] and found[1].endswith("division by zero")


def test_an_exception_is_one_event_of_the_function(output):
    _, found = output("  raise ValueError('one\\ntwo')")
    (text,) = found
    assert text.startswith("[ERROR] ValueError: one\rtwo\rTraceback (most recent call last):\r")


def test_a_warning_is_a_line(output):
    _, found = output("  warnings.warn('careful')")
    assert found and found[0].endswith("UserWarning: careful")


def test_a_line_of_more_than_the_longest_event_is_several(output):
    _, found = output("  print('x' * 600_000)", Timeout=20)
    assert "".join(found) == "x" * 600_000 and len(found) == 3
