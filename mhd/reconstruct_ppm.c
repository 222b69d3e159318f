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
/* Curvatures and changes below this, relative to the values, are round-off and no reason to limit. */
#define ROUND_OFF 1e-12

/* The one of the smaller size, 0 if the signs differ; its arguments are two minima and two maxima. */
static inline double smaller(double min1, double min2, double max1, double max2) {
  return max(min(min1, min2), 0.0) + min(max(max1, max2), 0.0);
}

static inline __attribute__((always_inline)) void ppm(bool positive, int n, const double *const q[5], double *lo, double *hi) {
  const double *restrict q0 = q[0], *restrict q1 = q[1], *restrict q2 = q[2], *restrict q3 = q[3], *restrict q4 = q[4];
  double *restrict l = lo, *restrict u = hi;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    const double a = q0[i], b = q1[i], c = q2[i], d = q3[i], e = q4[i];
    const double d1 = c - b, d2 = d - c;                                         /* first differences at the two faces */
    const double s1 = d1 - (b - a), s2 = d2 - d1, s3 = (e - d) - d2;             /* second differences of cells -1, 0, 1 */
    const double lo12 = min(s1, s2), lo23 = min(s2, s3), hi12 = max(s1, s2), hi23 = max(s2, s3);

    /* Second differences at the faces, limited (CS eq. 18 to 20) where the face value would not lie between the two cells. */
    const double m1 = 0.5 * (s1 + s2), m2 = 0.5 * (s2 + s3);
    const double k1 = smaller(m1, CURVATURE * lo12, m1, CURVATURE * hi12), k2 = smaller(m2, CURVATURE * lo23, m2, CURVATURE * hi23);
    const double w1 = fabs(m1) > 3.0 * fabs(d1) ? k1 : m1, w2 = fabs(m2) > 3.0 * fabs(d2) ? k2 : m2;

    const double f1 = 0.5 * (b + c) - w1 * (1.0 / 6.0), f2 = 0.5 * (c + d) - w2 * (1.0 / 6.0);
    const double down = c - f1, up = f2 - c;

    /* At an extremum shrink the parabola so that its second derivative, 6 s, fits the neighbours', CS eq. 21 to 24.  0/0 shrinks nothing. */
    const double s = up - down, scale = CURVATURE / 6.0;
    const double fit = smaller(s, scale * min(lo12, lo23), s, scale * max(hi12, hi23));
    const double allowed = (1.0 - ROUND_OFF) * fabs(s) - ROUND_OFF * (fabs(f1) + fabs(f2));
    const double ratio = fit / s;
    const bool shrink = fabs(fit) < allowed;
    const double x1 = shrink ? c - ratio * down : f1, y1 = shrink ? c + ratio * up : f2;

    /* Elsewhere move one face so that the parabola is monotone. */
    const double x2 = fabs(down) > 2.0 * fabs(up) ? c - 2.0 * up : f1, y2 = fabs(up) > 2.0 * fabs(down) ? c + 2.0 * down : f2;
    const bool extremum = min(down * up, d1 * d2) <= 0.0;
    double x = extremum ? x1 : x2, y = extremum ? y1 : y2;
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
