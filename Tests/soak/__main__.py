"""Kills the platform's processes at random while clients invoke and deploy, and looks at what is left of the dead.

usage: python -m soak [--rounds N] [--seed N] [--clients N]     (from Tests/, as root)

Runs in process, mount and network namespaces of its own: whatever lives or listens there belongs to this run. A seed
repeats the choice of victims and delays; the moments themselves depend on the machine. Exit code 0: nothing was found.
"""

import argparse
import os
import random
import sys

from soak import namespaces
from soak.rounds import Soak


def main():
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root: the server is started as a service is")
    if not arguments.inside:
        namespaces.run([sys.executable, "-m", "soak", "--inside", *sys.argv[1:], "--seed", str(arguments.seed)])
    namespaces.become_init()
    sys.exit(0 if Soak(arguments.rounds, arguments.seed, arguments.clients).run() else 1)


if __name__ == "__main__":
    main()
