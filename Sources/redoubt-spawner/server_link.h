// The socket to the server: whole messages in, whole messages out, never blocking.
#ifndef REDOUBT_SERVER_LINK_H
#define REDOUBT_SERVER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "spawner_protocol.h"

enum link_status { LINK_MESSAGE, LINK_NOTHING, LINK_CLOSED, LINK_MALFORMED };

struct received {
  const void *bytes;  // until the next message
  size_t size;        // at least a header, and what the header says
  int descriptor;     // -1: none came
};

struct iovec;
struct msghdr;
struct outgoing;

struct server_link {
  int socket;
  struct outgoing *first, *last;  // answers that the socket had no room for
};

enum link_status link_receive(struct server_link *link, struct received *message);
// The number of descriptors that came with a message received on any socket; those beyond `room` are closed.
unsigned link_take_descriptors(struct msghdr *header, int *kept, unsigned room);
// The most descriptors beside one message, on any socket of the spawner's.
enum { LINK_DESCRIPTORS = 14 };
// One message of `part_count` parts with `count` descriptors beside it, on any socket: what sendmsg says. Never a signal.
ssize_t link_send_beside(int socket, struct iovec *parts, size_t part_count, const int *descriptors, unsigned count,
                         int flags);
// Environment blocks hold secrets: nothing of a message stays in the spawner's memory.
void link_wipe(void);
// Sends or queues. Takes `descriptors`. The queue is bounded because the spawner reads no request while it holds any:
// what is still to come are two answers for each environment and one for each of MAXIMUM_WAITERS requests of a tree.
void link_send(struct server_link *link, const void *bytes, size_t size, const int *descriptors, unsigned count);
// Sends what is queued, as far as there is room. False: the server is gone.
bool link_flush(struct server_link *link);
static inline bool link_has_queued(const struct server_link *link) { return link->first != NULL; }

#endif
