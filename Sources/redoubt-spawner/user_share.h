// How much of what the kernel counts for each user all sandboxes together may use up, where they are one host user with
// whoever started them. The rest stays for that user's other programs.
#ifndef REDOUBT_USER_SHARE_H
#define REDOUBT_USER_SHARE_H

#include <sys/resource.h>

struct user_share {
  struct rlimit processes;
  unsigned long watchers, watches;  // of inotify; 0: not known
};

// What the user has: before the spawner enters its user namespace. Lowers its own limit of processes, which becomes the
// namespace's. Ends the spawner if it cannot.
void user_share_measure(struct user_share *share);
// Sets the namespace's limits: as its root.
void user_share_set(const struct user_share *share);

#endif
