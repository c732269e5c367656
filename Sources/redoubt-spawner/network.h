// The networks of sandboxes below a zygote. They belong to the zygote's user namespace, so what has been in one leaves it
// whole, for the next sandbox of the same zygote: to make one and to have the kernel take it apart is a tenth of a start.
#ifndef REDOUBT_NETWORK_H
#define REDOUBT_NETWORK_H

#include <stdint.h>

struct network {
  int file;         // its namespace; -1: none yet
  uint64_t zygote;  // the number of that whose it is
};

// Enters one that a sandbox of the same zygote has left and that is as new, or makes one; in a process that has entered the
// zygote's user namespace, and shares the spawner's memory and descriptors. 0, or -1 with errno.
int network_enter(struct network *network);
// Keeps it for a while, or closes it: no process is in it any more. `now`: milliseconds of the monotonic clock.
void network_leave(struct network network, int64_t now);
// Lets go of one that nobody has wanted. When the next is due.
int64_t network_drop(int64_t now);

#endif
