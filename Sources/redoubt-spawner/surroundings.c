#include "surroundings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "network.h"
#include "root.h"

enum { MOST_LEFT = 16, LEFT_MILLISECONDS = 1000 };

// What sandboxes have left, the longest ago first.
static struct left {
  struct surroundings surroundings;
  int64_t since;
} left[MOST_LEFT];
static unsigned left_count;

// What was found to be no longer as new: in the helper nobody may unmount it.
static unsigned worn[MOST_LEFT];
static unsigned worn_count;

// Runs as: host root, in the spawner; or the zygote's overflow id with full capabilities in its user namespace, in the
// spawner's helper.
static struct surroundings remove_left(unsigned index) {
  struct surroundings removed = left[index].surroundings;
  memmove(left + index, left + index + 1, (--left_count - index) * sizeof *left);
  return removed;
}

// Runs as: host root, in the spawner; or the zygote's overflow id with full capabilities in its user namespace, in the
// spawner's helper.
static void close_files(const struct surroundings *surroundings) {
  close(surroundings->network);
  if (surroundings->root >= 0) close(surroundings->root);
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. Whose socket is
// still held is somebody's who has not heard of the end yet.
static bool enter_left(struct surroundings *surroundings) {
  for (unsigned index = 0; index < left_count;) {
    const struct surroundings *candidate = &left[index].surroundings;
    bool is_own = candidate->zygote == surroundings->zygote;
    enum network_use use = is_own ? network_enter(candidate->network) : NETWORK_HELD;
    if (use == NETWORK_HELD) {
      index++;
      continue;
    }
    struct surroundings removed = remove_left(index);
    if (use == NETWORK_UNUSED) {
      *surroundings = removed;
      surroundings->is_second = true;
      return true;
    }
    close_files(&removed);
    worn[worn_count++] = removed.kept;
  }
  return false;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
int surroundings_enter(struct surroundings *surroundings) {
  if (enter_left(surroundings)) return 0;
  surroundings->network = network_make();
  return surroundings->network < 0 ? -1 : 0;
}

// Runs as: host root, in the spawner.
static void drop_worn(void) {
  while (worn_count > 0) root_drop(worn[--worn_count]);
}

// Runs as: host root, in the spawner.
static void drop_first(void) {
  const struct surroundings removed = remove_left(0);
  close_files(&removed);
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
  drop_worn();
  if (left_count == MOST_LEFT) drop_first();
  struct left *new = &left[left_count++];
  *new = (struct left){.surroundings = *surroundings, .since = now};
  prepare_root(&new->surroundings);
}

// Runs as: host root, in the spawner. One at a time: the kernel is at work for each, and others wait meanwhile.
int64_t surroundings_drop(int64_t now) {
  drop_worn();
  if (left_count > 0 && left[0].since + LEFT_MILLISECONDS <= now) drop_first();
  return left_count > 0 ? left[0].since + LEFT_MILLISECONDS : INT64_MAX;
}
