// Memory for what the spawner knows of others: a clone, whose init lives beside user code, finds it zeroed. Wiping it there
// instead would copy every page of it first.
#ifndef REDOUBT_OWN_MEMORY_H
#define REDOUBT_OWN_MEMORY_H

#include <stddef.h>

// Zeroed; whole pages. NULL with errno.
void *own_memory_take(size_t size);
// The kernel takes it, and what was in it, back.
void own_memory_give_back(void *memory, size_t size);

#endif
