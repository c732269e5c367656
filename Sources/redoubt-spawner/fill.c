// A tree that is filled: by an unpacker or by a runtime that compiles, in a throwaway sandbox either way.
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdio.h>

#include "privilege.h"
#include "spawner.h"

static const uint64_t maximum_tree_bytes = UINT64_C(16) << 30;
enum { MAXIMUM_ENTRIES = 1000 * 1000 };

// Runs as: host root, in the spawner.
const char *fill_out_of_range(uint64_t maximum_bytes, uint32_t maximum_entries) {
  if (maximum_bytes == 0 || maximum_bytes > maximum_tree_bytes) return "maximum_bytes";
  if (maximum_entries == 0 || maximum_entries > MAXIMUM_ENTRIES) return "maximum_entries";
  return NULL;
}

// Runs as: host root, in the spawner.
bool fill_join(struct spawner *spawner, const struct sp_tree *key, uint64_t request) {
  struct tree *tree = tree_find(spawner, key);
  if (tree == NULL) return false;
  if (tree->state == TREE_READY) {
    answer_unpacked(spawner, request, tree);
  } else if (tree->waiter_count < MAXIMUM_WAITERS) {
    tree->waiters[tree->waiter_count++] = request;
  } else {
    answer_failed(spawner, request, SP_FAILURE_NO_SLOT, 0, "too many requests wait for this tree");
  }
  return true;
}

// Runs as: host root, in the spawner.
struct sandbox *fill_begin(struct spawner *spawner, enum sandbox_kind kind, const struct sp_tree *key, uint64_t maximum_bytes,
                           uint32_t maximum_entries, uint64_t request) {
  struct sandbox *sandbox = sandbox_take_slot(spawner, kind);
  if (sandbox == NULL) {
    answer_failed(spawner, request, SP_FAILURE_NO_SLOT, 0, "too many trees are being filled");
    return NULL;
  }
  uid_t owner = privilege_sandbox_id(spawner->configuration.uid_base, sandbox->slot);
  sandbox->tree = tree_create(spawner, key, maximum_bytes, maximum_entries, owner);
  if (sandbox->tree == NULL) {
    answer_failed(spawner, request, SP_FAILURE_SYSTEM, errno, "tree");
    sandbox_free_slot(spawner, sandbox);
    return NULL;
  }
  sandbox->deadline = monotonic_milliseconds() + TREE_MILLISECONDS;
  sandbox->tree->waiters[sandbox->tree->waiter_count++] = request;
  return sandbox;
}

// Runs as: host root, in the spawner.
void fill_abandon(struct spawner *spawner, struct sandbox *sandbox) {
  answer_failed(spawner, sandbox->tree->waiters[0], SP_FAILURE_SYSTEM, sandbox->failure_error, sandbox->failure_step);
  tree_drop(spawner, sandbox->tree);
  sandbox_remove(spawner, sandbox);
}

// Runs as: host root, in the spawner. `text` is for whoever asked, or what an unpacker says of its tree.
static enum sp_failure outcome(const struct sandbox *sandbox, char *text, size_t size) {
  bool is_unpacker = sandbox->kind == SANDBOX_UNPACK;
  if (sandbox->has_timed_out) {
    snprintf(text, size, "%s took longer than %d s", is_unpacker ? "unpacking" : "compiling", TREE_MILLISECONDS / 1000);
    return SP_FAILURE_TIMEOUT;
  }
  if (sandbox->failure_step[0] != '\0') {
    snprintf(text, size, "%s", sandbox->failure_step);
    return SP_FAILURE_SYSTEM;
  }
  return is_unpacker ? unpack_outcome(sandbox, text, size) : compile_outcome(sandbox, text, size);
}

// Runs as: host root, in the spawner. NULL, or the step that failed.
static const char *complete(struct spawner *spawner, const struct sandbox *sandbox, const char *text) {
  struct tree *tree = sandbox->tree;
  errno = 0;
  if (sandbox->kind == SANDBOX_UNPACK && !unpack_read_numbers(tree, text)) return "unpacker: report out of form";
  if (sandbox->kind == SANDBOX_COMPILE && tree_measure(spawner, tree) != 0) return "tree: measure";
  return tree_seal(spawner, tree) == 0 ? NULL : "tree: seal";
}

// Runs as: host root, in the spawner.
void fill_finish(struct spawner *spawner, struct sandbox *sandbox) {
  char text[SP_MAX_DETAIL];
  struct tree *tree = sandbox->tree;
  int error = sandbox->failure_error;
  enum sp_failure failure = outcome(sandbox, text, sizeof text);
  const char *step = failure == SP_OK ? complete(spawner, sandbox, text) : NULL;
  if (step != NULL) {
    failure = SP_FAILURE_SYSTEM;
    error = errno;
    snprintf(text, sizeof text, "%s", step);
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
