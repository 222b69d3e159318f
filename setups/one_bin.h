/* Cosmic rays as a fluid with gamma = 4/3, for setups: ultra-relativistic particles of the first species, all of them in its middle bin. */
#ifndef SETUPS_ONE_BIN_H
#define SETUPS_ONE_BIN_H

#include "setups/rays.h"

static inline int one_bin(const struct cr_network *net) { return net->first[0] + (net->first[1] - net->first[0]) / 2; }

/* Particles per code pressure, in cm^-3, where as many have the energy of the lower edge as that of the upper one. */
static inline double one_bin_number(const struct rays *r) {
  const struct cr_bin *b = &r->net.bin[one_bin(&r->net)];
  return 3.0 / r->scale.pressure / (0.5 * (b->t_lo + b->t_hi));
}

/* The two populations, or their fluxes, of n cm^-3 particles and a pressure in code units. */
static inline void one_bin_split(const struct rays *r, double n, double pressure, double *lo, double *hi) {
  const struct cr_bin *b = &r->net.bin[one_bin(&r->net)];
  const double e = 3.0 * pressure / r->scale.pressure;
  *lo = (b->t_hi * n - e) / b->dt;
  *hi = (e - b->t_lo * n) / b->dt;
}

#endif
