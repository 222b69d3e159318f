/* The species of cosmic rays and their momentum bins.
 *
 * All species are lines of one table (species.c): a new one is a new line.  A network is a choice of species with bins; its
 * species are always in the order of the table (parents before their products), whatever the order asked for, so results
 * do not depend on it. */
#ifndef MICROPHYSICS_SPECIES_H
#define MICROPHYSICS_SPECIES_H

#include "microphysics/spectrum.h"

#include <stdbool.h>

enum { CR_MAX_SPECIES = 20, CR_MAX_BINS = 64 };  /* bins of one species */

enum cr_kind { CR_LEPTON, CR_PROTON, CR_ANTIPROTON, CR_NUCLEUS };

/* Isotopes of the cross-section tables, of which a species can be a mixture. */
enum cr_isotope { ISO_C12, ISO_N14, ISO_O16, ISO_B10, ISO_B11, ISO_BE7, ISO_BE9, ISO_BE10, ISO_COUNT };

struct cr_species {
  const char *name, *doc;
  enum cr_kind kind;
  double a, z;                /* nucleons (0 for leptons), |charge| */
  int sign;                   /* of the charge                      */
  double mass_GeV;
  double half_life_Myr;       /* 0: stable                          */
  double mix[ISO_COUNT];      /* number fractions of isotopes; those that are not zero belong to the species */
};

extern const struct cr_species cr_species_table[];
extern const int cr_species_count;

/* The line of that name, or NULL. */
const struct cr_species *cr_species_find(const char *name);

struct cr_bins_choice {
  double min_GV, max_GV;      /* rigidity; both 0: the edges of Hopkins et al. 2022, Table 1 */
  double per_decade;
};

struct cr_network {
  int count;                                  /* species                                         */
  struct cr_species species[CR_MAX_SPECIES];
  int nbin[CR_MAX_SPECIES];
  int first[CR_MAX_SPECIES + 1];              /* bins of species s are first[s] ... first[s+1]-1 */
  struct cr_bin *bin;                         /* [first[count]]                                  */
};

/* A network from names of species, each with its own choice of bins (NULL: the paper's edges). */
void cr_network_create(struct cr_network *net, int count, const char *const names[], const struct cr_bins_choice *bins);
/* "hopkins2022", "resolved", "protons" or "electrons"; returns false for another name. */
bool cr_network_named(struct cr_network *net, const char *name, const struct cr_bins_choice *bins);
void cr_network_free(struct cr_network *net);

/* Index of the species of that name, or -1. */
int cr_network_find(const struct cr_network *net, const char *name);
static inline int cr_network_bins(const struct cr_network *net) { return net->first[net->count]; }

#endif
