// Between the spawner and a zygote: messages of one form on a SOCK_SEQPACKET socket. The spawner has the kernel say who a
// message came from.
#ifndef REDOUBT_ZYGOTE_PROTOCOL_H
#define REDOUBT_ZYGOTE_PROTOCOL_H

#include <stdint.h>

enum zygote_message_kind {
  ZYGOTE_READY = 1,          // zygote: loaded, may be asked
  ZYGOTE_FORK = 2,           // spawner, with ZYGOTE_DESCRIPTORS: make a child in that sandbox
  ZYGOTE_FORK_IN_HASTE = 3,  // the same, and a start waits for it
  ZYGOTE_FORKED = 4,         // the child, in the sandbox already and with no privilege outside it
};

struct zygote_message {
  uint32_t kind, slot, generation;
  uint32_t joins;  // ZYGOTE_FORK: how many files for entry_join_groups come with it
};

// The descriptors of ZYGOTE_FORK: the namespaces of the sandbox's init, first those that belong to the zygote's
// users, then that of users because it gives the right to enter the others, and that of processes at its own place;
// the child's end of the socket to its init; the log pipe's write end. Then the `joins`.
#define ZYGOTE_NAMESPACE_NAMES {"net", "ipc", "user", "mnt", "pid", "uts", "cgroup"}
enum { ZYGOTE_PID_NAMESPACE = 4, ZYGOTE_NAMESPACES = 7, ZYGOTE_DESCRIPTORS = 9, ZYGOTE_JOINS = 5 };

// What the zygote finds open, and where it finds its library.
enum { ZYGOTE_SOCKET = 3, ZYGOTE_FILTER = 4 };
#define ZYGOTE_LIBRARY "/tmp/zygote.so"

#endif
