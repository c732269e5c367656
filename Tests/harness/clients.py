"""boto3 and the AWS CLI, given nothing but the server's address, region and credentials file."""

import os
import subprocess

import boto3
import botocore.session
from botocore.config import Config

from harness.paths import TOOLS
from harness.waiting import SLOWNESS

REGION = "us-east-1"
ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda-basic"


def function_arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def boto3_client(server, service="lambda", *, validates=True, **options):
    """Retries are off: a test must see the first answer.

    - Parameter validates: whether botocore refuses what its model does not allow, before the server can
    """
    session = botocore.session.Session()
    session.set_config_variable("credentials_file", str(server.credentials_file))
    session.set_config_variable("config_file", os.devnull)
    config = Config(
        retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60 * SLOWNESS, max_pool_connections=64,
        region_name=REGION, parameter_validation=validates,
    )  # fmt: skip
    return boto3.Session(botocore_session=session).client(
        service, endpoint_url=server.endpoint, config=config, **options
    )


def client_environment(server):
    """The environment that points any AWS client at the server, and at nothing of the machine's owner."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(server.home),
        "LANG": "C.UTF-8",
        "AWS_SHARED_CREDENTIALS_FILE": str(server.credentials_file),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
    }


def run_aws(server, *arguments, check=True, timeout=60):
    """Runs the AWS CLI; the completed process, its output as text."""
    done = subprocess.run(
        [str(TOOLS / "aws"), *map(str, arguments)],
        env=client_environment(server), capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if check and done.returncode:
        raise AssertionError("aws %s ended with %d:\n%s" % (" ".join(arguments[:2]), done.returncode, done.stderr))
    return done
