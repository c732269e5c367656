// The file trees that the spawner builds once, before it lets go of the host's files.
//
//   /template   the root that every sandbox lays an overlay of its own over
//   /system/<n> the host's /usr and its like, for overlays too; see template_system
//   /sandbox    empty; where a sandbox, in its own mount namespace, puts its copy before it moves in
//   /trees/<n>  where code is mounted, one tmpfs for each account and digest, in a mount namespace of its own (tree.c)
//   /runtimes/<n>
//   /zygote.so  the library of zygotes, if there is one
//   /devices/<slot>  the device nodes of one sandbox; /devices/host those of all, without root
//   /roots/<n>  what is kept of root.c, in the mount namespace of trees
//   /empty      an empty directory, the second layer of every overlay
//   /proc
#ifndef REDOUBT_HOST_VIEW_H
#define REDOUBT_HOST_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "configuration.h"

// Moves the spawner into a mount namespace and a root of its own. `zygote_library` is a mount that is attached nowhere, or
// -1. Does not return without success.
void host_view_leave(const struct configuration *configuration, int zygote_library);

// Builds the sandboxes' root at `root`, an empty writable directory, from the host's /usr, /etc and /dev.
void template_build(const char *root);
// The files of /etc in it.
void template_build_etc(const char *root);
// A copy of the host's directory `path` at the same place below `root`, without `left_out` (a name, at any depth).
void template_copy_directory(const char *root, const char *path, const char *left_out);
// A copy of one file, or nothing if the host has no such file.
void template_copy_file(const char *root, const char *path);

// The host's directories that lie below /system/<index>: what they are called in a sandbox. NULL after the last.
const char *template_system(unsigned index);
// Whether something is mounted below it that an ordinary user can have only with it: no overlay is possible then.
bool template_system_has_mounts(unsigned index);

// Makes the device nodes of a slot where they are not there yet, below /devices. 0, or -1 with errno.
int devices_prepare(uint32_t slot);
// Where they are.
void devices_path(uint32_t slot, char *path, size_t size);
// For an ordinary user: the host's nodes below `base`, once for all slots. Ends the spawner if it fails.
void devices_bind_host(const char *base);

// Steps of both; each ends the spawner if it fails.
void make_directory(const char *root, const char *path, unsigned mode);
void make_file(const char *root, const char *path, const char *text, unsigned mode);
void make_link(const char *root, const char *path, const char *target);
void bind_from_host(const char *source, const char *root, const char *path, unsigned long attributes);

#endif
