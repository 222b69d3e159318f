/* Limited slopes. */
#ifndef CRTRANSPORT_SLOPE_H
#define CRTRANSPORT_SLOPE_H

#include "base/minmax.h"

#include <math.h>

/* Half of the smallest of the central slope and twice the one-sided ones; 0 if they differ in sign. */
static inline double half_mc(double below, double above) {
  double mean = 0.25 * (below + above), least = min(fabs(mean), min(fabs(below), fabs(above)));
  double sign = below * above > 0.0 ? copysign(1.0, mean) : 0.0; /* while least is still on its way */
  return least * sign;
}

#endif
