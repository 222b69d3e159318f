/* The self-similar blast wave of Sedov, Taylor and von Neumann in uniform cold gas: planar, cylindrical or spherical.
 * Sedov 1959, Similarity and Dimensional Methods in Mechanics, in the form of Kamm & Timmes 2007, LA-UR-07-2849 (standard case). */
#ifndef SETUPS_EXACT_SEDOV_H
#define SETUPS_EXACT_SEDOV_H

#include <stdbool.h>

enum { SEDOV_STEPS = 2048 };

struct sedov {
  int dim;
  double gamma, energy, density;
  double alpha;  /* energy = alpha density r^(dim + 2) / t^2, r the radius of the shock */
  /* Behind the shock, over radius / shock radius: velocity, density, pressure in units of those right behind the shock. */
  double lambda[SEDOV_STEPS + 1], v[SEDOV_STEPS + 1], rho[SEDOV_STEPS + 1], p[SEDOV_STEPS + 1];
};

/* energy: of the whole explosion; in 1-D per area (both sides together), in 2-D per length.  False where the standard solution does not
 * hold (gamma = 2 in 1-D to 3-D, or gamma beyond that of an empty centre). */
bool sedov_start(struct sedov *s, int dim, double gamma, double energy, double density);

/* Radius of the shock at t. */
double sedov_radius(const struct sedov *s, double t);

/* Density, outward velocity and pressure at radius r; false in the gas that the shock has not reached. */
bool sedov_sample(const struct sedov *s, double t, double r, double *rho, double *v, double *p);

#endif
