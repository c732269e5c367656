"""Archives that two readers could read in two ways, or that are refused before anything comes out."""

import io
import struct
import zipfile

from spawner_client import NOT_A_ZIP, TOO_LARGE, make_zip
from test_unpack import refused

END = struct.Struct("<4sHHHHIIH")


def parts(archive):
    """(entries, directory, end record) of an archive without a comment."""
    at = len(archive) - END.size
    _, _, _, _, _, size, offset, _ = END.unpack(archive[at:])
    return archive[:offset], archive[offset : offset + size], archive[at:]


def end_record(count, size, offset, comment=0):
    return END.pack(b"PK\5\6", 0, 0, count, count, size, offset, comment)


def test_two_end_records_are_refused_although_each_has_a_directory_of_its_own(spawner):
    entries, directory, _ = parts(make_zip({"aaaa": "x"}))
    first_end = len(entries) + len(directory)
    comment = directory + end_record(1, len(directory), first_end + END.size)
    archive = entries + directory + end_record(1, len(directory), len(entries), len(comment)) + comment
    assert "or two" in refused(spawner, archive, NOT_A_ZIP)


def test_a_zip64_archive_is_refused_as_such(spawner):
    entries, directory, _ = parts(make_zip({"aaaa": "x"}))
    after = len(entries) + len(directory)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), len(entries))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, after, 1)
    archive = entries + directory + record + locator + end_record(1, len(directory), len(entries))
    assert "zip64" in refused(spawner, archive, NOT_A_ZIP)


def test_bytes_between_the_directory_and_its_end_are_refused(spawner):
    entries, directory, end = parts(make_zip({"aaaa": "x"}))
    assert "end record" in refused(spawner, entries + directory + b"more" + end, NOT_A_ZIP)


def test_a_directory_that_is_longer_than_its_entries_is_refused(spawner):
    entries, directory, _ = parts(make_zip({"aaaa": "x"}))
    archive = entries + directory + b"more" + end_record(1, len(directory) + 4, len(entries))
    assert "longer than its entries" in refused(spawner, archive, NOT_A_ZIP)


def test_too_many_entries_are_refused_before_the_first_comes_out(spawner):
    files = {"../out": "x", **{f"f{number}": "" for number in range(300)}}
    refused(spawner, make_zip(files), TOO_LARGE, maximum_entries=300)


def test_an_encrypted_entry_is_refused(spawner):
    archive = bytearray(make_zip({"aaaa": "x"}))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        archive[archive.index(signature) + flags] |= 1
    answer = spawner.unpack(bytes(archive))
    assert answer.failure and "encrypted" in answer.detail, answer


def test_a_rare_compression_method_is_refused(spawner):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("aaaa", "x" * 1000)
    assert "compression method" in spawner.unpack(buffer.getvalue()).detail
