// The steps of a new sandbox process, in order. Each returns 0, or -1 with errno.
#ifndef REDOUBT_CHILD_H
#define REDOUBT_CHILD_H

#include "cgroup.h"
#include "plan.h"

// Ends the process after telling the spawner which step failed.
_Noreturn void child_fail(const struct plan *plan, const char *step);

int child_take_identity(void);
// Without a control group: `limits` for each process. With one, `limits` is NULL and nothing is done.
int child_limit_itself(const struct cgroup_limits *limits);
int child_build_root(const struct plan *plan, const char **step);
int child_bring_up_loopback(void);
// The runtime API's socket: made here, because sockets belong to the network they were made in; served from outside.
int child_make_listener(void);

// Puts the program under Landlock where the kernel has it. `program` is the unpacker's, or -1.
int child_confine_files(enum sandbox_kind kind, int program);
// Gives up every capability for good and goes under the filter.
int child_give_up_privileges(void);
// Becomes what the plan names, after a byte has come through `gate`. Exits with 127 if the program is absent, 126
// if it cannot run.
_Noreturn void child_become_program(const struct plan *plan, int gate);

#endif
