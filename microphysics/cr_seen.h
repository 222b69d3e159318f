/* What is seen of the cosmic rays of many cells, from tables over the slope of the spectrum in each bin.
 *
 * The particles of a bin have dN/dln p ~ p^s.  Shares of the upper population, ionisation rates and gamma rays per particle are tables at
 * CR_SEEN_SLOPES values of s between -60 and 60, dense around 0, linear in between; beyond, the spectrum is that of the ends.  analysis/observe.py does the
 * same with the same numbers, so that statistics of a run and those of its snapshots agree to rounding. */
#ifndef MICROPHYSICS_CR_SEEN_H
#define MICROPHYSICS_CR_SEEN_H

#include "microphysics/observables.h"

enum { CR_SEEN_SLOPES = 801, CR_SEEN_ABOVE = 2 };

extern const double cr_seen_above_GeV[CR_SEEN_ABOVE]; /* photon energies */

struct cr_seen {
  const struct cr_network *net;
  struct cr_observe observe;
  double slope[CR_SEEN_SLOPES];
  /* [bin] */
  double (*share)[CR_SEEN_SLOPES];                /* of the upper population                                       */
  double (*zeta)[CR_SEEN_SLOPES];                 /* ionisations per s and H atom                                  */
  double (*gamma)[CR_SEEN_ABOVE][CR_SEEN_SLOPES]; /* photons per s, sr and H atom: pions of p, bremsstrahlung of e+- */
};

/* The network must outlive it. */
void cr_seen_create(struct cr_seen *t, const struct cr_network *net, const struct cr_observe *o);
void cr_seen_destroy(struct cr_seen *t);

/* s of bin k; 0 of an empty bin. */
double cr_seen_slope(const struct cr_seen *t, int k, double lo, double hi);
/* Of n particles of bin k with the slope s. */
double cr_seen_zeta(const struct cr_seen *t, int k, double n, double s);
double cr_seen_gamma(const struct cr_seen *t, int k, int above, double n, double s);
/* dN/dln p at l = ln(p / p_lo) over N. */
double cr_seen_shape(double s, double width, double l);

/* Linear between points of a rising x, the ends beyond them. */
double cr_seen_between(int count, const double *x, const double *y, double at);

#endif
