// The part of a sandbox's files that comes from the host: the template, the system's directories and the runtime, each an
// overlay, so that no two sandboxes that are there at once share an inode.
#ifndef REDOUBT_ROOT_H
#define REDOUBT_ROOT_H

#include <stdint.h>

// What an overlay of code is made of, by the numbers of trees.
struct root_code {
  uint64_t code, compiled;  // 0: nothing was compiled
};

// Mounts them at `target`, an empty directory. `runtime_path` may be empty. 0, or -1 with errno.
int root_mount(const char *target, const char *runtime_path);

// Those that are kept, in the mount namespace of code trees.

// Makes one and returns its number, or 0: there are enough, or it could not be made.
unsigned root_make(const char *runtime_path);
// A clone that is attached nowhere. -1 with errno.
int root_open(unsigned number);
// `number` may be 0.
void root_drop(unsigned number);
// An overlay of these directories for whoever has the kept root of that number, which may be 0; in the mount namespace of
// trees. It is kept with the root when the same code comes a second time in succession. -1 with errno.
int root_open_code(unsigned number, const struct root_code *code, const char *lower);
// That tree is to be dropped: nothing that is made of it is kept; in the mount namespace of trees.
void root_forget_code(uint64_t tree);

#endif
