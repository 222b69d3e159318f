/* First order and piecewise linear reconstruction.  The half slope h is limited so that c - h and c + h stay between the neighbours. */
#include <math.h>

#include "base/minmax.h"
#include "mhd/reconstruct.h"

void reconstruct_flat(int n, const double *const q[5], bool positive, double *lo, double *hi) {
  (void)positive;
  const double *restrict c = q[2];
  double *restrict l = lo, *restrict h = hi;
#pragma omp simd
  for (int i = 0; i < n; i++) l[i] = h[i] = c[i];
}

/* Half of the smallest of the central slope and twice the one-sided ones; 0 if they differ in sign. */
static inline double half_mc(double below, double above) {
  double mean = 0.25 * (below + above);
  return max(min(mean, min(below, above)), 0.0) + min(max(mean, max(below, above)), 0.0);
}

/* Half of the harmonic mean of the one-sided slopes. */
static inline double half_vanleer(double below, double above) {
  double product = below * above, sum = below + above;
  return product > 0.0 ? product / (product > 0.0 ? sum : 1.0) : 0.0;
}

#define PLM(name, half)                                                                                     \
  void name(int n, const double *const q[5], bool positive, double *lo, double *hi) {                       \
    const double *restrict below = q[1], *restrict cell = q[2], *restrict above = q[3];                     \
    double *restrict l = lo, *restrict u = hi;                                                              \
    if (positive) {                                                                                         \
      _Pragma("omp simd") for (int i = 0; i < n; i++) {                                                     \
        double c = cell[i], h = half(c - below[i], above[i] - c);                                           \
        h = fabs(h) < c ? h : 0.0;                                                                            \
        l[i] = c - h;                                                                                       \
        u[i] = c + h;                                                                                       \
      }                                                                                                     \
    } else {                                                                                                \
      _Pragma("omp simd") for (int i = 0; i < n; i++) {                                                     \
        double c = cell[i], h = half(c - below[i], above[i] - c);                                           \
        l[i] = c - h;                                                                                       \
        u[i] = c + h;                                                                                       \
      }                                                                                                     \
    }                                                                                                       \
  }

PLM(reconstruct_plm_mc, half_mc)
PLM(reconstruct_plm_vanleer, half_vanleer)
