// The network of a sandbox below a zygote: loopback and nothing else, in a namespace that belongs to the zygote's users. Each
// is called in a process that has entered those, and shares the spawner's memory and descriptors.
#ifndef REDOUBT_NETWORK_H
#define REDOUBT_NETWORK_H

enum network_use {
  NETWORK_UNUSED,  // it tells nothing of whoever was in it, and nobody is
  NETWORK_HELD,    // somebody has a socket of it, or it cannot be entered
  NETWORK_USED,    // something was done in it
};

// Makes one and enters it. Its descriptor, or -1 with errno.
int network_make(void);
// Enters one that every process has left.
enum network_use network_enter(int network);

#endif
