// The files of a sandbox: a copy of the template with its own /proc, /tmp, /dev/shm and code.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "host_view.h"
#include "kernel.h"
#include "process_view.h"
#include "root.h"
#include "zygote_protocol.h"

enum {
  SHARED_MEMORY_MIB = 64,
  TEMPORARY_INODES_PER_MIB = 64,  // as a disk of that size would have
  MINIMUM_TEMPORARY_INODES = 16384,
};

#define ROOT "/sandbox"

// Runs as: sandbox uid with full capabilities in its own user namespace. `change` is 0 or MS_REMOUNT.
static int mount_memory(const char *target, uint32_t size_mib, unsigned long change) {
  char options[96];
  uint32_t inodes = size_mib * TEMPORARY_INODES_PER_MIB;
  if (inodes < MINIMUM_TEMPORARY_INODES) inodes = MINIMUM_TEMPORARY_INODES;
  snprintf(options, sizeof options, "size=%um,nr_inodes=%u,mode=1777", size_mib, inodes);
  return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME | change, options);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int child_resize_temporary(uint32_t temporary_mib) { return mount_memory("/tmp", temporary_mib, MS_REMOUNT); }

// Runs as: sandbox uid with full capabilities in its own user namespace. Process numbers stay visible, what is behind them
// does not: init has to find a process that hides from it.
static int mount_processes(const char **step) {
  *step = "/proc";
  if (mount("proc", ROOT "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=noaccess") != 0) return -1;
  *step = "view of /proc";
  return process_view_narrow(ROOT "/proc");
}

// Runs as: sandbox uid with full capabilities in its own user namespace. A file of its /tmp, because a library is loaded
// by its name.
static int mount_library(void) {
  int place = open(ROOT ZYGOTE_LIBRARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (place < 0) return -1;
  close(place);
  return kernel_bind("/zygote.so", ROOT ZYGOTE_LIBRARY, 0, 0);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. -1 is no tree.
static int place(int tree, const char *target) {
  if (tree < 0) return 0;
  int result = kernel_move_mount(tree, target), error = errno;
  close(tree);
  errno = error;
  return result;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int mount_code(const struct plan *plan) {
  return place(plan->trees[0], plan->kind == SANDBOX_UNPACK ? ROOT "/out" : ROOT "/var/task");
}

// Runs as: sandbox uid with full capabilities in its own user namespace. The kernel merges what several layers have.
static int mount_layers(const struct plan *plan) {
  return place(plan->trees[1], plan->kind == SANDBOX_COMPILE ? ROOT "/out" : ROOT "/opt");
}

// Runs as: sandbox uid with full capabilities in its own user namespace. Afterwards nothing of the spawner's root
// is left.
static int move_in(void) {
  if (chdir(ROOT) != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return -1;
  if (umount2(".", MNT_DETACH) != 0) return -1;
  return chdir("/");
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int child_build_root(const struct plan *plan, const char **step) {
  *step = "root";
  if ((plan->root >= 0 ? place(plan->root, ROOT) : root_mount(ROOT, plan->runtime_path)) != 0) return -1;
  *step = "/dev";
  uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_EXECUTION;
  if (kernel_bind(plan->device_path, ROOT "/dev", attributes, KERNEL_RECURSIVE) != 0) return -1;
  if (plan->kind != SANDBOX_ZYGOTE && mount_processes(step) != 0) return -1;
  *step = "/tmp";
  if (mount_memory(ROOT "/tmp", plan->temporary_mib, 0) != 0) return -1;
  *step = "/dev/shm";
  if (mount_memory(ROOT "/dev/shm", SHARED_MEMORY_MIB, 0) != 0) return -1;
  *step = "code";
  if (mount_code(plan) != 0) return -1;
  *step = "zygote's library";
  if (plan->kind == SANDBOX_ZYGOTE && mount_library() != 0) return -1;
  *step = "layers";
  if (mount_layers(plan) != 0) return -1;
  *step = "pivot_root";
  return move_in();
}
