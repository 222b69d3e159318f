/* How the pressure along the field goes with the flux. */
#ifndef CRTRANSPORT_CLOSURE_H
#define CRTRANSPORT_CLOSURE_H

#include "base/minmax.h"

#include <math.h>

/* chi = (1 - <mu^2>) / 2, by the closure of Levermore 1984, JQSRT 31, 149 in the form of physics.md 1.1; over_speed: 1 / the speed of the particles in terms
 * of the flux that is kept.  Where there are no particles, that of an isotropic distribution. */
static inline double crt_chi(double q, double f, double over_speed) {
  double most = max(q, 0.0), mu = fabs(f) * over_speed;
  double ratio = most > 0.0 ? min(mu, most) / (most > 0.0 ? most : 1.0) : 0.0;
  double m2 = ratio * ratio;
  return 0.5 - 0.5 * (3.0 + 4.0 * m2) / (5.0 + 2.0 * sqrt(4.0 - 3.0 * m2));
}

#endif
