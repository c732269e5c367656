#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_view.h"
#include "kernel.h"
#include "refusal.h"
#include "sandbox_identity.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

static const struct {
  const char *path, *text;
} files[] = {
    {"/etc/passwd", "root:x:0:0:root:/:/usr/sbin/nologin\n"
                    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n" SANDBOX_USER
                    ":x:" TEXT(SANDBOX_UID) ":" TEXT(SANDBOX_GID) "::/tmp:/bin/sh\n"},
    {"/etc/group", "root:x:0:\nnogroup:x:65534:\n" SANDBOX_USER ":x:" TEXT(SANDBOX_GID) ":\n"},
    {"/etc/hosts", "127.0.0.1 localhost " SANDBOX_HOSTNAME "\n::1 localhost\n"},
    {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"},
    {"/etc/resolv.conf", "nameserver 127.0.0.53\noptions timeout:2 attempts:1\n"},
    {"/etc/hostname", SANDBOX_HOSTNAME "\n"},
};

// What programs need of the host's own configuration and that tells nothing about it. Absent ones are left out.
static const char *const host_directories[] = {
    "/etc/alternatives", "/etc/ssl", "/etc/ca-certificates", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted",
};
static const char *const host_files[] = {
    "/etc/ld.so.cache", "/etc/ca-certificates.conf", "/etc/services", "/etc/protocols", "/etc/mime.types",
};

// Runs as: host root, in the spawner. A copy, so that a file replaced on the host does not linger half-way.
static void copy_host_file(const char *root, const char *path) {
  int source = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (source < 0 || fstat(source, &status) != 0 || !S_ISREG(status.st_mode)) {
    if (source >= 0) close(source);
    return;
  }
  make_file(root, path, "", 0644);
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  int target = open(whole, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (target < 0) refuse_system("template file `%s`", path);
  for (off_t left = status.st_size; left > 0;) {
    ssize_t count = sendfile(target, source, NULL, (size_t)left);
    if (count <= 0) refuse_system("template file `%s`", path);
    left -= count;
  }
  close(target);
  close(source);
}

// Runs as: host root, in the spawner.
static void bind_host_directory(const char *root, const char *path) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) return;
  make_directory(root, path, 0755);
  bind_from_host(path, root, path, KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES | KERNEL_NO_EXECUTION);
}

// Runs as: host root, in the spawner.
void template_build_etc(const char *root) {
  make_directory(root, "/etc", 0755);
  for (size_t index = 0; index < sizeof files / sizeof files[0]; index++)
    make_file(root, files[index].path, files[index].text, 0644);
  make_link(root, "/etc/localtime", "/usr/share/zoneinfo/UTC");
  make_link(root, "/etc/mtab", "/proc/self/mounts");
  for (size_t index = 0; index < sizeof host_files / sizeof host_files[0]; index++)
    copy_host_file(root, host_files[index]);
  for (size_t index = 0; index < sizeof host_directories / sizeof host_directories[0]; index++)
    bind_host_directory(root, host_directories[index]);
  // The host's private keys are closed to others by their mode already; this does not lean on it.
  if (access("/etc/ssl/private", F_OK) == 0) {
    make_directory(root, "/.empty", 0755);
    char empty[512];
    snprintf(empty, sizeof empty, "%s/.empty", root);
    bind_from_host(empty, root, "/etc/ssl/private", KERNEL_READ_ONLY | KERNEL_NO_SETUID | KERNEL_NO_DEVICES);
  }
}
