"""Asks the program and the reference about very many random cases.

usage: python Tests/Policy/soak.py [--cases N] [--seed N]

A chunk is `random_cases.cases(seed + its number, ...)`. Exit code 0: they agree on all.
"""

import argparse
import random
import sys
import time
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from Policy.disagreements import disagreements, shown  # noqa: E402
from Policy.random_cases import cases  # noqa: E402

CHUNK, PROCESSES = 20_000, 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    sys.exit(0 if soak(arguments.seed, arguments.cases) else 1)


def soak(seed, count):
    """True if no chunk has a disagreement."""
    started, done, found = time.monotonic(), 0, []
    chunks = [(seed + number, min(CHUNK, count - first)) for number, first in enumerate(range(0, count, CHUNK))]
    with Pool(PROCESSES) as pool:
        for size, differing in pool.imap_unordered(compare, chunks):
            done, found = done + size, found + differing
            rate = done / (time.monotonic() - started)
            print(f"{done} of {count} cases, {rate:.0f} a second, {len(found)} disagreements", flush=True)
    if found:
        print(shown(found))
    return not found


def compare(chunk):
    seed, size = chunk
    return size, disagreements(list(cases(seed, size)))


if __name__ == "__main__":
    main()
