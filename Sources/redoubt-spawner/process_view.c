#define _GNU_SOURCE 1
#include "process_view.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "refusal.h"

enum { MAXIMUM_COVERED = 128, MAXIMUM_NAME = 48 };

// Language runtimes size heaps and thread pools by these, or tell the kernel's age.
static const char *const shown[] = {
    "cpuinfo", "filesystems", "loadavg", "meminfo", "mounts", "net",
    "self",    "stat",        "sys",     "thread-self", "uptime", "version",
};

static struct {
  char name[MAXIMUM_NAME];
  bool is_directory;
} covered[MAXIMUM_COVERED];
static unsigned covered_count;

// Runs as: host root, in the spawner.
static bool is_shown(const char *name) {
  if (isdigit((unsigned char)name[0]) || name[0] == '.') return true;
  for (size_t index = 0; index < sizeof shown / sizeof shown[0]; index++)
    if (strcmp(name, shown[index]) == 0) return true;
  return false;
}

// Runs as: host root, in the spawner. What is the host's root's alone needs no cover, of which each costs a start some
// microseconds: nobody in a sandbox is that. The modes of /proc are the kernel's; who changes one does so for all.
static bool is_of_root_alone(const struct stat *status) {
  return status->st_uid == 0 && (status->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

// Runs as: host root, in the spawner.
void process_view_prepare(void) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) refuse_system("/proc");
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    struct stat status;
    if (is_shown(entry->d_name)) continue;
    if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISLNK(status.st_mode) || is_of_root_alone(&status)) continue;  // a link leads into a process
    if (covered_count == MAXIMUM_COVERED || strlen(entry->d_name) >= MAXIMUM_NAME)
      refuse_configuration("/proc `%s`: more entries, or longer names, than can be covered", entry->d_name);
    covered[covered_count].is_directory = S_ISDIR(status.st_mode);
    strcpy(covered[covered_count++].name, entry->d_name);
  }
  closedir(directory);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. An entry may be gone since it was listed: a
// kernel module takes its own along when it is unloaded.
int process_view_cover(const char *proc) {
  char path[256];
  for (unsigned index = 0; index < covered_count; index++) {
    snprintf(path, sizeof path, "%s/%.*s", proc, MAXIMUM_NAME, covered[index].name);
    const char *cover = covered[index].is_directory ? "/closed" : "/hidden";
    if (mount(cover, path, NULL, MS_BIND, NULL) == 0) continue;
    if (errno != ENOENT || access(path, F_OK) == 0) return -1;
  }
  snprintf(path, sizeof path, "%s/sys", proc);
  uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES | KERNEL_NO_EXECUTION;
  return kernel_bind(path, path, attributes, 0);
}
