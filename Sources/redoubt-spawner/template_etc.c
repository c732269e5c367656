#define _GNU_SOURCE 1
#include <stddef.h>

#include "host_view.h"
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

// Runs as: host root, in the spawner.
void template_build_etc(const char *root) {
  make_directory(root, "/etc", 0755);
  for (size_t index = 0; index < sizeof files / sizeof files[0]; index++)
    make_file(root, files[index].path, files[index].text, 0644);
  make_link(root, "/etc/localtime", "/usr/share/zoneinfo/UTC");
  make_link(root, "/etc/mtab", "/proc/self/mounts");
  for (size_t index = 0; index < sizeof host_files / sizeof host_files[0]; index++)
    template_copy_file(root, host_files[index]);
  // The host's private keys are closed to others by their mode already; this does not lean on it.
  for (size_t index = 0; index < sizeof host_directories / sizeof host_directories[0]; index++)
    template_copy_directory(root, host_directories[index], "private");
}
