"""As whom the servers of the tests are started: REDOUBT_MODE is `root` or `rootless`.

Rootless servers of a run that is root itself belong to a user of their own, whom the host does not know.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.paths import ROOT, redoubt_binary

PROGRAMS = ("redoubt", "redoubt-spawner", "redoubt-unpack", "libredoubt-zygote.so")


@dataclass
class Mode:
    name: str
    uid: int

    @property
    def is_root(self):
        return self.name == "root"

    @property
    def has_groups(self):
        """Whether its sandboxes have control groups: none are delegated to the user of these tests."""
        return self.is_root

    @property
    def obstacle(self):
        """Why no server can be started so; None when it can."""
        return "a server is started as root by root only" if self.is_root and os.geteuid() != 0 else None

    def become(self):
        """In a child, before it executes: from now on the server's user."""
        if self.uid != os.geteuid():
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)

    def own(self, path):
        """Gives a file or folder to whoever starts the server."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.uid)

    @cached_property
    def binary(self):
        """The executable under test, or a copy where the server's user can reach it."""
        binary = redoubt_binary()
        test = ["/usr/bin/test", "-x", binary, "-a", "-r", ROOT / "runtimes"]
        reach = subprocess.run(test, cwd="/", preexec_fn=self.become)
        return binary if reach.returncode == 0 else self._copy(binary)

    def _copy(self, binary):
        self._folder = tempfile.TemporaryDirectory(prefix="redoubt-copy-")
        folder = Path(self._folder.name)
        folder.chmod(0o755)
        for name in PROGRAMS:
            shutil.copy(binary.parent / name, folder / name)
        shutil.copytree(ROOT / "runtimes", folder / "runtimes")
        return folder / "redoubt"


def _mode():
    name = os.environ.get("REDOUBT_MODE") or ("root" if os.geteuid() == 0 else "rootless")
    if name not in ("root", "rootless"):
        raise ValueError(f"REDOUBT_MODE is `{name}`: give root or rootless")
    stranger = name == "rootless" and os.geteuid() == 0
    return Mode(name, 1_600_000_000 + secrets.randbelow(100_000_000) if stranger else os.geteuid())


MODE = _mode()
