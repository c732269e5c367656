// What the processes of a sandbox may.
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_entry.h"

static struct sock_fprog filter;

// Runs as: host root, in the spawner; or as the zygote.
void entry_use_filter(struct sock_filter *instructions, unsigned short count) {
  filter = (struct sock_fprog){.len = count, .filter = instructions};
}

// Runs as: host root, in the spawner.
const struct sock_fprog *entry_filter(void) { return &filter; }

// Runs as: sandbox uid without capabilities; needs no_new_privs.
static int filter_enter(void) { return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter); }

// Runs as: sandbox uid with full capabilities in its own user namespace; none afterwards.
static int drop_capabilities(void) {
  int capability = 0;
  while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) capability++;
  if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0) return -1;  // the kernel knows more
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
  const unsigned long locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                               SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  if (prctl(PR_SET_SECUREBITS, locked, 0, 0, 0) != 0) return -1;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
  return (int)syscall(SYS_capset, &header, none);
}

// Runs as: sandbox uid with full capabilities in its own user namespace; user code's privilege afterwards.
int entry_give_up_privileges(void) {
  if (drop_capabilities() != 0) return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return filter_enter();
}

// Runs as: the zygote's uid with full capabilities in its own user namespace; with one of them afterwards. As an ambient
// one, because it is to outlive the execution of the interpreter.
int entry_keep_administration(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct one[_LINUX_CAPABILITY_U32S_3] = {{0}};
  one[0].effective = one[0].permitted = one[0].inheritable = 1U << CAP_SYS_ADMIN;
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (capability != CAP_SYS_ADMIN && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return -1;
  if (syscall(SYS_capset, &header, one) != 0) return -1;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) != 0) return -1;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
