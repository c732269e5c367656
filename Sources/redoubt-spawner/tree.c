// Code trees: a tmpfs for each (account, digest), kept mounted in the spawner's own namespace. Attached there, because
// kernels before 6.15 refuse to clone a tree that is attached nowhere.
#define _GNU_SOURCE 1
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spawner.h"

enum { PAGE = 4096, SLACK_BYTES = 1024 * 1024, SLACK_INODES = 16 };

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
static int mount_tree(const char *path, const struct sp_unpack *request, uid_t owner) {
  char options[160];
  uint64_t size = request->maximum_bytes + (uint64_t)request->maximum_entries * PAGE + SLACK_BYTES;
  snprintf(options, sizeof options, "size=%" PRIu64 ",nr_inodes=%u,mode=0755,uid=%u,gid=%u", size,
           request->maximum_entries + SLACK_INODES, owner, owner);
  return mount_without_swap(path, 0, options);
}

// Runs as: host root, in the spawner.
struct tree *tree_create(struct spawner *spawner, const struct sp_unpack *request, uid_t owner) {
  struct tree *tree = spawner->trees;
  while (tree < spawner->trees + MAXIMUM_TREES && tree->state != TREE_ABSENT) tree++;
  if (tree == spawner->trees + MAXIMUM_TREES) {
    errno = ENFILE;
    return NULL;
  }
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  if (mkdir(path, 0755) != 0 && errno != EEXIST) return NULL;
  if (mount_tree(path, request, owner) != 0) return NULL;
  *tree = (struct tree){
      .state = TREE_UNPACKING,
      .key = request->tree,
      .maximum_bytes = request->maximum_bytes,
      .maximum_entries = request->maximum_entries,
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
  if (mount_without_swap(path, MS_REMOUNT | MS_RDONLY, "") != 0) return -1;
  tree->state = TREE_READY;
  tree->has_extensions = has_extensions(path);
  return 0;
}

// Runs as: host root, in the spawner. Environments that run keep it alive by mounts of their own. The directory stays:
// its removal would detach the tree in sandboxes that are being built, too.
void tree_drop(struct spawner *spawner, struct tree *tree) {
  char path[32];
  tree_path(spawner, tree, path, sizeof path);
  umount2(path, MNT_DETACH);
  *tree = (struct tree){.state = TREE_ABSENT};
}
