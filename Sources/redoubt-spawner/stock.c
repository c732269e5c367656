// What is kept ready: sandboxes that were built, and whose runtime was started, before anybody asked for them.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "own_memory.h"
#include "spawner.h"

enum { MOST_ON_THE_WAY = 2 };

// What is started plainly after it has waited, for its clone: that finds nothing of memory of the spawner's own.
static _Alignas(struct sp_start) char started[SP_MAX_MESSAGE];
static size_t started_size;

// Runs as: host root, in the spawner.
static bool is_in_form(const struct received *message, const char **strings) {
  const struct sp_stock *request = message->bytes;
  if (message->size < sizeof *request || request->environment_size > SP_MAX_ENVIRONMENT) return false;
  if (message->size != sizeof *request + request->environment_size) return false;
  if (request->environment_count > SP_MAX_ENVIRONMENT_COUNT) return false;
  return environment_read((const char *)(request + 1), request->environment_size, request->environment_count, strings);
}

// Runs as: host root, in the spawner.
static bool is_in_range(const struct spawner *spawner, const struct sp_stock *request) {
  if (request->stock >= SP_MAX_STOCKS || request->target > SP_STOCK_PLACES) return false;
  if (request->runtime >= spawner->configuration.runtime_count) return false;
  if (request->kind != SP_STOCK_FORKED && request->account != 0) return false;
  return request->kind >= SP_STOCK_PREPARED && request->kind <= SP_STOCK_FORKED;
}

// Runs as: host root, in the spawner.
static bool is_as_before(const struct stock *stock, const struct sp_stock *request) {
  return stock->is_defined && stock->kind == request->kind && stock->account == request->account &&
         stock->runtime == request->runtime && stock->environment_size == request->environment_size &&
         memcmp(stock->block, request + 1, request->environment_size) == 0;
}

// Runs as: host root, in the spawner. The kernel's memory goes back when their processes have been collected; until then
// nobody may get one of them.
static void kill_parked(struct spawner *spawner, struct stock *stock, uint32_t count) {
  for (struct sandbox *sandbox = NULL; count > 0 && (sandbox = sandbox_next(spawner, sandbox)) != NULL;) {
    if (sandbox->stock != stock || sandbox->state != SANDBOX_PARKED) continue;
    sandbox->stock = NULL;
    sandbox_kill(sandbox);
    stock->parked--;
    count--;
  }
}

// Runs as: host root, in the spawner. False: there is no memory for it.
static bool define(struct stock *stock, const struct sp_stock *request) {
  char *block = malloc(request->environment_size + 1);
  if (block == NULL) return false;
  memcpy(block, request + 1, request->environment_size);
  free(stock->block);
  stock->block = block;
  stock->is_defined = true;
  stock->kind = (enum sp_stock_kind)request->kind;
  stock->account = request->account;
  stock->runtime = request->runtime;
  stock->memory_mib = PARKED_MEMORY_MIB;
  stock->ephemeral_mib = PARKED_TEMPORARY_MIB;
  stock->environment_count = request->environment_count;
  stock->environment_size = request->environment_size;
  stock->failures = 0;
  return true;
}

// Runs as: host root, in the spawner.
bool stock_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_stock *request = message->bytes;
  const char *strings[SP_MAX_ENVIRONMENT_COUNT + 1];
  if (!is_in_form(message, strings) || !is_in_range(spawner, request)) return false;
  if (request->kind == SP_STOCK_FORKED && spawner->zygote_library < 0) return false;
  struct stock *stock = &spawner->stocks[request->stock];
  bool is_same = is_as_before(stock, request);
  if (!is_same || request->target == 0) stock_abandon(spawner, stock);
  if (!is_same && !define(stock, request)) return true;
  stock->target = request->target;
  stock->refill_at = 0;
  if (stock->parked > stock->target) kill_parked(spawner, stock, stock->parked - stock->target);
  return true;
}

