// Who the processes of a sandbox are.
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "sandbox_identity.h"

// Runs as: sandbox uid with full capabilities in its own user namespace; before this, an id that is not mapped.
int child_take_identity(void) {
  // No id of the map is 0, so the kernel keeps the capabilities over the change by itself; this does not lean on it.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return -1;
  if (setresgid(SANDBOX_GID, SANDBOX_GID, SANDBOX_GID) != 0) return -1;
  if (setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) != 0) return -1;
  // A change of credentials clears this, hence only now. A spawner that died before is noticed at the next wait for it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
  prctl(PR_SET_DUMPABLE, 0);
  if (setsid() < 0 || sethostname(SANDBOX_HOSTNAME, sizeof SANDBOX_HOSTNAME - 1) != 0) return -1;
  return 0;
}
