// Whose privilege the spawner has, and all that differs by it.
//
// Started as root it is host root, and gives each slot a host id of its own. Started by an ordinary user it enters one
// user namespace in which it is root and in which that user's id is the only one there is: to the host, every sandbox
// is that user. Where a comment says "host root, in the spawner", that is then the root of this namespace.
#ifndef REDOUBT_PRIVILEGE_H
#define REDOUBT_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum privilege { PRIVILEGE_ROOT, PRIVILEGE_USER };

// Finds out, drops supplementary groups or enters that namespace. Before anything else: a mount made earlier would
// belong to somebody else. Does not return without success.
void privilege_begin(void);
enum privilege privilege_held(void);

// The id, user's and group's, that stands for a sandbox in the namespace of the spawner.
uint32_t privilege_sandbox_id(uint32_t uid_base, uint32_t slot);
// The same in the namespace of a zygote.
struct nested_id {
  uint32_t user, group;  // 0: there is no zygote
};
struct nested_id privilege_nested_id(uint32_t uid_base, uint32_t slot);
// The ids of a new sandbox: host root writes them from outside; without root, and below a zygote, only the sandbox itself
// may. `privilege_map_own_ids` does nothing where host root does it, and `privilege_map_ids` nothing without root.
// 0, or -1 with errno.
int privilege_map_ids(pid_t process, uint32_t id);
int privilege_map_own_ids(struct nested_id nested);
// The ids of a zygote: its own, and those of the `count` sandboxes from `uid_base` on that may be made below it.
int privilege_map_zygote_ids(pid_t process, uint32_t id, uint32_t uid_base, uint32_t count);

// For kernel_open_tree of what the host has mounted: a tree that came from a more privileged namespace is had whole or
// not at all.
unsigned privilege_bind_flags(void);
// Whether that is so for `path`: something is mounted below it.
bool privilege_is_mounted_below(const char *path);
// Mounts at `target` a /proc that is whole and unmasked: the kernel lets a sandbox mount its own only where one such is
// in sight.
int privilege_mount_proc(const char *target);

#endif
