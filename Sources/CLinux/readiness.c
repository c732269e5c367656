// Descriptors that one thread waits for.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>

#include "clinux.h"

enum { TOLD_AT_ONCE = 64 };

int clinux_watch_open(void) {
  int watch = epoll_create1(EPOLL_CLOEXEC);
  return watch < 0 ? -errno : watch;
}

int clinux_watch_add(int watch, int descriptor, uint64_t number) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = number};
  return epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) != 0 ? -errno : 0;
}

int clinux_watch_wait(int watch, uint64_t *numbers, uint32_t room) {
  struct epoll_event events[TOLD_AT_ONCE];
  int count, most = room < TOLD_AT_ONCE ? (int)room : TOLD_AT_ONCE;
  while ((count = epoll_wait(watch, events, most, -1)) < 0) {
    if (errno != EINTR) return -errno;
  }
  for (int index = 0; index < count; index++) numbers[index] = events[index].data.u64;
  return count;
}
