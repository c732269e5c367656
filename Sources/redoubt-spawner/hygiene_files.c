// Files that were there at the baseline stay, all others go. A directory that is to go is emptied by moving its
// directories up to the top, where they are met again: no depth and no number of descriptors that an invocation can run
// this out of.
#define _GNU_SOURCE 1
#include "hygiene_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "hygiene.h"

enum { MAXIMUM_DEPTH = 32, OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static struct place {
  const char *path;
  int top;
  struct stat root;
  struct statfs use;
  struct noted_files noted;
  size_t seen;         // of `noted`, in this restoration
  unsigned discarded;  // in this pass
  int64_t deadline;
} places[] = {{.path = "/tmp"}, {.path = "/dev/shm"}};
enum { PLACES = sizeof places / sizeof places[0] };

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
int files_open(void) {
  for (unsigned index = 0; index < PLACES; index++) {
    places[index].top = open(places[index].path, OPEN_DIRECTORY);
    if (places[index].top < 0) return -1;
  }
  return 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. The next entry but the two dots; NULL: none is left.
static struct dirent *next_entry(DIR *directory) {
  struct dirent *entry;
  do entry = readdir(directory);
  while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
  return entry;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. A stream of its own: `directory` stays open.
static DIR *list(int directory) {
  int own = openat(directory, ".", OPEN_DIRECTORY);
  DIR *stream = own < 0 ? NULL : fdopendir(own);
  if (stream == NULL && own >= 0) close(own);
  return stream;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool note_directory(struct place *place, int directory, ino_t inode, int depth) {
  DIR *stream = depth > MAXIMUM_DEPTH ? NULL : list(directory);
  bool is_noted = stream != NULL;
  struct dirent *entry;
  while (is_noted && (entry = next_entry(stream)) != NULL) {
    struct stat status;
    is_noted = fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               noted_files_add(&place->noted, inode, entry->d_name, &status);
    if (!is_noted || !S_ISDIR(status.st_mode)) continue;
    int inner = openat(directory, entry->d_name, OPEN_DIRECTORY);
    is_noted = inner >= 0 && note_directory(place, inner, status.st_ino, depth + 1);
    if (inner >= 0) close(inner);
  }
  if (stream != NULL) closedir(stream);
  return is_noted;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool files_note_baseline(void) {
  for (unsigned index = 0; index < PLACES; index++) {
    struct place *place = &places[index];
    noted_files_clear(&place->noted);
    if (fstat(place->top, &place->root) != 0 || fstatfs(place->top, &place->use) != 0) return false;
    if (!note_directory(place, place->top, place->root.st_ino, 0)) return false;
    noted_files_sort(&place->noted);
  }
  return true;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. Under a name that nothing has.
static bool move_up(struct place *place, int directory, const char *name) {
  static unsigned number;
  char unused[32];
  for (int attempt = 0; attempt < 100; attempt++) {
    snprintf(unused, sizeof unused, ".discarded-%u", number++);
    if (renameat2(directory, name, place->top, unused, RENAME_NOREPLACE) == 0) return true;
    if (errno != EEXIST) return false;
  }
  return false;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. True if it is no directory, or an empty one.
static bool unlink_simple(int directory, const char *name) {
  if (unlinkat(directory, name, 0) == 0) return true;
  return errno == EISDIR && unlinkat(directory, name, AT_REMOVEDIR) == 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. Its files go, its directories move up.
static bool empty_directory(struct place *place, int parent, const char *name) {
  // The mode may forbid everything; whose directory it is, nothing can.
  if (fchmodat(parent, name, 0700, 0) != 0) return false;
  int directory = openat(parent, name, OPEN_DIRECTORY);
  DIR *stream = directory < 0 ? NULL : list(directory);
  bool is_empty = stream != NULL;
  struct dirent *entry;
  while (is_empty && (entry = next_entry(stream)) != NULL) {
    if (unlink_simple(directory, entry->d_name)) continue;
    is_empty = fchmodat(directory, entry->d_name, 0700, 0) == 0 && move_up(place, directory, entry->d_name) &&
               hygiene_now() < place->deadline;
  }
  if (stream != NULL) closedir(stream);
  if (directory >= 0) close(directory);
  return is_empty;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool discard(struct place *place, int directory, const char *name) {
  place->discarded++;
  if (unlink_simple(directory, name)) return true;
  return empty_directory(place, directory, name) && unlinkat(directory, name, AT_REMOVEDIR) == 0;
}

static bool restore_directory(struct place *place, int directory, ino_t inode, int depth);

// Runs as: sandbox uid without capabilities, in the sandbox's init. Its own mode and times can be set again.
static bool restore_inner(struct place *place, int parent, const struct noted_entry *entry, int depth) {
  const struct timespec times[2] = {entry->status.st_atim, entry->status.st_mtim};
  if (fchmodat(parent, entry->name, entry->status.st_mode & 07777, 0) != 0) return false;
  int directory = openat(parent, entry->name, OPEN_DIRECTORY);
  if (directory < 0) return false;
  bool is_restored =
      restore_directory(place, directory, entry->status.st_ino, depth + 1) && futimens(directory, times) == 0;
  close(directory);
  return is_restored;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool restore_entry(struct place *place, int directory, const struct noted_entry *entry, int depth) {
  struct stat now;
  if (fstatat(directory, entry->name, &now, AT_SYMLINK_NOFOLLOW) != 0) return false;
  place->seen++;
  if (!S_ISDIR(entry->status.st_mode)) return noted_entry_is_untouched(entry, &now);
  if (!S_ISDIR(now.st_mode) || now.st_ino != entry->status.st_ino) return false;
  return restore_inner(place, directory, entry, depth);
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
static bool restore_directory(struct place *place, int directory, ino_t inode, int depth) {
  DIR *stream = list(directory);
  bool is_restored = stream != NULL;
  struct dirent *entry;
  while (is_restored && (entry = next_entry(stream)) != NULL) {
    const struct noted_entry *noted = noted_files_find(&place->noted, inode, entry->d_name);
    is_restored = noted == NULL ? discard(place, directory, entry->d_name) : restore_entry(place, directory, noted, depth);
    if (hygiene_now() >= place->deadline) is_restored = false;
  }
  if (stream != NULL) closedir(stream);
  return is_restored;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. What is still counted when nothing is left to see is
// a file without a name that a process of the baseline holds.
static bool is_at_baseline(const struct place *place) {
  struct statfs use;
  return place->seen == place->noted.count && fstatfs(place->top, &use) == 0 && use.f_ffree == place->use.f_ffree &&
         use.f_bfree == place->use.f_bfree;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init. Again until a pass finds nothing to remove.
static bool restore_place(struct place *place) {
  const struct timespec times[2] = {place->root.st_atim, place->root.st_mtim};
  if (fchmod(place->top, place->root.st_mode & 07777) != 0) return false;
  do {
    place->discarded = 0;
    place->seen = 0;
    if (!restore_directory(place, place->top, place->root.st_ino, 0)) return false;
  } while (place->discarded > 0);
  return is_at_baseline(place) && futimens(place->top, times) == 0;
}

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool files_restore(int64_t deadline) {
  for (unsigned index = 0; index < PLACES; index++) {
    places[index].deadline = deadline;
    if (!restore_place(&places[index])) return false;
  }
  return true;
}
