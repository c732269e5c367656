#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_view.h"
#include "kernel.h"
#include "refusal.h"

enum { READ_ONLY_FILES = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES };

// Runs as: host root, in the spawner. On most hosts /bin and its like are links into /usr.
static void copy_system_directory(const char *root, const char *path) {
  struct stat status;
  if (lstat(path, &status) != 0) return;
  if (S_ISLNK(status.st_mode)) {
    char target[256];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) refuse_system("host link `%s`", path);
    target[length] = '\0';
    make_link(root, path, target);
  } else if (S_ISDIR(status.st_mode)) {
    make_directory(root, path, 0755);
    bind_from_host(path, root, path, READ_ONLY_FILES);
  }
}

// Runs as: host root, in the spawner.
static void build_devices(const char *root) {
  static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
  make_directory(root, "/dev", 0755);
  for (size_t index = 0; index < sizeof devices / sizeof devices[0]; index++) {
    make_file(root, devices[index], "", 0644);
    bind_from_host(devices[index], root, devices[index], KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_EXECUTION);
  }
  make_link(root, "/dev/fd", "/proc/self/fd");
  make_link(root, "/dev/stdin", "/proc/self/fd/0");
  make_link(root, "/dev/stdout", "/proc/self/fd/1");
  make_link(root, "/dev/stderr", "/proc/self/fd/2");
  make_directory(root, "/dev/shm", 0755);
}

// Runs as: host root, in the spawner.
void template_build(const char *root) {
  if (mount("template", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=8m,nr_inodes=512,mode=0755") != 0)
    refuse_system("template");
  static const char *const system_directories[] = {"/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin"};
  make_directory(root, "/usr", 0755);
  bind_from_host("/usr", root, "/usr", READ_ONLY_FILES);
  for (size_t index = 0; index < sizeof system_directories / sizeof system_directories[0]; index++)
    copy_system_directory(root, system_directories[index]);
  static const char *const mount_points[] = {"/proc", "/tmp", "/sys", "/opt", "/out", "/var/task", "/var/runtime"};
  for (size_t index = 0; index < sizeof mount_points / sizeof mount_points[0]; index++)
    make_directory(root, mount_points[index], 0755);
  build_devices(root);
  template_build_etc(root);
  uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
  if (kernel_set_mount_attributes(AT_FDCWD, root, 0, attributes) != 0) refuse_system("template: read-only");
}
