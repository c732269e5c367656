// Control groups v1: one hierarchy for each controller. Exercised by Tests/Spawner.
//
// Where the host mounts v2 beside them, without controllers, sandboxes have a group there instead of one of the freezer:
// what v2 has frozen still dies of SIGKILL. What the freezer of v1 has frozen does not, and would outlive a platform that
// was killed: without v2 that one is for the sweep, and nothing else is frozen.
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

enum { MEMORY, CPU, PIDS, FREEZER, UNIFIED, HIERARCHIES };
enum { STOPPING = FREEZER, USED };  // a sandbox's groups: the last is of UNIFIED where that can be, else of FREEZER
enum {
  MOST_KEPT = 64,
  KEPT_MILLISECONDS = 1000,
  MOST_MEMORY_LEFT = 4 * 1024 * 1024,  // bytes: what the kernel counts in advance, and little else
};

static const char *const names[UNIFIED] = {"memory", "cpu", "pids", "freezer"};

static struct {
  char own[HIERARCHIES][1024];       // the spawner's group as /proc/self/cgroup gives it
  char directory[HIERARCHIES][2048]; // the same on the host's files
  char parent_name[64];
  bool has_unified;  // as STOPPING
  int outer[USED];   // the spawner's own group
  int parent[USED];  // redoubt-<instance>
} layout;

// Runs as: host root, in the spawner. Line: `4:memory:/path`; of v2 `0::/path`.
static void note_own_group(char *line, void *unused) {
  (void)unused;
  strsep(&line, ":");
  char *controllers = strsep(&line, ":");
  if (controllers == NULL || line == NULL) return;
  if (controllers[0] == '\0') snprintf(layout.own[UNIFIED], sizeof layout.own[UNIFIED], "%s", line);
  for (int index = 0; index < UNIFIED; index++)
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
  for (int index = 0; index < UNIFIED; index++)
    if (cgroup_list_contains(options, names[index], " ,")) note_directory(index, root, point);
}

