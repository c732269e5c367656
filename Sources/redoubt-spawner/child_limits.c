// What stands in for a control group where there is none. Weaker: memory is bounded for each process and not for all of
// them, and processor time by nothing but its rank.
#define _GNU_SOURCE 1
#include <stdbool.h>
#include <sys/resource.h>

#include "child.h"
#include "process_limit.h"

// Room for what counts as data and is hardly ever touched: stacks of threads, what an interpreter maps ahead.
static const rlim_t untouched = 192 << 20;
enum { RANK = 10 };  // nice: the platform and the user's own programs go first

// Runs as: sandbox uid with full capabilities in its own user namespace. The kernel counts processes for each user
// namespace (since 5.14), so those of other sandboxes and of the host do not count; without capabilities nobody in
// here can raise a limit again.
int child_limit_itself(const struct cgroup_limits *limits) {
  if (limits == NULL) return 0;
  if (process_limit_lower(RLIMIT_NPROC, limits->processes) != 0) return -1;
  bool is_known = limits->process_bytes != 0;  // what was lowered too far could not be raised again
  if (is_known && process_limit_lower(RLIMIT_DATA, limits->process_bytes + untouched) != 0) return -1;
  // One that was started with less already cannot take more.
  return getpriority(PRIO_PROCESS, 0) >= RANK ? 0 : setpriority(PRIO_PROCESS, 0, RANK);
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
int child_limit_program(const struct cgroup_limits *limits, pid_t program, uint64_t process_bytes) {
  if (limits == NULL || program <= 0) return 0;
  struct rlimit data;
  if (prlimit(program, RLIMIT_DATA, NULL, &data) != 0) return -1;
  if (data.rlim_max > process_bytes + untouched) data.rlim_max = process_bytes + untouched;
  data.rlim_cur = data.rlim_max;
  return prlimit(program, RLIMIT_DATA, &data, NULL);
}
