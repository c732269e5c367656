// Fuzz target `package-reader`: redoubt-unpack on any bytes, in a directory of its own. README.md tells what an input
// means and what is checked.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outcome.h"
#include "package_world.h"

enum { ARCHIVE_ROOM = 1 << 21, MAXIMUM_BYTES = 200000, MAXIMUM_TREE_ENTRIES = 40 };

static char around[] = "/dev/shm/redoubt-fuzz-XXXXXX";
static int tree = -1, start = -1;

static void remove_around(void) {
  if (chdir("/") != 0 || unlinkat(AT_FDCWD, around, AT_REMOVEDIR) == 0) return;
  int directory = open(around, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  tree_empty(directory);
  rmdir(around);
}

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  char path[64];
  MUST(fcntl(ARCHIVE_DESCRIPTOR, F_GETFD) < 0, "descriptor 3 is taken: it is the archive's");
  int archive = memfd_create("archive", 0);
  if (archive != ARCHIVE_DESCRIPTOR) {
    MUST(dup2(archive, ARCHIVE_DESCRIPTOR) == ARCHIVE_DESCRIPTOR, "no descriptor 3");
    close(archive);
  }
  start = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  MUST(mkdtemp(around) != NULL, "no directory");
  atexit(remove_around);
  snprintf(path, sizeof path, "%s/tree", around);
  MUST(mkdir(path, 0755) == 0, "no directory");
  tree = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return 0;
}

static void set_archive(const uint8_t *data, size_t size) {
  MUST(ftruncate(ARCHIVE_DESCRIPTOR, (off_t)size) == 0 && lseek(ARCHIVE_DESCRIPTOR, 0, SEEK_SET) == 0, "no archive");
  MUST(pwrite(ARCHIVE_DESCRIPTOR, data, size, 0) == (ssize_t)size, "no archive");
}

static void check_ending(const struct ending *ending) {
  struct tree_count count = tree_check(tree);
  MUST(count.bytes <= MAXIMUM_BYTES && count.entries <= MAXIMUM_TREE_ENTRIES, "more than allowed came out");
  if (ending->is_unpacked) {
    MUST(count.bytes == ending->bytes && count.entries == ending->entries, "not what was reported came out");
    MUST(count.entries > 0, "nothing came out, and no reason why");
    return;
  }
  MUST(ending->failure == SP_FAILURE_NOT_A_ZIP || ending->failure == SP_FAILURE_UNSAFE_ENTRY ||
           ending->failure == SP_FAILURE_TOO_LARGE,
       "a failure that is not the archive's");
}

static void check_around(void) {
  int directory = open(around, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status;
  MUST(fstat(directory, &status) == 0 && status.st_nlink == 3, "another directory beside the tree");
  close(directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t archive[ARCHIVE_ROOM];
  if (size > 0 && data[0] == 'P') {
    set_archive(data, size);
  } else {
    size_t built = recipe_build(data, size, archive, sizeof archive);
    set_archive(archive, built);
  }
  MUST(fchdir(tree) == 0, "no directory");
  struct ending ending = process_run(MAXIMUM_BYTES, MAXIMUM_TREE_ENTRIES);
  MUST(fchdir(start) == 0, "no directory");
  check_ending(&ending);
  tree_empty(tree);
  check_around();
  return 0;
}
