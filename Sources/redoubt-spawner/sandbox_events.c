#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawner.h"

// Runs as: host root, in the spawner. The size of the report, or what recvmsg says; 0, too, if a part was cut off.
static ssize_t receive_report(int set_up_socket, struct report *report, int *descriptor) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = report, .iov_len = sizeof *report};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(set_up_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return size;
  link_take_descriptors(&header, descriptor);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return 0;
  report->step[sizeof report->step - 1] = '\0';
  return size;
}

// Runs as: host root, in the spawner.
static void give_up(struct sandbox *sandbox, int error, const char *step) {
  sandbox->failure_error = error;
  snprintf(sandbox->failure_step, sizeof sandbox->failure_step, "%s", step);
  sandbox_kill(sandbox);
}

// Runs as: host root, in the spawner. Takes `listener`.
static void on_ready(struct spawner *spawner, struct sandbox *sandbox, int listener) {
  bool is_environment = sandbox->kind == SANDBOX_ENVIRONMENT;
  int peak = is_environment ? spawner->cgroups->open_peak(sandbox->group) : -1;
  char gate = GATE_RUN;
  if (is_environment && listener < 0) {
    give_up(sandbox, EPROTO, "listener: did not come");
  } else if (is_environment && peak < 0) {
    give_up(sandbox, errno, "memory peak file");
  } else if (send(sandbox->set_up_socket, &gate, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
    give_up(sandbox, errno, "gate");
  } else if (is_environment) {
    sandbox->state = SANDBOX_RUNNING;
    sandbox->deadline = 0;
    sandbox->is_started = true;
    int log = sandbox->output;
    sandbox->output = -1;
    answer_started(spawner, sandbox, listener, log, peak);
    return;
  } else {
    sandbox->state = SANDBOX_RUNNING;  // and its deadline stays: it is the unpacker's
  }
  if (listener >= 0) close(listener);
  if (peak >= 0) close(peak);
}

// Runs as: host root, in the spawner. False: nothing more to read.
static bool take_report(struct spawner *spawner, struct sandbox *sandbox) {
  struct report report = {0};
  int descriptor = -1;
  ssize_t size = receive_report(sandbox->set_up_socket, &report, &descriptor);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (size == (ssize_t)sizeof report && report.kind == REPORT_READY && sandbox->state == SANDBOX_BUILDING) {
    on_ready(spawner, sandbox, descriptor);
    return true;
  }
  if (descriptor >= 0) close(descriptor);
  if (size == (ssize_t)sizeof report && report.kind == REPORT_FAILED) {
    give_up(sandbox, report.number, report.step);
  } else if (size == (ssize_t)sizeof report && report.kind == REPORT_ENDED) {
    sandbox->wait_status = report.number;
    sandbox->has_ended = true;
  } else {
    close(sandbox->set_up_socket);
    sandbox->set_up_socket = -1;
    return false;
  }
  return true;
}

// Runs as: host root, in the spawner.
void sandbox_on_report(struct spawner *spawner, struct sandbox *sandbox) { take_report(spawner, sandbox); }

// Runs as: host root, in the spawner. The control group may outlive its last process for a moment.
static void remove_group(struct spawner *spawner, struct sandbox *sandbox) {
  if (spawner->cgroups->remove(sandbox->group) != 0 && errno == EBUSY) {
    sandbox->deadline = monotonic_milliseconds() + REMOVAL_PAUSE_MILLISECONDS;
    return;
  }
  if (sandbox->is_started) answer_exited(spawner, sandbox);
  sandbox_free_slot(sandbox);
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
  spawner->cgroups->read_result(sandbox->group, &sandbox->result);
  if (sandbox->kind == SANDBOX_UNPACK) {
    unpack_finish(spawner, sandbox);
  } else if (was_building) {
    const char *step = sandbox->failure_step[0] != '\0' ? sandbox->failure_step : "ended while it was set up";
    answer_failed(spawner, sandbox->request, SP_FAILURE_SYSTEM, sandbox->failure_error, step);
  }
  remove_group(spawner, sandbox);
}

// Runs as: host root, in the spawner.
void sandbox_on_deadline(struct spawner *spawner, struct sandbox *sandbox) {
  if (sandbox->state == SANDBOX_REMOVING) {
    remove_group(spawner, sandbox);
    return;
  }
  sandbox->has_timed_out = true;
  sandbox->deadline = 0;
  give_up(sandbox, ETIMEDOUT, "not ready in time");
}
