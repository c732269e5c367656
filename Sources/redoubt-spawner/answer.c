#define _GNU_SOURCE 1
#include <stdio.h>
#include <string.h>

#include "spawner.h"

// Runs as: host root, in the spawner.
static struct sp_header header_of(enum sp_type type, size_t size, uint64_t request) {
  return (struct sp_header){.version = SP_VERSION, .type = (uint16_t)type, .size = (uint32_t)size, .request = request};
}

// Runs as: host root, in the spawner. Part of `detail` may come out of a sandbox.
void answer_failed(struct spawner *spawner, uint64_t request, enum sp_failure failure, int error, const char *detail) {
  struct sp_result answer = {.failure = failure, .error_number = error};
  answer.header = header_of(SP_FAILED, sizeof answer, request);
  for (size_t index = 0; index + 1 < sizeof answer.detail && detail[index] != '\0'; index++)
    answer.detail[index] = detail[index] >= ' ' && detail[index] <= '~' ? detail[index] : '?';
  link_send(&spawner->server, &answer, sizeof answer, NULL, 0);
}

// Runs as: host root, in the spawner.
void answer_unpacked(struct spawner *spawner, uint64_t request, const struct tree *tree) {
  struct sp_result answer = {.failure = SP_OK, .bytes = tree->bytes, .entries = tree->entries};
  answer.has_extensions = tree->has_extensions;
  answer.header = header_of(SP_UNPACKED, sizeof answer, request);
  link_send(&spawner->server, &answer, sizeof answer, NULL, 0);
}

// Runs as: host root, in the spawner.
void answer_exited(struct spawner *spawner, const struct sandbox *sandbox) {
  struct sp_exited answer = {
      .header = header_of(SP_EXITED, sizeof answer, 0),
      .slot = sandbox->slot,
      .generation = sandbox->generation,
      .wait_status = sandbox->wait_status,
      .oom_kills = sandbox->result.oom_kills,
      .memory_peak = sandbox->result.memory_peak,
  };
  link_send(&spawner->server, &answer, sizeof answer, NULL, 0);
}

// Runs as: host root, in the spawner.
void answer_started(struct spawner *spawner, const struct sandbox *sandbox, bool was_parked,
                    const int descriptors[SP_STARTED_DESCRIPTORS]) {
  bool has_group = descriptors[SP_STARTED_DESCRIPTORS_ALONE] >= 0;
  bool can_freeze = descriptors[SP_STARTED_DESCRIPTORS_GROUP] >= 0;
  struct sp_started answer = {
      .header = header_of(SP_STARTED, sizeof answer, sandbox->request),
      .slot = sandbox->slot,
      .generation = sandbox->generation,
      .has_group = has_group,
      .was_parked = was_parked,
      .can_freeze = can_freeze,
  };
  unsigned count = can_freeze  ? SP_STARTED_DESCRIPTORS
                   : has_group ? SP_STARTED_DESCRIPTORS_GROUP
                               : SP_STARTED_DESCRIPTORS_ALONE;
  link_send(&spawner->server, &answer, sizeof answer, descriptors, count);
}

// Runs as: host root, in the spawner.
void answer_cleaned(struct spawner *spawner, const struct sandbox *sandbox, bool is_clean) {
  struct sp_cleaned answer = {
      .header = header_of(SP_CLEANED, sizeof answer, sandbox->clean_request),
      .slot = sandbox->slot,
      .generation = sandbox->generation,
      .is_clean = is_clean,
  };
  link_send(&spawner->server, &answer, sizeof answer, NULL, 0);
}
