/* Where a particle of momentum p ends up after a time dt of continuous losses and gains, and where it came from.
 *
 * COMBINED integrates the sum of all rates (Dormand & Prince 1980, relative error 1e-11).  SPLIT is the symmetric product of closed forms,
 * second order in dt, with slowly varying logarithms frozen at the centre of the bin. */
#ifndef MICROPHYSICS_MOMENTUM_MAP_H
#define MICROPHYSICS_MOMENTUM_MAP_H

#include "microphysics/losses.h"

enum cr_map_mode { CR_MAP_COMBINED, CR_MAP_SPLIT };

struct cr_map {
  enum cr_map_mode mode;
  const struct cr_env *env;
  const struct cr_loss_options *opt;
  const struct cr_species *species;
  int bin;             /* whose chi, mu and frozen logarithms are taken */
  double p_ref;        /* its centre                                    */
  double p_stop;       /* below it a particle counts as stopped         */
  double p_far;        /* above it a momentum counts as infinite        */
  double dt;           /* s */
};

/* Final momentum; 0: stopped (below p_stop). */
double cr_map_forward(const struct cr_map *map, double p);
/* Initial momentum; INFINITY: above p_far. */
double cr_map_backward(const struct cr_map *map, double p);

/* Closed forms.  k: loss rate in GeV/s of a relativistic particle, so that -dp/dt = k (1 + m^2/p^2). */
double cr_coulomb_forward(double p, double m, double k_dt);
double cr_coulomb_backward(double p, double m, double k_dt);

#endif
