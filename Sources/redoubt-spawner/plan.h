// What one sandbox is to be: decided by the spawner before the clone, read by the clone from its copy of the memory.
#ifndef REDOUBT_PLAN_H
#define REDOUBT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "privilege.h"
#include "sandbox_entry.h"
#include "spawner_protocol.h"
#include "zygote_protocol.h"

struct cgroup_limits;

enum { PLACED_TREES = 2 };  // the code and, where there are layers, /opt; of a compiler, where it writes to

struct plan {
  enum sandbox_kind kind;
  int trees[PLACED_TREES];       // mounts that are attached nowhere yet; unpack, compile: that to fill is the last; -1: none
  char runtime_path[32];         // in the spawner's private root; empty: none
  char device_path[32];          // likewise
  uint32_t temporary_mib;        // size of /tmp
  int set_up_socket;             // the sandbox's end
  enum sp_stock_kind parked_as;  // it waits for its code and environment; 0: it has them
  int program_socket;            // parked: init's end of the socket to its program; -1: nothing has been executed yet
  int program_end;               // parked, booted: the program's end; zygote: the zygote's end of that to the spawner
  int root;                      // parked, forked: the mount for root_mount to leave out; -1: none
  int filter;                    // zygote: the filter as a file
  int zygote_namespace;          // the user namespace of the zygote that it is made below; -1: none
  struct nested_id nested;       // its ids in there
  int joins[ZYGOTE_JOINS];       // by which it comes into its control group
  unsigned join_count;           // 0: it is moved there
  int output;                    // environment: the log pipe's write end; unpack: where the report goes
  int archive;                   // unpack: the sealed zip
  int program;                   // unpack: redoubt-unpack, opened before the spawner left the host's files
  char *const *arguments;        // of execve
  char *const *environment;
  const struct cgroup_limits *limits;  // that the program is to set itself; NULL: its control group has them
  char *configuration;           // the spawner's text, for init to wipe: `arguments` may point into it
  size_t configuration_size;
};

// One with no descriptor, to begin with.
static inline struct plan plan_of(enum sandbox_kind kind) {
  return (struct plan){.kind = kind, .trees = {-1, -1}, .program_socket = -1, .program_end = -1, .root = -1, .filter = -1,
                       .zygote_namespace = -1, .output = -1, .archive = -1, .program = -1};
}

// Set-up socket, spawner to sandbox: one byte.
enum {
  GATE_BUILD = 'b',      // ids are mapped: build
  GATE_RUN = 'r',        // control groups apply, the spawner lives and has the listener: run what the plan names. A
                         // parked one needs none: it runs nobody's code before ORDER_ADOPT
  ORDER_BASELINE = 'B',  // to its init, once the program runs: note what is there
  ORDER_RESTORE = 'R',   // remove what came since
  ORDER_ADOPT = 'A',     // to the init of a parked sandbox: `struct adoption`
};

// ORDER_ADOPT whole, with the trees that are there: what a parked sandbox becomes.
struct adoption {
  char order;
  uint32_t temporary_mib;
  uint64_t process_bytes;      // where no control group bounds the memory of all processes
  uint32_t environment_count;  // then a block as in sp_start
  uint32_t environment_size;
};

// The first byte of what the program of a parked sandbox gets from its init; the environment block follows.
enum { PROGRAM_GO = 'e' };

// Set-up socket, sandbox to spawner.
enum report_kind {
  REPORT_READY = 1,    // built; an environment's comes with REPORT_READY_DESCRIPTORS, a zygote's with its user namespace
  REPORT_FAILED = 2,   // `number` is errno, `step` says where
  REPORT_ENDED = 3,    // `number` is the wait status of the program
  REPORT_JOINABLE = 5,  // parked, forked: comes with its namespaces, as ZYGOTE_FORK takes them
  REPORT_PARKED = 6,    // it waits for ORDER_ADOPT, and its program, if it has one, for its environment
  REPORT_CLEANED = 4,  // an order was carried out; `number` is 1 if the sandbox is at its baseline
};

enum {
  REPORT_READY_DESCRIPTORS = 5,  // the runtime API's listener, /tmp and /dev/shm (O_PATH), its local one, the platform's
  REPORT_DESCRIPTORS = 7,        // the most that come with any
};

struct report {
  uint32_t kind;
  int32_t number;
  char step[48];
};

// How many come with REPORT_READY.
static inline unsigned report_ready_descriptors(enum sandbox_kind kind) {
  return kind == SANDBOX_ENVIRONMENT ? REPORT_READY_DESCRIPTORS : kind == SANDBOX_ZYGOTE ? 1 : 0;
}

// Runs the plan in the new process. `argument_memory` is the block that /proc shows as the command line.
_Noreturn void sandbox_child(const struct plan *plan, char *argument_memory);

#endif
