// The protocol between the server and `redoubt-spawner`.
//
// One SOCK_SEQPACKET Unix socket, one message a packet, host byte order (both ends are on one machine). Every message
// starts with `sp_header`; descriptors travel beside a message as SCM_RIGHTS. The server names things by index and
// digest only: there is no field for a path, a uid or a mount flag. The spawner checks every field again, answers each
// request once, and treats anything out of form as the end of the connection.
#ifndef REDOUBT_SPAWNER_PROTOCOL_H
#define REDOUBT_SPAWNER_PROTOCOL_H

#include <stdint.h>

enum {
  SP_VERSION = 8,
  SP_MAX_MESSAGE = 32768,      // bytes, header included
  SP_MAX_ENVIRONMENT = 24576,  // bytes of the environment block of SP_START
  SP_MAX_ENVIRONMENT_COUNT = 512,
  SP_MAX_DETAIL = 256,         // bytes of a refusal's detail
  SP_DIGEST_SIZE = 32,
  SP_MAX_LAYERS = 5,
  SP_STARTED_DESCRIPTORS = 9,         // of a host that can freeze control groups
  SP_STARTED_DESCRIPTORS_GROUP = 8,   // of one that has them and cannot
  SP_STARTED_DESCRIPTORS_ALONE = 6,   // of one without
  SP_MAX_STOCKS = 32,          // lines of SP_STOCK
  SP_STOCK_PLACES = 256,       // sandboxes that are parked, all lines together
  SP_FILES_OF_A_SANDBOX = 12,  // descriptors that the spawner holds for each place
  SP_OWN_FILES = 112 + 2 * SP_MAX_STOCKS,  // with what sandboxes have left
  SP_UNPACK_PLACES = 8,  // archives that are unpacked and trees that are compiled at once; one more is SP_FAILURE_NO_SLOT
};

enum sp_type {
  // Server to spawner.
  SP_UNPACK = 1,  // with one descriptor: a sealed memfd that holds the zip
  SP_START = 2,
  SP_SETTLE = 3,  // the init phase is over: the CPU quota applies from now on
  SP_KILL = 4,
  SP_FORGET = 5,  // drop the code tree once no environment needs it any more
  SP_BASELINE = 6,  // what is there now is what SP_RESTORE goes back to; asked once, while the runtime waits in `next`
  SP_RESTORE = 7,   // remove what came since: processes, files in /tmp and /dev/shm; without SP_BASELINE all but the
                    // runtime itself
  SP_STOCK = 8,     // how many sandboxes are to be kept ready for SP_START; no answer
  SP_COMPILE = 9,   // have a runtime make a tree of what it would make of code in each environment anew
  SP_DISMISS = 10,  // SP_KILL of one whose control group's files, that which stops it included, are all closed; nothing is
                    // stopped in it. The group may become another's
  // Spawner to server.
  SP_UNPACKED = 65,  // answers SP_UNPACK and SP_COMPILE
  SP_STARTED = 66,  // with descriptors, see sp_started
  SP_FAILED = 67,
  SP_EXITED = 68,
  SP_CLEANED = 69,  // answers SP_BASELINE and SP_RESTORE
};

// Why a request was not carried out.
enum sp_failure {
  SP_OK = 0,
  SP_FAILURE_INVALID = 1,        // a field is out of its range
  SP_FAILURE_UNKNOWN_TREE = 2,   // the message names code or a layer that is not unpacked here: unpack, then ask again
  SP_FAILURE_NO_SLOT = 3,        // every slot is taken
  SP_FAILURE_SYSTEM = 4,         // the kernel refused: `error_number` and `detail` say what and where
  SP_FAILURE_NOT_A_ZIP = 16,     // the archive cannot be read
  SP_FAILURE_UNSAFE_ENTRY = 17,  // a name or type that must not be unpacked; `detail` names it
  SP_FAILURE_TOO_LARGE = 18,     // more bytes or entries than allowed, counted as they come out
  SP_FAILURE_TIMEOUT = 19,       // unpacking or compiling took too long
};

struct sp_header {
  uint16_t version;  // SP_VERSION
  uint16_t type;     // enum sp_type
  uint32_t size;     // of the whole message
  uint64_t request;  // chosen by the server, repeated in the answer; 0 in SP_EXITED
};

// A code tree belongs to one account: accounts that upload equal bytes do not share a superblock.
struct sp_tree {
  uint64_t account;  // the twelve digits as a number
  uint8_t digest[SP_DIGEST_SIZE];
};

struct sp_unpack {
  struct sp_header header;
  struct sp_tree tree;
  uint64_t zip_size;       // bytes in the memfd
  uint64_t maximum_bytes;  // unpacked, all files together
  uint32_t maximum_entries;
  uint32_t reserved;       // 0
};

