#include "base/memory.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

void *memory_get(size_t bytes) {
  if (bytes == 0) return NULL;
  size_t rounded = (bytes + 63) / 64 * 64;
  void *p = aligned_alloc(64, rounded);
  require(p != NULL, "out of memory: could not get %.1f MB", (double)bytes / 1e6);
  memset(p, 0, rounded);
  return p;
}

void memory_free(void *p) { free(p); }
