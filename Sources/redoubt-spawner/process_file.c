#define _GNU_SOURCE 1
#include "process_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Runs as: host root, in the spawner; or not mapped yet, in the clone.
int process_file_write(pid_t process, const char *file, const char *text) {
  char path[64];
  if (process == 0) {
    snprintf(path, sizeof path, "/proc/self/%s", file);
  } else {
    snprintf(path, sizeof path, "/proc/%d/%s", process, file);
  }
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  ssize_t count = write(descriptor, text, strlen(text));
  int error = errno;
  close(descriptor);
  errno = error;
  return count < 0 ? -1 : 0;
}
