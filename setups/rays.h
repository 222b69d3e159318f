/* Cosmic rays of setups: their state on a mesh, and what exact solutions need to know of the populations. */
#ifndef SETUPS_RAYS_H
#define SETUPS_RAYS_H

#include "crtransport/crtransport.h"
#include "setups/setup.h"

/* The equations of a population without streaming, d_t q = -d_s F and d_t F = -signal^2 d_s(chi q) - rate F along the field, with the reduced speed of
 * light: what the kept flux obeys in either form (physics.md 1.2).  kappa: diffusivity of q in code time, signal^2 / (3 rate). */
struct setup_population { double signal, rate, kappa; };
struct setup_population setup_population(const struct rays *r, int population);

/* Fill the interiors of q and F with averages of setup->rays at t over cells.  Local. */
void setup_fill_rays(const struct mesh *mesh, const struct setup *setup, double t, struct rays *r);

/* The same for one cell (counted from the first that is not a ghost): value [2 populations], first all q, then all F, in the order of the populations;
 * work [8 populations]. */
void setup_rays_average(const struct mesh *mesh, int b, const int cell[3], const struct setup *setup, double t, const struct rays *r,
                        double *value, double *work);

#endif
