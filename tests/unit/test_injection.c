/* Injection and LISM spectra against the check values of docs/physics.md. */
#include "microphysics/constants.h"
#include "microphysics/cr_params.h"
#include "microphysics/cross_sections.h"
#include "microphysics/injection.h"
#include "microphysics/lism.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define close_to(value, expected, tolerance) check(value, expected, tolerance, __LINE__)

static void check(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("line %d: %.10g instead of %.10g (relative %.3g)", line, value, expected, fabs(value / expected - 1.0));
}

static struct cr_network net;
static double lo[160], hi[160];

static double species_energy(int s) {
  double e = 0.0;
  for (int k = net.first[s]; k < net.first[s + 1]; k++) e += cr_bin_energy(&net.bin[k], lo[k], hi[k]);
  return e;
}

/* dN/dln p at rigidity r, in the bin of that number of the species. */
static double density(int s, int bin, double r) {
  const struct cr_bin *b = &net.bin[net.first[s] + bin];
  double x = lo[net.first[s] + bin], y = hi[net.first[s] + bin];
  return cr_bin_density(b, cr_bin_slope(b, x, y), x + y, log(r * net.species[s].z / b->p_lo));
}

static double species_number(int s) {
  double n = 0.0;
  for (int k = net.first[s]; k < net.first[s + 1]; k++) n += lo[k] + hi[k];
  return n;
}

static void test_injection(void **state) {
  (void)state;
  static const double p_share[] = {.0271, .0658, .1337, .1818, .1779, .1513, .1228, .1396};
  static const double e_share[] = {.2651, .1597, .1317, .1058, .0844, .0671, .0533, .0424, .0337, .0267, .0302};
  struct cr_injection_options opt;
  struct cr_event event = {.kind = CR_CORE_COLLAPSE, .energy_GeV = 6.2415e53, .metallicity = 1.0};
  cr_injection_defaults(&opt);
  cr_injection(&net, &opt, &event, lo, hi);
  int p = cr_network_find(&net, "p"), e = cr_network_find(&net, "e-"), positron = cr_network_find(&net, "e+");
  double sum = 0.0;
  for (int s = 0; s < net.count; s++) sum += species_energy(s);
  close_to(sum, 0.1 * event.energy_GeV, 1e-13);
  close_to(species_energy(e), 0.02 * 0.1 * event.energy_GeV, 1e-9);
  close_to(species_energy(positron) / species_energy(e), 1e-10, 1e-9);
  const struct cr_bin *b = net.bin;
  for (int k = 0, i = net.first[p]; k < 8; k++, i++) close_to(cr_bin_energy(&b[i], lo[i], hi[i]) / species_energy(p), p_share[k], 3e-3);
  for (int k = 0, i = net.first[e]; k < 11; k++, i++) close_to(cr_bin_energy(&b[i], lo[i], hi[i]) / species_energy(e), e_share[k], 2e-3);
  close_to(species_energy(p) / species_number(p), 0.1405, 1e-3);
  close_to(species_energy(e) / species_number(e), 5.18e-3, 2e-3);
  /* e/p at equal rigidity, for an energy share of 0.02: 4.40e-3 when the rest is protons. */
  double ratio = density(e, 5, 1.0) / density(p, 2, 1.0) * species_energy(p) / (0.098 * event.energy_GeV);
  close_to(ratio, 4.40e-3, 2e-3);
  /* N_O/N_H of pure ejecta; heavy nuclei are enhanced by 2^1.2 = 2.297 at equal rigidity. */
  opt.swept = CR_SWEPT_NONE;
  close_to(cr_injected_abundance(&opt, &event, cr_species_find("o")), 0.0157, 0.01);
  opt.swept = CR_SWEPT_EJECTA;
  int cno = cr_network_find(&net, "cno");
  double abundance = cr_injected_abundance(&opt, &event, cr_species_find("cno"));
  close_to(density(cno, 7, 300.0) / density(p, 7, 300.0), 2.297 * abundance, 2e-3);
}

