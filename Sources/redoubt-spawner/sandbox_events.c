#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawner.h"
#include "zygote_protocol.h"

// Runs as: host root, in the spawner. -1 stands for none.
void close_descriptors(int *descriptors, unsigned count) {
  for (unsigned index = 0; index < count; index++) {
    if (descriptors[index] >= 0) close(descriptors[index]);
    descriptors[index] = -1;
  }
}

// Runs as: host root, in the spawner. The size of the report, or what recvmsg says; 0, too, if a part was cut off.
// `count` of `descriptors` came, the others are -1.
static ssize_t receive_report(int set_up_socket, struct report *report, int descriptors[REPORT_DESCRIPTORS],
                              unsigned *count) {
  union {
    char bytes[CMSG_SPACE(REPORT_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = report, .iov_len = sizeof *report};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  memset(descriptors, -1, REPORT_DESCRIPTORS * sizeof(int));
  *count = 0;
  ssize_t size = recvmsg(set_up_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return size;
  *count = link_take_descriptors(&header, descriptors, REPORT_DESCRIPTORS);
  report->step[sizeof report->step - 1] = '\0';
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && *count <= REPORT_DESCRIPTORS) return size;
  close_descriptors(descriptors, REPORT_DESCRIPTORS);
  return 0;
}

// Runs as: host root, in the spawner.
void sandbox_give_up(struct sandbox *sandbox, int error, const char *step) {
  sandbox->failure_error = error;
  snprintf(sandbox->failure_step, sizeof sandbox->failure_step, "%s", step);
  sandbox_kill(sandbox);
}

// Runs as: host root, in the spawner. What a host with control groups gives besides. NULL, or the step that failed.
static const char *open_group_files(struct spawner *spawner, struct sandbox *sandbox, int *peak, int *group,
                                    int *freezer) {
  const struct cgroup_driver *cgroups = spawner->cgroups;
  if (!cgroup_is_there(cgroups)) return NULL;
  *peak = cgroups->open_peak(sandbox->group);
  if (*peak < 0) return "memory peak file";
  *group = cgroups->open_group(sandbox->group);
  if (*group < 0) return "control group: directory";
  *freezer = cgroups->open_freezer(sandbox->group);
  if (*freezer < 0 && errno != ENOENT) return "freezer file";
  sandbox->memory_watch.usage = cgroups->open_usage(sandbox->group);
  return sandbox->memory_watch.usage < 0 ? "memory usage file" : NULL;
}

// Runs as: host root, in the spawner.
const char *sandbox_open_files(struct spawner *spawner, struct sandbox *sandbox, int files[SP_STARTED_DESCRIPTORS]) {
  errno = EPROTO;
  if (files[0] < 0) return "listener: did not come";
  const char *step = open_group_files(spawner, sandbox, &files[6], &files[7], &files[8]);
  if (step != NULL) return step;
  sandbox->temporary = fcntl(files[2], F_DUPFD_CLOEXEC, 0);
  return sandbox->temporary < 0 ? "/tmp" : NULL;
}

// Runs as: host root, in the spawner.
void sandbox_has_started(struct spawner *spawner, struct sandbox *sandbox, bool was_parked,
                         int files[SP_STARTED_DESCRIPTORS]) {
  sandbox->state = SANDBOX_RUNNING;
  sandbox->deadline = 0;
  sandbox->is_started = true;
  answer_started(spawner, sandbox, was_parked, files);
}

// Runs as: host root, in the spawner. Takes the descriptors of the report.
static void on_built_environment(struct spawner *spawner, struct sandbox *sandbox,
                                 int reported[REPORT_READY_DESCRIPTORS]) {
  int files[SP_STARTED_DESCRIPTORS] = {reported[0], sandbox->output, reported[1], reported[2],
                                       reported[3], reported[4],     -1,          -1,         -1};
  const char *step = sandbox_open_files(spawner, sandbox, files);
  errno = step == NULL ? EPIPE : errno;
  if (step == NULL && !sandbox_order(sandbox, GATE_RUN)) step = "gate";
  if (step == NULL) {
    sandbox->output = -1;
    sandbox_has_started(spawner, sandbox, false, files);
    return;
  }
  sandbox_give_up(sandbox, errno, step);
  close_descriptors(files + SP_STARTED_DESCRIPTORS_ALONE, 3);
  close_descriptors(reported, REPORT_READY_DESCRIPTORS);
}

// Runs as: host root, in the spawner. Takes the descriptors of the report.
static void on_ready(struct spawner *spawner, struct sandbox *sandbox, int reported[REPORT_DESCRIPTORS]) {
  bool is_environment = sandbox->kind == SANDBOX_ENVIRONMENT;
  if (is_environment && sandbox->is_assigned) {
    on_built_environment(spawner, sandbox, reported);
    return;
  }
  if (is_environment && sandbox->stock != NULL) {
    memcpy(sandbox->parked_files, reported, sizeof sandbox->parked_files);
  } else if (sandbox->kind == SANDBOX_ZYGOTE && sandbox->stock != NULL) {
    sandbox->stock->zygote_namespace = reported[0];
  } else {
    close_descriptors(reported, REPORT_DESCRIPTORS);
  }
  // The deadline stays: it is that of who fills a tree, or that of the way to where a program waits.
  sandbox->state = is_environment ? SANDBOX_PARKING : SANDBOX_RUNNING;
  if (!is_environment && !sandbox_order(sandbox, GATE_RUN)) sandbox_give_up(sandbox, errno, "gate");
}

// Runs as: host root, in the spawner.
void sandbox_came_further(struct spawner *spawner, struct sandbox *sandbox) {
  bool needs_attaching = sandbox->stock->kind == SP_STOCK_FORKED;
  if (!sandbox->program_waits || (needs_attaching && !sandbox->program_is_attached)) return;
  sandbox->state = SANDBOX_PARKED;
  sandbox->deadline = 0;
  stock_on_parked(spawner, sandbox);
}

// Runs as: host root, in the spawner. False: nothing that the init of a sandbox of the stock may say now.
static bool take_parking_report(struct spawner *spawner, struct sandbox *sandbox, const struct report *report) {
  if (sandbox->state != SANDBOX_PARKING || sandbox->stock == NULL) return false;
  if (report->kind == REPORT_PARKED && !sandbox->program_waits) {
    sandbox->program_waits = true;
    sandbox_came_further(spawner, sandbox);
  } else {
    return false;
  }
  return true;
}

// Runs as: host root, in the spawner. False: nothing that init may say now.
static bool take_later_report(struct spawner *spawner, struct sandbox *sandbox, const struct report *report) {
  if (report->kind == REPORT_FAILED) {
    sandbox_give_up(sandbox, report->number, report->step);
  } else if (report->kind == REPORT_ENDED) {
    sandbox->wait_status = report->number;
    sandbox->has_ended = true;
  } else if (report->kind == REPORT_CLEANED && sandbox->is_cleaning) {
    sandbox->is_cleaning = false;
    answer_cleaned(spawner, sandbox, report->number == 1);
  } else {
    return take_parking_report(spawner, sandbox, report);
  }
  return true;
}

// Runs as: host root, in the spawner. False: none of the reports that come with descriptors, of which there are `count`.
// Takes them if it is one.
static bool take_report_with_descriptors(struct spawner *spawner, struct sandbox *sandbox, const struct report *report,
                                         int descriptors[REPORT_DESCRIPTORS], unsigned count) {
  bool is_ready = report->kind == REPORT_READY && sandbox->state == SANDBOX_BUILDING &&
                  count == report_ready_descriptors(sandbox->kind);
  if (is_ready) {
    on_ready(spawner, sandbox, descriptors);
    return true;
  }
  bool is_joinable = report->kind == REPORT_JOINABLE && sandbox->state == SANDBOX_PARKING &&
                     sandbox->stock != NULL && sandbox->program_socket >= 0 && count == ZYGOTE_NAMESPACES;
  if (!is_joinable) return false;
  if (!zygote_fork_into(spawner, sandbox, descriptors)) sandbox_give_up(sandbox, errno, "zygote");
  return true;
}

// Runs as: host root, in the spawner. False: nothing more to read.
static bool take_report(struct spawner *spawner, struct sandbox *sandbox) {
  struct report report = {0};
  int descriptors[REPORT_DESCRIPTORS];
  unsigned count;
  ssize_t size = receive_report(sandbox->set_up_socket, &report, descriptors, &count);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  bool is_report = size == (ssize_t)sizeof report;
  if (is_report && take_report_with_descriptors(spawner, sandbox, &report, descriptors, count)) return true;
  close_descriptors(descriptors, REPORT_DESCRIPTORS);
  if (is_report && take_later_report(spawner, sandbox, &report)) return true;
  close(sandbox->set_up_socket);
  sandbox->set_up_socket = -1;
  return false;
}

// Runs as: host root, in the spawner.
void sandbox_on_report(struct spawner *spawner, struct sandbox *sandbox) { take_report(spawner, sandbox); }

// Runs as: host root, in the spawner. Where the kernel has killed somebody, the group would tell of it for ever; where
// something has failed, it may have other limits than are written down.
static bool keep_group(const struct spawner *spawner, const struct sandbox *sandbox) {
  const struct cgroup_driver *cgroups = spawner->cgroups;
  if (cgroups->keep == NULL || sandbox->kind != SANDBOX_ENVIRONMENT) return false;
  if (sandbox->result.oom_kills != 0 || sandbox->failure_step[0] != '\0') return false;
  bool is_looked_at = sandbox->is_started && !sandbox->is_let_go;
  return !is_looked_at && cgroups->keep(sandbox->group, &sandbox->limits, monotonic_milliseconds());
}

// Runs as: host root, in the spawner. The control group may outlive its last process for a moment.
void sandbox_remove(struct spawner *spawner, struct sandbox *sandbox) {
  sandbox->state = SANDBOX_REMOVING;
  if (!keep_group(spawner, sandbox) && spawner->cgroups->remove(sandbox->group) != 0 && errno == EBUSY) {
    sandbox->deadline = monotonic_milliseconds() + REMOVAL_PAUSE_MILLISECONDS;
    return;
  }
  const struct sandbox gone = *sandbox;
  sandbox->surroundings.network = sandbox->surroundings.ipc = -1;
  sandbox_free_slot(spawner, sandbox);
  surroundings_leave(&gone.surroundings, sandbox->freed_at);
  if (gone.is_started) answer_exited(spawner, &gone);
}

// Runs as: host root, in the spawner. Its init is dead, and with it, by the kernel, every process of the sandbox.
void sandbox_on_exit(struct spawner *spawner, struct sandbox *sandbox) {
  siginfo_t exit = {0};
  if (waitid((idtype_t)P_PIDFD, (id_t)sandbox->process, &exit, WEXITED | WNOHANG) != 0 || exit.si_pid == 0) return;
  bool was_building = sandbox->state == SANDBOX_BUILDING, was_parked = sandbox->state == SANDBOX_PARKED;
  sandbox->state = SANDBOX_REMOVING;
  while (sandbox->set_up_socket >= 0 && take_report(spawner, sandbox)) {
  }
  // An init that was killed has told nothing about the program: its own end is the program's.
  if (!sandbox->has_ended) sandbox->wait_status = exit.si_code == CLD_EXITED ? exit.si_status << 8 : exit.si_status;
  close(sandbox->process);
  sandbox->process = -1;
  uint32_t ended_by_watch = sandbox->result.oom_kills;
  spawner->cgroups->read_result(sandbox->group, &sandbox->result);
  sandbox->result.oom_kills += ended_by_watch;
  if (sandbox->tree != NULL) {
    fill_finish(spawner, sandbox);
  } else if (sandbox->kind == SANDBOX_ZYGOTE) {
    zygote_on_end(spawner, sandbox);
  } else if (sandbox->stock != NULL) {
    stock_on_end(spawner, sandbox, was_parked);
  } else if (was_building && sandbox->is_assigned) {
    const char *step = sandbox->failure_step[0] != '\0' ? sandbox->failure_step : "ended while it was set up";
    answer_failed(spawner, sandbox->request, SP_FAILURE_SYSTEM, sandbox->failure_error, step);
  } else if (sandbox->failure_step[0] != '\0') {
    fprintf(stderr, "redoubt-spawner: sandbox %u: %s: %s\n", sandbox->slot, sandbox->failure_step,
            strerror(sandbox->failure_error));
  }
  sandbox_remove(spawner, sandbox);
}

// Runs as: host root, in the spawner.
void sandbox_on_deadline(struct spawner *spawner, struct sandbox *sandbox) {
  if (sandbox->state == SANDBOX_REMOVING) {
    sandbox_remove(spawner, sandbox);
    return;
  }
  sandbox->has_timed_out = true;
  sandbox->deadline = 0;
  sandbox_give_up(sandbox, ETIMEDOUT, "not ready in time");
}

// Runs as: host root, in the spawner. Bytes that the files of /tmp take, those without a name included.
static uint64_t temporary_use(const struct sandbox *sandbox) {
  struct statfs status;
  if (fstatfs(sandbox->temporary, &status) != 0) return 0;
  return (uint64_t)(status.f_blocks - status.f_bfree) * (uint64_t)status.f_bsize;
}

// Runs as: host root, in the spawner. The files are looked at after the memory: one that grows in between counts for the
// sandbox, never against it.
void sandbox_watch_memory(struct spawner *spawner, struct sandbox *sandbox, int64_t now) {
  struct memory_watch *watch = &sandbox->memory_watch;
  if (watch->usage < 0 || sandbox->state != SANDBOX_RUNNING || watch->due > now) return;
  char text[32] = "";
  ssize_t count = pread(watch->usage, text, sizeof text - 1, 0);
  uint64_t use = count > 0 ? strtoull(text, NULL, 10) : 0, own = (uint64_t)sandbox->memory_mib << 20;
  memory_watch_note(watch, use, now);
  struct cgroup_memory memory;
  if (use <= own || spawner->cgroups->read_memory(sandbox->group, &memory) != 0) return;
  if (memory_watch_own_use(&memory, temporary_use(sandbox)) <= own) return;
  sandbox->result.oom_kills = 1;
  close(watch->usage);
  watch->usage = -1;
  sandbox_kill(sandbox);
}
