"""Writes signed-requests.json: requests that botocore signed, as they go over the wire.

Usage: python3 generate_signed_requests.py > signed-requests.json   (needs botocore; output depends on its version only)
"""

import datetime
import hashlib
import itertools
import json
import sys
from unittest import mock
from urllib.parse import quote, urlsplit

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TIME = datetime.datetime(2026, 1, 31, 23, 59, 0, tzinfo=datetime.timezone.utc)
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SESSION_KEY = ("ASIAIOSFODNN7EXAMPLE", "uNsiGnedExampleSecret/K7MDENG/bPxRfiCYKEY")
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJIMEYCIQ+/=="
ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders:live"
ROOT = "/2015-03-31/functions"
PATHS = [
    "/",
    f"{ROOT}/",
    f"{ROOT}/orders/invocations",
    f"{ROOT}/{quote(ARN, safe='')}/invocations",
    f"{ROOT}/{ARN}/invocations",
    f"{ROOT}/a%2Fb%252Fc/code",
    f"{ROOT}/{quote('ünïcode ☃ 😀', safe='')}",
    f"{ROOT}/plus+and%20space%2B",
    f"{ROOT}/orders/versions/$LATEST/@x!'()*;=,&",
    f"{ROOT}//doubled///slashes",
    f"{ROOT}/dots..in.names/...",
    f"{ROOT}/~tilde_under-score",
]
QUERIES = [
    "",
    "Qualifier=%24LATEST",
    "MaxItems=50&Marker=a%2Fb%2Bc%3D%3D",
    "Marker=&FunctionVersion=ALL",
    "Marker",
    "b=2&a=3&a=1&a=10&B=0",
    "a=%20&a=&a-b=1&a%2Bb=2",
    "name=%C3%BCn%C3%AFcode%20%E2%98%83&tilde=~-_.",
    "arn=arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders",
    "equals=a%3Db%26c",
]
HEADERS = [
    {},
    {"Content-Type": "application/json", "X-Amz-Invocation-Type": "Event"},
    {"X-Amz-Client-Context": "  many   spaces\t inside  ", "X-Custom": "a,b , c"},
    {"X-Amz-Meta": "", "X-Amz-Note": "grüße ☃", "User-Agent": "not signed", "Expect": "100-continue"},
    {"X-Amz-Content-SHA256": None},
]
BODIES = [b"", b"{}", json.dumps({"text": "grüße ☃"}).encode(), bytes(range(256))]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def signed(method, path, query, headers, body, session, presigned):
    url = "https://lambda.us-east-1.example:8443" + path + ("?" + query if query else "")
    headers = dict(headers)
    if "X-Amz-Content-SHA256" in headers:
        headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
    # A presigned body would be moved into the query: its place is the header form.
    request = AWSRequest(method=method, url=url, headers=headers, data=b"" if presigned else body)
    credentials = Credentials(*(SESSION_KEY if session else KEY), TOKEN if session else None)
    kind = botocore.auth.SigV4QueryAuth if presigned else botocore.auth.SigV4Auth
    arguments = {"expires": 900} if presigned else {}
    with mock.patch("botocore.auth.get_current_datetime", lambda: TIME):
        kind(credentials, "lambda", "us-east-1", **arguments).add_auth(request)
    parts = urlsplit(request.url)
    wire = [[name, value] for name, value in request.headers.items()]
    return {
        "method": method,
        "target": parts.path + ("?" + parts.query if parts.query else ""),
        "headers": [["Host", parts.netloc]] + wire,
        "body": (b"" if presigned else body).hex(),
        "session": session,
        "presigned": presigned,
    }


def requests():
    turn = itertools.count()
    for path in PATHS:
        for query in QUERIES:
            n = next(turn)
            # Every path with every query; the rest takes turns, at periods that have no common factor.
            yield METHODS[n % 5], path, query, HEADERS[n // 2 % 5], BODIES[n // 3 % 4], n % 3 == 0, False
    for path in PATHS:
        for query in QUERIES:
            n = next(turn)
            parameters = [part.partition("=")[0] for part in query.split("&")]
            if len(parameters) != len(set(parameters)) or "=" not in query and query:
                continue  # botocore itself drops repeated names when it presigns, and adds the missing equal-sign
            headers = {k: v for k, v in HEADERS[n % 5].items() if v is not None}
            yield METHODS[n % 5], path, query, headers, b"", n % 3 == 0, True


def main():
    document = {
        "botocore": botocore.__version__,
        "time": int(TIME.timestamp()),
        "key": KEY,
        "sessionKey": SESSION_KEY,
        "token": TOKEN,
        "requests": [signed(*request) for request in requests()],
    }
    lines = [json.dumps(request) for request in document.pop("requests")]
    head = json.dumps(document)[:-1]
    sys.stdout.write(head + ', "requests": [\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
