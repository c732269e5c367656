// What a program of a sandbox is given before it runs, whether it is executed or forked.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel.h"
#include "process_limit.h"
#include "sandbox_entry.h"

enum { MAXIMUM_DESCRIPTORS = 1024 };

// Runs as: not mapped yet, in the clone; or as a zygote's child. What counts is the privilege of who opened the files.
int entry_join_groups(const int *files, unsigned count) {
  int result = 0;
  for (unsigned index = 0; index < count; index++) {
    if (write(files[index], "0", 1) != 1) result = -1;
    int error = errno;
    close(files[index]);
    errno = error;
  }
  return result;
}

// Runs as: sandbox uid with full capabilities in its own user namespace. When memory is short, the program goes before
// its init and before anything of the host. Afterwards /proc is read-only, so it cannot take that back.
static int offer_to_oom_killer(void) {
  prctl(PR_SET_DUMPABLE, 1);  // or the file would not be its own; nobody else is in here yet
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = write(file, "500", 3);
  close(file);
  prctl(PR_SET_DUMPABLE, 0);
  if (count != 3) return -1;
  return kernel_set_mount_attributes(AT_FDCWD, "/proc", 0, KERNEL_READ_ONLY);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. The filter keeps user code from changing the
// limit of cores.
int entry_set_limits(void) {
  return process_limit_lower(RLIMIT_NOFILE, MAXIMUM_DESCRIPTORS) == 0 ? process_limit_no_core() : -1;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int entry_set_up_program(void) {
  if (setsid() < 0 || offer_to_oom_killer() != 0) return -1;
  return entry_set_limits();
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
void entry_reset_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}
