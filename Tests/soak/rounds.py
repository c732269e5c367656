"""The rounds: load, a kill, the wait for the next right answer, and the look at what is left."""

import contextlib
import os
import random
import signal
import tempfile
import time
from functools import partial

from harness import host
from harness.clients import ROLE, boto3_client
from harness.packages import make_zip
from harness.server import Server
from harness.waiting import wait_until
from soak import victims
from soak.client import EXCUSED, RIGHT, WRONG, Client
from soak.deployments import ABSENT, Deployments
from soak.functions import SOURCES, is_right
from soak.load import Load
from soak.report import Report
from soak.residue import Residue, memory, sandboxes

RESUMES_WITHIN_SECONDS = 2.0
SETTLES_WITHIN_SECONDS = 10.0
LONGEST_DELAY_SECONDS = 0.6  # from the start of the load to the kill
SETTLED_LOOKS = 12  # a tenth of a second apart: what a sandbox leaves is kept for a second
AFTERGLOW_SECONDS = 0.1  # in which a client may still find its connection dead
JUDGED_SECONDS = (0.2, 0.6)  # of load after the service resumed, in which nothing may fail
IN_A_ROW = (1, 1, 1, 6)  # kills of one kind
QUIET_SHARE = 8  # one round of so many, at the end, leaves the server and the spawner alive
GROWTH_BYTES, GROWTH_FACTOR, GROWTH_DESCRIPTORS = 8 << 20, 1.1, 2


