// Which entries of /proc a sandbox may see besides its processes. Nothing else that a kernel offers is there, now or when
// a module adds it.
#ifndef REDOUBT_PROCESS_VIEW_H
#define REDOUBT_PROCESS_VIEW_H

// Narrows the view of `proc`, a fresh /proc of the sandbox's own whose names nobody has looked up. It stays so for as long
// as the calling process, the sandbox's init, lives: that holds descriptors of what is shown. 0, or -1 with errno.
int process_view_narrow(const char *proc);

#endif
