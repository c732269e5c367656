#define _GNU_SOURCE 1
#include "user_share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "refusal.h"

static const char watchers_file[] = "/proc/sys/user/max_inotify_instances";
static const char watches_file[] = "/proc/sys/user/max_inotify_watches";

// Runs as: the starting user. 0: this kernel has no such limit.
static unsigned long read_limit(const char *path) {
  char text[32] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return 0;
  if (file < 0 || read(file, text, sizeof text - 1) <= 0) refuse_system("`%s`", path);
  close(file);
  return strtoul(text, NULL, 10);
}

// Runs as: the starting user. The soft limit at the moment of the namespace's making bounds all that is in it, together
// with the user's processes outside.
void user_share_measure(struct user_share *share) {
  share->watchers = read_limit(watchers_file);
  share->watches = read_limit(watches_file);
  if (getrlimit(RLIMIT_NPROC, &share->processes) != 0) refuse_system("limit of processes");
  if (share->processes.rlim_cur == RLIM_INFINITY) return;
  share->processes.rlim_cur -= share->processes.rlim_cur / 4;
  if (setrlimit(RLIMIT_NPROC, &share->processes) != 0) refuse_system("limit of processes");
}

// Runs as: root of the spawner's user namespace.
static void set_half(const char *path, unsigned long limit) {
  if (limit == 0) return;
  char text[32];
  snprintf(text, sizeof text, "%lu", limit / 2);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) < 0) refuse_system("`%s`", path);
  close(file);
}

// Runs as: root of the spawner's user namespace.
void user_share_set(const struct user_share *share) {
  set_half(watchers_file, share->watchers);
  set_half(watches_file, share->watches);
}
