// The world around the spawner in the fuzz target `spawner-protocol`: a kernel that makes no process and mounts nothing,
// and a server that keeps account of what it is owed. Both check what the spawner does with them.
#ifndef REDOUBT_FUZZ_SPAWNER_WORLD_H
#define REDOUBT_FUZZ_SPAWNER_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "spawner.h"

#define MUST(condition, text)                                             \
  do {                                                                    \
    if (!(condition)) {                                                   \
      (fprintf)(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, text); \
      abort();                                                            \
    }                                                                     \
  } while (0)

enum {
  ENVIRONMENT_SLOTS = 4,
  ENVIRONMENT_PLACES = ENVIRONMENT_SLOTS + SP_STOCK_PLACES,
  FIRST_UNPACKER = ENVIRONMENT_PLACES + SP_MAX_STOCKS,
  ALL_SLOTS = FIRST_UNPACKER + SP_UNPACK_PLACES,
};

// spawner_kernel.c

// A process that the spawner has cloned and not yet waited for.
struct child {
  bool is_there, has_ended;
  int process;  // the spawner's pidfd: an eventfd that becomes readable at the end
  int control;  // our end of the set-up socket
  int output;   // our end of the log or report pipe
  int zygote;   // a zygote's end of its socket to the spawner; -1: it is none
  int code, status;
};

struct kernel {
  struct child children[ALL_SLOTS];
  int pending_control, pending_output;  // of a clone that is to come
  int pending_zygote;                   // likewise, should it be a zygote
  int64_t now;                          // milliseconds
  unsigned calls_until_fault;           // 0: none
  int fault;                            // errno
  unsigned checks;
  unsigned busy;                        // times that a control group is still held
  bool is_old;                          // a kernel that knows no `noswap`
  bool is_stopping;                     // the spawner does not listen to the server any more
  bool keeps_nothing;                   // the server has said that it wants no stock
  uint64_t use;                         // of memory, whoever is asked about
  struct cgroup_memory memory;
};

extern struct kernel kernel;

void kernel_reset(void);
// NULL: none lives.
struct child *kernel_child(unsigned number);
void child_end(struct child *child, int code, int status);
// Checks what must hold between two events.
void kernel_check(const struct spawner *spawner);
void kernel_check_end(const struct spawner *spawner);

// spawner_server.c

void server_open(struct spawner *spawner);
void server_close(void);
// Says of every line of the stock that it is to be empty. False: there was no room.
bool server_end_stock(void);
// Notes what an answer is owed for, and sends. False: there was no room.
bool server_send(const void *packet, size_t size, const int *descriptors, unsigned count);
// Reads up to `maximum` answers and checks each; returns how many there were.
unsigned server_read(unsigned maximum);
bool server_is_open(void);
// The generation that was last started in a slot.
uint32_t server_generation(uint32_t slot);
// All is answered, and all that was started has been reported as ended.
void server_check_quiet(void);

// spawner_protocol.c: what happens next, by the input. False: the input is used up.
bool input_act(bool *passes_time);

#endif
