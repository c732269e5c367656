#define _GNU_SOURCE 1
#include "hygiene.h"

#include <time.h>

// Runs as: sandbox uid without capabilities, in the sandbox's init.
int64_t hygiene_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Runs as: sandbox uid with full capabilities in its own user namespace, in the sandbox's init.
int hygiene_open(void) { return processes_open() == 0 ? files_open() : -1; }

// Runs as: sandbox uid without capabilities, in the sandbox's init.
bool hygiene_note_baseline(void) { return processes_note_baseline() && files_note_baseline(); }

// Runs as: sandbox uid without capabilities, in the sandbox's init. Processes first: one that still runs makes files.
bool hygiene_restore(void) {
  int64_t deadline = hygiene_now() + HYGIENE_MILLISECONDS;
  return processes_end_others(deadline) && files_restore(deadline);
}
