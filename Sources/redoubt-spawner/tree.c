// Code trees: a tmpfs for each (account, digest), kept mounted in a mount namespace for them. Attached there, because
// kernels before 6.15 refuse to clone a tree that is attached nowhere; and not in the spawner's own, because every sandbox
// starts with a copy of that one, for which each mount in it costs 3 us: hosts have hundreds of trees.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "kernel.h"
#include "refusal.h"
#include "root.h"
#include "spawner.h"

enum { PAGE = 4096, SLACK_BYTES = 1024 * 1024, SLACK_INODES = 16 };

static int place_of_trees, own_place;

// Runs as: host root, in the spawner.
static int open_own_namespace(void) {
  int file = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse_system("mount namespace: open");
  return file;
}

// Runs as: host root, in the spawner. Between this and `trees_leave` nothing is cloned.
void trees_enter(void) {
  if (setns(place_of_trees, CLONE_NEWNS) != 0) refuse_system("mount namespace of trees: enter");
}

// Runs as: host root, in the spawner. errno stays as it is.
void trees_leave(void) {
  int error = errno;
  if (setns(own_place, CLONE_NEWNS) != 0) refuse_system("mount namespace of trees: leave");
  errno = error;
}

// Runs as: host root, in the spawner. Who comes into a mount namespace has its root, which is not that of a process in a
// chroot.
void trees_set_apart(void) {
  struct stat before, after;
  place_of_trees = open_own_namespace();
  if (unshare(CLONE_NEWNS) != 0) refuse_system("mount namespace of trees");
  own_place = open_own_namespace();
  bool is_known = stat("/", &before) == 0;
  trees_enter();
  trees_leave();
  if (!is_known || stat("/", &after) != 0) refuse_system("root");
  if (before.st_dev != after.st_dev || before.st_ino != after.st_ino)
    refuse_configuration("the spawner cannot run in a chroot: its root has to be that of its mount namespace");
}

// Runs as: host root, in the spawner.
bool tree_is_same(const struct sp_tree *one, const struct sp_tree *other) {
  return one->account == other->account && memcmp(one->digest, other->digest, SP_DIGEST_SIZE) == 0;
}

// Runs as: host root, in the spawner.
struct tree *tree_find(struct spawner *spawner, const struct sp_tree *key) {
  for (uint32_t index = 0; index < MAXIMUM_TREES; index++) {
    struct tree *tree = &spawner->trees[index];
    if (tree->state != TREE_ABSENT && !tree->is_forgotten && tree_is_same(&tree->key, key)) return tree;
  }
  return NULL;
}

// Runs as: host root, in the spawner.
void tree_path(const struct spawner *spawner, const struct tree *tree, char *path, size_t size) {
  snprintf(path, size, "/trees/%u", (unsigned)(tree - spawner->trees));
}

// Runs as: host root, in the spawner.
void tree_add_path(const struct spawner *spawner, const struct tree *tree, char *paths, size_t size) {
  size_t length = strlen(paths);
  if (length > 0 && length + 1 < size) paths[length++] = ':';
  tree_path(spawner, tree, paths + length, size - length);
}

// Runs as: host root, in the spawner. Keeps code out of the host's swap; kernels before 6.4 cannot, and say EINVAL. A
// remount has to name the option again.
static int mount_without_swap(const char *path, unsigned long flags, const char *options) {
  char whole[192];
  snprintf(whole, sizeof whole, "noswap%s%s", options[0] == '\0' ? "" : ",", options);
  flags |= MS_NOSUID | MS_NODEV;
  if (mount("code", path, "tmpfs", flags, whole) == 0) return 0;
  return errno == EINVAL ? mount("code", path, "tmpfs", flags, options) : -1;
}

// Runs as: host root, in the spawner. Every file may waste most of a page.
static int mount_tree(const char *path, uint64_t maximum_bytes, uint32_t maximum_entries, uid_t owner) {
  char options[160];
  uint64_t size = maximum_bytes + (uint64_t)maximum_entries * PAGE + SLACK_BYTES;
  snprintf(options, sizeof options, "size=%" PRIu64 ",nr_inodes=%u,mode=0755,uid=%u,gid=%u", size,
           maximum_entries + SLACK_INODES, owner, owner);
  return mount_without_swap(path, 0, options);
}

