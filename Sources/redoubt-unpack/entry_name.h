// Which names an entry, and the target of a link, may have. Pure: no file is touched.
#ifndef REDOUBT_UNPACK_ENTRY_NAME_H
#define REDOUBT_UNPACK_ENTRY_NAME_H

#include <stdbool.h>

enum { MAXIMUM_NAME = 4096, MAXIMUM_COMPONENT = 255 };

// NULL, or what is wrong. A directory's name may end in one slash.
const char *entry_name_fault(const char *name);
// NULL, or what is wrong with a link called `name` that points to `target`.
const char *link_target_fault(const char *name, const char *target);
bool entry_name_is_directory(const char *name);

#endif
