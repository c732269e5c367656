"""What was measured and what was found, gathered and printed."""

from collections import Counter
from dataclasses import dataclass

MOST_SHOWN = 40
# Of one that is kept ready and was forked, which has the most, and of a zygote: what the spawner holds.
OF_A_SANDBOX, OF_A_ZYGOTE = 10, 3


@dataclass
class Sample:
    when: str
    role: str
    pid: int
    sandboxes: int
    zygotes: int
    memory: int
    descriptors: int


class Report:
    def __init__(self):
        self._times, self._findings, self._samples = {}, [], []
        self._absent, self._excused, self._totals = Counter(), Counter(), (0, 0)

    def absent(self, role):
        self._absent[role] += 1

    def resumed(self, number, role, seconds, limit):
        self._times.setdefault(role, []).append(seconds)
        if seconds > limit:
            self.finding(number, role, f"resumed after {seconds:.2f} s, allowed are {limit:g} s")

    def outcome(self, number, role, outcome, is_excused):
        if is_excused:
            self._excused[outcome.kind] += 1
        else:
            self.finding(number, role, f"a client saw {outcome}")

    def finding(self, number, role, text):
        self._findings.append(f"round {number} ({role}): {text}")
        print(self._findings[-1], flush=True)

    def answers(self, right, acknowledged):
        self._totals = (right, acknowledged)

    def sample(self, *values):
        self._samples.append(Sample(*values))

    def judge_growth(self, growth_bytes, growth_factor, growth_descriptors):
        """Without a function a worker holds what it held before there was one, and the spawner what belongs to those that
        are kept ready; its memory has not grown since."""
        for role in ("server", "spawner"):
            first, warm, _, end = [sample for sample in self._samples if sample.role == role]
            if warm.pid != end.pid:
                self.finding("end", role, "did not live through the last rounds, where only sandboxes were killed")
            ready = OF_A_SANDBOX * end.sandboxes + OF_A_ZYGOTE * end.zygotes if role == "spawner" else 0
            allowed = first.descriptors + ready + growth_descriptors
            if end.descriptors > allowed:
                self.finding("end", role, f"{end.descriptors} descriptors, not {allowed}")
            if end.memory > warm.memory * growth_factor + growth_bytes:
                self.finding("end", role, f"memory grew from {warm.memory >> 20} to {end.memory >> 20} MiB")

    def show(self):
        """True if nothing was found."""
        every = [seconds for times in self._times.values() for seconds in times]
        print(f"{len(every)} rounds; {self._totals[0]} right answers, {self._totals[1]} deployments")
        for role, times in [*sorted(self._times.items()), ("all", every)]:
            ordered = sorted(times)
            p50, worst = ordered[len(ordered) // 2], ordered[-1]
            print(f"  {role:10} {len(times):4} kills   resumed after p50 {p50 * 1e3:5.0f} ms, max {worst * 1e3:5.0f} ms")
        print("excused during outages: " + (", ".join(f"{n} {kind}" for kind, n in self._excused.items()) or "none"))
        print("rounds without such a process: " + (str(dict(self._absent)) if self._absent else "none"))
        for sample in self._samples:
            print(
                f"  {sample.when:30} {sample.role:8} {sample.sandboxes:3} sandboxes {sample.zygotes:2} zygotes "
                f"{sample.memory / 2**20:7.1f} MiB {sample.descriptors:4} descriptors"
            )
        print(f"findings: {len(self._findings)}")
        for text in self._findings[:MOST_SHOWN]:
            print("  " + text)
        return not self._findings
