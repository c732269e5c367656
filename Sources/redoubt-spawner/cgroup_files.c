#define _GNU_SOURCE 1
#include "cgroup_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

enum { AWAIT_ATTEMPTS = 50, AWAIT_PAUSE_NANOSECONDS = 1000 * 1000 };

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
bool cgroup_file_read_text(int directory, const char *group, const char *file, char *text, size_t size) {
  int descriptor = cgroup_file_open(directory, group, file, O_RDONLY);
  if (descriptor < 0) return false;
  ssize_t count = read(descriptor, text, size - 1);
  close(descriptor);
  if (count <= 0) return false;
  text[count] = '\0';
  return true;
}

// Runs as: host root, in the spawner.
static bool has_line(int directory, const char *group, const char *file, const char *line) {
  char text[4096];
  if (!cgroup_file_read_text(directory, group, file, text, sizeof text)) return false;
  for (char *rest = text; rest != NULL;)
    if (strcmp(strsep(&rest, "\n"), line) == 0) return true;
  return false;
}

// Runs as: host root, in the spawner.
void cgroup_file_await(int directory, const char *group, const char *file, const char *line) {
  const struct timespec pause = {.tv_nsec = AWAIT_PAUSE_NANOSECONDS};
  for (int attempt = 0; attempt < AWAIT_ATTEMPTS && !has_line(directory, group, file, line); attempt++)
    nanosleep(&pause, NULL);
}

// Runs as: host root, in the spawner.
uint64_t cgroup_file_read_number(int directory, const char *group, const char *file, const char *key) {
  char text[4096];
  if (!cgroup_file_read_text(directory, group, file, text, sizeof text)) return 0;
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
  if (!cgroup_file_read_text(directory, group, file, text, sizeof text)) return -1;
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

// Runs as: host root, in the spawner.
void cgroup_each_child(int directory, const char *group, void (*use)(int parent, const char *name, void *context),
                       void *context) {
  int descriptor = openat(directory, group, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *entries = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (entries == NULL) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') use(dirfd(entries), entry->d_name, context);
  closedir(entries);
}

struct membership {
  const char *within;
  bool is_found;
};

// Runs as: host root, in the spawner. Line: `4:memory:/path`.
static void note_membership(char *line, void *context) {
  struct membership *membership = context;
  const char *found = strstr(line, membership->within);
  if (found == NULL) return;
  char next = found[strlen(membership->within)];
  if (next == '\0' || next == '/') membership->is_found = true;
}

// Runs as: host root, in the spawner. The number may be another process's by now: what it stands for is held first,
// then looked at.
static void kill_member(pid_t process, const char *within) {
  int descriptor = kernel_open_process(process);
  if (descriptor < 0) return;
  char path[64];
  struct membership membership = {.within = within};
  snprintf(path, sizeof path, "/proc/%d/cgroup", process);
  cgroup_each_line(path, note_membership, &membership);
  if (membership.is_found) kernel_signal_process(descriptor, SIGKILL);
  close(descriptor);
}

// Runs as: host root, in the spawner.
static void kill_child(int parent, const char *name, void *within) { cgroup_kill_listed(parent, name, within); }

// Runs as: host root, in the spawner.
void cgroup_kill_listed(int directory, const char *group, const char *within) {
  cgroup_each_child(directory, group, kill_child, (void *)within);
  int descriptor = cgroup_file_open(directory, group, "cgroup.procs", O_RDONLY);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
  if (file == NULL) return;
  char line[32];
  while (fgets(line, sizeof line, file) != NULL) {
    long process = strtol(line, NULL, 10);
    if (process > 1 && process != getpid()) kill_member((pid_t)process, within);
  }
  fclose(file);
}

// Runs as: host root, in the spawner. What is left is reported by the removal of the group around it.
static void remove_child(int parent, const char *name, void *unused) {
  (void)unused;
  cgroup_remove_tree(parent, name);
}

// Runs as: host root, in the spawner.
int cgroup_remove_tree(int directory, const char *group) {
  if (unlinkat(directory, group, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
  if (errno != EBUSY) return -1;
  cgroup_each_child(directory, group, remove_child, NULL);
  return unlinkat(directory, group, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
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
