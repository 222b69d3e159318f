/* Sums in twice the working precision (Knuth's two-sum), so that a total over a mesh is the same
 * to the last bit for every order of adding in practice, and exactly for every number of ranks. */
#ifndef BASE_SUM_H
#define BASE_SUM_H

#include <mpi.h>
#include <stdint.h>

struct sum { double hi, lo; };

static inline void sum_add(struct sum *s, double x) {
  double t = s->hi + x, z = t - s->hi;
  s->lo += (s->hi - (t - z)) + (x - z);
  s->hi = t;
}

static inline double sum_value(const struct sum *s) { return s->hi + s->lo; }

/* Totals of n quantities over all blocks of all ranks, added in the global order of the blocks.
 *   part   [count][n]  in   sums over each local block; ranks hold contiguous ranges in rank order
 *   total  [n]         out  the same on all ranks
 * Collective. */
void sum_over_blocks(MPI_Comm comm, int count, int n, const struct sum *part, double *total);

/* The sums of all ranks, in place, the same bits on all of them.  Collective. */
void sum_over_ranks(MPI_Comm comm, int n, struct sum *s);

#endif
