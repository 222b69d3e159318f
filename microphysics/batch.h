/* The whole local update of cosmic rays, for many cells at once: momentum changes, catastrophic losses, secondaries, sources.
 *
 * Everything that does not depend on the cell is tabulated once (cr_tables); the update then runs over cells in the innermost,
 * vectorised loops.  The result in a cell does not depend on the cells beside it, not even in the last bit.  Against the reference
 * (remap.h, secondaries.h):
 * - leptons: the sum of all rates is a parabola in p in each bin, equal to the exact rate at both edges and in the middle, and is solved
 *   exactly; hadrons: exact for slow ones and for those with p > 5 m, between them a symmetric product of second order in dt;
 *   with `split` a symmetric product of the closed forms of the processes;
 * - averages are 6-point sums in ln p over a window of 16 e-foldings, those of narrow pieces 2-point sums;
 * - rates of losses and yields of secondaries are polynomials in (hi - lo)/(hi + lo) of each bin. */
#ifndef MICROPHYSICS_BATCH_H
#define MICROPHYSICS_BATCH_H

#include "base/sum.h"
#include "microphysics/remap.h"
#include "microphysics/secondaries.h"

enum { CR_LANES = 64 };        /* cells per inner loop */

/* Entries of the ledger: energy and number lost by a species to each (gained: negative). */
enum cr_entry {
  /* The processes of losses.h come first, then those of catastrophic.h. */
  ENTRY_FATES = LOSS_COUNT,
  ENTRY_SECONDARY = ENTRY_FATES + FATE_COUNT,  /* made by other species: negative      */
  ENTRY_SOURCE,                                /* injected: negative                   */
  ENTRY_ESCAPE,                                /* leaky box                            */
  ENTRY_THERMAL,                               /* number below the lowest bin          */
  ENTRY_TOP,                                   /* left through the highest bin         */
  ENTRY_INFLOW,                                /* came in through the ends: negative   */
  ENTRY_COUNT
};

const char *cr_entry_name(int entry);

/* Of one species; energy in GeV times the unit of number.  Read them with sum_value. */
struct cr_ledger { struct sum number[ENTRY_COUNT], energy[ENTRY_COUNT]; };

struct cr_batch_options {
  struct cr_loss_options loss;
  struct cr_fate_options fate;
  struct cr_secondary_options secondary;
  enum cr_inflow inflow;
  enum cr_map_mode update;     /* all momentum changes in one rate, or one after another */
  double nu_slope;             /* of the scattering rate, see struct cr_env */
};

void cr_batch_defaults(struct cr_batch_options *opt);

struct cr_tables;
struct cr_tables *cr_tables_create(const struct cr_network *net, const struct cr_batch_options *opt);
void cr_tables_free(struct cr_tables *tables);

/* The surroundings, as in struct cr_env; each member [n], NULL for zero, nu_factor for one.  chi, mu and drift_div [bins of the network][n];
 * NULL: isotropic, with streaming_rate.  Where drift_div is given it replaces mu and streaming_rate. */
struct cr_batch_env {
  const double *n_e, *n_n, *n_nucleon, *temperature_K, *u_b, *u_rad[CR_BANDS], *div_u, *bb_grad_u, *v_alfven, *streaming_rate;
  const double *const *chi, *const *mu, *const *drift_div;
  double nu0;
  const double *nu_factor;                      /* the scattering rate over nu0                             */
  const double *escape_rate;                    /* [bins], the same in all cells; NULL: none               */
  const double *escape_rate_hi;                 /* [bins] of the upper population; NULL: as of the lower   */
  const double *const *source_lo, *const *source_hi; /* [bins][n] populations per second; NULL: none       */
};

/* In a pair of half steps around the transport the second one goes in the other order, which makes the step symmetric. */
enum cr_order { CR_MOMENTUM_FIRST, CR_REACTIONS_FIRST };

/* Advance n cells by dt (s).  It allocates work space, so call it for many cells, such as a block.
 *   lo, hi   [bins of the network][n]   in/out  edge populations
 *   ledger   [species]                  sums over the n cells are added; may be NULL
 *   energy   [ENTRY_COUNT][n]           the same per cell, summed over species; may be NULL, as may each energy[i].  The sum over all
 *                                       entries is what the cosmic rays of the cell have lost */
void cr_batch_step(const struct cr_tables *tables, int n, double dt, enum cr_order order, const struct cr_batch_env *env,
                   double *const *lo, double *const *hi, struct cr_ledger *ledger, double *const *energy);

#endif
