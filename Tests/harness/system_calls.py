"""Names of system calls and their numbers on this machine, as the kernel's headers have them."""

import re
import subprocess
from functools import cache


@cache
def _numbers():
    text = subprocess.run(
        ["cc", "-E", "-dM", "-x", "c", "-"], input=b"#include <asm/unistd.h>\n", check=True, capture_output=True
    ).stdout.decode()
    return {name: int(number) for name, number in re.findall(r"^#define __NR_(\w+) (\d+)$", text, re.MULTILINE)}


def number_of(name):
    return _numbers()[name]
