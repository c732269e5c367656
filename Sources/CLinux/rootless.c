// Trying what an ordinary user may do, in a child: it leaves nothing behind.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clinux.h"

static const int namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                              CLONE_NEWCGROUP;

struct map {
  char user[32], group[32];
};

// Privilege: the child's, in its own user namespace. 0 or an errno.
static int write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : write(file, text, strlen(text));
  int error = count < 0 ? errno : 0;
  if (file >= 0) close(file);
  return error;
}

// Privilege: the child's, in its own user namespace. 0 or an errno.
static int become_root(const struct map *map) {
  int error = write_file("/proc/self/setgroups", "deny");
  if (!error) error = write_file("/proc/self/uid_map", map->user);
  return error ? error : write_file("/proc/self/gid_map", map->group);
}

// Privilege: any. 0 or an errno.
static int wait_for(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

// Privilege: root's of a user namespace. 0 or an errno. A pid namespace begins with the next child.
static int mount_proc(void) {
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) _exit(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ? errno : 0);
  return wait_for(child);
}

// Privilege: the caller's, then root's of a user namespace. 0 or an errno.
static int try(enum clinux_rootless most, const struct map *map) {
  if (syscall(SYS_unshare, namespaces)) return errno;
  if (most == CLINUX_ROOTLESS_NAMESPACES) return 0;
  int error = become_root(map);
  if (error) return error;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) return errno;
  return most == CLINUX_ROOTLESS_MOUNTS ? 0 : mount_proc();
}

int clinux_try_rootless(enum clinux_rootless most) {
  struct map map;
  snprintf(map.user, sizeof map.user, "0 %u 1", geteuid());
  snprintf(map.group, sizeof map.group, "0 %u 1", getegid());
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) _exit(try(most, &map));
  return -wait_for(child);
}
