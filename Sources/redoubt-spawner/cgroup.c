#define _GNU_SOURCE 1
#include "cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_files.h"
#include "privilege.h"
#include "refusal.h"

enum { SWEEP_ATTEMPTS = 500, SWEEP_PAUSE_NANOSECONDS = 10 * 1000 * 1000 };

// Runs as: host root, in the spawner.
uint32_t cgroup_quota_microseconds(uint32_t memory_mib) {
  uint64_t quota = (uint64_t)memory_mib * 100000 / 1769;
  return quota < 1000 ? 1000 : (uint32_t)quota;
}

// Runs as: host root, in the spawner.
uint32_t cgroup_shares(uint32_t memory_mib) {
  uint64_t shares = (uint64_t)memory_mib * 1024 / 1769;
  return shares < 2 ? 2 : (uint32_t)shares;
}

// Runs as: host root, in the spawner.
int cgroup_limit_anew(const struct cgroup_driver *driver, const char *name, const struct cgroup_limits *before,
                      const struct cgroup_limits *limits) {
  if (limits->memory_bytes != before->memory_bytes && driver->limit_memory(name, limits->memory_bytes) != 0) return -1;
  if (limits->memory_mib == before->memory_mib) return 0;
  return driver->share_processor(name, limits->memory_mib);
}

struct sweep {
  const struct cgroup_driver *driver;
  bool is_left;  // a group, for another round
};

// Runs as: host root, in the spawner. Frozen first, so that nothing forks away from the killing; in v1 a frozen process
// does not die before it is thawed.
static void end_group(int parent, const char *name, void *context) {
  (void)parent;
  struct sweep *sweep = context;
  sweep->driver->freeze(name);
  sweep->driver->kill_all(name);
  sweep->driver->thaw(name);
  if (sweep->driver->remove(name) != 0) sweep->is_left = true;
}

// Runs as: host root, in the spawner. True if a group is left.
static bool sweep_once(const struct cgroup_driver *driver) {
  struct sweep sweep = {.driver = driver};
  for (unsigned index = 0; driver->directory(index) >= 0; index++)
    cgroup_each_child(driver->directory(index), ".", end_group, &sweep);
  return sweep.is_left;
}

// Runs as: host root, in the spawner, at its start and end: nothing else waits for it then.
void cgroup_sweep(const struct cgroup_driver *driver) {
  const struct timespec pause = {.tv_nsec = SWEEP_PAUSE_NANOSECONDS};
  for (int attempt = 0; attempt < SWEEP_ATTEMPTS && sweep_once(driver); attempt++) nanosleep(&pause, NULL);
}

// Runs as: host root, in the spawner. A directory that a predecessor with more privilege left can be opened, too.
static bool is_usable(const struct cgroup_driver *driver, const char *instance) {
  if (!driver->open(instance)) return false;
  for (unsigned index = 0; driver->directory(index) >= 0; index++)
    if (faccessat(driver->directory(index), ".", W_OK, AT_EACCESS) != 0) return false;
  return true;
}

// Runs as: host root, in the spawner.
const struct cgroup_driver *cgroup_start(const char *instance) {
  const struct cgroup_driver *driver = NULL;
  if (is_usable(&cgroup_v1, instance)) {
    driver = &cgroup_v1;
  } else if (is_usable(&cgroup_v2, instance)) {
    driver = &cgroup_v2;
  } else if (privilege_held() == PRIVILEGE_USER) {
    driver = &cgroup_none;
  } else {
    refuse_system("cgroups: neither v1 nor v2 offers memory, cpu and pids here");
  }
  cgroup_sweep(driver);
  if (sweep_once(driver)) refuse_system("cgroup `redoubt-%s`: processes of a predecessor do not end", instance);
  return driver;
}
