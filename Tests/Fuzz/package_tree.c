#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "package_world.h"

enum { MAXIMUM_LINKS = 40 };

static int tree;

// Follows a path as the kernel would, link by link, and looks at each step whether it would leave the tree. `folder` is
// where it begins, as a path below the tree.
static void check_path(const char *folder, const char *path, int links) {
  char place[PATH_MAX], rest[2 * PATH_MAX], target[PATH_MAX];
  snprintf(place, sizeof place, "%s", folder);
  snprintf(rest, sizeof rest, "%s", path);
  if (links == 0) return;  // the kernel gives up, too
  MUST(rest[0] != '/', "a link to an absolute path");
  for (char *next = rest; next != NULL;) {
    char *part = strsep(&next, "/");
    size_t length = strlen(place);
    if (part[0] == '\0' || strcmp(part, ".") == 0) continue;
    if (strcmp(part, "..") == 0) {
      MUST(length > 0, "a link that leads out of the tree");
      char *slash = strrchr(place, '/');
      *(slash == NULL ? place : slash) = '\0';
      continue;
    }
    if (length + strlen(part) + 2 > sizeof place) return;
    snprintf(place + length, sizeof place - length, "%s%s", length > 0 ? "/" : "", part);
    struct stat status;
    if (fstatat(tree, place, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // leads nowhere
    if (!S_ISLNK(status.st_mode)) continue;
    ssize_t size = readlinkat(tree, place, target, sizeof target - 1);
    MUST(size > 0, "a link that cannot be read");
    target[size] = '\0';
    place[length] = '\0';
    if (next != NULL) {
      strncat(target, "/", sizeof target - strlen(target) - 1);
      strncat(target, next, sizeof target - strlen(target) - 1);
    }
    check_path(place, target, links - 1);
    return;
  }
}

static void check_entry(int directory, const char *path, const char *name, struct tree_count *count);

static void check_folder(int directory, const char *path, struct tree_count *count) {
  DIR *entries = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  MUST(entries != NULL, "a folder that cannot be read");
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      check_entry(directory, path, entry->d_name, count);
  closedir(entries);
}

static void check_entry(int directory, const char *path, const char *name, struct tree_count *count) {
  struct stat status;
  char place[2 * PATH_MAX], target[PATH_MAX];
  MUST(fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0, "an entry that is not there");
  MUST((status.st_mode & (S_ISUID | S_ISGID | S_ISVTX)) == 0, "set-uid, set-gid or sticky");
  MUST(S_ISDIR(status.st_mode) || status.st_nlink == 1, "a hard link");
  snprintf(place, sizeof place, "%s%s%s", path, path[0] != '\0' ? "/" : "", name);
  count->entries++;
  if (S_ISDIR(status.st_mode)) {
    int folder = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    check_folder(folder, place, count);
    close(folder);
  } else if (S_ISLNK(status.st_mode)) {
    ssize_t size = readlinkat(directory, name, target, sizeof target - 1);
    MUST(size > 0, "a link that cannot be read");
    target[size] = '\0';
    check_path(path, target, MAXIMUM_LINKS);
  } else {
    MUST(S_ISREG(status.st_mode), "neither file, folder nor link");
    count->bytes += (uint64_t)status.st_size;
  }
}

struct tree_count tree_check(int directory) {
  struct tree_count count = {0};
  tree = directory;
  check_folder(directory, "", &count);
  return count;
}

void tree_empty(int directory) {
  DIR *entries = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  MUST(entries != NULL, "a folder that cannot be read");
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (unlinkat(directory, entry->d_name, 0) == 0) continue;
    int folder = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    MUST(folder >= 0, "an entry that cannot be removed");
    tree_empty(folder);
    close(folder);
    MUST(unlinkat(directory, entry->d_name, AT_REMOVEDIR) == 0, "a folder that cannot be removed");
  }
  closedir(entries);
}
