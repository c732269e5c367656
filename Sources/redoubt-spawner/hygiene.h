// What keeps one invocation from the next: the sandbox's init notes what is there when the runtime first waits for work,
// and later removes what has come since. It has the privilege of user code, so it can do nothing that user code could
// not; it cannot be traced or signalled by it. What it cannot bring back it reports, and the sandbox is not used again.
#ifndef REDOUBT_HYGIENE_H
#define REDOUBT_HYGIENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { HYGIENE_MILLISECONDS = 1000 };  // after which the sandbox counts as one that cannot be cleaned

// Opens what is looked at later. 0, or -1 with errno.
int hygiene_open(void);
// True if hygiene_restore can go back to what is there now.
bool hygiene_note_baseline(void);
// True if the sandbox is as it was at the baseline.
bool hygiene_restore(void);

// hygiene_processes.c. `deadline` is in milliseconds of the monotonic clock.
int processes_open(void);
bool processes_note_baseline(void);
bool processes_end_others(int64_t deadline);

// hygiene_files.c: the file systems that user code can write to.
int files_open(void);
bool files_note_baseline(void);
bool files_restore(int64_t deadline);

// child.c: collects processes that have ended.
void init_reap(void);
int64_t hygiene_now(void);

#endif