class Soak:
    """- Parameter seed: decides on victims, delays and requests."""

    def __init__(self, rounds, seed, clients):
        self._rounds, self._seed, self._clients = rounds, seed, clients
        self._choice, self._report, self._count = random.Random(seed), Report(), 0

    def run(self):
        """True if nothing was found."""
        print(f"{self._rounds} rounds, seed {self._seed}", flush=True)
        with tempfile.TemporaryDirectory(prefix="redoubt-soak-") as home:
            os.chmod(home, 0o711)  # The server's user has to get through.
            self._server = Server(home)
            self._server.start()
            try:
                self._prepare()
                self._run_rounds()
                self._finish()
            finally:
                self._server.kill()
        return self._report.show()

    def _prepare(self):
        self._sample_workers("before the load")
        self._control = boto3_client(self._server)
        for name, source in SOURCES.items():
            self._control.create_function(
                FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, Timeout=20,
                Code={"ZipFile": make_zip({"app.py": source})},
            )  # fmt: skip
        self._load = Load(self._server.port, self._server.credentials, self._clients, self._seed)
        self._residue = Residue(self._server, self._load.process_ids)
        self._deployments = Deployments(self._server, self._seed)
        self._probe = Client(self._server.port, self._server.credentials, timeout=5)
        self._await_answer()

    def _run_rounds(self):
        last_kill_of_a_worker = self._rounds - max(2, self._rounds // QUIET_SHARE)
        roles = []
        for number in range(self._rounds):
            if number == last_kill_of_a_worker:
                self._sample_workers("workers that live to the end")
                roles = []
            if not roles:  # each part in turn, in a new order every time, and now and then the same again and again
                are_all = number < last_kill_of_a_worker
                kinds = [*(victims.WORKERS if are_all else ()), *victims.IN_SANDBOXES]
                self._choice.shuffle(kinds)
                roles = [role for role in kinds for _ in range(self._choice.choice(IN_A_ROW))]
            self._round(number, roles.pop())
            if number % 20 == 19:
                print(f"{number + 1} of {self._rounds} rounds", flush=True)
        self._sample_workers("after the last round")

    def _round(self, number, role):
        self._load.resume()
        self._deployments.resume()
        victim = self._pick(role)
        killed = wanted_back = time.monotonic()
        if victim is None:
            self._report.absent(role)
        else:
            wanted_back = self._kill(role, victim)
        resumed = self._await_answer()
        self._report.resumed(number, role, resumed - wanted_back, RESUMES_WITHIN_SECONDS)
        time.sleep(self._choice.uniform(*JUDGED_SECONDS))
        bad = self._load.pause() + self._deployments.pause()
        self._probe.close()
        excused_until = resumed + AFTERGLOW_SECONDS if victim is not None else killed
        for outcome in bad:
            is_excused = outcome.kind in EXCUSED and outcome.ended >= killed and outcome.began <= excused_until
            self._report.outcome(number, role, outcome, is_excused)
        self._look(number, role)
        self._check_deployments(number, role)

    def _pick(self, role):
        """Waits a random while, then for a process that plays the part: nothing says that one is there just now."""
        time.sleep(self._choice.uniform(0, LONGEST_DELAY_SECONDS))
        deadline = time.monotonic() + SETTLES_WITHIN_SECONDS
        while time.monotonic() < deadline:
            found = victims.find(self._server, role)
            if found:
                return self._choice.choice(sorted(found))
        return None

    def _kill(self, role, victim):
        """When the time to resume begins: at the kill; for the supervisor, at its restart by whoever watches it."""
        doomed = [victim, *(victims.find(self._server, "init") if role in victims.WORKERS else [])]
        wanted_back = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # It may have ended by itself.
            os.kill(victim, signal.SIGKILL)
        if role == "supervisor":
            self._server.process.wait()
            wanted_back = time.monotonic()
            self._server.launch()
        # Whoever still answers for a moment after the kill is not the service that resumes.
        wait_until(lambda: not any(map(host.is_alive, doomed)), what=f"the end of the {role} and its sandboxes")
        return wanted_back

    def _await_answer(self):
        def answers():
            self._count += 1
            return self._probe.invoke("hello", {"n": self._count}, is_right("hello", self._count)).kind == RIGHT

        wait_until(answers, 30, 0.005, what="a right answer after a kill\n" + self._server.log_tail(10))
        return time.monotonic()

    def _look(self, number, role):
        left = self._residue.find()
        deadline = time.monotonic() + SETTLES_WITHIN_SECONDS
        while left and time.monotonic() < deadline:
            time.sleep(0.02)
            left = self._residue.find()
        for line in left:
            self._report.finding(number, role, f"left behind: {line}")

    def _check_deployments(self, number, role):
        """All that was acknowledged is there and answers; half of a change is not."""
        names = {found["FunctionName"] for found in self._control.list_functions()["Functions"]} - set(SOURCES)
        for name in sorted(names - set(self._deployments.possible)):
            self._report.finding(number, role, f"function `{name}` is back, or was never asked for")
        for name, possible in sorted(self._deployments.possible.items()):
            if name in names:
                self._check_deployed(number, role, name, possible)
            elif ABSENT in possible:
                self._deployments.settle(name, ABSENT)
            else:
                self._report.finding(number, role, f"function `{name}` was acknowledged and is gone")

    def _check_deployed(self, number, role, name, possible):
        seen = []
        outcome = self._probe.invoke(name, {}, lambda answer: seen.append(answer) or answer in possible or WRONG)
        if outcome.kind == RIGHT:
            self._deployments.settle(name, seen[0])
        else:
            self._report.finding(number, role, f"deployed function answers {outcome}; possible: {possible}")

    def _finish(self):
        self._report.answers(self._load.right, self._deployments.acknowledged)
        self._load.stop()
        for found in self._control.list_functions()["Functions"]:
            self._control.delete_function(FunctionName=found["FunctionName"])
        self._control.close()
        wait_until(lambda: not host.environments(self._server), 20, what="the end of every environment")
        self._sample_workers("without a function")
        self._report.judge_growth(GROWTH_BYTES, GROWTH_FACTOR, GROWTH_DESCRIPTORS)
        if (status := self._server.stop()) != 0:
            self._report.finding(self._rounds, "end", f"the server ended with {status} after SIGTERM")
        if state := host.host_state(self._server.data, self._server.instance):
            self._report.finding(self._rounds, "end", f"left behind by a stopped server: {state}")

    def _wait_for_rest(self):
        """Until nothing is being made ready any more, nor let go of."""
        counts = []

        def is_settled():
            counts.append((sandboxes(self._server), *map(host.open_descriptors, victims.find(self._server, "spawner"))))
            return len(set(counts[-SETTLED_LOOKS:])) == 1 and len(counts) >= SETTLED_LOOKS

        wait_until(is_settled, 20, 0.1, what="a number of sandboxes that stays")

    def _sample_workers(self, when):
        self._wait_for_rest()
        ready = sandboxes(self._server), len(victims.find(self._server, "zygote"))
        for role in ("server", "spawner"):
            (pid,) = wait_until(partial(victims.find, self._server, role), what=f"the {role}")
            self._report.sample(when, role, pid, *ready, memory(pid), host.open_descriptors(pid))
