"""Who starts the spawner: root, or a user that the host does not know."""

import os
import secrets
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Mode:
    name: str
    uid: int | None = None  # None: root
    groups: list = field(default_factory=list)
    prepare: Callable = lambda: None  # before that, as root

    @property
    def is_root(self):
        return self.uid is None

    @property
    def has_groups(self):
        """Whether sandboxes have control groups: the user of these tests was delegated none."""
        return self.is_root

    def host_id(self, uid_base, slot=0):
        """Whom the host takes the sandbox of a slot for."""
        return uid_base + slot if self.is_root else self.uid

    def become(self):
        """In a child of root, before it executes something."""
        self.prepare()
        if not self.is_root:
            os.setgroups(self.groups)
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)

    def run(self, *command):
        """A program of the user's, outside of any sandbox."""
        return subprocess.run(command, preexec_fn=self.become, capture_output=True, text=True, cwd="/")

    def processes(self, uid_base, count):
        """Host pids of everything that runs in a sandbox."""
        return [pid for pid, uid, depth in _processes()
                if (uid_base <= uid < uid_base + count if self.is_root else uid == self.uid and depth > 1)]


ROOT = Mode("root")
ROOTLESS = Mode("rootless", uid=1_500_000_000 + secrets.randbelow(100_000_000))


def _processes():
    """(pid, real uid, how deep in pid namespaces) of every process."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            status = Path(f"/proc/{entry}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if status.split("\nState:")[1].split()[0] == "Z":
            continue  # it has ended, and its parent has not asked how
        yield int(entry), int(status.split("\nUid:")[1].split()[0]), len(status.split("\nNSpid:")[1].split("\n")[0].split())
