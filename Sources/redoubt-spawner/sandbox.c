#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "host_view.h"
#include "kernel.h"
#include "privilege.h"
#include "spawner.h"

static const uint64_t namespaces =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

// Runs as: host root, in the spawner.
int64_t monotonic_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Runs as: host root, in the spawner. Without a descriptor: also for a slot that is free, of which epoll may still tell
// while a clone that has just been made holds copies.
static struct sandbox blank(uint32_t slot, uint32_t generation) {
  return (struct sandbox){
      .slot = slot,
      .generation = generation,
      .process = -1,
      .set_up_socket = -1,
      .output = -1,
      .temporary = -1,
      .parked_files = {-1, -1, -1, -1, -1},
      .surroundings = {.network = -1, .ipc = -1, .root = -1},
      .program_socket = -1,
      .program_output = -1,
      .memory_watch = {.usage = -1},
  };
}

// Runs as: host root, in the spawner. The lowest free slot that has cooled down; else the one that is free for longest,
// because a cool-down is a preference and room is a promise.
struct sandbox *sandbox_take_slot(struct spawner *spawner, enum sandbox_kind kind) {
  uint32_t environments = spawner->configuration.slots + SP_STOCK_PLACES, first = 0, end = environments;
  if (kind == SANDBOX_ZYGOTE) {
    first = environments;
    end = environments + SP_MAX_STOCKS;
  } else if (sandbox_fills_tree(kind)) {
    first = environments + SP_MAX_STOCKS;
    end = spawner->sandbox_count;
  }
  int64_t now = monotonic_milliseconds();
  struct sandbox *found = NULL;
  for (uint32_t slot = first; slot < end; slot++) {
    struct sandbox *candidate = &spawner->sandboxes[slot];
    if (candidate->state != SLOT_FREE) continue;
    if (found == NULL || candidate->freed_at < found->freed_at) found = candidate;
    if (candidate->freed_at + COOL_DOWN_MILLISECONDS > now) continue;
    found = candidate;
    break;
  }
  if (found == NULL) return NULL;
  uint32_t after = (uint32_t)(found - spawner->sandboxes) + 1;
  if (after <= environments && after > spawner->environments_end) spawner->environments_end = after;
  *found = blank((uint32_t)(found - spawner->sandboxes), found->generation + 1);
  found->state = SANDBOX_BUILDING;
  found->kind = kind;
  static uint64_t number;
  snprintf(found->group, sizeof found->group, "%" PRIu64, ++number);
  return found;
}

// Runs as: host root, in the spawner. Slots are taken from the lowest on, so most hosts never look at most of them.
struct sandbox *sandbox_next(const struct spawner *spawner, const struct sandbox *previous) {
  uint32_t slot = previous == NULL ? 0 : (uint32_t)(previous - spawner->sandboxes) + 1;
  uint32_t others = spawner->configuration.slots + SP_STOCK_PLACES;
  for (;; slot++) {
    if (slot >= spawner->environments_end && slot < others) slot = others;
    if (slot >= spawner->sandbox_count) return NULL;
    if (spawner->sandboxes[slot].state != SLOT_FREE) return &spawner->sandboxes[slot];
  }
}

// Runs as: host root, in the spawner.
void sandbox_assign(struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request) {
  sandbox->request = request->header.request;
  sandbox->memory_mib = request->memory_mib;
  sandbox->stock = NULL;
  sandbox->is_assigned = true;
  spawner->assigned++;
}

