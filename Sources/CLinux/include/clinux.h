// The Linux calls that Swift cannot make itself: fork and exec, descriptors in messages, sealed memory, pidfds, epoll.
//
// Every function returns 0 (or a count, or a descriptor) on success and a negative errno on failure, and retries EINTR.
// Every descriptor it makes is close-on-exec.
#ifndef REDOUBT_CLINUX_H
#define REDOUBT_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  CLINUX_MAXIMUM_DESCRIPTORS = 16,  // in one message, and passed to one child
};

enum clinux_spawn_flag {
  CLINUX_SPAWN_SET_IDS = 1,            // no supplementary groups, then gid, then uid: needs root
  CLINUX_SPAWN_NO_NEW_PRIVILEGES = 2,  // PR_SET_NO_NEW_PRIVS
  CLINUX_SPAWN_DIE_WITH_PARENT = 4,    // SIGKILL when the forking *thread* ends: fork from one that lives on
  CLINUX_SPAWN_NEW_SESSION = 8,        // away from the terminal, so that Ctrl-C reaches the parent only
  CLINUX_SPAWN_GO_FIRST = 16,          // to a processor that others want too; without privilege no more than they
};

// A path opened for clinux_spawn or fstat only (O_PATH). Privilege: the caller's, to reach it.
int clinux_open_program(const char *path);

struct clinux_spawn_options {
  int executable;      // open, O_PATH is enough: its directory need not be reachable for the child
  char *const *argv;   // ended by NULL
  char *const *envp;   // ended by NULL
  int standard[3];     // what becomes 0, 1 and 2; -1 leaves the parent's
  const int *descriptors;  // become 3, 4, ... in this order
  uint32_t descriptor_count;
  uint32_t flags;  // enum clinux_spawn_flag
  uid_t uid;       // with CLINUX_SPAWN_SET_IDS
  gid_t gid;
};

struct clinux_child {
  pid_t pid;
  int pidfd;
};

// Starts a program in "/" with no descriptor above the listed ones, default signal handlers, an empty signal mask and no
// core dumps. Returns once the program runs; a failure up to and including exec is the child's errno, negated.
// Privilege: the caller's, then the given ids from before exec.
int clinux_spawn(const struct clinux_spawn_options *options, struct clinux_child *child);

struct clinux_exit {
  int code;         // the exit code, or -1 after a signal
  int signal;       // the signal that ended it, or 0
  int is_finished;  // 0 when `block` was 0 and the process still runs
};

// Collects a child by its pidfd. Privilege: any; the caller must be the parent.
int clinux_wait(int pidfd, int block, struct clinux_exit *result);

// Sends a signal to exactly the process that the pidfd names. Privilege: any that may signal it.
int clinux_signal(int pidfd, int signal);

// Blocks the signals in the calling thread and returns a non-blocking descriptor that reads them. Privilege: any.
int clinux_signalfd(const int *signals, size_t count);

// Asks the kernel to give the calling thread short turns, in nanoseconds, but soon: one that wakes up then need not wait
// until another's turn is over. Of no effect before Linux 6.12. Privilege: any.
int clinux_prefer_short_turns(uint64_t nanoseconds);

// The next signal of a clinux_signalfd, or -EAGAIN. Privilege: any.
int clinux_read_signal(int descriptor);

// A descriptor by which one thread waits for many others. Privilege: any.
int clinux_watch_open(void);

// Has the watch tell once, by `number`, that the descriptor can be read. It forgets it when that is closed, and nothing
// else is open that came of it. Privilege: any.
int clinux_watch_add(int watch, int descriptor, uint64_t number);

// Waits until there is something to tell: how many numbers it has put in, at most `room`. Privilege: any.
int clinux_watch_wait(int watch, uint64_t *numbers, uint32_t room);

// Two connected SOCK_SEQPACKET ends. Privilege: any.
int clinux_socketpair_seqpacket(int pair[2]);

// Sends one message with `count` descriptors beside it; the caller keeps its own. Never raises SIGPIPE. Privilege: any.
int clinux_send(int socket, const void *bytes, size_t size, const int *descriptors, uint32_t count);
// The same, but -EAGAIN instead of waiting for room.
int clinux_send_at_once(int socket, const void *bytes, size_t size, const int *descriptors, uint32_t count);

// Receives one message: its size, or 0 when the peer has closed. `*count` holds room for descriptors before and their
// number after; the caller closes them. A message that does not fit, or brings more descriptors than there is room for,
// is -EMSGSIZE, and every descriptor it brought is closed. Privilege: any.
ssize_t clinux_receive(int socket, void *bytes, size_t capacity, int *descriptors, uint32_t *count);

// A memory file that holds the bytes, at offset 0, sealed against every change. Privilege: any.
int clinux_memfd(const char *name, const void *bytes, size_t size);

enum clinux_namespace {
  CLINUX_NAMESPACE_USER,
  CLINUX_NAMESPACE_MOUNT,
  CLINUX_NAMESPACE_PID,
  CLINUX_NAMESPACE_NETWORK,
  CLINUX_NAMESPACE_IPC,
  CLINUX_NAMESPACE_UTS,
  CLINUX_NAMESPACE_CGROUP,
};

// Whether this process may make such a namespace: tried in a child that ends at once. Privilege: the caller's.
int clinux_try_namespace(enum clinux_namespace kind);

// What an ordinary user needs for sandboxes, each more than the one before.
enum clinux_rootless {
  CLINUX_ROOTLESS_NAMESPACES,  // a user namespace with all others in it
  CLINUX_ROOTLESS_MOUNTS,      // privilege there: AppArmor may take it away
  CLINUX_ROOTLESS_PROC,        // a /proc of its own: refused where the host's is masked
};

// Whether this process may do so much: tried in a child that ends at once. Privilege: the caller's.
int clinux_try_rootless(enum clinux_rootless most);

#endif
