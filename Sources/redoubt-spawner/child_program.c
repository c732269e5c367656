// The last steps before user code (or the unpacker) runs.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "kernel.h"
#include "process_limit.h"

enum {
  ARCHIVE_DESCRIPTOR = 3,
  REPORT_DESCRIPTOR = 4,
  MAXIMUM_DESCRIPTORS = 1024,
  EXIT_SET_UP = 125,
  EXIT_CANNOT_RUN = 126,
  EXIT_ABSENT = 127,
};

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
static int set_limits(void) {
  return process_limit_lower(RLIMIT_NOFILE, MAXIMUM_DESCRIPTORS) == 0 ? process_limit_no_core() : -1;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static void reset_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Standard streams are /dev/null so far.
static int place_environment_descriptors(const struct plan *plan) {
  return dup2(plan->output, 1) < 0 || dup2(plan->output, 2) < 0 ? -1 : 0;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int place_unpack_descriptors(const struct plan *plan, int *program) {
  const int above = 16;
  int archive = fcntl(plan->archive, F_DUPFD_CLOEXEC, above);
  int output = fcntl(plan->output, F_DUPFD_CLOEXEC, above);
  *program = fcntl(plan->program, F_DUPFD_CLOEXEC, above);
  if (archive < 0 || output < 0 || *program < 0) return -1;
  return dup2(archive, ARCHIVE_DESCRIPTOR) < 0 || dup2(output, REPORT_DESCRIPTOR) < 0 ? -1 : 0;
}

// Runs as: user code's privilege. A custom runtime that the code does not bring may come in a layer.
static void execute_runtime(const struct plan *plan) {
  execve(plan->arguments[0], plan->arguments, plan->environment);
  if (errno != ENOENT || strcmp(plan->arguments[0], "/var/task/bootstrap") != 0) return;
  char *const arguments[] = {"/opt/bootstrap", NULL};
  execve(arguments[0], arguments, plan->environment);
}

// Runs as: sandbox uid with full capabilities, then user code's privilege.
void child_become_program(const struct plan *plan, int gate) {
  bool is_unpack = plan->kind == SANDBOX_UNPACK;
  int program = -1;
  if (setsid() < 0 || offer_to_oom_killer() != 0 || set_limits() != 0 || child_limit_itself(plan->limits) != 0)
    _exit(EXIT_SET_UP);
  reset_signals();
  gate = fcntl(gate, F_DUPFD_CLOEXEC, 16);
  int placed = is_unpack ? place_unpack_descriptors(plan, &program) : place_environment_descriptors(plan);
  if (gate < 0 || placed != 0 || chdir(is_unpack ? "/out" : "/var/task") != 0) _exit(EXIT_SET_UP);
  unsigned first_unplanned = is_unpack ? REPORT_DESCRIPTOR + 1 : 3;
  if (kernel_close_range(first_unplanned, ~0U, KERNEL_CLOSE_ON_EXEC_RANGE) != 0) _exit(EXIT_SET_UP);
  if (child_confine_files(plan->kind, program) != 0 || child_give_up_privileges() != 0) _exit(EXIT_SET_UP);
  char byte;
  ssize_t count;
  do count = read(gate, &byte, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) _exit(EXIT_SET_UP);
  if (is_unpack) {
    kernel_execute(program, plan->arguments, plan->environment);
  } else {
    execute_runtime(plan);
  }
  _exit(errno == ENOENT || errno == ENOTDIR ? EXIT_ABSENT : EXIT_CANNOT_RUN);
}
