// What zip archives need of zlib: raw deflate (RFC 1951) and CRC-32 (ISO 3309).
#ifndef REDOUBT_CDEFLATE_H
#define REDOUBT_CDEFLATE_H

#include <stddef.h>
#include <stdint.h>

uint32_t cdeflate_checksum(const uint8_t *bytes, size_t size);

// Compresses in one go. Equal bytes give equal output as long as zlib stays the same.
//
// level: 1, the fastest, to 9
// Returns the length of what was written; 0 when it does not fit `capacity`, or is more than 4 GB, or memory is short.
size_t cdeflate_compress(const uint8_t *bytes, size_t size, int level, uint8_t *output, size_t capacity);

#endif
