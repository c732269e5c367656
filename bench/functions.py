"""Packages of the functions that are measured."""

import io
import subprocess
import zipfile

HELLO = 'def handler(event, context):\n    return {"hello": event["name"]}\n'
HELLO_NODE = "exports.handler = async (event) => ({ hello: event.name });\n"
HELLO_BODY, HELLO_ANSWER = b'{"name":"world"}', b'{"hello":"world"}'
NODE = "/usr/bin/node"


def python(source):
    """What CreateFunction wants to know of a Python function in one file."""
    return {"Runtime": "python3.11", "Code": {"ZipFile": package({"app.py": source})}}


def node(source):
    """The same of a function for the host's Node."""
    return {"Runtime": node_runtime(), "Code": {"ZipFile": package({"app.js": source})}}


def package(files):
    """A zip archive of texts by path; the same texts are the same bytes, whenever it is made."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return data.getvalue()


def node_runtime():
    """AWS's name for the host's Node, such as nodejs20.x; None when there is none."""
    try:
        printed = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return None
    return "nodejs%s.x" % printed.removeprefix("v").split(".")[0]
