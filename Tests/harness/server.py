"""One real server in directories of its own."""

import configparser
import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from harness import host
from harness.control_groups import ServicePlace
from harness.mode import MODE
from harness.ports import free_port
from harness.waiting import SLOWNESS, wait_until


class Server:
    """Started, stopped, killed and restarted on the same directories and the same port."""

    def __init__(self, home, *options, mode=MODE):
        self.home = Path(home)
        self.mode = mode
        mode.own(self.home)
        self.data = self.home / "data"
        self.secrets = self.home / "secrets"
        self.log = self.home / "server.log"
        self.port = free_port()
        self.options = list(options)
        self.process = None
        self.place = ServicePlace()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials_file(self):
        return self.secrets / "credentials"

    @property
    def credentials(self):
        """(access key id, secret access key) of the administrator."""
        profile = configparser.ConfigParser()
        profile.read(self.credentials_file)
        return profile["default"]["aws_access_key_id"], profile["default"]["aws_secret_access_key"]

    @property
    def instance(self):
        path = self.data / "instance"
        return path.read_text().strip() if path.exists() else ""

    def command(self):
        return [
            str(self.mode.binary), "serve", "--data-dir", str(self.data), "--secrets-dir", str(self.secrets),
            "--listen", f"127.0.0.1:{self.port}", *self.options,
        ]  # fmt: skip

    def start(self, timeout=20.0):
        self.launch()
        deadline = time.monotonic() + timeout * SLOWNESS
        while not self.is_healthy():
            if self.process.poll() is not None:
                raise AssertionError("the server ended with %d:\n%s" % (self.process.returncode, self.log_tail()))
            if time.monotonic() > deadline:
                raise AssertionError("the server is not healthy after %g s:\n%s" % (timeout, self.log_tail()))
            time.sleep(0.01)
        return self

    def launch(self):
        """Starts the process without waiting until it serves."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment,
                start_new_session=True, preexec_fn=self.prepare,
            )  # fmt: skip
        return self.process

    def prepare(self):
        """In the child, before it executes: as root into its place, which is not the user's."""
        self.place.enter()
        self.mode.become()

    def is_healthy(self):
        try:
            status, body = self.health()
            return status == 200 and json.loads(body).get("status") == "ok"
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def health(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/_redoubt/health")
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_healthy(self, timeout=15.0):
        wait_until(self.is_healthy, timeout, what="the server's health")

    def stop(self, timeout=30.0):
        """SIGTERM; returns the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout * SLOWNESS)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise AssertionError(
                "the server had not stopped %g s after SIGTERM:\n%s" % (timeout, self.log_tail())
            ) from error

    def kill(self):
        """SIGKILL to the supervisor alone: everything else has to go by itself."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.kill()
        return self.start()

    def remove(self):
        """Kills it if it runs; then its directories and its place among the control groups go."""
        self.kill()
        host.remove_control_groups(self.instance)
        self.place.remove()
        shutil.rmtree(self.home, ignore_errors=True)

    def tree(self):
        """Every process of the running server, the supervisor first."""
        return host.descendants(self.process.pid)

    def child(self, role):
        """The pid of the supervisor's child: "spawner" or "server"."""
        wanted = {"spawner": "redoubt-spawner", "server": " server"}[role]

        def find():
            for pid in self.tree()[1:]:
                if host.parent_of(pid) == self.process.pid and wanted in host.command_line(pid) + " ":
                    return pid
            return None

        return wait_until(find, 5, what=f"a child process of the role {role}")

    def resident_memory(self, role="server"):
        """Bytes that the supervisor's child holds in memory."""
        return int(host.status_field(self.child(role), "VmRSS")) << 10

    def kill_child(self, role):
        pid = self.child(role)
        os.kill(pid, signal.SIGKILL)
        return pid

    def host_state(self):
        return host.host_state(self.data, self.instance, None if self.mode.is_root else self.mode.uid)

    def log_tail(self, lines=60):
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
