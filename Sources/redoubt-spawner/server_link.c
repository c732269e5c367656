#define _GNU_SOURCE 1
#include "server_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXPECTED_DESCRIPTORS = 1, ROOM_FOR_DESCRIPTORS = 8 };

struct outgoing {
  struct outgoing *next;
  size_t size;
  unsigned descriptor_count;
  int descriptors[SP_STARTED_DESCRIPTORS];
  char bytes[sizeof(struct sp_result)];  // the longest answer
};

static _Alignas(struct sp_start) char buffer[SP_MAX_MESSAGE + 1];
static size_t buffer_used;

// Runs as: host root, in the spawner.
unsigned link_take_descriptors(struct msghdr *header, int *kept, unsigned room) {
  unsigned count = 0;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (size_t offset = 0; CMSG_LEN(offset + sizeof(int)) <= part->cmsg_len; offset += sizeof(int), count++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(part) + offset, sizeof descriptor);
      if (count < room) {
        kept[count] = descriptor;
      } else {
        close(descriptor);
      }
    }
  }
  return count;
}

// Runs as: host root, in the spawner.
static bool is_well_formed(const struct msghdr *header, size_t size, unsigned descriptor_count) {
  struct sp_header start;
  if ((header->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || size < sizeof start || size > SP_MAX_MESSAGE) return false;
  memcpy(&start, buffer, sizeof start);
  return start.version == SP_VERSION && start.size == size && descriptor_count <= EXPECTED_DESCRIPTORS;
}

// Runs as: host root, in the spawner.
enum link_status link_receive(struct server_link *link, struct received *message) {
  union {
    char bytes[CMSG_SPACE(ROOM_FOR_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = buffer, .iov_len = sizeof buffer};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(link->socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? LINK_NOTHING : LINK_CLOSED;
  buffer_used = (size_t)size;
  *message = (struct received){.bytes = buffer, .size = (size_t)size, .descriptor = -1};
  unsigned count = link_take_descriptors(&header, &message->descriptor, 1);
  if (size == 0 && count == 0) return LINK_CLOSED;
  if (is_well_formed(&header, (size_t)size, count)) return LINK_MESSAGE;
  if (message->descriptor >= 0) close(message->descriptor);
  return LINK_MALFORMED;
}

// Runs as: host root, in the spawner; in the clone. A page that nothing was written to is not copied.
void link_wipe(void) {
  explicit_bzero(buffer, buffer_used);
  buffer_used = 0;
}

// Runs as: host root, in the spawner; any, in a sandbox's init.
ssize_t link_send_beside(int socket, struct iovec *parts, size_t part_count, const int *descriptors, unsigned count,
                         int flags) {
  union {
    char bytes[CMSG_SPACE(LINK_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  if (count > LINK_DESCRIPTORS) return errno = EINVAL, -1;
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = part_count};
  size_t length = count * sizeof(int);
  if (length > 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(rights), descriptors, length);
  }
  ssize_t size;
  do size = sendmsg(socket, &header, flags | MSG_NOSIGNAL);
  while (size < 0 && errno == EINTR);
  return size;
}

// Runs as: host root, in the spawner. 0, or the errno of the refusal.
static int try_to_send(int socket, const struct outgoing *message) {
  _Static_assert((int)SP_STARTED_DESCRIPTORS <= (int)LINK_DESCRIPTORS, "room for all");
  struct iovec part = {.iov_base = (void *)message->bytes, .iov_len = message->size};
  ssize_t size = link_send_beside(socket, &part, 1, message->descriptors, message->descriptor_count, MSG_DONTWAIT);
  return size < 0 ? errno : 0;
}

// Runs as: host root, in the spawner.
static void close_descriptors(const struct outgoing *message) {
  for (unsigned index = 0; index < message->descriptor_count; index++) close(message->descriptors[index]);
}

// Runs as: host root, in the spawner. An answer cannot be lost in silence: if it can be neither sent nor queued, the
// connection ends, which shows when the socket is read next.
void link_send(struct server_link *link, const void *bytes, size_t size, const int *descriptors, unsigned count) {
  struct outgoing message = {.size = size, .descriptor_count = count};
  memcpy(message.bytes, bytes, size);
  for (unsigned index = 0; index < count; index++) message.descriptors[index] = descriptors[index];
  int error = link_has_queued(link) ? EAGAIN : try_to_send(link->socket, &message);
  struct outgoing *queued = error == EAGAIN ? malloc(sizeof *queued) : NULL;
  if (queued == NULL) {
    close_descriptors(&message);
    if (error != 0) shutdown(link->socket, SHUT_RDWR);
    return;
  }
  *queued = message;
  if (link->first == NULL) link->first = queued;
  if (link->last != NULL) link->last->next = queued;
  link->last = queued;
}

// Runs as: host root, in the spawner.
bool link_flush(struct server_link *link) {
  while (link->first != NULL) {
    struct outgoing *message = link->first;
    int error = try_to_send(link->socket, message);
    if (error == EAGAIN) return true;
    if (error != 0) return false;
    link->first = message->next;
    if (link->first == NULL) link->last = NULL;
    close_descriptors(message);
    free(message);
  }
  return true;
}
