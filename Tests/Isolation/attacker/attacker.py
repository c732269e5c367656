"""A hostile function: does in its sandbox what an event tells it. The compiled one beside it does the same in C."""

import ctypes
import os
import subprocess
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
kept = []


def handler(event, context):
    if isinstance(event, dict):
        return "x" * event["answer"]
    attack = Attack(context.aws_request_id)
    return [attack.step(*line.split(" ")) for line in event]


class Attack:
    def __init__(self, request_id):
        self.request_id = request_id
        self.values = []
        self.turn = 0
        self.out = None

    def step(self, name, *words):
        self.out = None
        value, error, data = getattr(self, name)(*words)
        self.values.append(value)
        return [value, error, data.hex()]

    def call(self, *words):
        value, error = self.attempt([self.argument(word) for word in words])
        data = self.out.raw if self.out else b""
        return value, error, data[:value] if 0 < value < len(data) else data

    def repeat(self, times, *words):
        arguments, error = [self.argument(word) for word in words], 0
        for self.turn in range(int(times)):
            if any(word.startswith("n:") for word in words):
                arguments = [self.argument(w) if w.startswith("n:") else a for w, a in zip(words, arguments)]
            _, error = self.attempt(arguments)
            if error:
                return self.turn, error, b""
        return int(times), 0, b""

    def fork(self):
        try:
            child = os.fork()
        except OSError as error:
            return -1, error.errno, b""
        while child == 0:
            time.sleep(3600)
        return child, 0, b""

    def forks(self, limit):
        for made in range(int(limit)):
            _, error, _ = self.fork()
            if error:
                return made, error, b""
        return int(limit), 0, b""

    def threads(self, limit):
        threading.stack_size(65536)
        for made in range(int(limit)):
            try:
                threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
            except RuntimeError:  # "can't start new thread": the interpreter keeps the errno to itself.
                return made, 11, b""
        return int(limit), 0, b""

    def run(self, *words):
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=-1, stderr=subprocess.STDOUT)
        except OSError as error:
            return 127 << 8, error.errno, b""
        return done.returncode << 8, 0, done.stdout

    @staticmethod
    def attempt(arguments):
        ctypes.set_errno(0)
        value = libc.syscall(*arguments)
        return value, ctypes.get_errno() if value < 0 else 0

    def argument(self, word):
        kind, _, rest = word.partition(":")
        if word.startswith("$"):
            return ctypes.c_long(self.values[int(word[1:])])
        if kind == "x":
            return self.keep(bytes.fromhex(rest))
        if kind == "f":
            size, byte = rest.split(":")
            return self.keep(bytes([int(byte, 16)]) * int(size))
        if kind == "i":
            prefix, suffix = rest.split(":")
            return self.keep(bytes.fromhex(prefix) + self.request_id.encode() + bytes.fromhex(suffix))
        if kind == "n":
            return self.keep(bytes.fromhex(rest) + str(self.turn).encode())
        if kind == "b":
            self.out = ctypes.create_string_buffer(int(rest))
            return self.out
        if kind == "o":
            self.out = ctypes.create_string_buffer(bytes.fromhex(rest), len(rest) // 2)
            return self.out
        return ctypes.c_long(ctypes.c_ulong(int(word, 0)).value if int(word, 0) >= 0 else int(word, 0))

    def keep(self, content):
        buffer = ctypes.create_string_buffer(content)
        kept.append(buffer)
        del kept[:-16]
        return buffer
