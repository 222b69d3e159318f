/* What the benchmarks share.  A case measures one speed; all processes run it together.
 *
 * To add cases: an array of struct bench_case in a file of its own, ended by an empty one, and a line in the list in bench.c. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <mpi.h>
#include <stdbool.h>

struct bench {
  MPI_Comm comm;
  int rank, size;
  int repeat;      /* measure at least this many times */
  bool quick;      /* shorter measurements             */
};

/* One measurement: the value in the unit of the case, the same on all processes; or a negative number when the case cannot
 * run with this many processes.  pass counts from 0; state made in pass 0 may be kept in *state and is given back in a last call
 * with pass -1, whose value is not used.  Collective. */
typedef double bench_fn(const struct bench *b, int pass, void **state);

struct bench_case {
  const char *name;  /* "_np<processes>" is put behind it, unless it ends in "!" */
  const char *unit;
  bench_fn *function;
  int largest;       /* processes at most; 0: any number */
};

extern const struct bench_case bench_machine[], bench_gas[], bench_adapted[], bench_rays[], bench_transport[], bench_full_step[], bench_elliptic[], bench_implicit[], bench_steady[], bench_cooling[];

/* Seconds since some moment, after waiting for all processes. */
double bench_clock(const struct bench *b);
/* The value of the slowest process and the sum over processes. */
double bench_most(const struct bench *b, double value);
double bench_sum(const struct bench *b, double value);
/* Of n values, which are sorted. */
double bench_median(double *value, int n);
/* Keep the compiler from dropping a result. */
void bench_use(double value);

#endif
