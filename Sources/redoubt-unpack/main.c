// redoubt-unpack <maximum bytes> <maximum entries>: unpacks the zip on descriptor 3 into the working directory and
// reports on descriptor 4. Started by redoubt-spawner in a throwaway sandbox; trusts no byte of the archive.
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive.h"
#include "entry_name.h"
#include "needed_libraries.h"
#include "outcome.h"
#include "tree_writer.h"

LINK_NEEDED_LIBRARIES_ONLY;

// Runs as: sandbox uid, in the unpacker's sandbox.
static uint64_t number(const char *text) {
  char *end = NULL;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0' || errno != 0) end_refused(SP_FAILURE_INVALID, "argument `%.100s`", text);
  return value;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static zip_file_t *open_content(zip_t *archive, const struct entry *entry) {
  zip_file_t *content = zip_fopen_index(archive, entry->index, 0);
  if (content == NULL)
    end_refused(SP_FAILURE_NOT_A_ZIP, "`%.200s`: %.40s", entry->name, zip_strerror(archive));
  return content;
}

// Runs as: sandbox uid, in the unpacker's sandbox. Counts what comes out, whatever the archive says it would be.
static void unpack_file(zip_t *archive, const struct entry *entry, struct tree_writer *writer) {
  static char block[65536];
  zip_file_t *content = open_content(archive, entry);
  int file = tree_writer_add_file(writer, entry->name);
  uint64_t total = 0;
  zip_int64_t count;
  while ((count = zip_fread(content, block, sizeof block)) > 0) {
    tree_writer_append(writer, file, entry->name, block, (uint64_t)count);
    total += (uint64_t)count;
  }
  if (count < 0 || total != entry->status.size)
    end_refused(SP_FAILURE_NOT_A_ZIP, "`%.200s`: content is damaged", entry->name);
  zip_fclose(content);
  time_t modified = (entry->status.valid & ZIP_STAT_MTIME) != 0 ? entry->status.mtime : 0;
  tree_writer_finish_file(file, entry->name, entry->is_executable ? 0755 : 0644, modified);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static void unpack_link(zip_t *archive, const struct entry *entry, struct tree_writer *writer) {
  char target[MAXIMUM_NAME + 1];
  zip_file_t *content = open_content(archive, entry);
  zip_int64_t count = zip_fread(content, target, sizeof target);
  bool is_damaged = count < 0 || count > MAXIMUM_NAME || (uint64_t)count != entry->status.size;
  // A second read, because the first one hides behind its bytes that the CRC is wrong.
  if (is_damaged || zip_fread(content, &target[count], 1) != 0)
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: link is damaged or too long", entry->name);
  zip_fclose(content);
  target[count] = '\0';
  for (zip_int64_t index = 0; index < count; index++)
    if (target[index] == '\0') end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: link holds a NUL", entry->name);
  const char *fault = link_target_fault(entry->name, target);
  if (fault != NULL) end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: link %s", entry->name, fault);
  tree_writer_add_link(writer, entry->name, target);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
int main(int argument_count, char **arguments) {
  if (argument_count != 3) end_refused(SP_FAILURE_INVALID, "usage: maximum bytes, maximum entries");
  struct tree_writer writer;
  tree_writer_open(&writer, number(arguments[1]), number(arguments[2]));
  zip_t *archive = archive_open(ARCHIVE_DESCRIPTOR);
  zip_uint64_t count = (zip_uint64_t)zip_get_num_entries(archive, 0);
  if (count > writer.maximum_entries)
    end_refused(SP_FAILURE_TOO_LARGE, "archive: more than %llu entries", (unsigned long long)writer.maximum_entries);
  archive_refuse_case_collisions(archive);
  for (zip_uint64_t index = 0; index < count; index++) {
    struct entry entry;
    archive_read_entry(archive, index, &entry);
    switch (entry.type) {
      case ENTRY_DIRECTORY: tree_writer_add_directory(&writer, entry.name); break;
      case ENTRY_FILE: unpack_file(archive, &entry, &writer); break;
      case ENTRY_LINK: unpack_link(archive, &entry, &writer); break;
    }
  }
  end_unpacked(writer.bytes, writer.entries);
}
