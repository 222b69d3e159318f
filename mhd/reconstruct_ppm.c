/* Piecewise parabolic reconstruction that keeps smooth extrema: Colella & Sekora 2008, JCP 227, 7069 (CS), with the guard against round-off
 * of McCorquodale & Colella 2011, Commun. Appl. Math. Comput. Sci. 6, 1.
 *
 * Everything is written in first and second differences.  A face value is the mean of its two cells less w/6, where w is the mean of their
 * second differences: that is (7 (b + c) - (a + d)) / 12, and both cells get the same bits. */
#include <math.h>

#include "base/minmax.h"
#include "mhd/reconstruct.h"

/* How much larger than its neighbours a second difference may be, C of CS. */
#define CURVATURE 1.25
/* Differences below this, relative to the values, are round-off. */
#define ROUND_OFF 1e-12

static inline double minmod(double a, double b) { return max(min(a, b), 0.0) + min(max(a, b), 0.0); }

/* Second difference at the face between cells with second differences a and b and the first difference d: limited, CS eq. 18 to 20,
 * where the face value would not lie between the two cells. */
static inline double face_curvature(double a, double b, double d) {
  double mean = 0.5 * (a + b);
  return fabs(mean) > 3.0 * fabs(d) ? minmod(mean, CURVATURE * minmod(a, b)) : mean;
}

static inline __attribute__((always_inline)) void ppm(bool positive, int n, const double *const q[5], double *lo, double *hi) {
  const double *restrict q0 = q[0], *restrict q1 = q[1], *restrict q2 = q[2], *restrict q3 = q[3], *restrict q4 = q[4];
  double *restrict l = lo, *restrict u = hi;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    const double a = q0[i], b = q1[i], c = q2[i], d = q3[i], e = q4[i];
    const double d1 = c - b, d2 = d - c;                                         /* first differences at the two faces */
    const double s1 = d1 - (b - a), s2 = d2 - d1, s3 = (e - d) - d2;             /* second differences of cells -1, 0, 1 */
    const double w1 = face_curvature(s1, s2, d1), w2 = face_curvature(s2, s3, d2);

    const double f1 = 0.5 * (b + c) - w1 * (1.0 / 6.0), f2 = 0.5 * (c + d) - w2 * (1.0 / 6.0);
    const double down = c - f1, up = f2 - c;

    /* At an extremum shrink the parabola so that its second derivative fits the neighbours', CS eq. 21 to 24. */
    const double s = 6.0 * (up - down);
    const double fit = minmod(s, CURVATURE * minmod(s2, minmod(s1, s3)));
    const double size = max(max(fabs(a), fabs(e)), max(fabs(c), max(fabs(b), fabs(d))));
    const bool round_off = fabs(s) <= ROUND_OFF * size;
    const double ratio = round_off ? 0.0 : fit / (round_off ? 1.0 : s);
    const bool fits = ratio > 1.0 - ROUND_OFF;

    /* Elsewhere move one face so that the parabola is monotone. */
    const bool extremum = down * up <= 0.0 || d1 * d2 <= 0.0;
    double x = extremum ? (fits ? f1 : c - ratio * down) : fabs(down) >= 2.0 * fabs(up) ? c - 2.0 * up : f1;
    double y = extremum ? (fits ? f2 : c + ratio * up) : fabs(up) >= 2.0 * fabs(down) ? c + 2.0 * down : f2;
    if (positive) {
      const bool ok = min(x, y) > 0.0;
      x = ok ? x : c;
      y = ok ? y : c;
    }
    l[i] = x;
    u[i] = y;
  }
}

void reconstruct_ppm(int n, const double *const q[5], bool positive, double *lo, double *hi) {
  if (positive)
    ppm(true, n, q, lo, hi);
  else
    ppm(false, n, q, lo, hi);
}
