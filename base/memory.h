/* Memory aligned to cache lines. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* bytes of zeroed memory, aligned to 64 bytes; fails with the size when there is none.  NULL for 0 bytes. */
void *memory_get(size_t bytes);
/* The same with anything in it, for what is written before it is read and too large to be cleared each time. */
void *memory_get_raw(size_t bytes);
void memory_free(void *p);

#endif
