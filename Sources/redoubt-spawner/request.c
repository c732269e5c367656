#define _GNU_SOURCE 1
#include "spawner.h"

// Runs as: host root, in the spawner. NULL: that environment is gone.
static struct sandbox *find_environment(struct spawner *spawner, const struct sp_slot *message) {
  if (message->slot >= spawner->configuration.slots + SP_STOCK_PLACES) return NULL;
  struct sandbox *sandbox = &spawner->sandboxes[message->slot];
  bool lives = sandbox->state == SANDBOX_BUILDING || sandbox->state == SANDBOX_RUNNING;
  return lives && sandbox->stock == NULL && sandbox->generation == message->generation ? sandbox : NULL;
}

// Runs as: host root, in the spawner.
static bool settle_handle(struct spawner *spawner, const struct received *message) {
  if (message->size != sizeof(struct sp_slot)) return false;
  struct sandbox *sandbox = find_environment(spawner, message->bytes);
  // A quota that cannot be set would leave the environment without one: end it.
  if (sandbox != NULL && spawner->cgroups->settle(sandbox->group, sandbox->memory_mib) != 0) sandbox_kill(sandbox);
  return true;
}

// Runs as: host root, in the spawner.
static bool kill_handle(struct spawner *spawner, const struct received *message, bool is_let_go) {
  if (message->size != sizeof(struct sp_slot)) return false;
  struct sandbox *sandbox = find_environment(spawner, message->bytes);
  if (sandbox == NULL) return true;
  sandbox->is_let_go = is_let_go;
  sandbox_kill(sandbox);
  return true;
}

// Runs as: host root, in the spawner. An order on top of another, or one that cannot be given, leaves nobody knowing
// what state the environment is in: end it.
static bool clean_handle(struct spawner *spawner, const struct received *message, char order) {
  if (message->size != sizeof(struct sp_slot)) return false;
  const struct sp_slot *request = message->bytes;
  struct sandbox *sandbox = find_environment(spawner, request);
  if (sandbox == NULL) return true;
  if (sandbox->is_cleaning || sandbox->state != SANDBOX_RUNNING || !sandbox_order(sandbox, order)) {
    sandbox_kill(sandbox);
    return true;
  }
  sandbox->is_cleaning = true;
  sandbox->clean_request = request->header.request;
  return true;
}

// Runs as: host root, in the spawner.
static bool forget_handle(struct spawner *spawner, const struct received *message) {
  if (message->size != sizeof(struct sp_forget)) return false;
  const struct sp_forget *request = message->bytes;
  struct tree *tree = tree_find(spawner, &request->tree);
  if (tree == NULL) return true;
  if (tree->state == TREE_FILLING) {
    tree->is_forgotten = true;
  } else {
    tree_drop(spawner, tree);
  }
  return true;
}

// Runs as: host root, in the spawner.
bool request_handle(struct spawner *spawner, const struct received *message) {
  const struct sp_header *header = message->bytes;
  bool takes_descriptor = header->type == SP_UNPACK;
  if (takes_descriptor != (message->descriptor >= 0)) return false;
  switch (header->type) {
    case SP_UNPACK: return unpack_handle(spawner, message);
    case SP_COMPILE: return compile_handle(spawner, message);
    case SP_START: return start_handle(spawner, message);
    case SP_STOCK: return stock_handle(spawner, message);
    case SP_SETTLE: return settle_handle(spawner, message);
    case SP_KILL: return kill_handle(spawner, message, false);
    case SP_DISMISS: return kill_handle(spawner, message, true);
    case SP_FORGET: return forget_handle(spawner, message);
    case SP_BASELINE: return clean_handle(spawner, message, ORDER_BASELINE);
    case SP_RESTORE: return clean_handle(spawner, message, ORDER_RESTORE);
    default: return false;
  }
}
