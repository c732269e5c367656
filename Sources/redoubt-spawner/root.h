// The part of a sandbox's files that comes from the host: the template, the system's directories and the runtime, each an
// overlay, so that no two sandboxes that are there at once share an inode.
#ifndef REDOUBT_ROOT_H
#define REDOUBT_ROOT_H

// Mounts them at `target`, an empty directory. `runtime_path` may be empty. 0, or -1 with errno.
int root_mount(const char *target, const char *runtime_path);

// Those that are kept, in the mount namespace of code trees.

// Makes one and returns its number, or 0: there are enough, or it could not be made.
unsigned root_make(const char *runtime_path);
// A clone that is attached nowhere. -1 with errno.
int root_open(unsigned number);
// `number` may be 0.
void root_drop(unsigned number);

#endif
