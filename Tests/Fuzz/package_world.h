// What lies around redoubt-unpack in the fuzz target `package-reader`.
#ifndef REDOUBT_FUZZ_PACKAGE_WORLD_H
#define REDOUBT_FUZZ_PACKAGE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(condition, text)                                           \
  do {                                                                  \
    if (!(condition)) {                                                 \
      fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, text); \
      abort();                                                          \
    }                                                                   \
  } while (0)

// How unpacking ended.
struct ending {
  bool is_unpacked;
  int failure;
  uint64_t bytes, entries;
};

// package_process.c: one run of redoubt-unpack in the working directory, on the archive in descriptor 3.
struct ending process_run(uint64_t maximum_bytes, uint64_t maximum_entries);

// package_recipe.c: an archive by a description that mutates better than its bytes do. Returns its size.
size_t recipe_build(const uint8_t *recipe, size_t size, uint8_t *archive, size_t room);

// package_tree.c
struct tree_count {
  uint64_t bytes, entries;
};
// Walks the directory and checks that all in it is plain, and that every link stays inside.
struct tree_count tree_check(int directory);
void tree_empty(int directory);

#endif
