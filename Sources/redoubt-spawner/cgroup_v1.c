// Control groups v1: one hierarchy for each controller. Exercised by Tests/Spawner.
//
// Where the host mounts v2 beside them, without controllers, sandboxes have a group there too, for one thing only: what
// v2 has frozen still dies of SIGKILL. What the freezer of v1 has frozen does not, and would outlive a platform that was
// killed: that one is for the sweep.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_files.h"

enum { MEMORY, CPU, PIDS, FREEZER, CONTROLLERS, UNIFIED = CONTROLLERS, HIERARCHIES };

static const char *const names[CONTROLLERS] = {"memory", "cpu", "pids", "freezer"};

static struct {
  char own[HIERARCHIES][1024];       // the spawner's group as /proc/self/cgroup gives it
  char directory[HIERARCHIES][2048]; // the same on the host's files
  char parent_name[64];
  int count;                // of hierarchies in use: UNIFIED is the last, or not among them
  int outer[HIERARCHIES];   // the spawner's own group
  int parent[HIERARCHIES];  // redoubt-<instance>
} layout;

// Runs as: host root, in the spawner. Line: `4:memory:/path`; of v2 `0::/path`.
static void note_own_group(char *line, void *unused) {
  (void)unused;
  strsep(&line, ":");
  char *controllers = strsep(&line, ":");
  if (controllers == NULL || line == NULL) return;
  if (controllers[0] == '\0') snprintf(layout.own[UNIFIED], sizeof layout.own[UNIFIED], "%s", line);
  for (int index = 0; index < CONTROLLERS; index++)
    if (cgroup_list_contains(controllers, names[index], ","))
      snprintf(layout.own[index], sizeof layout.own[index], "%s", line);
}

// Runs as: host root, in the spawner. The first mount of a hierarchy counts.
static void note_directory(int index, const char *root, const char *point) {
  if (layout.directory[index][0] != '\0') return;
  const char *own = layout.own[index];
  size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
  if (strncmp(own, root, length) == 0) own += length;
  snprintf(layout.directory[index], sizeof layout.directory[index], "%s/%s", point, own);
}

// Runs as: host root, in the spawner. Line: `36 25 0:31 <root> <mount point> <options> ... - cgroup cgroup rw,memory`.
static void note_mount(char *line, void *unused) {
  (void)unused;
  const char *tail = strstr(line, " - cgroup ");
  bool is_unified = tail == NULL && strstr(line, " - cgroup2 ") != NULL;
  if (tail == NULL && !is_unified) return;
  char root[1024], point[1024];
  if (sscanf(line, "%*s %*s %*s %1023s %1023s", root, point) != 2) return;
  if (is_unified) note_directory(UNIFIED, root, point);
  const char *options = is_unified ? "" : strrchr(tail, ' ');
  for (int index = 0; index < CONTROLLERS; index++)
    if (cgroup_list_contains(options, names[index], " ,")) note_directory(index, root, point);
}

