/* The parameters of cosmic rays in a cell: species and bins, losses, catastrophic losses, secondaries, injection. */
#ifndef MICROPHYSICS_CR_PARAMS_H
#define MICROPHYSICS_CR_PARAMS_H

#include "microphysics/batch.h"
#include "microphysics/injection.h"

struct params;

struct cr_species_choice {
  char name[16];
  double min_GV, max_GV, per_decade;  /* min_GV = 0: the edges of Hopkins et al. 2022 */
};

struct cr_params {
  int network;                        /* in the order of the choice: hopkins2022, resolved, protons, electrons, custom */
  struct cr_bins_choice bins;
  struct cr_species_choice species[CR_MAX_SPECIES];
  int species_count;
  struct cr_batch_options batch;
  int inflow, update, reacceleration; /* choices; cr_params_finish puts them into batch */
  double photon_eV[CR_BANDS];
  struct cr_injection_options injection;
  int swept, composition, electron_ratio;  /* likewise into injection */
  double nu0;                         /* scattering rate at 1 GV, 1/s */
  double carbon_share, beryllium9_share;  /* of cno and be, for ratios */
};

/* Declare the sections cr, cr_losses, cr_catastrophic, cr_secondaries and cr_injection. */
void cr_params_declare(struct params *ps, struct cr_params *p);
/* After params_load: complete p, and create the network.  Species and bins that are not possible end the program with status 2. */
void cr_params_finish(struct cr_params *p, struct cr_network *net);

#endif
