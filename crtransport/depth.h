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
/* Beyond the bounds, in differences between cells, where q varies along B alone: for the waves of the two moments, which move up to depths of about
 * 0.9 where they are resolved. */
static const double CRT_EASE_FROM = 0.25, CRT_EASE_TO = 0.8;
static inline double crt_depth_ease(double depth) {
  return depth > CRT_EASE_FROM ? 4.0 * min(max((CRT_EASE_TO - depth) * (1.0 / 0.2), 0.0), 1.0) : 0.0;
}
static inline double crt_depth_spare(double bound) { return (1.0 - bound) / max(bound, 1e-3); }

/* The flux of q from cell averages of F, and that of F from those of q, do not see what alternates from cell to cell.  A part of the compact second
 * difference along the axis that is this share of the diffusivity damps it: 0.005 for loss_f = 1 / (2 sqrt(2)) diffusivity / dx, over the four of
 * the third difference and the two of the mean. */
static const double crt_depth_even = 0.005 * 2.828 / 8.0;

#endif
