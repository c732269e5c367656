// SP_UNPACK: a throwaway sandbox in which redoubt-unpack turns an archive into a tree.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawner.h"

static const uint64_t unpacker_memory = UINT64_C(256) << 20;
enum {
  UNPACKER_PROCESSES = 4,
  UNPACKER_MEMORY_MIB = 1769,  // one vCPU's share
  UNPACKER_TEMPORARY_MIB = 1,
};

// Runs as: host root, in the spawner. Sealed, so that its bytes cannot change between the check and the use.
static bool is_sealed_archive(int descriptor, uint64_t size) {
  const int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
  int seals = fcntl(descriptor, F_GET_SEALS);
  struct stat status;
  if (seals < 0 || (seals & needed) != needed || fstat(descriptor, &status) != 0) return false;
  return S_ISREG(status.st_mode) && (uint64_t)status.st_size == size;
}

// Runs as: host root, in the spawner.
static bool launch(struct spawner *spawner, struct sandbox *sandbox, int archive) {
  const struct tree *tree = sandbox->tree;
  char bytes[32], entries[32];
  snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)tree->maximum_bytes);
  snprintf(entries, sizeof entries, "%u", tree->maximum_entries);
  char *arguments[] = {"redoubt-unpack", bytes, entries, NULL};
  char *environment[] = {NULL};
  int output[2];
  if (pipe2(output, O_CLOEXEC | O_NONBLOCK) != 0) return sandbox_fail(sandbox, "report pipe");
  sandbox->output = output[0];
  struct plan plan = plan_of(SANDBOX_UNPACK);
  plan.trees[0] = tree_open_to_fill(spawner, tree);
  plan.temporary_mib = UNPACKER_TEMPORARY_MIB;
  plan.output = output[1];
  plan.archive = archive;
  plan.program = spawner->unpacker;
  plan.arguments = arguments;
  plan.environment = environment;
  const struct cgroup_limits limits = {
      .memory_bytes = unpacker_memory + tree->maximum_bytes,
      .process_bytes = unpacker_memory,
      .processes = UNPACKER_PROCESSES,
      .memory_mib = UNPACKER_MEMORY_MIB,
  };
  bool is_launched = plan.trees[0] < 0 ? sandbox_fail(sandbox, "tree: open")
                                       : sandbox_launch(spawner, sandbox, &plan, &limits);
  close_descriptors(plan.trees, PLACED_TREES);
  close(output[1]);
  return is_launched;
}

// Runs as: host root, in the spawner.
bool unpack_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_unpack *request = message->bytes;
  if (message->size != sizeof *request || request->reserved != 0) return false;
  if (!is_sealed_archive(message->descriptor, request->zip_size)) return false;
  uint64_t number = request->header.request;
  const char *field = request->zip_size == 0 ? "zip_size"
                                             : fill_out_of_range(request->maximum_bytes, request->maximum_entries);
  if (field != NULL) {
    answer_failed(spawner, number, SP_FAILURE_INVALID, 0, field);
    return true;
  }
  if (fill_join(spawner, &request->tree, number)) return true;
  struct sandbox *sandbox = fill_begin(spawner, SANDBOX_UNPACK, &request->tree, request->maximum_bytes,
                                       request->maximum_entries, number);
  if (sandbox != NULL && !launch(spawner, sandbox, message->descriptor)) fill_abandon(spawner, sandbox);
  return true;
}

// Runs as: host root, in the spawner. What the unpacker says is the word of whoever wrote the archive: it may be wrong
// about its own tree, but not beyond the limits that the kernel held it to.
bool unpack_read_numbers(struct tree *tree, const char *text) {
  unsigned long long bytes, entries;
  if (sscanf(text, "%20llu %20llu", &bytes, &entries) != 2) return false;
  if (bytes > tree->maximum_bytes || entries > tree->maximum_entries) return false;
  tree->bytes = bytes;
  tree->entries = (uint32_t)entries;
  return true;
}

// Runs as: host root, in the spawner.
enum sp_failure unpack_outcome(const struct sandbox *sandbox, char *text, size_t size) {
  int code = WIFEXITED(sandbox->wait_status) ? WEXITSTATUS(sandbox->wait_status) : -1;
  switch (code) {
    case SP_OK:
    case SP_FAILURE_SYSTEM:
    case SP_FAILURE_NOT_A_ZIP:
    case SP_FAILURE_UNSAFE_ENTRY:
    case SP_FAILURE_TOO_LARGE: break;
    default:
      snprintf(text, size, "unpacker ended with wait status %d", sandbox->wait_status);
      return SP_FAILURE_SYSTEM;
  }
  ssize_t count = read(sandbox->output, text, size - 1);
  text[count < 0 ? 0 : count] = '\0';
  return (enum sp_failure)code;
}
