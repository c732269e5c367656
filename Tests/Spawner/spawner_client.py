"""The server's side of the spawner protocol (Sources/CSpawnerProtocol/include/spawner_protocol.h), for tests."""

import fcntl
import hashlib
import io
import os
import select
import signal
import socket
import struct
import subprocess
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from harness.control_groups import hierarchies
from harness.waiting import SLOWNESS
from modes import ROOT

VERSION = 8
MOST_LAYERS = 5
UNPACK, START, SETTLE, KILL, FORGET, BASELINE, RESTORE, STOCK, COMPILE, DISMISS = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
PREPARED, BOOTED, FORKED = 1, 2, 3
UNPACKED, STARTED, FAILED, EXITED, CLEANED = 65, 66, 67, 68, 69
INVALID, UNKNOWN_TREE, NO_SLOT, SYSTEM = 1, 2, 3, 4
NOT_A_ZIP, UNSAFE_ENTRY, TOO_LARGE, TIMEOUT = 16, 17, 18, 19

HEADER = struct.Struct("=HHIQ")
TREE = struct.Struct("=Q32s")
UNPACK_BODY = struct.Struct("=QQII")
COMPILE_BODY = struct.Struct("=QII")
START_BODY = struct.Struct("=IIIIIIII")
STOCK_BODY = struct.Struct("=QIIIIII")
SLOT_BODY = struct.Struct("=II")
STARTED_BODY = struct.Struct("=IIIIII")
CLEANED_BODY = struct.Struct("=IIII")
RESULT_BODY = struct.Struct("=IiQII256s")
EXITED_BODY = struct.Struct("=IIiIQ")

ACCOUNT = 123456789012
PATIENCE = 30 * SLOWNESS


def message(kind, request, body=b"", version=VERSION, size=None):
    size = HEADER.size + len(body) if size is None else size
    return HEADER.pack(version, kind, size, request) + body


