#define _GNU_SOURCE 1
#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel.h"
#include "process_file.h"
#include "refusal.h"
#include "sandbox_identity.h"
#include "user_share.h"

static enum privilege held;

// Runs as: any.
enum privilege privilege_held(void) { return held; }

// Runs as: the starting user, then root of the spawner's user namespace. A process that is not dumpable may not write
// its own maps; nothing is in its memory yet.
static void enter_namespace(void) {
  unsigned user = geteuid(), group = getegid();
  struct user_share share;
  user_share_measure(&share);
  if (prctl(PR_SET_DUMPABLE, 1) != 0) refuse_system("dumpable");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    refuse_configuration("user id %u may not make a user namespace here (`redoubt doctor` says more): %m", user);
  char text[32];
  if (process_file_write(0, "setgroups", "deny") != 0) refuse_system("user namespace: groups");
  snprintf(text, sizeof text, "0 %u 1", user);
  if (process_file_write(0, "uid_map", text) != 0) refuse_system("user namespace: user id %u", user);
  snprintf(text, sizeof text, "0 %u 1", group);
  if (process_file_write(0, "gid_map", text) != 0) refuse_system("user namespace: group id %u", group);
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    refuse_configuration("a user namespace has no privilege here (`redoubt doctor` says more): %m");
  user_share_set(&share);
}

// Runs as: what the spawner was started as; afterwards as privilege.h says.
void privilege_begin(void) {
  held = geteuid() == 0 ? PRIVILEGE_ROOT : PRIVILEGE_USER;
  if (held == PRIVILEGE_USER) {
    enter_namespace();
  } else if (setgroups(0, NULL) != 0) {
    refuse_system("supplementary groups");
  }
}

// Runs as: host root, in the spawner.
uint32_t privilege_sandbox_id(uint32_t uid_base, uint32_t slot) {
  return held == PRIVILEGE_ROOT ? uid_base + slot : 0;
}

// Runs as: host root, in the spawner; or the sandbox's own user without a map, in the clone. One id each: to the host,
// user code is one uid, and never that of the host's root.
static int write_maps(pid_t process, uint32_t user, uint32_t group) {
  char text[48];
  if (process_file_write(process, "setgroups", "deny") != 0) return -1;
  snprintf(text, sizeof text, "%d %u 1", SANDBOX_UID, user);
  if (process_file_write(process, "uid_map", text) != 0) return -1;
  snprintf(text, sizeof text, "%d %u 1", SANDBOX_GID, group);
  return process_file_write(process, "gid_map", text);
}

// Runs as: host root, in the spawner. A zygote's namespace has the ids of sandboxes under the numbers that the host has.
struct nested_id privilege_nested_id(uint32_t uid_base, uint32_t slot) {
  if (held == PRIVILEGE_USER) return (struct nested_id){.user = SANDBOX_UID, .group = SANDBOX_GID};
  return (struct nested_id){.user = uid_base + slot, .group = uid_base + slot};
}

// Runs as: host root, in the spawner.
int privilege_map_ids(pid_t process, uint32_t id) {
  return held == PRIVILEGE_ROOT ? write_maps(process, id, id) : 0;
}

// Runs as: host root, in the spawner.
int privilege_map_zygote_ids(pid_t process, uint32_t id, uint32_t uid_base, uint32_t count) {
  if (held == PRIVILEGE_USER) return 0;
  char text[96];
  if (process_file_write(process, "setgroups", "deny") != 0) return -1;
  snprintf(text, sizeof text, "%d %u 1\n%u %u %u", SANDBOX_UID, id, uid_base, uid_base, count);
  if (process_file_write(process, "uid_map", text) != 0) return -1;
  snprintf(text, sizeof text, "%d %u 1\n%u %u %u", SANDBOX_GID, id, uid_base, uid_base, count);
  return process_file_write(process, "gid_map", text);
}

// Runs as: not mapped yet, in the clone. The files of a process that is not dumpable belong to the host's root, hence
// the moment in which it is; nobody else is in its pid namespace.
int privilege_map_own_ids(struct nested_id nested) {
  bool is_nested = nested.user != 0;
  if (held == PRIVILEGE_ROOT && !is_nested) return 0;
  if (prctl(PR_SET_DUMPABLE, 1) != 0) return -1;
  int result = is_nested ? write_maps(0, nested.user, nested.group) : write_maps(0, 0, 0);
  return prctl(PR_SET_DUMPABLE, 0) == 0 ? result : -1;
}

// Runs as: any.
unsigned privilege_bind_flags(void) { return held == PRIVILEGE_ROOT ? 0 : KERNEL_RECURSIVE; }

// Runs as: host root, in the spawner. Host root may leave out what is mounted below, and does.
bool privilege_is_mounted_below(const char *path) {
  if (held == PRIVILEGE_ROOT) return false;
  int tree = kernel_open_tree(path, 0);
  if (tree >= 0) close(tree);
  return tree < 0 && errno == EINVAL;
}

// Runs as: host root, in the spawner. An ordinary user has no say over the host's pid namespace, but may show what it
// shows.
int privilege_mount_proc(const char *target) {
  if (held == PRIVILEGE_USER) return kernel_bind("/proc", target, 0, KERNEL_RECURSIVE);
  return mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}