// Runs as: host root, in the spawner.
struct stock *stock_of(struct spawner *spawner, const struct sp_start *request) {
  struct stock *stock = request->stock == 0 ? NULL : &spawner->stocks[request->stock - 1];
  bool is_fit = stock != NULL && stock->is_defined && stock->runtime == request->runtime &&
                (stock->kind != SP_STOCK_FORKED || stock->account == request->tree.account);
  return is_fit ? stock : NULL;
}

// Runs as: host root, in the spawner.
struct sandbox *stock_take(struct spawner *spawner, struct stock *stock) {
  struct sandbox *found = stock->parked == 0 ? NULL : sandbox_next(spawner, NULL);
  while (found != NULL && (found->state != SANDBOX_PARKED || found->stock != stock)) found = sandbox_next(spawner, found);
  if (found == NULL) return NULL;
  stock->parked--;
  stock->failures = 0;
  // Once: a stock from which one is taken every few milliseconds is filled all the same.
  int64_t now = monotonic_milliseconds();
  if (stock->refill_at < now) stock->refill_at = now + REFILL_PAUSE_MILLISECONDS;
  return found;
}

// Runs as: host root, in the spawner. The next may well be for the same function.
void stock_expect(struct stock *stock, const struct sp_start *request) {
  stock->memory_mib = request->memory_mib;
  stock->ephemeral_mib = request->ephemeral_mib;
}

// Runs as: host root, in the spawner. What one process may use is known at the adoption only.
static bool launch(struct spawner *spawner, struct stock *stock, struct sandbox *sandbox, int program[2]) {
  const char *environment[SP_MAX_ENVIRONMENT_COUNT + 1];
  const struct runtime *runtime = &spawner->configuration.runtimes[stock->runtime];
  int log[2];
  if (pipe2(log, O_CLOEXEC) != 0 || fcntl(log[0], F_SETFL, O_NONBLOCK) != 0) return sandbox_fail(sandbox, "log pipe");
  sandbox->output = log[0];
  bool is_forked = stock->kind == SP_STOCK_FORKED;
  environment_read(stock->block, stock->environment_size, stock->environment_count, environment);
  struct plan plan = plan_of(SANDBOX_ENVIRONMENT);
  plan.parked_as = stock->kind;
  plan.temporary_mib = stock->ephemeral_mib;
  plan.output = log[1];
  plan.program_socket = program[0];
  plan.arguments = runtime->arguments;
  plan.environment = (char *const *)environment;
  if (is_forked) {
    plan.zygote_namespace = stock->zygote_namespace;
    plan.nested = privilege_nested_id(spawner->configuration.uid_base, sandbox->slot);
  } else {
    plan.program_end = program[1];
  }
  if (runtime->directory != NULL) snprintf(plan.runtime_path, sizeof plan.runtime_path, "/runtimes/%u", stock->runtime);
  struct cgroup_limits limits;
  start_limits(stock->memory_mib, stock->ephemeral_mib, &limits);
  limits.process_bytes = 0;
  if (limits.memory_mib < PARKED_MEMORY_MIB) limits.memory_mib = PARKED_MEMORY_MIB;  // to come about, no less than that
  bool is_launched = sandbox_launch(spawner, sandbox, &plan, &limits);
  // The zygote gets the write end together with the program's end.
  if (is_forked && is_launched) {
    sandbox->program_socket = program[1];
    sandbox->program_output = log[1];
    program[1] = -1;
  } else {
    close(log[1]);
  }
  return is_launched;
}

// Runs as: host root, in the spawner. Sandboxes, those that are ending included, that no SP_START has got: they leave each
// environment its slot.
static bool is_stock_full(const struct spawner *spawner) {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < spawner->environments_end; slot++)
    if (spawner->sandboxes[slot].state != SLOT_FREE && !spawner->sandboxes[slot].is_assigned) count++;
  return count >= SP_STOCK_PLACES;
}

