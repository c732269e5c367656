// No control groups: for an ordinary user to whom none was delegated. Every call succeeds and limits nothing; what
// stands in for the limits is in child_limits.c, and a sandbox ends as a whole with its pid namespace. There are no
// files to open: see cgroup_is_there.
#include "cgroup.h"

// Runs as: host root, in the spawner.
static bool open_layout(const char *instance) {
  (void)instance;
  return true;
}

// Runs as: host root, in the spawner.
static int create(const char *name, const struct cgroup_limits *limits) {
  (void)name, (void)limits;
  return 0;
}

// Runs as: host root, in the spawner.
static int limit_memory(const char *name, uint64_t bytes) {
  (void)name, (void)bytes;
  return 0;
}

// Runs as: host root, in the spawner.
static int attach(const char *name, pid_t process) {
  (void)name, (void)process;
  return 0;
}

// Runs as: host root, in the spawner.
static int give_processor(const char *name, uint32_t memory_mib) {
  (void)name, (void)memory_mib;
  return 0;
}

// Runs as: host root, in the spawner.
static void read_result(const char *name, struct cgroup_result *result) {
  (void)name;
  *result = (struct cgroup_result){0};
}

// Runs as: host root, in the spawner.
static void kill_all(const char *name) { (void)name; }

// Runs as: host root, in the spawner.
static int remove_group(const char *name) {
  (void)name;
  return 0;
}

// Runs as: host root, in the spawner.
static int remove_parent(void) { return 0; }

// Runs as: host root, in the spawner.
static int directory(unsigned index) {
  (void)index;
  return -1;
}

const struct cgroup_driver cgroup_none = {
    .open = open_layout,
    .create = create,
    .limit_memory = limit_memory,
    .share_processor = give_processor,
    .attach = attach,
    .settle = give_processor,
    .read_result = read_result,
    .kill_all = kill_all,
    .remove = remove_group,
    .remove_parent = remove_parent,
    .directory = directory,
};
