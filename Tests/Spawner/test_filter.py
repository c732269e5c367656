"""The system call filter itself: every rule decides something, and the program does what the rules say."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import INCLUDES, SOURCES
from filter_program import (ALLOW, I386, KILL_PROCESS, UNLISTED, UNUSUAL, X32_BIT, decide, program_of, read_program,
                            read_rules, with_high_bits)
from modes import ROOT

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="calls and architectures of x86-64")
SPAWNER = SOURCES / "redoubt-spawner"
WRITER = Path(__file__).with_name("filter_rules.c")
MAXIMUM_NUMBER = 512
# Arguments that the kernel takes whole: pointers, and clone's flags. Of the latter it drops the high half itself.
WHOLE = {("prlimit64", 2), ("clone", 0)}


def write_filter(folder, sources):
    program = folder / "filter_rules"
    entry = [str(path) for path in (SOURCES / "CSandboxEntry").glob("*.c")]
    subprocess.run(["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{sources}", *INCLUDES, str(WRITER),
                    str(sources / "refusal.c"), *entry, "-o", str(program), "-lseccomp"], check=True)
    written = folder / "filter"
    written.mkdir()
    subprocess.run([str(program), str(written)], check=True)
    return written


class Filter:
    def __init__(self, folder):
        self.folder = folder
        self.rules = read_rules(folder / "rules")
        self.program = read_program(folder / "all")
        self.init_rules = read_rules(folder / "init-rules")
        self.init_program = read_program(folder / "init")

    def without(self, rule):
        return read_program(self.folder / f"without-{rule.index}")

    def is_redundant(self, rule):
        changed = self.without(rule)
        return all(decide(changed, rule.number, probe) == decide(self.program, rule.number, probe) for probe in rule.probes())

    def redundant(self):
        return [str(rule) for rule in self.rules if self.is_redundant(rule)]


@pytest.fixture(scope="session")
def the_filter(tmp_path_factory):
    return Filter(write_filter(tmp_path_factory.mktemp("filter"), SPAWNER))


def test_no_rule_is_redundant(the_filter):
    assert len(the_filter.rules) > 300
    assert the_filter.redundant() == []


REDUNDANT = [
    'ALLOW_WHEN(read, "is allowed already", ARGUMENT_IS(0, 0))',
    'ALLOW_WHEN(ioctl, "stands above", ARGUMENT_IS(1, TCGETS))',
    'ALLOW_WHEN(prlimit64, "stands above, wider", ARGUMENT_IS(0, 0), ARGUMENT_IS(1, RLIMIT_CPU), ARGUMENT_IS(2, 0))',
]


def copy_with(folder, lines):
    sources = folder / "sources"
    sources.mkdir()
    for name in ("filter.c", "filter.h", "refusal.c", "refusal.h", "syscalls.def", "init_calls.def"):
        shutil.copy(SPAWNER / name, sources)
    with (sources / "syscalls.def").open("a") as file:
        file.writelines(line + "\n" for line in lines)
    return sources


def test_a_redundant_rule_would_be_found(tmp_path):
    filter = Filter(write_filter(tmp_path, copy_with(tmp_path, REDUNDANT)))
    assert all(filter.is_redundant(rule) for rule in filter.rules[-len(REDUNDANT):])


def test_a_rule_that_only_repeats_the_default_is_not_compiled(tmp_path):
    sources = copy_with(tmp_path, ['REFUSE(clone3, ENOSYS, "as everything that is not listed")'])
    with pytest.raises(subprocess.CalledProcessError):
        write_filter(tmp_path, sources)


def test_every_rule_names_a_call_of_this_architecture(the_filter):
    assert [rule.name for rule in the_filter.rules if rule.number < 0] == []


def test_the_program_decides_as_its_rules_say(the_filter):
    wrong = {str(rule): probe for rule in the_filter.rules for probe in rule.probes()
             if decide(the_filter.program, rule.number, probe) != rule.action}
    assert wrong == {}


def test_no_arguments_are_allowed_that_another_rule_refuses(the_filter):
    mixed = [(str(rule), str(other)) for rule in the_filter.rules for other in the_filter.rules for probe in rule.probes()
             if other.number == rule.number and other.action != rule.action and other.meets(rule.number, probe)]
    assert mixed == []


def test_a_call_that_is_not_listed_fails_as_of_an_older_kernel(the_filter):
    listed = {rule.number for rule in the_filter.rules}
    unlisted = [number for number in range(MAXIMUM_NUMBER) if number not in listed]
    assert {decide(the_filter.program, number, [0] * 6) for number in [*unlisted, 5000, X32_BIT - 1]} == {UNLISTED}
    unconditional = {rule.number for rule in the_filter.rules if not rule.conditions}
    for number in listed - unconditional:
        assert decide(the_filter.program, number, [UNUSUAL] * 6) != ALLOW, number


def test_numbers_of_another_architecture_end_the_process(the_filter):
    for number in range(MAXIMUM_NUMBER):
        assert decide(the_filter.program, number, [0] * 6, I386) == KILL_PROCESS
        assert decide(the_filter.program, number | X32_BIT, [0] * 6) == KILL_PROCESS


def test_high_bits_that_the_kernel_drops_open_nothing(the_filter):
    opened = []
    for rule in the_filter.rules:
        positions = [c.argument for c in rule.conditions if (rule.name, c.argument) not in WHOLE]
        for probe in rule.probes():
            low = decide(the_filter.program, rule.number, probe)
            opened += [str(rule) for changed in with_high_bits(probe, positions)
                       if decide(the_filter.program, rule.number, changed) == ALLOW and low != ALLOW]
    assert opened == []


def test_high_bits_do_not_hide_the_flags_of_a_clone(the_filter):
    refused = [rule for rule in the_filter.rules if rule.name == "clone" and rule.action != ALLOW]
    assert len(refused) == 7
    for rule in refused:
        for changed in with_high_bits(next(rule.probes()), [0]):
            assert decide(the_filter.program, rule.number, changed) == rule.action


def test_init_may_make_the_calls_of_its_list_and_no_other(the_filter):
    assert [rule.name for rule in the_filter.init_rules if rule.number < 0] == []
    wrong = {str(rule): probe for rule in the_filter.init_rules for probe in rule.probes()
             if decide(the_filter.init_program, rule.number, probe) != ALLOW}
    assert wrong == {}
    listed = {rule.number for rule in the_filter.init_rules}
    unlisted = [number for number in range(MAXIMUM_NUMBER) if number not in listed]
    assert {decide(the_filter.init_program, number, [0] * 6) for number in unlisted} == {UNLISTED}
    assert decide(the_filter.init_program, 0, [0] * 6, I386) == KILL_PROCESS


def test_init_may_do_less_than_the_code_beside_it(the_filter):
    more = [str(rule) for rule in the_filter.init_rules for probe in rule.probes()
            if decide(the_filter.program, rule.number, probe) != ALLOW]
    assert more == []
    assert len(the_filter.init_program) < len(the_filter.program) / 4


@pytest.mark.skipif(os.geteuid() != 0, reason="looking at the filter of a process needs root")
@pytest.mark.parametrize("mode", [ROOT], ids=["root"], indirect=True)
def test_a_sandbox_runs_under_both(spawner, the_filter):
    running = spawner.python("import time; print('up', flush=True); time.sleep(1000)")
    running.read_log("up")
    found = [program_of(process) for process in sorted(spawner.processes())]
    assert found == [the_filter.init_program, the_filter.program]
    running.kill()


@pytest.fixture(scope="session")
def calls_made(compile_static):
    """A program that makes every allowed call, to be run in a sandbox."""
    return compile_static(Path(__file__).with_name("every_allowed_call.c").read_text(), "-static", "-pthread", "-Wall", "-Werror")


def test_every_allowed_call_works_in_a_sandbox(spawner, the_filter, calls_made):
    running = spawner.start({"bootstrap": (calls_made, 0o100755)}, 0)
    lines = [line.split() for line in running.read_log().splitlines()]
    assert running.exited().wait_status == 0
    assert [" ".join(line) for line in lines if line[-2] != line[-1]] == [], "each ends as the program expects"
    made = [[int(number) for number in line[1:8]] for line in lines]
    unused = [str(rule) for rule in the_filter.rules
              if rule.action == ALLOW and not any(rule.meets(number, arguments) for number, *arguments in made)]
    assert unused == []