// Runs as: host root, in the spawner. False: no sandbox is on the way.
static bool make_one(struct spawner *spawner, struct stock *stock) {
  if (stock->kind == SP_STOCK_FORKED && !stock->zygote_is_ready) return false;
  struct sandbox *sandbox = is_stock_full(spawner) ? NULL : sandbox_take_slot(spawner, SANDBOX_ENVIRONMENT);
  if (sandbox == NULL) return false;
  sandbox->stock = stock;
  sandbox->deadline = monotonic_milliseconds() + SET_UP_MILLISECONDS;
  int program[2] = {-1, -1};
  bool is_launched = false;
  if (stock->kind == SP_STOCK_PREPARED || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, program) == 0) {
    is_launched = launch(spawner, stock, sandbox, program);
  } else {
    sandbox_fail(sandbox, "program's socket");
  }
  close_descriptors(program, 2);
  if (is_launched) {
    stock->on_the_way++;
    return true;
  }
  fprintf(stderr, "redoubt-spawner: stock %u: %s: %s\n", (unsigned)(stock - spawner->stocks), sandbox->failure_step,
          strerror(sandbox->failure_error));
  sandbox->stock = NULL;
  sandbox_remove(spawner, sandbox);
  return false;
}

// Runs as: host root, in the spawner. A sandbox that was not made, or ended before somebody got it: more patience each time.
void stock_back_off(struct stock *stock) {
  int64_t pause = REFILL_PAUSE_MILLISECONDS;
  for (uint32_t failure = 0; failure < stock->failures && pause < MAXIMUM_REFILL_PAUSE; failure++) pause *= 2;
  if (pause > MAXIMUM_REFILL_PAUSE) pause = MAXIMUM_REFILL_PAUSE;
  stock->failures++;
  stock->refill_at = monotonic_milliseconds() + pause;
}

// Runs as: host root, in the spawner. False: nothing to do for the line, or it cannot be done now.
static bool refill_one(struct spawner *spawner, struct stock *stock) {
  if (stock->parked + stock->on_the_way >= stock->target || stock->on_the_way >= MOST_ON_THE_WAY) return false;
  if (stock->kind == SP_STOCK_FORKED && stock->zygote == NULL) {
    if (!zygote_launch(spawner, stock)) stock_back_off(stock);
    return false;
  }
  if (stock->kind == SP_STOCK_FORKED && !stock->zygote_is_ready) return false;
  if (make_one(spawner, stock)) return true;
  stock_back_off(stock);
  return false;
}

// Runs as: host root, in the spawner.
int64_t stock_refill(struct spawner *spawner, int64_t now) {
  int64_t next = INT64_MAX;
  for (uint32_t index = 0; index < SP_MAX_STOCKS; index++) {
    struct stock *stock = &spawner->stocks[index];
    if (!stock->is_defined || stock->target == 0) continue;
    if (stock->zygote != NULL && stock->zygote_ends_at <= now) stock_abandon(spawner, stock);
    while (stock->refill_at <= now && refill_one(spawner, stock)) {
    }
    bool is_short = stock->parked + stock->on_the_way < stock->target;
    if (is_short && stock->refill_at > now && stock->refill_at < next) next = stock->refill_at;
  }
  return next;
}

// Runs as: host root, in the spawner. Where starting plainly costs ten times as much.
bool stock_make_for(struct spawner *spawner, struct stock *stock, const struct received *message) {
  if (stock->kind != SP_STOCK_FORKED || stock->target == 0) return false;
  struct waiting_start *waiting = own_memory_take(sizeof *waiting + message->size);
  if (waiting == NULL) return false;
  if (!make_one(spawner, stock)) {
    own_memory_give_back(waiting, sizeof *waiting + message->size);
    return false;
  }
  waiting->next = NULL;
  waiting->size = message->size;
  memcpy(waiting->bytes, message->bytes, message->size);
  if (stock->first == NULL) stock->first = waiting;
  if (stock->last != NULL) stock->last->next = waiting;
  stock->last = waiting;
  spawner->waiting++;
  return true;
}

