#define _GNU_SOURCE 1
#include "cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

// Runs as: host root, in the spawner.
int cgroup_file_open(int directory, const char *group, const char *file, int flags) {
  char path[256];
  int length = snprintf(path, sizeof path, "%s/%s", group, file);
  if (length < 0 || (size_t)length >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return openat(directory, path, flags | O_CLOEXEC | O_NOFOLLOW);
}

// Runs as: host root, in the spawner.
int cgroup_file_write(int directory, const char *group, const char *file, const char *text) {
  int descriptor = cgroup_file_open(directory, group, file, O_WRONLY);
  if (descriptor < 0) return -1;
  ssize_t count = write(descriptor, text, strlen(text));
  int error = errno;
  close(descriptor);
  errno = error;
  return count < 0 ? -1 : 0;
}

// Runs as: host root, in the spawner.
int cgroup_file_write_number(int directory, const char *group, const char *file, uint64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, value);
  return cgroup_file_write(directory, group, file, text);
}

// Runs as: host root, in the spawner.
uint64_t cgroup_file_read_number(int directory, const char *group, const char *file, const char *key) {
  char text[4096];
  int descriptor = cgroup_file_open(directory, group, file, O_RDONLY);
  if (descriptor < 0) return 0;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return 0;
  text[count] = '\0';
  if (key == NULL) return strtoull(text, NULL, 10);
  size_t length = strlen(key);
  for (char *rest = text; rest != NULL;) {
    char *line = strsep(&rest, "\n");
    if (strncmp(line, key, length) == 0 && line[length] == ' ') return strtoull(line + length + 1, NULL, 10);
  }
  return 0;
}

// Runs as: host root, in the spawner.
int cgroup_file_read_pair(int directory, const char *group, const char *file, const char *const keys[2],
                          uint64_t values[2]) {
  char text[4096];
  int descriptor = cgroup_file_open(directory, group, file, O_RDONLY);
  if (descriptor < 0) return -1;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return -1;
  text[count] = '\0';
  unsigned found = 0;
  for (char *rest = text; rest != NULL;) {
    char *line = strsep(&rest, "\n");
    char *number = strchr(line, ' ');
    if (number == NULL) continue;
    *number++ = '\0';
    for (unsigned index = 0; index < 2; index++) {
      if (strcmp(line, keys[index]) != 0) continue;
      values[index] = strtoull(number, NULL, 10);
      found |= 1U << index;
    }
  }
  errno = ENODATA;
  return found == 3 ? 0 : -1;
}

// Runs as: host root, in the spawner.
int cgroup_directory_open(int directory, const char *group) {
  return openat(directory, group, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

struct membership {
  const char *tail;
  bool is_found;
};

// Runs as: host root, in the spawner. Line: `4:memory:/path`.
static void note_membership(char *line, void *context) {
  struct membership *membership = context;
  size_t length = strlen(line), tail = strlen(membership->tail);
  if (length >= tail && strcmp(line + length - tail, membership->tail) == 0) membership->is_found = true;
}

// Runs as: host root, in the spawner. The number may be another process's by now: what it stands for is held first,
// then looked at.
static void kill_member(pid_t process, const char *tail) {
  int descriptor = kernel_open_process(process);
  if (descriptor < 0) return;
  char path[64];
  struct membership membership = {.tail = tail};
  snprintf(path, sizeof path, "/proc/%d/cgroup", process);
  cgroup_each_line(path, note_membership, &membership);
  if (membership.is_found) kernel_signal_process(descriptor, SIGKILL);
  close(descriptor);
}

// Runs as: host root, in the spawner.
void cgroup_file_kill_listed(int directory, const char *group, const char *tail) {
  int descriptor = cgroup_file_open(directory, group, "cgroup.procs", O_RDONLY);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
  if (file == NULL) return;
  char line[32];
  while (fgets(line, sizeof line, file) != NULL) {
    long process = strtol(line, NULL, 10);
    if (process > 1 && process != getpid()) kill_member((pid_t)process, tail);
  }
  fclose(file);
}

// Runs as: host root, in the spawner.
void cgroup_each_line(const char *path, void (*use)(char *line, void *context), void *context) {
  FILE *file = fopen(path, "re");
  if (file == NULL) return;
  char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, file) > 0) {
    line[strcspn(line, "\n")] = '\0';
    use(line, context);
  }
  free(line);
  fclose(file);
}

// Runs as: host root, in the spawner.
bool cgroup_list_contains(const char *list, const char *word, const char *separators) {
  size_t length = strlen(word);
  for (const char *rest = list; *rest != '\0';) {
    rest += strspn(rest, separators);
    size_t span = strcspn(rest, separators);
    if (span == length && strncmp(rest, word, length) == 0) return true;
    rest += span;
  }
  return false;
}
