/* Events and the cells around them: for deposit.c. */
#ifndef SUPERNOVAE_SITES_H
#define SUPERNOVAE_SITES_H

#include "supernovae/supernovae.h"

struct yield { double energy, mass, metals; };

/* An event with the half axes of its ellipsoid; outside: of the domain.  A remnant that ends in the gas around it, not resolved, leaves nothing in hot gas
 * a cell or two away: what of it is not resolved is shared out by mass, the rest by volume. */
struct site {
  const struct supernova *e;
  double half[3];
  struct yield yield;
  double element[SUPERNOVA_ELEMENTS];       /* mass of the elements of par.element; 0: no element */
  bool outside;
  int batch;
  /* Sums over the ellipsoid, w = (1 - s^2)^2 being the weight of a cell, s its place in units of the half axes: of w V, w V s, V, V rho, V rho Z, w V rho and
   * w V momentum. */
  double w, s[3], volume, mass, metals, weight;
  double unresolved;                        /* share of the energy that has been radiated within the ellipsoid */
  double by_volume, by_mass;                /* share of a cell: w V (by_volume + by_mass rho)                  */
  /* With q = share (s - mean s), u the velocity in the frame of the gas and m' the new mass of a cell: sums of |q|, m u.q / m', q^2 / 2 m', and the
   * kinetic energy lost as ejecta mix in. */
  double norm, along, square, mixed;
  double frame[3], momentum, heat;          /* the frame; momentum per q; internal energy for all cells together */
};

/* half: width of the cells of the block that holds each event, on all ranks; 0: there is none.  Collective. */
void sites_widths(const struct mesh *m, int n, struct site *site);
/* Batches of events that do not touch one another, each after those that it touches and that came earlier.  Returns how many there are. */
int sites_batches(const struct mesh *m, int n, struct site *site);

/* w: weight of the cell, s: its place, from the event in units of the half axes. */
typedef void site_cell_fn(void *data, const struct mesh *m, struct site *t, int b, const int cell[3], double w, const double s[3]);
/* For the cells of this rank within the ellipsoid. */
void site_cells(const struct mesh *m, struct site *t, site_cell_fn *f, void *data);

#endif
