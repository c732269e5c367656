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

#include "privilege.h"
#include "spawner.h"

static const uint64_t maximum_tree_bytes = UINT64_C(16) << 30;
static const uint64_t unpacker_memory = UINT64_C(256) << 20;
enum {
  MAXIMUM_ENTRIES = 1000 * 1000,
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
static const char *out_of_range(const struct sp_unpack *request) {
  if (request->zip_size == 0) return "zip_size";
  if (request->maximum_bytes == 0 || request->maximum_bytes > maximum_tree_bytes) return "maximum_bytes";
  if (request->maximum_entries == 0 || request->maximum_entries > MAXIMUM_ENTRIES) return "maximum_entries";
  return NULL;
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
  struct plan plan = {
      .kind = SANDBOX_UNPACK,
      .root = -1,
      .trees = {tree_open_to_fill(spawner, tree), -1},
      .temporary_mib = UNPACKER_TEMPORARY_MIB,
      .output = output[1],
      .archive = archive,
      .program = spawner->unpacker,
      .program_socket = -1,
      .program_end = -1,
      .filter = -1,
      .zygote_namespace = -1,
      .arguments = arguments,
      .environment = environment,
  };
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
static void begin(struct spawner *spawner, const struct sp_unpack *request, int archive) {
  uint64_t number = request->header.request;
  struct sandbox *sandbox = sandbox_take_slot(spawner, SANDBOX_UNPACK);
  if (sandbox == NULL) {
    answer_failed(spawner, number, SP_FAILURE_NO_SLOT, 0, "too many archives are being unpacked");
    return;
  }
  uid_t owner = privilege_sandbox_id(spawner->configuration.uid_base, sandbox->slot);
  sandbox->tree = tree_create(spawner, request, owner);
  if (sandbox->tree == NULL) {
    answer_failed(spawner, number, SP_FAILURE_SYSTEM, errno, "tree");
    sandbox_free_slot(spawner, sandbox);
    return;
  }
  sandbox->deadline = monotonic_milliseconds() + UNPACK_MILLISECONDS;
  sandbox->tree->waiters[sandbox->tree->waiter_count++] = number;
  if (launch(spawner, sandbox, archive)) return;
  answer_failed(spawner, number, SP_FAILURE_SYSTEM, sandbox->failure_error, sandbox->failure_step);
  tree_drop(spawner, sandbox->tree);
  sandbox_remove(spawner, sandbox);
}

// Runs as: host root, in the spawner.
bool unpack_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_unpack *request = message->bytes;
  if (message->size != sizeof *request || request->reserved != 0) return false;
  if (!is_sealed_archive(message->descriptor, request->zip_size)) return false;
  uint64_t number = request->header.request;
  struct tree *tree = tree_find(spawner, &request->tree);
  const char *field = out_of_range(request);
  if (field != NULL) {
    answer_failed(spawner, number, SP_FAILURE_INVALID, 0, field);
  } else if (tree == NULL) {
    begin(spawner, request, message->descriptor);
  } else if (tree->state == TREE_READY) {
    answer_unpacked(spawner, number, tree);
  } else if (tree->waiter_count < MAXIMUM_WAITERS) {
    tree->waiters[tree->waiter_count++] = number;
  } else {
    answer_failed(spawner, number, SP_FAILURE_NO_SLOT, 0, "too many requests wait for this tree");
  }
  return true;
}

// Runs as: host root, in the spawner. What the unpacker says is the word of whoever wrote the archive: it may be wrong
// about its own tree, but not beyond the limits that the kernel held it to.
static bool read_numbers(struct tree *tree, const char *text) {
  unsigned long long bytes, entries;
  if (sscanf(text, "%20llu %20llu", &bytes, &entries) != 2) return false;
  if (bytes > tree->maximum_bytes || entries > tree->maximum_entries) return false;
  tree->bytes = bytes;
  tree->entries = (uint32_t)entries;
  return true;
}

// Runs as: host root, in the spawner.
static enum sp_failure outcome(const struct sandbox *sandbox, char *text, size_t size) {
  if (sandbox->has_timed_out) {
    snprintf(text, size, "unpacking took longer than %d s", UNPACK_MILLISECONDS / 1000);
    return SP_FAILURE_TIMEOUT;
  }
  if (sandbox->failure_step[0] != '\0') {
    snprintf(text, size, "%s", sandbox->failure_step);
    return SP_FAILURE_SYSTEM;
  }
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

// Runs as: host root, in the spawner.
void unpack_finish(struct spawner *spawner, struct sandbox *sandbox) {
  char text[SP_MAX_DETAIL];
  struct tree *tree = sandbox->tree;
  int error = sandbox->failure_error;
  enum sp_failure failure = outcome(sandbox, text, sizeof text);
  if (failure == SP_OK && !read_numbers(tree, text)) {
    failure = SP_FAILURE_SYSTEM;
    snprintf(text, sizeof text, "unpacker: report out of form");
  } else if (failure == SP_OK && tree_seal(spawner, tree) != 0) {
    failure = SP_FAILURE_SYSTEM;
    error = errno;
    snprintf(text, sizeof text, "tree: seal");
  }
  for (uint32_t index = 0; index < tree->waiter_count; index++) {
    if (failure == SP_OK) {
      answer_unpacked(spawner, tree->waiters[index], tree);
    } else {
      answer_failed(spawner, tree->waiters[index], failure, failure == SP_FAILURE_SYSTEM ? error : 0, text);
    }
  }
  if (failure != SP_OK || tree->is_forgotten) tree_drop(spawner, tree);
  sandbox->tree = NULL;
}
