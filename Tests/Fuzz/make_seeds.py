#!/usr/bin/env python3
"""Writes corpus/: the inputs that fuzzing starts from, each an ordinary life or one that once took thought.

The bytes follow `enum step` of spawner_protocol.c and read_entry of package_recipe.c.
"""

import io
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Spawner"))

from raw_zip import RawEntry, extra, raw_zip, streamed  # noqa: E402

(UNPACK, START, SLOT, FORGET, FRAMED, BYTES, REPEAT, READ, READY, REPORT, OUTPUT, END, UNPACKED, CLEANED, TIME, FAULT, BUSY,
 MEMORY, BATCH, LAYERS, STOCK, TAKE, PARKED, ZYGOTE, COMPILE, START_COMPILED, COMPILED) = range(27)
SETTLE, KILL, BASELINE, RESTORE = range(4)
NEW_KERNEL, OLD_KERNEL = b"\0", b"\1"
WHOLE_LIFE = 60000 + 1000  # milliseconds, beyond every deadline


def word(value):
    return [value & 255, value >> 8]


def unpack(digest=0, account=0, descriptor=0):
    return [UNPACK, account, digest, 0, 0, 0, 0, descriptor]


def compile(digest=8, code=0, account=0):
    return [COMPILE, account, digest, account, code, 0, 0, 0]


def start_compiled(digest=0, compiled=8, account=0, line=0):
    return [START_COMPILED, account, digest, line, 0, 0, 0, 0, 0, 0, account, compiled, 0, 0, 2]


def start(digest=0, account=0, variables=2):
    return [START, account, digest, 0, 0, 0, 0, variables]


def layered(*digests, account=0, digest=0):
    """An environment with these layers."""
    read = [part for layer in digests[:5] for part in (account, layer)]
    return [LAYERS, account, digest, 0, 0, 0, len(digests), 0, *read, 0, 2]


def slot(kind, number=0):
    return [SLOT, kind, number, 0, 0]


def report(kind, number=0, descriptors=0, child=0):
    return [REPORT, child, kind, 0, number, 0, 0, descriptors]


def stock(kind, target=2, line=0, variables=1):
    return [STOCK, kind, line, 0, 0, 0, 0, target, 0, variables]


def take(line=0, account=0, variables=2):
    """An environment from a line of the stock."""
    return [TAKE, account, 0, line, 0, 0, 0, 0, 0, variables]


def zygote(message, slot=0, child=0):
    return [ZYGOTE, child, message, 0, slot, 0, 0, 1]


TREE = [*unpack(), READY, 0, UNPACKED, 0, 0, 0]
RUNNING = [*TREE, *start(), READY, 0]

TREE_OF_ONE = [*unpack(account=1), READY, 0, UNPACKED, 0, 0, 0]
PREPARED, BOOTED, FORKED = range(3)
IS_READY, HAS_FORKED = range(2)
WITH_ZYGOTE = [*TREE_OF_ONE, *stock(FORKED), READY, 0, *zygote(IS_READY)]
CHILD = [READY, 1, PARKED, 1, 0, *zygote(HAS_FORKED)]

