// The last steps before user code (or the unpacker) runs.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "kernel.h"
#include "sandbox_entry.h"

enum {
  FIRST_DESCRIPTOR = 3,  // after the standard streams
  FIRST_FREE = 16,       // where descriptors wait for their place
  EXIT_SET_UP = 125,
  EXIT_CANNOT_RUN = 126,
  EXIT_ABSENT = 127,
};

// Runs as: sandbox uid with full capabilities in its own user namespace. Standard streams are /dev/null so far.
static int place_output(const struct plan *plan) {
  return dup2(plan->output, 1) < 0 || dup2(plan->output, 2) < 0 ? -1 : 0;
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Makes the descriptors 3, 4 and so on of those
// given, of which the first may be -1 for none at all. The number of the first that is free, or 0 with errno.
static unsigned place_after_streams(const int *descriptors, unsigned count) {
  int above[3];
  if (descriptors[0] < 0) return FIRST_DESCRIPTOR;
  for (unsigned index = 0; index < count; index++) {
    above[index] = fcntl(descriptors[index], F_DUPFD_CLOEXEC, FIRST_FREE);
    if (above[index] < 0) return 0;
  }
  for (unsigned index = 0; index < count; index++)
    if (dup2(above[index], FIRST_DESCRIPTOR + (int)index) < 0) return 0;
  return FIRST_DESCRIPTOR + count;
}

// Runs as: sandbox uid with full capabilities in its own user namespace. The first descriptor that the program does not
// get, or 0 with errno.
static unsigned place_descriptors(const struct plan *plan) {
  const int for_unpacker[] = {plan->archive, plan->output};
  if (plan->kind == SANDBOX_UNPACK) return place_after_streams(for_unpacker, 2);
  if (plan->kind == SANDBOX_COMPILE) return FIRST_DESCRIPTOR;  // what it says would be about somebody's code
  return place_output(plan) == 0 ? place_after_streams(&plan->program_end, 1) : 0;
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
  if (entry_set_up_program() != 0 || child_limit_itself(plan->limits) != 0) _exit(EXIT_SET_UP);
  entry_reset_signals();
  gate = fcntl(gate, F_DUPFD_CLOEXEC, FIRST_FREE);
  int program = is_unpack ? fcntl(plan->program, F_DUPFD_CLOEXEC, FIRST_FREE) : -1;
  unsigned first_unplanned = place_descriptors(plan);
  if (gate < 0 || first_unplanned == 0 || chdir(is_unpack ? "/out" : "/var/task") != 0) _exit(EXIT_SET_UP);
  if (kernel_close_range(first_unplanned, ~0U, KERNEL_CLOSE_ON_EXEC_RANGE) != 0) _exit(EXIT_SET_UP);
  if (entry_confine_files(plan->kind, program) != 0 || entry_give_up_privileges() != 0) _exit(EXIT_SET_UP);
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

// Runs as: sandbox uid with full capabilities in its own user namespace, then as a zygote. Its output stays the spawner's:
// nobody's code says anything there.
void child_become_zygote(const struct plan *plan) {
  const int descriptors[] = {plan->program_end, plan->filter};
  if (entry_set_limits() != 0 || child_limit_itself(plan->limits) != 0) _exit(EXIT_SET_UP);
  entry_reset_signals();
  if (place_output(plan) != 0) _exit(EXIT_SET_UP);
  unsigned first_unplanned = place_after_streams(descriptors, 2);
  if (first_unplanned == 0 || kernel_close_range(first_unplanned, ~0U, 0) != 0) _exit(EXIT_SET_UP);
  if (entry_keep_administration() != 0) _exit(EXIT_SET_UP);
  execve(plan->arguments[0], plan->arguments, plan->environment);
  _exit(errno == ENOENT || errno == ENOTDIR ? EXIT_ABSENT : EXIT_CANNOT_RUN);
}
