// Writes below the working directory, /out, and nowhere else: links are never followed.
#ifndef REDOUBT_UNPACK_TREE_WRITER_H
#define REDOUBT_UNPACK_TREE_WRITER_H

#include <stdint.h>
#include <time.h>

struct tree_writer {
  int root;
  uint64_t entries, maximum_entries;  // files, links and directories, also those that names only imply
  uint64_t bytes, maximum_bytes;
};

void tree_writer_open(struct tree_writer *writer, uint64_t maximum_bytes, uint64_t maximum_entries);
void tree_writer_add_directory(struct tree_writer *writer, const char *name);
// A new, empty file; the caller closes it.
int tree_writer_add_file(struct tree_writer *writer, const char *name);
void tree_writer_append(struct tree_writer *writer, int file, const char *name, const void *bytes, uint64_t count);
void tree_writer_add_link(struct tree_writer *writer, const char *name, const char *target);
void tree_writer_finish_file(int file, const char *name, unsigned mode, time_t modified);

#endif
