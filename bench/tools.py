"""What the benchmarks take from the package index, once, into a folder that git ignores.

The AWS Runtime Interface Emulator is inside the wheel of aws-sam-cli; awslambdaric is what it
drives; boto3 creates functions and signs requests. The others have a folder each, so that they are on
nobody's path but their own.
"""

import os
import pathlib
import subprocess
import sys
import zipfile

CACHE = pathlib.Path(__file__).resolve().parents[1] / ".build-bench"
PACKAGES = CACHE / "packages"
EMULATOR = CACHE / "aws-lambda-rie"
_EMULATOR_IN_WHEEL = "samcli/local/rapid/aws-lambda-rie-x86_64"


def install_emulator():
    """The path of the emulator."""
    if not EMULATOR.exists():
        with zipfile.ZipFile(wheel("aws-sam-cli")) as archive:
            unpacked = EMULATOR.with_suffix(".new")
            unpacked.write_bytes(archive.read(_EMULATOR_IN_WHEEL))
        unpacked.chmod(0o755)
        unpacked.rename(EMULATOR)
    return EMULATOR


def install_packages():
    """Makes boto3 importable here, and awslambdaric for whoever puts PACKAGES on its path."""
    install("packages", "awslambdaric", "boto3")
    if str(PACKAGES) not in sys.path:
        sys.path.insert(0, str(PACKAGES))


def install(folder, *requirements):
    """A folder with the packages and what they need."""
    target = CACHE / folder
    stamp = target / ".installed"
    if not stamp.exists():
        _pip("install", "--target", target, "--upgrade", *requirements)
        stamp.touch()
    return target


def wheel(name):
    """The path of a package's wheel, which is not installed."""
    wheels = CACHE / "wheels"
    pattern = name.replace("-", "_") + "-*.whl"
    if not any(wheels.glob(pattern)):
        _pip("download", "--no-deps", "--only-binary=:all:", "--dest", wheels, name)
    return next(wheels.glob(pattern))


def _pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}, check=True)
