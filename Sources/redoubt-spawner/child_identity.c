// Who the processes of a sandbox are and what they may.
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "filter.h"
#include "sandbox_identity.h"

// Runs as: sandbox uid with full capabilities in its own user namespace; before this, an id that is not mapped.
int child_take_identity(void) {
  // No id of the map is 0, so the kernel keeps the capabilities over the change by itself; this does not lean on it.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return -1;
  if (setresgid(SANDBOX_GID, SANDBOX_GID, SANDBOX_GID) != 0) return -1;
  if (setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) != 0) return -1;
  // A change of credentials clears this, hence only now. A spawner that died before is noticed at GATE_RUN.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
  prctl(PR_SET_DUMPABLE, 0);
  if (setsid() < 0 || sethostname(SANDBOX_HOSTNAME, sizeof SANDBOX_HOSTNAME - 1) != 0) return -1;
  return 0;
}

// Runs as: sandbox uid with full capabilities in its own user namespace; none afterwards.
static int drop_capabilities(void) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return -1;
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
int child_give_up_privileges(void) {
  if (drop_capabilities() != 0) return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return filter_enter();
}
