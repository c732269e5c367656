// Pidfds, signalfds and turns.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clinux.h"

int clinux_wait(int pidfd, int block, struct clinux_exit *result) {
  siginfo_t info = {0};
  while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | (block ? 0 : WNOHANG)) < 0) {
    if (errno != EINTR) return -errno;
  }
  result->is_finished = info.si_pid != 0;
  result->code = info.si_code == CLD_EXITED ? info.si_status : -1;
  result->signal = result->is_finished && info.si_code != CLD_EXITED ? info.si_status : 0;
  return 0;
}

int clinux_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) ? -errno : 0;
}

// As in linux/sched/types.h, which glibc's headers do not go together with.
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

int clinux_prefer_short_turns(uint64_t nanoseconds) {
  struct scheduling scheduling = {.size = sizeof scheduling};
  if (syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0) return -errno;
  scheduling.runtime = nanoseconds;
  return syscall(SYS_sched_setattr, 0, &scheduling, 0) != 0 ? -errno : 0;
}

int clinux_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t index = 0; index < count; index++) {
    if (sigaddset(&set, signals[index])) return -errno;
  }
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error) return -error;
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

int clinux_read_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t size;
  do {
    size = read(descriptor, &info, sizeof info);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return -errno;
  return size == (ssize_t)sizeof info ? (int)info.ssi_signo : -EIO;
}
