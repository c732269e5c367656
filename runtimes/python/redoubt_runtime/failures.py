"""Exceptions as Lambda reports them: a payload for the caller and a record for the log.

The frames are read by hand: importing `traceback` would take ten times as long as the report.
"""

import time

from redoubt_runtime import codec, output
from redoubt_runtime.faults import Fault

_OWN_DIRECTORY = __file__.rpartition("/")[0] + "/"
_NO_BREAK_SPACE = "\u00a0"
_REPEATS_SHOWN = 3


def report(error, request_id):
    """Logs the failure and returns its payload, a dictionary."""
    payload = describe(error, request_id)
    output.write(_log_record(payload))
    return payload


def describe(error, request_id):
    """The payload that a caller gets instead of a result."""
    is_fault = isinstance(error, Fault)
    return {
        "errorMessage": error.message if is_fault else text_of(error),
        "errorType": error.error_type if is_fault else type(error).__name__,
        "requestId": request_id,
        "stackTrace": error.stack_trace if is_fault else format_frames(frames(error.__traceback__)),
    }


def text_of(error):
    """`str(error)`, also where that raises."""
    try:
        return str(error)
    except Exception:
        return "<exception str() failed>"


def frames(trace):
    """(file, line, function, source line) of every frame, without this runtime's leading ones."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if found or not code.co_filename.startswith(_OWN_DIRECTORY):
            found.append((code.co_filename, trace.tb_lineno, code.co_name, trace.tb_frame.f_globals))
        trace = trace.tb_next
    sources = {}
    return [(file, line, name, _source_line(sources, file, line, space)) for file, line, name, space in found]


def format_frames(frames):
    """The frames as `traceback` prints them, a string each; endless recursion is cut short."""
    lines = []
    previous, repeats = None, 0
    for frame in frames:
        repeats = repeats + 1 if frame[:3] == previous else 1
        if repeats == 1:
            previous = frame[:3]
        if repeats <= _REPEATS_SHOWN:
            lines.append(_format_frame(frame))
        elif repeats == _REPEATS_SHOWN + 1:
            lines.append(_format_repeats(1))
        else:
            lines[-1] = _format_repeats(repeats - _REPEATS_SHOWN)
    return lines


def _format_frame(frame):
    text = '  File "%s", line %s, in %s\n' % frame[:3]
    source = frame[3].strip()
    return text + "    %s\n" % source if source else text


def _format_repeats(count):
    return "  [Previous line repeated %d more time%s]\n" % (count, "" if count == 1 else "s")


def _source_line(sources, file, line, module_globals):
    if file not in sources:
        sources[file] = _read_source(file, module_globals)
    lines = sources[file]
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


def _read_source(file, module_globals):
    try:
        with open(file, "rb") as source:
            return source.read().decode("utf-8", "replace").splitlines()
    except Exception:
        pass
    try:  # A module inside an archive.
        return module_globals["__loader__"].get_source(module_globals["__name__"]).splitlines()
    except Exception:
        return []


def _log_record(payload):
    """One record of one line: carriage returns stand for line ends, so that the log keeps it whole."""
    if output.is_json():
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return codec.encode({"timestamp": now, "level": "ERROR", **payload}).decode() + "\n"
    kind, message = payload["errorType"], payload["errorMessage"]
    lines = ["[ERROR] %s: %s" % (kind, message) if message else "[ERROR] %s" % kind]
    lines.append("Traceback (most recent call last):")
    for entry in payload["stackTrace"]:
        lines.extend(_hard_indented(line) for line in entry.splitlines())
    return "\r".join(lines).replace("\n", "\r") + "\n"


def _hard_indented(line):
    # Log viewers trim spaces at the start of a line, but not these.
    text = line.lstrip(" ")
    return _NO_BREAK_SPACE * (len(line) - len(text)) + text
