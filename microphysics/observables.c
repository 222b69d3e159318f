/* Spectra, ratios and ionisation. */
#include "microphysics/observables.h"

#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"

#include <math.h>

void cr_observe_defaults(struct cr_observe *o) {
  *o = (struct cr_observe){.carbon = 0.325, .be9 = 0.4, .secondaries = 2.0 / 3.0, .nuclei = 1.8};
}

void cr_slopes(const struct cr_network *net, const double *lo, const double *hi, double *slope) {
  for (int k = 0; k < cr_network_bins(net); k++) slope[k] = cr_bin_slope(&net->bin[k], lo[k], hi[k]);
}

static double nucleons(const struct cr_species *s) { return s->kind == CR_LEPTON ? 1.0 : s->a; }

double cr_momentum_per_nucleon(const struct cr_species *s, double t) { return cr_momentum(t * nucleons(s), s->mass_GeV); }
double cr_kinetic_per_nucleon(const struct cr_species *s, double p) { return cr_kinetic(p, s->mass_GeV) / nucleons(s); }

double cr_density(const struct cr_cell *cell, int s, double p) {
  const struct cr_network *net = cell->net;
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    const struct cr_bin *b = &net->bin[k];
    bool last = k == net->first[s + 1] - 1;
    if (p < b->p_lo || (last ? p > b->p_hi * (1.0 + 1e-12) : p >= b->p_hi)) continue;
    double n = cell->lo[k] + cell->hi[k];
    return n > 0.0 ? cr_bin_density(b, cell->slope[k], n, log(p / b->p_lo)) : 0.0;
  }
  return 0.0;
}

void cr_points(const struct cr_network *net, int s, int per_bin, double *p) {
  for (int k = net->first[s]; k < net->first[s + 1]; k++)
    for (int i = 0; i < per_bin; i++) *p++ = net->bin[k].p_lo * exp((i + 0.5) / per_bin * net->bin[k].width);
}

void cr_pieces(const struct cr_cell *cell, int k, double p[CR_PIECES], double n[CR_PIECES]) {
  const struct cr_bin *b = &cell->net->bin[k];
  double total = cell->lo[k] + cell->hi[k], h = b->width / CR_PIECES;
  for (int i = 0; i < CR_PIECES; i++) {
    p[i] = b->p_lo * exp((i + 0.5) * h);
    n[i] = total > 0.0 ? total * cr_bin_fraction(b, cell->slope[k], i * h, (i + 1) * h) : 0.0;
  }
}

/* dT = v dp, so v dn/dT = dn/dp. */
double cr_intensity(const struct cr_cell *cell, int s, double t) {
  const struct cr_species *species = &cell->net->species[s];
  double p = cr_momentum_per_nucleon(species, t);
  return nucleons(species) * SPEED_OF_LIGHT_cm_s / (4.0 * PI) * cr_density(cell, s, p) / p;
}

double cr_intensity_rigidity(const struct cr_cell *cell, int s, double r) {
  const struct cr_species *species = &cell->net->species[s];
  double p = r * species->z;
  return cr_beta(p, species->mass_GeV) * SPEED_OF_LIGHT_cm_s / (4.0 * PI) * cr_density(cell, s, p) / r;
}

double cr_energy_per_log(const struct cr_cell *cell, int s, double t) {
  const struct cr_species *species = &cell->net->species[s];
  double total = t * nucleons(species), p = cr_momentum(total, species->mass_GeV);
  return total * total * cr_density(cell, s, p) / (p * cr_beta(p, species->mass_GeV));
}

static int first_bin(const struct cr_cell *cell, int s) { return s < 0 ? 0 : cell->net->first[s]; }
static int end_bin(const struct cr_cell *cell, int s) { return s < 0 ? cr_network_bins(cell->net) : cell->net->first[s + 1]; }

double cr_energy_density(const struct cr_cell *cell, int s) {
  double sum = 0.0;
  for (int k = first_bin(cell, s); k < end_bin(cell, s); k++) sum += cr_bin_energy(&cell->net->bin[k], cell->lo[k], cell->hi[k]);
  return sum;
}

double cr_number_density(const struct cr_cell *cell, int s) {
  double sum = 0.0;
  for (int k = first_bin(cell, s); k < end_bin(cell, s); k++) sum += cell->lo[k] + cell->hi[k];
  return sum;
}

double cr_pressure(const struct cr_cell *cell, int s) {
  double sum = 0.0;
  for (int k = first_bin(cell, s); k < end_bin(cell, s); k++)
    if (cell->lo[k] + cell->hi[k] > 0.0) sum += cr_bin_pressure(&cell->net->bin[k], cell->lo[k], cell->hi[k]);
  return sum;
}

const struct cr_ratio_text cr_ratios[CR_RATIO_COUNT] = {
    [CR_B_C] = {"B_C", "boron to carbon", false},
    [CR_BE10_BE9] = {"Be10_Be9", "beryllium 10 to 9", false},
    [CR_PBAR_P] = {"pbar_p", "antiprotons to protons", true},
    [CR_POSITRONS] = {"e+_fraction", "positrons to all electrons", false},
    [CR_C_H] = {"C_H", "carbon to protons", false},
    [CR_E_P] = {"e-_p", "electrons to protons", false},
};

