// Zygotes: one for each line of the stock whose sandboxes get their program by fork. See runtimes/README.md for the other
// side.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "events.h"
#include "server_link.h"
#include "spawner.h"
#include "zygote_protocol.h"

enum { ZYGOTE_PROCESSES = 1024 };

// Runs as: host root, in the spawner. The filter that its children are to go under.
static int filter_file(void) {
  const struct sock_fprog *filter = entry_filter();
  size_t size = filter->len * sizeof filter->filter[0];
  int file = memfd_create("filter", MFD_CLOEXEC);
  if (file >= 0 && write(file, filter->filter, size) != (ssize_t)size) {
    close(file);
    return -1;
  }
  return file;
}

// Runs as: host root, in the spawner. What it prints goes where the spawner's own words go: it runs nobody's code.
static bool launch(struct spawner *spawner, struct stock *stock, struct sandbox *sandbox, int filter, int zygote_end) {
  int output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (output < 0) return sandbox_fail(sandbox, "output");
  const struct runtime *runtime = &spawner->configuration.runtimes[stock->runtime];
  const char *environment[SP_MAX_ENVIRONMENT_COUNT + 1];
  environment_read(stock->block, stock->environment_size, stock->environment_count, environment);
  struct plan plan = plan_of(SANDBOX_ZYGOTE);
  plan.temporary_mib = PARKED_TEMPORARY_MIB;
  plan.output = output;
  plan.program_end = zygote_end;
  plan.filter = filter;
  plan.arguments = runtime->arguments;
  plan.environment = (char *const *)environment;
  snprintf(plan.runtime_path, sizeof plan.runtime_path, "/runtimes/%u", stock->runtime);
  const struct cgroup_limits limits = {
      .memory_bytes = (uint64_t)(PARKED_MEMORY_MIB + KERNEL_MEMORY_MIB) << 20,
      .processes = ZYGOTE_PROCESSES,
      .memory_mib = PARKED_MEMORY_MIB,
  };
  bool is_launched = sandbox_launch(spawner, sandbox, &plan, &limits);
  close(output);
  return is_launched;
}

// Runs as: host root, in the spawner.
bool zygote_launch(struct spawner *spawner, struct stock *stock) {
  struct sandbox *sandbox = sandbox_take_slot(spawner, SANDBOX_ZYGOTE);
  if (sandbox == NULL) return false;
  sandbox->stock = stock;
  sandbox->deadline = monotonic_milliseconds() + SET_UP_MILLISECONDS;
  int ends[2] = {-1, -1}, on = 1, filter = filter_file();
  bool is_ready = filter >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 &&
                  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
                  events_add(spawner, ends[0], EVENT_ZYGOTE, (uint32_t)(stock - spawner->stocks)) == 0;
  bool is_launched = is_ready ? launch(spawner, stock, sandbox, filter, ends[1]) : sandbox_fail(sandbox, "zygote");
  close_descriptors(&ends[1], 1);
  close_descriptors(&filter, 1);
  if (is_launched) {
    static uint64_t number;
    stock->zygote = sandbox;
    stock->zygote_number = ++number;
    stock->zygote_is_ready = false;
    stock->zygote_namespace = -1;
    stock->zygote_ends_at = monotonic_milliseconds() + ZYGOTE_MILLISECONDS;
    stock->zygote_socket = ends[0];
    return true;
  }
  close_descriptors(&ends[0], 1);
  fprintf(stderr, "redoubt-spawner: zygote: %s: %s\n", sandbox->failure_step, strerror(sandbox->failure_error));
  sandbox->stock = NULL;
  sandbox_remove(spawner, sandbox);
  return false;
}

// Runs as: host root, in the spawner. The sandboxes that were made below it do not need it.
void zygote_retire(struct stock *stock) {
  if (stock->zygote == NULL) return;
  sandbox_kill(stock->zygote);
  stock->zygote->stock = NULL;
  stock->zygote = NULL;
  stock->zygote_is_ready = false;
  close_descriptors(&stock->zygote_socket, 1);
  close_descriptors(&stock->zygote_namespace, 1);
}

// Runs as: host root, in the spawner. Those that are parked go with it, because nobody knows what it died of.
void zygote_on_end(struct spawner *spawner, struct sandbox *zygote) {
  struct stock *stock = zygote->stock;
  if (stock == NULL) return;
  fprintf(stderr, "redoubt-spawner: stock %u: the zygote ended with wait status %d\n",
          (unsigned)(stock - spawner->stocks), zygote->wait_status);
  stock_abandon(spawner, stock);
  stock_back_off(stock);
}