/* As many electrons per proton at every rigidity as asked for, at the same energy in all; positrons over electrons stay.  With e- p alone they have (ratio 0.02)
 * 4.55 times the share of 0.02 of the energy that 4.40e-3 per proton make. */
static void test_electrons_by_rigidity(void **state) {
  (void)state;
  static const double edge[] = {0.1, 1.0, 30.0};
  struct cr_injection_options opt;
  struct cr_event event = {.kind = CR_MIXTURE, .energy_GeV = 6.2415e53, .metallicity = 0.7, .density_cm3 = 1.0};
  cr_injection_defaults(&opt);
  assert_true(opt.electron_ratio == CR_ELECTRONS_ENERGY);
  opt.electron_ratio = CR_ELECTRONS_RIGIDITY;
  opt.positrons = 0.1;
  cr_injection(&net, &opt, &event, lo, hi);
  const int p = cr_network_find(&net, "p"), e = cr_network_find(&net, "e-"), positron = cr_network_find(&net, "e+");
  double sum = 0.0;
  for (int s = 0; s < net.count; s++) sum += species_energy(s);
  close_to(sum, 0.1 * event.energy_GeV, 1e-13);
  for (int i = 0; i < 3; i++) {
    int of[2] = {0, 0};
    for (int k = 0; k < net.nbin[p]; k++) of[0] = net.bin[net.first[p] + k].p_lo <= edge[i] ? k : of[0];
    for (int k = 0; k < net.nbin[e]; k++) of[1] = net.bin[net.first[e] + k].p_lo <= edge[i] ? k : of[1];
    close_to(density(e, of[1], edge[i]) / density(p, of[0], edge[i]), 0.02, 1e-9);
  }
  close_to(species_number(positron) / species_number(e), 0.1, 1e-12);
  opt.positrons = 0.0;
  cr_injection(&net, &opt, &event, lo, hi);
  close_to(species_energy(e) / species_energy(p), 0.02 / 4.40e-3 * 0.02 / 0.98, 2e-3);
}

/* Shares of the ejecta that the numbers of FIRE-2 say, of solar masses; N of core collapses grows with the metals. */
static void test_ejecta(void **state) {
  (void)state;
  close_to(cr_ejecta_share(CR_CORE_COLLAPSE, "He", 1.0), 3.87 / (10.5 + 0.65 * 0.0479), 1e-6);
  close_to(cr_ejecta_share(CR_TYPE_IA, "O", 1.0), 0.143 / 1.4, 1e-5);
  close_to(cr_ejecta_share(CR_CORE_COLLAPSE, "N", 3.0) / cr_ejecta_share(CR_CORE_COLLAPSE, "N", 1.0), 3.0 / 1.65, 0.01);
  close_to(cr_ejecta_share(CR_WIND, "C", 2.0) / cr_ejecta_share(CR_WIND, "C", 1.0), 2.0, 0.02);
  close_to(cr_ejecta_share(CR_WIND, "He", 0.0), 4.0 * 0.0851 / (1.0 + 4.0 * 0.0851), 1e-6);
  assert_true(cr_ejecta_share(CR_TYPE_IA, "metals", 1.0) == -1.0 && cr_ejecta_share(CR_TYPE_IA, "He", 1.0) == 0.0);
}

