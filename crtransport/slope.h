/* Limited slopes. */
#ifndef CRTRANSPORT_SLOPE_H
#define CRTRANSPORT_SLOPE_H

#include "base/lanes.h"

/* Half of the smallest of the central slope and twice the one-sided ones; 0 if they differ in sign. */
static inline lanes half_mc(lanes below, lanes above) {
  const lanes mean = 0.25 * (below + above), least = lanes_min(lanes_abs(mean), lanes_min(lanes_abs(below), lanes_abs(above)));
  return lanes_where_positive(below * above, lanes_copysign(least, mean));
}

#endif
