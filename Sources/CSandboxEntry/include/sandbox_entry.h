// How a process becomes user code: shared by the spawner, whose children do so before they execute a runtime, and by the
// zygote's library, whose children are one already. Each returns 0, or -1 with errno.
#ifndef REDOUBT_SANDBOX_ENTRY_H
#define REDOUBT_SANDBOX_ENTRY_H

#include <linux/filter.h>
#include <stdbool.h>

enum sandbox_kind {
  SANDBOX_ENVIRONMENT,  // user code
  SANDBOX_UNPACK,       // redoubt-unpack, which reads bytes of a user
  SANDBOX_COMPILE,      // a runtime that reads a user's code and runs none of it
  SANDBOX_ZYGOTE,       // an interpreter without user code, whose children enter environments
};

// Whether it writes to /out and nowhere else.
static inline bool sandbox_fills_tree(enum sandbox_kind kind) { return kind == SANDBOX_UNPACK || kind == SANDBOX_COMPILE; }

// Moves the process that calls into the control groups whose `tasks` or `cgroup.threads` were opened for writing, and
// closes them. It has one thread.
int entry_join_groups(const int *files, unsigned count);
// A session and limits of its own, and the first place when memory is short. Afterwards /proc is read-only.
int entry_set_up_program(void);
// Its last part alone.
int entry_set_limits(void);
// Default actions, and nothing blocked: of what the spawner changed, nothing is left.
void entry_reset_signals(void);

// Puts the program under Landlock where the kernel has it. `program` is the unpacker's, or -1.
int entry_confine_files(enum sandbox_kind kind, int program);
// Gives up every capability for good and goes under the filter.
int entry_give_up_privileges(void);
// The same, but for what a zygote needs to enter the sandboxes made below its user namespace, and without the filter.
int entry_keep_administration(void);

// The filter of everything that runs in a sandbox, once and before anything enters it. Takes `instructions`.
void entry_use_filter(struct sock_filter *instructions, unsigned short count);
const struct sock_fprog *entry_filter(void);

#endif
