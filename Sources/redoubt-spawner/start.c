// SP_START: an environment for user code.
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spawner.h"

enum { MINIMUM_MIB = 64, MAXIMUM_MIB = 32768, MAXIMUM_PROCESSES = 1024 };

// Runs as: host root, in the spawner. Splits the block of the message into `environment`; false: out of form.
static bool read_environment(const struct received *message, const char **environment) {
  const struct sp_start *request = message->bytes;
  const char *block = (const char *)message->bytes + sizeof *request;
  size_t size = request->environment_size;
  if (size > SP_MAX_ENVIRONMENT || message->size != sizeof *request + size) return false;
  if (request->environment_count > SP_MAX_ENVIRONMENT_COUNT) return false;
  size_t offset = 0;
  for (uint32_t index = 0; index < request->environment_count; index++) {
    const char *end = memchr(block + offset, '\0', size - offset);
    const char *equals = end == NULL ? NULL : memchr(block + offset, '=', (size_t)(end - block) - offset);
    if (equals == NULL || equals == block + offset) return false;
    environment[index] = block + offset;
    offset = (size_t)(end - block) + 1;
  }
  environment[request->environment_count] = NULL;
  return offset == size;
}

// Runs as: host root, in the spawner. The field that is out of its range, or NULL.
static const char *out_of_range(const struct spawner *spawner, const struct sp_start *request) {
  if (request->runtime >= spawner->configuration.runtime_count) return "runtime";
  if (request->memory_mib < MINIMUM_MIB || request->memory_mib > MAXIMUM_MIB) return "memory_mib";
  if (request->ephemeral_mib < MINIMUM_MIB || request->ephemeral_mib > MAXIMUM_MIB) return "ephemeral_mib";
  return NULL;
}

// Runs as: host root, in the spawner.
static void plan_environment(const struct spawner *spawner, const struct sp_start *request, const struct tree *tree,
                             struct plan *plan) {
  const struct runtime *runtime = &spawner->configuration.runtimes[request->runtime];
  plan->temporary_mib = request->ephemeral_mib;
  plan->arguments = runtime->arguments;
  tree_path(spawner, tree, plan->code_path, sizeof plan->code_path);
  if (runtime->directory == NULL) return;
  snprintf(plan->runtime_path, sizeof plan->runtime_path, "/runtimes/%u", request->runtime);
}

// Runs as: host root, in the spawner.
static bool launch(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan) {
  int log[2];
  if (pipe2(log, O_CLOEXEC) != 0 || fcntl(log[0], F_SETFL, O_NONBLOCK) != 0) return sandbox_fail(sandbox, "log pipe");
  sandbox->output = log[0];
  plan->output = log[1];
  const struct cgroup_limits limits = {
      .memory_bytes = ((uint64_t)sandbox->memory_mib + plan->temporary_mib + KERNEL_MEMORY_MIB) << 20,
      .process_bytes = (uint64_t)sandbox->memory_mib << 20,
      .processes = MAXIMUM_PROCESSES,
      .memory_mib = sandbox->memory_mib,
  };
  bool is_launched = sandbox_launch(spawner, sandbox, plan, &limits);
  close(log[1]);
  return is_launched;
}

// Runs as: host root, in the spawner.
bool start_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_start *request = message->bytes;
  const char *environment[SP_MAX_ENVIRONMENT_COUNT + 1];
  if (message->size < sizeof *request || !layers_are_in_form(request)) return false;
  if (!read_environment(message, environment)) return false;
  uint64_t number = request->header.request;
  const char *field = out_of_range(spawner, request);
  if (field == NULL) field = layers_out_of_range(request);
  const struct tree *tree = tree_find(spawner, &request->tree);
  if (field != NULL) {
    answer_failed(spawner, number, SP_FAILURE_INVALID, 0, field);
    return true;
  }
  struct plan plan = {.kind = SANDBOX_ENVIRONMENT, .archive = -1, .program = -1};
  if (tree == NULL || tree->state != TREE_READY || !layers_plan(spawner, request, &plan)) {
    answer_failed(spawner, number, SP_FAILURE_UNKNOWN_TREE, 0, "not unpacked here");
    return true;
  }
  struct sandbox *sandbox = sandbox_take_slot(spawner, SANDBOX_ENVIRONMENT);
  if (sandbox == NULL) {
    answer_failed(spawner, number, SP_FAILURE_NO_SLOT, 0, "every slot is taken");
    return true;
  }
  sandbox->request = number;
  sandbox->memory_mib = request->memory_mib;
  sandbox->deadline = monotonic_milliseconds() + SET_UP_MILLISECONDS;
  plan.environment = (char *const *)environment;
  plan_environment(spawner, request, tree, &plan);
  if (launch(spawner, sandbox, &plan)) return true;
  answer_failed(spawner, number, SP_FAILURE_SYSTEM, sandbox->failure_error, sandbox->failure_step);
  sandbox_remove(spawner, sandbox);
  return true;
}
