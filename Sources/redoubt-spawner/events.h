// What the loop waits for. A sandbox's entries in epoll end with their descriptors.
#ifndef REDOUBT_EVENTS_H
#define REDOUBT_EVENTS_H

#include <stdint.h>

#include "spawner.h"

enum event_kind { EVENT_SERVER, EVENT_EXIT, EVENT_REPORT, EVENT_ZYGOTE };

// `number` is the slot, or the line of the stock.
int events_add(struct spawner *spawner, int descriptor, enum event_kind kind, uint32_t number);

#endif
