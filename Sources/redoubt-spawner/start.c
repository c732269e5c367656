// SP_START: an environment for user code.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spawner.h"

enum { MINIMUM_MIB = 64, MAXIMUM_MIB = 32768, MAXIMUM_PROCESSES = 1024 };

// Runs as: host root, in the spawner.
bool environment_read(const char *block, uint32_t size, uint32_t count, const char **strings) {
  size_t offset = 0;
  for (uint32_t index = 0; index < count; index++) {
    const char *end = memchr(block + offset, '\0', size - offset);
    const char *equals = end == NULL ? NULL : memchr(block + offset, '=', (size_t)(end - block) - offset);
    if (equals == NULL || equals == block + offset) return false;
    strings[index] = block + offset;
    offset = (size_t)(end - block) + 1;
  }
  strings[count] = NULL;
  return offset == size;
}

// Runs as: host root, in the spawner. Splits the block of the message into `environment`; false: out of form.
static bool read_environment(const void *bytes, size_t size, const char **environment) {
  const struct sp_start *request = bytes;
  if (request->environment_size > SP_MAX_ENVIRONMENT || size != sizeof *request + request->environment_size) return false;
  if (request->environment_count > SP_MAX_ENVIRONMENT_COUNT) return false;
  return environment_read((const char *)bytes + sizeof *request, request->environment_size,
                          request->environment_count, environment);
}

// Runs as: host root, in the spawner. The field that is out of its range, or NULL.
static const char *out_of_range(const struct spawner *spawner, const struct sp_start *request) {
  if (request->runtime >= spawner->configuration.runtime_count) return "runtime";
  if (request->memory_mib < MINIMUM_MIB || request->memory_mib > MAXIMUM_MIB) return "memory_mib";
  if (request->stock > SP_MAX_STOCKS) return "stock";
  if (request->ephemeral_mib < MINIMUM_MIB || request->ephemeral_mib > MAXIMUM_MIB) return "ephemeral_mib";
  if (!request->has_compiled) return NULL;
  return request->compiled.account == request->tree.account ? NULL : "compiled code of another account";
}

// Runs as: host root, in the spawner.
static void plan_environment(const struct spawner *spawner, const struct sp_start *request, struct plan *plan) {
  const struct runtime *runtime = &spawner->configuration.runtimes[request->runtime];
  plan->temporary_mib = request->ephemeral_mib;
  plan->arguments = runtime->arguments;
  if (runtime->directory == NULL) return;
  snprintf(plan->runtime_path, sizeof plan->runtime_path, "/runtimes/%u", request->runtime);
}

// Runs as: host root, in the spawner.
void start_limits(uint32_t memory_mib, uint32_t ephemeral_mib, struct cgroup_limits *limits) {
  *limits = (struct cgroup_limits){
      .memory_bytes = ((uint64_t)memory_mib + ephemeral_mib + KERNEL_MEMORY_MIB) << 20,
      .process_bytes = (uint64_t)memory_mib << 20,
      .processes = MAXIMUM_PROCESSES,
      .memory_mib = memory_mib,
  };
}

// Runs as: host root, in the spawner.
static bool launch(struct spawner *spawner, struct sandbox *sandbox, struct plan *plan,
                   const struct cgroup_limits *limits) {
  int log[2];
  if (pipe2(log, O_CLOEXEC) != 0 || fcntl(log[0], F_SETFL, O_NONBLOCK) != 0) return sandbox_fail(sandbox, "log pipe");
  sandbox->output = log[0];
  plan->output = log[1];
  bool is_launched = sandbox_launch(spawner, sandbox, plan, limits);
  close(log[1]);
  return is_launched;
}

// Runs as: host root, in the spawner. Every tree that the message names is there.
void start_plainly(struct spawner *spawner, const struct received *message) {
  const struct sp_start *request = message->bytes;
  const char *environment[SP_MAX_ENVIRONMENT_COUNT + 1];
  struct sandbox *sandbox = sandbox_take_slot(spawner, SANDBOX_ENVIRONMENT);
  if (sandbox == NULL) {
    answer_failed(spawner, request->header.request, SP_FAILURE_NO_SLOT, 0, "every slot is taken");
    return;
  }
  sandbox_assign(spawner, sandbox, request);
  sandbox->deadline = monotonic_milliseconds() + SET_UP_MILLISECONDS;
  struct plan plan = plan_of(SANDBOX_ENVIRONMENT);
  struct cgroup_limits limits;
  start_limits(request->memory_mib, request->ephemeral_mib, &limits);
  errno = EPROTO;
  bool is_whole = read_environment(message->bytes, message->size, environment) &&
                  tree_open_overlays(spawner, request, 0, plan.trees) > 0;
  if (is_whole) {
    plan.environment = (char *const *)environment;
    plan_environment(spawner, request, &plan);
  } else {
    sandbox_fail(sandbox, "code");
  }
  bool is_launched = is_whole && launch(spawner, sandbox, &plan, &limits);
  close_descriptors(plan.trees, PLACED_TREES);
  if (is_launched) return;
  answer_failed(spawner, request->header.request, SP_FAILURE_SYSTEM, sandbox->failure_error, sandbox->failure_step);
  sandbox_remove(spawner, sandbox);
}

// Runs as: host root, in the spawner. NULL, or why not. The trees that the request names, too.
static const char *refusal(struct spawner *spawner, const struct sp_start *request, enum sp_failure *failure) {
  *failure = SP_FAILURE_INVALID;
  const char *field = out_of_range(spawner, request);
  if (field == NULL) field = layers_out_of_range(request);
  if (field != NULL) return field;
  *failure = SP_FAILURE_UNKNOWN_TREE;
  const struct tree *tree = tree_find(spawner, &request->tree);
  char layers[SP_MAX_LAYERS * 32];
  if (tree == NULL || tree->state != TREE_READY || !layers_paths(spawner, request, layers)) return "not unpacked here";
  const struct tree *compiled = request->has_compiled ? tree_find(spawner, &request->compiled) : NULL;
  *failure = SP_FAILURE_INVALID;
  if (compiled != NULL && !tree_is_compiled_of(compiled, &request->tree)) return "compiled of other code";
  *failure = SP_FAILURE_NO_SLOT;
  return spawner->assigned + spawner->waiting >= spawner->configuration.slots ? "every slot is taken" : NULL;
}

// Runs as: host root, in the spawner.
static bool compiled_is_in_form(const struct sp_start *request) {
  static const struct sp_tree none;
  return request->has_compiled == 1 ||
         (request->has_compiled == 0 && memcmp(&request->compiled, &none, sizeof none) == 0);
}

// Runs as: host root, in the spawner.
bool start_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_start *request = message->bytes;
  const char *environment[SP_MAX_ENVIRONMENT_COUNT + 1];
  if (message->size < sizeof *request || !layers_are_in_form(request) || !compiled_is_in_form(request)) return false;
  if (!read_environment(message->bytes, message->size, environment)) return false;
  enum sp_failure failure;
  const char *why = refusal(spawner, request, &failure);
  if (why != NULL) {
    answer_failed(spawner, request->header.request, failure, 0, why);
    return true;
  }
  struct stock *stock = stock_of(spawner, request);
  if (stock != NULL) stock_expect(stock, request);
  struct sandbox *parked = stock == NULL ? NULL : stock_take(spawner, stock);
  if (parked != NULL) {
    adopt(spawner, parked, request);
  } else if (stock == NULL || !stock_make_for(spawner, stock, message)) {
    start_plainly(spawner, message);
  }
  return true;
}
