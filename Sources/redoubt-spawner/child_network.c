// The network of a sandbox: loopback and nothing else.
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"

// In the abstract namespace, which belongs to the network of the sandbox: there is no file that somebody could remove.
// Its end is the port of the address that every runtime is given.
static const char runtime_api_name[] = "\0redoubt-runtime-api:9001";

enum { RUNTIME_API_PORT = 9001, PLATFORM_PORT = 9002, BACKLOG = 128 };

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int set_address(int control, struct ifreq *request, unsigned long operation, const char *address) {
  struct sockaddr_in value = {.sin_family = AF_INET};
  inet_pton(AF_INET, address, &value.sin_addr);
  memcpy(&request->ifr_addr, &value, sizeof value);
  return ioctl(control, operation, request);
}

// Runs as: sandbox uid with full capabilities in its own user namespace. The second address is there because
// getaddrinfo with AI_ADDRCONFIG finds no name for a machine that has only 127.0.0.1.
int child_bring_up_loopback(void) {
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return -1;
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  struct ifreq second = {.ifr_name = "lo:1"};
  int result = ioctl(control, SIOCSIFFLAGS, &loopback);
  if (result == 0) result = set_address(control, &second, SIOCSIFADDR, "198.18.0.1");
  if (result == 0) result = set_address(control, &second, SIOCSIFNETMASK, "255.255.255.255");
  close(control);
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
