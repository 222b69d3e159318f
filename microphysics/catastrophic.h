/* Catastrophic losses: particles vanish at a rate (1/s) that depends on their momentum. */
#ifndef MICROPHYSICS_CATASTROPHIC_H
#define MICROPHYSICS_CATASTROPHIC_H

#include "microphysics/losses.h"

enum cr_fate_id { FATE_PIONIC, FATE_FRAGMENTATION, FATE_DECAY, FATE_ANNIHILATION, FATE_ANTIPROTON, FATE_COUNT };

struct cr_fate_options {
  double scale[FATE_COUNT];
  double fragmentation_phase;   /* 1.3: Hopkins et al. 2022; 5.3: Letaw et al. 1983 */
  bool keep_fragments;          /* those of the same species are no loss            */
  double be10_half_life_Myr;    /* 0: the one of the table of species               */
};

/* What a rate is proportional to. */
enum cr_target { TARGET_NONE, TARGET_NUCLEONS, TARGET_ELECTRONS };

struct cr_fate {
  const char *name, *doc;
  enum cr_target target;
  /* Rate for a target density of 1 cm^-3 (for TARGET_NONE: the rate). */
  double (*rate)(const struct cr_fate_options *opt, const struct cr_species *s, double p);
};

extern const struct cr_fate cr_fates[FATE_COUNT];

void cr_fate_defaults(struct cr_fate_options *opt);
/* For target density 1 and for a given environment. */
double cr_fate_unit_rate(enum cr_fate_id id, const struct cr_fate_options *opt, const struct cr_species *s, double p);
double cr_fate_rate(enum cr_fate_id id, const struct cr_env *env, const struct cr_fate_options *opt, const struct cr_species *s, double p);

/* The kinetic energy above which protons make pions, GeV, and the loss rate per nucleon density, cm^3/s. */
#define PION_THRESHOLD_GeV 0.28
#define PION_RATE_cm3_s 6.37e-16

#endif
