// One control group for each sandbox, inside `redoubt-<instance>`, which is made in the group that the spawner was
// started in.
//
// The two layouts of the kernel (v1: a hierarchy for each controller; v2: one for all) are two drivers. Directories are
// held open, so that they stay reachable after the spawner has left the host's files.
#ifndef REDOUBT_CGROUP_H
#define REDOUBT_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "zygote_protocol.h"

struct cgroup_limits {
  uint64_t memory_bytes;
  uint64_t process_bytes;  // of one process, for where no group bounds all of them; 0: not known yet
  uint32_t processes;
  uint32_t memory_mib;  // decides the share of a processor
};

// Bytes. Pages of files in /tmp and /dev/shm, and of shared anonymous mappings, are `shared`.
struct cgroup_memory {
  uint64_t anonymous, shared;
};

struct cgroup_result {
  uint32_t oom_kills;
  uint64_t memory_peak;
};

enum { CGROUP_NAME = 24 };  // bytes, the NUL included

// `name` is made by the spawner, never by a peer, and never a second time. Calls return 0 or -1 with errno.
struct cgroup_driver {
  // Finds that group and opens `redoubt-<instance>`; false if this layout is not usable here.
  bool (*open)(const char *instance);
  int (*create)(const char *name, const struct cgroup_limits *limits);
  // For a sandbox that becomes another's than it was made for: of `cgroup_limits`, `memory_bytes` and `memory_mib`.
  int (*limit_memory)(const char *name, uint64_t bytes);
  int (*share_processor)(const char *name, uint32_t memory_mib);
  // How a process comes into the group: it writes to files that are opened here, by entry_join_groups; their number is
  // returned. Or, where this is NULL, `attach` moves it. Who moves itself needs no more of the kernel than that. Who moves
  // others has it hold its lock on all control groups for a grace period, and thawing waits for the same lock.
  int (*open_joins)(const char *name, int files[ZYGOTE_JOINS]);
  int (*attach)(const char *name, pid_t process);
  // From now on the processor time is held to the share that `memory_mib` buys.
  int (*settle)(const char *name, uint32_t memory_mib);
  int (*open_peak)(const char *name);
  // A file whose text is the number of bytes in use, of every kind.
  int (*open_usage)(const char *name);
  int (*read_memory)(const char *name, struct cgroup_memory *memory);
  // The directory that has `cgroup.procs` and `pids.current`, as O_PATH.
  int (*open_group)(const char *name);
  // A file that takes `1` to freeze the group and `0` to let it go on; -1 with ENOENT where the kernel has none that
  // leaves a frozen process able to die.
  int (*open_freezer)(const char *name);
  void (*read_result)(const char *name, struct cgroup_result *result);
  // Stops every process of the group, or lets them go on. A process that the kernel cannot stop just now is waited for
  // for a bounded time only.
  void (*freeze)(const char *name);
  void (*thaw)(const char *name);
  void (*kill_all)(const char *name);
  // Instead of `remove`: the group of a sandbox whose processes are gone, with the limits it has by now, at which nobody
  // looks any more, is kept for another. False: it is not as good as a new one. NULL: none ever is, nor do the next two
  // exist. `now`: milliseconds.
  bool (*keep)(const char *name, const struct cgroup_limits *limits, int64_t now);
  // Instead of `create`: the group has a name already, which `name` becomes. False: there is none to be had.
  bool (*take_kept)(char name[CGROUP_NAME], const struct cgroup_limits *limits);
  // Removes one that nobody has wanted for a while; returns when it is time for the next, or INT64_MAX.
  int64_t (*drop_kept)(int64_t now);
  // With the groups below it. EBUSY while the kernel has not let go of the last process: ask again.
  int (*remove)(const char *name);
  int (*remove_parent)(void);
  // Descriptors of `redoubt-<instance>` in each hierarchy, owned by the driver; -1 after the last.
  int (*directory)(unsigned index);
};

extern const struct cgroup_driver cgroup_v1;
extern const struct cgroup_driver cgroup_v2;
extern const struct cgroup_driver cgroup_none;

// False: `cgroup_none`, so that a sandbox has to be limited by other means.
static inline bool cgroup_is_there(const struct cgroup_driver *driver) { return driver != &cgroup_none; }

// Gives an environment's group, which has the limits of `before`, those of an environment of other sizes. The number of
// processes is the same for all. 0, or -1 with errno.
int cgroup_limit_anew(const struct cgroup_driver *driver, const char *name, const struct cgroup_limits *before,
                      const struct cgroup_limits *limits);

// Picks the layout and removes what a dead predecessor of this instance left. Does not return without success.
const struct cgroup_driver *cgroup_start(const char *instance);
// Removes every group and the parent; tries for a bounded time.
void cgroup_sweep(const struct cgroup_driver *driver);

// One vCPU for each 1769 MiB.
uint32_t cgroup_quota_microseconds(uint32_t memory_mib);
uint32_t cgroup_shares(uint32_t memory_mib);

#endif