// Runs as: host root, in the spawner.
void sandbox_free_slot(struct spawner *spawner, struct sandbox *sandbox) {
  close_descriptors(&sandbox->process, 1);
  close_descriptors(&sandbox->set_up_socket, 1);
  close_descriptors(&sandbox->output, 1);
  close_descriptors(&sandbox->temporary, 1);
  close_descriptors(&sandbox->program_socket, 1);
  close_descriptors(&sandbox->program_output, 1);
  close_descriptors(&sandbox->memory_watch.usage, 1);
  close_descriptors(sandbox->parked_files, REPORT_READY_DESCRIPTORS);
  close_descriptors(&sandbox->surroundings.network, 1);
  close_descriptors(&sandbox->surroundings.ipc, 1);
  close_descriptors(&sandbox->surroundings.root, 1);
  if (sandbox->is_assigned) spawner->assigned--;
  *sandbox = blank(sandbox->slot, sandbox->generation);
  sandbox->freed_at = monotonic_milliseconds();
  while (spawner->environments_end > 0 && spawner->sandboxes[spawner->environments_end - 1].state == SLOT_FREE)
    spawner->environments_end--;
}

// Runs as: host root, in the spawner.
void sandbox_kill(struct sandbox *sandbox) {
  if (sandbox->process >= 0) kernel_signal_process(sandbox->process, SIGKILL);
}

