// The network of a sandbox: loopback and nothing else.
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"

// In the abstract namespace, which belongs to the network of the sandbox: there is no file that somebody could remove.
// Its end is the port of the address that every runtime is given.
static const char runtime_api_name[] = "\0redoubt-runtime-api:9001";

enum { RUNTIME_API_PORT = 9001, PLATFORM_PORT = 9002, BACKLOG = 128 };

// rtnetlink(7).
struct loopback_request {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg interface;
  } up;
  struct {
    struct nlmsghdr header;
    struct ifaddrmsg interface;
    struct rtattr attribute;
    struct in_addr address;
  } second;
};

enum { LOOPBACK_INDEX = 1, WHOLE_ADDRESS = 32 };

// Runs as: sandbox uid with full capabilities in its own user namespace. 0, or -1 with errno.
static int take_answer(int control) {
  struct {
    struct nlmsghdr header;
    struct nlmsgerr outcome;
    char request[256];  // the kernel's copy
  } answer;
  ssize_t size = recv(control, &answer, sizeof answer, 0);
  if (size < 0) return -1;
  bool is_outcome = (size_t)size >= offsetof(typeof(answer), request) &&
                    answer.header.nlmsg_type == NLMSG_ERROR;
  errno = is_outcome ? -answer.outcome.error : EPROTO;
  return errno == 0 ? 0 : -1;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int ask(int control, const struct loopback_request *request) {
  if (send(control, request, sizeof *request, 0) != (ssize_t)sizeof *request) return -1;
  return take_answer(control) == 0 ? take_answer(control) : -1;
}

// Runs as: sandbox uid with full capabilities in its own user namespace. The second address is there because
// getaddrinfo with AI_ADDRCONFIG finds no name for a machine that has only 127.0.0.1. Two messages of rtnetlink, because
// an address by ioctl(2) has the mask of its class first, with routes that the next call has the kernel take away again.
int child_bring_up_loopback(void) {
  struct loopback_request request = {
      .up.header = {.nlmsg_len = sizeof request.up, .nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
      .up.interface = {.ifi_index = LOOPBACK_INDEX, .ifi_flags = IFF_UP, .ifi_change = IFF_UP},
      .second.header = {.nlmsg_len = sizeof request.second,
                        .nlmsg_type = RTM_NEWADDR,
                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
      .second.interface = {.ifa_family = AF_INET, .ifa_prefixlen = WHOLE_ADDRESS, .ifa_index = LOOPBACK_INDEX},
      .second.attribute = {.rta_type = IFA_LOCAL, .rta_len = RTA_LENGTH(sizeof request.second.address)},
  };
  _Static_assert(sizeof request.up % NLMSG_ALIGNTO == 0, "the second begins where it is looked for");
  inet_pton(AF_INET, "198.18.0.1", &request.second.address);
  int control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (control < 0) return -1;
  int result = ask(control, &request), error = errno;
  close(control);
  errno = error;
  return result;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int listen_at(uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -1;
  int on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return -1;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(listener, BACKLOG) == 0 ? listener : -1;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int child_make_runtime_listener(void) {
  return listen_at(RUNTIME_API_PORT);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int child_make_platform_listener(void) {
  return listen_at(PLATFORM_PORT);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
int child_make_local_listener(void) {
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, runtime_api_name, sizeof runtime_api_name - 1);
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + sizeof runtime_api_name - 1;
  if (bind(listener, (struct sockaddr *)&address, size) != 0) return -1;
  return listen(listener, BACKLOG) == 0 ? listener : -1;
}
