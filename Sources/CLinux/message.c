// One message a packet, descriptors beside it.
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clinux.h"

union control {
  char bytes[CMSG_SPACE(sizeof(int) * CLINUX_MAXIMUM_DESCRIPTORS)];
  struct cmsghdr aligned;
};

int clinux_socketpair_seqpacket(int pair[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ? -errno : 0;
}

static int send_message(int socket, const void *bytes, size_t size, const int *descriptors, uint32_t count, int flags) {
  if (count > CLINUX_MAXIMUM_DESCRIPTORS) return -EINVAL;
  union control control = {0};
  struct iovec part = {(void *)bytes, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL | flags) < 0) {
    if (errno != EINTR) return -errno;
  }
  return 0;
}

int clinux_send(int socket, const void *bytes, size_t size, const int *descriptors, uint32_t count) {
  return send_message(socket, bytes, size, descriptors, count, 0);
}

int clinux_send_at_once(int socket, const void *bytes, size_t size, const int *descriptors, uint32_t count) {
  return send_message(socket, bytes, size, descriptors, count, MSG_DONTWAIT);
}

// Copies out the descriptors that fit and closes the others. Returns how many there were.
static uint32_t take_descriptors(struct msghdr *message, int *descriptors, uint32_t room) {
  uint32_t seen = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < count; index++, seen++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof descriptor);
      if (seen < room) {
        descriptors[seen] = descriptor;
      } else {
        close(descriptor);
      }
    }
  }
  return seen;
}

ssize_t clinux_receive(int socket, void *bytes, size_t capacity, int *descriptors, uint32_t *count) {
  union control control;
  struct iovec part = {bytes, capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  uint32_t room = *count;
  *count = 0;
  ssize_t size;
  while ((size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno != EINTR) return -errno;
  }
  uint32_t seen = take_descriptors(&message, descriptors, room);
  if (seen > room || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
    for (uint32_t index = 0; index < seen && index < room; index++) close(descriptors[index]);
    return -EMSGSIZE;
  }
  *count = seen;
  return size;
}
