// The System V objects and message queues of a sandbox below a zygote: none, in a namespace that belongs to the zygote's users.
// Each is called in a process that has entered those, and shares the spawner's memory and descriptors.
#ifndef REDOUBT_IPC_H
#define REDOUBT_IPC_H

#include <stdbool.h>

// Makes one and enters it. Its descriptor, or -1 with errno.
int ipc_make(void);
// Enters one that every process has left. False: it cannot be entered, or something is in it.
bool ipc_enter(int ipc);

#endif
