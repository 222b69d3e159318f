/* Tables of the batched update; private to batch*.c. */
#ifndef MICROPHYSICS_BATCH_TABLES_H
#define MICROPHYSICS_BATCH_TABLES_H

#include "microphysics/batch.h"

enum { CR_FIT = 10, CR_TARGETS = 3 };   /* coefficients of polynomials; kinds of targets */

/* A polynomial in (hi - lo)/(hi + lo), held between the least and the largest value that it stands for. */
struct cr_fit { double c[CR_FIT], least, most; };

/* A process with a parabola k + a p + b p^2 for -dp/dt, and its power v (-dp/dt) at the edges, for unit amplitude. */
struct cr_parabola { double k, a, b, power_lo, power_hi; };

/* Amplitudes of parabolas in a cell, in this order: */
enum { AMP_COULOMB, AMP_COULOMB_LOG, AMP_ION, AMP_BREMS, AMP_BREMS_NEUTRAL, AMP_SYNCHROTRON, AMP_BAND, AMP_COUNT = AMP_BAND + CR_BANDS };

struct cr_bin_table {
  struct cr_parabola parabola[AMP_COUNT];       /* leptons                                                                */
  double coulomb, coulomb_log, ionised_share;   /* hadrons: k of k (1 + m^2/p^2) per n_e, n_e ln n_e, n_n                 */
  double power_lo, power_hi;                    /* hadrons: v (1 + m^2/p^2) at the edges                                  */
  bool fast;                                    /* hadrons: p > 5 m in the whole bin, and 1 + m^2/p^2 is:                 */
  struct cr_parabola shape;
  double beta3;                                 /* of the centre                                                          */
  double pv_lo, pv_hi;
  double nu_over_v, nu_over_v2, beta2, gamma2;  /* of the centre: scattering rate for nu0 = 1 over v and v^2 (cm/s)       */
  struct cr_fit loss_lo[CR_TARGETS], loss_hi[CR_TARGETS];
  double e_lo, e_hi;                            /* total energies of the edges                                            */
};

struct cr_yield {
  int child;                                    /* bin of the network                                                     */
  enum cr_target target;
  struct cr_fit lo, hi;
};

struct cr_tables {
  const struct cr_network *net;
  struct cr_batch_options opt;
  struct cr_bin_table *bin;                     /* [bins]                                                                 */
  struct cr_yield *yield;                       /* those of bin i: first_yield[i] ... first_yield[i + 1] - 1              */
  int *first_yield;
  bool has_target[CR_MAX_SPECIES][CR_TARGETS];  /* catastrophic losses of a species                                       */
  int fate_of[CR_MAX_SPECIES][CR_TARGETS];      /* which one it is                                                        */
  bool loop;                                    /* some children come before their parents, as B of 10Be of B             */
};

/* Reactions of a bin.  Populations of the bin decay as exp(-x t/dt) and get a constant source; what arrives from other bins comes with the
 * time profile of the parents. */
struct cr_reaction {
  double r[CR_LANES];                                       /* (hi - lo) / (hi + lo)                                      */
  double part_lo[CR_TARGETS][CR_LANES], part_hi[CR_TARGETS][CR_LANES];  /* loss rates times dt                           */
  double x_lo[CR_LANES], x_hi[CR_LANES];                    /* their sums, with escape                                    */
  double decay_lo[CR_LANES], decay_hi[CR_LANES];            /* exp(-x)                                                    */
  double mean_lo[CR_LANES], mean_hi[CR_LANES];              /* E = (1 - exp(-x)) / x                                      */
  double rest_lo[CR_LANES], rest_hi[CR_LANES];              /* (1 - E) / x                                                */
  double own_lo[CR_LANES], own_hi[CR_LANES];                /* average over the step, without what comes from others      */
  double gain_lo[CR_LANES], gain_hi[CR_LANES];              /* what has come from others,                                 */
  double left_lo[CR_LANES], left_hi[CR_LANES];              /* and how much of it is left at the end of the step          */
  double late_lo[CR_LANES], late_hi[CR_LANES];              /* of the gains: what has not made children of its own yet    */
};

/* One chunk of cells, padded to a multiple of 8. */
struct cr_chunk {
  int n;                                        /* padded; at most CR_LANES                                               */
  double dt;
  double n_e[CR_LANES], n_n[CR_LANES], n_nucleon[CR_LANES], x_thermal3[CR_LANES];
  double amp[AMP_COUNT][CR_LANES];
  double div_u[CR_LANES], bb_grad_u[CR_LANES], streaming_rate[CR_LANES];
  double waves[CR_LANES], waves2[CR_LANES];     /* nu / nu0 times v_A, v_A^2                                              */
  double (*chi)[CR_LANES], (*mu)[CR_LANES], (*drift_div)[CR_LANES];  /* of the bins of the network, or NULL               */
  double nu0;
  const double *escape_rate, *escape_rate_hi;
  double (*lo)[CR_LANES], (*hi)[CR_LANES];      /* populations of the bins of the network                                 */
  double (*source_lo)[CR_LANES], (*source_hi)[CR_LANES];  /* sources per second                                          */
  struct cr_reaction *reaction;                 /* of the bins of the network                                             */
  bool gentle;                                  /* all rates times dt are below the limit of the short series             */
  double number[ENTRY_COUNT][CR_LANES], energy[ENTRY_COUNT][CR_LANES];   /* ledger of the species at hand                 */
};

void cr_batch_momentum(const struct cr_tables *tables, int species, struct cr_chunk *c);
/* The reactions of a step: rates of all species, then production by all species, then the new populations and the ledger. */
void cr_batch_rates(const struct cr_tables *tables, int species, struct cr_chunk *c);
void cr_batch_produce(const struct cr_tables *tables, int species, struct cr_chunk *c);
/* What is left to do where there are loops. */
void cr_batch_produce_late(const struct cr_tables *tables, struct cr_chunk *c);
void cr_batch_react(const struct cr_tables *tables, int species, struct cr_chunk *c);

#endif