// Runs as: host root, in the spawner. Descriptors in the order of zygote_protocol.h.
static bool send_request(const struct stock *stock, const struct zygote_message *request, const int *descriptors) {
  _Static_assert((int)ZYGOTE_DESCRIPTORS + (int)ZYGOTE_JOINS <= (int)LINK_DESCRIPTORS, "room for all");
  struct iovec part = {.iov_base = (void *)request, .iov_len = sizeof *request};
  unsigned count = ZYGOTE_DESCRIPTORS + request->joins;
  ssize_t size = link_send_beside(stock->zygote_socket, &part, 1, descriptors, count, MSG_DONTWAIT);
  return size == (ssize_t)sizeof *request;
}

// Runs as: host root, in the spawner.
bool zygote_fork_into(struct spawner *spawner, struct sandbox *sandbox, int namespaces[ZYGOTE_NAMESPACES]) {
  struct zygote_message request = {
      .kind = sandbox->stock->first == NULL ? ZYGOTE_FORK : ZYGOTE_FORK_IN_HASTE,
      .slot = sandbox->slot,
      .generation = sandbox->generation,
  };
  int descriptors[ZYGOTE_DESCRIPTORS + ZYGOTE_JOINS];
  memcpy(descriptors, namespaces, ZYGOTE_NAMESPACES * sizeof(int));
  descriptors[ZYGOTE_NAMESPACES] = sandbox->program_socket;
  descriptors[ZYGOTE_NAMESPACES + 1] = sandbox->program_output;
  errno = ESRCH;
  int joins = -1;
  if (sandbox->stock->zygote_is_ready)
    joins = sandbox_open_joins(spawner, sandbox, descriptors + ZYGOTE_DESCRIPTORS);
  if (joins > 0) request.joins = (uint32_t)joins;
  bool is_sent = joins >= 0 && send_request(sandbox->stock, &request, descriptors);
  int error = errno;
  close_descriptors(descriptors, ZYGOTE_DESCRIPTORS + request.joins);
  sandbox->program_socket = sandbox->program_output = -1;
  errno = error;
  return is_sent;
}

// Runs as: host root, in the spawner. The kernel says who sent it. 0: out of form, or the end; -1: nothing is there.
static pid_t receive(const struct stock *stock, struct zygote_message *message) {
  union {
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(stock->zygote_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return -1;
  const struct cmsghdr *sender = size == (ssize_t)sizeof *message ? CMSG_FIRSTHDR(&header) : NULL;
  if (sender == NULL || sender->cmsg_level != SOL_SOCKET || sender->cmsg_type != SCM_CREDENTIALS) return 0;
  struct ucred credentials;
  memcpy(&credentials, CMSG_DATA(sender), sizeof credentials);
  return credentials.pid;
}

// Runs as: host root, in the spawner. The new program goes where its sandbox is counted, unless it is there.
static void on_forked(struct spawner *spawner, const struct stock *stock, const struct zygote_message *message, pid_t program) {
  if (message->slot >= spawner->configuration.slots + SP_STOCK_PLACES) return;
  struct sandbox *sandbox = &spawner->sandboxes[message->slot];
  bool is_meant = sandbox->state == SANDBOX_PARKING && sandbox->stock == stock &&
                  sandbox->generation == message->generation && !sandbox->program_is_attached;
  if (!is_meant) return;
  if (sandbox_attach(spawner, sandbox, program) != 0) {
    sandbox_give_up(sandbox, errno, "control group: attach the program");
    return;
  }
  sandbox->program_is_attached = true;
  sandbox_came_further(spawner, sandbox);
}

// Runs as: host root, in the spawner.
void zygote_on_message(struct spawner *spawner, struct stock *stock) {
  if (stock->zygote == NULL) return;
  struct zygote_message message = {0};
  pid_t sender = receive(stock, &message);
  if (sender < 0) return;
  if (sender > 0 && message.kind == ZYGOTE_READY && !stock->zygote_is_ready && stock->zygote_namespace >= 0) {
    stock->zygote_is_ready = true;
    stock->zygote->deadline = 0;
    stock->refill_at = 0;
  } else if (sender > 0 && message.kind == ZYGOTE_FORKED) {
    on_forked(spawner, stock, &message, sender);
  } else {
    // It has ended or is out of form: epoll must not tell of it again.
    sandbox_kill(stock->zygote);
    close_descriptors(&stock->zygote_socket, 1);
  }
}
