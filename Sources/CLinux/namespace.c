// Trying what the kernel and its settings allow.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clinux.h"

static int flag(enum clinux_namespace kind) {
  switch (kind) {
    case CLINUX_NAMESPACE_USER: return CLONE_NEWUSER;
    case CLINUX_NAMESPACE_MOUNT: return CLONE_NEWNS;
    case CLINUX_NAMESPACE_PID: return CLONE_NEWPID;
    case CLINUX_NAMESPACE_NETWORK: return CLONE_NEWNET;
    case CLINUX_NAMESPACE_IPC: return CLONE_NEWIPC;
    case CLINUX_NAMESPACE_UTS: return CLONE_NEWUTS;
    case CLINUX_NAMESPACE_CGROUP: return CLONE_NEWCGROUP;
  }
  return 0;
}

int clinux_try_namespace(enum clinux_namespace kind) {
  int flags = flag(kind);
  if (!flags) return -EINVAL;
  pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) _exit(syscall(SYS_unshare, flags) ? errno : 0);
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
