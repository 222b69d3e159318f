/* Power laws in bins: kinematics, slope inversion, moments, edge populations. */
#include "microphysics/constants.h"
#include "microphysics/species.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void close_to(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("%.17g instead of %.17g (relative %.3g)", value, expected, fabs(value / expected - 1.0));
}

static double random_unit(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(*seed >> 11) * 0x1p-53;
}

/* Edges of the paper's proton bins in kinetic energy, physics.md 2.1. */
static void test_edges(void **state) {
  (void)state;
  static const double t_GeV[] = {1.684e-3, 16.70e-3, 155.6e-3, 1.072, 4.763, 16.87, 55.30, 176.9, 999.1};
  struct cr_network net;
  assert_true(cr_network_named(&net, "hopkins2022", NULL));
  assert_int_equal(cr_network_bins(&net), 70);
  int p = cr_network_find(&net, "p");
  for (int k = 0; k < 8; k++) close_to(net.bin[net.first[p] + k].t_lo, t_GeV[k], 5e-4);
  close_to(net.bin[net.first[p] + 7].t_hi, t_GeV[8], 5e-4);
  close_to(net.bin[net.first[cr_network_find(&net, "cno")]].p_lo, 7.4 * pow(10, -1.25), 1e-14);
  cr_network_free(&net);
}

/* The kinetic energy of slow particles keeps all digits. */
static void test_kinetic(void **state) {
  (void)state;
  close_to(cr_kinetic(1e-9, 1.0), 0.5e-18, 1e-15);
  close_to(cr_momentum(cr_kinetic(3e-5, 1.0), 1.0), 3e-5, 1e-15);
  close_to(cr_kinetic_rise(1e-3, 1e-3 * exp(1e-9), 1.0, expm1(2e-9)), 1e-15, 1e-6);
}

/* P1: populations -> slope -> populations in every bin of every species. */
static void test_round_trip(void **state) {
  (void)state;
  struct cr_network net;
  for (int which = 0; which < 2; which++) {
    assert_true(cr_network_named(&net, which ? "resolved" : "hopkins2022", NULL));
    for (int i = 0; i < cr_network_bins(&net); i++) {
      double last = -INFINITY;
      for (double s = -57.1; s < 63.0; s += 0.37) {
        double lo, hi;
        cr_bin_from_slope(&net.bin[i], s, 3.0, &lo, &hi);
        close_to(lo + hi, 3.0, 1e-15);
        double found = cr_bin_slope(&net.bin[i], lo, hi);
        if (!(fabs(found - s) < 1e-9)) fail_msg("bin %d: s = %.12g instead of %.12g", i, found, s);
        assert_true(hi / lo > last);
        last = hi / lo;
      }
    }
    cr_network_free(&net);
  }
}

/* Any admissible (N, E), next to the edges as well, tiny and huge, gives a finite slope that gives the populations back. */
static void test_random_states(void **state) {
  (void)state;
  struct cr_network net;
  cr_network_named(&net, "hopkins2022", NULL);
  uint64_t seed = 7;
  for (int i = 0; i < 200000; i++) {
    const struct cr_bin *b = &net.bin[(int)(random_unit(&seed) * 70)];
    double n = pow(10.0, 600.0 * random_unit(&seed) - 300.0), u = random_unit(&seed), mean;
    if (i % 4 == 0) mean = b->t_lo * (1.0 + pow(10.0, -12.0 * u));
    else if (i % 4 == 1) mean = b->t_hi * (1.0 - pow(10.0, -12.0 * u));
    else mean = b->t_lo + u * b->dt;
    mean = fmin(mean, b->t_hi);
    double e = n * mean;
    if (!(e > 0.0) || !isfinite(e)) continue;
    double lo, hi, lo2, hi2;
    cr_bin_populations(b, n, e, &lo, &hi);
    assert_true(lo >= 0.0 && hi >= 0.0 && lo + hi > 0.0);
    double s = cr_bin_slope(b, lo, hi);
    assert_true(isfinite(s));
    cr_bin_from_slope(b, s, lo + hi, &lo2, &hi2);
    assert_true(fabs(lo2 - lo) <= 1e-11 * (lo + hi) && fabs(hi2 - hi) <= 1e-11 * (lo + hi));
  }
  cr_network_free(&net);
}

/* Out of the bin, E is kept and the change of N is told. */
static void test_clamp(void **state) {
  (void)state;
  struct cr_network net;
  cr_network_named(&net, "protons", NULL);
  const struct cr_bin *b = &net.bin[3];
  double lo, hi, n = 2.0, e = 3.0 * n * b->t_hi, change = cr_bin_populations(b, n, e, &lo, &hi);
  close_to(cr_bin_energy(b, lo, hi), e, 1e-15);
  close_to(lo + hi, n + change, 1e-15);
  change = cr_bin_populations(b, n, e = 0.1 * n * b->t_lo, &lo, &hi);
  close_to(cr_bin_energy(b, lo, hi), e, 1e-15);
  close_to(lo + hi, n + change, 1e-15);
  cr_network_free(&net);
}

static double identity(const void *data, double p) { return (void)data, p; }

/* Closed forms: fractions, densities, the mean momentum of a power law, and the pressure in both limits. */
static void test_moments(void **state) {
  (void)state;
  struct cr_bin b;
  cr_bin_create(&b, 1.0, 4.0, 1e-9);
  for (double s = -9.3; s < 10.0; s += 1.7) {
    double lo, hi, whole = expm1(s * b.width);
    cr_bin_from_slope(&b, s, 1.0, &lo, &hi);
    close_to(cr_bin_fraction(&b, s, 0.3, 0.9), (exp(0.9 * s) - exp(0.3 * s)) / whole, 1e-13);
    close_to(cr_bin_density(&b, s, 1.0, 0.4), s * exp(0.4 * s) / whole, 1e-13);
    close_to(cr_bin_mean(&b, s, identity, NULL), s / (s + 1.0) * expm1((s + 1.0) * b.width) / whole, 1e-12);
    close_to(3.0 * cr_bin_pressure(&b, lo, hi), cr_bin_energy(&b, lo, hi), 1e-8);
  }
  cr_bin_free(&b);
  cr_bin_create(&b, 1e-4, 3e-4, 1.0);
  close_to(1.5 * cr_bin_pressure(&b, 1.0, 2.0), cr_bin_energy(&b, 1.0, 2.0), 1e-7);
  cr_bin_free(&b);
}

/* The order in which species are asked for does not matter. */
static void test_order(void **state) {
  (void)state;
  struct cr_network a, b;
  cr_network_create(&a, 3, (const char *const[]){"e-", "p", "b"}, NULL);
  cr_network_create(&b, 3, (const char *const[]){"b", "e-", "p"}, NULL);
  for (int s = 0; s < 3; s++) assert_string_equal(a.species[s].name, b.species[s].name);
  for (int i = 0; i < cr_network_bins(&a); i++) assert_memory_equal(a.bin[i].slope, b.bin[i].slope, sizeof(double[CR_SLOPE_ROWS][CR_SLOPE_TERMS]));
  cr_network_free(&a);
  cr_network_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edges),         cmocka_unit_test(test_kinetic), cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_random_states), cmocka_unit_test(test_clamp),   cmocka_unit_test(test_moments),
      cmocka_unit_test(test_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
