/* Limited slopes. */
#ifndef CRTRANSPORT_SLOPE_H
#define CRTRANSPORT_SLOPE_H

#include "base/minmax.h"

/* Half of the smallest of the central slope and twice the one-sided ones; 0 if they differ in sign. */
static inline double half_mc(double below, double above) {
  double least = min(below, above), most = max(below, above);
  return min(max(0.25 * (below + above), min(most, 0.0)), max(least, 0.0));
}

#endif
