/* Hopkins et al. 2022, section 2.2.  Test particles with equal velocity distributions give, at equal rigidity,
 * dN_s/dR = (N_s/N_H) (A/Z)^(psi-3) dN_p/dR. */
#include "microphysics/injection.h"

#include "base/fail.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum element { H, HE, C, N, O, OTHER, ELEMENTS };
static const double atomic_mass[ELEMENTS] = {1, 4, 12, 14, 16, 30};

/* Solar masses per event, averaged over the IMF (FIRE-2: Hopkins et al. 2018, MNRAS 480, 800, appendix A). */
static const double core_collapse[ELEMENTS] = {10.5 - 3.87 - 0.133 - 0.0479 - 1.17 - 0.6104, 3.87, 0.133, 0.0479, 1.17, 0.6104};
static const double type_ia[ELEMENTS] = {0, 0, 0.049, 1.2e-6, 0.143, 1.4 - 0.192};
/* Number per H of the Sun: Asplund et al. 2009, ARA&A 47, 481. */
static const double solar[ELEMENTS] = {1, 0.0851, 2.69e-4, 6.76e-5, 4.90e-4, 1.0e-4};

/* Of the sources of Galactic cosmic rays, at equal energy per nucleon, found from measured fluxes with GALPROP: the models of Ackermann et al.
 * 2012, ApJ 750, 3 (H 1.06e6, He 7.199e4, C 2819, N 182.8, O 3822). */
static const double galactic[ELEMENTS] = {1, 6.792e-2, 2.659e-3, 1.725e-4, 3.606e-3, 0};

void cr_injection_defaults(struct cr_injection_options *opt) {
  *opt = (struct cr_injection_options){0.1, 0.02, 1e-10, 4.2, CR_SWEPT_EJECTA, 0.15, 0.19, CR_COMPOSITION_EJECTA, CR_ELECTRONS_ENERGY};
}

/* Numbers of atoms (in units of solar mass over m_p) that pass the shock. */
static void atoms(const struct cr_injection_options *opt, const struct cr_event *event, double number[ELEMENTS]) {
  double ejecta = 0.0, gas[ELEMENTS], gas_mass = 0.0;
  for (int e = 0; e < ELEMENTS; e++) {
    double mass = event->kind == CR_TYPE_IA ? type_ia[e] : event->kind == CR_CORE_COLLAPSE ? core_collapse[e] : 0.0;
    if (e == N && event->kind == CR_CORE_COLLAPSE) mass *= fmax(event->metallicity, 1.65);
    number[e] = mass / atomic_mass[e];
    ejecta += mass;
    gas[e] = solar[e] * (e > HE ? event->metallicity : 1.0);
    gas_mass += gas[e] * atomic_mass[e];
  }
  /* Winds have the composition of the gas.  The mass at the end of the Sedov-Taylor phase, r = 28.4 pc E51^(2/7) n^(-3/7). */
  double swept = ejecta;
  if (event->kind == CR_WIND) swept = 1.0;
  else if (opt->swept == CR_SWEPT_NONE) swept = 0.0;
  else if (opt->swept == CR_SWEPT_SEDOV)
    swept = 3.3e3 * pow(event->energy_GeV / 6.2415e53, 6.0 / 7.0) * pow(fmax(event->density_cm3, 1e-6), -2.0 / 7.0);
  for (int e = 0; e < ELEMENTS; e++) number[e] += swept * gas[e] / gas_mass;
}

double cr_ejecta_share(enum cr_source_kind kind, const char *name, double metallicity) {
  static const char *const names[] = {[HE] = "He", [C] = "C", [N] = "N", [O] = "O"};
  const double *const of[] = {core_collapse, type_ia};
  double all = 0.0, own = -1.0;
  for (int e = 0; e < ELEMENTS; e++) {
    double mass = kind == CR_WIND ? solar[e] * atomic_mass[e] * (e > HE ? metallicity : 1.0) : of[kind == CR_TYPE_IA][e];
    if (e == N && kind == CR_CORE_COLLAPSE) mass *= fmax(metallicity, 1.65);
    all += mass;
    if (e >= HE && e <= O && strcmp(names[e], name) == 0) own = mass;
  }
  return own < 0.0 ? -1.0 : own / all;
}

