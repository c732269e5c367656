// Copies of the host's files, so that a sandbox shares no inode with it and nothing changes half-way under a function.
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_view.h"
#include "refusal.h"

enum { MAXIMUM_DEPTH = 8, MAXIMUM_PATH = 512 };

// Runs as: host root, in the spawner.
static void copy_content(int source, int target, const char *path) {
  for (;;) {
    ssize_t count = sendfile(target, source, NULL, 1 << 20);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_system("template file `%s`", path);
    if (count == 0) return;
  }
}

// Runs as: host root, in the spawner. What is no plain file, or not for everybody to read, is not copied.
void template_copy_file(const char *root, const char *path) {
  int source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (source < 0) return;
  if (fstat(source, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0) {
    make_file(root, path, "", 0644);
    char whole[MAXIMUM_PATH];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    int target = open(whole, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (target < 0) refuse_system("template file `%s`", path);
    copy_content(source, target, path);
    close(target);
  }
  close(source);
}

// Runs as: host root, in the spawner.
static void copy_link(const char *root, const char *path) {
  char target[MAXIMUM_PATH];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0 || (size_t)length == sizeof target - 1) return;
  target[length] = '\0';
  make_link(root, path, target);
}

static void copy_directory(const char *root, const char *path, const char *left_out, int depth);

// Runs as: host root, in the spawner.
static void copy_entry(const char *root, const char *path, const char *left_out, int depth) {
  struct stat status;
  if (lstat(path, &status) != 0) return;
  if (S_ISLNK(status.st_mode)) {
    copy_link(root, path);
  } else if (S_ISDIR(status.st_mode)) {
    copy_directory(root, path, left_out, depth + 1);
  } else {
    template_copy_file(root, path);
  }
}

// Runs as: host root, in the spawner.
static void copy_directory(const char *root, const char *path, const char *left_out, int depth) {
  struct stat status;
  DIR *directory = depth > MAXIMUM_DEPTH ? NULL : opendir(path);
  if (directory == NULL) return;
  if (fstat(dirfd(directory), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    make_directory(root, path, 0755);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
      char inner[MAXIMUM_PATH];
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (strcmp(entry->d_name, left_out) == 0) continue;
      int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
      if (length < MAXIMUM_PATH - 64) copy_entry(root, inner, left_out, depth);
    }
  }
  closedir(directory);
}

// Runs as: host root, in the spawner. A directory that is not there, or is a link, is left out.
void template_copy_directory(const char *root, const char *path, const char *left_out) {
  struct stat status;
  if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) copy_directory(root, path, left_out, 0);
}
