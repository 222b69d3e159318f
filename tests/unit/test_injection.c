/* Injection and LISM spectra against the check values of docs/physics.md. */
#include "microphysics/constants.h"
#include "microphysics/injection.h"
#include "microphysics/lism.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define close_to(value, expected, tolerance) check(value, expected, tolerance, __LINE__)

static void check(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("line %d: %.10g instead of %.10g (relative %.3g)", line, value, expected, fabs(value / expected - 1.0));
}

static struct cr_network net;
static double lo[128], hi[128];

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

static void test_lism(void **state) {
  (void)state;
  static const double n[] = {1.25e-10, 3.80e-10, 4.41e-10, 1.31e-10, 1.92e-11, 2.34e-12, 2.90e-13, 3.91e-14};
  static const double eps[] = {1.01e-3, 2.73e-2, .1951, .2691, .1500, .0623, .0250, .0122};
  static const double ne[] = {2.55e-10, 1.26e-10, 1.12e-10, 8.65e-11, 4.66e-11, 1.37e-11, 2.26e-12, 1.81e-13, 1.17e-14, 7.42e-16};
  const struct cr_species *p = cr_species_find("p"), *e = cr_species_find("e-"), *c = cr_species_find("c"), *b = cr_species_find("b");
  static const double at[] = {.01, .1, 1, 10, 100}, jp[] = {2.53e4, 2.23e4, 3452, 26.1, .0492}, je[] = {2.48e5, 1.80e4, 261, .274, 1.14e-4},
                      jc[] = {30.6, 29.8, 4.31, .0377, 8.70e-5}, jb[] = {1.39, 5.38, 1.31, .00713, 7.5e-6};
  for (int i = 0; i < 5; i++) {
    close_to(cr_lism_intensity(p, at[i]), jp[i], 4e-3);
    close_to(cr_lism_intensity(e, at[i]), je[i], 4e-3);
    close_to(cr_lism_intensity(c, at[i]), jc[i], 4e-3);
    close_to(cr_lism_intensity(b, at[i]), jb[i], 7e-3);
  }
  cr_lism(&net, lo, hi);
  int sp = net.first[cr_network_find(&net, "p")], se = net.first[cr_network_find(&net, "e-")];
  /* The table starts at 3 MeV, the first bin at 1.7 MeV. */
  for (int k = 1; k < 8; k++) {
    close_to(lo[sp + k] + hi[sp + k], n[k], 2e-2);
    close_to(1e9 * cr_bin_energy(&net.bin[sp + k], lo[sp + k], hi[sp + k]), eps[k], 2e-2);
  }
  for (int k = 2; k < 10; k++) close_to(lo[se + k] + hi[se + k], ne[k], 1e-2);
  /* Slightly more than the table: it ends at 300 GeV. */
  close_to(1e9 * species_energy(cr_network_find(&net, "p")), .735, 2e-2);
  close_to(1e9 * species_energy(cr_network_find(&net, "e+")), .0080, 5e-2);
}

int main(void) {
  cr_network_named(&net, "hopkins2022", NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_injection), cmocka_unit_test(test_lism)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cr_network_free(&net);
  return failed;
}