double cr_injected_abundance(const struct cr_injection_options *opt, const struct cr_event *event, const struct cr_species *s) {
  double number[ELEMENTS], sum = 0.0;
  require(event->kind != CR_MIXTURE, "abundances are those of one kind of sources");
  if (s->kind == CR_PROTON) return 1.0;
  if (s->kind != CR_NUCLEUS) return 0.0;
  if (opt->composition == CR_COMPOSITION_GALACTIC) memcpy(number, galactic, sizeof number);
  else atoms(opt, event, number);
  if (s->a == 4.0) sum += number[HE];
  if (s->mix[ISO_C12] > 0.0) sum += number[C];
  if (s->mix[ISO_N14] > 0.0) sum += number[N];
  if (s->mix[ISO_O16] > 0.0) sum += number[O];
  /* Pure metals (type Ia without swept gas) have no H to compare with. */
  return sum / fmax(number[H], 1e-3 * (number[C] + number[O] + number[OTHER]));
}

/* Populations for a common scale: of leptons what is asked for is the number per proton at equal rigidity, or nothing yet. */
static double factor(const struct cr_injection_options *opt, const struct cr_event *event, const struct cr_species *s) {
  if (s->kind != CR_LEPTON) return cr_injected_abundance(opt, event, s) * pow(s->a / s->z, opt->slope - 3.0);
  return opt->electron_ratio == CR_ELECTRONS_ENERGY ? 1.0 : opt->electrons * (s->sign > 0 ? opt->positrons : 1.0);
}

static void one_kind(const struct cr_network *net, const struct cr_injection_options *opt, const struct cr_event *event, double *lo, double *hi) {
  double energy[CR_MAX_SPECIES] = {0}, hadrons = 0.0, all = 0.0, total = opt->efficiency * event->energy_GeV, s = 3.0 - opt->slope;
  for (int i = 0; i < net->count; i++) {
    const struct cr_species *species = &net->species[i];
    const double of = factor(opt, event, species);
    for (int k = net->first[i]; k < net->first[i + 1]; k++) {
      const struct cr_bin *b = &net->bin[k];
      double r = b->p_lo / species->z, n = of * pow(r, s) * (fabs(s) < 1e-12 ? b->width : expm1(s * b->width) / s);
      cr_bin_from_slope(b, s, n, &lo[k], &hi[k]);
      energy[i] += cr_bin_energy(b, lo[k], hi[k]);
    }
    all += energy[i];
    if (species->kind != CR_LEPTON) hadrons += energy[i];
  }
  for (int i = 0; i < net->count; i++) {
    bool lepton = net->species[i].kind == CR_LEPTON;
    double electrons = opt->electrons * total / (1.0 + opt->positrons), share = electrons * (net->species[i].sign > 0 ? opt->positrons : 1.0);
    double scale = lepton ? share / energy[i] : hadrons > 0.0 ? (1.0 - opt->electrons) * total / hadrons : 0.0;
    if (opt->electron_ratio == CR_ELECTRONS_RIGIDITY) scale = all > 0.0 ? total / all : 0.0;
    for (int k = net->first[i]; k < net->first[i + 1]; k++) lo[k] *= scale, hi[k] *= scale;
  }
}

void cr_injection(const struct cr_network *net, const struct cr_injection_options *opt, const struct cr_event *event, double *lo, double *hi) {
  if (event->kind != CR_MIXTURE) {
    one_kind(net, opt, event, lo, hi);
    return;
  }
  int bins = cr_network_bins(net);
  double *a = memory_get(2 * (size_t)bins * sizeof *a), *b = a + bins, share[] = {1.0 - opt->type_ia - opt->winds, opt->type_ia, opt->winds};
  for (int k = 0; k < bins; k++) lo[k] = hi[k] = 0.0;
  for (int kind = 0; kind < 3; kind++) {
    struct cr_event part = *event;
    part.kind = (enum cr_source_kind)kind;
    one_kind(net, opt, &part, a, b);
    for (int k = 0; k < bins; k++) lo[k] += share[kind] * a[k], hi[k] += share[kind] * b[k];
  }
  memory_free(a);
}
