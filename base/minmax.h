/* Minima, maxima and sums whose value does not depend on the order of the arguments.
 *
 * Unlike fmin and fmax, min and max compile to one instruction and vectorise; their value for
 * NaN is not fixed.  sum3 and sum4 add the smallest to the largest first, so that a sum over directions is the same
 * to the last bit when the axes are permuted, and changes only its sign when all arguments do (mirrored vectors). */
#ifndef BASE_MINMAX_H
#define BASE_MINMAX_H

static inline double min(double a, double b) { return a < b ? a : b; }
static inline double max(double a, double b) { return a > b ? a : b; }

static inline double sum3(double a, double b, double c) {
  double lo = min(a, b), hi = max(a, b);
  double mid = max(lo, min(hi, c));
  return (min(lo, c) + max(hi, c)) + mid;
}

static inline double sum4(double a, double b, double c, double d) {
  double lo1 = min(a, b), hi1 = max(a, b), lo2 = min(c, d), hi2 = max(c, d);
  double m1 = max(lo1, lo2), m2 = min(hi1, hi2);
  return (min(lo1, lo2) + max(hi1, hi2)) + (min(m1, m2) + max(m1, m2));
}

#endif
