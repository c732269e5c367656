#define _GNU_SOURCE 1
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Numbers that are the same on every architecture: older system headers lack them.
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

struct mount_attributes {
  uint64_t set, clear, propagation, user_namespace;
};

// Runs as: host root, in the spawner.
pid_t kernel_clone(uint64_t flags, int *process_descriptor) {
  struct clone_args arguments = {
      .flags = flags | CLONE_PIDFD, .exit_signal = SIGCHLD, .pidfd = (uint64_t)(uintptr_t)process_descriptor};
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

struct clone_within {
  const struct kernel_clone_request *request;
  int *process_descriptor;
  pid_t process;
  int error;
};

// Runs as: host root, then with full capabilities in the entered user namespace, from the clone on as `user`. A process for a
// moment that shares the caller's memory and descriptors, because a namespace cannot be left again.
static int clone_from_within(void *argument) {
  struct clone_within *within = argument;
  const struct kernel_clone_request *request = within->request;
  within->process = -1;
  if (setns(request->user_namespace, CLONE_NEWUSER) == 0 && request->prepare(request->argument) == 0 &&
      setresgid(request->group, request->group, request->group) == 0 &&
      setresuid(request->user, request->user, request->user) == 0) {
    struct clone_args arguments = {.flags = request->flags | CLONE_PIDFD | CLONE_PARENT,
                                   .pidfd = (uint64_t)(uintptr_t)within->process_descriptor};
    within->process = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (within->process == 0) request->enter(request->argument);
  }
  within->error = errno;
  return 0;
}

// Runs as: host root, in the spawner.
pid_t kernel_clone_within(const struct kernel_clone_request *request, int *process_descriptor) {
  enum { STACK = 256 * 1024 };
  static _Alignas(16) char stack[STACK];
  struct clone_within within = {.request = request, .process_descriptor = process_descriptor};
  pid_t helper = clone(clone_from_within, stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &within);
  if (helper < 0) return -1;
  int status;
  while (waitpid(helper, &status, 0) < 0 && errno == EINTR) {
  }
  errno = within.error;
  return within.process;
}

// Runs as: host root, in the spawner. The kernel wants two layers where nothing is written.
int kernel_open_overlay(const char *lower) {
  enum { CLOSE_ON_EXEC = 1, SET_FLAG = 0, SET_STRING = 1, CREATE = 6 };
  char both[512];
  snprintf(both, sizeof both, "%s:/empty", lower);
  int context = (int)syscall(SYS_fsopen, "overlay", CLOSE_ON_EXEC);
  if (context < 0) return -1;
  int mounted = -1;
  bool is_set = syscall(SYS_fsconfig, context, SET_STRING, "lowerdir", both, 0) == 0 &&
                syscall(SYS_fsconfig, context, SET_FLAG, "ro", NULL, 0) == 0 &&
                syscall(SYS_fsconfig, context, CREATE, NULL, NULL, 0) == 0;
  const unsigned attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
  if (is_set) mounted = (int)syscall(SYS_fsmount, context, CLOSE_ON_EXEC, attributes);
  int error = errno;
  close(context);
  errno = error;
  return mounted;
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int kernel_open_tree(const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, AT_FDCWD, path, KERNEL_TREE_CLONE | O_CLOEXEC | flags);
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int kernel_move_mount(int tree, const char *target) {
  const unsigned from_empty_path = 4;
  return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, target, from_empty_path);
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int kernel_set_mount_attributes(int directory, const char *path, unsigned flags, uint64_t attributes) {
  struct mount_attributes change = {.set = attributes};
  if (path[0] == '\0') flags |= AT_EMPTY_PATH;
  return (int)syscall(SYS_mount_setattr, directory, path, flags, &change, sizeof change);
}

// Runs as: any.
int kernel_close_range(unsigned first, unsigned last, unsigned flags) {
  if (first > last) return 0;
  return (int)syscall(SYS_close_range, first, last, flags);
}

// Runs as: host root, in the spawner.
int kernel_open_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// Runs as: host root, in the spawner.
int kernel_signal_process(int process_descriptor, int signal_number) {
  return (int)syscall(SYS_pidfd_send_signal, process_descriptor, signal_number, NULL, 0);
}

// Runs as: user code's privilege.
int kernel_execute(int file, char *const arguments[], char *const environment[]) {
  return (int)syscall(SYS_execveat, file, "", arguments, environment, AT_EMPTY_PATH);
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int kernel_open_bind(const char *source, uint64_t attributes, unsigned flags) {
  int tree = kernel_open_tree(source, flags);
  if (tree < 0 || attributes == 0 || kernel_set_mount_attributes(tree, "", flags, attributes) == 0) return tree;
  int error = errno;
  close(tree);
  errno = error;
  return -1;
}

// Runs as: host root, in the spawner; or sandbox uid with full capabilities in its own user namespace.
int kernel_bind(const char *source, const char *target, uint64_t attributes, unsigned flags) {
  int tree = kernel_open_bind(source, attributes, flags);
  if (tree < 0) return -1;
  int result = kernel_move_mount(tree, target), error = errno;
  close(tree);
  errno = error;
  return result;
}
