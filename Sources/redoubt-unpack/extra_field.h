// The extra areas of an entry: what some readers take for its true name, type or size.
#ifndef REDOUBT_UNPACK_EXTRA_FIELD_H
#define REDOUBT_UNPACK_EXTRA_FIELD_H

#include <stddef.h>
#include <stdint.h>

// NULL, or what is wrong. `sizes` are the packed size and the size, as the directory has them. Pure.
const char *extra_field_fault_in_directory(const uint8_t *area, size_t size);
const char *extra_field_fault_in_local_header(const uint8_t *area, size_t size, const uint8_t *sizes);

#endif
