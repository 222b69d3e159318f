/* Tables of the batched update; private to batch*.c. */
#ifndef MICROPHYSICS_BATCH_TABLES_H
#define MICROPHYSICS_BATCH_TABLES_H

#include "microphysics/batch.h"

#define SIMD _Pragma("omp simd")
/* Loops that must not become part of others, and what they share; leptons (and fast hadrons, whose map has the same form) and other hadrons get a
 * copy each, in which `lepton` is a constant. */
#define APART static __attribute__((noinline))
#define SHARED static inline __attribute__((always_inline))

/* A value of all cells of a chunk.  Vectors that lie across cache lines take twice the time. */
typedef double lanes[CR_LANES] __attribute__((aligned(64)));

enum { CR_FIT = 10, CR_TARGETS = 3, CR_MOMENTS = 7 };   /* coefficients of polynomials; kinds of targets; terms of series in rates */

/* A polynomial in (hi - lo)/(hi + lo), held between the least and the largest value that it stands for. */
struct cr_fit { double c[CR_FIT], least, most; };

/* A process with a parabola k + a p + b p^2 for -dp/dt, and its power v (-dp/dt) at the edges, for unit amplitude. */
struct cr_parabola { double k, a, b, power_lo, power_hi; };

/* Amplitudes of parabolas in a cell, in this order: */
enum { AMP_COULOMB, AMP_COULOMB_LOG, AMP_ION, AMP_BREMS, AMP_BREMS_NEUTRAL, AMP_SYNCHROTRON, AMP_BAND, AMP_COUNT = AMP_BAND + CR_BANDS };

struct cr_bin_table {
  struct cr_parabola parabola[AMP_COUNT];       /* leptons                                                                */
  struct cr_parabola on_electrons, on_neutral;  /* sums of those that go with n_e and with n_n                            */
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
  bool used[CR_MAX_SPECIES][ENTRY_COUNT];       /* entries of the ledger that may change                                  */
  bool loop;                                    /* some children come before their parents, as B of 10Be of B             */
};

/* Reactions of a bin.  Populations of the bin decay as exp(-x t/dt) and get a constant source; what arrives from other bins comes with the
 * time profile of the parents. */
struct cr_reaction {
  lanes r;                                       /* (hi - lo) / (hi + lo)                                      */
  lanes part_lo[CR_TARGETS], part_hi[CR_TARGETS];  /* loss rates times dt                           */
  lanes x_lo, x_hi;                    /* their sums, with escape                                    */
  lanes gain_lo, gain_hi;              /* what has come from others,                                 */
  lanes left_lo, left_hi;              /* and how much of it is left at the end of the step          */
  lanes late_lo, late_hi;              /* of the gains: what has not made children of its own yet    */
  bool gentle, late;                                        /* all x are below the limit of short series; some are late   */
  /* Only where some bin of the chunk is not gentle: */
  lanes decay_lo, decay_hi;            /* exp(-x)                                                    */
  lanes mean_lo, mean_hi;              /* E = (1 - exp(-x)) / x                                      */
  lanes rest_lo, rest_hi;              /* (1 - E) / x                                                */
};

/* One chunk of cells, padded to a multiple of 8. */
struct cr_chunk {
  int n;                                        /* padded; at most CR_LANES                                               */
  double dt;
  lanes n_e, n_n, n_nucleon, x_thermal3;
  lanes amp[AMP_COUNT];
  lanes div_u, bb_grad_u, streaming_rate;
  lanes waves, waves2;     /* nu / nu0 times v_A, v_A^2                                              */
  lanes *chi, *mu, *drift_div;  /* of the bins of the network, or NULL               */
  double nu0;
  const double *escape_rate, *escape_rate_hi;
  lanes *lo, *hi;      /* populations of the bins of the network                                 */
  lanes *source_lo, *source_hi;  /* sources per second                                          */
  struct cr_reaction *reaction;                 /* of the bins of the network                                             */
  bool gentle;                                  /* all bins are                                                           */
  bool sources;                                 /* there are any                                                          */
  lanes number[ENTRY_COUNT], energy[ENTRY_COUNT];   /* ledger of the species at hand                 */
};

void cr_batch_momentum(const struct cr_tables *tables, int species, struct cr_chunk *c);
/* The reactions of a step: rates and production by all species, then the new populations and the ledger of each. */
void cr_batch_produce(const struct cr_tables *tables, struct cr_chunk *c);
void cr_batch_react(const struct cr_tables *tables, int species, struct cr_chunk *c);

#endif
