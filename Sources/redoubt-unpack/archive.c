#define _GNU_SOURCE 1
#include "archive.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_collision.h"
#include "central_directory.h"
#include "entry_name.h"
#include "outcome.h"

// Runs as: sandbox uid, in the unpacker's sandbox.
static void refuse_ambiguity(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || status.st_size <= 0) end_refused(SP_FAILURE_NOT_A_ZIP, "archive: is empty");
  size_t size = (size_t)status.st_size;
  void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (bytes == MAP_FAILED) end_system("archive");
  const char *fault = central_directory_fault(bytes, size);
  if (fault != NULL) end_refused(SP_FAILURE_NOT_A_ZIP, "archive: %s", fault);
  munmap(bytes, size);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
zip_t *archive_open(int descriptor) {
  refuse_ambiguity(descriptor);
  int code = 0;
  int own = dup(descriptor);
  zip_t *archive = own < 0 ? NULL : zip_fdopen(own, ZIP_CHECKCONS, &code);
  if (archive == NULL) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    end_refused(SP_FAILURE_NOT_A_ZIP, "archive: %s", zip_error_strerror(&error));
  }
  if (zip_get_num_entries(archive, 0) <= 0) end_refused(SP_FAILURE_NOT_A_ZIP, "archive: is empty");
  return archive;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void archive_refuse_case_collisions(zip_t *archive) {
  size_t count = (size_t)zip_get_num_entries(archive, 0);
  const char **names = calloc(count, sizeof *names);
  if (names == NULL) end_system("archive");
  for (size_t index = 0; index < count; index++) {
    names[index] = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
    if (names[index] == NULL) end_refused(SP_FAILURE_NOT_A_ZIP, "archive: entry %zu has no name", index);
  }
  const char *first = NULL, *second = NULL;
  if (case_collision_find(names, count, &first, &second))
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.100s`: differs from `%.100s` in case only", first, second);
  free(names);
}

// Runs as: sandbox uid, in the unpacker's sandbox. The mode in an archive made on Unix; 0 if it tells none.
static unsigned unix_mode(zip_t *archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return 0;
  return system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X ? attributes >> 16 : 0;
}

// Runs as: sandbox uid, in the unpacker's sandbox. Set-uid, set-gid and sticky bits are not carried over.
static void read_type(struct entry *entry, unsigned mode) {
  bool is_directory = entry_name_is_directory(entry->name);
  entry->is_executable = (mode & S_IXUSR) != 0;
  entry->type = is_directory ? ENTRY_DIRECTORY : ENTRY_FILE;
  switch (mode & S_IFMT) {
    case 0: return;
    case S_IFDIR:
      if (is_directory) return;
      break;
    case S_IFREG:
      if (!is_directory) return;
      break;
    case S_IFLNK:
      entry->type = ENTRY_LINK;
      if (!is_directory) return;
      break;
    default: break;
  }
  end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: is neither file, directory nor link", entry->name);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static void check_encoding(const struct entry *entry) {
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((entry->status.valid & needed) != needed)
    end_refused(SP_FAILURE_NOT_A_ZIP, "`%.200s`: size or method unknown", entry->name);
  if (entry->status.encryption_method != ZIP_EM_NONE)
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: is encrypted", entry->name);
  if (entry->status.comp_method != ZIP_CM_STORE && entry->status.comp_method != ZIP_CM_DEFLATE)
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: compression method %u", entry->name, entry->status.comp_method);
  if (entry->type == ENTRY_DIRECTORY && entry->status.size != 0)
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: is a directory with content", entry->name);
}

// Runs as: sandbox uid, in the unpacker's sandbox.
void archive_read_entry(zip_t *archive, zip_uint64_t index, struct entry *entry) {
  *entry = (struct entry){.index = index, .name = zip_get_name(archive, index, ZIP_FL_ENC_RAW)};
  if (entry->name == NULL || zip_stat_index(archive, index, 0, &entry->status) != 0)
    end_refused(SP_FAILURE_NOT_A_ZIP, "archive: entry %llu cannot be read", (unsigned long long)index);
  const char *fault = entry_name_fault(entry->name);
  if (fault != NULL) end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: name %s", entry->name, fault);
  const char *decoded = zip_get_name(archive, index, ZIP_FL_ENC_GUESS);
  if (decoded == NULL || zip_name_locate(archive, decoded, ZIP_FL_ENC_GUESS) != (zip_int64_t)index)
    end_refused(SP_FAILURE_UNSAFE_ENTRY, "`%.200s`: is there twice", entry->name);
  read_type(entry, unix_mode(archive, index));
  check_encoding(entry);
}
