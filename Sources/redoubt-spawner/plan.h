// What one sandbox is to be: decided by the spawner before the clone, read by the clone from its copy of the memory.
#ifndef REDOUBT_PLAN_H
#define REDOUBT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spawner_protocol.h"

enum sandbox_kind {
  SANDBOX_ENVIRONMENT,  // user code
  SANDBOX_UNPACK,       // redoubt-unpack, which reads bytes of a user
};

struct cgroup_limits;

struct plan {
  enum sandbox_kind kind;
  char code_path[32];            // in the spawner's private root
  char layer_paths[SP_MAX_LAYERS * 32];  // likewise, for /opt: topmost first, colons between; empty: none
  char runtime_path[32];         // likewise; empty: none
  char device_path[32];          // likewise
  uint32_t temporary_mib;        // size of /tmp
  int set_up_socket;             // the sandbox's end
  int output;                    // environment: the log pipe's write end; unpack: where the report goes
  int archive;                   // unpack: the sealed zip
  int program;                   // unpack: redoubt-unpack, opened before the spawner left the host's files
  char *const *arguments;        // of execve
  char *const *environment;
  const struct cgroup_limits *limits;  // that the program is to set itself; NULL: its control group has them
  char *configuration;           // the spawner's text, for init to wipe: `arguments` may point into it
  size_t configuration_size;
};

// Set-up socket, spawner to sandbox: one byte.
enum {
  GATE_BUILD = 'b',      // ids are mapped: build
  GATE_RUN = 'r',        // control groups apply, the spawner lives and has the listener: run what the plan names
  ORDER_BASELINE = 'B',  // to its init, once the program runs: note what is there
  ORDER_RESTORE = 'R',   // remove what came since
};

// Set-up socket, sandbox to spawner.
enum report_kind {
  REPORT_READY = 1,    // built; an environment's comes with REPORT_READY_DESCRIPTORS
  REPORT_FAILED = 2,   // `number` is errno, `step` says where
  REPORT_ENDED = 3,    // `number` is the wait status of the program
  REPORT_CLEANED = 4,  // an order was carried out; `number` is 1 if the sandbox is at its baseline
};

enum { REPORT_READY_DESCRIPTORS = 3 };  // the listening socket, /tmp and /dev/shm (O_PATH)

struct report {
  uint32_t kind;
  int32_t number;
  char step[48];
};

// Runs the plan in the new process. `argument_memory` is the block that /proc shows as the command line.
_Noreturn void sandbox_child(const struct plan *plan, char *argument_memory);

#endif
