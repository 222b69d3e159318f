/* What the machine can do: memory bandwidth and arithmetic, to compare the code with.
 *
 * STREAM triad (McCalpin 1995): a[i] = b[i] + s c[i] on arrays far larger than the caches; counts 24 bytes per element, as STREAM does,
 * although the write first reads its line.  FMA: independent chains of multiply and add, with all of the vector unit busy. */
#include "bench/bench.h"

#include "base/memory.h"

#include <stddef.h>

struct triad { size_t n; double *a, *b, *c; };

static void triad(size_t n, double s, double *restrict a, const double *restrict b, const double *restrict c) {
#pragma omp simd aligned(a, b, c : 64)
  for (size_t i = 0; i < n; i++) a[i] = b[i] + s * c[i];
}

static double stream_triad(const struct bench *b, int pass, void **state) {
  struct triad *t = *state;
  if (pass == 0) {
    t = memory_get(sizeof *t);
    *state = t;
    t->n = b->quick ? (size_t)1 << 22 : (size_t)1 << 24; /* 3 x 32 MiB or 3 x 128 MiB */
    t->a = memory_get(t->n * sizeof(double));
    t->b = memory_get(t->n * sizeof(double));
    t->c = memory_get(t->n * sizeof(double));
    for (size_t i = 0; i < t->n; i++) t->a[i] = t->b[i] = t->c[i] = 1.0;
  } else if (pass < 0) {
    memory_free(t->a);
    memory_free(t->b);
    memory_free(t->c);
    memory_free(t);
    return 0.0;
  }
  double start = bench_clock(b);
  triad(t->n, 0.5, t->a, t->b, t->c);
  double seconds = bench_clock(b) - start;
  bench_use(t->a[t->n / 2]);
  return 24e-9 * (double)t->n * b->size / seconds;
}

/* The vectors of the compiler: an FMA of eight doubles is one instruction with AVX-512 and two with AVX2.  16 chains hide the latency
 * of four cycles in two units. */
typedef double eight __attribute__((vector_size(64)));
enum { CHAINS = 16, FLOPS = 2 * 8 * CHAINS };

static double chains(int n, double x, double y) {
  eight v[CHAINS], a = x - (eight){0}, c = y - (eight){0};
  for (int k = 0; k < CHAINS; k++) v[k] = a * (double)k;
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < CHAINS; k++) v[k] = v[k] * a + c;
  }
  double sum = 0.0;
  for (int k = 0; k < CHAINS; k++) sum += v[k][0] + v[k][7];
  return sum;
}

static double fma_peak(const struct bench *b, int pass, void **state) {
  (void)state;
  if (pass < 0) return 0.0;
  int n = b->quick ? 2000000 : 20000000;
  double start = bench_clock(b);
  double sum = chains(n, 0.999, 1e-3);
  double seconds = bench_clock(b) - start;
  bench_use(sum);
  return 1e-9 * FLOPS * n * b->size / seconds;
}

const struct bench_case bench_machine[] = {
    {"stream_triad", "GB/s", stream_triad, 0},
    {"fma", "GFlop/s", fma_peak, 0},
    {0},
};
