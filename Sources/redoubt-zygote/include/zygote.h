// What an interpreter needs to be a zygote, as a library that it loads. The first three calls in this order, the last at any
// time; each returns 0 or a negative errno unless it says otherwise.
#ifndef REDOUBT_ZYGOTE_H
#define REDOUBT_ZYGOTE_H

#include <stddef.h>

// Reads the filter, and tells the spawner that it may ask.
int zygote_open(void);
// Waits until the spawner asks for a child. -EPIPE: the spawner, or its wish for this zygote, is gone.
int zygote_next(void);
// Makes that child. One of the values below: the child is user code's then, in its sandbox, without privilege, its socket to
// its init as descriptor 3 and nothing else open but the standard streams.
int zygote_fork(void);
// Makes `count` strings of the form NAME=value, one behind the other in `block`, each with its NUL, the whole environment.
// setenv(3) for each of them would touch, and so copy, many pages that a child shares with its zygote.
int zygote_set_environment(const char *block, size_t size, unsigned count);

enum {
  ZYGOTE_CHILD = 0,
  ZYGOTE_PARENT = 1,
  ZYGOTE_CHILD_IN_HASTE = 2,  // a start waits for it
};

#endif
