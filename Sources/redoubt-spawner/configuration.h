// What the supervisor tells the spawner once, at its start: text lines on descriptor 3.
#ifndef REDOUBT_CONFIGURATION_H
#define REDOUBT_CONFIGURATION_H

#include <stddef.h>
#include <stdint.h>

enum {
  MAXIMUM_CONFIGURATION = 65536,  // bytes
  MAXIMUM_RUNTIMES = 32,
  MAXIMUM_SLOTS = 4096,
  MINIMUM_UID_BASE = 100000,
  INSTANCE_LENGTH = 32,
  MAXIMUM_RUNTIME_ARGUMENTS = 4,  // the program included
};

struct runtime {
  char *name;
  char *directory;     // on the host; NULL: the runtime brings nothing but the code
  char *arguments[MAXIMUM_RUNTIME_ARGUMENTS + 1];  // of execve, ended by NULL
};

struct configuration {
  char *text;      // owns every string below
  size_t text_size;
  char *instance;  // the data directory's mark
  uint32_t uid_base;
  uint32_t slots;
  char *unpacker;
  char *zygote_library;  // NULL: no sandbox is forked
  struct runtime runtimes[MAXIMUM_RUNTIMES];
  uint32_t runtime_count;
};

// Reads `descriptor` to its end. Does not return if anything is missing, unknown, given twice or out of range.
void configuration_read(int descriptor, struct configuration *configuration);

#endif
