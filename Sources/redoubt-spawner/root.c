#define _GNU_SOURCE 1
#include "root.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_view.h"
#include "kernel.h"
#include "spawner.h"

enum { MOST_KEPT = 64 };

// By number, from 1 on.
static bool is_kept[MOST_KEPT];
static struct kept_code {
  struct root_code code;  // that its last sandbox had
  bool is_mounted;
} kept_code[MOST_KEPT];

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace. Files that other
// sandboxes see too, as a file system of one alone: locks and watches belong to its inodes and stay within it. The kernel
// wants two layers where nothing is written.
static int mount_overlay(const char *lower, const char *target) {
  char options[256];
  snprintf(options, sizeof options, "lowerdir=%s:/empty", lower);
  return mount("overlay", target, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options);
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
static int mount_system(const char *root) {
  char lower[32], target[96];
  for (unsigned index = 0; template_system(index) != NULL; index++) {
    snprintf(lower, sizeof lower, "/system/%u", index);
    snprintf(target, sizeof target, "%s%s", root, template_system(index));
    if (template_system_has_mounts(index)) {
      const uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
      if (kernel_bind(lower, target, attributes, KERNEL_RECURSIVE) != 0) return -1;
    } else if (mount_overlay(lower, target) != 0) {
      return -1;
    }
  }
  return 0;
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int root_mount(const char *target, const char *runtime_path) {
  if (mount_overlay("/template", target) != 0 || mount_system(target) != 0) return -1;
  if (runtime_path[0] == '\0') return 0;
  char place[64];
  snprintf(place, sizeof place, "%s/var/runtime", target);
  return mount_overlay(runtime_path, place);
}

// Runs as: host root, in the spawner.
static void path_of(unsigned number, char *path, size_t size) { snprintf(path, size, "/roots/%u", number); }

// Runs as: host root, in the spawner.
unsigned root_make(const char *runtime_path) {
  unsigned number = 1;
  while (number < MOST_KEPT && is_kept[number]) number++;
  if (number == MOST_KEPT) return 0;
  char path[32];
  path_of(number, path, sizeof path);
  trees_enter();
  is_kept[number] = (mkdir(path, 0755) == 0 || errno == EEXIST) && root_mount(path, runtime_path) == 0;
  if (!is_kept[number]) umount2(path, MNT_DETACH);
  trees_leave();
  return is_kept[number] ? number : 0;
}

// Runs as: host root, in the spawner.
int root_open(unsigned number) {
  char path[32];
  path_of(number, path, sizeof path);
  trees_enter();
  int tree = kernel_open_tree(path, KERNEL_RECURSIVE);
  trees_leave();
  return tree;
}

// Runs as: host root, in the spawner.
static void code_path(unsigned number, char *path, size_t size) { snprintf(path, size, "/roots/code-%u", number); }

// Runs as: host root, in the spawner, in the mount namespace of trees.
static void drop_code(unsigned number) {
  char path[32];
  code_path(number, path, sizeof path);
  if (kept_code[number].is_mounted) umount2(path, MNT_DETACH);
  kept_code[number] = (struct kept_code){0};
}

// Runs as: host root, in the spawner, in the mount namespace of trees.
static bool mount_code(unsigned number, const char *path, const char *lower) {
  int overlay = kernel_open_overlay(lower);
  bool is_there = mkdir(path, 0755) == 0 || errno == EEXIST;
  kept_code[number].is_mounted = overlay >= 0 && is_there && kernel_move_mount(overlay, path) == 0;
  if (overlay >= 0) close(overlay);
  return kept_code[number].is_mounted;
}

// Runs as: host root, in the spawner.
int root_open_code(unsigned number, const struct root_code *code, const char *lower) {
  struct kept_code *kept = &kept_code[number];
  bool is_same = kept->code.code == code->code && kept->code.compiled == code->compiled;
  char path[32];
  code_path(number, path, sizeof path);
  if (number != 0 && is_same && (kept->is_mounted || mount_code(number, path, lower))) return kernel_open_tree(path, 0);
  drop_code(number);
  if (number != 0) kept->code = *code;
  return kernel_open_overlay(lower);
}

// Runs as: host root, in the spawner.
void root_forget_code(uint64_t tree) {
  for (unsigned number = 1; number < MOST_KEPT; number++)
    if (kept_code[number].code.code == tree || kept_code[number].code.compiled == tree) drop_code(number);
}

// Runs as: host root, in the spawner. Its directory stays, for the next.
void root_drop(unsigned number) {
  if (number == 0) return;
  char path[32];
  path_of(number, path, sizeof path);
  trees_enter();
  umount2(path, MNT_DETACH);
  drop_code(number);
  trees_leave();
  is_kept[number] = false;
}
