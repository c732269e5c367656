// What the files of one file system were at the baseline.
#ifndef REDOUBT_HYGIENE_FILES_H
#define REDOUBT_HYGIENE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct noted_entry {
  ino_t directory;
  char *name;
  struct stat status;
};

struct noted_files {
  struct noted_entry *entries;  // sorted once they are complete
  size_t count, capacity;
};

// False: no memory, or more than can be kept.
bool noted_files_add(struct noted_files *files, ino_t directory, const char *name, const struct stat *status);
void noted_files_sort(struct noted_files *files);
const struct noted_entry *noted_files_find(const struct noted_files *files, ino_t directory, const char *name);
void noted_files_clear(struct noted_files *files);

// Whether a file that was there at the baseline has been left alone: what it is, its content, its names and its owner.
bool noted_entry_is_untouched(const struct noted_entry *entry, const struct stat *now);

#endif
