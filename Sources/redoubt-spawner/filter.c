#define _GNU_SOURCE 1
#include "filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "refusal.h"
#include "sandbox_entry.h"

enum {
  NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
               CLONE_NEWCGROUP,
  SOCKET_TYPE = 0xf,  // without SOCK_NONBLOCK and SOCK_CLOEXEC
  MAXIMUM_INSTRUCTIONS = 4096,
  MAXIMUM_INIT_INSTRUCTIONS = 256,
};

#define ARGUMENT_IS(index, value) {index, SCMP_CMP_EQ, (uint64_t)(value), 0}
#define ARGUMENT_HAS(index, mask, value) {index, SCMP_CMP_MASKED_EQ, (uint64_t)(mask), (uint64_t)(value)}
#define ARGUMENT_ABOVE(index, value) {index, SCMP_CMP_GT, (uint64_t)(value), 0}

enum { MAXIMUM_CONDITIONS = 3 };

struct rule {
  const char *name;
  uint32_t action;
  struct scmp_arg_cmp conditions[MAXIMUM_CONDITIONS];  // the first with no comparison ends them
};

#define ALLOW(call, reason) {.name = #call, .action = SCMP_ACT_ALLOW, .conditions = {{0}}},
#define ALLOW_WHEN(call, reason, ...) {.name = #call, .action = SCMP_ACT_ALLOW, .conditions = {__VA_ARGS__}},
#define REFUSE(call, error, reason) {.name = #call, .action = SCMP_ACT_ERRNO(error), .conditions = {{0}}},
#define REFUSE_WHEN(call, error, reason, ...) \
  {.name = #call, .action = SCMP_ACT_ERRNO(error), .conditions = {__VA_ARGS__}},

static const struct rule rules[] = {
#include "syscalls.def"
};
static const struct rule init_rules[] = {
#include "init_calls.def"
};

static struct sock_filter instructions[MAXIMUM_INSTRUCTIONS], init_instructions[MAXIMUM_INIT_INSTRUCTIONS];
static unsigned short init_count;

// Runs as: host root, in the spawner. Calls of libseccomp return 0 or the negative of an errno.
static void check(int result, const char *step) {
  if (result == 0) return;
  errno = -result;
  refuse_system("seccomp %s", step);
}

// Runs as: host root, in the spawner.
static void add(scmp_filter_ctx context, const struct rule *rule) {
  int number = seccomp_syscall_resolve_name(rule->name);
  // Unknown to this libseccomp or absent on this architecture: stays refused with ENOSYS like all that is not listed.
  if (number == __NR_SCMP_ERROR || number < 0) return;
  unsigned count = 0;
  while (count < MAXIMUM_CONDITIONS && rule->conditions[count].op != _SCMP_CMP_MIN) count++;
  check(seccomp_rule_add_exact_array(context, rule->action, number, count, rule->conditions), rule->name);
}

// Runs as: host root, in the spawner. The number of instructions, of which there is room for `room`.
static unsigned short compile(scmp_filter_ctx context, struct sock_filter *program, size_t room) {
  int file = memfd_create("seccomp", MFD_CLOEXEC);
  if (file < 0) refuse_system("seccomp filter: memory file");
  check(seccomp_export_bpf(context, file), "filter");
  ssize_t size = lseek(file, 0, SEEK_END);
  if (size <= 0 || (size_t)size > room * sizeof *program) {
    errno = E2BIG;
    refuse_system("seccomp filter: %zd bytes", size);
  }
  if (pread(file, program, (size_t)size, 0) != size) refuse_system("seccomp filter: read");
  close(file);
  return (unsigned short)((size_t)size / sizeof *program);
}

// Runs as: host root, in the spawner. A filter that refuses all.
static scmp_filter_ctx begin(void) {
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
  if (context == NULL) refuse_system("seccomp");
  // Calls by the numbers of another architecture (i386 on x86-64, x32) are never made by honest code.
  check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "other architectures");
  check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimization");
  return context;
}

// Runs as: host root, in the spawner.
void filter_prepare(void) {
  scmp_filter_ctx context = begin();
  for (size_t index = 0; index < sizeof rules / sizeof rules[0]; index++) add(context, &rules[index]);
  entry_use_filter(instructions, compile(context, instructions, MAXIMUM_INSTRUCTIONS));
  seccomp_release(context);
  context = begin();
  for (size_t index = 0; index < sizeof init_rules / sizeof init_rules[0]; index++) add(context, &init_rules[index]);
  init_count = compile(context, init_instructions, MAXIMUM_INIT_INSTRUCTIONS);
  seccomp_release(context);
  malloc_trim(0);  // every clone would have what was used for that
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
void filter_use_that_of_init(void) { entry_use_filter(init_instructions, init_count); }
