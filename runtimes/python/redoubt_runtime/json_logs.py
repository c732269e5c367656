"""Log records as JSON lines, with Lambda's member names."""

import json
import traceback  # `logging` has loaded it already.

_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

# Attributes of every record; what else a record has came from the caller's `extra`.
_OWN_ATTRIBUTES = frozenset(
    """
    args asctime aws_request_id created exc_info exc_text filename funcName levelname levelno lineno
    message module msecs msg name pathname process processName relativeCreated stack_info taskName
    tenant_id thread threadName
    """.split()
)


def formatter_class(logging):
    """The formatter, made when `logging` is there to inherit from."""

    class LambdaJSONFormatter(logging.Formatter):
        def format(self, record):
            members = self._members(record)
            for name, value in record.__dict__.items():
                if name not in _OWN_ATTRIBUTES:
                    members.setdefault(name, value)
            present = {name: value for name, value in members.items() if value is not None}
            return json.dumps(present, ensure_ascii=False, default=str) + "\n"

        def _members(self, record):
            is_object = isinstance(record.msg, dict) and not record.args
            members = {
                "timestamp": self.formatTime(record, _DATE_FORMAT),
                "level": record.levelname,
                "message": record.msg if is_object else record.getMessage(),
                "logger": record.name,
            }
            exception = _exception_members(record) if record.exc_info else {}
            location = exception.pop("location", None)
            members = {**members, **exception, "requestId": record.aws_request_id, "location": location}
            return {**members, "tenantId": record.tenant_id}

    return LambdaJSONFormatter


def _exception_members(record):
    kind, error, trace = record.exc_info
    return {
        "stackTrace": traceback.format_tb(trace),
        "errorType": kind.__name__ if kind else None,
        "errorMessage": str(error),
        "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno),
    }
