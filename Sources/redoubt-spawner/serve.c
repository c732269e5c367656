#define _GNU_SOURCE 1
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "refusal.h"
#include "spawner.h"

enum { STOP_MILLISECONDS = 10 * 1000 };

// Runs as: host root, in the spawner.
int events_add(struct spawner *spawner, int descriptor, enum event_kind kind, uint32_t number) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)kind << 32 | number};
  return epoll_ctl(spawner->events, EPOLL_CTL_ADD, descriptor, &event);
}

// Runs as: host root, in the spawner. While answers wait for room, no request is read.
static void watch_server(struct spawner *spawner) {
  struct epoll_event event = {.events = link_has_queued(&spawner->server) ? EPOLLOUT : EPOLLIN};
  event.data.u64 = (uint64_t)EVENT_SERVER << 32;
  if (epoll_ctl(spawner->events, EPOLL_CTL_MOD, spawner->server.socket, &event) != 0) refuse_system("epoll");
}

// Runs as: host root, in the spawner. Milliseconds until the next deadline, for epoll; -1: none. Carries out what
// is due.
static int run_deadlines(struct spawner *spawner) {
  int64_t now = monotonic_milliseconds(), next = INT64_MAX;
  for (struct sandbox *sandbox = NULL; (sandbox = sandbox_next(spawner, sandbox)) != NULL;) {
    if (sandbox->deadline != 0 && sandbox->deadline <= now) sandbox_on_deadline(spawner, sandbox);
    if (sandbox->deadline != 0 && sandbox->deadline < next) next = sandbox->deadline;
    sandbox_watch_memory(spawner, sandbox, now);
    bool is_watched = sandbox->state == SANDBOX_RUNNING && sandbox->memory_watch.usage >= 0;
    if (is_watched && sandbox->memory_watch.due < next) next = sandbox->memory_watch.due;
  }
  int64_t refill = stock_refill(spawner, now);
  if (refill < next) next = refill;
  int64_t drop = spawner->cgroups->keep == NULL ? INT64_MAX : spawner->cgroups->drop_kept(now);
  if (drop < next) next = drop;
  drop = surroundings_drop(now);
  if (drop < next) next = drop;
  if (next == INT64_MAX) return -1;
  return next <= now ? 0 : (int)(next - now);
}

// Runs as: host root, in the spawner. -1: go on; else the exit code.
static int on_server(struct spawner *spawner) {
  if (link_has_queued(&spawner->server)) return link_flush(&spawner->server) ? -1 : EX_OK;
  struct received message;
  switch (link_receive(&spawner->server, &message)) {
    case LINK_NOTHING: return -1;
    case LINK_CLOSED: return EX_OK;
    case LINK_MALFORMED:
      fprintf(stderr, "redoubt-spawner: server: message out of form\n");
      return EX_SOFTWARE;
    case LINK_MESSAGE: break;
  }
  unsigned type = ((const struct sp_header *)message.bytes)->type;
  bool is_in_form = request_handle(spawner, &message);
  if (message.descriptor >= 0) close(message.descriptor);
  link_wipe();
  if (is_in_form) return -1;
  fprintf(stderr, "redoubt-spawner: server: message of type %u out of form\n", type);
  return EX_SOFTWARE;
}

// Runs as: host root, in the spawner. One event at a time: what it changes cannot make a second one stale.
static int step(struct spawner *spawner, int timeout) {
  struct epoll_event event;
  int count = epoll_wait(spawner->events, &event, 1, timeout);
  if (count < 0 && errno != EINTR) refuse_system("epoll");
  if (count <= 0) return -1;
  uint32_t number = event.data.u64 & UINT32_MAX;
  struct sandbox *sandbox = &spawner->sandboxes[number];
  switch ((enum event_kind)(event.data.u64 >> 32)) {
    case EVENT_SERVER: return on_server(spawner);
    case EVENT_REPORT: sandbox_on_report(spawner, sandbox); break;
    case EVENT_EXIT: sandbox_on_exit(spawner, sandbox); break;
    case EVENT_ZYGOTE: zygote_on_message(spawner, &spawner->stocks[number]); break;
  }
  return -1;
}

// Runs as: host root, in the spawner.
static bool any_left(const struct spawner *spawner) {
  return sandbox_next(spawner, NULL) != NULL;
}

// Runs as: host root, in the spawner. Nobody hears the answers any more; the bookkeeping is the same.
static void stop(struct spawner *spawner) {
  stock_stop(spawner);
  epoll_ctl(spawner->events, EPOLL_CTL_DEL, spawner->server.socket, NULL);
  for (struct sandbox *sandbox = NULL; (sandbox = sandbox_next(spawner, sandbox)) != NULL;) sandbox_kill(sandbox);
  int64_t end = monotonic_milliseconds() + STOP_MILLISECONDS;
  while (any_left(spawner) && monotonic_milliseconds() < end) {
    int timeout = run_deadlines(spawner);
    if (!any_left(spawner)) break;
    step(spawner, timeout < 0 || timeout > 100 ? 100 : timeout);
  }
  cgroup_sweep(spawner->cgroups);
  spawner->cgroups->remove_parent();
}

// Runs as: host root, in the spawner.
int serve(struct spawner *spawner) {
  spawner->events = epoll_create1(EPOLL_CLOEXEC);
  if (spawner->events < 0 || events_add(spawner, spawner->server.socket, EVENT_SERVER, 0) != 0) refuse_system("epoll");
  int code = -1;
  bool was_queued = false;
  while (code < 0) {
    int timeout = run_deadlines(spawner);
    if (link_has_queued(&spawner->server) != was_queued) watch_server(spawner);
    was_queued = link_has_queued(&spawner->server);
    code = step(spawner, timeout);
  }
  stop(spawner);
  return code;
}