// Runs as: host root, in the spawner.
bool sandbox_order(struct sandbox *sandbox, char order) {
  return sandbox->set_up_socket >= 0 && send(sandbox->set_up_socket, &order, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

// Runs as: host root, in the spawner. Below a zygote the sandbox does it itself.
static int map_ids(const struct spawner *spawner, const struct sandbox *sandbox, pid_t process) {
  uint32_t base = spawner->configuration.uid_base, id = privilege_sandbox_id(base, sandbox->slot);
  if (sandbox->kind == SANDBOX_ZYGOTE)
    return privilege_map_zygote_ids(process, id, base, spawner->configuration.slots + SP_STOCK_PLACES);
  bool is_nested = sandbox->stock != NULL && sandbox->stock->kind == SP_STOCK_FORKED;
  return is_nested ? 0 : privilege_map_ids(process, id);
}

// Runs as: host root, in the spawner.
int sandbox_open_joins(const struct spawner *spawner, const struct sandbox *sandbox, int files[ZYGOTE_JOINS]) {
  return spawner->cgroups->open_joins == NULL ? 0 : spawner->cgroups->open_joins(sandbox->group, files);
}

// Runs as: host root, in the spawner.
int sandbox_attach(const struct spawner *spawner, const struct sandbox *sandbox, pid_t process) {
  return spawner->cgroups->open_joins != NULL ? 0 : spawner->cgroups->attach(sandbox->group, process);
}

// Runs as: host root, in the spawner. NULL, or the step that failed. The sandbox builds itself while this attaches it,
// where it does not do so itself; it runs nobody's code before GATE_RUN or ORDER_ADOPT, which come from the loop after
// this.
static const char *prepare(struct spawner *spawner, struct sandbox *sandbox, pid_t process) {
  if (map_ids(spawner, sandbox, process) != 0) return "id maps";
  if (!sandbox_order(sandbox, GATE_BUILD)) return "gate";
  if (sandbox_attach(spawner, sandbox, process) != 0) return "control group: attach";
  if (events_add(spawner, sandbox->process, EVENT_EXIT, sandbox->slot) != 0) return "events";
  if (events_add(spawner, sandbox->set_up_socket, EVENT_REPORT, sandbox->slot) != 0) return "events";
  return NULL;
}

// Runs as: host root, in the spawner.
bool sandbox_fail(struct sandbox *sandbox, const char *step) {
  sandbox->failure_error = errno;
  snprintf(sandbox->failure_step, sizeof sandbox->failure_step, "%s", step);
  return false;
}

// Runs as: host root, in the spawner. It has run nothing but its own set-up, so its end is near: this waits.
static bool fail_and_reap(struct sandbox *sandbox, const char *step) {
  sandbox_fail(sandbox, step);
  sandbox_kill(sandbox);
  siginfo_t unused;
  while (waitid((idtype_t)P_PIDFD, (id_t)sandbox->process, &unused, WEXITED) != 0 && errno == EINTR) {
  }
  close(sandbox->process);
  sandbox->process = -1;
  return false;
}

// Runs as: host root, in the spawner. What a package leaves in the group that unpacked it is no function's.
static int make_group(const struct spawner *spawner, struct sandbox *sandbox, const struct cgroup_limits *limits) {
  const struct cgroup_driver *cgroups = spawner->cgroups;
  bool may_be_kept = sandbox->kind == SANDBOX_ENVIRONMENT && cgroups->keep != NULL;
  return may_be_kept && cgroups->take_kept(sandbox->group, limits) ? 0 : cgroups->create(sandbox->group, limits);
}

struct launch {
  struct spawner *spawner;
  struct sandbox *sandbox;
  struct plan *plan;
};

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
static int enter_surroundings(void *argument) {
  const struct launch *launch = argument;
  struct surroundings *surroundings = &launch->sandbox->surroundings;
  int result = surroundings_enter(surroundings);
  launch->plan->root = surroundings->root;
  return result;
}

// Runs as: not mapped yet, in the clone.
static void enter(void *argument) {
  const struct launch *launch = argument;
  const struct plan plan = *launch->plan;
  sandbox_child(&plan, launch->spawner->argument_memory);
}

// Runs as: host root, in the spawner; in the clone, as `sandbox_child` says.
static pid_t clone_sandbox(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan) {
  struct launch launch = {.spawner = spawner, .sandbox = sandbox, .plan = plan};
  if (plan->zygote_namespace >= 0) {
    sandbox->surroundings.zygote = sandbox->stock->zygote_number;
    sandbox->surroundings.runtime = sandbox->stock->runtime;
    const struct kernel_clone_request request = {.user_namespace = plan->zygote_namespace,
                                                 .user = plan->nested.user,
                                                 .group = plan->nested.group,
                                                 .flags = namespaces & ~(uint64_t)(CLONE_NEWNET | CLONE_NEWIPC),
                                                 .prepare = enter_surroundings,
                                                 .enter = enter,
                                                 .argument = &launch};
    pid_t process = kernel_clone_within(&request, &sandbox->process);
    close_descriptors(&sandbox->surroundings.root, 1);
    return process;
  }
  // A process enters the namespace of processes that was made from its own and no other: a zygote stays in this one.
  uint64_t own = sandbox->kind == SANDBOX_ZYGOTE ? namespaces & ~(uint64_t)CLONE_NEWPID : namespaces;
  pid_t process = kernel_clone(own, &sandbox->process);
  if (process == 0) enter(&launch);
  return process;
}

// Runs as: host root, in the spawner; in the clone, as `sandbox_child` says.
bool sandbox_launch(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan,
                    const struct cgroup_limits *limits) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return sandbox_fail(sandbox, "set-up socket");
  sandbox->set_up_socket = ends[0];
  plan->set_up_socket = ends[1];
  plan->configuration = spawner->configuration.text;
  plan->configuration_size = spawner->configuration.text_size;
  plan->limits = cgroup_is_there(spawner->cgroups) ? NULL : limits;
  sandbox->limits = *limits;
  const char *fault = NULL;
  int joins = 0;
  devices_path(sandbox->slot, plan->device_path, sizeof plan->device_path);
  if (devices_prepare(sandbox->slot) != 0) {
    fault = "devices";
  } else if (make_group(spawner, sandbox, limits) != 0) {
    fault = "control group: create";
  } else if ((joins = sandbox_open_joins(spawner, sandbox, plan->joins)) < 0) {
    fault = "control group: open";
  }
  if (fault != NULL) {
    sandbox_fail(sandbox, fault);
    close(ends[1]);
    return false;
  }
  plan->join_count = (unsigned)joins;
  pid_t process = clone_sandbox(spawner, sandbox, plan);
  int error = errno;
  close(ends[1]);
  close_descriptors(plan->joins, plan->join_count);
  errno = error;
  if (process < 0) return sandbox_fail(sandbox, "clone");
  const char *step = prepare(spawner, sandbox, process);
  return step == NULL ? true : fail_and_reap(sandbox, step);
}
