#include "base/exact.h"

#include "base/fail.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>

static const int64_t BASE = (int64_t)1 << EXACT_BITS;

_Static_assert(sizeof(struct exact) == EXACT_WORDS * sizeof(int64_t), "words without gaps");

void exact_carry(struct exact *s) {
  for (int i = 0; i < EXACT_PARTS - 1; i++) {
    const int64_t digits = s->part[i] & (BASE - 1);
    s->part[i + 1] += (s->part[i] - digits) / BASE;
    s->part[i] = digits;
  }
  s->pending = 0;
}

double exact_value(const struct exact *s) {
  struct exact a = *s;
  if (a.bad > 0) return NAN;
  exact_carry(&a);
  const bool negative = a.part[EXACT_PARTS - 1] < 0;
  if (negative) {
    for (int i = 0; i < EXACT_PARTS; i++) a.part[i] = -a.part[i];
    exact_carry(&a);
  }
  int top = EXACT_PARTS - 1;
  while (top > 2 && a.part[top] == 0) top--;
  /* The first part with digits and the two below hold at least 81 bits. */
  const double over = 1.0 / (double)BASE;
  const double value = ldexp(((double)a.part[top - 1] + (double)a.part[top - 2] * over) * over + (double)a.part[top], EXACT_BITS * top - 1074);
  return negative ? -value : value;
}

void exact_join(struct exact *to, const struct exact *s) {
  struct exact a = *s;
  exact_carry(&a);
  exact_carry(to);
  for (int i = 0; i < EXACT_PARTS; i++) to->part[i] += a.part[i];
  to->pending = 1;
  to->bad += a.bad;
}

void exact_over_ranks(MPI_Comm comm, int n, struct exact *s) {
  int size;
  MPI_Comm_size(comm, &size);
  require(size < 1 << (62 - EXACT_BITS), "exact_over_ranks: too many ranks (%d)", size);
  require((int64_t)n * EXACT_WORDS < INT_MAX, "exact_over_ranks: too many sums (%d)", n);
  for (int i = 0; i < n; i++) exact_carry(&s[i]);
  MPI_Allreduce(MPI_IN_PLACE, s, n * EXACT_WORDS, MPI_INT64_T, MPI_SUM, comm);
  for (int i = 0; i < n; i++) exact_carry(&s[i]);
}
