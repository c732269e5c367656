// An entry where it lies. Some readers go by local headers and never see the directory: both must tell the same.
#ifndef REDOUBT_UNPACK_LOCAL_HEADER_H
#define REDOUBT_UNPACK_LOCAL_HEADER_H

#include <stddef.h>
#include <stdint.h>

// NULL, or what is wrong with the entry that begins at `entry` and is to end just before `limit`, where the next one or
// the directory begins. `header` is what the directory says about it. Pure.
const char *local_header_fault(const uint8_t *entry, const uint8_t *limit, const uint8_t *header);

#endif
