// Sealed memory files.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clinux.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static int write_all(int descriptor, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -errno;
    bytes += written;
    size -= (size_t)written;
  }
  return 0;
}

static int fill_and_seal(int descriptor, const void *bytes, size_t size) {
  int result = write_all(descriptor, bytes, size);
  if (result) return result;
  if (lseek(descriptor, 0, SEEK_SET) < 0) return -errno;
  int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  return fcntl(descriptor, F_ADD_SEALS, seals) ? -errno : 0;
}

int clinux_memfd(const char *name, const void *bytes, size_t size) {
  int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  // Kernels before 6.3 do not know MFD_NOEXEC_SEAL.
  if (descriptor < 0 && errno == EINVAL) descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return -errno;
  int result = fill_and_seal(descriptor, bytes, size);
  if (result) {
    close(descriptor);
    return result;
  }
  return descriptor;
}
