/* The momentum update of one species in one cell: a conservative characteristic remap.
 *
 * The particles of each bin are moved by the map of momentum_map.h and put into the bins they end up in: exact for a power law, and
 * without a limit on dt.  This is the reference for the batched form (batch.h). */
#ifndef MICROPHYSICS_REMAP_H
#define MICROPHYSICS_REMAP_H

#include "microphysics/momentum_map.h"

/* At the ends of the bins: nothing flows in, or the power law of the outer bin goes on. */
enum cr_inflow { CR_INFLOW_ZERO, CR_INFLOW_EXTRAPOLATED };

struct cr_remap_options {
  enum cr_map_mode mode;
  enum cr_inflow inflow;
};

/* What happened, added to: number and kinetic energy density (GeV times the unit of the populations). */
struct cr_remap_budget {
  double work[LOSS_COUNT];      /* energy lost to each process (negative: gained)             */
  double n_thermal;             /* number that fell out of the lowest bin; its energy is in work */
  double n_out, e_out;          /* left through the top                                       */
  double n_in, e_in;            /* came in through the ends                                   */
};

/* lo, hi [nbin of species s] in/out. */
void cr_remap(const struct cr_network *net, int s, const struct cr_env *env, const struct cr_loss_options *opt,
              const struct cr_remap_options *how, double dt, double *lo, double *hi, struct cr_remap_budget *budget);

/* Share the total work among processes in proportion to estimates: w[i] += (total - sum w) |w[i]| / sum |w|. */
void cr_share_work(double total, double w[LOSS_COUNT]);

#endif