// Runs as: host root, in the spawner. The first that waits; the caller gives it back.
static struct waiting_start *take_waiting(struct spawner *spawner, struct stock *stock) {
  struct waiting_start *waiting = stock->first;
  if (waiting == NULL) return NULL;
  stock->first = waiting->next;
  if (stock->first == NULL) stock->last = NULL;
  spawner->waiting--;
  return waiting;
}

// Runs as: host root, in the spawner.
static void give_back(struct waiting_start *waiting) { own_memory_give_back(waiting, sizeof *waiting + waiting->size); }

// Runs as: host root, in the spawner; in the clone. A page that nothing was written to is not copied.
void stock_wipe(void) {
  explicit_bzero(started, started_size);
  started_size = 0;
}

// Runs as: host root, in the spawner. Takes `waiting`.
static void start_waiting(struct spawner *spawner, struct waiting_start *waiting) {
  started_size = waiting->size;
  memcpy(started, waiting->bytes, waiting->size);
  give_back(waiting);
  const struct received message = {.bytes = started, .size = started_size, .descriptor = -1};
  start_plainly(spawner, &message);
  stock_wipe();
}

// Runs as: host root, in the spawner. Whoever waits for one of the line is started plainly.
void stock_abandon(struct spawner *spawner, struct stock *stock) {
  for (struct sandbox *sandbox = NULL; (sandbox = sandbox_next(spawner, sandbox)) != NULL;) {
    if (sandbox->stock != stock || sandbox->kind == SANDBOX_ZYGOTE) continue;
    sandbox->stock = NULL;
    sandbox_kill(sandbox);
  }
  stock->parked = stock->on_the_way = 0;
  zygote_retire(stock);
  for (struct waiting_start *waiting; (waiting = take_waiting(spawner, stock)) != NULL;) start_waiting(spawner, waiting);
}

// Runs as: host root, in the spawner. The code may have been forgotten meanwhile: then `adopt` says so.
void stock_on_parked(struct spawner *spawner, struct sandbox *sandbox) {
  struct stock *stock = sandbox->stock;
  stock->on_the_way--;
  struct waiting_start *waiting = take_waiting(spawner, stock);
  if (waiting == NULL) {
    stock->parked++;
    return;
  }
  stock->failures = 0;
  adopt(spawner, sandbox, (const struct sp_start *)waiting->bytes);
  give_back(waiting);
}

// Runs as: host root, in the spawner. Whoever waits for one that did not come is started plainly.
void stock_on_end(struct spawner *spawner, struct sandbox *sandbox, bool was_parked) {
  struct stock *stock = sandbox->stock;
  sandbox->stock = NULL;
  if (sandbox->failure_step[0] != '\0')
    fprintf(stderr, "redoubt-spawner: stock %u: %s: %s\n", (unsigned)(stock - spawner->stocks), sandbox->failure_step,
            strerror(sandbox->failure_error));
  if (was_parked) {
    stock->parked--;
    if (stock->refill_at <= monotonic_milliseconds()) stock_back_off(stock);  // several at once are one failure
    return;
  }
  stock->on_the_way--;
  stock_back_off(stock);
  uint32_t left = 0;
  for (const struct waiting_start *waiting = stock->first; waiting != NULL; waiting = waiting->next) left++;
  if (left <= stock->on_the_way) return;
  start_waiting(spawner, take_waiting(spawner, stock));
}

// Runs as: host root, in the spawner.
void stock_stop(struct spawner *spawner) {
  for (uint32_t index = 0; index < SP_MAX_STOCKS; index++) {
    struct stock *stock = &spawner->stocks[index];
    stock->target = 0;
    for (struct waiting_start *waiting; (waiting = take_waiting(spawner, stock)) != NULL;) give_back(waiting);
  }
}
