// What libzip does not see: bytes before the first entry, between two or after the last, a second end record that some
// readers would follow, entries that share bytes, and headers that tell different things about one entry. Any of them
// could make two readers see two archives: one in which that matters is refused.
#ifndef REDOUBT_UNPACK_CENTRAL_DIRECTORY_H
#define REDOUBT_UNPACK_CENTRAL_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

// NULL, or what is wrong. Touches no file.
const char *central_directory_fault(const uint8_t *archive, size_t size);

#endif
