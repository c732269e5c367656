"""Entry point of the managed Python runtime: `python3.X [-S] bootstrap.py`.

It stays this small because a script, unlike a module, is compiled again at every start.
`-S` is worth passing (about 4 ms less); without it the paths that `site` added are dropped again.
"""

import sys


def main():
    here = __file__.rpartition("/")[0] or "."
    sys.path.insert(0, here)
    from os import environ

    if "_REDOUBT_COMPILE" in environ:  # No function can set a name that begins so.
        from redoubt_runtime.compiler import compile_all

        return compile_all("/var/task", environ["_REDOUBT_COMPILE"])
    from redoubt_runtime.loop import run

    if "_REDOUBT_STOCK" in environ:  # Likewise.
        from redoubt_runtime import stock

        stock.wait(here)
    # From here on the function's own modules may be called anything, `bootstrap` included.
    sys.path[:] = [entry for entry in sys.path if entry != here]
    run(here)


# The guard matters: multiprocessing's spawn method imports this file again in its workers.
if __name__ == "__main__":
    main()
