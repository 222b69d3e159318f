/* Vectors of doubles that fill a register, for loops in which neighbours share work: arithmetic and comparisons by the operators of the compiler.
 *
 * Each lane has the bits that the same operations give a double; min and max are those of base/minmax.h. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define LANES 8
#elif defined(__AVX__)
#include <immintrin.h>
#define LANES 4
#elif defined(__SSE2__)
#include <emmintrin.h>
#define LANES 2
#else
#define LANES 2
#endif

typedef double lanes __attribute__((vector_size(8 * LANES)));
typedef long long lanes_bits __attribute__((vector_size(8 * LANES)));

static inline lanes lanes_of(double x) {
  lanes v;
  for (int l = 0; l < LANES; l++) v[l] = x;
  return v;
}

/* The first n >= 1 numbers of an array, the other lanes 0; n >= LANES: all lanes.  Nothing behind them is touched. */
static inline lanes lanes_load(const double *p, int n) {
  lanes v = {0.0};
  if (n >= LANES) {
    memcpy(&v, p, sizeof v);
    return v;
  }
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1u), p);
#elif defined(__AVX__)
  return _mm256_maskload_pd(p, (__m256i)((lanes_bits){0, 1, 2, 3} < (long long)n));
#else
  v[0] = p[0];
  return v;
#endif
}

static inline void lanes_store(double *p, lanes v, int n) {
  if (n >= LANES) {
    memcpy(p, &v, sizeof v);
    return;
  }
#if defined(__AVX512F__)
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1u), v);
#elif defined(__AVX__)
  _mm256_maskstore_pd(p, (__m256i)((lanes_bits){0, 1, 2, 3} < (long long)n), v);
#else
  p[0] = v[0];
#endif
}

static inline lanes lanes_min(lanes a, lanes b) {
#if defined(__AVX512F__)
  return _mm512_min_pd(a, b);
#elif defined(__AVX__)
  return _mm256_min_pd(a, b);
#elif defined(__SSE2__)
  return _mm_min_pd(a, b);
#else
  for (int l = 0; l < LANES; l++) a[l] = a[l] < b[l] ? a[l] : b[l];
  return a;
#endif
}

static inline lanes lanes_max(lanes a, lanes b) {
#if defined(__AVX512F__)
  return _mm512_max_pd(a, b);
#elif defined(__AVX__)
  return _mm256_max_pd(a, b);
#elif defined(__SSE2__)
  return _mm_max_pd(a, b);
#else
  for (int l = 0; l < LANES; l++) a[l] = a[l] > b[l] ? a[l] : b[l];
  return a;
#endif
}

static inline lanes lanes_abs(lanes a) { return (lanes)((lanes_bits)a & 0x7fffffffffffffffLL); }
static inline lanes lanes_copysign(lanes size, lanes sign) {
  return (lanes)(((lanes_bits)size & 0x7fffffffffffffffLL) | ((lanes_bits)sign & (-0x7fffffffffffffffLL - 1)));
}

/* v where x > 0, else 0. */
static inline lanes lanes_where_positive(lanes x, lanes v) {
#if defined(__AVX512F__)
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, lanes_of(0.0), _CMP_GT_OQ), v);
#else
  return (lanes)((lanes_bits)(x > 0.0) & (lanes_bits)v);
#endif
}

/* v where a and b differ, else 0. */
static inline lanes lanes_where_different(lanes a, lanes b, lanes v) {
#if defined(__AVX512F__)
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ), v);
#else
  return (lanes)((lanes_bits)(a != b) & (lanes_bits)v);
#endif
}

/* The lanes of b, one further up, behind the last of a. */
static inline lanes lanes_behind(lanes a, lanes b) {
#if LANES == 8
  return __builtin_shufflevector(a, b, 7, 8, 9, 10, 11, 12, 13, 14);
#elif LANES == 4
  return __builtin_shufflevector(a, b, 3, 4, 5, 6);
#else
  return __builtin_shufflevector(a, b, 1, 2);
#endif
}

static inline double lanes_sum(lanes v) {
  double sum = 0.0;
  for (int l = 0; l < LANES; l++) sum += v[l];
  return sum;
}

#endif
