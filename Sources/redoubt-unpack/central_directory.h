// Whether an archive can be read in only one way. Readers differ in where they look for the end record, whether they
// correct offsets, what they make of a NUL in a name and whether an extra field may bring a second name: an archive in
// which that matters is refused.
#ifndef REDOUBT_UNPACK_CENTRAL_DIRECTORY_H
#define REDOUBT_UNPACK_CENTRAL_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

// NULL, or what is wrong. Pure.
const char *central_directory_fault(const uint8_t *archive, size_t size);

#endif
