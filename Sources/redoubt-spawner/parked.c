// A sandbox that waits for its code: what its init does between the set-up and the program's start.
#define _GNU_SOURCE 1
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "kernel.h"
#include "server_link.h"

static _Alignas(struct adoption) char order[SP_MAX_MESSAGE];
static size_t order_used;

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
int parked_expect_program(const struct plan *plan) {
  int on = 1;
  return setsockopt(plan->program_socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init. The kernel says whose
// message it is, in the numbers of this pid namespace. Nobody's code runs in here yet.
pid_t parked_meet_program(const struct plan *plan) {
  char byte;
  union {
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t count;
  do count = recvmsg(plan->program_socket, &header, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  errno = ECHILD;
  if (count <= 0) child_fail(plan, "the program ended before it was parked");
  const struct cmsghdr *sender = count == 1 ? CMSG_FIRSTHDR(&header) : NULL;
  if (sender == NULL || sender->cmsg_level != SOL_SOCKET || sender->cmsg_type != SCM_CREDENTIALS) _exit(1);
  struct ucred credentials;
  memcpy(&credentials, CMSG_DATA(sender), sizeof credentials);
  if (credentials.pid <= 1) _exit(1);
  return credentials.pid;
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
static bool is_in_form(const struct adoption *adoption, size_t size, unsigned descriptors) {
  return size >= sizeof *adoption && adoption->order == ORDER_ADOPT && descriptors >= 1 &&
         descriptors <= PLACED_TREES && size == sizeof *adoption + adoption->environment_size;
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init. The number of descriptors.
// Anything but an adoption is the end of the spawner.
static unsigned receive_adoption(const struct plan *plan, int overlays[PLACED_TREES]) {
  union {
    char bytes[CMSG_SPACE(PLACED_TREES * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = order, .iov_len = sizeof order};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size;
  do size = recvmsg(plan->set_up_socket, &header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size <= 0) _exit(1);
  order_used = (size_t)size;
  unsigned count = link_take_descriptors(&header, overlays, PLACED_TREES);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) _exit(1);
  if (!is_in_form((const struct adoption *)order, (size_t)size, count)) _exit(1);
  return count;
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init. Returns when there is
// something to read from the spawner.
static void wait_for_order(const struct plan *plan, int children, pid_t program) {
  struct pollfd waits[] = {{.fd = plan->set_up_socket, .events = POLLIN}, {.fd = children, .events = POLLIN}};
  for (;;) {
    if (poll(waits, 2, -1) < 0) continue;
    if (waits[0].revents != 0) return;
    struct signalfd_siginfo unused;
    (void)!read(children, &unused, sizeof unused);
    int status;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
      errno = ECHILD;
      if (ended == program) child_fail(plan, "the program ended while it was parked");
    }
  }
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
void parked_await_adoption(const struct plan *plan, int children, pid_t program, struct adopted *adopted) {
  wait_for_order(plan, children, program);
  int overlays[PLACED_TREES] = {-1, -1};
  unsigned count = receive_adoption(plan, overlays);
  const struct adoption *adoption = (const struct adoption *)order;
  if (kernel_move_mount(overlays[0], "/var/task") != 0) child_fail(plan, "code");
  if (count > 1 && kernel_move_mount(overlays[1], "/opt") != 0) child_fail(plan, "layers");
  for (unsigned index = 0; index < count; index++) close(overlays[index]);
  bool is_resized = adoption->temporary_mib != plan->temporary_mib;
  if (is_resized && child_resize_temporary(adoption->temporary_mib) != 0) child_fail(plan, "/tmp");
  if (child_limit_program(plan->limits, program, adoption->process_bytes) != 0) child_fail(plan, "limits");
  *adopted = (struct adopted){
      .block = order + sizeof *adoption,
      .count = adoption->environment_count,
      .size = adoption->environment_size,
      .process_bytes = adoption->process_bytes,
  };
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init. The spawner has checked
// the block.
char **adopted_environment(const struct adopted *adopted) {
  char **strings = calloc(adopted->count + 1, sizeof *strings);
  if (strings == NULL) return NULL;
  char *next = adopted->block;
  for (uint32_t index = 0; index < adopted->count; index++) {
    strings[index] = next;
    next += strlen(next) + 1;
  }
  return strings;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
int adopted_tell_program(const struct plan *plan, const struct adopted *adopted) {
  char go = PROGRAM_GO;
  struct iovec parts[] = {{.iov_base = &go, .iov_len = 1}, {.iov_base = adopted->block, .iov_len = adopted->size}};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
  ssize_t count;
  do count = sendmsg(plan->program_socket, &header, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count == (ssize_t)adopted->size + 1 ? 0 : -1;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
void adopted_wipe(struct adopted *adopted) {
  explicit_bzero(order, order_used);
  *adopted = (struct adopted){0};
}
