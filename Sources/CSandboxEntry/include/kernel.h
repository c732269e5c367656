// System calls that older C libraries do not wrap. Each returns what the kernel returns, with errno set.
#ifndef REDOUBT_KERNEL_H
#define REDOUBT_KERNEL_H

#include <stdint.h>
#include <sys/types.h>

enum {
  KERNEL_TREE_CLONE = 1,           // OPEN_TREE_CLONE
  KERNEL_RECURSIVE = 0x8000,       // AT_RECURSIVE
  KERNEL_CLOSE_ON_EXEC_RANGE = 4,  // CLOSE_RANGE_CLOEXEC
  KERNEL_READ_ONLY = 1,            // MOUNT_ATTR_RDONLY and so on
  KERNEL_NO_SETUID = 2,
  KERNEL_NO_DEVICES = 4,
  KERNEL_NO_EXECUTION = 8,
};

// Like fork, into the namespaces of `flags`; `*process_descriptor` gets a pidfd in the parent.
pid_t kernel_clone(uint64_t flags, int *process_descriptor);
// What kernel_clone_within is to do.
struct kernel_clone_request {
  int user_namespace;          // a descriptor
  uid_t user;                  // as whom of it, and `group`
  gid_t group;
  uint64_t flags;
  int (*prepare)(void *);      // before the clone, with full capabilities in there; 0, or -1 with errno
  void (*enter)(void *);       // what the new process does
  void *argument;              // of both
};

// Like kernel_clone, but from within a user namespace; the new process is a child of the caller all the same.
pid_t kernel_clone_within(const struct kernel_clone_request *request, int *process_descriptor);
// An overlay of its own over the directories `lower` (the topmost first, colons between), read-only and attached nowhere
// yet.
int kernel_open_overlay(const char *lower);
// A clone of the mount at `path`, attached nowhere yet. With KERNEL_RECURSIVE the mounts below it come along.
int kernel_open_tree(const char *path, unsigned flags);
int kernel_move_mount(int tree, const char *target);
int kernel_set_mount_attributes(int directory, const char *path, unsigned flags, uint64_t attributes);
int kernel_close_range(unsigned first, unsigned last, unsigned flags);
// A pidfd, closed on exec.
int kernel_open_process(pid_t process);
int kernel_signal_process(int process_descriptor, int signal_number);
int kernel_execute(int file, char *const arguments[], char *const environment[]);

// A clone of the mount at `source`, attached nowhere yet, with `attributes` added; `flags` may be KERNEL_RECURSIVE.
int kernel_open_bind(const char *source, uint64_t attributes, unsigned flags);
// Mounts what is at `source` a second time at `target` with `attributes` added; `flags` may be KERNEL_RECURSIVE.
int kernel_bind(const char *source, const char *target, uint64_t attributes, unsigned flags);

#endif
