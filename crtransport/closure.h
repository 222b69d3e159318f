/* How the pressure along the field goes with the flux. */
#ifndef CRTRANSPORT_CLOSURE_H
#define CRTRANSPORT_CLOSURE_H

#include "base/minmax.h"

#include <math.h>

/* chi = (1 - <mu^2>) / 2, by the closure of Levermore 1984, JQSRT 31, 149 in the form of physics.md 1.1, which is (sqrt(4 - 3 m^2) - 1) / 3 for a mean
 * cosine m; over_speed: 1 / the speed of the particles in terms of the flux that is kept.  Where there are no particles, that of an isotropic
 * distribution. */
static inline double crt_chi(double q, double f, double over_speed) {
  double most = max(q, 1e-300), ratio = min(fabs(f) * over_speed, most) / most;
  return q > 0.0 ? (1.0 / 3.0) * (sqrt(4.0 - 3.0 * (ratio * ratio)) - 1.0) : 1.0 / 3.0;
}

/* The same from the square of the mean cosine. */
static inline double crt_chi_of(double mu2) { return 0.5 - 0.5 * (3.0 + 4.0 * mu2) / (5.0 + 2.0 * sqrt(4.0 - 3.0 * mu2)); }

#endif
