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
// The same for a program that was started before its memory was known.
int child_limit_program(const struct cgroup_limits *limits, pid_t program, uint64_t process_bytes);
int child_build_root(const struct plan *plan, const char **step);
// The size of /tmp, of a sandbox that was parked with another.
int child_resize_temporary(uint32_t temporary_mib);
int child_bring_up_loopback(void);
// The runtime API's socket: made here, because sockets belong to the network they were made in; served from outside.
int child_make_runtime_listener(void);
// The same for runtimes that are the platform's: without TCP they need less of the processor.
int child_make_local_listener(void);
// Likewise, for the platform's own APIs, which user code calls as its function's role.
int child_make_platform_listener(void);

// Becomes what the plan names, after a byte has come through `gate`. Exits with 127 if the program is absent, 126
// if it cannot run.
_Noreturn void child_become_program(const struct plan *plan, int gate);
// Likewise, without an init: what comes after it is in sandboxes of its own.
_Noreturn void child_become_zygote(const struct plan *plan);

// parked.c: from the state in which a sandbox waits to that in which its program may run.

// What the adoption brought, until the program has it.
struct adopted {
  char *block;  // the environment, in memory that adopted_wipe clears
  uint32_t count, size;
  uint64_t process_bytes;  // as in struct adoption
};

// The socket to a program that says who it is. 0, or -1 with errno.
int parked_expect_program(const struct plan *plan);
// The number of the program that has said so; waits for it.
pid_t parked_meet_program(const struct plan *plan);
// Waits until the spawner gives code and environment, and puts the code in its place. Does not return if it fails, or if
// `program` ends before.
void parked_await_adoption(const struct plan *plan, int children, pid_t program, struct adopted *adopted);
// The environment as execve wants it.
char **adopted_environment(const struct adopted *adopted);
int adopted_tell_program(const struct plan *plan, const struct adopted *adopted);
void adopted_wipe(struct adopted *adopted);

#endif
