#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_view.h"
#include "kernel.h"
#include "privilege.h"
#include "refusal.h"

enum { MAXIMUM_SYSTEM_DIRECTORIES = 8 };

static const char *system_directories[MAXIMUM_SYSTEM_DIRECTORIES + 1];
static bool system_has_mounts[MAXIMUM_SYSTEM_DIRECTORIES];
static unsigned system_count;

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
const char *template_system(unsigned index) { return index < system_count ? system_directories[index] : NULL; }

// Runs as: sandbox uid with full capabilities in its own user namespace.
bool template_system_has_mounts(unsigned index) { return system_has_mounts[index]; }

// Runs as: host root, in the spawner. Beside the template, in /system, for the overlays of sandboxes.
static void place_system_directory(const char *root, const char *path) {
  char place[64];
  snprintf(place, sizeof place, "/../system/%u", system_count);
  make_directory(root, path, 0755);
  make_directory(root, place, 0755);
  bind_from_host(path, root, place, KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES);
  system_has_mounts[system_count] = privilege_is_mounted_below(path);
  system_directories[system_count++] = path;
}

// Runs as: host root, in the spawner. On most hosts /bin and its like are links into /usr.
static void add_system_directory(const char *root, const char *path) {
  struct stat status;
  if (lstat(path, &status) != 0) return;
  if (S_ISDIR(status.st_mode)) place_system_directory(root, path);
  if (!S_ISLNK(status.st_mode)) return;
  char target[256];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) refuse_system("host link `%s`", path);
  target[length] = '\0';
  make_link(root, path, target);
}

// Runs as: host root, in the spawner. /opt/lib and /var/task/lib are there because a
// loader that has once found one absent never looks again.
void template_build(const char *root) {
  if (mount("template", root, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME, "size=64m,nr_inodes=16384,mode=0755") != 0)
    refuse_system("template");
  static const char *const from_host[] = {"/usr", "/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin"};
  _Static_assert(sizeof from_host / sizeof from_host[0] <= MAXIMUM_SYSTEM_DIRECTORIES, "room for all");
  for (size_t index = 0; index < sizeof from_host / sizeof from_host[0]; index++)
    add_system_directory(root, from_host[index]);
  static const char *const mount_points[] = {"/proc", "/tmp",      "/sys",         "/dev", "/opt/lib",
                                             "/out",  "/var/task/lib", "/var/runtime"};
  for (size_t index = 0; index < sizeof mount_points / sizeof mount_points[0]; index++)
    make_directory(root, mount_points[index], 0755);
  template_build_etc(root);
  uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
  if (kernel_set_mount_attributes(AT_FDCWD, root, 0, attributes) != 0) refuse_system("template: read-only");
}
