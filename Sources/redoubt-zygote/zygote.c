// A zygote's side of the spawner, and the way of its children into their sandboxes.
#define _GNU_SOURCE 1
#include "zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "large_pages.h"
#include "needed_libraries.h"
#include "sandbox_entry.h"
#include "sandbox_identity.h"
#include "zygote_protocol.h"

LINK_NEEDED_LIBRARIES_ONLY;

static struct zygote_message request;
static int descriptors[ZYGOTE_DESCRIPTORS + ZYGOTE_JOINS];

// Runs as: the zygote.
static int read_filter(void) {
  struct stat status;
  if (fstat(ZYGOTE_FILTER, &status) != 0 || status.st_size <= 0) return -EINVAL;
  struct sock_filter *instructions = malloc((size_t)status.st_size);
  if (instructions == NULL) return -ENOMEM;
  if (pread(ZYGOTE_FILTER, instructions, (size_t)status.st_size, 0) != status.st_size) {
    free(instructions);
    return -EIO;
  }
  entry_use_filter(instructions, (unsigned short)((size_t)status.st_size / sizeof *instructions));
  return 0;
}

// Runs as: the zygote; or its child with full capabilities in the sandbox's user namespace.
static int tell(uint32_t kind) {
  const struct zygote_message message = {.kind = kind, .slot = request.slot, .generation = request.generation};
  ssize_t count;
  do count = send(ZYGOTE_SOCKET, &message, sizeof message, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof message ? 0 : -errno;
}

// Runs as: the zygote.
int zygote_open(void) {
  large_pages_use();
  int result = read_filter();
  close(ZYGOTE_FILTER);
  return result == 0 ? tell(ZYGOTE_READY) : result;
}

// Runs as: the zygote.
int zygote_next(void) {
  union {
    char bytes[CMSG_SPACE(sizeof descriptors)];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size;
  do size = recvmsg(ZYGOTE_SOCKET, &header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size == 0) return -EPIPE;
  const struct cmsghdr *rights = size == (ssize_t)sizeof request ? CMSG_FIRSTHDR(&header) : NULL;
  bool is_asked = request.kind == ZYGOTE_FORK || request.kind == ZYGOTE_FORK_IN_HASTE;
  if (rights == NULL || !is_asked || request.joins > ZYGOTE_JOINS) return -EPROTO;
  size_t length = (ZYGOTE_DESCRIPTORS + request.joins) * sizeof descriptors[0];
  bool is_whole = rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
                  rights->cmsg_len == CMSG_LEN(length);
  if (!is_whole) return -EPROTO;
  memcpy(descriptors, CMSG_DATA(rights), length);
  return 0;
}

// Runs as: a process of the sandbox's that is the zygote's otherwise, then with full capabilities in the sandbox's user
// namespace. It is in that of processes already.
static int enter_namespaces(void) {
  for (unsigned index = 0; index < ZYGOTE_NAMESPACES; index++)
    if (index != ZYGOTE_PID_NAMESPACE && setns(descriptors[index], 0) != 0) return -1;
  return 0;
}

// Runs as: the zygote's uid with full capabilities in the sandbox's user namespace, then sandbox uid with them.
static int take_identity(void) {
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return -1;
  if (setresgid(SANDBOX_GID, SANDBOX_GID, SANDBOX_GID) != 0) return -1;
  if (setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) != 0) return -1;
  umask(022);
  return 0;
}

// Runs as: sandbox uid with full capabilities in the sandbox's user namespace. The socket of the zygote is closed here.
static int place_descriptors(void) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), output = descriptors[ZYGOTE_NAMESPACES + 1];
  if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return -1;
  if (dup2(descriptors[ZYGOTE_NAMESPACES], ZYGOTE_SOCKET) < 0) return -1;
  return kernel_close_range(ZYGOTE_SOCKET + 1, ~0U, 0);
}

// Runs as: the zygote's uid with full capabilities in the sandbox's user namespace; user code's privilege afterwards.
// Comes into its control group before anything else is counted; tells the spawner while it still can.
static void become_program(void) {
  if (entry_join_groups(descriptors + ZYGOTE_DESCRIPTORS, request.joins) != 0) _exit(125);
  if (take_identity() != 0 || tell(ZYGOTE_FORKED) != 0 || place_descriptors() != 0) _exit(125);
  if (chdir("/var/task") != 0 || entry_set_up_program() != 0) _exit(125);
  if (entry_confine_files(SANDBOX_ENVIRONMENT, -1) != 0 || entry_give_up_privileges() != 0) _exit(125);
  prctl(PR_SET_DUMPABLE, 1);  // as after an execution: its own files in /proc are its own
}

// Runs as: the zygote.
static void close_request(void) {
  for (unsigned index = 0; index < ZYGOTE_DESCRIPTORS + request.joins; index++) close(descriptors[index]);
}

// Runs as: a process of the sandbox's that shares the zygote's memory, then with full capabilities in the sandbox's user
// namespace; its child goes on as become_program says. 0 in that child.
static pid_t fork_from_within(void) {
  if (enter_namespaces() != 0) return -1;
  pid_t child = fork();
  if (child == 0) become_program();
  return child;
}

// Runs as: the zygote, and as its comments say. The namespace of processes is for children only, so the zygote itself can
// name one after the other (it could start no thread any more, and starts none). A first child enters the others and leaves a second behind, so that the init of the
// sandbox becomes its parent. The first borrows the zygote's memory, and nothing but the second goes back to where this was
// called from.
int zygote_fork(void) {
  pid_t first = setns(descriptors[ZYGOTE_PID_NAMESPACE], CLONE_NEWPID) == 0 ? vfork() : -1;
  if (first == 0) {
    pid_t second = fork_from_within();
    if (second != 0) _exit(second < 0);
    return request.kind == ZYGOTE_FORK ? ZYGOTE_CHILD : ZYGOTE_CHILD_IN_HASTE;
  }
  int error = errno, status = 0;
  close_request();
  if (first < 0) return -error;
  while (waitpid(first, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? ZYGOTE_PARENT : -ECHILD;
}

// Runs as: the zygote; or its child, as user code.
int zygote_set_environment(const char *block, size_t size, unsigned count) {
  static char **ours;
  char **strings = malloc((count + 1) * sizeof *strings + size);
  if (strings == NULL) return -ENOMEM;
  char *next = memcpy(strings + count + 1, block, size);
  for (unsigned index = 0; index < count; index++) {
    strings[index] = next;
    next += strlen(next) + 1;
  }
  strings[count] = NULL;
  environ = strings;
  free(ours);
  ours = strings;
  return 0;
}
