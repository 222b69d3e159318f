/* Exact solution of the Riemann problem of ideal MHD with a field along the normal and fields across it on both sides, made of at most
 * seven regular waves: fast, rotation, slow, contact, slow, rotation, fast.  Ryu & Jones 1995, ApJ 442, 228; Dai & Woodward 1994, JCP 111, 354.
 *
 * Compound and switch waves are not part of it: of the coplanar problems with a reversing field (Brio & Wu 1988), codes find those.
 * B^2/2 is a pressure. */
#ifndef SETUPS_EXACT_RIEMANN_MHD_H
#define SETUPS_EXACT_RIEMANN_MHD_H

#include <stdbool.h>

/* Axis 0 is the normal. */
struct mhd_state { double rho, v[3], p, b[3]; };

enum { MHD_FAN_WAVES = 7, MHD_FAN_STEPS = 128 };

struct mhd_fan {
  double gamma;
  struct mhd_state region[MHD_FAN_WAVES + 1];         /* from left to right                            */
  double speed[MHD_FAN_WAVES][2];                     /* left and right end of each wave               */
  bool spread[MHD_FAN_WAVES];                         /* a rarefaction                                 */
  struct mhd_state profile[MHD_FAN_WAVES][MHD_FAN_STEPS + 1]; /* inside rarefactions, left to right     */
  double profile_speed[MHD_FAN_WAVES][MHD_FAN_STEPS + 1];
};

/* False when there is no such solution or Newton's iteration does not find it. */
bool riemann_mhd_solve(double gamma, const struct mhd_state *left, const struct mhd_state *right, struct mhd_fan *fan);

/* State at x / t = speed. */
void riemann_mhd_sample(const struct mhd_fan *fan, double speed, struct mhd_state *w);

#endif
