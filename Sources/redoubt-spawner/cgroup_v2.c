// Control groups v2: one hierarchy for all controllers. Exercised by Tests/Spawner, on a machine of v1 alone by
// `make isolation-v2`. Needs kernel 5.14 for cgroup.kill.
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
#include "privilege.h"
#include "refusal.h"

static struct {
  char own[1024];
  char directory[2048];
  char parent_name[64];
  bool is_shared;  // with processes that are not the platform's
  int outer;   // the spawner's group as it was at its start
  int parent;  // redoubt-<instance>
} layout;

enum { MOVE_ATTEMPTS = 8 };

static const char controllers[] = "+memory +cpu +pids";
static const char leaf[] = "redoubt-platform";  // goes first: all sandboxes together have the default weight, 100

// Runs as: host root, in the spawner. Line: `0::/path`.
static void note_own_group(char *line, void *unused) {
  (void)unused;
  if (strncmp(line, "0::", 3) != 0) return;
  snprintf(layout.own, sizeof layout.own, "%s", line + 3);
  // A predecessor has moved the supervisor into the leaf: the group meant is the one around it.
  char *last = strrchr(layout.own, '/');
  if (last != NULL && strcmp(last + 1, leaf) == 0) *last = '\0';
}

// Runs as: host root, in the spawner.
static void note_mount(char *line, void *unused) {
  (void)unused;
  if (strstr(line, " - cgroup2 ") == NULL || layout.directory[0] != '\0') return;
  char root[1024], point[1024];
  if (sscanf(line, "%*s %*s %*s %1023s %1023s", root, point) != 2) return;
  const char *own = layout.own;
  size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
  if (strncmp(own, root, length) == 0) own += length;
  snprintf(layout.directory, sizeof layout.directory, "%s/%s", point, own);
}

// Runs as: host root, in the spawner.
static bool has_controllers(int directory) {
  char text[512];
  int descriptor = cgroup_file_open(directory, ".", "cgroup.controllers", O_RDONLY);
  ssize_t count = descriptor < 0 ? -1 : read(descriptor, text, sizeof text - 1);
  if (descriptor >= 0) close(descriptor);
  if (count <= 0) return false;
  text[count] = '\0';
  return cgroup_list_contains(text, "memory", " \n") && cgroup_list_contains(text, "cpu", " \n") &&
         cgroup_list_contains(text, "pids", " \n");
}

// Runs as: host root, in the spawner. -1: it has ended. Line: `7 (name) S 1 ...`, where the name may hold anything.
static pid_t parent_of(long process) {
  char text[512];
  snprintf(text, sizeof text, "/proc/%ld/stat", process);
  int descriptor = open(text, O_RDONLY | O_CLOEXEC);
  ssize_t count = descriptor < 0 ? -1 : read(descriptor, text, sizeof text - 1);
  if (descriptor >= 0) close(descriptor);
  if (count <= 0) return -1;
  text[count] = '\0';
  const char *after_name = strrchr(text, ')');
  pid_t parent = -1;
  if (after_name == NULL || sscanf(after_name, ") %*c %d", &parent) != 1) return -1;
  return parent;
}

// Runs as: host root, in the spawner. A shell's or another service's processes are not this program's to move. An
// ordinary user's terminal is such a group: then there are no control groups.
static void insist_on_platform(const char *line) {
  long process = strtol(line, NULL, 10);
  if (process == getpid() || process == getppid()) return;
  pid_t parent = process == 0 ? 0 : parent_of(process);  // 0: of a pid namespace that is out of sight
  if (process != 0 && (parent == getppid() || parent < 0)) return;
  layout.is_shared = true;
  if (privilege_held() == PRIVILEGE_USER) return;
  refuse_configuration(
      "cgroup `%s`: process %ld is not redoubt's: start it in a control group of its own (systemd: Delegate=yes)",
      layout.own, process);
}

// Runs as: host root, in the spawner.
static void move_into_leaf(const char *line) { cgroup_file_write(layout.outer, leaf, "cgroup.procs", line); }

// Runs as: host root, in the spawner.
static void each_process(void (*use)(const char *line)) {
  int descriptor = cgroup_file_open(layout.outer, ".", "cgroup.procs", O_RDONLY);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
  if (file == NULL) return;
  char line[32];
  while (fgets(line, sizeof line, file) != NULL) use(line);
  fclose(file);
}

// Runs as: host root, in the spawner. A group with processes of its own (the supervisor, the server, the spawner)
// cannot hand controllers down: then all of them move into a leaf. What they start meanwhile takes another round.
static int hand_controllers_down(void) {
  for (int attempt = 0; attempt < MOVE_ATTEMPTS; attempt++) {
    if (cgroup_file_write(layout.outer, ".", "cgroup.subtree_control", controllers) == 0) return 0;
    if (errno != EBUSY) return -1;
    each_process(insist_on_platform);
    if (layout.is_shared) return -1;
    if (mkdirat(layout.outer, leaf, 0755) != 0 && errno != EEXIST) return -1;
    each_process(move_into_leaf);
  }
  return cgroup_file_write(layout.outer, ".", "cgroup.subtree_control", controllers);
}

