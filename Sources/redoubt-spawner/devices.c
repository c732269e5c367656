// The device nodes of a sandbox. Each slot has its own: a lock on /dev/null is a lock on its inode, which two sandboxes
// must not share. Without root they have to: then they are the host's own.
#define _GNU_SOURCE 1
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host_view.h"
#include "kernel.h"
#include "privilege.h"
#include "refusal.h"

static const struct {
  const char *name;
  unsigned minor;
} nodes[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};
enum { MEMORY_DEVICES = 1 };  // their major number

static const struct {
  const char *name, *target;
} links[] = {
    {"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
};

// Runs as: host root, in the spawner.
static int make_node(const char *path, unsigned minor) {
  if (mknod(path, S_IFCHR | 0666, makedev(MEMORY_DEVICES, minor)) != 0) return -1;
  return chmod(path, 0666);
}

// Runs as: host root, in the spawner.
static int make_links(const char *directory) {
  char path[96];
  for (size_t index = 0; index < sizeof links / sizeof links[0]; index++) {
    snprintf(path, sizeof path, "%s/%s", directory, links[index].name);
    if (symlink(links[index].target, path) != 0) return -1;
  }
  snprintf(path, sizeof path, "%s/shm", directory);
  return mkdir(path, 0755);
}

// Runs as: host root, in the spawner.
static int fill(const char *directory) {
  char path[96];
  for (size_t index = 0; index < sizeof nodes / sizeof nodes[0]; index++) {
    snprintf(path, sizeof path, "%s/%s", directory, nodes[index].name);
    if (make_node(path, nodes[index].minor) != 0) return -1;
  }
  return make_links(directory);
}

// Runs as: host root, in the spawner. Nobody but the host's root makes device nodes, so these are shared.
void devices_bind_host(const char *base) {
  char path[96];
  make_directory(base, "/devices/host", 0755);
  for (size_t index = 0; index < sizeof nodes / sizeof nodes[0]; index++) {
    char source[32];
    snprintf(source, sizeof source, "/dev/%s", nodes[index].name);
    snprintf(path, sizeof path, "/devices/host/%s", nodes[index].name);
    make_file(base, path, "", 0644);
    bind_from_host(source, base, path, KERNEL_NO_SETUID | KERNEL_NO_EXECUTION);
  }
  snprintf(path, sizeof path, "%s/devices/host", base);
  if (make_links(path) != 0) refuse_system("devices");
}

// Runs as: host root, in the spawner.
void devices_path(uint32_t slot, char *path, size_t size) {
  if (privilege_held() == PRIVILEGE_ROOT) {
    snprintf(path, size, "/devices/%" PRIu32, slot);
  } else {
    snprintf(path, size, "/devices/host");
  }
}

// Runs as: host root, in the spawner. Under another name until it is whole.
int devices_prepare(uint32_t slot) {
  char directory[64], whole[64];
  devices_path(slot, whole, sizeof whole);
  if (access(whole, F_OK) == 0) return 0;
  snprintf(directory, sizeof directory, "/devices/new-%" PRIu32, slot);
  if (mkdir(directory, 0755) != 0 || fill(directory) != 0) return -1;
  return rename(directory, whole);
}
