"""Deployment packages."""

import hashlib
import io
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import awslambdaric

from harness.paths import ROOT

RIC_BOOTSTRAP = """\
#!/bin/sh
export PYTHONPATH=/var/task
exec /usr/bin/python3 -m awslambdaric "$_HANDLER"
"""


def make_zip(files, compression=zipfile.ZIP_DEFLATED):
    """- Parameter files: name to text or bytes, or to those and a Unix mode; a file named `bootstrap` is executable."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = compression
            content, mode = (
                content if isinstance(content, tuple) else (content, 0o100755 if name == "bootstrap" else 0o100644)
            )
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def package_of(code):
    """A zip of: the text of app.py, a dictionary of files, or a zip already."""
    if isinstance(code, bytes):
        return code
    files = {"app.py": code} if isinstance(code, str) else code
    return make_zip({name: textwrap.dedent(text) if isinstance(text, str) else text for name, text in files.items()})


def awslambdaric_package(app):
    """AWS's own Python runtime interface client, as PyPI has it, as a custom runtime."""
    site_packages = Path(awslambdaric.__file__).parent.parent
    files = {"bootstrap": RIC_BOOTSTRAP, "app.py": textwrap.dedent(app)}
    for pattern in ("awslambdaric", "simplejson", "snapshot_restore_py*.py", "runtime_client*.so"):
        found = list(site_packages.glob(pattern))
        assert found, f"{pattern} is not beside awslambdaric in {site_packages}"
        for path in found:
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    files[str(file.relative_to(site_packages))] = file.read_bytes()
    return make_zip(files)


def installed_folder(requirements):
    """Packages of PyPI, wheels only. Installed once; they stay in a folder that git ignores."""
    mark = hashlib.sha256(repr((requirements, sys.version_info[:2])).encode()).hexdigest()[:16]
    folder = ROOT / ".build-test" / f"packages-{mark}"
    if not folder.exists():
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--target", str(half)]
        subprocess.run([*pip, *requirements], check=True)
        half.rename(folder)
    return folder


def installed_package(app, requirements, without=()):
    """app.py with packages of PyPI beside it.

    - Parameter without: folders that are left out
    """
    folder = installed_folder(requirements)
    files = {"app.py": textwrap.dedent(app)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in without and "__pycache__" not in name.parts:
            files[str(name)] = path.read_bytes()
    return make_zip(files)


def compiled_package(source, directory):
    """A C program as a custom runtime, linked statically so that it needs nothing of the sandbox."""
    program = Path(directory) / "bootstrap"
    subprocess.run(
        ["gcc", "-O1", "-Wall", "-static", "-x", "c", "-", "-o", str(program)],
        input=textwrap.dedent(source).encode(), check=True, stdout=sys.stderr,
    )  # fmt: skip
    return make_zip({"bootstrap": program.read_bytes()})
