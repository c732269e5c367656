"""What Lambda does to the root logger. Imported together with `logging`, so often never.

`AWS_LAMBDA_LOG_FORMAT` (Text or JSON) and `AWS_LAMBDA_LOG_LEVEL` are honoured.
"""

import functools
import time

from redoubt_runtime import loop, output, variables

_TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"


def prepare(logging):
    """Makes ahead what is the same for every function."""
    _handler_class(logging)


def install(logging):
    """Gives the root logger Lambda's handler."""
    logging.Formatter.converter = time.gmtime
    handler = _handler_class(logging)()
    handler.setFormatter(_formatter(logging))
    root = logging.getLogger()
    level = variables.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    number = logging.getLevelName("DEBUG" if level == "TRACE" else level)
    if isinstance(number, int):
        root.setLevel(number)
    root.addHandler(handler)


@functools.cache
def _handler_class(logging):
    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            try:
                record.aws_request_id = loop.request_id
                record.tenant_id = loop.tenant_id
                output.write(_in_one_line(self.format(record)))
            except Exception:
                self.handleError(record)

    return LambdaLoggerHandler


def _in_one_line(text):
    """A record of several lines stays one event, as in Lambda: carriage returns stand for the line ends within."""
    return text[:-1].replace("\n", "\r") + text[-1:]


def _formatter(logging):
    if not output.is_json():
        return logging.Formatter(_TEXT_FORMAT, "%Y-%m-%dT%H:%M:%S")
    from redoubt_runtime.json_logs import formatter_class

    return formatter_class(logging)()
