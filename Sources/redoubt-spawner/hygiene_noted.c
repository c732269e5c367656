#define _GNU_SOURCE 1
#include <stdlib.h>
#include <string.h>

#include "hygiene_files.h"

enum { FIRST_CAPACITY = 64, MAXIMUM_ENTRIES = 16384 };

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool make_room(struct noted_files *files) {
  if (files->count < files->capacity) return true;
  if (files->count >= MAXIMUM_ENTRIES) return false;
  size_t capacity = files->capacity == 0 ? FIRST_CAPACITY : files->capacity * 2;
  struct noted_entry *larger = realloc(files->entries, capacity * sizeof *larger);
  if (larger == NULL) return false;
  files->entries = larger;
  files->capacity = capacity;
  return true;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool noted_files_add(struct noted_files *files, ino_t directory, const char *name, const struct stat *status) {
  if (!make_room(files)) return false;
  char *copy = strdup(name);
  if (copy == NULL) return false;
  files->entries[files->count++] = (struct noted_entry){.directory = directory, .name = copy, .status = *status};
  return true;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static int compare(const void *one, const void *other) {
  const struct noted_entry *first = one, *second = other;
  if (first->directory != second->directory) return first->directory < second->directory ? -1 : 1;
  return strcmp(first->name, second->name);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
void noted_files_sort(struct noted_files *files) {
  if (files->count > 0) qsort(files->entries, files->count, sizeof *files->entries, compare);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
const struct noted_entry *noted_files_find(const struct noted_files *files, ino_t directory, const char *name) {
  if (files->count == 0) return NULL;
  const struct noted_entry wanted = {.directory = directory, .name = (char *)name};
  return bsearch(&wanted, files->entries, files->count, sizeof *files->entries, compare);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
void noted_files_clear(struct noted_files *files) {
  for (size_t index = 0; index < files->count; index++) free(files->entries[index].name);
  free(files->entries);
  *files = (struct noted_files){0};
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. The time of change cannot be set back by anybody.
bool noted_entry_is_untouched(const struct noted_entry *entry, const struct stat *now) {
  const struct stat *then = &entry->status;
  return then->st_ino == now->st_ino && then->st_mode == now->st_mode && then->st_nlink == now->st_nlink &&
         then->st_size == now->st_size && then->st_blocks == now->st_blocks &&
         is_same_time(then->st_mtim, now->st_mtim) && is_same_time(then->st_ctim, now->st_ctim);
}