// Runs as: host root, in the spawner.
struct tree *tree_create(struct spawner *spawner, const struct sp_tree *key, uint64_t maximum_bytes, uint32_t maximum_entries,
                         uid_t owner) {
  struct tree *tree = spawner->trees;
  while (tree < spawner->trees + MAXIMUM_TREES && tree->state != TREE_ABSENT) tree++;
  if (tree == spawner->trees + MAXIMUM_TREES) {
    errno = ENFILE;
    return NULL;
  }
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  bool is_there = (mkdir(path, 0755) == 0 || errno == EEXIST) && mount_tree(path, maximum_bytes, maximum_entries, owner) == 0;
  trees_leave();
  if (!is_there) return NULL;
  static uint64_t number;
  *tree = (struct tree){
      .state = TREE_FILLING,
      .key = *key,
      .number = ++number,
      .maximum_bytes = maximum_bytes,
      .maximum_entries = maximum_entries,
  };
  return tree;
}

// Runs as: host root, in the spawner. A name, whatever it stands for: nothing is followed.
static bool has_extensions(const char *path) {
  char whole[64];
  struct stat status;
  snprintf(whole, sizeof whole, "%s/extensions", path);
  return lstat(whole, &status) == 0;
}

// Runs as: host root, in the spawner. The superblock itself, so that no mount of it can be written any more.
int tree_seal(struct spawner *spawner, struct tree *tree) {
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  int result = mount_without_swap(path, MS_REMOUNT | MS_RDONLY, "");
  if (result == 0) tree->has_extensions = has_extensions(path);
  trees_leave();
  if (result == 0) tree->state = TREE_READY;
  return result;
}

// Runs as: host root, in the spawner.
int tree_open_to_fill(const struct spawner *spawner, const struct tree *tree) {
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  int mount = kernel_open_bind(path, KERNEL_NO_SETUID | KERNEL_NO_DEVICES, 0);
  trees_leave();
  return mount;
}

// Runs as: host root, in the spawner.
int tree_open_to_read(const struct spawner *spawner, const struct tree *tree) {
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  int mount = kernel_open_overlay(path);
  trees_leave();
  return mount;
}

// Runs as: host root, in the spawner. The root directory is an entry to the kernel.
int tree_measure(const struct spawner *spawner, struct tree *tree) {
  char path[32];
  struct statfs status;
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  int result = statfs(path, &status);
  trees_leave();
  if (result != 0) return -1;
  tree->bytes = (uint64_t)(status.f_blocks - status.f_bfree) * (uint64_t)status.f_bsize;
  tree->entries = (uint32_t)(status.f_files - status.f_ffree) - 1;
  return 0;
}

// Runs as: host root, in the spawner.
bool tree_is_compiled_of(const struct tree *tree, const struct sp_tree *code) {
  return tree->is_compiled && tree_is_same(&tree->code, code);
}

// Runs as: host root, in the spawner. The directories of the code as an overlay takes them. What was compiled lies below,
// so no file of the code is ever another than was deployed. It may be gone: whoever asked could not know.
static struct root_code code_paths(struct spawner *spawner, const struct sp_start *request, const struct tree *tree,
                                   char paths[2 * 32]) {
  struct root_code code = {.code = tree->number};
  tree_path(spawner, tree, paths, 32);
  const struct tree *compiled = request->has_compiled ? tree_find(spawner, &request->compiled) : NULL;
  if (compiled == NULL || compiled->state != TREE_READY || !tree_is_compiled_of(compiled, &request->tree)) return code;
  tree_add_path(spawner, compiled, paths, 2 * 32);
  code.compiled = compiled->number;
  return code;
}

// Runs as: host root, in the spawner.
unsigned tree_open_overlays(struct spawner *spawner, const struct sp_start *request, unsigned kept,
                            int overlays[PLACED_TREES]) {
  char code[2 * 32], layers[SP_MAX_LAYERS * 32];
  errno = ENOENT;
  const struct tree *tree = tree_find(spawner, &request->tree);
  if (tree == NULL || tree->state != TREE_READY || !layers_paths(spawner, request, layers)) return 0;
  const struct root_code made_of = code_paths(spawner, request, tree, code);
  bool has_layers = layers[0] != '\0';
  trees_enter();
  overlays[0] = root_open_code(kept, &made_of, code);
  if (overlays[0] >= 0 && has_layers) overlays[1] = kernel_open_overlay(layers);
  trees_leave();
  if (overlays[0] < 0 || (has_layers && overlays[1] < 0)) return 0;
  return has_layers ? 2 : 1;
}

// Runs as: host root, in the spawner. Environments keep it alive by mounts of their own. The directory stays, for the next.
void tree_drop(struct spawner *spawner, struct tree *tree) {
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  trees_enter();
  root_forget_code(tree->number);
  umount2(path, MNT_DETACH);
  trees_leave();
  *tree = (struct tree){.state = TREE_ABSENT};
}
