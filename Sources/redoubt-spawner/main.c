// redoubt-spawner: the only privileged worker. Makes sandboxes for the server; see spawner_protocol.h.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"
#include "host_view.h"
#include "kernel.h"
#include "privilege.h"
#include "process_limit.h"
#include "process_view.h"
#include "refusal.h"
#include "spawner.h"

enum {
  CONFIGURATION_DESCRIPTOR = 3,
  SERVER_DESCRIPTOR = 4,
  DESCRIPTORS_FOR_A_SANDBOX = 7,
  DESCRIPTORS_FOR_ITSELF = 64,
};

// Runs as: what the spawner was started as, then host root, in the spawner.
static void confine_itself(void) {
  if (kernel_close_range(SERVER_DESCRIPTOR + 1, ~0U, 0) != 0) refuse_system("close_range");
  privilege_begin();
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse_system("parent death signal");
  if (process_limit_no_core() != 0) refuse_system("core limit");
  if (prctl(PR_SET_DUMPABLE, 0) != 0) refuse_system("dumpable");
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  umask(022);
}

// Runs as: host root, in the spawner.
static void check_server_socket(void) {
  int type = 0, domain = 0;
  socklen_t length = sizeof type;
  if (getsockopt(SERVER_DESCRIPTOR, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
      getsockopt(SERVER_DESCRIPTOR, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0)
    refuse_configuration("descriptor %d: not the server's socket", SERVER_DESCRIPTOR);
  if (type != SOCK_SEQPACKET || domain != AF_UNIX)
    refuse_configuration("descriptor %d: not a local socket of packets", SERVER_DESCRIPTOR);
  fcntl(SERVER_DESCRIPTOR, F_SETFD, FD_CLOEXEC);
}

// Runs as: host root, in the spawner. Only the host's root may raise the hard limit.
static _Noreturn void refuse_room(uint32_t sandboxes, rlim_t files) {
  uint32_t for_sandboxes = files < DESCRIPTORS_FOR_ITSELF ? 0 : (uint32_t)(files - DESCRIPTORS_FOR_ITSELF);
  uint32_t fit = for_sandboxes / DESCRIPTORS_FOR_A_SANDBOX;
  refuse_configuration("slots %u: the hard limit of %lu open files has room for %u: raise it, or lower --environments",
                       sandboxes - SP_UNPACK_PLACES, (unsigned long)files,
                       fit < SP_UNPACK_PLACES ? 0 : fit - SP_UNPACK_PLACES);
}

// Runs as: host root, in the spawner.
static void make_room_for_descriptors(uint32_t sandboxes) {
  struct rlimit limit;
  rlim_t needed = (rlim_t)sandboxes * DESCRIPTORS_FOR_A_SANDBOX + DESCRIPTORS_FOR_ITSELF;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) refuse_system("descriptor limit");
  if (limit.rlim_max < needed) limit.rlim_max = needed;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  if (errno != EPERM || getrlimit(RLIMIT_NOFILE, &limit) != 0)
    refuse_system("descriptor limit %lu", (unsigned long)needed);
  refuse_room(sandboxes, limit.rlim_max);
}

// Runs as: host root, in the spawner. Through a mount of its own that cannot be written: what runs in a sandbox can
// reach its own program by /proc/self/exe, and without root it is the owner of that file.
static void open_unpacker(struct spawner *spawner) {
  const char *path = spawner->configuration.unpacker;
  struct stat status;
  spawner->unpacker = kernel_open_tree(path, 0);
  if (spawner->unpacker < 0 || fstat(spawner->unpacker, &status) != 0) refuse_system("unpacker `%s`", path);
  if (kernel_set_mount_attributes(spawner->unpacker, "", 0, KERNEL_READ_ONLY) != 0) refuse_system("unpacker `%s`", path);
  if (!S_ISREG(status.st_mode) || (status.st_mode & S_IXOTH) == 0)
    refuse_configuration("unpacker `%s`: not a program that everybody may run", path);
}

// Runs as: host root, in the spawner. Zeroed memory that a clone finds zeroed again: what the spawner knows of others is
// nothing for an init that lives beside user code, and wiping it there would copy every page of it first.
static void *allocate_for_itself(size_t count, size_t size) {
  void *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) refuse_system("memory for %zu slots", count);
  if (madvise(memory, count * size, MADV_WIPEONFORK) != 0) refuse_system("memory for %zu slots", count);
  return memory;
}

// Runs as: host root, in the spawner.
int main(int argument_count, char **arguments) {
  static struct spawner spawner = {.server.socket = SERVER_DESCRIPTOR};
  if (argument_count != 1) refuse_configuration("argument `%s`: takes none", argument_count == 0 ? "" : arguments[1]);
  confine_itself();
  check_server_socket();
  configuration_read(CONFIGURATION_DESCRIPTOR, &spawner.configuration);
  close(CONFIGURATION_DESCRIPTOR);
  spawner.argument_memory = arguments[0];
  spawner.sandbox_count = spawner.configuration.slots + SP_UNPACK_PLACES;
  make_room_for_descriptors(spawner.sandbox_count);
  spawner.sandboxes = allocate_for_itself(spawner.sandbox_count, sizeof *spawner.sandboxes);
  spawner.trees = allocate_for_itself(MAXIMUM_TREES, sizeof *spawner.trees);
  filter_prepare();
  open_unpacker(&spawner);
  spawner.cgroups = cgroup_start(spawner.configuration.instance);
  host_view_leave(&spawner.configuration);
  process_view_prepare();
  return serve(&spawner);
}