def make_zip(files):
    """`files`: name -> bytes, text, or (content, unix mode)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content, mode = content if isinstance(content, tuple) else (content, 0o100644)
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.create_system = 3
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def sealed(content, seals=fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW):
    descriptor = os.memfd_create("archive", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, content)
    if seals:
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


@dataclass
class Answer:
    kind: int
    request: int
    failure: int = 0
    error: int = 0
    bytes: int = 0
    entries: int = 0
    has_extensions: bool = False
    detail: str = ""
    slot: int = 0
    generation: int = 0
    wait_status: int = 0
    oom_kills: int = 0
    memory_peak: int = 0
    is_clean: bool = False
    was_parked: bool = False
    descriptors: list = field(default_factory=list)


class Environment:
    def __init__(self, spawner, answer):
        self.spawner, self.slot, self.generation = spawner, answer.slot, answer.generation
        spawner.environments.append(self)
        self.is_closed = False
        listener, self.log, self.temporary, self.shared, local_listener, platform, *group = answer.descriptors
        self.peak, self.group, self.freezer = (*group, None, None, None)[:3]  # what the host has of them
        self.listener, self.local_listener = socket.socket(fileno=listener), socket.socket(fileno=local_listener)
        self.platform_listener = socket.socket(fileno=platform)

    def kill(self):
        self.spawner.send(message(KILL, 0, SLOT_BODY.pack(self.slot, self.generation)))

    def dismiss(self):
        self.spawner.send(message(DISMISS, 0, SLOT_BODY.pack(self.slot, self.generation)))

    def settle(self):
        self.spawner.send(message(SETTLE, 0, SLOT_BODY.pack(self.slot, self.generation)))

    def note_baseline(self):
        return self.order(BASELINE)

    def restore(self):
        return self.order(RESTORE)

    def order(self, kind):
        """Whether the environment is clean afterwards."""
        request = self.spawner.next_request()
        self.spawner.send(message(kind, request, SLOT_BODY.pack(self.slot, self.generation)))
        return self.spawner.wait_for(lambda a: a.kind == CLEANED and a.request == request).is_clean

    def exited(self):
        return self.spawner.wait_for(lambda a: a.kind == EXITED and (a.slot, a.generation) == (self.slot, self.generation))

    @property
    def group_name(self):
        """That of its control group, below that of the instance."""
        return os.path.basename(os.readlink(f"/proc/self/fd/{self.group}"))

    def read_log(self, until=None):
        """To the end, or until `until` has appeared."""
        until = until.encode() if until is not None else None
        out, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not select.select([self.log], [], [], max(0, end - time.monotonic()))[0]:
                break
            chunk = os.read(self.log, 65536)
            out += chunk
            if not chunk or (until is not None and until in out):
                return out.decode(errors="replace")
        raise AssertionError(f"log did not end: {out!r}")

    def accept(self):
        ready, _, _ = select.select([self.listener, self.local_listener], [], [], PATIENCE)
        assert ready, "no connection to the runtime API"
        connection, _ = ready[0].accept()
        connection.setblocking(True)
        connection.settimeout(PATIENCE)
        return connection

    def close(self):
        if self.is_closed:
            return
        self.is_closed = True
        self.listener.close()
        self.local_listener.close()
        for descriptor in (self.log, self.temporary, self.shared, self.peak, self.group, self.freezer):
            if descriptor is not None:
                os.close(descriptor)


class Spawner:
    def __init__(self, program, configuration, place, mode=ROOT):
        """`place`: the control group that it is started in."""
        self.mode, self.uid_base = mode, int(configuration.split("uid-base ", 1)[1].split("\n")[0])
        self.instance = configuration.split("instance ", 1)[1].split("\n")[0]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config_read, config_write = os.pipe()
        os.write(config_write, configuration.encode())
        os.close(config_write)
        first, second = os.dup(config_read), os.dup(theirs.fileno())

        def prepare():
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (first, second)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)
            place.enter()  # as root: the group is not the user's
            mode.become()

        self.process = subprocess.Popen(["redoubt-spawner"], executable=str(program), env={}, close_fds=False,
                                        preexec_fn=prepare, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        for fd in (config_read, first, second):
            os.close(fd)
        theirs.close()
        self.socket, self.counter, self.pending = ours, 0, []
        self.known, self.environments = {}, []

    @property
    def pid(self):
        return self.process.pid

    def processes(self, count=64):
        """Host pids of what runs in its sandboxes."""
        return self.mode.processes(self.uid_base, count)

    def send(self, packet, descriptors=()):
        socket.send_fds(self.socket, [packet], list(descriptors))

    def receive(self, timeout=PATIENCE):
        if not select.select([self.socket], [], [], timeout)[0]:
            raise AssertionError("no answer from the spawner")
        packet, descriptors, _, _ = socket.recv_fds(self.socket, 65536, 9)
        if not packet:
            raise ConnectionError("spawner closed the connection")
        version, kind, size, request = HEADER.unpack_from(packet)
        assert version == VERSION and size == len(packet)
        body = packet[HEADER.size:]
        answer = Answer(kind, request, descriptors=descriptors)
        if kind in (UNPACKED, FAILED):
            answer.failure, answer.error, answer.bytes, answer.entries, has_extensions, detail = RESULT_BODY.unpack(body)
            assert has_extensions in (0, 1)
            answer.has_extensions = has_extensions == 1
            answer.detail = detail.split(b"\0")[0].decode("ascii")
        elif kind == STARTED:
            answer.slot, answer.generation, has_group, can_freeze, was_parked, reserved = STARTED_BODY.unpack(body)
            answer.was_parked = was_parked == 1
            assert was_parked in (0, 1) and reserved == 0
            assert has_group == self.mode.has_groups and can_freeze == (has_group and bool(hierarchies("cgroup2")))
            assert len(descriptors) == 6 + 2 * has_group + can_freeze
        elif kind == CLEANED:
            answer.slot, answer.generation, is_clean, reserved = CLEANED_BODY.unpack(body)
            assert reserved == 0
            answer.is_clean = is_clean == 1
        elif kind == EXITED:
            answer.slot, answer.generation, answer.wait_status, answer.oom_kills, answer.memory_peak = EXITED_BODY.unpack(body)
        return answer

    def wait_for(self, wanted):
        for answer in self.pending:
            if wanted(answer):
                self.pending.remove(answer)
                return answer
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.receive(max(0.01, end - time.monotonic()))
            if wanted(answer):
                return answer
            self.pending.append(answer)
        raise AssertionError("answer did not come")

    def next_request(self):
        self.counter += 1
        return self.counter

    def ask_unpack(self, archive, account=ACCOUNT, maximum_bytes=64 << 20, maximum_entries=10000, zip_size=None):
        request, digest = self.next_request(), hashlib.sha256(archive).digest()
        body = TREE.pack(account, digest) + UNPACK_BODY.pack(zip_size if zip_size is not None else len(archive), maximum_bytes, maximum_entries, 0)
        descriptor = sealed(archive)
        try:
            self.send(message(UNPACK, request, body), [descriptor])
        finally:
            os.close(descriptor)
        return request, digest

    def unpack(self, archive, **limits):
        request, _ = self.ask_unpack(archive, **limits)
        return self.wait_for(lambda a: a.request == request)

    def ask_compile(self, code, tree, runtime, account=ACCOUNT, maximum_bytes=16 << 20, maximum_entries=1000):
        request = self.next_request()
        body = TREE.pack(account, tree) + TREE.pack(ACCOUNT, code) + COMPILE_BODY.pack(maximum_bytes, maximum_entries, runtime)
        self.send(message(COMPILE, request, body))
        return request

    def compile(self, *arguments, **options):
        request = self.ask_compile(*arguments, **options)
        return self.wait_for(lambda a: a.request == request)

    def start_message(self, digest, runtime, environment, memory_mib=256, ephemeral_mib=64, account=ACCOUNT, layers=(), stock=0, compiled=None, **wrong):
        """`layers`: their digests, the topmost last. `stock`: 0, or one more than the line."""
        strings = [f"{name}={value}".encode() + b"\0" for name, value in environment.items()]
        block = wrong.get("block", b"".join(strings))
        request = self.next_request()
        body = TREE.pack(account, digest) + START_BODY.pack(
            runtime, memory_mib, ephemeral_mib, wrong.get("count", len(strings)), wrong.get("size", len(block)),
            wrong.get("layer_count", len(layers)), stock, wrong.get("has_compiled", int(compiled is not None)))
        body += TREE.pack(wrong.get("compiled_account", account), compiled) if compiled is not None else bytes(TREE.size)
        filled = b"".join(TREE.pack(wrong.get("layer_account", account), layer) for layer in layers)
        body += filled.ljust(MOST_LAYERS * TREE.size, b"\0") + block
        return request, message(START, request, body)

    def keep_ready(self, line, kind, runtime, target, environment, **wrong):
        block = wrong.get("block", b"".join(f"{name}={value}".encode() + b"\0" for name, value in environment.items()))
        account = wrong.get("account", ACCOUNT if kind == FORKED else 0)
        count, size = wrong.get("count", len(environment)), wrong.get("size", len(block))
        self.send(message(STOCK, 0, STOCK_BODY.pack(account, line, kind, runtime, target, count, size) + block))

    def try_start(self, digest, runtime, environment=None, **options):
        request, packet = self.start_message(digest, runtime, environment or {}, **options)
        self.send(packet)
        return self.wait_for(lambda a: a.request == request)

    def tree(self, files):
        archive = make_zip(files)
        digest = hashlib.sha256(archive).digest()
        if digest not in self.known:
            answer = self.unpack(archive)
            assert answer.kind == UNPACKED, answer
            self.known[digest] = True
        return digest

    def start(self, files, runtime, environment=None, **options):
        answer = self.try_start(self.tree(files), runtime, environment, **options)
        assert answer.kind == STARTED, answer
        return Environment(self, answer)

    def python(self, source, environment=None, **options):
        return self.start({"main.py": source}, 1, environment, **options)

    def run_python(self, source, environment=None, **options):
        """The log and the exit of a program that ends by itself."""
        running = self.python(source, environment, **options)
        log = running.read_log()
        answer = running.exited()
        running.close()
        return log, answer

    def stop(self):
        self.socket.close()
        code = self.process.wait(PATIENCE)
        self.errors = self.process.stderr.read().decode()
        self.process.stderr.close()
        return code

    def end_by_force(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
        self.process.stderr.close()
        self.socket.close()
        for environment in self.environments:
            environment.close()


def until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"did not happen: {what}"
        time.sleep(0.005)


def groups(instance):
    """Every control group of this instance on the machine."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, tail = line.split(" - ")
        if tail.split()[0] not in ("cgroup", "cgroup2"):
            continue
        for folder, names, _ in os.walk(fields.split()[4]):
            found += [os.path.join(folder, name) for name in names if name == f"redoubt-{instance}"]
    return found