LIVES = {
    "whole": [*RUNNING, *slot(SETTLE), *slot(BASELINE), CLEANED, 0, *slot(RESTORE), CLEANED, 0, *report(3), END, 0, 0, READ, 9],
    "killed": [*RUNNING, *slot(KILL), READ, 9, *start(), *slot(KILL)],
    "fails": [*TREE, *start(), *report(2, 13), *start(), *report(1), *start(), END, 0, 0],
    "late": [*unpack(), TIME, *word(WHOLE_LIFE), *TREE, *start(), TIME, *word(WHOLE_LIFE)],
    "shared": [*unpack(), REPEAT, 80, 0, READY, 0, UNPACKED, 0, 0, 0, *unpack(), READ, 255],
    "forgotten": [*unpack(), FORGET, 0, 0, *unpack(), READY, 0, UNPACKED, 0, 0, 0, READY, 0, FORGET, 0, 0, *start()],
    "full": [*TREE, *start(), REPEAT, 6, 0, READY, 0, READY, 1, READY, 2, READY, 3, *slot(KILL, 2), *start(), READ, 99],
    "unpackers": [*unpack(), REPEAT, 12, 1, READ, 20, END, 0, 17, END, 1, 0, OUTPUT, 2, 3, *b"1 2", END, 2, 0, OUTPUT, 3, 3, *b"x\1y"],
    "busy": [*RUNNING, BUSY, 7, END, 0, 9, TIME, *word(5), TIME, *word(5), BUSY, 7, *start(), FAULT, 5, 0],
    "unread": [*start(), REPEAT, 199, 0, REPEAT, 199, 0, READ, 5, REPEAT, 50, 0, READ, 255, READ, 255],
    "cleaned-twice": [*RUNNING, *slot(BASELINE), *slot(RESTORE), CLEANED, 0],
    "cleaned-unasked": [*RUNNING, CLEANED, 0, *slot(BASELINE), *report(4, 0), *report(4, 1)],
    "memory": [*RUNNING, MEMORY, 255, 255, 255, 255, 0, 0, TIME, *word(400), TIME, *word(400)],
    "at-once": [*RUNNING, BATCH, 5, *slot(BASELINE), CLEANED, 0, *slot(KILL), *report(3), END, 0, 0],
    "descriptors": [*TREE, *start(), *report(1, 0, 1), *start(), *report(1, 0, 2), *start(), *report(1, 0, 4)],
    "short": [BYTES, 3, 0, 1, 2, 3, 0], "empty": [BYTES, 0, 0, 0], "unsealed": unpack(descriptor=201),
    "device": unpack(descriptor=203), "two": unpack(descriptor=255), "none": unpack(descriptor=254),
    "framed": [FRAMED, 4, 8, 0, *[0] * 8, 0, 0], "unknown": [FRAMED, 99, 8, 0, *[0] * 8, 0, 0], "with": [FRAMED, 4, 8, 0, *[0] * 8, 0, 1, 0],
    "longer-than-said": [*TREE, START, 0, 0, 0, 0, 0, 0, 255, *word(8), *b"A=b\0A=b\0", 224, *word(4), READY, 0, READ, 9],
    "layers": [*(step for number in range(6) for step in (*unpack(number), READY, 0, UNPACKED, 0, 0, 0)),
               *layered(1, 2, 3, 4, 5), READY, 0, FORGET, 0, 3, *layered(3), *layered(1, 5), READY, 0, *slot(KILL), READ, 99],
    "compiled": [*TREE, *compile(), *compile(), READY, 0, COMPILED, 0, *compile(), *start_compiled(), READY, 0, FORGET, 0, 8,
                 *start_compiled(), READY, 1, READ, 99],
    "compiled-refused": [*compile(), *TREE, *compile(0), *compile(8, 9), *compile(), READY, 0, END, 0, 9, *unpack(8), READY, 0,
                         UNPACKED, 0, 0, 0, *compile(), *start_compiled(), *start_compiled(0, 0), READ, 99],
    "compiled-late": [*TREE, *compile(), TIME, *word(WHOLE_LIFE), *compile(), FORGET, 0, 8, READY, 0, COMPILED, 0, READ, 9],
    "layers-refused": [*TREE, *unpack(1), READY, 0, UNPACKED, 0, 0, 0, *layered(9), *layered(1, 1), *layered(*range(6)),
                       LAYERS, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 2, READ, 9, LAYERS, 0, 0, 0, 0, 0, 1, 7, 0, 1, *[0, 2] * 4, 0, 2],
    "parked": [*TREE, *stock(PREPARED), READY, 0, PARKED, 0, 1, READY, 1, PARKED, 1, 1, *take(), *slot(SETTLE), *slot(KILL), READ, 9],
    "parked-late": [*TREE, *stock(BOOTED), TIME, *word(WHOLE_LIFE), *take(), TIME, *word(100), READY, 0, END, 0, 0, READ, 9],
    "parked-less": [*stock(PREPARED), READY, 0, PARKED, 0, 1, READY, 1, PARKED, 1, 1, *stock(PREPARED, 1), *stock(PREPARED, 0)],
    "parked-otherwise": [*stock(PREPARED), READY, 0, PARKED, 0, 1, *stock(BOOTED), *stock(BOOTED, variables=3), READY, 0, TIME, *word(99)],
    "parked-ends": [*stock(BOOTED), READY, 0, PARKED, 0, 1, END, 0, 0, TIME, *word(30), READY, 0, END, 0, 0, TIME, *word(30)],
    "forked": [*WITH_ZYGOTE, *CHILD, *take(account=1), *slot(BASELINE), CLEANED, 1, END, 1, 0, READ, 9],
    "forked-asked": [*WITH_ZYGOTE, *take(account=1), *take(account=1), *CHILD, READY, 2, PARKED, 2, 0, *zygote(HAS_FORKED, 1), READ, 9],
    "forked-alone": [*WITH_ZYGOTE, *take(account=1), *CHILD, END, 0, 9, READ, 9, TIME, *word(30), READY, 0],
    "forked-ends": [*WITH_ZYGOTE, *take(account=1), READY, 1, END, 1, 9, *take(account=1), *stock(FORKED, 0), READ, 9],
    "forked-old": [*WITH_ZYGOTE, *CHILD, *([TIME, 255, 255] * 230), READY, 0, *zygote(IS_READY)],
    "forked-forgotten": [*WITH_ZYGOTE, *take(account=1), FORGET, 1, 0, *CHILD, READ, 9],
    "forked-of-another": [*TREE, *WITH_ZYGOTE, *CHILD, *take(account=0), READ, 9],
    "forked-stop": [*WITH_ZYGOTE, *take(account=1), *take(account=1), BYTES, 1, 0, 0, 0],
    "zygote-wrong": [*WITH_ZYGOTE, *zygote(IS_READY), *stock(FORKED), READY, 0, ZYGOTE, 0, 0, 0, 0, 0, 0, 251, 3],
    "trees": [*unpack(), *([REPEAT, 1, 1, READY, 0, UNPACKED, 0, 0, 0] * 1040), READ, 255, READ, 255],
}


