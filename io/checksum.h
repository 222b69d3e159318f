/* Checksums of what is in a file.
 *
 * Every step is a one-to-one map of the sum so far and of the next word, so a change of one word always changes it.  Sums of rows
 * with different numbers may be added in any order, so they do not depend on which rank has which row. */
#ifndef IO_CHECKSUM_H
#define IO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Go on from sum with these bytes; start from 0. */
uint64_t checksum(uint64_t sum, const void *data, size_t bytes);
/* Of row number row. */
uint64_t checksum_row(int64_t row, const void *data, size_t bytes);

#endif
