"""What the benchmarks take from the package index, once, into a folder that git ignores.

The AWS Runtime Interface Emulator is inside the wheel of aws-sam-cli; awslambdaric is what it
drives; boto3 creates functions and signs requests.
"""

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
        wheels = CACHE / "wheels"
        _pip("download", "--no-deps", "--only-binary=:all:", "--dest", wheels, "aws-sam-cli")
        with zipfile.ZipFile(next(wheels.glob("aws_sam_cli-*.whl"))) as wheel:
            unpacked = EMULATOR.with_suffix(".new")
            unpacked.write_bytes(wheel.read(_EMULATOR_IN_WHEEL))
        unpacked.chmod(0o755)
        unpacked.rename(EMULATOR)
    return EMULATOR


def install_packages():
    """Makes boto3 importable here, and awslambdaric for whoever puts PACKAGES on its path."""
    if not (PACKAGES / "awslambdaric").exists() or not (PACKAGES / "boto3").exists():
        _pip("install", "--target", PACKAGES, "--upgrade", "awslambdaric", "boto3")
    if str(PACKAGES) not in sys.path:
        sys.path.insert(0, str(PACKAGES))


def _pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, check=True)
