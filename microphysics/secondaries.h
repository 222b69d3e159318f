/* Production of one species by another: which channels a network has, their rates, and where the children go. */
#ifndef MICROPHYSICS_SECONDARIES_H
#define MICROPHYSICS_SECONDARIES_H

#include "microphysics/catastrophic.h"

enum { CR_MAX_CHANNELS = 64 };

struct cr_secondary_options {
  double scale;               /* factor of all channels; 0: no secondaries                                         */
  double lepton_energy;       /* kinetic energy of a secondary e+- over that of its proton (per nucleon)           */
  double positrons, electrons;/* e+ and e- per pionic loss event                                                   */
  double helium;              /* factor of e+- and antiproton production for helium in the gas, where n_nucleon does not hold it */
  double nuclei;              /* the same for nuclei of the cosmic rays that the network lacks: factor of production by protons */
  double tail_slope;          /* of dN/dln p above the top bin                                                     */
  bool paper_beryllium;       /* B -> Be and 10Be of Hopkins et al. 2022, for the species b; else Evoli et al. 2019 */
  bool tail;                  /* the parents above the top bin, by a power law from its density there              */
};

enum cr_channel_kind { CHANNEL_FRAGMENT, CHANNEL_DECAY, CHANNEL_LEPTON, CHANNEL_ANTIPROTON };

struct cr_channel {
  int parent, child;          /* species of the network                                                            */
  enum cr_channel_kind kind;
  enum cr_target target;
};

/* All that production depends on. */
struct cr_production {
  const struct cr_network *net;
  const struct cr_fate_options *fate;
  const struct cr_secondary_options *opt;
};

void cr_secondary_defaults(struct cr_secondary_options *opt);

/* The channels among the species of a network; returns how many. */
int cr_channels(const struct cr_production *prod, struct cr_channel channel[CR_MAX_CHANNELS]);

/* Children per second of a parent of momentum p, for a target density of 1 cm^-3. */
double cr_channel_rate(const struct cr_production *prod, const struct cr_channel *ch, double p);
/* The momentum of the children of a part of the events, rising with p; and the other way.  Antiprotons come in parts of different energy. */
int cr_channel_parts(const struct cr_channel *ch);
double cr_channel_momentum(const struct cr_production *prod, const struct cr_channel *ch, int part, double p);
double cr_channel_parent(const struct cr_production *prod, const struct cr_channel *ch, int part, double p_child);

/* Children per second that one particle in bin `from` of the parent, with slope s, puts into bin `to` of the child, as edge populations.
 * Bins count within the species.  Returns the children below the lowest (to = -1) or above the highest (to = nbin) bin as *lo. */
void cr_channel_yield(const struct cr_production *prod, const struct cr_channel *ch, int from, double s, int to, double *lo, double *hi);

#endif
