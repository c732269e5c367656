// SP_COMPILE: a throwaway sandbox in which a runtime turns code into what it would else make of it in each environment.
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "spawner.h"

static const uint64_t compiler_memory = UINT64_C(512) << 20;
enum {
  COMPILER_PROCESSES = 4,
  COMPILER_MEMORY_MIB = 128,  // a small share: nobody waits for it
  COMPILER_TEMPORARY_MIB = 1,
};

// Runs as: host root, in the spawner.
static bool launch(struct spawner *spawner, struct sandbox *sandbox, uint32_t runtime, const struct tree *code) {
  char *environment[] = {"_REDOUBT_COMPILE=/out", NULL};
  struct plan plan = plan_of(SANDBOX_COMPILE);
  plan.trees[0] = tree_open_to_read(spawner, code);
  plan.trees[1] = tree_open_to_fill(spawner, sandbox->tree);
  plan.temporary_mib = COMPILER_TEMPORARY_MIB;
  plan.arguments = spawner->configuration.runtimes[runtime].arguments;
  plan.environment = environment;
  snprintf(plan.runtime_path, sizeof plan.runtime_path, "/runtimes/%u", runtime);
  const struct cgroup_limits limits = {
      .memory_bytes = compiler_memory + sandbox->tree->maximum_bytes,
      .process_bytes = compiler_memory,
      .processes = COMPILER_PROCESSES,
      .memory_mib = COMPILER_MEMORY_MIB,
  };
  bool is_launched = plan.trees[0] < 0 || plan.trees[1] < 0 ? sandbox_fail(sandbox, "tree: open")
                                                            : sandbox_launch(spawner, sandbox, &plan, &limits);
  close_descriptors(plan.trees, PLACED_TREES);
  return is_launched;
}

// Runs as: host root, in the spawner.
static const char *out_of_range(const struct spawner *spawner, const struct sp_compile *request) {
  const struct configuration *configuration = &spawner->configuration;
  bool has_compiler = request->runtime < configuration->runtime_count &&
                      configuration->runtimes[request->runtime].directory != NULL;
  if (!has_compiler) return "runtime";
  if (request->tree.account != request->code.account) return "code of another account";
  if (tree_is_same(&request->tree, &request->code)) return "tree is the code";
  return fill_out_of_range(request->maximum_bytes, request->maximum_entries);
}

// Runs as: host root, in the spawner.
static void begin(struct spawner *spawner, const struct sp_compile *request, const struct tree *code) {
  struct sandbox *sandbox = fill_begin(spawner, SANDBOX_COMPILE, &request->tree, request->maximum_bytes,
                                       request->maximum_entries, request->header.request);
  if (sandbox == NULL) return;
  sandbox->tree->is_compiled = true;
  sandbox->tree->code = request->code;
  if (!launch(spawner, sandbox, request->runtime, code)) fill_abandon(spawner, sandbox);
}

// Runs as: host root, in the spawner.
bool compile_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_compile *request = message->bytes;
  if (message->size != sizeof *request) return false;
  uint64_t number = request->header.request;
  const char *field = out_of_range(spawner, request);
  const struct tree *code = tree_find(spawner, &request->code), *known = tree_find(spawner, &request->tree);
  if (field == NULL && known != NULL && !tree_is_compiled_of(known, &request->code)) field = "tree is another";
  if (field != NULL) {
    answer_failed(spawner, number, SP_FAILURE_INVALID, 0, field);
  } else if (code == NULL || code->state != TREE_READY) {
    answer_failed(spawner, number, SP_FAILURE_UNKNOWN_TREE, 0, "not unpacked here");
  } else if (!fill_join(spawner, &request->tree, number)) {
    begin(spawner, request, code);
  }
  return true;
}

// Runs as: host root, in the spawner.
enum sp_failure compile_outcome(const struct sandbox *sandbox, char *text, size_t size) {
  if (sandbox->wait_status == 0) return SP_OK;
  snprintf(text, size, "compiler ended with wait status %d", sandbox->wait_status);
  return SP_FAILURE_SYSTEM;
}
