#define _GNU_SOURCE 1
#include "ipc.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
int ipc_make(void) {
  if (unshare(CLONE_NEWIPC) != 0) return -1;
  return open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. The filter refuses
// every call that makes one; this does not lean on it.
static bool is_empty(void) {
  struct shm_info segments;
  struct seminfo sets;
  struct msginfo queues;
  return shmctl(0, SHM_INFO, (struct shmid_ds *)&segments) >= 0 && segments.used_ids == 0 &&
         semctl(0, 0, SEM_INFO, &sets) >= 0 && sets.semusz == 0 &&
         msgctl(0, MSG_INFO, (struct msqid_ds *)&queues) >= 0 && queues.msgpool == 0;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
bool ipc_enter(int ipc) { return setns(ipc, CLONE_NEWIPC) == 0 && is_empty(); }
