// The system call filters: of everything that runs in a sandbox (syscalls.def), and of its init (init_calls.def).
#ifndef REDOUBT_FILTER_H
#define REDOUBT_FILTER_H

// Compiles the lists once. Does not return without success.
void filter_prepare(void);
// From now on this process is about to go under init's.
void filter_use_that_of_init(void);

#endif
