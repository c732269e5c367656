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

// Runs as: host root, in the spawner. -1 stands for none.
static void close_all(int *descriptors, unsigned count) {
  for (unsigned index = 0; index < count; index++) {
    if (descriptors[index] >= 0) close(descriptors[index]);
    descriptors[index] = -1;
  }
}

// Runs as: host root, in the spawner. The size of the report, or what recvmsg says; 0, too, if a part was cut off or the
// number of descriptors is neither none nor that of REPORT_READY: `descriptors` then holds -1 only.
static ssize_t receive_report(int set_up_socket, struct report *report, int descriptors[REPORT_READY_DESCRIPTORS]) {
  union {
    char bytes[CMSG_SPACE(REPORT_READY_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = report, .iov_len = sizeof *report};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(set_up_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return size;
  unsigned count = link_take_descriptors(&header, descriptors, REPORT_READY_DESCRIPTORS);
  bool is_whole = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  report->step[sizeof report->step - 1] = '\0';
  if (is_whole && (count == 0 || count == REPORT_READY_DESCRIPTORS)) return size;
  close_all(descriptors, REPORT_READY_DESCRIPTORS);
  return 0;
}

// Runs as: host root, in the spawner.
static void give_up(struct sandbox *sandbox, int error, const char *step) {
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

// Runs as: host root, in the spawner. NULL, or the step that failed. `files` are as in sp_started, from the listener on.
static const char *hand_over(struct spawner *spawner, struct sandbox *sandbox, int files[SP_STARTED_DESCRIPTORS]) {
  errno = EPROTO;
  if (files[0] < 0) return "listener: did not come";
  const char *step = open_group_files(spawner, sandbox, &files[4], &files[5], &files[6]);
  if (step != NULL) return step;
  sandbox->temporary = fcntl(files[2], F_DUPFD_CLOEXEC, 0);
  if (sandbox->temporary < 0) return "/tmp";
  if (!sandbox_order(sandbox, GATE_RUN)) return "gate";
  sandbox->state = SANDBOX_RUNNING;
  sandbox->deadline = 0;
  sandbox->is_started = true;
  sandbox->output = -1;
  answer_started(spawner, sandbox, files);
  return NULL;
}

// Runs as: host root, in the spawner. Takes the descriptors of the report.
static void on_ready(struct spawner *spawner, struct sandbox *sandbox, int reported[REPORT_READY_DESCRIPTORS]) {
  if (sandbox->kind == SANDBOX_ENVIRONMENT) {
    int files[SP_STARTED_DESCRIPTORS] = {reported[0], sandbox->output, reported[1], reported[2], -1, -1, -1};
    const char *step = hand_over(spawner, sandbox, files);
    if (step == NULL) return;
    give_up(sandbox, errno, step);
    close_all(files + 4, 3);
  } else if (sandbox_order(sandbox, GATE_RUN)) {
    sandbox->state = SANDBOX_RUNNING;  // and its deadline stays: it is the unpacker's
  } else {
    give_up(sandbox, errno, "gate");
  }
  close_all(reported, REPORT_READY_DESCRIPTORS);
}

// Runs as: host root, in the spawner. False: nothing that init may say now.
static bool take_later_report(struct spawner *spawner, struct sandbox *sandbox, const struct report *report) {
  if (report->kind == REPORT_FAILED) {
    give_up(sandbox, report->number, report->step);
  } else if (report->kind == REPORT_ENDED) {
    sandbox->wait_status = report->number;
    sandbox->has_ended = true;
  } else if (report->kind == REPORT_CLEANED && sandbox->is_cleaning) {
    sandbox->is_cleaning = false;
    answer_cleaned(spawner, sandbox, report->number == 1);
  } else {
    return false;
  }
  return true;
}

// Runs as: host root, in the spawner. False: nothing more to read.
static bool take_report(struct spawner *spawner, struct sandbox *sandbox) {
  struct report report = {0};
  int descriptors[REPORT_READY_DESCRIPTORS] = {-1, -1, -1};
  ssize_t size = receive_report(sandbox->set_up_socket, &report, descriptors);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  bool is_report = size == (ssize_t)sizeof report;
  if (is_report && report.kind == REPORT_READY && sandbox->state == SANDBOX_BUILDING) {
    on_ready(spawner, sandbox, descriptors);
    return true;
  }
  close_all(descriptors, REPORT_READY_DESCRIPTORS);
  if (is_report && take_later_report(spawner, sandbox, &report)) return true;
  close(sandbox->set_up_socket);
  sandbox->set_up_socket = -1;
  return false;
}

// Runs as: host root, in the spawner.
void sandbox_on_report(struct spawner *spawner, struct sandbox *sandbox) { take_report(spawner, sandbox); }

// Runs as: host root, in the spawner. The control group may outlive its last process for a moment.
void sandbox_remove(struct spawner *spawner, struct sandbox *sandbox) {
  sandbox->state = SANDBOX_REMOVING;
  if (spawner->cgroups->remove(sandbox->group) != 0 && errno == EBUSY) {
    sandbox->deadline = monotonic_milliseconds() + REMOVAL_PAUSE_MILLISECONDS;
    return;
  }
  sandbox_free_slot(sandbox);
  if (sandbox->is_started) answer_exited(spawner, sandbox);
}

// Runs as: host root, in the spawner. Its init is dead, and with it, by the kernel, every process of the sandbox.
void sandbox_on_exit(struct spawner *spawner, struct sandbox *sandbox) {
  siginfo_t exit = {0};
  if (waitid((idtype_t)P_PIDFD, (id_t)sandbox->process, &exit, WEXITED | WNOHANG) != 0 || exit.si_pid == 0) return;
  bool was_building = sandbox->state == SANDBOX_BUILDING;
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
  if (sandbox->kind == SANDBOX_UNPACK) {
    unpack_finish(spawner, sandbox);
  } else if (was_building) {
    const char *step = sandbox->failure_step[0] != '\0' ? sandbox->failure_step : "ended while it was set up";
    answer_failed(spawner, sandbox->request, SP_FAILURE_SYSTEM, sandbox->failure_error, step);
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
  give_up(sandbox, ETIMEDOUT, "not ready in time");
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
