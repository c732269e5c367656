#define _GNU_SOURCE 1
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spawner_world.h"

enum { MAXIMUM_OWED = 16384, ROOM_FOR_DESCRIPTORS = SP_STARTED_DESCRIPTORS, SMALL_BUFFER = 8192 };

struct owed {
  uint64_t request;
  uint16_t type;
};

static struct owed owed[MAXIMUM_OWED];
static unsigned owed_count;
static int server = -1;
static bool is_live[ENVIRONMENT_PLACES];
static uint32_t generations[ENVIRONMENT_PLACES];

void server_open(struct spawner *spawner) {
  int ends[2], size = SMALL_BUFFER;  // so that answers have to be queued
  MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "no socket");
  setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  server = ends[0];
  spawner->server = (struct server_link){.socket = ends[1]};
  owed_count = 0;
  memset(is_live, 0, sizeof is_live);
  memset(generations, 0, sizeof generations);
}

void server_close(void) {
  close(server);
  server = -1;
}

bool server_is_open(void) { return server >= 0; }

uint32_t server_generation(uint32_t slot) { return slot < ENVIRONMENT_PLACES ? generations[slot] : 0; }

static bool has_unused_layers_empty(const struct sp_start *start) {
  static const struct sp_tree none;
  for (uint32_t index = start->layer_count; index < SP_MAX_LAYERS; index++)
    if (memcmp(&start->layers[index], &none, sizeof none) != 0) return false;
  return true;
}

static bool is_compiled_in_form(const struct sp_start *start) {
  static const struct sp_tree none;
  return start->has_compiled == 1 || (start->has_compiled == 0 && memcmp(&start->compiled, &none, sizeof none) == 0);
}

// By the protocol's words alone. An answer to a message that is out of form is an answer to nothing.
static bool is_owed_an_answer(const void *packet, size_t size, unsigned descriptor_count) {
  const struct sp_header *header = packet;
  const struct sp_unpack *unpack = packet;
  const struct sp_start *start = packet;
  if (size < sizeof *header || header->size != size || header->version != SP_VERSION) return false;
  switch (header->type) {
    case SP_UNPACK: return size == sizeof *unpack && unpack->reserved == 0 && descriptor_count == 1;
    case SP_COMPILE: return size == sizeof(struct sp_compile) && descriptor_count == 0;
    case SP_START:
      return size >= sizeof *start && size == sizeof *start + start->environment_size &&
             is_compiled_in_form(start) && has_unused_layers_empty(start) && start->environment_size <= SP_MAX_ENVIRONMENT && descriptor_count == 0;
    case SP_BASELINE:
    case SP_RESTORE: return size == sizeof(struct sp_slot) && descriptor_count == 0;
    default: return false;
  }
}

bool server_send(const void *packet, size_t size, const int *descriptors, unsigned count) {
  union {
    char bytes[CMSG_SPACE(ROOM_FOR_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {.iov_base = (void *)packet, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (!server_is_open() || owed_count == MAXIMUM_OWED) return false;
  if (count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(count * sizeof(int))};
    memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
  }
  if (sendmsg(server, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return false;
  if (!is_owed_an_answer(packet, size, count)) return true;
  const struct sp_header *header = packet;
  owed[owed_count++] = (struct owed){header->request, header->type};
  return true;
}

bool server_end_stock(void) {
  for (uint32_t index = 0; index < SP_MAX_STOCKS; index++) {
    struct sp_stock message = {.stock = index, .kind = SP_STOCK_PREPARED};
    message.header = (struct sp_header){.version = SP_VERSION, .type = SP_STOCK, .size = sizeof message};
    if (!server_send(&message, sizeof message, NULL, 0)) return false;
  }
  return true;
}

static bool answers(uint16_t answer, uint16_t type) {
  switch (answer) {
    case SP_UNPACKED: return type == SP_UNPACK || type == SP_COMPILE;
    case SP_STARTED: return type == SP_START;
    case SP_FAILED: return type == SP_UNPACK || type == SP_COMPILE || type == SP_START;
    case SP_CLEANED: return type == SP_BASELINE || type == SP_RESTORE;
    default: return false;
  }
}

static void take_off(const struct sp_header *answer) {
  for (unsigned index = 0; index < owed_count; index++) {
    if (owed[index].request != answer->request || !answers(answer->type, owed[index].type)) continue;
    memmove(&owed[index], &owed[index + 1], (--owed_count - index) * sizeof *owed);
    return;
  }
  MUST(false, "an answer to nothing, or a second one");
}

static void check_result(const struct sp_result *answer) {
  MUST((answer->failure == SP_OK) == (answer->header.type == SP_UNPACKED), "a failure that is none");
  MUST(memchr(answer->detail, '\0', sizeof answer->detail) != NULL && answer->has_extensions <= 1, "a detail without end");
  for (const char *at = answer->detail; *at != '\0'; at++) MUST(*at >= ' ' && *at <= '~', "a detail that is no text");
}

static void note_started(const struct sp_started *answer, unsigned descriptor_count) {
  MUST(answer->has_group == answer->can_freeze, "a part of what the control group gives");
  unsigned expected = answer->has_group ? SP_STARTED_DESCRIPTORS : SP_STARTED_DESCRIPTORS_ALONE;
  MUST(answer->slot < ENVIRONMENT_PLACES && !is_live[answer->slot], "two environments in one slot");
  MUST(answer->generation > generations[answer->slot], "a generation that was there before");
  MUST(descriptor_count == expected, "not the descriptors that were promised");
  is_live[answer->slot] = true;
  generations[answer->slot] = answer->generation;
}

static void note_exited(const struct sp_exited *answer) {
  MUST(answer->slot < ENVIRONMENT_PLACES && is_live[answer->slot], "the end of what was not started");
  MUST(generations[answer->slot] == answer->generation, "the end of another generation");
  is_live[answer->slot] = false;
}

static void check_answer(const void *bytes, size_t size, unsigned descriptor_count) {
  const struct sp_header *header = bytes;
  MUST(size >= sizeof *header && header->size == size && header->version == SP_VERSION, "a header out of form");
  if (header->type != SP_EXITED) take_off(header);
  MUST(header->type == SP_STARTED || descriptor_count == 0, "descriptors that nobody asked for");
  switch (header->type) {
    case SP_STARTED: note_started(bytes, descriptor_count); break;
    case SP_EXITED: note_exited(bytes); break;
    case SP_CLEANED: MUST(((const struct sp_cleaned *)bytes)->is_clean <= 1, "neither clean nor not"); break;
    default: check_result(bytes); break;
  }
}

unsigned server_read(unsigned maximum) {
  for (unsigned count = 0; count < maximum; count++) {
    union {
      char bytes[CMSG_SPACE(ROOM_FOR_DESCRIPTORS * sizeof(int))];
      struct cmsghdr align;
    } control;
    static _Alignas(struct sp_result) char bytes[SP_MAX_MESSAGE];
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t size = recvmsg(server, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size <= 0) return count;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    unsigned descriptors = rights == NULL ? 0 : (unsigned)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (unsigned index = 0; index < descriptors; index++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(rights) + index * sizeof(int), sizeof descriptor);
      close(descriptor);
    }
    check_answer(bytes, (size_t)size, descriptors);
  }
  return maximum;
}

void server_check_quiet(void) {
  for (unsigned index = 0; index < owed_count; index++)
    MUST(owed[index].type == SP_BASELINE || owed[index].type == SP_RESTORE, "a request that is never answered");
  for (unsigned slot = 0; slot < ENVIRONMENT_PLACES; slot++) MUST(!is_live[slot], "an end that is never told");
}
