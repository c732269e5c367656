#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "outcome.h"
#include "package_world.h"

int unpack_main(int argument_count, char **arguments);

enum { MAXIMUM_BLOCKS = 8, FIRST_OWN_DESCRIPTOR = 64 };

static jmp_buf process_end;
static struct ending ending;
static zip_t *archive;
static zip_file_t *content;
static void *blocks[MAXIMUM_BLOCKS];
static void *mapping;
static size_t mapping_size;

// Ends

_Noreturn void end_unpacked(uint64_t bytes, uint64_t entries) {
  ending = (struct ending){.is_unpacked = true, .bytes = bytes, .entries = entries};
  longjmp(process_end, 1);
}

_Noreturn void end_refused(enum sp_failure failure, const char *format, ...) {
  char text[SP_MAX_DETAIL];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  ending = (struct ending){.failure = (int)failure};
  longjmp(process_end, 1);
}

_Noreturn void end_system(const char *name) {
  MUST(errno == ENOSPC || errno == ENAMETOOLONG, name);
  end_refused(SP_FAILURE_TOO_LARGE, "`%.200s`", name);
}

// What a process holds until it ends

void *double_mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  mapping = mmap(address, size, protection, flags, descriptor, offset);
  mapping_size = size;
  return mapping;
}

// Above everything that the fuzzer itself has open, so that all that is above can be closed.
static int move_up(int descriptor) {
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_OWN_DESCRIPTOR);
  close(descriptor);
  return moved;
}

int double_dup(int descriptor) { return fcntl(descriptor, F_DUPFD, FIRST_OWN_DESCRIPTOR); }

zip_t *double_zip_fdopen(int descriptor, int flags, int *code) { return archive = zip_fdopen(descriptor, flags, code); }

zip_file_t *double_zip_fopen_index(zip_t *from, zip_uint64_t index, zip_flags_t flags) {
  return content = zip_fopen_index(from, index, flags);
}

int double_zip_fclose(zip_file_t *file) {
  content = NULL;
  return zip_fclose(file);
}

static void **block(const void *value) {
  for (unsigned index = 0; index < MAXIMUM_BLOCKS; index++)
    if (blocks[index] == value) return &blocks[index];
  MUST(false, "memory that nobody gave, or too many blocks");
}

void *double_calloc(size_t count, size_t size) {
  MUST(count <= 65535, "memory by the word of the archive");
  return *block(NULL) = calloc(count, size);
}

void double_free(void *memory) {
  *block(memory) = NULL;
  free(memory);
}

static void give_back(void) {
  if (content != NULL) zip_fclose(content);
  if (archive != NULL) zip_discard(archive);
  if (mapping != NULL) munmap(mapping, mapping_size);
  for (unsigned index = 0; index < MAXIMUM_BLOCKS; index++) free(blocks[index]);
  memset(blocks, 0, sizeof blocks);
  content = NULL;
  archive = NULL;
  mapping = NULL;
  close_range(FIRST_OWN_DESCRIPTOR, ~0U, 0);
}

// What it makes

static void check_component(int directory, const char *component) {
  MUST(directory >= FIRST_OWN_DESCRIPTOR, "a name that is not below a directory of its own");
  MUST(component[0] != '\0' && strchr(component, '/') == NULL, "a path where a name should be");
  MUST(strcmp(component, ".") != 0 && strcmp(component, "..") != 0, "a name that leads out");
}

int double_openat(int directory, const char *component, int flags, ...) {
  check_component(directory, component);
  MUST((flags & O_NOFOLLOW) != 0, "a link is followed");
  MUST((flags & O_CREAT) == 0 || (flags & O_EXCL) != 0, "what is there is written over");
  int file = openat(directory, component, flags, 0600);
  return file < 0 ? file : move_up(file);
}

int double_mkdirat(int directory, const char *component, mode_t mode) {
  check_component(directory, component);
  return mkdirat(directory, component, mode);
}

int double_symlinkat(const char *target, int directory, const char *component) {
  check_component(directory, component);
  return symlinkat(target, directory, component);
}

int double_fchmod(int file, mode_t mode) {
  MUST(mode == 0644 || mode == 0755, "a mode that is not plain");
  return fchmod(file, mode);
}

int double_open(const char *path, int flags, ...) {
  MUST(strcmp(path, ".") == 0, "a file that is none of its business");
  return move_up(open(path, flags));
}

struct ending process_run(uint64_t maximum_bytes, uint64_t maximum_entries) {
  char bytes[24], entries[24];
  snprintf(bytes, sizeof bytes, "%" PRIu64, maximum_bytes);
  snprintf(entries, sizeof entries, "%" PRIu64, maximum_entries);
  char *arguments[] = {"redoubt-unpack", bytes, entries, NULL};
  if (setjmp(process_end) == 0) unpack_main(3, arguments);
  give_back();
  return ending;
}
