// Sizes and places of the fields of a zip, by APPNOTE.TXT 4.3.7, 4.3.9, 4.3.12, 4.3.16, 4.4.4, 4.5 and 4.6.9.
#ifndef REDOUBT_UNPACK_ZIP_FORMAT_H
#define REDOUBT_UNPACK_ZIP_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
  END_SIZE = 22,
  END_DISK = 4,  // two numbers: of this part, and of the one in which the directory begins
  END_ENTRIES_HERE = 8,
  END_ENTRIES = 10,
  END_DIRECTORY_SIZE = 12,
  END_DIRECTORY_OFFSET = 16,
  END_COMMENT_LENGTH = 20,
  MAXIMUM_COMMENT = 65535,
  LOCATOR_SIZE = 20,

  HEADER_SIZE = 46,
  HEADER_FLAGS = 8,
  HEADER_METHOD = 10,
  HEADER_SUMS = 16,  // the CRC, then the two sizes
  HEADER_PACKED_SIZE = 20,
  HEADER_NAME_LENGTH = 28,
  HEADER_EXTRA_LENGTH = 30,
  HEADER_COMMENT_LENGTH = 32,
  HEADER_DISK = 34,
  HEADER_LOCAL_OFFSET = 42,

  LOCAL_SIZE = 30,
  LOCAL_FLAGS = 6,
  LOCAL_METHOD = 8,
  LOCAL_SUMS = 14,
  LOCAL_NAME_LENGTH = 26,
  LOCAL_EXTRA_LENGTH = 28,

  SUMS_SIZE = 12,       // CRC, packed size, size
  SUMS_OF_SIZES = 4,    // where in them the sizes begin
  SIGNATURE_SIZE = 4,

  FLAG_ENCRYPTED = 1 << 0,
  FLAG_DESCRIPTOR = 1 << 3,  // the sums follow the content
  FLAG_PATCHED = 1 << 5,
  FLAG_STRONGLY_ENCRYPTED = 1 << 6,
  FLAG_UTF8 = 1 << 11,
  FLAG_MASKED = 1 << 13,
};

static inline uint32_t read16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static inline uint32_t read32(const uint8_t *at) { return read16(at) | read16(at + 2) << 16; }
static inline uint64_t read64(const uint8_t *at) { return read32(at) | (uint64_t)read32(at + 4) << 32; }
static inline bool has_signature(const uint8_t *at, const char *signature) {
  return memcmp(at, signature, SIGNATURE_SIZE) == 0;
}

#endif