/* As much C makes B as counts in B/C. */
static void test_carbon_share(void **state) {
  (void)state;
  struct cr_params p;
  struct cr_network own;
  memset(&p, 0, sizeof p);
  p.carbon_share = 0.44;
  cr_params_finish(&p, &own);
  const struct cr_species *cno = &own.species[cr_network_find(&own, "cno")], *b = cr_species_find("b");
  const double c = cr_sigma_nuclear(cr_species_find("c"), b, 2.0), n = cr_sigma_nuclear(cr_species_find("n"), b, 2.0), o = cr_sigma_nuclear(cr_species_find("o"), b, 2.0);
  close_to(cr_sigma_nuclear(cno, b, 2.0), 0.44 * c + 0.56 * (0.082 * n + 0.593 * o) / 0.675, 1e-13);
  assert_true(cr_sigma_nuclear(cno, b, 2.0) > 1.03 * cr_sigma_nuclear(cr_species_find("cno"), b, 2.0));
  cr_network_free(&own);
}

/* Number of a species over that of another, both of the network at hand; with the same charge to mass ratio that of the accelerated matter. */
static double number_ratio(const char *a, const char *b) {
  return species_number(cr_network_find(&net, a)) / species_number(cr_network_find(&net, b));
}

/* Measured composition: C/O = 0.737 at equal energy per nucleon, whatever the event. */
static void test_galactic(void **state) {
  (void)state;
  struct cr_network own;
  struct cr_injection_options galactic;
  struct cr_event event = {.kind = CR_TYPE_IA, .energy_GeV = 6e53, .metallicity = 0.1};
  double low[128], high[128];
  cr_injection_defaults(&galactic);
  assert_true(galactic.composition == CR_COMPOSITION_EJECTA);
  galactic.composition = CR_COMPOSITION_GALACTIC;
  close_to(cr_injected_abundance(&galactic, &event, cr_species_find("c")), 2819.0 / 1.06e6, 1e-3);
  close_to(cr_injected_abundance(&galactic, &event, cr_species_find("cno")), (2819.0 + 182.8 + 3822.0) / 1.06e6, 1e-3);
  cr_network_named(&own, "resolved", NULL);
  cr_injection(&own, &galactic, &event, low, high);
  int c = own.first[cr_network_find(&own, "c")] + 4, o = own.first[cr_network_find(&own, "o")] + 4, he = own.first[cr_network_find(&own, "he")] + 4;
  close_to((low[c] + high[c]) / (low[o] + high[o]), 2819.0 / 3822.0, 1e-3);
  close_to((low[he] + high[he]) / (low[o] + high[o]), 71990.0 / 3822.0, 1e-3);
  cr_network_free(&own);
}

/* Core collapse, Ia and winds together: energies add up; C/O of the paper's ingredients: between 0.17 (core collapse) and 0.55 (gas). */
static void test_mixture(void **state) {
  (void)state;
  struct cr_network paper = net;
  struct cr_injection_options opt;
  struct cr_event event = {.kind = CR_MIXTURE, .energy_GeV = 6.2415e53, .metallicity = 1.0};
  cr_network_named(&net, "resolved", NULL);
  cr_injection_defaults(&opt);
  cr_injection(&net, &opt, &event, lo, hi);
  double sum = 0.0, of_mixture = number_ratio("c", "o");
  for (int s = 0; s < net.count; s++) sum += species_energy(s);
  close_to(sum, 0.1 * event.energy_GeV, 1e-13);
  print_message("# C/O of the sources: mixture %.3f", of_mixture);
  static const char *const kind[] = {"core collapse", "Ia", "winds"};
  /* (0.133 + 10.5 x) / (1.17 + 10.5 y) 16/12 with x, y the mass fractions of C and O in the gas, and so on. */
  static const double expected[] = {0.1712, 0.4618, 0.549};
  for (int i = 0; i < 3; i++) {
    opt.type_ia = i == 1, opt.winds = i == 2;
    static double mixed[160];
    cr_injection(&net, &opt, &event, lo, hi);
    memcpy(mixed, lo, sizeof mixed);
    close_to(number_ratio("c", "o"), expected[i], 1e-3);
    print_message(", %s %.3f", kind[i], number_ratio("c", "o"));
    struct cr_event one = event;
    one.kind = (enum cr_source_kind)i;
    cr_injection(&net, &opt, &one, lo, hi);
    assert_memory_equal(mixed, lo, (size_t)cr_network_bins(&net) * sizeof *lo);
  }
  print_message("\n");
  close_to(of_mixture, 0.254, 5e-3);
  cr_network_free(&net);
  net = paper;
}

