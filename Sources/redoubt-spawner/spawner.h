// The spawner's whole state: one of each, in one thread.
#ifndef REDOUBT_SPAWNER_H
#define REDOUBT_SPAWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "configuration.h"
#include "memory_watch.h"
#include "plan.h"
#include "server_link.h"
#include "spawner_protocol.h"

enum {
  SET_UP_MILLISECONDS = 10 * 1000,
  UNPACK_MILLISECONDS = 60 * 1000,
  KERNEL_MEMORY_MIB = 32,            // of the kernel's own for a sandbox, beyond what its processes and files use
  COOL_DOWN_MILLISECONDS = 100,      // before a slot, and with it a host id, is used again
  REMOVAL_PAUSE_MILLISECONDS = 5,    // between attempts to remove a control group that the kernel still holds
  MAXIMUM_TREES = 1024,
  MAXIMUM_WAITERS = 64,              // requests for one tree that is being unpacked
};

enum tree_state { TREE_ABSENT, TREE_UNPACKING, TREE_READY };

// Code of one account, in a tmpfs of its own.
struct tree {
  enum tree_state state;
  bool is_forgotten;  // drop it as soon as it is unpacked
  struct sp_tree key;
  uint64_t maximum_bytes, bytes;
  uint32_t maximum_entries, entries;
  bool has_extensions;
  uint64_t waiters[MAXIMUM_WAITERS];  // requests to answer when it is unpacked
  uint32_t waiter_count;
};

enum sandbox_state {
  SLOT_FREE,
  SANDBOX_BUILDING,  // cloned; has not reported that it is ready
  SANDBOX_RUNNING,
  SANDBOX_REMOVING,  // no process is left; its control group still is
};

struct sandbox {
  enum sandbox_state state;
  enum sandbox_kind kind;
  uint32_t slot, generation;
  uint64_t request;   // SP_START
  bool is_started;    // SP_STARTED was sent: SP_EXITED is owed
  uint32_t memory_mib;
  struct tree *tree;  // SANDBOX_UNPACK
  int process;        // pidfd of its init
  int set_up_socket;
  int output;         // log pipe until it is handed over, or the unpacker's report
  int temporary;      // its /tmp, O_PATH
  struct memory_watch memory_watch;
  uint64_t clean_request;  // SP_BASELINE or SP_RESTORE that init is carrying out; 0: none
  bool is_cleaning;
  int64_t deadline;   // milliseconds of the monotonic clock; 0: none
  int64_t freed_at;
  char group[24];     // its control group
  struct cgroup_result result;
  int32_t wait_status;
  bool has_ended;  // the program; `wait_status` is its own
  bool has_timed_out;
  int32_t failure_error;  // what SP_FAILED is to say, should it not become ready
  char failure_step[64];
};

struct spawner {
  struct configuration configuration;
  const struct cgroup_driver *cgroups;
  int unpacker;
  int events;  // epoll
  char *argument_memory;
  struct server_link server;
  struct sandbox *sandboxes;  // those of environments, then SP_UNPACK_PLACES more
  uint32_t sandbox_count;
  struct tree *trees;           // MAXIMUM_TREES
};

int64_t monotonic_milliseconds(void);

// sandbox.c: a sandbox as the spawner sees it.
struct sandbox *sandbox_take_slot(struct spawner *spawner, enum sandbox_kind kind);
void sandbox_free_slot(struct sandbox *sandbox);
// Creates the control group and the process. False: no process is left, failure_error and failure_step say why, and the
// caller removes the sandbox.
bool sandbox_launch(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan,
                    const struct cgroup_limits *limits);
// Notes errno and the step that failed; false.
bool sandbox_fail(struct sandbox *sandbox, const char *step);
void sandbox_kill(struct sandbox *sandbox);
// Passes an order on to its init. False: it cannot be given.
bool sandbox_order(struct sandbox *sandbox, char order);

// sandbox_events.c: what happens to it later.
void sandbox_on_report(struct spawner *spawner, struct sandbox *sandbox);
void sandbox_on_exit(struct spawner *spawner, struct sandbox *sandbox);
void sandbox_on_deadline(struct spawner *spawner, struct sandbox *sandbox);
// Looks at its memory use, if that is due, and ends it when it uses more than its own.
void sandbox_watch_memory(struct spawner *spawner, struct sandbox *sandbox, int64_t now);
// No process of it is left: removes the control group, now or as soon as the kernel lets go of it, and frees the slot.
void sandbox_remove(struct spawner *spawner, struct sandbox *sandbox);

// tree.c
struct tree *tree_find(struct spawner *spawner, const struct sp_tree *key);
// Mounts an empty tmpfs that `owner` may write. NULL with errno.
struct tree *tree_create(struct spawner *spawner, const struct sp_unpack *request, uid_t owner);
bool tree_is_same(const struct sp_tree *one, const struct sp_tree *other);
int tree_seal(struct spawner *spawner, struct tree *tree);
void tree_drop(struct spawner *spawner, struct tree *tree);
void tree_path(const struct spawner *spawner, const struct tree *tree, char *path, size_t size);

// request.c: one message of the server, already whole. False: out of form, end the connection.
bool request_handle(struct spawner *spawner, const struct received *message);
// layers.c: the further trees of SP_START. What is beyond their number is 0, as the protocol has it.
bool layers_are_in_form(const struct sp_start *request);
// The field that is out of its range, or NULL.
const char *layers_out_of_range(const struct sp_start *request);
// False: one of them is not unpacked here.
bool layers_plan(struct spawner *spawner, const struct sp_start *request, struct plan *plan);
// start.c and unpack.c
bool start_handle(struct spawner *spawner, const struct received *message);
bool unpack_handle(struct spawner *spawner, const struct received *message);
// The unpacker has ended: answers every request that waits for its tree.
void unpack_finish(struct spawner *spawner, struct sandbox *sandbox);

// answer.c
void answer_failed(struct spawner *spawner, uint64_t request, enum sp_failure failure, int error, const char *detail);
void answer_unpacked(struct spawner *spawner, uint64_t request, const struct tree *tree);
void answer_exited(struct spawner *spawner, const struct sandbox *sandbox);
// Takes the descriptors, which are in the order of sp_started; what the host does not give is -1.
void answer_started(struct spawner *spawner, const struct sandbox *sandbox, const int descriptors[SP_STARTED_DESCRIPTORS]);
void answer_cleaned(struct spawner *spawner, const struct sandbox *sandbox, bool is_clean);

// serve.c: until the server goes away; returns the exit code.
int serve(struct spawner *spawner);

#endif
