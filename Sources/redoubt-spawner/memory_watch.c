#include "memory_watch.h"

enum { SAME_USE = 64 * 1024 };  // bytes: a change by less is none

// Runs as: host root, in the spawner.
void memory_watch_note(struct memory_watch *watch, uint64_t use, int64_t now) {
  uint64_t difference = use > watch->last_use ? use - watch->last_use : watch->last_use - use;
  bool is_same = difference < SAME_USE && watch->pause != 0;
  watch->pause = is_same ? watch->pause * 2 : MEMORY_WATCH_SHORTEST;
  if (watch->pause > MEMORY_WATCH_LONGEST) watch->pause = MEMORY_WATCH_LONGEST;
  watch->last_use = use;
  // On a common beat, so that one waking serves many sandboxes.
  watch->due = (now / MEMORY_WATCH_SHORTEST + watch->pause / MEMORY_WATCH_SHORTEST) * MEMORY_WATCH_SHORTEST;
}

// Runs as: host root, in the spawner. The kernel may count the pages of a file a little later than the file system.
uint64_t memory_watch_own_use(const struct cgroup_memory *memory, uint64_t temporary_bytes) {
  uint64_t shared = memory->shared > temporary_bytes ? memory->shared - temporary_bytes : 0;
  return memory->anonymous + shared;
}
