/* exp, expm1, log and the cube root as inline code without branches or calls, for loops that are to be vectorised.
 * Errors below 2 units in the last place, of the pair below 8 (tests/unit/test_vecmath.c). */
#ifndef MICROPHYSICS_VECMATH_H
#define MICROPHYSICS_VECMATH_H

#include "base/minmax.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int64_t vec_bits(double x) {
  int64_t i;
  memcpy(&i, &x, sizeof i);
  return i;
}

static inline double vec_from_bits(int64_t i) {
  double x;
  memcpy(&x, &i, sizeof x);
  return x;
}

/* x = n ln 2 + r, |r| < 0.35: 2^n, and exp(r) - 1.  x between -700 and 700. */
static inline double vec_exp_parts(double x, double *em1) {
  const double shift = 0x1.8p52;
  double t = x * 1.44269504088896340736 + shift, n = t - shift;
  double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  double r2 = r * r;
  /* Taylor series to r^13, even and odd parts apart for shorter chains. */
  double even = r2 * (1.0 / 2 + r2 * (1.0 / 24 + r2 * (1.0 / 720 + r2 * (1.0 / 40320 + r2 * (1.0 / 3628800 + r2 * (1.0 / 479001600.0))))));
  double odd = r2 * (1.0 / 6 + r2 * (1.0 / 120 + r2 * (1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 + r2 * (1.0 / 6227020800.0))))));
  *em1 = r + (even + r * odd);
  return vec_from_bits((int64_t)((uint64_t)vec_bits(t) << 52) + 0x3ff0000000000000);
}

/* exp(x), with x cut to -700 ... 700. */
static inline double vec_exp(double x) {
  double em1, scale = vec_exp_parts(max(min(x, 700.0), -700.0), &em1);
  return scale + scale * em1;
}

/* 1 - exp(-x) for x >= 0, exact also for small x. */
static inline double vec_one_minus_exp(double x) {
  double em1, scale = vec_exp_parts(-min(x, 700.0), &em1);
  return (1.0 - scale) - scale * em1;
}

/* log(x) of a positive normal number. */
static inline double vec_log(double x) {
  const double shift = 0x1.8p52;
  int64_t i = vec_bits(x) - 0x3fe6a09e667f3bcd;     /* bits of sqrt(1/2) */
  int64_t e = (i >> 52);
  double m = vec_from_bits(vec_bits(x) - (int64_t)((uint64_t)e << 52)) - 1.0;
  double n = vec_from_bits(vec_bits(shift) + e) - shift;
  double z = m / (2.0 + m), z2 = z * z;
  double p = z2 * (2.0 / 3 + z2 * (2.0 / 5 + z2 * (2.0 / 7 + z2 * (2.0 / 9 + z2 * (2.0 / 11 + z2 * (2.0 / 13 + z2 * (2.0 / 15 +
             z2 * (2.0 / 17 + z2 * (2.0 / 19 + z2 * (2.0 / 21))))))))));
  /* log1p(m) = m - z (m - p): the rounding of z enters multiplied by m only. */
  return n * 6.93147180369123816490e-01 + ((m - z * (m - p)) + n * 1.90821492927058770002e-10);
}

/* Cube root of a positive normal number: x^(-1/3) from its bits, one step of fourth order, and x y^2 (1 - e)^(-2/3). */
static inline double vec_cbrt(double x) {
  /* The upper half of the bits over 3, put back in place. */
  int64_t third = (int64_t)(((uint64_t)vec_bits(x) >> 32) * 0x55555556u);
  double y = vec_from_bits(0x553ef0ff289dd796 - third), e = 1.0 - x * (y * y) * y;
  y += y * e * (1.0 / 3 + e * (2.0 / 9 + e * (14.0 / 81)));
  double c = x * (y * y), d = 1.0 - c * y;
  return c + c * d * (2.0 / 3 + d * (5.0 / 9 + d * (40.0 / 81)));
}

/* exp(x) and exp(-x) for |x| < 1. */
static inline void vec_exp_pair(double x, double *up, double *down) {
  double x2 = x * x;
  double even = 1.0 + x2 * (1.0 / 2 + x2 * (1.0 / 24 + x2 * (1.0 / 720 + x2 * (1.0 / 40320 + x2 * (1.0 / 3628800 + x2 * (1.0 / 479001600 +
                x2 * (1.0 / 87178291200.0 + x2 * (1.0 / 20922789888000.0))))))));
  double odd = x * (1.0 + x2 * (1.0 / 6 + x2 * (1.0 / 120 + x2 * (1.0 / 5040 + x2 * (1.0 / 362880 + x2 * (1.0 / 39916800 +
               x2 * (1.0 / 6227020800.0 + x2 * (1.0 / 1307674368000.0 + x2 * (1.0 / 355687428096000.0)))))))));
  *up = even + odd;
  *down = even - odd;
}

/* The same for |x| < 0.3. */
static inline void vec_exp_pair_small(double x, double *up, double *down) {
  double x2 = x * x;
  double even = 1.0 + x2 * (1.0 / 2 + x2 * (1.0 / 24 + x2 * (1.0 / 720 + x2 * (1.0 / 40320 + x2 * (1.0 / 3628800 + x2 * (1.0 / 479001600.0))))));
  double odd = x * (1.0 + x2 * (1.0 / 6 + x2 * (1.0 / 120 + x2 * (1.0 / 5040 + x2 * (1.0 / 362880 + x2 * (1.0 / 39916800.0))))));
  *up = even + odd;
  *down = even - odd;
}

/* cosh(sqrt z) - 1 and sinh(sqrt z) / sqrt z, which for z < 0 are cos(sqrt -z) - 1 and sin(sqrt -z) / sqrt -z; -10 < z < 110. */
static inline void vec_cosh_sinh(double z, double *cosh1, double *sinhc) {
  double y = z * (1.0 / 256);
  double h = y * (1.0 / 2 + y * (1.0 / 24 + y * (1.0 / 720 + y * (1.0 / 40320 + y * (1.0 / 3628800 + y * (1.0 / 479001600 + y * (1.0 / 87178291200.0)))))));
  double s = 1.0 + y * (1.0 / 6 + y * (1.0 / 120 + y * (1.0 / 5040 + y * (1.0 / 362880 + y * (1.0 / 39916800 + y * (1.0 /
      6227020800.0 + y * (1.0 / 1307674368000.0)))))));
  s += s * h, h = 2.0 * h * (2.0 + h);  /* doubling of the argument, four times; written out, as loops in here stop vectorisation */
  s += s * h, h = 2.0 * h * (2.0 + h);
  s += s * h, h = 2.0 * h * (2.0 + h);
  s += s * h, h = 2.0 * h * (2.0 + h);
  *cosh1 = h;
  *sinhc = s;
}

#endif
