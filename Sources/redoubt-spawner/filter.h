// The system call filter of everything that runs in a sandbox. The list is data: syscalls.def.
#ifndef REDOUBT_FILTER_H
#define REDOUBT_FILTER_H

// Compiles the list once. Does not return without success.
void filter_prepare(void);

#endif
