"""The rules of the system call filter, and a plain interpreter of the programs that libseccomp makes of them."""

import ctypes
import errno
import os
import struct
from dataclasses import dataclass
from itertools import product

X86_64, I386 = 0xC000003E, 0x40000003
X32_BIT = 0x40000000
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
UNLISTED = ERRNO | errno.ENOSYS
EQUAL, ABOVE, MASKED = 4, 6, 7  # libseccomp's SCMP_CMP_EQ, _GT and _MASKED_EQ
WALL = 0x40000000  # waitpid's __WALL: also those who are no children
UNUSUAL = 0x7FFFFFFE  # as an argument no rule names it


@dataclass(frozen=True)
class Condition:
    argument: int
    comparison: int
    first: int
    second: int

    def holds(self, value):
        return {EQUAL: value == self.first, ABOVE: value > self.first, MASKED: value & self.first == self.second}[self.comparison]

    def example(self):
        return {EQUAL: self.first, ABOVE: self.first + 1, MASKED: self.second}[self.comparison]


@dataclass(frozen=True)
class Rule:
    index: int
    name: str
    number: int
    action: int
    conditions: tuple

    def __str__(self):
        return " ".join([self.name, *(f"[{c.argument}] {c.comparison} {c.first:#x} {c.second:#x}" for c in self.conditions)])

    def meets(self, number, arguments):
        return number == self.number and all(c.holds(arguments[c.argument]) for c in self.conditions)

    def probes(self):
        """Arguments that the rule is for; those that it does not look at are 0, and then something unusual."""
        named = {condition.argument: condition.example() for condition in self.conditions}
        for filler in (0, UNUSUAL):
            yield [named.get(argument, filler) for argument in range(6)]


def read_rules(path):
    rules = []
    for index, line in enumerate(path.read_text().splitlines()):
        name, *numbers = line.split()
        number, action, *rest = map(int, numbers)
        conditions = tuple(Condition(*rest[at : at + 4]) for at in range(0, len(rest), 4))
        rules.append(Rule(index, name, number, action, conditions))
    return rules


def read_program(path):
    return list(struct.iter_unpack("=HBBI", path.read_bytes()))


def program_of(process):
    """The filter that a process is under; for root (ptrace(2), PTRACE_SECCOMP_GET_FILTER)."""
    attach, detach, get_filter = 16, 17, 0x420C
    kernel = ctypes.CDLL(None, use_errno=True)

    def trace(request, address=0, data=None):
        count = kernel.ptrace(request, process, ctypes.c_void_p(address), data)
        if count < 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")
        return count

    trace(attach)
    try:
        os.waitpid(process, WALL)
        program = ctypes.create_string_buffer(8 * trace(get_filter))
        trace(get_filter, 0, program)
    finally:
        trace(detach)
    return list(struct.iter_unpack("=HBBI", program.raw))


def decide(program, number, arguments, architecture=X86_64):
    """What the kernel would answer: the action that the program returns."""
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *arguments)
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        match code:
            case 0x20:  # load a word of the data
                (accumulator,) = struct.unpack_from("=I", data, operand)
            case 0x54:  # and
                accumulator &= operand
            case 0x05:  # jump
                at += operand
            case 0x15 | 0x25 | 0x35 | 0x45:  # jump if equal, above, above or equal, any bit
                holds = {0x15: accumulator == operand, 0x25: accumulator > operand,
                         0x35: accumulator >= operand, 0x45: accumulator & operand != 0}[code]
                at += if_true if holds else if_false
            case 0x06:  # return
                return operand
            case _:
                raise AssertionError(f"instruction {code:#x} at {at - 1} is not known here")


def with_high_bits(arguments, positions):
    """The same arguments for a kernel that takes 32 bits of these, in every choice of them."""
    for chosen in product((False, True), repeat=len(positions)):
        if any(chosen):
            changed = list(arguments)
            for position, is_chosen in zip(positions, chosen):
                changed[position] |= (0xA5A5A5A5 << 32) if is_chosen else 0
            yield changed