// The runtime reads the code and runs none of it. It may leave out what it cannot compile; what it could not finish comes to
// nothing.
struct sp_compile {
  struct sp_header header;
  struct sp_tree tree;     // to be made; of the account of `code`
  struct sp_tree code;
  uint64_t maximum_bytes;  // of all files together
  uint32_t maximum_entries;
  uint32_t runtime;        // as in sp_start; not one that brings nothing but the code
};

// What a line of the stock keeps ready. All of it is made before anybody's code is there.
enum sp_stock_kind {
  SP_STOCK_PREPARED = 1,  // a sandbox in which nothing has been executed yet
  SP_STOCK_BOOTED = 2,    // and its runtime has been started, and waits for its environment
  SP_STOCK_FORKED = 3,    // likewise, as the child of a zygote that belongs to this line, and so to one account, alone
};

// Defines a line, or changes its target; what is parked stays as long as everything but the target stays the same.
struct sp_stock {
  struct sp_header header;
  uint64_t account;             // forked: whose environments its sandboxes may become, 0 being an account too; else 0
  uint32_t stock;               // 0...SP_MAX_STOCKS - 1
  uint32_t kind;                // enum sp_stock_kind
  uint32_t runtime;             // as in sp_start
  uint32_t target;              // at most SP_STOCK_PLACES; 0: let go of those that are there, and of the zygote
  uint32_t environment_count;   // of the runtime while it is parked; a block as in sp_start follows
  uint32_t environment_size;
};

struct sp_start {
  struct sp_header header;
  struct sp_tree tree;
  uint32_t runtime;             // index into the spawner's table of runtimes
  uint32_t memory_mib;          // 64...32768
  uint32_t ephemeral_mib;       // size of /tmp, 64...32768
  uint32_t environment_count;   // strings in the block
  uint32_t environment_size;    // bytes of the block that follows, at most SP_MAX_ENVIRONMENT
  uint32_t layer_count;         // at most SP_MAX_LAYERS
  uint32_t stock;               // 0: none; else one more than the line from which a sandbox may be taken. A line of
                                // another runtime or account is none
  uint32_t has_compiled;        // 1: `compiled` is a tree that was made of `tree`; else it is 0
  // Merged under `tree`, which hides what both have, if it is there; code is the same without it.
  struct sp_tree compiled;
  // Merged at /opt, a later one over an earlier one; each once, and of the account of `tree`. The rest is 0.
  struct sp_tree layers[SP_MAX_LAYERS];
  // then: environment_count strings "NAME=value", each ended by a NUL
};

// SP_SETTLE, SP_KILL, SP_DISMISS, SP_BASELINE and SP_RESTORE. A generation that does not match is an environment that is gone:
// ignored, without an answer. One SP_BASELINE or SP_RESTORE at a time.
struct sp_slot {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
};

struct sp_forget {
  struct sp_header header;
  struct sp_tree tree;
};

// SP_UNPACKED and SP_FAILED.
struct sp_result {
  struct sp_header header;
  uint32_t failure;        // enum sp_failure
  int32_t error_number;    // errno, or 0
  uint64_t bytes;          // SP_UNPACKED: of all files together; in whole pages, of what was compiled
  uint32_t entries;        // SP_UNPACKED
  uint32_t has_extensions; // SP_UNPACKED: 1 if something at its top is named `extensions`
  char detail[SP_MAX_DETAIL];  // ended by a NUL
};

// Beside it, in this order: the runtime API's listener, the log pipe, /tmp and /dev/shm of the sandbox (both O_PATH: for
// fstat and fstatfs only), the local listener for the same API, the listener for the platform's own APIs; where
// `has_group` is 1 the memory peak file and the directory of the control group that counts processes (`cgroup.procs` and
// `pids.current` are in it); and where `can_freeze` is 1 a file that stops every process of the environment once `1` is
// written to it, and lets them go on after a `0`. What is frozen is killed as ever; orders for its init wait.
struct sp_started {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
  uint32_t has_group;   // 0: this host gives no control groups
  uint32_t can_freeze;  // 0: none whose processes can be stopped and killed all the same
  uint32_t was_parked;  // 1: it was taken from the stock, or made for this request as one of the stock
  uint32_t reserved;    // 0
};

struct sp_cleaned {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
  uint32_t is_clean;  // 0: it cannot be brought back to its baseline, and must not be used again
  uint32_t reserved;
};

// The whole process tree of an environment is gone and its cgroup removed.
struct sp_exited {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
  int32_t wait_status;   // of the runtime process, as wait(2) gives it
  uint32_t oom_kills;    // processes that the kernel killed for want of memory
  uint64_t memory_peak;  // bytes; 0: not known
};

#endif
