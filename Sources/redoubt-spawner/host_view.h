// The file trees that the spawner builds once, before it lets go of the host's files.
//
//   /template   the root that every sandbox gets a read-only copy of
//   /sandbox    empty; where a sandbox, in its own mount namespace, puts its copy before it moves in
//   /trees/<n>  code, one tmpfs for each account and digest
//   /runtimes/<n>
//   /empty, /hidden   an empty directory and an unreadable file, to put over parts of /proc
//   /proc
#ifndef REDOUBT_HOST_VIEW_H
#define REDOUBT_HOST_VIEW_H

#include "configuration.h"

// Moves the spawner into a mount namespace and a root of its own. Does not return without success.
void host_view_leave(const struct configuration *configuration);

// Builds the sandboxes' root at `root`, an empty writable directory, from the host's /usr, /etc and /dev.
void template_build(const char *root);
// The files of /etc in it.
void template_build_etc(const char *root);

// Steps of both; each ends the spawner if it fails.
void make_directory(const char *root, const char *path, unsigned mode);
void make_file(const char *root, const char *path, const char *text, unsigned mode);
void make_link(const char *root, const char *path, const char *target);
void bind_from_host(const char *source, const char *root, const char *path, unsigned long attributes);

#endif
