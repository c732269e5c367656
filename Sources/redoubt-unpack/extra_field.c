#include "extra_field.h"

#include "zip_format.h"

enum {
  EXTRA_SIZE = 4,
  EXTRA_ZIP64 = 0x0001,
  EXTRA_PKWARE_UNIX = 0x000d,  // times and owner; then, of a hard link or a device, what it refers to
  EXTRA_PKWARE_UNIX_PLAIN = 12,
  EXTRA_ASI_UNIX = 0x756e,     // another mode and the target of a link
  EXTRA_UNICODE_PATH = 0x7075,  // a second name
  ZIP64_SIZES = 16,
};

// Runs as: sandbox uid, in the unpacker's sandbox. Java's archivers leave a zip64 field in local headers of small
// entries: harmless if it says what the directory says.
static const char *zip64_fault(const uint8_t *content, size_t size, const uint8_t *sizes) {
  if (sizes == NULL || size != ZIP64_SIZES) return "an entry is zip64";
  bool is_same = read64(content) == read32(sizes + 4) && read64(content + 8) == read32(sizes);
  return is_same ? NULL : "an entry has two sizes";
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *field_fault(uint32_t kind, const uint8_t *content, size_t size, const uint8_t *sizes) {
  switch (kind) {
    case EXTRA_ZIP64: return zip64_fault(content, size, sizes);
    case EXTRA_UNICODE_PATH: return "an entry has a second name";
    case EXTRA_ASI_UNIX: return "an entry has a second mode";
    case EXTRA_PKWARE_UNIX: return size == EXTRA_PKWARE_UNIX_PLAIN ? NULL : "an entry is a hard link or a device";
    default: return NULL;
  }
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *area_fault(const uint8_t *area, size_t size, const uint8_t *sizes) {
  while (size > 0) {
    if (size < EXTRA_SIZE || size - EXTRA_SIZE < read16(area + 2)) return "an extra field is damaged";
    size_t length = read16(area + 2);
    const char *fault = field_fault(read16(area), area + EXTRA_SIZE, length, sizes);
    if (fault != NULL) return fault;
    area += EXTRA_SIZE + length;
    size -= EXTRA_SIZE + length;
  }
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
const char *extra_field_fault_in_directory(const uint8_t *area, size_t size) { return area_fault(area, size, NULL); }

// Runs as: sandbox uid, in the unpacker's sandbox.
const char *extra_field_fault_in_local_header(const uint8_t *area, size_t size, const uint8_t *sizes) {
  return area_fault(area, size, sizes);
}
