#include "central_directory.h"

#include <stdlib.h>

#include "extra_field.h"
#include "local_header.h"
#include "zip_format.h"

struct place {
  const uint8_t *entry;   // its local header
  const uint8_t *header;  // in the directory
};

// Runs as: sandbox uid, in the unpacker's sandbox. The one end record; NULL if there is none, or if a reader could see
// another: one that lies in the comment of the first, or whose own comment also reaches the end.
static const uint8_t *find_end(const uint8_t *archive, size_t size) {
  const uint8_t *found = NULL;
  size_t reach = END_SIZE + MAXIMUM_COMMENT;
  size_t first = size > reach ? size - reach : 0;
  for (size_t offset = first; offset + SIGNATURE_SIZE <= size; offset++) {
    const uint8_t *at = archive + offset;
    if (!has_signature(at, "PK\5\6")) continue;
    if (found != NULL) return NULL;
    if (size - offset < END_SIZE || read16(at + END_COMMENT_LENGTH) != size - offset - END_SIZE) continue;
    found = at;
  }
  return found;
}

// Runs as: sandbox uid, in the unpacker's sandbox. `places` has room for `count`.
static const char *read_headers(const uint8_t *archive, const uint8_t *directory, const uint8_t *end,
                                struct place *places, uint32_t count) {
  const uint8_t *at = directory;
  for (uint32_t index = 0; index < count; index++) {
    if (end - at < HEADER_SIZE || !has_signature(at, "PK\1\2")) return "its directory is damaged";
    uint32_t name = read16(at + HEADER_NAME_LENGTH), extra = read16(at + HEADER_EXTRA_LENGTH);
    uint32_t rest = name + extra + read16(at + HEADER_COMMENT_LENGTH);
    uint32_t offset = read32(at + HEADER_LOCAL_OFFSET);
    if (end - at < (ptrdiff_t)(HEADER_SIZE + rest)) return "its directory is damaged";
    if (read16(at + HEADER_DISK) != 0) return "it is one of several parts";
    if (memchr(at + HEADER_SIZE, '\0', name) != NULL) return "a name holds a NUL byte";
    const char *fault = extra_field_fault_in_directory(at + HEADER_SIZE + name, extra);
    if (fault != NULL) return fault;
    if (directory - archive <= (ptrdiff_t)offset) return "an entry is not where its directory says";
    places[index] = (struct place){.entry = archive + offset, .header = at};
    at += HEADER_SIZE + rest;
  }
  return at == end ? NULL : "its directory is longer than its entries";
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static int by_entry(const void *one, const void *other) {
  const uint8_t *left = ((const struct place *)one)->entry, *right = ((const struct place *)other)->entry;
  return (left > right) - (left < right);
}

// Runs as: sandbox uid, in the unpacker's sandbox. Each entry ends where the next begins: none shares bytes with
// another, and no byte belongs to none.
static const char *entries_fault(const uint8_t *archive, const uint8_t *directory, struct place *places,
                                 uint32_t count) {
  qsort(places, count, sizeof *places, by_entry);
  if (places[0].entry != archive) return "it does not begin with an entry of its directory";
  for (uint32_t index = 0; index < count; index++) {
    const uint8_t *limit = index + 1 < count ? places[index + 1].entry : directory;
    const char *fault = local_header_fault(places[index].entry, limit, places[index].header);
    if (fault != NULL) return fault;
  }
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox. Zip64 is refused: it is for archives beyond every limit here. So
// `count` is at most 65535, and the memory for the places 1 MiB.
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
  if (count != read16(end + END_ENTRIES_HERE) || read32(end + END_DISK) != 0) return "it is one of several parts";
  if (count == 0) return "it is empty";
  struct place *places = calloc(count, sizeof *places);
  if (places == NULL) return "its directory needs too much memory";
  const uint8_t *directory = archive + offset;
  const char *fault = read_headers(archive, directory, end, places, count);
  if (fault == NULL) fault = entries_fault(archive, directory, places, count);
  free(places);
  return fault;
}