/* The value rounded to as many digits as are written. */
#define same_digits(value, written) digits(value, #written, __LINE__)

static void digits(double value, const char *written, int line) {
  int given = 0, zeros = 1;
  for (const char *c = written; *c != '\0' && *c != 'e'; c++) {
    if (*c >= '1' && *c <= '9') zeros = 0;
    given += *c >= '0' && *c <= '9' && !zeros;
  }
  char rounded[32];
  snprintf(rounded, sizeof rounded, "%.*e", given - 1, value);
  if (strtod(rounded, NULL) != strtod(written, NULL)) fail_msg("line %d: %.8g instead of %s", line, value, written);
}

/* Energy density in eV/cm^3 between 3 MeV/n and 300 GeV/n. */
static double lism_energy(const char *name) {
  const struct cr_species *s = cr_species_find(name);
  struct cr_bin b;
  double a, c, nucleons = s->kind == CR_LEPTON ? 1.0 : s->a;
  cr_bin_create(&b, cr_momentum(3e-3 * nucleons, s->mass_GeV), cr_momentum(300.0 * nucleons, s->mass_GeV), s->mass_GeV);
  cr_fill(&b, cr_lism_density, s, &a, &c);
  double e = 1e9 * cr_bin_energy(&b, a, c);
  cr_bin_free(&b);
  return e;
}

/* Ionisations per s of an H atom by the particles themselves, from 3 MeV/n. */
static double ionisation(const char *name) {
  enum { POINTS = 4000 };
  const struct cr_species *s = cr_species_find(name);
  double nucleons = s->kind == CR_LEPTON ? 1.0 : s->a, h = log(1e5) / POINTS, sum = 0.0;
  for (int i = 0; i < POINTS; i++) {
    double t = 3e-3 * exp((i + 0.5) * h), beta = cr_beta(cr_momentum(t * nucleons, s->mass_GeV), s->mass_GeV);
    sum += 4.0 * PI * 1e-4 * cr_lism_intensity(s, t) * cr_sigma_ionisation_cm2(s->z, beta) * t * h;
  }
  return sum;
}

/* docs/physics.md, section 6. */
static void test_lism_values(void **state) {
  (void)state;
  const struct cr_species *p = cr_species_find("p"), *e = cr_species_find("e-"), *c = cr_species_find("c"), *b = cr_species_find("b");
  same_digits(cr_lism_intensity(p, .01), 2.53e4), same_digits(cr_lism_intensity(p, .1), 2.23e4);
  same_digits(cr_lism_intensity(p, 1.0), 3452), same_digits(cr_lism_intensity(p, 10.0), 26.1), same_digits(cr_lism_intensity(p, 100.0), .0492);
  same_digits(cr_lism_intensity(e, .01), 2.48e5), same_digits(cr_lism_intensity(e, .1), 1.80e4);
  same_digits(cr_lism_intensity(e, 1.0), 261), same_digits(cr_lism_intensity(e, 10.0), .274), same_digits(cr_lism_intensity(e, 100.0), 1.14e-4);
  same_digits(cr_lism_intensity(c, .01), 30.6), same_digits(cr_lism_intensity(c, .1), 29.8);
  same_digits(cr_lism_intensity(c, 1.0), 4.31), same_digits(cr_lism_intensity(c, 10.0), .0377), same_digits(cr_lism_intensity(c, 100.0), 8.70e-5);
  same_digits(cr_lism_intensity(b, .01), 1.39), same_digits(cr_lism_intensity(b, .1), 5.38);
  /* At 10 GeV/n the document has .00713; its formula gives .0071247. */
  same_digits(cr_lism_intensity(b, 1.0), 1.31), same_digits(cr_lism_intensity(b, 10.0), .00712), same_digits(cr_lism_intensity(b, 100.0), 7.5e-6);
  same_digits(cr_lism_intensity(b, 1.0) / cr_lism_intensity(c, 1.0), .303);
  same_digits(cr_lism_intensity(b, 10.0) / cr_lism_intensity(c, 10.0), .19);

  same_digits(lism_energy("p"), .735), same_digits(lism_energy("he"), .175), same_digits(lism_energy("c"), .0119);
  same_digits(lism_energy("o"), .0167), same_digits(lism_energy("e-"), .0486), same_digits(lism_energy("e+"), .0080);
  double all = lism_energy("p") + lism_energy("he") + lism_energy("c") + lism_energy("o") + lism_energy("e-") + lism_energy("e+");
  same_digits(all, 1.0);
  /* Without e+ (1.8% more) and B (0.3%), and 5/3 for secondary electrons. */
  double zeta = ionisation("p") + ionisation("he") + ionisation("c") + ionisation("o") + ionisation("e-");
  same_digits(ionisation("e-"), 1.54e-18), same_digits(zeta, 9.5e-18), same_digits(5.0 / 3.0 * zeta, 1.58e-17);
}

