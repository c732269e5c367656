// Landlock, on top of mounts and modes: should one of them ever be too generous, this still says where user code may
// write. It binds the program, not its init, which has to look into processes of the program's.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_entry.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum {
  FIRST_USABLE = 2,        // before it, files could not move between directories, not even within /tmp
  FIRST_WITH_TRUNCATE = 3,
};

static const uint64_t truncate_file = UINT64_C(1) << 14;  // LANDLOCK_ACCESS_FS_TRUNCATE, which older headers lack
static const uint64_t look = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t change = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                               LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                               LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                               LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
// Handled, so that nobody is allowed to.
static const uint64_t never = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int allow_beneath(int ruleset, int file, uint64_t access) {
  const struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = file};
  return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int allow(int ruleset, const char *path, uint64_t access) {
  int file = open(path, O_PATH | O_CLOEXEC);
  if (file < 0) return -1;
  int result = allow_beneath(ruleset, file, access);
  int error = errno;
  close(file);
  errno = error;
  return result;
}

// Runs as: sandbox uid with full capabilities in its own user namespace.
static int add_rules(int ruleset, enum sandbox_kind kind, int program, uint64_t truncation) {
  static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full"};
  static const char *const user_places[] = {"/tmp", "/dev/shm", NULL}, *const places_of_trees[] = {"/out", NULL};
  if (allow(ruleset, "/", look) != 0) return -1;
  // The unpacker lies on the host, below no directory that the sandbox has.
  const uint64_t execute = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
  if (program >= 0 && allow_beneath(ruleset, program, execute) != 0) return -1;
  for (size_t index = 0; index < sizeof devices / sizeof devices[0]; index++)
    if (allow(ruleset, devices[index], LANDLOCK_ACCESS_FS_WRITE_FILE | truncation) != 0) return -1;
  const char *const *place = sandbox_fills_tree(kind) ? places_of_trees : user_places;
  for (; *place != NULL; place++)
    if (allow(ruleset, *place, change | truncation) != 0) return -1;
  return 0;
}

// Runs as: sandbox uid with full capabilities in its own user namespace. A kernel without Landlock has the mounts only.
int entry_confine_files(enum sandbox_kind kind, int program) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < FIRST_USABLE) return 0;
  uint64_t truncation = version >= FIRST_WITH_TRUNCATE ? truncate_file : 0;
  const uint64_t handled = look | change | never | truncation;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
  if (ruleset < 0) return -1;
  int result = add_rules(ruleset, kind, program, truncation);
  if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
  int error = errno;
  close(ruleset);
  errno = error;
  return result;
}
