"""A Redoubt server to measure: one that runs already, or one started for the occasion."""

import configparser
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import functions
import peer
import tools

FUNCTION = "bench-hello"
REGION = "us-east-1"
_OPERATIONS = "/2015-03-31/functions/%s/invocations"
_STREAMING = "/2021-11-15/functions/%s/response-streaming-invocations"
_HYGIENE = "/2026-11-25/functions/%s/hygiene"


def add_arguments(parser):
    """The options by which a benchmark is told its server."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--endpoint", help="URL of a running server, such as http://127.0.0.1:9000")
    which.add_argument("--start", metavar="BINARY", help="a redoubt program to start and stop")
    parser.add_argument("--credentials", help="with --endpoint: file with a key, as an AWS profile")
    parser.add_argument("--profile", default="default", help="profile in the credentials file")


@contextlib.contextmanager
def open_server(arguments, **options):
    """A `Server` as the arguments ask for it; one that is started gets further options of `redoubt serve`."""
    tools.install_packages()
    if arguments.endpoint:
        if not arguments.credentials:
            raise SystemExit("--endpoint needs --credentials")
        yield Server(arguments.endpoint, arguments.credentials, arguments.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # The server may run as a user of its own.
        endpoint = "http://127.0.0.1:%d" % peer.free_port()
        process = _start(arguments.start, folder, endpoint, options)
        try:
            _wait_until_healthy(endpoint, process, folder + "/server.log")
            yield Server(endpoint, folder + "/secrets/credentials", arguments.profile, process.pid, folder + "/data")
        finally:
            peer.stop(process)


class Server:
    """Where the server is, how to sign for it, and, of one that was started, its process and its data."""

    def __init__(self, endpoint, credentials_file, profile, pid=None, data=None):
        self.endpoint = endpoint.rstrip("/")
        self.pid = pid
        self.data = data
        url = urllib.parse.urlsplit(self.endpoint)
        self.address = (url.hostname, url.port)
        self._host = url.netloc
        self._key_id, self._secret = _read_credentials(credentials_file, profile)
        self._client = None

    @property
    def credentials(self):
        """(access key id, secret access key)"""
        return self._key_id, self._secret

    @property
    def api(self):
        """boto3's client of Lambda; made when it is first asked for."""
        if self._client is None:
            import boto3

            self._client = boto3.client(
                "lambda",
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=self._key_id,
                aws_secret_access_key=self._secret,
            )
        return self._client

    @contextlib.contextmanager
    def function(self, name=FUNCTION, **configuration):
        """A function for as long as it is measured; a hello in Python unless the configuration says otherwise."""
        self.create(name, **configuration)
        try:
            yield
        finally:
            self.api.delete_function(FunctionName=name)

    @contextlib.contextmanager
    def functions(self, configurations):
        """Functions by name; see `function`."""
        with contextlib.ExitStack() as stack:
            for name, configuration in configurations.items():
                stack.enter_context(self.function(name, **configuration))
            yield

    def create(self, name, **configuration):
        """Creates a function and waits until it can be invoked."""
        defaults = {"MemorySize": 1769, "Timeout": 10, "Handler": "app.handler"}
        code = {} if "Code" in configuration else functions.python(functions.HELLO)
        role = "arn:aws:iam::000000000000:role/lambda-basic"
        self.api.create_function(FunctionName=name, Role=role, **{**defaults, **code, **configuration})
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)

    def keep_nothing(self, name):
        """Gives each invocation of the function an environment of its own, and returns when that holds."""
        body = b'{"Hygiene":"SingleUse"}'
        url, signed = self.endpoint + _HYGIENE % name, self._sign("redoubt", "PUT", _HYGIENE % name, body)
        with urllib.request.urlopen(urllib.request.Request(url, body, signed, method="PUT"), timeout=30):
            return

    def request(self, body, name=FUNCTION, qualifier=None):
        """One signed invocation as bytes, good for five minutes."""
        path = _OPERATIONS % name + ("?Qualifier=" + qualifier if qualifier else "")
        return self._whole("POST", path, body)

    def streaming_request(self, body, name):
        """One signed invocation whose answer is to come as it is written."""
        return self._whole("POST", _STREAMING % name, body)

    def _whole(self, method, path, body):
        headers = "".join("%s: %s\r\n" % item for item in self._sign("lambda", method, path, body).items())
        return ("%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (method, path, headers, len(body))).encode() + body

    def _sign(self, service, method, path, body):
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest(method, self.endpoint + path, data=body, headers={"Host": self._host})
        SigV4Auth(Credentials(self._key_id, self._secret), service, REGION).add_auth(request)
        return dict(request.headers.items())


def _start(binary, folder, endpoint, options):
    command = [
        str(pathlib.Path(binary).resolve()), "serve",
        "--data-dir", folder + "/data",
        "--secrets-dir", folder + "/secrets",
        "--listen", endpoint.removeprefix("http://"),
    ]  # fmt: skip
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), str(value)]
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
