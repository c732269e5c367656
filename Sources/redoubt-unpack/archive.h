// What an archive may be made of, on top of what libzip checks.
#ifndef REDOUBT_UNPACK_ARCHIVE_H
#define REDOUBT_UNPACK_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <zip.h>

enum entry_type { ENTRY_FILE, ENTRY_DIRECTORY, ENTRY_LINK };

struct entry {
  zip_uint64_t index;
  const char *name;
  enum entry_type type;
  bool is_executable;
  zip_stat_t status;
};

// Opens the archive on the descriptor; ends the process if it is none, or can be read in two ways.
zip_t *archive_open(int descriptor);
// Ends the process if two names, or directories that they imply, differ in case only.
void archive_refuse_case_collisions(zip_t *archive);
// Reads the facts of one entry; ends the process if it must not be unpacked.
void archive_read_entry(zip_t *archive, zip_uint64_t index, struct entry *entry);

#endif