static void same_bin(int i, const char *n, const char *energy, const char *mean, int line) {
  double number = lo[i] + hi[i], e = cr_bin_energy(&net.bin[i], lo[i], hi[i]);
  digits(number, n, line), digits(1e9 * e, energy, line), digits(e / number, mean, line);
}
#define SAME_BIN(i, n, energy, mean) same_bin(i, #n, #energy, #mean, __LINE__)

static void test_lism_bins(void **state) {
  (void)state;
  cr_lism(&net, lo, hi);
  int p = net.first[cr_network_find(&net, "p")], e = net.first[cr_network_find(&net, "e-")];
  SAME_BIN(p, 1.25e-10, 1.01e-3, .0081), SAME_BIN(p + 1, 3.80e-10, 2.73e-2, .0719), SAME_BIN(p + 2, 4.41e-10, .1951, .443);
  SAME_BIN(p + 3, 1.31e-10, .2691, 2.06), SAME_BIN(p + 4, 1.92e-11, .1500, 7.80), SAME_BIN(p + 5, 2.34e-12, .0623, 26.6);
  SAME_BIN(p + 6, 2.90e-13, .0250, 86.1), SAME_BIN(p + 7, 3.91e-14, .0122, 312);
  SAME_BIN(e, 2.55e-10, 5.15e-4, .00202), SAME_BIN(e + 1, 1.26e-10, 1.26e-3, .00995), SAME_BIN(e + 2, 1.12e-10, 3.62e-3, .0324);
  SAME_BIN(e + 3, 8.65e-11, 8.75e-3, .101), SAME_BIN(e + 4, 4.66e-11, .01423, .305), SAME_BIN(e + 5, 1.37e-11, .01246, .908);
  SAME_BIN(e + 6, 2.26e-12, 6.15e-3, 2.73), SAME_BIN(e + 7, 1.81e-13, 1.49e-3, 8.22), SAME_BIN(e + 8, 1.17e-14, 3.04e-4, 26.1);
  SAME_BIN(e + 9, 7.42e-16, 6.1e-5, 82.3), SAME_BIN(e + 10, 4.8e-17, 1.35e-5, 281);
}

int main(void) {
  cr_network_named(&net, "hopkins2022", NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_injection), cmocka_unit_test(test_electrons_by_rigidity), cmocka_unit_test(test_ejecta), cmocka_unit_test(test_carbon_share), cmocka_unit_test(test_mixture), cmocka_unit_test(test_galactic), cmocka_unit_test(test_lism_values), cmocka_unit_test(test_lism_bins)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cr_network_free(&net);
  return failed;
}
