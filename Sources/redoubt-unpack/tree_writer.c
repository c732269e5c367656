#define _GNU_SOURCE 1
#include "tree_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entry_name.h"
#include "outcome.h"

enum { WALK = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, MAXIMUM_DEPTH = 64 };

// Runs as: sandbox uid, in the unpacker's sandbox.
void tree_writer_open(struct tree_writer *writer, uint64_t maximum_bytes, uint64_t maximum_entries) {
  *writer = (struct tree_writer){.maximum_bytes = maximum_bytes, .maximum_entries = maximum_entries};
  writer->root = open(".", WALK);
  if (writer->root < 0) end_system(".");
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static void count_entry(struct tree_writer *writer, const char *name) {
  if (++writer->entries > writer->maximum_entries)
    end_refused(SP_FAILURE_TOO_LARGE, "`%.200s`: more than %llu entries", name,
                (unsigned long long)writer->maximum_entries);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static _Noreturn void end_conflict(const char *name) {
  end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: another entry is in the way", name);
}

// Runs as: sandbox uid, in the unpacker's sandbox. One component at a time, none of them a link.
static int step_into(struct tree_writer *writer, int directory, const char *component, const char *name) {
  int next = openat(directory, component, WALK);
  if (next < 0 && errno == ENOENT) {
    count_entry(writer, name);
    if (mkdirat(directory, component, 0755) != 0) end_system(name);
    next = openat(directory, component, WALK);
  }
  if (next < 0 && (errno == ENOTDIR || errno == ELOOP)) end_conflict(name);
  if (next < 0) end_system(name);
  if (directory != writer->root) close(directory);
  return next;
}

// Runs as: sandbox uid, in the unpacker's sandbox. The directory that is to hold `name`, whose last component is
// left in `last`, which has room for one. The caller closes it with `leave`.
static int enter_parent(struct tree_writer *writer, const char *name, char *last) {
  int directory = writer->root, depth = 0;
  for (const char *rest = name;;) {
    size_t length = strcspn(rest, "/");
    memcpy(last, rest, length);
    last[length] = '\0';
    rest += length;
    if (*rest == '/') rest++;
    if (*rest == '\0') return directory;
    if (++depth > MAXIMUM_DEPTH) end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: is too deep", name);
    directory = step_into(writer, directory, last, name);
  }
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static void leave(const struct tree_writer *writer, int directory) {
  if (directory != writer->root) close(directory);
}

// Runs as: sandbox uid, in the unpacker's sandbox. It may be there: earlier names may have implied it.
void tree_writer_add_directory(struct tree_writer *writer, const char *name) {
  char last[MAXIMUM_COMPONENT + 1];
  int directory = enter_parent(writer, name, last);
  leave(writer, step_into(writer, directory, last, name));
}

// Runs as: sandbox uid, in the unpacker's sandbox.
int tree_writer_add_file(struct tree_writer *writer, const char *name) {
  char last[MAXIMUM_COMPONENT + 1];
  count_entry(writer, name);
  int directory = enter_parent(writer, name, last);
  int file = openat(directory, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) end_conflict(name);
  if (file < 0) end_system(name);
  leave(writer, directory);
  return file;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void tree_writer_append(struct tree_writer *writer, int file, const char *name, const void *bytes, uint64_t count) {
  writer->bytes += count;
  if (writer->bytes > writer->maximum_bytes)
    end_refused(SP_FAILURE_TOO_LARGE, "`%.200s`: more than %llu bytes", name,
                (unsigned long long)writer->maximum_bytes);
  for (const char *rest = bytes; count > 0;) {
    ssize_t written = write(file, rest, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) end_system(name);
    rest += written;
    count -= (uint64_t)written;
  }
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void tree_writer_add_link(struct tree_writer *writer, const char *name, const char *target) {
  char last[MAXIMUM_COMPONENT + 1];
  count_entry(writer, name);
  int directory = enter_parent(writer, name, last);
  if (symlinkat(target, directory, last) != 0) {
    if (errno == EEXIST) end_conflict(name);
    end_system(name);
  }
  leave(writer, directory);
}

// Runs as: sandbox uid, in the unpacker's sandbox. The time is kept because compiled Python files refer to it.
void tree_writer_finish_file(int file, const char *name, unsigned mode, time_t modified) {
  const struct timespec times[2] = {{.tv_sec = modified}, {.tv_sec = modified}};
  if (fchmod(file, mode) != 0) end_system(name);
  if (modified > 0) futimens(file, times);
  if (close(file) != 0) end_system(name);
}
