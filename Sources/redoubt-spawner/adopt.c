// A parked sandbox becomes an environment: it gets its limits, its code and what its program is to know.
#define _GNU_SOURCE 1
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_link.h"
#include "spawner.h"

// Runs as: host root, in the spawner. One message, so that init has all of it or nothing.
static bool send_adoption(const struct sandbox *sandbox, const struct sp_start *request, const int *overlays,
                          unsigned count) {
  struct adoption adoption = {
      .order = ORDER_ADOPT,
      .temporary_mib = request->ephemeral_mib,
      .process_bytes = (uint64_t)request->memory_mib << 20,
      .environment_count = request->environment_count,
      .environment_size = request->environment_size,
  };
  struct iovec parts[] = {{.iov_base = &adoption, .iov_len = sizeof adoption},
                          {.iov_base = (void *)(request + 1), .iov_len = request->environment_size}};
  _Static_assert((int)PLACED_TREES <= (int)LINK_DESCRIPTORS, "room for all");
  return link_send_beside(sandbox->set_up_socket, parts, 2, overlays, count, MSG_DONTWAIT) > 0;
}

// Runs as: host root, in the spawner. One that was made for a function of the same sizes has the limits already.
static int limit(const struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request) {
  const struct cgroup_limits before = sandbox->limits;
  start_limits(request->memory_mib, request->ephemeral_mib, &sandbox->limits);
  return cgroup_limit_anew(spawner->cgroups, sandbox->group, &before, &sandbox->limits);
}

// Runs as: host root, in the spawner. NULL, or the step that failed.
static const char *give(struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request,
                        int overlays[PLACED_TREES], int files[SP_STARTED_DESCRIPTORS]) {
  if (limit(spawner, sandbox, request) != 0) return "control group: limits";
  const char *step = sandbox_open_files(spawner, sandbox, files);
  if (step != NULL) return step;
  unsigned count = tree_open_overlays(spawner, request, sandbox->surroundings.kept, overlays);
  if (count == 0) return "code";
  return send_adoption(sandbox, request, overlays, count) ? NULL : "adoption";
}

// Runs as: host root, in the spawner.
void adopt(struct spawner *spawner, struct sandbox *sandbox, const struct sp_start *request) {
  sandbox_assign(spawner, sandbox, request);
  const int *parked = sandbox->parked_files;
  int files[SP_STARTED_DESCRIPTORS] = {parked[0], sandbox->output, parked[1], parked[2], parked[3],
                                       parked[4],  -1, -1, -1};
  int overlays[PLACED_TREES] = {-1, -1};
  const char *step = give(spawner, sandbox, request, overlays, files);
  int error = errno;
  close_descriptors(overlays, PLACED_TREES);
  if (step == NULL) {
    sandbox->output = -1;
    for (unsigned index = 0; index < REPORT_READY_DESCRIPTORS; index++) sandbox->parked_files[index] = -1;
    sandbox_has_started(spawner, sandbox, true, files);
    return;
  }
  close_descriptors(files + SP_STARTED_DESCRIPTORS_ALONE, 3);
  answer_failed(spawner, sandbox->request, SP_FAILURE_SYSTEM, error, step);
  sandbox_give_up(sandbox, error, step);
}