// Runs as: host root, in the spawner.
static bool open_layout(const char *instance) {
  cgroup_each_line("/proc/self/cgroup", note_own_group, NULL);
  cgroup_each_line("/proc/self/mountinfo", note_mount, NULL);
  snprintf(layout.parent_name, sizeof layout.parent_name, "redoubt-%s", instance);
  errno = ENOENT;
  if (layout.directory[0] == '\0') return false;
  layout.outer = open(layout.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (layout.outer < 0) return false;
  errno = ENOTSUP;
  if (!has_controllers(layout.outer) || hand_controllers_down() != 0) return false;
  // Where there is no leaf, the platform is in another group and not this one's to favour.
  cgroup_file_write(layout.outer, leaf, "cpu.weight", "1000");
  if (mkdirat(layout.outer, layout.parent_name, 0755) != 0 && errno != EEXIST) return false;
  layout.parent = openat(layout.outer, layout.parent_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return layout.parent >= 0 && cgroup_file_write(layout.parent, ".", "cgroup.subtree_control", controllers) == 0;
}

// Runs as: host root, in the spawner.
static int remove_group(const char *name) { return cgroup_remove_tree(layout.parent, name); }

// Runs as: host root, in the spawner.
static int limit_memory(const char *name, uint64_t bytes) {
  return cgroup_file_write_number(layout.parent, name, "memory.max", bytes);
}

// Runs as: host root, in the spawner. cpu.weight 100 is the default and stands for the 1024 shares of v1.
static int share_processor(const char *name, uint32_t memory_mib) {
  uint64_t weight = (uint64_t)cgroup_shares(memory_mib) * 100 / 1024;
  return cgroup_file_write_number(layout.parent, name, "cpu.weight", weight < 1 ? 1 : weight);
}

// Runs as: host root, in the spawner. memory.oom.group stays off, as v1 has none: the kernel ends one process, and what
// becomes of the function then is told by whether the runtime lives.
static int limit_new(const char *name, const struct cgroup_limits *limits) {
  if (limit_memory(name, limits->memory_bytes) != 0) return -1;
  if (cgroup_file_write(layout.parent, name, "memory.swap.max", "0") != 0 && errno != ENOENT) return -1;
  if (cgroup_file_write_number(layout.parent, name, "pids.max", limits->processes) != 0) return -1;
  return share_processor(name, limits->memory_mib);
}

// Runs as: host root, in the spawner.
static int create(const char *name, const struct cgroup_limits *limits) {
  if (mkdirat(layout.parent, name, 0755) != 0 && errno != EEXIST) return -1;
  if (limit_new(name, limits) == 0) return 0;
  int error = errno;
  remove_group(name);
  errno = error;
  return -1;
}

// Runs as: host root, in the spawner.
static int attach(const char *name, pid_t process) {
  return cgroup_file_write_number(layout.parent, name, "cgroup.procs", (uint64_t)process);
}

// Runs as: host root, in the spawner.
static int settle(const char *name, uint32_t memory_mib) {
  char text[64];
  snprintf(text, sizeof text, "%u 100000", cgroup_quota_microseconds(memory_mib));
  return cgroup_file_write(layout.parent, name, "cpu.max", text);
}

// Runs as: host root, in the spawner. memory.peak came with kernel 5.19.
static int open_peak(const char *name) {
  int descriptor = cgroup_file_open(layout.parent, name, "memory.peak", O_RDONLY);
  if (descriptor >= 0 || errno != ENOENT) return descriptor;
  return cgroup_file_open(layout.parent, name, "memory.current", O_RDONLY);
}

// Runs as: host root, in the spawner.
static int open_usage(const char *name) {
  return cgroup_file_open(layout.parent, name, "memory.current", O_RDONLY);
}

// Runs as: host root, in the spawner.
static int read_memory(const char *name, struct cgroup_memory *memory) {
  static const char *const keys[2] = {"anon", "shmem"};
  uint64_t values[2];
  if (cgroup_file_read_pair(layout.parent, name, "memory.stat", keys, values) != 0) return -1;
  *memory = (struct cgroup_memory){.anonymous = values[0], .shared = values[1]};
  return 0;
}

// Runs as: host root, in the spawner.
static int open_group(const char *name) { return cgroup_directory_open(layout.parent, name); }

// Runs as: host root, in the spawner.
static int open_freezer(const char *name) {
  return cgroup_file_open(layout.parent, name, "cgroup.freeze", O_WRONLY);
}

// Runs as: host root, in the spawner.
static void read_result(const char *name, struct cgroup_result *result) {
  result->oom_kills = (uint32_t)cgroup_file_read_number(layout.parent, name, "memory.events", "oom_kill");
  result->memory_peak = cgroup_file_read_number(layout.parent, name, "memory.peak", NULL);
}

// Runs as: host root, in the spawner. Freezing takes effect later than the write.
static void freeze(const char *name) {
  if (cgroup_file_write(layout.parent, name, "cgroup.freeze", "1") == 0)
    cgroup_file_await(layout.parent, name, "cgroup.events", "frozen 1");
}

// Runs as: host root, in the spawner.
static void thaw(const char *name) { cgroup_file_write(layout.parent, name, "cgroup.freeze", "0"); }

// Runs as: host root, in the spawner. The groups below are meant too, and a frozen process dies of it.
static void kill_all(const char *name) { cgroup_file_write(layout.parent, name, "cgroup.kill", "1"); }

// Runs as: host root, in the spawner.
static int remove_parent(void) {
  return unlinkat(layout.outer, layout.parent_name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

// Runs as: host root, in the spawner.
static int directory(unsigned index) { return index == 0 ? layout.parent : -1; }

const struct cgroup_driver cgroup_v2 = {
    .open = open_layout,
    .create = create,
    .limit_memory = limit_memory,
    .share_processor = share_processor,
    .attach = attach,
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
