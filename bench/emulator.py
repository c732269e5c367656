"""The AWS Runtime Interface Emulator with awslambdaric.

It isolates nothing: it starts the runtime as a plain child. Its log is kept to errors, so that
logging is not what is measured.
"""

import os
import sys

import functions
import peer
import tools


class Emulator(peer.Peer):
    """The hello, started by the emulator when it is first called."""

    source = functions.HELLO
    path = "/2015-03-31/functions/function/invocations"

    def command(self):
        return [
            tools.install_emulator(),
            "--log-level", "error",
            "--runtime-interface-emulator-address", "%s:%d" % self.address,
            "--runtime-api-address", "127.0.0.1:%d" % peer.free_port(),
            sys.executable, "-m", "awslambdaric", "app.handler",
        ]  # fmt: skip

    def environment(self):
        tools.install_packages()
        return {"PATH": os.environ["PATH"], "PYTHONPATH": "%s:%s" % (self.folder, tools.PACKAGES)}