// Runs as: host root, in the spawner.
static int open_directory(int parent, const char *name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// Runs as: host root, in the spawner.
static bool open_hierarchy(int index) {
  int place = index == UNIFIED ? STOPPING : index;
  errno = ENOENT;
  if (layout.directory[index][0] == '\0') return false;
  layout.outer[place] = open_directory(AT_FDCWD, layout.directory[index]);
  if (layout.outer[place] < 0) return false;
  if (mkdirat(layout.outer[place], layout.parent_name, 0755) != 0 && errno != EEXIST) return false;
  layout.parent[place] = open_directory(layout.outer[place], layout.parent_name);
  return layout.parent[place] >= 0;
}

// Runs as: host root, in the spawner. Of groups without controllers. Into such a one a thread moves itself alone.
static int make_threaded(const char *name) {
  return cgroup_file_write(layout.parent[STOPPING], name, "cgroup.type", "threaded");
}

// Runs as: host root, in the spawner.
static bool open_stopping(void) {
  layout.outer[STOPPING] = layout.parent[STOPPING] = -1;
  layout.has_unified = open_hierarchy(UNIFIED) &&
                       faccessat(layout.parent[STOPPING], ".", W_OK, AT_EACCESS) == 0 && make_threaded(".") == 0;
  if (layout.has_unified) return true;
  if (layout.parent[STOPPING] >= 0) close(layout.parent[STOPPING]);
  if (layout.outer[STOPPING] >= 0) close(layout.outer[STOPPING]);
  return open_hierarchy(FREEZER);
}

// Runs as: host root, in the spawner.
static bool open_layout(const char *instance) {
  cgroup_each_line("/proc/self/cgroup", note_own_group, NULL);
  cgroup_each_line("/proc/self/mountinfo", note_mount, NULL);
  snprintf(layout.parent_name, sizeof layout.parent_name, "redoubt-%s", instance);
  for (int index = 0; index < STOPPING; index++)
    if (!open_hierarchy(index)) return false;
  if (!open_stopping()) return false;
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

// Runs as: host root, in the spawner.
static int limit_one(const char *name, uint64_t bytes) {
  return cgroup_file_write_number(layout.parent[MEMORY], name, "memory.limit_in_bytes", bytes);
}

// Runs as: host root, in the spawner. Of memory and swap together.
static int limit_both(const char *name, uint64_t bytes) {
  if (cgroup_file_write_number(layout.parent[MEMORY], name, "memory.memsw.limit_in_bytes", bytes) == 0) return 0;
  return errno == ENOENT ? keep_out_of_swap(name) : -1;
}

// Runs as: host root, in the spawner. The limit of memory is never above that of both, so the latter goes first where a
// group is given more: EINVAL says that it was the wrong one of the two.
static int limit_memory_and_swap(const char *name, uint64_t bytes, bool is_new) {
  if (!is_new && limit_both(name, bytes) == 0) return limit_one(name, bytes);
  if (!is_new && errno != EINVAL) return -1;
  return limit_one(name, bytes) == 0 ? limit_both(name, bytes) : -1;
}

// Runs as: host root, in the spawner.
static int limit_memory(const char *name, uint64_t bytes) { return limit_memory_and_swap(name, bytes, false); }

// Runs as: host root, in the spawner.
static int share_processor(const char *name, uint32_t memory_mib) {
  return cgroup_file_write_number(layout.parent[CPU], name, "cpu.shares", cgroup_shares(memory_mib));
}

// Runs as: host root, in the spawner.
static int limit_new(const char *name, const struct cgroup_limits *limits) {
  if (limit_memory_and_swap(name, limits->memory_bytes, true) != 0) return -1;
  if (cgroup_file_write_number(layout.parent[PIDS], name, "pids.max", limits->processes) != 0) return -1;
  return share_processor(name, limits->memory_mib);
}

// Runs as: host root, in the spawner.
static int remove_group(const char *name) {
  int result = 0, error = 0;
  for (int index = 0; index < USED; index++) {
    if (cgroup_remove_tree(layout.parent[index], name) == 0) continue;
    result = -1;
    error = errno;
  }
  errno = error;
  return result;
}

// Runs as: host root, in the spawner. What is there already is as good.
static int make_folder(int index, const char *name) {
  if (mkdirat(layout.parent[index], name, 0755) != 0 && errno != EEXIST) return -1;
  return index == STOPPING && layout.has_unified ? make_threaded(name) : 0;
}

// Runs as: host root, in the spawner.
static int create(const char *name, const struct cgroup_limits *limits) {
  int result = 0;
  for (int index = 0; index < USED && result == 0; index++) result = make_folder(index, name);
  if (result == 0) result = limit_new(name, limits);
  if (result == 0) return 0;
  int error = errno;
  remove_group(name);
  errno = error;
  return -1;
}

// Groups that sandboxes have left and others may have, the latest last: to make them and to remove them costs the kernel a
// tenth of a start.
static struct kept {
  char name[CGROUP_NAME];
  struct cgroup_limits limits;
  int64_t since;
} kept[MOST_KEPT];
static unsigned kept_count;

// Runs as: host root, in the spawner.
static bool is_empty(const char *name) {
  char tasks[32];
  return cgroup_file_read_text(layout.parent[PIDS], name, "pids.current", tasks, sizeof tasks) &&
         strcmp(tasks, "0\n") == 0 &&
         cgroup_file_read_number(layout.parent[MEMORY], name, "memory.usage_in_bytes", NULL) <= MOST_MEMORY_LEFT;
}

// Runs as: host root, in the spawner.
static bool is_stopped(const char *name) {
  char text[32];
  if (!layout.has_unified) return false;
  return !cgroup_file_read_text(layout.parent[STOPPING], name, "cgroup.freeze", text, sizeof text) || strcmp(text, "0\n") != 0;
}

// Runs as: host root, in the spawner. Nothing is to be seen of what was there.
static bool wipe(const char *name) {
  return cgroup_file_write(layout.parent[MEMORY], name, "memory.max_usage_in_bytes", "0") == 0 &&
         cgroup_file_write(layout.parent[CPU], name, "cpu.cfs_quota_us", "-1") == 0;
}

// Runs as: host root, in the spawner.
static bool keep(const char *name, const struct cgroup_limits *limits, int64_t now) {
  if (kept_count == MOST_KEPT || !is_empty(name) || is_stopped(name) || !wipe(name)) return false;
  struct kept *new = &kept[kept_count++];
  *new = (struct kept){.limits = *limits, .since = now};
  snprintf(new->name, sizeof new->name, "%s", name);
  return true;
}

// Runs as: host root, in the spawner. One at a time: others wait meanwhile.
static int64_t drop_kept(int64_t now) {
  if (kept_count > 0 && kept[0].since + KEPT_MILLISECONDS <= now) {
    remove_group(kept[0].name);
    memmove(kept, kept + 1, --kept_count * sizeof *kept);
  }
  return kept_count > 0 ? kept[0].since + KEPT_MILLISECONDS : INT64_MAX;
}

// Runs as: host root, in the spawner.
static bool take_kept(char name[CGROUP_NAME], const struct cgroup_limits *limits) {
  if (kept_count == 0) return false;
  const struct kept *last = &kept[--kept_count];
  bool has_limits = cgroup_limit_anew(&cgroup_v1, last->name, &last->limits, limits) == 0;
  if (has_limits) {
    snprintf(name, CGROUP_NAME, "%s", last->name);
  } else {
    remove_group(last->name);
  }
  return has_limits;
}

// Runs as: host root, in the spawner. What may be written through them is decided by who opens them.
static int open_joins(const char *name, int files[ZYGOTE_JOINS]) {
  _Static_assert((int)USED <= (int)ZYGOTE_JOINS, "room for all");
  for (int index = 0; index < USED; index++) {
    const char *file = layout.has_unified && index == STOPPING ? "cgroup.threads" : "tasks";
    files[index] = cgroup_file_open(layout.parent[index], name, file, O_WRONLY);
    if (files[index] >= 0) continue;
    int error = errno;
    while (index-- > 0) close(files[index]);
    errno = error;
    return -1;
  }
  return USED;
}

// Runs as: host root, in the spawner. The period is a new group's: 100 ms.
static int settle(const char *name, uint32_t memory_mib) {
  uint32_t quota = cgroup_quota_microseconds(memory_mib);
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
  return layout.has_unified ? cgroup_file_open(layout.parent[STOPPING], name, "cgroup.freeze", O_WRONLY) : -1;
}

// Runs as: host root, in the spawner.
static void read_result(const char *name, struct cgroup_result *result) {
  int memory = layout.parent[MEMORY];
  result->oom_kills = (uint32_t)cgroup_file_read_number(memory, name, "memory.oom_control", "oom_kill");
  result->memory_peak = cgroup_file_read_number(memory, name, "memory.max_usage_in_bytes", NULL);
}

// Runs as: host root, in the spawner. Freezing takes effect later than the write.
static void freeze(const char *name) {
  if (layout.has_unified) {
    if (cgroup_file_write(layout.parent[STOPPING], name, "cgroup.freeze", "1") == 0)
      cgroup_file_await(layout.parent[STOPPING], name, "cgroup.events", "frozen 1");
  } else if (cgroup_file_write(layout.parent[STOPPING], name, "freezer.state", "FROZEN") == 0) {
    cgroup_file_await(layout.parent[STOPPING], name, "freezer.state", "FROZEN");
  }
}

// Runs as: host root, in the spawner.
static void thaw(const char *name) {
  const char *file = layout.has_unified ? "cgroup.freeze" : "freezer.state";
  cgroup_file_write(layout.parent[STOPPING], name, file, layout.has_unified ? "0" : "THAWED");
}

// Runs as: host root, in the spawner.
static void kill_all(const char *name) {
  char within[512];
  snprintf(within, sizeof within, "/%s/%s", layout.parent_name, name);
  for (int index = 0; index < USED; index++) cgroup_kill_listed(layout.parent[index], name, within);
}

// Runs as: host root, in the spawner.
static int remove_parent(void) {
  int result = 0;
  for (int index = 0; index < USED; index++)
    if (unlinkat(layout.outer[index], layout.parent_name, AT_REMOVEDIR) != 0 && errno != ENOENT) result = -1;
  return result;
}

// Runs as: host root, in the spawner.
static int directory(unsigned index) { return index < (unsigned)USED ? layout.parent[index] : -1; }

const struct cgroup_driver cgroup_v1 = {
    .open = open_layout,
    .create = create,
    .limit_memory = limit_memory,
    .share_processor = share_processor,
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
    .keep = keep,
    .take_kept = take_kept,
    .drop_kept = drop_kept,
    .remove = remove_group,
    .remove_parent = remove_parent,
    .directory = directory,
};
