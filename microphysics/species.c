/* Table of species, networks, bin edges.  Hopkins et al. 2022, MNRAS 516, 3470, section 2.4 and Table 1. */
#include "microphysics/species.h"

#include "base/fail.h"
#include "base/memory.h"
#include "microphysics/constants.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define ME ELECTRON_MASS_GeV
#define MP PROTON_MASS_GeV
#define NUCLEUS(A) ((A) * MP)

/* In the order of production.  The mixture of cno is solar (Asplund et al. 2009), by number. */
const struct cr_species cr_species_table[] = {
    {"p", "protons", CR_PROTON, 1, 1, 1, MP, 0, {0}},
    {"he", "helium 4", CR_NUCLEUS, 4, 2, 1, NUCLEUS(4), 0, {0}},
    {"cno", "carbon, nitrogen and oxygen", CR_NUCLEUS, 14.8, 7.4, 1, NUCLEUS(14.8), 0, {.325, .082, .593}},
    {"c", "carbon 12", CR_NUCLEUS, 12, 6, 1, NUCLEUS(12), 0, {[ISO_C12] = 1}},
    {"n", "nitrogen 14", CR_NUCLEUS, 14, 7, 1, NUCLEUS(14), 0, {[ISO_N14] = 1}},
    {"o", "oxygen 16", CR_NUCLEUS, 16, 8, 1, NUCLEUS(16), 0, {[ISO_O16] = 1}},
    {"b", "boron", CR_NUCLEUS, 10.8, 5, 1, NUCLEUS(10.8), 0, {[ISO_B10] = .3, [ISO_B11] = .7}},
    {"b11", "boron 11", CR_NUCLEUS, 11, 5, 1, NUCLEUS(11), 0, {[ISO_B11] = 1}},
    {"be10", "beryllium 10, half-life 1.51 Myr", CR_NUCLEUS, 10, 4, 1, NUCLEUS(10), 1.51, {[ISO_BE10] = 1}},
    {"b10", "boron 10", CR_NUCLEUS, 10, 5, 1, NUCLEUS(10), 0, {[ISO_B10] = 1}},
    {"be", "stable beryllium, 7 and 9", CR_NUCLEUS, 9, 4, 1, NUCLEUS(9), 0, {[ISO_BE7] = .6, [ISO_BE9] = .4}},
    {"be9", "beryllium 9", CR_NUCLEUS, 9, 4, 1, NUCLEUS(9), 0, {[ISO_BE9] = 1}},
    {"be7", "beryllium 7, stable as a bare nucleus", CR_NUCLEUS, 7, 4, 1, NUCLEUS(7), 0, {[ISO_BE7] = 1}},
    {"pbar", "antiprotons", CR_ANTIPROTON, 1, 1, -1, MP, 0, {0}},
    {"e-", "electrons", CR_LEPTON, 0, 1, -1, ME, 0, {0}},
    {"e+", "positrons", CR_LEPTON, 0, 1, 1, ME, 0, {0}},
};
const int cr_species_count = sizeof cr_species_table / sizeof *cr_species_table;

/* Edges of the paper in log10 of the rigidity in GV; hadrons leave out the three lowest bins. */
static const double paper_edges[] = {-3, -2.25, -1.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 3};
enum { PAPER_BINS = 11, LEPTONS_ONLY = 3 };

static const struct { const char *name; int count; const char *species[CR_MAX_SPECIES]; } networks[] = {
    {"hopkins2022", 8, {"e-", "e+", "p", "pbar", "b", "cno", "be", "be10"}},
    {"resolved", 13, {"e-", "e+", "p", "pbar", "he", "c", "n", "o", "b10", "b11", "be7", "be9", "be10"}},
    {"protons", 1, {"p"}},
    {"electrons", 1, {"e-"}},
};

const struct cr_species *cr_species_find(const char *name) {
  for (int i = 0; i < cr_species_count; i++)
    if (strcmp(cr_species_table[i].name, name) == 0) return &cr_species_table[i];
  return NULL;
}

/* Edges in GV into edge[]; returns the number of bins. */
static int bin_edges(const struct cr_species *s, const struct cr_bins_choice *choice, double *edge) {
  if (choice == NULL || (choice->min_GV == 0.0 && choice->max_GV == 0.0)) {
    int skip = s->kind == CR_LEPTON ? 0 : LEPTONS_ONLY;
    for (int i = skip; i <= PAPER_BINS; i++) edge[i - skip] = pow(10.0, paper_edges[i]);
    return PAPER_BINS - skip;
  }
  double decades = log10(choice->max_GV / choice->min_GV);
  int n = (int)lround(decades * choice->per_decade);
  require(n >= 1 && n <= CR_MAX_BINS, "species %s: %d bins; there can be 1 to %d", s->name, n, CR_MAX_BINS);
  for (int i = 0; i <= n; i++) edge[i] = choice->min_GV * pow(10.0, decades * i / n);
  return n;
}

void cr_network_create(struct cr_network *net, int count, const char *const names[], const struct cr_bins_choice *bins) {
  memset(net, 0, sizeof *net);
  for (int i = 0; i < count; i++)
    require(cr_species_find(names[i]) != NULL, "there is no species \"%s\"", names[i]);
  double edge[CR_MAX_SPECIES][CR_MAX_BINS + 1];
  for (int t = 0; t < cr_species_count; t++)
    for (int i = 0; i < count; i++) {
      if (strcmp(cr_species_table[t].name, names[i]) != 0) continue;
      int s = net->count++;
      require(s < CR_MAX_SPECIES, "more than %d species", CR_MAX_SPECIES);
      net->species[s] = cr_species_table[t];
      net->nbin[s] = bin_edges(&net->species[s], bins == NULL ? NULL : &bins[i], edge[s]);
      net->first[s + 1] = net->first[s] + net->nbin[s];
      break;
    }
  net->bin = memory_get((size_t)cr_network_bins(net) * sizeof *net->bin);
  for (int s = 0; s < net->count; s++)
    for (int k = 0; k < net->nbin[s]; k++)
      cr_bin_create(&net->bin[net->first[s] + k], edge[s][k] * net->species[s].z, edge[s][k + 1] * net->species[s].z,
                    net->species[s].mass_GeV);
}

bool cr_network_named(struct cr_network *net, const char *name, const struct cr_bins_choice *bins) {
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
    if (strcmp(networks[i].name, name) != 0) continue;
    struct cr_bins_choice same[CR_MAX_SPECIES];
    for (int k = 0; bins != NULL && k < networks[i].count; k++) same[k] = *bins;
    cr_network_create(net, networks[i].count, networks[i].species, bins == NULL ? NULL : same);
    return true;
  }
  return false;
}

void cr_network_free(struct cr_network *net) {
  for (int i = 0; net->bin != NULL && i < cr_network_bins(net); i++) cr_bin_free(&net->bin[i]);
  memory_free(net->bin);
  memset(net, 0, sizeof *net);
}

int cr_network_find(const struct cr_network *net, const char *name) {
  for (int s = 0; s < net->count; s++)
    if (strcmp(net->species[s].name, name) == 0) return s;
  return -1;
}
