/* Factors by the optical depth of a cell. */
#ifndef CRTRANSPORT_DEPTH_H
#define CRTRANSPORT_DEPTH_H

#include "base/minmax.h"

#include <math.h>

/* Dissipation of F as in Jiang & Oh 2018, ApJ 854, 5, with a rational form of their factor: the speed falls as 1 / depth, so that its
 * diffusivity stays below the physical one. */
static inline double crt_depth_damp_f(double depth) { return 1.0 / sqrt(1.0 + 1.5 * depth * depth); }
/* That of q is gone before scattering alone makes the scheme stable. */
static inline double crt_depth_damp_q(double depth) {
  double x = depth * (1.0 / 0.12), x2 = x * x;
  return 1.0 / (1.0 + x2 * x2);
}
/* The bounds hold in full from this depth on, and fade out where beams cross: the lower to 0, the upper to a thousand times the highest value
 * of the neighbourhood. */
static inline double crt_depth_bounds(double depth) { return min(max((depth - 0.1) * (1.0 / 0.15), 0.0), 1.0); }
static inline double crt_depth_spare(double bound) { return (1.0 - bound) / max(bound, 1e-3); }

#endif
