#include "io/checksum.h"

#include <string.h>

/* An odd multiplier with random bits: Knuth's for linear congruential generators, L'Ecuyer 1999, Math. Comp. 68, 249, table 4. */
static uint64_t step(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * UINT64_C(3935559000370003845);
  return sum ^ (sum >> 29);
}

uint64_t checksum(uint64_t sum, const void *data, size_t bytes) {
  const char *p = data;
  uint64_t word;
  size_t left = bytes;
  for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
    memcpy(&word, p, sizeof word);
    sum = step(sum, word);
  }
  word = 0;
  if (left > 0) memcpy(&word, p, left);
  return step(step(sum, word), bytes + 1);
}

uint64_t checksum_row(int64_t row, const void *data, size_t bytes) {
  uint64_t seed = (uint64_t)row + 1;
  return checksum(checksum(0, &seed, sizeof seed), data, bytes);
}
