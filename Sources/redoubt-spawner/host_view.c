#define _GNU_SOURCE 1
#include "host_view.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "privilege.h"
#include "refusal.h"

// Any directory that every host has and that nothing here reads once the new root lies over it.
static const char base[] = "/tmp";

// Runs as: host root, in the spawner.
void make_directory(const char *root, const char *path, unsigned mode) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  for (char *slash = strchr(whole + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(whole, 0755) != 0 && errno != EEXIST) refuse_system("template directory `%s`", whole);
    *slash = '/';
  }
  if (mkdir(whole, 0755) != 0 && errno != EEXIST) refuse_system("template directory `%s`", whole);
  if (chmod(whole, mode) != 0) refuse_system("template directory `%s`", whole);
}

// Runs as: host root, in the spawner.
void make_file(const char *root, const char *path, const char *text, unsigned mode) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  int file = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) refuse_system("template file `%s`", path);
  if (write(file, text, strlen(text)) != (ssize_t)strlen(text)) refuse_system("template file `%s`", path);
  if (fchmod(file, mode) != 0) refuse_system("template file `%s`", path);
  close(file);
}

// Runs as: host root, in the spawner.
void make_link(const char *root, const char *path, const char *target) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  if (symlink(target, whole) != 0) refuse_system("template link `%s`", path);
}

// Runs as: host root, in the spawner.
void bind_from_host(const char *source, const char *root, const char *path, unsigned long attributes) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  if (kernel_bind(source, whole, attributes, privilege_bind_flags()) != 0) refuse_system("bind of `%s`", source);
}

// Runs as: host root, in the spawner.
static int open_runtime(const struct runtime *runtime) {
  int tree = kernel_open_tree(runtime->directory, privilege_bind_flags());
  struct stat status;
  if (tree < 0 || fstat(tree, &status) != 0) refuse_system("runtime `%s`: `%s`", runtime->name, runtime->directory);
  if (privilege_is_mounted_below(runtime->directory))
    refuse_configuration("runtime `%s`: `%s` has mounts below it", runtime->name, runtime->directory);
  if (!S_ISDIR(status.st_mode))
    refuse_configuration("runtime `%s`: `%s` is not a directory", runtime->name, runtime->directory);
  uint64_t attributes = KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES;
  if (kernel_set_mount_attributes(tree, "", privilege_bind_flags(), attributes) != 0)
    refuse_system("runtime `%s`", runtime->name);
  return tree;
}

// Runs as: host root, in the spawner.
static void place_runtimes(const struct configuration *configuration, const int *trees) {
  for (uint32_t index = 0; index < configuration->runtime_count; index++) {
    if (trees[index] < 0) continue;
    char path[64];
    snprintf(path, sizeof path, "/runtimes/%u", index);
    make_directory(base, path, 0755);
    char whole[96];
    snprintf(whole, sizeof whole, "%s%s", base, path);
    if (kernel_move_mount(trees[index], whole) != 0) refuse_system("runtime `%s`", configuration->runtimes[index].name);
    close(trees[index]);
  }
}

// Runs as: host root, in the spawner. Attached, for the same reason as code trees.
static void place_library(int library) {
  if (library < 0) return;
  char path[64];
  snprintf(path, sizeof path, "%s/zygote.so", base);
  make_file(base, "/zygote.so", "", 0644);
  if (kernel_move_mount(library, path) != 0) refuse_system("zygote library");
}

// Runs as: host root, in the spawner.
static void mount_base(void) {
  if (mount("none", base, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755") != 0) refuse_system("private root");
  static const char *const directories[] = {"/template", "/system", "/sandbox", "/trees",
                                            "/runtimes", "/devices", "/empty", "/proc", "/roots"};
  for (size_t index = 0; index < sizeof directories / sizeof directories[0]; index++)
    make_directory(base, directories[index], 0755);
}

// Runs as: host root, in the spawner. The only file system with device nodes.
static void mount_devices(void) {
  char path[64];
  snprintf(path, sizeof path, "%s/devices", base);
  if (mount("devices", path, "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NOATIME, "size=16m,nr_inodes=65536,mode=0755") != 0)
    refuse_system("devices");
  if (privilege_held() == PRIVILEGE_USER) devices_bind_host(base);
}

// Runs as: host root, in the spawner.
static void enter_base(void) {
  char proc[64];
  snprintf(proc, sizeof proc, "%s/proc", base);
  if (privilege_mount_proc(proc) != 0) refuse_system("private /proc");
  if (chdir(base) != 0 || syscall(SYS_pivot_root, ".", ".") != 0) refuse_system("pivot_root");
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) refuse_system("host's files: unmount");
}

// Runs as: host root, in the spawner.
void host_view_leave(const struct configuration *configuration, int zygote_library) {
  if (unshare(CLONE_NEWNS) != 0) refuse_system("mount namespace");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) refuse_system("private mounts");
  int trees[MAXIMUM_RUNTIMES];
  for (uint32_t index = 0; index < configuration->runtime_count; index++) {
    const struct runtime *runtime = &configuration->runtimes[index];
    trees[index] = runtime->directory == NULL ? -1 : open_runtime(runtime);
  }
  mount_base();
  place_runtimes(configuration, trees);
  place_library(zygote_library);
  char root[64];
  snprintf(root, sizeof root, "%s/template", base);
  template_build(root);
  mount_devices();
  enter_base();
}