def lives():
    for name, steps in LIVES.items():
        yield name, NEW_KERNEL + bytes(steps)
    yield "old-kernel", OLD_KERNEL + bytes(RUNNING)
    for call in range(1, 16):
        yield f"fault-{call:02}", NEW_KERNEL + bytes([FAULT, call, 3, *unpack(), READY, 0, UNPACKED, 0, 0, 0, READY, 0,
                                                     UNPACKED, 0, 0, 0, FAULT, call, 3, *start(), READY, 0, END, 0, 0])


DEFLATED, STREAMED, LINK, DIRECTORY, LIAR, EXTRA, GAP, FOREIGN = (1 << bit for bit in range(8))


def entry(name, content=b"x", traits=0, mode=0, extra_area=b"", repeats=1):
    made = bytes([traits, mode, len(name)]) + name
    made += b"\1" if traits & LIAR else b""
    made += b"\1" if traits & GAP else b""
    made += bytes([len(extra_area)]) + extra_area if traits & EXTRA else b""
    if traits & DIRECTORY:
        return made
    return made + bytes([len(content)]) + content + (b"" if traits & LINK else bytes([repeats]))


def recipe(*entries, changes=b""):
    return bytes([len(entries) - 1]) + b"".join(entries) + changes


def packages():
    for traits in (0, DEFLATED, STREAMED, STREAMED | DEFLATED, FOREIGN, LIAR, GAP):
        yield f"traits-{traits}", recipe(entry(b"a", traits=traits), entry(b"b/c", b"more", traits))
    yield "tree", recipe(entry(b"lib", traits=DIRECTORY), entry(b"lib/x/y.py", b"pass\n", DEFLATED), entry(b"run", mode=1),
                         entry(b"lib/up", b"../run", LINK), entry(b"to", b"lib/x", LINK))
    yield "links", recipe(entry(b"a", b"b", LINK), entry(b"b", b"a", LINK), entry(b"c/d", b"../../out", LINK))
    yield "through", recipe(entry(b"a", b"b", LINK), entry(b"a/c"))
    yield "case", recipe(entry(b"Lib/x"), entry(b"lib/y"))
    yield "twice", recipe(entry(b"x"), entry(b"x"))
    yield "large", recipe(entry(b"zeros", bytes(255), DEFLATED, repeats=255), *[entry(b"z%d" % n, bytes(255), DEFLATED, repeats=255) for n in range(3)])
    yield "many", recipe(*[entry(b"d%d/e/f" % n) for n in range(16)])
    for mode in range(2, 9):
        yield f"mode-{mode}", recipe(entry(b"a", mode=mode))
    for name in (b"../x", b"/x", b"a//b", b"a\\b", b"C:/x", b"."):
        yield f"name-{name.hex()}", recipe(entry(name))
    for kind in (0x0001, 0x000d, 0x5455, 0x7075, 0x756e):
        yield f"extra-{kind:04x}", recipe(entry(b"a", traits=EXTRA, extra_area=extra(kind, bytes(12))))
    yield "changed", recipe(entry(b"a"), entry(b"b"), changes=bytes([6, 0, 0, 8, 10, 0, 1, 1]))
    yield "raw", raw_zip(RawEntry(), streamed(name=b"b"), comment=b"comment")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("main.py", "lib/deep/é.txt"):
            archive.writestr(zipfile.ZipInfo(name), name * 20)
    yield "zipfile", buffer.getvalue()


def main():
    for target, seeds in (("spawner-protocol", lives()), ("package-reader", packages())):
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, seed in seeds:
            (folder / name).write_bytes(seed)


main()