// Runs as: host root, in the spawner.
static int open_directory(int parent, const char *name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// Runs as: host root, in the spawner.
static bool open_hierarchy(int index) {
  errno = ENOENT;
  if (layout.directory[index][0] == '\0') return false;
  layout.outer[index] = open_directory(AT_FDCWD, layout.directory[index]);
  if (layout.outer[index] < 0) return false;
  if (mkdirat(layout.outer[index], layout.parent_name, 0755) != 0 && errno != EEXIST) return false;
  layout.parent[index] = open_directory(layout.outer[index], layout.parent_name);
  return layout.parent[index] >= 0;
}

// Runs as: host root, in the spawner. Of groups without controllers. Into such a one a thread moves itself alone.
static int make_threaded(const char *name) {
  return cgroup_file_write(layout.parent[UNIFIED], name, "cgroup.type", "threaded");
}

// Runs as: host root, in the spawner.
static bool open_layout(const char *instance) {
  cgroup_each_line("/proc/self/cgroup", note_own_group, NULL);
  cgroup_each_line("/proc/self/mountinfo", note_mount, NULL);
  snprintf(layout.parent_name, sizeof layout.parent_name, "redoubt-%s", instance);
  for (int index = 0; index < CONTROLLERS; index++)
    if (!open_hierarchy(index)) return false;
  bool has_unified = open_hierarchy(UNIFIED) && faccessat(layout.parent[UNIFIED], ".", W_OK, AT_EACCESS) == 0 &&
                     make_threaded(".") == 0;
  layout.count = has_unified ? HIERARCHIES : CONTROLLERS;
  // Kernels before 5.11 account a child to its parent only when told so; later ones always do.
  cgroup_file_write(layout.parent[MEMORY], ".", "memory.use_hierarchy", "1");
  return true;
}

// Runs as: host root, in the spawner. The first line of /proc/swaps is a heading.
static void count_line(char *line, void *count) {
  (void)line;
  ++*(unsigned *)count;
}

// Runs as: host root, in the spawner. For kernels that do not account swap: there the memory limit alone would let a
// sandbox fill the host's swap.
static int keep_out_of_swap(const char *name) {
  if (cgroup_file_write(layout.parent[MEMORY], name, "memory.swappiness", "0") == 0) return 0;
  int error = errno;
  unsigned lines = 0;
  cgroup_each_line("/proc/swaps", count_line, &lines);
  errno = error;
  return lines > 1 ? -1 : 0;
}

// Runs as: host root, in the spawner. The limit of memory is never above that of memory and swap, so the latter goes first
// where a group is given more.
static int limit(const char *name, const struct cgroup_limits *limits) {
  const char *memory = "memory.limit_in_bytes", *with_swap = "memory.memsw.limit_in_bytes";
  if (cgroup_file_write_number(layout.parent[MEMORY], name, memory, limits->memory_bytes) != 0 &&
      (errno != EINVAL ||
       cgroup_file_write_number(layout.parent[MEMORY], name, with_swap, limits->memory_bytes) != 0 ||
       cgroup_file_write_number(layout.parent[MEMORY], name, memory, limits->memory_bytes) != 0))
    return -1;
  if (cgroup_file_write_number(layout.parent[MEMORY], name, with_swap, limits->memory_bytes) != 0 &&
      (errno != ENOENT || keep_out_of_swap(name) != 0))
    return -1;
  if (cgroup_file_write_number(layout.parent[PIDS], name, "pids.max", limits->processes) != 0) return -1;
  return cgroup_file_write_number(layout.parent[CPU], name, "cpu.shares", cgroup_shares(limits->memory_mib));
}

// Runs as: host root, in the spawner.
static int remove_group(const char *name) {
  int result = 0, error = 0;
  for (int index = 0; index < layout.count; index++) {
    if (cgroup_remove_tree(layout.parent[index], name) == 0) continue;
    result = -1;
    error = errno;
  }
  errno = error;
  return result;
}

// Runs as: host root, in the spawner.
static int create(const char *name, const struct cgroup_limits *limits) {
  int result = 0;
  for (int index = 0; index < layout.count && result == 0; index++)
    if (mkdirat(layout.parent[index], name, 0755) != 0 && errno != EEXIST) result = -1;
  if (result == 0 && layout.count == HIERARCHIES) result = make_threaded(name);
  if (result == 0) result = limit(name, limits);
  if (result == 0) return 0;
  int error = errno;
  remove_group(name);
  errno = error;
  return -1;
}

// Runs as: host root, in the spawner. What may be written through them is decided by who opens them.
static int open_joins(const char *name, int files[ZYGOTE_JOINS]) {
  _Static_assert((int)HIERARCHIES <= (int)ZYGOTE_JOINS, "room for all");
  for (int index = 0; index < layout.count; index++) {
    files[index] = cgroup_file_open(layout.parent[index], name, index == UNIFIED ? "cgroup.threads" : "tasks", O_WRONLY);
    if (files[index] >= 0) continue;
    int error = errno;
    while (index-- > 0) close(files[index]);
    errno = error;
    return -1;
  }
  return layout.count;
}

// Runs as: host root, in the spawner.
static int settle(const char *name, uint32_t memory_mib) {
  uint32_t quota = cgroup_quota_microseconds(memory_mib);
  if (cgroup_file_write(layout.parent[CPU], name, "cpu.cfs_period_us", "100000") != 0) return -1;
  return cgroup_file_write_number(layout.parent[CPU], name, "cpu.cfs_quota_us", quota);
}

// Runs as: host root, in the spawner.
static int open_peak(const char *name) {
  return cgroup_file_open(layout.parent[MEMORY], name, "memory.max_usage_in_bytes", O_RDONLY);
}

// Runs as: host root, in the spawner.
static int open_usage(const char *name) {
  return cgroup_file_open(layout.parent[MEMORY], name, "memory.usage_in_bytes", O_RDONLY);
}

// Runs as: host root, in the spawner.
static int read_memory(const char *name, struct cgroup_memory *memory) {
  static const char *const keys[2] = {"rss", "shmem"};
  uint64_t values[2];
  if (cgroup_file_read_pair(layout.parent[MEMORY], name, "memory.stat", keys, values) != 0) return -1;
  *memory = (struct cgroup_memory){.anonymous = values[0], .shared = values[1]};
  return 0;
}

// Runs as: host root, in the spawner.
static int open_group(const char *name) { return cgroup_directory_open(layout.parent[PIDS], name); }

// Runs as: host root, in the spawner.
static int open_freezer(const char *name) {
  errno = ENOENT;
  return layout.count == HIERARCHIES ? cgroup_file_open(layout.parent[UNIFIED], name, "cgroup.freeze", O_WRONLY) : -1;
}

// Runs as: host root, in the spawner.
static void read_result(const char *name, struct cgroup_result *result) {
  int memory = layout.parent[MEMORY];
  result->oom_kills = (uint32_t)cgroup_file_read_number(memory, name, "memory.oom_control", "oom_kill");
  result->memory_peak = cgroup_file_read_number(memory, name, "memory.max_usage_in_bytes", NULL);
}

// Runs as: host root, in the spawner. Freezing takes effect later than the write.
static void freeze(const char *name) {
  if (cgroup_file_write(layout.parent[FREEZER], name, "freezer.state", "FROZEN") == 0)
    cgroup_file_await(layout.parent[FREEZER], name, "freezer.state", "FROZEN");
}

// Runs as: host root, in the spawner.
static void thaw(const char *name) { cgroup_file_write(layout.parent[FREEZER], name, "freezer.state", "THAWED"); }

// Runs as: host root, in the spawner.
static void kill_all(const char *name) {
  char within[512];
  snprintf(within, sizeof within, "/%s/%s", layout.parent_name, name);
  for (int index = 0; index < layout.count; index++) cgroup_kill_listed(layout.parent[index], name, within);
}

// Runs as: host root, in the spawner.
static int remove_parent(void) {
  int result = 0;
  for (int index = 0; index < layout.count; index++)
    if (unlinkat(layout.outer[index], layout.parent_name, AT_REMOVEDIR) != 0 && errno != ENOENT) result = -1;
  return result;
}

// Runs as: host root, in the spawner.
static int directory(unsigned index) { return index < (unsigned)layout.count ? layout.parent[index] : -1; }

const struct cgroup_driver cgroup_v1 = {
    .open = open_layout,
    .create = create,
    .limit = limit,
    .open_joins = open_joins,
    .settle = settle,
    .open_peak = open_peak,
    .open_usage = open_usage,
    .read_memory = read_memory,
    .open_group = open_group,
    .open_freezer = open_freezer,
    .read_result = read_result,
    .freeze = freeze,
    .thaw = thaw,
    .kill_all = kill_all,
    .remove = remove_group,
    .remove_parent = remove_parent,
    .directory = directory,
};
