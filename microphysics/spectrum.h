/* The spectrum inside a momentum bin: a power law, f0(p) proportional to p^psi, between p_lo and p_hi.
 *
 * A bin is evolved as two non-negative edge populations per volume,
 *     lo = (T_hi N - E) / (T_hi - T_lo),   hi = (E - T_lo N) / (T_hi - T_lo),      N = lo + hi,  E = T_lo lo + T_hi hi,
 * with N the number and E the kinetic energy density (GeV times the unit of N), T the exact relativistic kinetic energy.  Every
 * pair with lo, hi >= 0 is a spectrum.  The slope is carried as s = psi + 3: dN/dln p is proportional to p^s.  Positions in a bin are
 * l = ln(p / p_lo), from 0 to width. */
#ifndef MICROPHYSICS_SPECTRUM_H
#define MICROPHYSICS_SPECTRUM_H

#include "microphysics/kinematics.h"

#include <stdbool.h>

enum { CR_NODES = 16, CR_SLOPE_ROWS = 256, CR_SLOPE_TERMS = 6 };

struct cr_bin {
  double p_lo, p_hi, mass;      /* GeV                         */
  double width;                 /* ln(p_hi / p_lo)             */
  double t_lo, t_hi, dt;        /* GeV; dt = t_hi - t_lo       */
  /* Quintics of s (1 - r^2) in r = (hi - lo)/(hi + lo), in CR_SLOPE_ROWS equal intervals of [-1, 1]: with x in [0, 1] the place in
   * the interval, slope[row][0] + x (slope[row][1] + ...). */
  double (*slope)[CR_SLOPE_TERMS];
};

/* The rule of the batched update: 6-point Gauss-Legendre over a window of 16 e-foldings; half widths from the middle, and weights. */
#define CR_BATCH_HALF0 0.46623475710157603
#define CR_BATCH_HALF1 0.33060469313223224
#define CR_BATCH_HALF2 0.11930959304159849
#define CR_BATCH_WEIGHT0 0.085662246189584873
#define CR_BATCH_WEIGHT1 0.18038078652406947
#define CR_BATCH_WEIGHT2 0.23395696728634569
#define CR_BATCH_WINDOW 16.0
enum { CR_BATCH_NODES = 6 };
#define CR_BATCH_NODE \
  {0.5 - CR_BATCH_HALF0, 0.5 - CR_BATCH_HALF1, 0.5 - CR_BATCH_HALF2, 0.5 + CR_BATCH_HALF2, 0.5 + CR_BATCH_HALF1, 0.5 + CR_BATCH_HALF0}
#define CR_BATCH_WEIGHT \
  {CR_BATCH_WEIGHT0, CR_BATCH_WEIGHT1, CR_BATCH_WEIGHT2, CR_BATCH_WEIGHT2, CR_BATCH_WEIGHT1, CR_BATCH_WEIGHT0}

#define CR_SLOPE_MAX 1e14

void cr_bin_create(struct cr_bin *b, double p_lo, double p_hi, double mass);
void cr_bin_free(struct cr_bin *b);

/* (N, E) to edge populations.  Where E/N lies outside of the bin, E is kept and N changed: its change is returned. */
double cr_bin_populations(const struct cr_bin *b, double n, double e, double *lo, double *hi);
static inline double cr_bin_energy(const struct cr_bin *b, double lo, double hi) { return b->t_lo * lo + b->t_hi * hi; }

/* s of the populations; -CR_SLOPE_MAX for hi = 0, CR_SLOPE_MAX for lo = 0, 0 for an empty bin. */
double cr_bin_slope(const struct cr_bin *b, double lo, double hi);
/* The inverse: populations of n particles with the slope s. */
void cr_bin_from_slope(const struct cr_bin *b, double s, double n, double *lo, double *hi);

/* Fraction of the particles between l = a and l = b (within the bin or outside: the power law goes on). */
double cr_bin_fraction(const struct cr_bin *b, double s, double la, double lb);
/* dN/dln p of n particles at l. */
double cr_bin_density(const struct cr_bin *b, double s, double n, double l);

/* Nodes l[] and weights w[] with which sums give averages over the particles between la and lb; the weights add to 1. */
void cr_bin_nodes(double s, double la, double lb, double l[CR_NODES], double w[CR_NODES]);

/* Average of g(p) over the particles of the bin. */
typedef double cr_function(const void *data, double p);
double cr_bin_mean(const struct cr_bin *b, double s, cr_function *g, const void *data);

/* Pressure P0 = sum of p v / 3 (GeV times the unit of the populations), and the total (rest and kinetic) energy. */
double cr_bin_pressure(const struct cr_bin *b, double lo, double hi);

#endif
