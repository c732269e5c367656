"""Looking for planted text in files, also where it is encoded."""

import base64
import gzip
import zlib


def encodings(canary):
    """The forms in which a text may lie in a file: plain, UTF-16, hex, base64 at each of three offsets."""
    raw = canary.encode()
    forms = {
        "plain": raw,
        "utf-16": canary.encode("utf-16-le"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
    }
    for shift in range(3):
        # Only the digits that do not depend on what stands before or after.
        digits = base64.b64encode(b"\0" * shift + raw)
        forms[f"base64+{shift}"] = digits[(shift * 8 + 5) // 6 : len(digits) // 4 * 4 - 4]
    forms["reversed"] = raw[::-1]
    return forms


def search(folder, canaries):
    """(file, canary, form) of each find in any file below the folder."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for view, content in {"file": data, **_inflated(data)}.items():
            for name, canary in canaries.items():
                for form, needle in encodings(canary).items():
                    if needle in content:
                        found.append((str(path), name, f"{form} in {view}"))
    return found


def _inflated(data):
    """What compressed streams at the start of a file, or after a zip entry's header, hold."""
    views = {}
    if data[:2] == b"\x1f\x8b":
        views["gzip"] = gzip.decompress(data)
    position = data.find(b"PK\x03\x04")
    if position >= 0:
        views["zip"] = data[position:]
        name, extra = (int.from_bytes(data[position + at : position + at + 2], "little") for at in (26, 28))
        try:
            views["deflate"] = zlib.decompressobj(-15).decompress(data[position + 30 + name + extra :])
        except zlib.error:
            pass
    return views
