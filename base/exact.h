/* Sums of doubles without any rounding, so that they are the same to the last bit for every order of adding, every number of ranks and every
 * size of blocks, even where they cancel: a fixed-point number of all the digits that doubles can have (the long accumulator of Kulisch &
 * Miranker 1986, SIAM Rev. 28, 1; in parts that carry late as in Neal 2015, arXiv:1505.05571).  All members 0: the sum is 0.  For sums over
 * many steps; within a block struct sum is smaller. */
#ifndef BASE_EXACT_H
#define BASE_EXACT_H

#include <mpi.h>
#include <stdint.h>
#include <string.h>

enum {
  EXACT_BITS = 40,                                   /* of a part; the rest of its 64 are for what is not carried yet */
  EXACT_PARTS = (1074 + 1024) / EXACT_BITS + 2,      /* digits from 2^-1074 to 2^1023, and the carry                  */
  EXACT_WORDS = EXACT_PARTS + 2,
  EXACT_LATE = 1024                                  /* numbers below 2^52 that a part takes before it must be carried */
};

struct exact {
  int64_t part[EXACT_PARTS];  /* the sum is 2^-1074 times that of part[i] 2^(40 i) */
  int64_t pending;            /* numbers that were added since the last carry      */
  int64_t bad;                /* that were infinite or not numbers                 */
};

/* Parts from 0 to below 2^40, but for the sign in the last one. */
void exact_carry(struct exact *s);

static inline void exact_add(struct exact *s, double x) {
  const uint64_t one = 1;
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52 & 0x7ff);
  uint64_t digits = bits & ((one << 52) - 1);
  if (exponent == 0x7ff) {
    s->bad++;
    return;
  }
  if (exponent > 0) {
    digits |= one << 52;
    exponent--;
  }
  const int i = exponent / EXACT_BITS, shift = exponent % EXACT_BITS;
  const int64_t low = (int64_t)(digits << shift & ((one << EXACT_BITS) - 1)), high = (int64_t)(digits >> (EXACT_BITS - shift));
  const int64_t sign = bits >> 63 ? -1 : 1;
  s->part[i] += sign * low;
  s->part[i + 1] += sign * high;
  if (++s->pending >= EXACT_LATE) exact_carry(s);
}

/* The sum as a double, within a unit of its last place and odd in the sum; not a number if one of the summands was none or infinite. */
double exact_value(const struct exact *s);

/* to += s. */
void exact_join(struct exact *to, const struct exact *s);

/* The sums of all ranks, in place, the same bits on all of them.  Collective. */
void exact_over_ranks(MPI_Comm comm, int n, struct exact *s);

#endif
