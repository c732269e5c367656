// redoubt-spawner: the only privileged worker. Makes sandboxes for the server; see spawner_protocol.h.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"
#include "host_view.h"
#include "kernel.h"
#include "needed_libraries.h"
#include "own_memory.h"
#include "privilege.h"
#include "process_limit.h"
#include "refusal.h"
#include "spawner.h"

LINK_NEEDED_LIBRARIES_ONLY;

enum {
  CONFIGURATION_DESCRIPTOR = 3,
  SERVER_DESCRIPTOR = 4,
  OTHER_PLACES = SP_STOCK_PLACES + SP_MAX_STOCKS + SP_UNPACK_PLACES,  // besides those of environments
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
  uint32_t for_sandboxes = files < SP_OWN_FILES ? 0 : (uint32_t)(files - SP_OWN_FILES);
  uint32_t fit = for_sandboxes / SP_FILES_OF_A_SANDBOX;
  refuse_configuration("slots %u: the hard limit of %lu open files has room for %u: raise it, or lower --environments",
                       sandboxes - OTHER_PLACES, (unsigned long)files, fit < OTHER_PLACES ? 0 : fit - OTHER_PLACES);
}

// Runs as: host root, in the spawner.
static void make_room_for_descriptors(uint32_t sandboxes) {
  struct rlimit limit;
  rlim_t needed = (rlim_t)sandboxes * SP_FILES_OF_A_SANDBOX + SP_OWN_FILES;
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
static int open_for_sandboxes(const char *key, const char *path, mode_t needed) {
  struct stat status;
  int file = kernel_open_tree(path, 0);
  if (file < 0 || fstat(file, &status) != 0) refuse_system("%s `%s`", key, path);
  if (kernel_set_mount_attributes(file, "", 0, KERNEL_READ_ONLY) != 0) refuse_system("%s `%s`", key, path);
  if (!S_ISREG(status.st_mode) || (status.st_mode & needed) != needed)
    refuse_configuration("%s `%s`: not a file that everybody may use", key, path);
  return file;
}

// Runs as: host root, in the spawner.
static void *take_memory(size_t count, size_t size) {
  void *memory = own_memory_take(count * size);
  if (memory == NULL) refuse_system("memory for %zu slots", count);
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
  spawner.sandbox_count = spawner.configuration.slots + OTHER_PLACES;
  make_room_for_descriptors(spawner.sandbox_count);
  spawner.sandboxes = take_memory(spawner.sandbox_count, sizeof *spawner.sandboxes);
  spawner.trees = take_memory(MAXIMUM_TREES, sizeof *spawner.trees);
  filter_prepare();
  const char *library = spawner.configuration.zygote_library;
  spawner.unpacker = open_for_sandboxes("unpacker", spawner.configuration.unpacker, S_IXOTH);
  spawner.zygote_library = library == NULL ? -1 : open_for_sandboxes("zygote-library", library, S_IROTH);
  spawner.cgroups = cgroup_start(spawner.configuration.instance);
  host_view_leave(&spawner.configuration, spawner.zygote_library);
  trees_set_apart();
  return serve(&spawner);
}
