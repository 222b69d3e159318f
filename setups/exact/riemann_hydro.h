/* Exact solution of the Riemann problem of an ideal gas.  Toro 2009, Riemann Solvers and Numerical Methods for Fluid
 * Dynamics, chapter 4. */
#ifndef SETUPS_EXACT_RIEMANN_HYDRO_H
#define SETUPS_EXACT_RIEMANN_HYDRO_H

#include <stdbool.h>

struct hydro_state { double rho, v, p; };

struct hydro_fan {
  double gamma, p, v;            /* pressure and velocity between the outer waves */
  struct hydro_state side[2];
};

/* False when the two sides part so fast that a vacuum opens. */
bool riemann_hydro_solve(double gamma, const struct hydro_state *left, const struct hydro_state *right, struct hydro_fan *fan);

/* State at x / t = speed; which side of the contact it is on (0, 1) is returned, for what the gas carries along. */
int riemann_hydro_sample(const struct hydro_fan *fan, double speed, struct hydro_state *w);

#endif
