"""The hello as a plain web application: one process, no platform around it."""

import os
import sys

import peer
import tools


class FunctionsFramework(peer.Peer):
    """Google's functions-framework, which is Flask in gunicorn."""

    source = """
import functions_framework

@functions_framework.http
def hello(request):
    return {"hello": request.get_json()["name"]}
"""

    def command(self):
        port = str(self.address[1])
        options = ["--target", "hello", "--source", "app.py", "--host", self.address[0], "--port", port]
        return [sys.executable, "-m", "functions_framework", *options]

    def environment(self):
        return _environment(self.folder)


class Uvicorn(peer.Peer):
    """A bare ASGI application in uvicorn with its fast loop and parser."""

    source = """
import json

async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    answer = json.dumps({"hello": json.loads(body)["name"]}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
"""

    def command(self):
        options = ["--host", self.address[0], "--port", str(self.address[1]), "--lifespan", "off"]
        fast = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
        return [sys.executable, "-m", "uvicorn", "app:app", *options, *fast]

    def environment(self):
        return _environment(self.folder)


def _environment(folder):
    packages = tools.install("web-servers", "functions-framework", "uvicorn[standard]")
    return {"PATH": os.environ["PATH"], "PYTHONPATH": "%s:%s" % (folder, packages)}
