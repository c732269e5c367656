// The layers of an environment: trees like its code, merged at /opt.
#define _GNU_SOURCE 1
#include <stdio.h>
#include <string.h>

#include "spawner.h"

// Runs as: host root, in the spawner.
bool layers_are_in_form(const struct sp_start *request) {
  static const struct sp_tree none;
  for (uint32_t index = request->layer_count; index < SP_MAX_LAYERS; index++)
    if (memcmp(&request->layers[index], &none, sizeof none) != 0) return false;
  return true;
}

// Runs as: host root, in the spawner. An overlay takes no directory twice.
const char *layers_out_of_range(const struct sp_start *request) {
  if (request->layer_count > SP_MAX_LAYERS) return "layer_count";
  for (uint32_t index = 0; index < request->layer_count; index++) {
    if (request->layers[index].account != request->tree.account) return "layer of another account";
    for (uint32_t other = 0; other < index; other++)
      if (tree_is_same(&request->layers[index], &request->layers[other])) return "layer named twice";
  }
  return NULL;
}

// Runs as: host root, in the spawner. The last layer comes first: an overlay takes its topmost directory so.
bool layers_paths(struct spawner *spawner, const struct sp_start *request, char paths[SP_MAX_LAYERS * 32]) {
  paths[0] = '\0';
  for (uint32_t index = request->layer_count; index-- > 0;) {
    const struct tree *tree = tree_find(spawner, &request->layers[index]);
    if (tree == NULL || tree->state != TREE_READY) return false;
    tree_add_path(spawner, tree, paths, SP_MAX_LAYERS * 32);
  }
  return true;
}
