#define _GNU_SOURCE 1
#include "own_memory.h"

#include <errno.h>
#include <sys/mman.h>

// Runs as: host root, in the spawner.
void *own_memory_take(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  if (madvise(memory, size, MADV_WIPEONFORK) == 0) return memory;
  int error = errno;
  munmap(memory, size);
  errno = error;
  return NULL;
}

// Runs as: host root, in the spawner.
void own_memory_give_back(void *memory, size_t size) { munmap(memory, size); }
