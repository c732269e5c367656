#define _GNU_SOURCE 1
#include "central_directory.h"

#include <string.h>

// Sizes and places of the fields, by APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16, 4.5.1 and 4.6.9.
enum {
  END_SIZE = 22,
  END_ENTRIES_HERE = 8,
  END_ENTRIES = 10,
  END_DIRECTORY_SIZE = 12,
  END_DIRECTORY_OFFSET = 16,
  END_COMMENT_LENGTH = 20,
  MAXIMUM_COMMENT = 65535,
  HEADER_SIZE = 46,
  HEADER_NAME_LENGTH = 28,
  HEADER_EXTRA_LENGTH = 30,
  HEADER_COMMENT_LENGTH = 32,
  HEADER_LOCAL_OFFSET = 42,
  LOCAL_SIZE = 30,
  LOCAL_NAME_LENGTH = 26,
  LOCAL_EXTRA_LENGTH = 28,
  EXTRA_SIZE = 4,
  EXTRA_UNICODE_PATH = 0x7075,  // a second name, which some readers prefer
  LOCATOR_SIZE = 20,
};

// Runs as: sandbox uid, in the unpacker's sandbox.
static uint32_t read16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static uint32_t read32(const uint8_t *at) { return read16(at) | read16(at + 2) << 16; }
static int has_signature(const uint8_t *at, const char *signature) { return memcmp(at, signature, 4) == 0; }

// Runs as: sandbox uid, in the unpacker's sandbox. The one end record; NULL if there is none, or more than one place
// where a reader could see one.
static const uint8_t *find_end(const uint8_t *archive, size_t size) {
  const uint8_t *found = NULL;
  size_t reach = END_SIZE + MAXIMUM_COMMENT;
  size_t first = size > reach ? size - reach : 0;
  for (size_t offset = first; offset + END_SIZE <= size; offset++) {
    const uint8_t *at = archive + offset;
    if (!has_signature(at, "PK\5\6")) continue;
    if (read16(at + END_COMMENT_LENGTH) != size - offset - END_SIZE) continue;
    if (found != NULL) return NULL;
    found = at;
  }
  return found;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *extra_fault(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    if (end - at < EXTRA_SIZE || end - at - EXTRA_SIZE < (ptrdiff_t)read16(at + 2)) return "an extra field is damaged";
    if (read16(at) == EXTRA_UNICODE_PATH) return "an entry has a second name";
    at += EXTRA_SIZE + read16(at + 2);
  }
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox. libzip takes names from the directory and compares them with those
// of the local headers (ZIP_CHECKCONS). A second name in a local header would be the one that it compares: the plain
// one could differ, for readers that go by local headers.
static const char *local_fault(const uint8_t *archive, const uint8_t *directory, uint32_t offset) {
  if (directory - archive < (ptrdiff_t)offset + LOCAL_SIZE) return "an entry is not where its directory says";
  const uint8_t *at = archive + offset, *name = at + LOCAL_SIZE;
  if (!has_signature(at, "PK\3\4")) return "an entry is not where its directory says";
  uint32_t length = read16(at + LOCAL_NAME_LENGTH), extra = read16(at + LOCAL_EXTRA_LENGTH);
  if (directory - name < (ptrdiff_t)(length + extra)) return "an entry is damaged";
  return extra_fault(name + length, name + length + extra);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *names_fault(const uint8_t *archive, const uint8_t *directory, const uint8_t *end, uint32_t count) {
  const uint8_t *at = directory;
  for (uint32_t index = 0; index < count; index++) {
    if (end - at < HEADER_SIZE || !has_signature(at, "PK\1\2")) return "its directory is damaged";
    uint32_t name = read16(at + HEADER_NAME_LENGTH), extra = read16(at + HEADER_EXTRA_LENGTH);
    uint32_t rest = name + extra + read16(at + HEADER_COMMENT_LENGTH);
    if (end - at < (ptrdiff_t)(HEADER_SIZE + rest)) return "its directory is damaged";
    if (memchr(at + HEADER_SIZE, '\0', name) != NULL) return "a name holds a NUL byte";
    const char *fault = extra_fault(at + HEADER_SIZE + name, at + HEADER_SIZE + name + extra);
    if (fault == NULL) fault = local_fault(archive, directory, read32(at + HEADER_LOCAL_OFFSET));
    if (fault != NULL) return fault;
    at += HEADER_SIZE + rest;
  }
  return at == end ? NULL : "its directory is longer than its entries";
}

// Runs as: sandbox uid, in the unpacker's sandbox. Zip64 is refused: it is for archives beyond every limit here.
const char *central_directory_fault(const uint8_t *archive, size_t size) {
  if (size < END_SIZE) return "it is too short";
  if (!has_signature(archive, "PK\3\4")) return "it does not begin with an entry";
  const uint8_t *end = find_end(archive, size);
  if (end == NULL) return "it has no end record, or two";
  uint32_t length = read32(end + END_DIRECTORY_SIZE), offset = read32(end + END_DIRECTORY_OFFSET);
  uint32_t count = read16(end + END_ENTRIES);
  size_t end_offset = (size_t)(end - archive);
  if (end_offset >= LOCATOR_SIZE && has_signature(end - LOCATOR_SIZE, "PK\6\7")) return "it is a zip64 archive";
  if ((uint64_t)offset + length != end_offset) return "its directory does not end at its end record";
  if (count != read16(end + END_ENTRIES_HERE)) return "it is one of several parts";
  return names_fault(archive, archive + offset, end, count);
}
