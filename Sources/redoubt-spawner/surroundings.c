#include "surroundings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipc.h"
#include "network.h"
#include "root.h"

enum { MOST_LEFT = 16, LEFT_MILLISECONDS = 1000 };

// What sandboxes have left, the longest ago first.
static struct left {
  struct surroundings surroundings;
  int64_t since;
  bool is_worn;  // no longer as new, which was found where nobody may unmount it
} left[MOST_LEFT];
static unsigned left_count;

// Runs as: host root, in the spawner; or the zygote's overflow id with full capabilities in its user namespace, in the
// spawner's helper.
static struct surroundings remove_left(unsigned index) {
  struct surroundings removed = left[index].surroundings;
  memmove(left + index, left + index + 1, (--left_count - index) * sizeof *left);
  return removed;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. Whose socket is
// still held is somebody's who has not heard of the end yet.
static bool enter_left(struct surroundings *surroundings) {
  for (unsigned index = 0; index < left_count; index++) {
    struct left *candidate = &left[index];
    if (candidate->is_worn || candidate->surroundings.zygote != surroundings->zygote) continue;
    enum network_use use = network_enter(candidate->surroundings.network);
    if (use == NETWORK_UNUSED && !ipc_enter(candidate->surroundings.ipc)) use = NETWORK_USED;
    if (use == NETWORK_UNUSED) {
      *surroundings = remove_left(index);
      surroundings->is_second = true;
      return true;
    }
    candidate->is_worn = use == NETWORK_USED;
  }
  return false;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
int surroundings_enter(struct surroundings *surroundings) {
  if (enter_left(surroundings)) return 0;
  surroundings->network = network_make();
  surroundings->ipc = surroundings->network < 0 ? -1 : ipc_make();
  return surroundings->ipc < 0 ? -1 : 0;
}

// Runs as: host root, in the spawner.
static void drop(unsigned index) {
  const struct surroundings removed = remove_left(index);
  close(removed.network);
  close(removed.ipc);
  if (removed.root >= 0) close(removed.root);
  root_drop(removed.kept);
}

// Runs as: host root, in the spawner. A second sandbox is a sign of a third, which then finds the files made.
static void prepare_root(struct surroundings *surroundings) {
  if (!surroundings->is_second) return;
  char runtime_path[32];
  snprintf(runtime_path, sizeof runtime_path, "/runtimes/%u", surroundings->runtime);
  if (surroundings->kept == 0) surroundings->kept = root_make(runtime_path);
  if (surroundings->kept != 0) surroundings->root = root_open(surroundings->kept);
}

// Runs as: host root, in the spawner.
void surroundings_leave(const struct surroundings *surroundings, int64_t now) {
  if (surroundings->network < 0) return;
  if (left_count == MOST_LEFT) drop(0);
  struct left *new = &left[left_count++];
  *new = (struct left){.surroundings = *surroundings, .since = now};
  prepare_root(&new->surroundings);
}

// Runs as: host root, in the spawner. Those that are as new one at a time: the kernel is at work for each, and others wait
// meanwhile.
int64_t surroundings_drop(int64_t now) {
  for (unsigned index = left_count; index-- > 0;)
    if (left[index].is_worn) drop(index);
  if (left_count > 0 && left[0].since + LEFT_MILLISECONDS <= now) drop(0);
  return left_count > 0 ? left[0].since + LEFT_MILLISECONDS : INT64_MAX;
}
