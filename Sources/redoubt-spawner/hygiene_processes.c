// Processes that were there at the baseline stay, all others are ended.
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "hygiene.h"
#include "kernel.h"

enum { MAXIMUM_KEPT = 64, PAUSE_NANOSECONDS = 100 * 1000 };

static DIR *proc;
static struct {
  pid_t number;
  int descriptor;  // pidfd: the number alone could be another process's by now
} kept[MAXIMUM_KEPT];
static unsigned kept_count;

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
int processes_open(void) {
  proc = opendir("/proc");
  return proc == NULL ? -1 : 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. A pidfd is readable once its process has ended, also
// while it is a zombie that waits for its parent.
static bool has_ended(int process) {
  struct pollfd end = {.fd = process, .events = POLLIN};
  return poll(&end, 1, 0) != 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. The next process that lives, but init itself, held
// by a pidfd; 0: none is left, -1: one that cannot be held.
static pid_t next_process(int *process) {
  for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
    long number = strtol(entry->d_name, NULL, 10);
    if (number <= 1) continue;
    *process = kernel_open_process((pid_t)number);
    if (*process < 0 && errno == ESRCH) continue;
    if (*process < 0) return -1;
    if (!has_ended(*process)) return (pid_t)number;
    close(*process);
  }
  return 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool processes_note_baseline(void) {
  while (kept_count > 0) close(kept[--kept_count].descriptor);
  rewinddir(proc);
  int process;
  pid_t number;
  while ((number = next_process(&process)) > 0) {
    if (kept_count == MAXIMUM_KEPT) {
      close(process);
      return false;
    }
    kept[kept_count].number = number;
    kept[kept_count++].descriptor = process;
  }
  return number == 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool is_kept(pid_t number) {
  for (unsigned index = 0; index < kept_count; index++)
    if (kept[index].number == number) return !has_ended(kept[index].descriptor);
  return false;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. The number of those that were there; -1: not all could
// be looked at.
static int kill_others(void) {
  int count = 0, process;
  pid_t number;
  rewinddir(proc);
  while ((number = next_process(&process)) > 0) {
    if (!is_kept(number)) {
      count++;
      kernel_signal_process(process, SIGKILL);
    }
    close(process);
  }
  return number < 0 ? -1 : count;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool processes_end_others(int64_t deadline) {
  const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
  int count;
  while ((count = kill_others()) > 0) {
    if (hygiene_now() >= deadline) return false;
    nanosleep(&pause, NULL);
    init_reap();
  }
  init_reap();
  return count == 0;
}
