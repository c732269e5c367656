#define _GNU_SOURCE 1
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

enum { LONGEST = 16 * 1024 };

// In place of a size.
enum { ABSENT = -1, FAILED = -2 };

// What tells of anything that was done in a network, of itself in /proc/net: packets and bytes of each interface, all
// counters of IPv4, IPv6, TCP, UDP and ICMP, and what may outlive a socket for a while.
static const char *const telling[] = {"dev", "snmp", "snmp6", "netstat", "ip6_flowlabel"};
enum { TELLING = sizeof telling / sizeof telling[0] };

// What they say of a new one. The kernel's build and settings decide that, so they are read once.
static char new_text[TELLING][LONGEST];
static ssize_t new_size[TELLING];
static bool is_new_known;

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. The size of what
// the file says of the network that this is in.
static ssize_t read_file(const char *name, char text[LONGEST]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/net/%s", name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? ABSENT : FAILED;
  ssize_t size = 0, count;
  while ((count = read(file, text + size, (size_t)(LONGEST - size))) > 0) size += count;
  close(file);
  return count < 0 || size == LONGEST ? FAILED : size;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
static void note_new(void) {
  if (is_new_known) return;
  for (unsigned index = 0; index < TELLING; index++) new_size[index] = read_file(telling[index], new_text[index]);
  is_new_known = true;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
static bool is_as_new(unsigned index) {
  static char text[LONGEST];
  ssize_t size = read_file(telling[index], text);
  if (size == FAILED || size != new_size[index]) return false;
  return size == ABSENT || memcmp(text, new_text[index], (size_t)size) == 0;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
int network_make(void) {
  if (unshare(CLONE_NEWNET) != 0 || child_bring_up_loopback() != 0) return -1;
  note_new();
  return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. A socket may be
// anybody's, one that is in flight between processes included; without any, nothing can be done in the network any more.
enum network_use network_enter(int network) {
  static const char none[] = "sockets: used 0\n";
  static char text[LONGEST];
  if (setns(network, CLONE_NEWNET) != 0) return NETWORK_HELD;
  ssize_t size = read_file("sockstat", text);
  if (size < (ssize_t)(sizeof none - 1) || memcmp(text, none, sizeof none - 1) != 0) return NETWORK_HELD;
  for (unsigned index = 0; index < TELLING; index++)
    if (!is_as_new(index)) return NETWORK_USED;
  return NETWORK_UNUSED;
}
