// The files of a sandbox: a copy of the template with its own /proc, /tmp, /dev/shm and code.
#define _GNU_SOURCE 1
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "kernel.h"
#include "process_view.h"

enum {
  SHARED_MEMORY_MIB = 64,
  TEMPORARY_INODES_PER_MIB = 64,  // as a disk of that size would have
  MINIMUM_TEMPORARY_INODES = 16384,
};

#define ROOT "/sandbox"

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int mount_memory(const char *target, uint32_t size_mib) {
  char options[96];
  uint32_t inodes = size_mib * TEMPORARY_INODES_PER_MIB;
  if (inodes < MINIMUM_TEMPORARY_INODES) inodes = MINIMUM_TEMPORARY_INODES;
  snprintf(options, sizeof options, "size=%um,nr_inodes=%u,mode=1777", size_mib, inodes);
  return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int mount_code(const struct plan *plan) {
  const uint64_t confined = KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
  if (plan->kind == SANDBOX_UNPACK) return kernel_bind(plan->code_path, ROOT "/out", confined, 0);
  if (kernel_bind(plan->code_path, ROOT "/var/task", confined | KERNEL_READ_ONLY, 0) != 0) return -1;
  if (plan->runtime_path[0] == '\0') return 0;
  return kernel_bind(plan->runtime_path, ROOT "/var/runtime", confined | KERNEL_READ_ONLY, 0);
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
  *step = "template";
  if (kernel_bind("/template", ROOT, 0, KERNEL_RECURSIVE) != 0) return -1;
  *step = "/proc";
  if (mount("proc", ROOT "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=ptraceable") != 0) return -1;
  *step = "covers of /proc";
  if (process_view_cover(ROOT "/proc") != 0) return -1;
  *step = "/tmp";
  if (mount_memory(ROOT "/tmp", plan->temporary_mib) != 0) return -1;
  *step = "/dev/shm";
  if (mount_memory(ROOT "/dev/shm", SHARED_MEMORY_MIB) != 0) return -1;
  *step = "code";
  if (mount_code(plan) != 0) return -1;
  *step = "pivot_root";
  return move_in();
}
