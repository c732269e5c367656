// The code of the interpreter in large pages. Of 2 MiB a child then copies, and at its end takes apart, one entry of the
// page table, and no page fault brings it in.
#define _GNU_SOURCE 1
#include "large_pages.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { COLLAPSE = 25 };  // MADV_COLLAPSE, of kernel 6.1
static const uintptr_t large = 2 * 1024 * 1024;

struct range {
  uintptr_t start, end;
};

// Runs as: the zygote. What cannot be written of an object, as far as it is in one piece from its start: code, and data that
// is read-only.
static struct range unwritable_part(const struct dl_phdr_info *object) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct range found = {0};
  for (unsigned index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t start = object->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
    bool is_next = found.end == 0 || (start & ~(page - 1)) == found.end;
    if ((segment->p_flags & PF_W) != 0 || !is_next) break;
    if (found.end == 0) found.start = start & ~(page - 1);
    found.end = (end + page - 1) & ~(page - 1);
  }
  return found;
}

// Runs as: the zygote. The same bytes, to be read and executed: user code, which may map what it likes, gets nothing by
// read-only data that can be executed. False: the kernel has no large pages to give.
static bool fill(char *place, const struct range *range) {
  size_t size = range->end - range->start;
  if (madvise(place, size, MADV_HUGEPAGE) != 0) return false;
  memcpy(place, (const void *)range->start, size);
  return madvise(place, size, COLLAPSE) == 0 && mprotect(place, size, PROT_READ | PROT_EXEC) == 0;
}

// Runs as: the zygote. Nothing in the range runs meanwhile: the caller is in another object.
static void replace(const struct range *range) {
  size_t size = range->end - range->start;
  char *memory = mmap(NULL, size + large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  char *place = memory + (large - (uintptr_t)memory % large) % large;
  if (fill(place, range)) mremap(place, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)range->start);
  munmap(memory, size + large);
}

// Runs as: the zygote.
static int visit(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size, (void)unused;
  struct range range = unwritable_part(object);
  range.start = (range.start + large - 1) & ~(large - 1);
  range.end &= ~(large - 1);
  if (range.start < range.end) replace(&range);
  return 1;  // only the first, the program
}

// Runs as: the zygote.
void large_pages_use(void) { dl_iterate_phdr(visit, NULL); }
