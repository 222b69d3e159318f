#define _DEFAULT_SOURCE /* madvise, posix_memalign */
#include "base/memory.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Arrays from `LARGE` bytes on lie in pages of `PAGE` where the system has them: fewer faults, and fewer misses of the table of pages. */
enum { PAGE = 2 << 20, LARGE = 8 << 20, LINE = 64 };

void *memory_get_raw(size_t bytes) {
  if (bytes == 0) return NULL;
  size_t rounded = (bytes + LINE - 1) / LINE * LINE;
  void *p = NULL; /* aligned_alloc would want a multiple of the alignment */
  require(posix_memalign(&p, rounded < LARGE ? LINE : PAGE, rounded) == 0, "out of memory: could not get %.1f MB", (double)bytes / 1e6);
#ifdef MADV_HUGEPAGE
  if (rounded >= LARGE) madvise(p, rounded, MADV_HUGEPAGE); /* advice: a refusal does no harm */
#endif
  return p;
}

void *memory_get(size_t bytes) {
  void *p = memory_get_raw(bytes);
  if (p != NULL) memset(p, 0, bytes);
  return p;
}

void memory_free(void *p) { free(p); }
