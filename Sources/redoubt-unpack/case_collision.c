#include "case_collision.h"

#include <stdlib.h>

// Runs as: sandbox uid, in the unpacker's sandbox. The slash is the lowest, so that all that is below one directory
// stands together when it is sorted.
static unsigned folded(char character) {
  if (character == '/') return 1;
  if (character == '\0') return 0;
  if (character >= 'A' && character <= 'Z') return (unsigned char)character - 'A' + 'a' + 1u;
  return (unsigned char)character + 1u;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static int by_folded_name(const void *one, const void *other) {
  const char *left = *(const char *const *)one, *right = *(const char *const *)other;
  while (*left != '\0' && folded(*left) == folded(*right)) left++, right++;
  return (folded(*left) > folded(*right)) - (folded(*left) < folded(*right));
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static bool ends_component(char character) { return character == '\0' || character == '/'; }

// Runs as: sandbox uid, in the unpacker's sandbox. True if a component that both have is written in two ways.
static bool differs_in_case_only(const char *left, const char *right) {
  bool is_same = true;
  for (; folded(*left) == folded(*right) && *left != '\0'; left++, right++) {
    if (*left == '/' && !is_same) return true;
    if (*left != *right) is_same = false;
  }
  return !is_same && ends_component(*left) && ends_component(*right);
}

// Runs as: sandbox uid, in the unpacker's sandbox. Names that share a folded path stand in one run; if each writes it as
// its neighbour does, all write it the same.
bool case_collision_find(const char **names, size_t count, const char **first, const char **second) {
  qsort(names, count, sizeof *names, by_folded_name);
  for (size_t index = 1; index < count; index++) {
    if (!differs_in_case_only(names[index - 1], names[index])) continue;
    *first = names[index - 1];
    *second = names[index];
    return true;
  }
  return false;
}
