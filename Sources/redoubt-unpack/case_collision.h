// Names that differ in case only are one name to file systems that fold it: which of the two is there then depends on
// who unpacks.
#ifndef REDOUBT_UNPACK_CASE_COLLISION_H
#define REDOUBT_UNPACK_CASE_COLLISION_H

#include <stdbool.h>
#include <stddef.h>

// Whether two of the names, or directories that they imply, are equal but for the case of ASCII letters. Sorts `names`;
// if so, `*first` and `*second` are two that show it. Pure.
bool case_collision_find(const char **names, size_t count, const char **first, const char **second);

#endif
