"""A Redoubt server to measure: one that runs already, or one started for the occasion."""

import configparser
import contextlib
import io
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import emulator
import tools

FUNCTION = "bench-hello"
REGION = "us-east-1"
HANDLER_SOURCE = 'def handler(event, context):\n    return {"hello": event["name"]}\n'


def add_arguments(parser):
    """The options by which a benchmark is told its server."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--endpoint", help="URL of a running server, such as http://127.0.0.1:9000")
    which.add_argument("--start", metavar="BINARY", help="a redoubt program to start and stop")
    parser.add_argument("--credentials", help="with --endpoint: file with a key, as an AWS profile")
    parser.add_argument("--profile", default="default", help="profile in the credentials file")


@contextlib.contextmanager
def open_server(arguments, options=()):
    """A `Server` as the arguments ask for it; one that is started gets further options."""
    tools.install_packages()
    if arguments.endpoint:
        if not arguments.credentials:
            raise SystemExit("--endpoint needs --credentials")
        yield Server(arguments.endpoint, arguments.credentials, arguments.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # The server may run as a user of its own.
        endpoint = "http://127.0.0.1:%d" % emulator.free_port()
        process = _start(arguments.start, folder, endpoint, options)
        try:
            _wait_until_healthy(endpoint, process, folder + "/server.log")
            yield Server(endpoint, folder + "/secrets/credentials", arguments.profile, process.pid)
        finally:
            emulator.stop(process)


class Server:
    """Where the server is, how to sign for it, and its process id where that is known."""

    def __init__(self, endpoint, credentials_file, profile, pid=None):
        self.endpoint = endpoint.rstrip("/")
        self.pid = pid
        url = urllib.parse.urlsplit(self.endpoint)
        self.address = (url.hostname, url.port)
        self._host = url.netloc
        self._key_id, self._secret = _read_credentials(credentials_file, profile)
        self._path = "/2015-03-31/functions/%s/invocations" % FUNCTION

    @property
    def credentials(self):
        """(access key id, secret access key)"""
        return self._key_id, self._secret

    @contextlib.contextmanager
    def function(self, source=HANDLER_SOURCE, timeout=10):
        """Creates the function that is measured, and deletes it in the end."""
        with self._created({FUNCTION: source}, MemorySize=1769, Timeout=timeout):
            yield

    @contextlib.contextmanager
    def functions(self, sources, **configuration):
        """Creates functions by name and source, yields how to invoke one for its status, and deletes them."""
        import botocore.config

        settings = {"max_pool_connections": 256, "read_timeout": 120, "retries": {"max_attempts": 0}}
        client = self._client(botocore.config.Config(**settings))
        with self._created(sources, **configuration):
            yield lambda name: client.invoke(FunctionName=name)["StatusCode"]

    @contextlib.contextmanager
    def _created(self, sources, **configuration):
        client = self._client()
        for name, source in sources.items():
            client.create_function(
                FunctionName=name,
                Runtime="python3.11",
                Role="arn:aws:iam::000000000000:role/bench",
                Handler="app.handler",
                Code={"ZipFile": _package(source)},
                **configuration,
            )
        try:
            for name in sources:
                client.get_waiter("function_active_v2").wait(FunctionName=name)
            yield
        finally:
            for name in sources:
                client.delete_function(FunctionName=name)

    def request(self, body):
        """One signed invocation as bytes, good for five minutes."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest("POST", self.endpoint + self._path, data=body, headers={"Host": self._host})
        SigV4Auth(Credentials(self._key_id, self._secret), "lambda", REGION).add_auth(request)
        headers = "".join("%s: %s\r\n" % item for item in request.headers.items())
        head = "POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (self._path, headers, len(body))
        return head.encode() + body

    def _client(self, configuration=None):
        import boto3

        return boto3.client(
            "lambda",
            endpoint_url=self.endpoint,
            region_name=REGION,
            config=configuration,
            aws_access_key_id=self._key_id,
            aws_secret_access_key=self._secret,
        )


def _start(binary, folder, endpoint, options):
    command = [
        str(pathlib.Path(binary).resolve()), "serve",
        "--data-dir", folder + "/data",
        "--secrets-dir", folder + "/secrets",
        "--listen", endpoint.removeprefix("http://"), *options,
    ]
    with open(folder + "/server.log", "wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def _wait_until_healthy(endpoint, process, log, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
            raise RuntimeError("the server ended with status %d:\n%s" % (process.returncode, tail))
        try:
            with urllib.request.urlopen(endpoint + "/_redoubt/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server was not healthy within %d seconds" % seconds)


def _read_credentials(file, profile):
    settings = configparser.ConfigParser()
    with open(file) as lines:
        settings.read_file(lines)
    section = settings[profile]
    return section["aws_access_key_id"], section["aws_secret_access_key"]


def _package(source):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", source)
    return data.getvalue()
