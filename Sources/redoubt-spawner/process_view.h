// Which entries of /proc a sandbox may see besides its processes. Everything else that the running kernel offers is
// covered, so a kernel that adds an entry does not add a hole.
#ifndef REDOUBT_PROCESS_VIEW_H
#define REDOUBT_PROCESS_VIEW_H

// Lists what is to be covered, once, from the spawner's own /proc.
void process_view_prepare(void);
// Covers it below `proc`, a mount point of a fresh /proc. 0, or -1 with errno.
int process_view_cover(const char *proc);

#endif
