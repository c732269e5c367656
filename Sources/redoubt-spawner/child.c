// A sandbox from the inside: from the clone to the process that stays as its init.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "filter.h"
#include "hygiene.h"
#include "kernel.h"
#include "privilege.h"
#include "sandbox_entry.h"
#include "server_link.h"
#include "spawner.h"
#include "zygote_protocol.h"

// Runs as: any, in the sandbox's init: not mapped yet when the first step fails, without capabilities at the end.
static void report(const struct plan *plan, const struct report *message, const int *descriptors, unsigned count) {
  _Static_assert((int)REPORT_DESCRIPTORS <= (int)LINK_DESCRIPTORS, "room for all");
  struct iovec part = {.iov_base = (void *)message, .iov_len = sizeof *message};
  (void)link_send_beside(plan->set_up_socket, &part, 1, descriptors, count, 0);
}

// Runs as: the step that failed: not mapped yet, or sandbox uid with full capabilities in its own user namespace.
void child_fail(const struct plan *plan, const char *step) {
  struct report message = {.kind = REPORT_FAILED, .number = errno};
  strncpy(message.step, step, sizeof message.step - 1);
  report(plan, &message, NULL, 0);
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
  enum { SINGLE = 8 };
  int kept[SINGLE + PLACED_TREES + ZYGOTE_JOINS] = {plan->set_up_socket, plan->output,      plan->archive, plan->program,
                                                    plan->program_socket, plan->program_end, plan->filter, plan->root};
  for (unsigned index = 0; index < PLACED_TREES; index++) kept[SINGLE + index] = plan->trees[index];
  for (unsigned index = 0; index < ZYGOTE_JOINS; index++)
    kept[SINGLE + PLACED_TREES + index] = index < plan->join_count ? plan->joins[index] : -1;
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

static pid_t program;
static bool program_has_ended;
static int program_status;

// Runs as: sandbox uid without capabilities, in the sandbox's init.
void init_reap(void) {
  int status = 0;
  for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != program) continue;
    program_has_ended = true;
    program_status = status;
  }
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static void carry_out_order(const struct plan *plan) {
  char order = 0;
  ssize_t count = recv(plan->set_up_socket, &order, 1, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count != 1 || (order != ORDER_BASELINE && order != ORDER_RESTORE)) _exit(1);  // the spawner has gone
  bool is_clean = order == ORDER_BASELINE ? hygiene_note_baseline() : hygiene_restore();
  const struct report message = {.kind = REPORT_CLEANED, .number = is_clean};
  report(plan, &message, NULL, 0);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init, as its process 1: signals from inside cannot
// end it.
static _Noreturn void stay_as_init(const struct plan *plan, int children) {
  struct pollfd waits[] = {{.fd = children, .events = POLLIN}, {.fd = plan->set_up_socket, .events = POLLIN}};
  for (;;) {
    init_reap();
    if (program_has_ended) break;
    if (poll(waits, 2, -1) < 0) continue;
    struct signalfd_siginfo unused;
    if (waits[0].revents != 0) (void)!read(children, &unused, sizeof unused);
    if (waits[1].revents != 0) carry_out_order(plan);
  }
  const struct report message = {.kind = REPORT_ENDED, .number = program_status};
  report(plan, &message, NULL, 0);
  _exit(0);  // and the kernel ends every process that is left
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Opens what the spawner and the server look at
// from outside.
static void open_places(const struct plan *plan, int files[REPORT_READY_DESCRIPTORS]) {
  files[1] = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
  files[2] = open("/dev/shm", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (files[1] < 0 || files[2] < 0) child_fail(plan, "places");
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static void build(const struct plan *plan, int files[REPORT_READY_DESCRIPTORS]) {
  if (child_take_identity() != 0) child_fail(plan, "identity");
  const char *step = "root";
  if (child_build_root(plan, &step) != 0) child_fail(plan, step);
  if (plan->kind != SANDBOX_ENVIRONMENT) return;
  bool has_network = plan->zygote_namespace >= 0;  // since before it was cloned
  if (!has_network && child_bring_up_loopback() != 0) child_fail(plan, "loopback");
  files[0] = child_make_runtime_listener();
  files[3] = child_make_local_listener();
  files[4] = child_make_platform_listener();
  if (files[0] < 0 || files[3] < 0 || files[4] < 0) child_fail(plan, "listener");
  open_places(plan, files);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Tells of children that have ended, from before
// the first is there.
static int watch_children(void) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &child, NULL) != 0) return -1;
  return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Forks the program, which waits for a byte through
// the pipe whose end this returns.
static int fork_program(const struct plan *plan) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) child_fail(plan, "gate of the program");
  program = fork();
  if (program < 0) child_fail(plan, "fork");
  if (program == 0) {
    close(gate[1]);
    child_become_program(plan, gate[0]);
  }
  close(gate[0]);
  return gate[1];
}

// Runs as: sandbox uid, in the sandbox's init.
static void close_if_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Its own, because to others an init that is not
// dumpable shows none.
static int open_namespace(const char *name) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static void report_namespaces(const struct plan *plan) {
  static const char *const names[ZYGOTE_NAMESPACES] = ZYGOTE_NAMESPACE_NAMES;
  _Static_assert((int)ZYGOTE_NAMESPACES <= (int)REPORT_DESCRIPTORS, "room for all");
  const struct report joinable = {.kind = REPORT_JOINABLE};
  int namespaces[ZYGOTE_NAMESPACES];
  for (unsigned index = 0; index < ZYGOTE_NAMESPACES; index++) {
    namespaces[index] = open_namespace(names[index]);
    if (namespaces[index] < 0) child_fail(plan, "namespaces");
  }
  report(plan, &joinable, namespaces, ZYGOTE_NAMESPACES);
  for (unsigned index = 0; index < ZYGOTE_NAMESPACES; index++) close(namespaces[index]);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. What stays is what the program brings with it
// that is no user's, and this process, which has still to put the user's code in its place.
static void park(struct plan *plan, int children, struct cgroup_limits *limits, struct adopted *adopted) {
  if (plan->parked_as != SP_STOCK_PREPARED && parked_expect_program(plan) != 0) child_fail(plan, "program's socket");
  if (plan->parked_as == SP_STOCK_BOOTED) {
    int gate = fork_program(plan);
    if (write(gate, "", 1) != 1) child_fail(plan, "gate of the program");
    close(gate);
  }
  close_if_open(plan->program_end);
  if (plan->parked_as == SP_STOCK_FORKED) report_namespaces(plan);
  if (plan->parked_as != SP_STOCK_PREPARED) program = parked_meet_program(plan);
  const struct report parked = {.kind = REPORT_PARKED};
  report(plan, &parked, NULL, 0);
  parked_await_adoption(plan, children, program, adopted);
  if (plan->parked_as != SP_STOCK_PREPARED) return;
  plan->environment = adopted_environment(adopted);
  if (plan->environment == NULL) child_fail(plan, "environment");
  if (plan->limits == NULL) return;
  *limits = *plan->limits;
  limits->process_bytes = adopted->process_bytes;
  plan->limits = limits;
}

// Runs as: sandbox uid with full capabilities, then without. Between the two the program is forked, unless it is there
// already: it waits until this process, its init, has given up what it had.
static _Noreturn void run(const struct plan *decided) {
  struct plan plan = *decided;
  if (unshare(CLONE_NEWCGROUP) != 0) child_fail(&plan, "control group namespace");
  int children = watch_children();
  if (children < 0 || hygiene_open() != 0) child_fail(&plan, "init");
  struct adopted adopted = {0};
  struct cgroup_limits limits;
  if (plan.parked_as != 0) park(&plan, children, &limits, &adopted);
  bool is_told = program != 0;
  int gate = is_told ? -1 : fork_program(&plan);
  link_wipe();  // the environment block, which came with the spawner's memory
  stock_wipe();
  explicit_bzero(plan.configuration, plan.configuration_size);
  close_if_open(plan.output);
  close_if_open(plan.archive);
  close_if_open(plan.program);
  close_if_open(plan.filter);
  filter_use_that_of_init();
  // Before the program runs, so that a restoration nobody noted a baseline for goes back to what is there by now:
  // nothing but the program.
  if (entry_give_up_privileges() != 0 || !hygiene_note_baseline()) _exit(1);
  bool is_let_go = is_told ? adopted_tell_program(&plan, &adopted) == 0 : write(gate, "", 1) == 1;
  if (!is_let_go) _exit(1);
  adopted_wipe(&adopted);
  close_if_open(gate);
  close_if_open(plan.program_socket);
  stay_as_init(&plan, children);
}

// Runs as: not mapped yet, then as `build` and `run` say.
void sandbox_child(const struct plan *plan, char *argument_memory) {
  keep_only_planned(plan);
  size_t length = strlen(argument_memory);
  strncpy(argument_memory, "init", length);
  prctl(PR_SET_NAME, "init");
  prctl(PR_SET_DUMPABLE, 0);
  if (entry_join_groups(plan->joins, plan->join_count) != 0) child_fail(plan, "control group: join");
  if (privilege_map_own_ids(plan->nested) != 0) child_fail(plan, "id maps");
  pass_gate(plan, GATE_BUILD);
  int files[REPORT_READY_DESCRIPTORS] = {-1, -1, -1, -1, -1};
  // While the spawner's /proc is in sight: a zygote has none of its own.
  if (plan->kind == SANDBOX_ZYGOTE) files[0] = open_namespace("user");
  build(plan, files);
  close_standard_streams();
  const struct report ready = {.kind = REPORT_READY};
  report(plan, &ready, files, report_ready_descriptors(plan->kind));
  for (unsigned index = 0; index < REPORT_READY_DESCRIPTORS; index++) close_if_open(files[index]);
  if (plan->parked_as == 0) pass_gate(plan, GATE_RUN);  // else it waits for more than that: an adoption
  if (plan->kind == SANDBOX_ZYGOTE) child_become_zygote(plan);
  run(plan);
}
