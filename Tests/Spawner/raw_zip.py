"""Archives that no packer makes: every field of an entry, in its local header and in the directory, can be chosen."""

import struct
import zlib
from dataclasses import dataclass, field

DESCRIPTOR_FLAG = 8


@dataclass
class RawEntry:
    """`local` and `central` override single fields: name, flags, method, crc, packed, size, extra; also `offset` and
    `mode` (central), and `descriptor` (local): the bytes after the content."""
    name: bytes = b"aaaa"
    content: bytes = b"content"
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)

    def facts(self, overrides):
        facts = {"name": self.name, "flags": 0, "method": 0, "crc": zlib.crc32(self.content), "packed": len(self.content),
                 "size": len(self.content), "extra": b"", "mode": 0o100644, "descriptor": b""}
        return {**facts, **overrides}


def head(facts):
    return struct.pack("<HHHHIIIHH", facts["flags"], facts["method"], 0, 0x21, facts["crc"], facts["packed"], facts["size"],
                       len(facts["name"]), len(facts["extra"]))


def raw_zip(*entries, gaps=None, comment=b"", count=None, before_end=b""):
    """`gaps`: bytes before the entry of that number; `before_end`: between directory and end record."""
    body, directory = b"", b""
    for number, entry in enumerate(entries):
        local, central = entry.facts(entry.local), entry.facts(entry.central)
        body += (gaps or {}).get(number, b"")
        offset = central.get("offset", len(body))
        body += (b"PK\3\4" + struct.pack("<H", 20) + head(local) + local["name"] + local["extra"] + entry.content
                 + local["descriptor"])
        directory += (b"PK\1\2" + struct.pack("<HH", 3 << 8 | 20, 20) + head(central)
                      + struct.pack("<HHHII", 0, 0, 0, central["mode"] << 16, offset) + central["name"] + central["extra"])
    count = len(entries) if count is None else count
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), len(comment)) + comment
    return body + directory + before_end + end


def extra(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def descriptor(content, signature=b"PK\7\10", crc=None, packed=None, size=None):
    values = (zlib.crc32(content) if crc is None else crc, len(content) if packed is None else packed,
              len(content) if size is None else size)
    return signature + struct.pack("<III", *values)


def streamed(content=b"content", name=b"aaaa", **descriptor_options):
    """An entry whose sums follow its content, as packers write that cannot seek."""
    unknown = {"flags": DESCRIPTOR_FLAG, "crc": 0, "packed": 0, "size": 0}
    return RawEntry(name, content, {**unknown, "descriptor": descriptor(content, **descriptor_options)},
                    {"flags": DESCRIPTOR_FLAG})
