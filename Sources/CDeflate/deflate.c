#include "cdeflate.h"

#include <zlib.h>

enum {
  RAW_WINDOW_BITS = -15,  // negative: without zlib's own header
  MEMORY_LEVEL = 8,       // zlib's default
};

uint32_t cdeflate_checksum(const uint8_t *bytes, size_t size) { return (uint32_t)crc32_z(0, bytes, size); }

size_t cdeflate_compress(const uint8_t *bytes, size_t size, int level, uint8_t *output, size_t capacity) {
  if (size > UINT32_MAX || capacity > UINT32_MAX) return 0;
  z_stream stream = {.zalloc = Z_NULL, .zfree = Z_NULL, .opaque = Z_NULL};
  if (deflateInit2(&stream, level, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_in = (z_const Bytef *)bytes;
  stream.avail_in = (uInt)size;
  stream.next_out = output;
  stream.avail_out = (uInt)capacity;
  int end = deflate(&stream, Z_FINISH);
  size_t written = stream.total_out;
  deflateEnd(&stream);
  return end == Z_STREAM_END ? written : 0;
}
