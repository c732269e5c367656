#define _GNU_SOURCE 1
#include "process_limit.h"

// Runs as: any.
int process_limit_lower(__rlimit_resource_t resource, rlim_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return -1;
  if (limit.rlim_max > value) limit.rlim_max = value;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit);
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace. A core limit of
// 0 would not hold where the host pipes cores into a program, a limit of 1 does; it is also less than a page, so that no
// file is written either (core(5)). An ordinary user whose hard limit is 0 can have no other.
int process_limit_no_core(void) {
  const struct rlimit one = {1, 1}, none = {0, 0};
  return setrlimit(RLIMIT_CORE, &one) == 0 ? 0 : setrlimit(RLIMIT_CORE, &none);
}
