// A sandbox from the inside: from the clone to the process that stays as its init.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "kernel.h"
#include "server_link.h"

// Runs as: any, in the sandbox's init: not mapped yet when the first step fails, without capabilities at the end.
static void report(const struct plan *plan, const struct report *message, int descriptor) {
  struct iovec part = {.iov_base = (void *)message, .iov_len = sizeof *message};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  while (sendmsg(plan->set_up_socket, &header, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

// Runs as: the step that failed: not mapped yet, or sandbox uid with full capabilities in its own user namespace.
void child_fail(const struct plan *plan, const char *step) {
  struct report message = {.kind = REPORT_FAILED, .number = errno};
  strncpy(message.step, step, sizeof message.step - 1);
  report(plan, &message, -1);
  _exit(1);
}

// Runs as: not mapped yet at GATE_BUILD, sandbox uid at GATE_RUN, in the sandbox's init. Without a living spawner there
// is nothing to go on for.
static void pass_gate(const struct plan *plan, char expected) {
  char byte = 0;
  ssize_t count;
  do count = recv(plan->set_up_socket, &byte, 1, 0);
  while (count < 0 && errno == EINTR);
  if (count != 1 || byte != expected) _exit(1);
}

// Runs as: not mapped yet, in the clone. Closes all that is not named here; standard streams are replaced later.
static void keep_only_planned(const struct plan *plan) {
  int kept[] = {plan->set_up_socket, plan->output, plan->archive, plan->program};
  unsigned first = 3;
  for (;;) {
    int next = -1;
    for (size_t index = 0; index < sizeof kept / sizeof kept[0]; index++)
      if (kept[index] >= (int)first && (next < 0 || kept[index] < next)) next = kept[index];
    if (next < 0) break;
    kernel_close_range(first, (unsigned)next - 1, 0);
    first = (unsigned)next + 1;
  }
  kernel_close_range(first, ~0U, 0);
}

// Runs as: sandbox uid, in the sandbox's init.
static void close_standard_streams(void) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; stream <= 2; stream++)
    if (nothing < 0 || dup2(nothing, stream) < 0) close(stream);
  if (nothing > 2) close(nothing);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init, as its process 1: signals from inside cannot
// end it.
static _Noreturn void stay_as_init(const struct plan *plan, pid_t program) {
  for (;;) {
    int status = 0;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno == EINTR) continue;
    if (ended >= 0 && ended != program) continue;
    struct report message = {.kind = REPORT_ENDED, .number = status};
    report(plan, &message, -1);
    _exit(0);  // and the kernel ends every process that is left
  }
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int build(const struct plan *plan) {
  if (child_take_identity() != 0) child_fail(plan, "identity");
  const char *step = "root";
  if (child_build_root(plan, &step) != 0) child_fail(plan, step);
  if (plan->kind != SANDBOX_ENVIRONMENT) return -1;
  if (child_bring_up_loopback() != 0) child_fail(plan, "loopback");
  int listener = child_make_listener();
  if (listener < 0) child_fail(plan, "listener");
  return listener;
}

// Runs as: sandbox uid with full capabilities, then without. Between the two the program is forked: it waits until
// this process, its init, has given up what it had.
static _Noreturn void run(const struct plan *plan) {
  int gate[2];
  if (unshare(CLONE_NEWCGROUP) != 0 || pipe2(gate, O_CLOEXEC) != 0) child_fail(plan, "control group namespace");
  pid_t program = fork();
  if (program < 0) child_fail(plan, "fork");
  if (program == 0) {
    close(gate[1]);
    child_become_program(plan, gate[0]);
  }
  link_wipe();  // the environment block, which came with the spawner's memory
  explicit_bzero(plan->configuration, plan->configuration_size);
  close(gate[0]);
  close(plan->output);
  if (plan->archive >= 0) close(plan->archive);
  if (plan->program >= 0) close(plan->program);
  if (child_give_up_privileges() != 0 || write(gate[1], "", 1) != 1) _exit(1);
  close(gate[1]);
  stay_as_init(plan, program);
}

// Runs as: not mapped yet, then as `build` and `run` say.
void sandbox_child(const struct plan *plan, char *argument_memory) {
  keep_only_planned(plan);
  size_t length = strlen(argument_memory);
  strncpy(argument_memory, "init", length);
  prctl(PR_SET_NAME, "init");
  prctl(PR_SET_DUMPABLE, 0);
  pass_gate(plan, GATE_BUILD);
  int listener = build(plan);
  close_standard_streams();
  struct report ready = {.kind = REPORT_READY};
  report(plan, &ready, listener);
  if (listener >= 0) close(listener);
  pass_gate(plan, GATE_RUN);
  run(plan);
}