/* A species of the network, 0 where there is none, times a share. */
static double of(const struct cr_cell *cell, const char *name, double share, bool rigidity, double x) {
  int s = cr_network_find(cell->net, name);
  if (s < 0) return 0.0;
  return share * (rigidity ? cr_intensity_rigidity(cell, s, x) : cr_intensity(cell, s, x));
}

double cr_ratio(const struct cr_cell *cell, enum cr_ratio which, const struct cr_observe *o, double x) {
  double above = 0.0, below = 0.0, carbon = 0.0;
  if (which == CR_B_C || which == CR_C_H) carbon = of(cell, "c", 1.0, false, x) + of(cell, "cno", o->carbon, false, x);
  switch (which) {
    case CR_B_C:
      above = of(cell, "b", 1.0, false, x) + of(cell, "b10", 1.0, false, x) + of(cell, "b11", 1.0, false, x);
      below = carbon;
      break;
    case CR_BE10_BE9:
      above = of(cell, "be10", 1.0, false, x);
      below = of(cell, "be9", 1.0, false, x) + of(cell, "be", o->be9, false, x);
      break;
    case CR_PBAR_P:
      above = of(cell, "pbar", 1.0, true, x);
      below = of(cell, "p", 1.0, true, x);
      break;
    case CR_POSITRONS:
      above = of(cell, "e+", 1.0, false, x);
      below = above + of(cell, "e-", 1.0, false, x);
      break;
    case CR_C_H:
      above = carbon;
      below = of(cell, "p", 1.0, false, x);
      break;
    case CR_E_P:
      above = of(cell, "e-", 1.0, false, x);
      below = of(cell, "p", 1.0, false, x);
      break;
    case CR_RATIO_COUNT: break;
  }
  return below > 0.0 ? above / below : -1.0;
}

enum { T_RUDD_MeV = 50, T_LEAST_keV = 300 };

/* Rudd et al. 1985 for H, with the constants of Padovani et al. 2009, Eq. 5-7: protons, and nuclei by z^2 at equal speed. */
static double rudd(const struct cr_species *s, double t_per_nucleon) {
  const double area = 4.0 * PI * 0.529177210903e-8 * 0.529177210903e-8;
  double x = t_per_nucleon * 1e9 * (ELECTRON_MASS_GeV / PROTON_MASS_GeV) / 13.598;
  double low = area * 0.44 * pow(x, 0.907), high = area * (0.28 * log1p(x) + 1.15) / x;
  return s->z * s->z / (1.0 / low + 1.0 / high);
}

double cr_sigma_ionise_cm2(const struct cr_species *s, double p, enum cr_ionisation cross_section) {
  double t = cr_kinetic_per_nucleon(s, p);
  if (cross_section == CR_IONISATION_RUDD && s->kind != CR_LEPTON && t < 1e-3 * T_RUDD_MeV) return rudd(s, t);
  return cr_sigma_ionisation_cm2(s->z, cr_beta(p, s->mass_GeV));
}

struct ionising { const struct cr_species *species; enum cr_ionisation cross_section; };

static double ionising(const void *data, double p) {
  const struct ionising *i = data;
  if (cr_kinetic_per_nucleon(i->species, p) < 1e-6 * T_LEAST_keV) return 0.0;
  return cr_sigma_ionise_cm2(i->species, p, i->cross_section) * cr_beta(p, i->species->mass_GeV) * SPEED_OF_LIGHT_cm_s;
}

double cr_ionisation_rate(const struct cr_cell *cell, int s, const struct cr_observe *o) {
  const struct cr_network *net = cell->net;
  double sum = 0.0;
  if (s < 0) {
    for (int i = 0; i < net->count; i++) sum += cr_ionisation_rate(cell, i, o);
    return sum;
  }
  struct ionising how = {&net->species[s], o->cross_section};
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    double n = cell->lo[k] + cell->hi[k];
    if (n > 0.0) sum += n * cr_bin_mean(&net->bin[k], cell->slope[k], ionising, &how);
  }
  return (1.0 + o->secondaries) * sum;
}

double cr_ionisation_per_log(const struct cr_cell *cell, int s, const struct cr_observe *o, double t) {
  const struct cr_species *species = &cell->net->species[s];
  double total = t * nucleons(species), p = cr_momentum(total, species->mass_GeV), beta = cr_beta(p, species->mass_GeV);
  struct ionising how = {species, o->cross_section};
  /* dln T/dln p = v p / T */
  return (1.0 + o->secondaries) * cr_density(cell, s, p) * total / (beta * p) * ionising(&how, p);
}

double cr_loss_time(enum cr_loss_id id, const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, double p) {
  double rate = cr_beta(p, s->mass_GeV) * cr_loss_rate(id, env, opt, s, 0, p, p);
  return rate == 0.0 ? INFINITY : cr_kinetic(p, s->mass_GeV) / rate;
}
