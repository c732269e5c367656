// When to look at the memory of a sandbox, and what counts. Pure.
//
// The kernel counts the files of /tmp in the same control group as the memory of processes, and has one limit for both:
// the control group is allowed MemorySize and EphemeralStorage together, and what the processes use is watched here.
#ifndef REDOUBT_MEMORY_WATCH_H
#define REDOUBT_MEMORY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup.h"

enum {
  MEMORY_WATCH_SHORTEST = 20,   // milliseconds between two looks while the use changes
  MEMORY_WATCH_LONGEST = 320,   // while it does not
};

struct memory_watch {
  int usage;          // the control group's file; -1: not watched
  int64_t due;        // milliseconds of the monotonic clock
  int64_t pause;
  uint64_t last_use;  // bytes
};

// Notes a look at `now` that found `use` bytes of any kind, and sets when the next is due.
void memory_watch_note(struct memory_watch *watch, uint64_t use, int64_t now);

// What the processes use: anonymous memory, and shared memory that is no file of /tmp.
uint64_t memory_watch_own_use(const struct cgroup_memory *memory, uint64_t temporary_bytes);

#endif
