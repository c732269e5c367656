// What a sandbox below a zygote leaves whole, for the next one of the same zygote: its network and its System V objects, of
// which there are none, in namespaces that belong to the zygote's users, and the files that come from the host. To make them
// and to have the kernel take them apart is more than a tenth of a start.
#ifndef REDOUBT_SURROUNDINGS_H
#define REDOUBT_SURROUNDINGS_H

#include <stdbool.h>
#include <stdint.h>

struct surroundings {
  uint64_t zygote;   // the number of that whose they are
  uint32_t runtime;  // its
  int network, ipc;  // namespaces; -1: none
  int root;          // what root.c mounts, attached nowhere; -1: none, or it is in its place
  unsigned kept;     // the number of that in root.c; 0: none is kept
  bool is_second;    // others were here before
};

// Enters those that a sandbox of the same zygote has left and that are as new, or new namespaces; in a process that has
// entered the zygote's user namespace, and shares the spawner's memory and descriptors. 0, or -1 with errno.
int surroundings_enter(struct surroundings *surroundings);
// Keeps them for a while: no process is in them any more. `now`: milliseconds of the monotonic clock.
void surroundings_leave(const struct surroundings *surroundings, int64_t now);
// Lets go of what nobody has wanted. When the next is due.
int64_t surroundings_drop(int64_t now);

#endif
