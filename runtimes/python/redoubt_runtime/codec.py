"""Events and results to and from JSON, as Lambda's own runtime has it.

Lambda encodes with simplejson, whose additions functions rely on: a Decimal is a number, a named
tuple an object, bytes inside a result are UTF-8 text. The interpreter's C encoder does the plain
case, and only what is not plain goes through Python code.
"""

import _codecs
import _json
import marshal
import sys

from redoubt_runtime import variables
from redoubt_runtime.faults import Fault


def decode_event(body):
    """The event as the handler gets it."""
    try:
        return parse(body)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def encode_result(result):
    """A handler's result as the bytes to send."""
    if isinstance(result, bytes):
        return result
    try:
        return encode(result)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def encode(value):
    """The value as UTF-8 JSON."""
    # marshal refuses, at a tenth of the encoder's cost, whatever is not made of exact built-in
    # types. Version 2 of its format looks for no shared references, which is faster.
    try:
        marshal.dumps(value, 2)
        chunks = _encode_with(_string_encoder, value)
    except (ValueError, TypeError):
        chunks = _encode_with(_encode_string_or_number, _plain(value, set()))
    text = "".join(chunks)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Lone surrogates have no UTF-8 form; JSON can still spell them.
        return text.encode("utf-8", _ESCAPE)


def _escape_surrogates(error):
    return "".join("\\u%04x" % ord(character) for character in error.object[error.start : error.end]), error.end


_ESCAPE = "redoubt_runtime.escape"
_codecs.register_error(_ESCAPE, _escape_surrogates)


class _ScannerSettings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name):
        raise ValueError("%s is not JSON" % name)


_scan = _json.make_scanner(_ScannerSettings)


def parse(body):
    text = body.decode("utf-8").strip(" \t\n\r")
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        end = -1
    if end != len(text):
        import json

        return json.loads(body)  # Raises, and says where.
    return value


def read_environment():
    """To be called when the process is a function's: this module may have been loaded before."""
    global _string_encoder
    _string_encoder = _json.encode_basestring_ascii if _escapes_non_ascii() else _json.encode_basestring


def _escapes_non_ascii():
    """Lambda escapes non-ASCII characters up to Python 3.11 and sends them as they are from 3.12."""
    family, _, minor = variables.get("AWS_EXECUTION_ENV", "").rpartition(".")
    return not (family == "AWS_Lambda_python3" and minor.isdigit() and int(minor) >= 12)


_string_encoder = None


def _encode_with(string_encoder, value):
    # Arguments: circularity markers, default, string encoder, indent, separators, sort_keys,
    # skipkeys, allow_nan.
    return _json.make_encoder({}, _default, string_encoder, None, ": ", ", ", False, False, True)(value, 0)


def _default(value):
    if isinstance(value, bytes):
        return value.decode("utf-8")
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


class _Number(str):
    """The digits of a number that the encoder must not quote."""


def _encode_string_or_number(text):
    return str(text) if type(text) is _Number else _string_encoder(text)


def _plain(value, parents):
    """A copy made of what the C encoder knows, `_Number` included."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if _is_decimal(value):
        return float("nan") if value.is_nan() else _Number(value)
    is_container = isinstance(value, (list, tuple, dict)) or callable(getattr(value, "_asdict", None))
    if not is_container:
        return _default(value)
    if id(value) in parents:
        raise ValueError("Circular reference detected")
    parents.add(id(value))
    plain = _plain_container(value, parents)
    parents.discard(id(value))
    return plain


def _plain_container(value, parents):
    if not isinstance(value, (list, dict)) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {_plain_key(key): _plain(member, parents) for key, member in value.items()}
    return [_plain(element, parents) for element in value]


def _plain_key(key):
    return key.decode("utf-8") if isinstance(key, bytes) else key


def _is_decimal(value):
    decimal = sys.modules.get("decimal")
    return decimal is not None and isinstance(value, decimal.Decimal)
