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

enum {
  MOST_LEFT = 16,
  LEFT_MILLISECONDS = 1000,
  LONGEST = 16 * 1024,
};

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

// Networks that sandboxes have left, the longest ago first.
static struct left {
  struct network network;
  int64_t since;
} left[MOST_LEFT];
static unsigned left_count;

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

enum use { UNUSED, HELD, USED };

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. A socket may be
// anybody's, one that is in flight between processes included; without any, nothing can be done in the network any more.
static enum use use_here(void) {
  static const char none[] = "sockets: used 0\n";
  static char text[LONGEST];
  ssize_t size = read_file("sockstat", text);
  if (size < (ssize_t)(sizeof none - 1) || memcmp(text, none, sizeof none - 1) != 0) return HELD;
  for (unsigned index = 0; index < TELLING; index++)
    if (!is_as_new(index)) return USED;
  return UNUSED;
}

// Runs as: host root, in the spawner; or the zygote's overflow id with full capabilities in its user namespace, in the
// spawner's helper.
static int remove_left(unsigned index) {
  int file = left[index].network.file;
  memmove(left + index, left + index + 1, (--left_count - index) * sizeof *left);
  return file;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper. Whose socket is
// still held is somebody's who has not heard of the end yet.
static bool enter_left(struct network *network) {
  for (unsigned index = 0; index < left_count;) {
    bool is_own = left[index].network.zygote == network->zygote;
    enum use use = is_own && setns(left[index].network.file, CLONE_NEWNET) == 0 ? use_here() : HELD;
    if (use == HELD) {
      index++;
      continue;
    }
    int file = remove_left(index);
    if (use == UNUSED) {
      network->file = file;
      return true;
    }
    close(file);
  }
  return false;
}

// Runs as: the zygote's overflow id with full capabilities in its user namespace, in the spawner's helper.
int network_enter(struct network *network) {
  if (enter_left(network)) return 0;
  if (unshare(CLONE_NEWNET) != 0 || child_bring_up_loopback() != 0) return -1;
  note_new();
  network->file = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return network->file < 0 ? -1 : 0;
}

// Runs as: host root, in the spawner.
void network_leave(struct network network, int64_t now) {
  if (network.file < 0) return;
  if (left_count == MOST_LEFT) close(remove_left(0));
  left[left_count++] = (struct left){.network = network, .since = now};
}

// Runs as: host root, in the spawner. One at a time: the kernel is at work for each, and others wait meanwhile.
int64_t network_drop(int64_t now) {
  if (left_count > 0 && left[0].since + LEFT_MILLISECONDS <= now) close(remove_left(0));
  return left_count > 0 ? left[0].since + LEFT_MILLISECONDS : INT64_MAX;
}
