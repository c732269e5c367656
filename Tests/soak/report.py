"""What was measured and what was found, gathered and printed."""

from collections import Counter
from dataclasses import dataclass

MOST_SHOWN = 40


@dataclass
class Sample:
    when: str
    role: str
    pid: int
    sandboxes: int
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

    def sample(self, when, role, pid, sandboxes, memory, descriptors):
        self._samples.append(Sample(when, role, pid, sandboxes, memory, descriptors))

    def judge_growth(self, growth_bytes, growth_factor, growth_descriptors):
        """Without a function a worker holds what it held before there was one, and for each sandbox that is kept ready
        what it held for those before the load; its memory has not grown since."""
        for role in ("server", "spawner"):
            first, ready, warm, _, end = [sample for sample in self._samples if sample.role == role]
            if warm.pid != end.pid:
                self.finding("end", role, "did not live through the last rounds, where only sandboxes were killed")
            for_each = (ready.descriptors - first.descriptors) / max(ready.sandboxes, 1)
            allowed = first.descriptors + for_each * end.sandboxes + growth_descriptors
            if end.descriptors > allowed:
                self.finding("end", role, f"{end.descriptors} descriptors with {end.sandboxes} sandboxes, not {allowed:g}")
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
                f"  {sample.when:30} {sample.role:8} {sample.sandboxes:3} sandboxes "
                f"{sample.memory / 2**20:7.1f} MiB {sample.descriptors:4} descriptors"
            )
        print(f"findings: {len(self._findings)}")
        for text in self._findings[:MOST_SHOWN]:
            print("  " + text)
        return not self._findings
