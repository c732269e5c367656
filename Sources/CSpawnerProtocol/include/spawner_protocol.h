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
  SP_VERSION = 1,
  SP_MAX_MESSAGE = 32768,      // bytes, header included
  SP_MAX_ENVIRONMENT = 24576,  // bytes of the environment block of SP_START
  SP_MAX_ENVIRONMENT_COUNT = 512,
  SP_MAX_DETAIL = 256,         // bytes of a refusal's detail
  SP_DIGEST_SIZE = 32,
  SP_STARTED_DESCRIPTORS = 3,
};

enum sp_type {
  // Server to spawner.
  SP_UNPACK = 1,  // with one descriptor: a sealed memfd that holds the zip
  SP_START = 2,
  SP_SETTLE = 3,  // the init phase is over: the CPU quota applies from now on
  SP_KILL = 4,
  SP_FORGET = 5,  // drop the code tree once no environment needs it any more
  // Spawner to server.
  SP_UNPACKED = 65,
  SP_STARTED = 66,  // with SP_STARTED_DESCRIPTORS: runtime API listener, log pipe, memory peak file
  SP_FAILED = 67,
  SP_EXITED = 68,
};

// Why a request was not carried out.
enum sp_failure {
  SP_OK = 0,
  SP_FAILURE_INVALID = 1,        // a field is out of its range
  SP_FAILURE_UNKNOWN_TREE = 2,   // SP_START names code that was never unpacked here: unpack, then ask again
  SP_FAILURE_NO_SLOT = 3,        // every slot is taken
  SP_FAILURE_SYSTEM = 4,         // the kernel refused: `error_number` and `detail` say what and where
  SP_FAILURE_NOT_A_ZIP = 16,     // the archive cannot be read
  SP_FAILURE_UNSAFE_ENTRY = 17,  // a name or type that must not be unpacked; `detail` names it
  SP_FAILURE_TOO_LARGE = 18,     // more bytes or entries than allowed, counted as they come out
  SP_FAILURE_TIMEOUT = 19,       // unpacking took too long
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

struct sp_start {
  struct sp_header header;
  struct sp_tree tree;
  uint32_t runtime;             // index into the spawner's table of runtimes
  uint32_t memory_mib;          // 64...32768
  uint32_t ephemeral_mib;       // size of /tmp, 64...32768
  uint32_t environment_count;   // strings in the block
  uint32_t environment_size;    // bytes of the block that follows, at most SP_MAX_ENVIRONMENT
  uint32_t reserved;            // 0
  // then: environment_count strings "NAME=value", each ended by a NUL
};

// SP_SETTLE and SP_KILL. A generation that does not match is an environment that is gone: ignored, without an answer.
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
  uint64_t bytes;          // SP_UNPACKED: unpacked, all files together
  uint32_t entries;        // SP_UNPACKED
  uint32_t reserved;
  char detail[SP_MAX_DETAIL];  // ended by a NUL
};

struct sp_started {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
};

// The whole process tree of an environment is gone and its cgroup removed.
struct sp_exited {
  struct sp_header header;
  uint32_t slot;
  uint32_t generation;
  int32_t wait_status;   // of the runtime process, as wait(2) gives it
  uint32_t oom_kills;    // processes that the kernel killed for want of memory
  uint64_t memory_peak;  // bytes
};

#endif
