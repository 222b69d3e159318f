/* Leaky boxes against closed forms (P6, P9, P10, P12 of docs/physics.md), and the ledger of a long run. */
#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"
#include "microphysics/zone.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define close_to(value, expected, tolerance) check(value, expected, tolerance, __LINE__)

static void check(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("line %d: %.12g instead of %.12g (relative %.3g)", line, value, expected, fabs(value / expected - 1.0));
}

static struct cr_network net;
static struct cr_batch_options opt;

static double number(const struct cr_zone *z, const char *name, int bin) {
  int k = net.first[cr_network_find(&net, name)] + bin;
  return z->lo[k] + z->hi[k];
}

/* Only reactions: bins of one parent do not mix in momentum. */
static void reactions_only(void) {
  cr_batch_defaults(&opt);
  for (int i = 0; i < LOSS_COUNT; i++) opt.loss.scale[i] = 0.0;
}

/* P6: decay and fragmentation of one bin, alone: exp(-rate t) with the mean rate over the bin. */
static void test_decay(void **state) {
  (void)state;
  reactions_only();
  opt.fate.scale[FATE_FRAGMENTATION] = 0.0;
  struct cr_zone z;
  struct cr_zone_gas gas = {.n_nucleon = 1};
  cr_zone_create(&z, &net, &opt, &gas);
  int s = cr_network_find(&net, "be10"), k = net.first[s] + 1;
  const struct cr_bin *b = &net.bin[k];
  cr_bin_from_slope(b, -1.0, 1.0, &z.lo[k], &z.hi[k]);
  double l[CR_NODES], w[CR_NODES], rate = 0.0, dt = 1e10;
  cr_bin_nodes(-1.0, 0.0, b->width, l, w);
  for (int i = 0; i < CR_NODES; i++) rate += w[i] * cr_fate_unit_rate(FATE_DECAY, &opt.fate, &net.species[s], b->p_lo * exp(l[i]));
  cr_zone_step(&z, dt);
  close_to((1.0 - z.lo[k] - z.hi[k]) / dt, rate, 1e-4);
  /* Decayed 10Be is boron of the same momentum: the numbers are equal. */
  double made = 0.0;
  for (int i = 0; i < 8; i++) made += number(&z, "b", i);
  close_to(made, rate * dt, 1e-4);
  for (int i = 0; i < 100; i++) cr_zone_step(&z, 1e13);
  close_to(z.lo[k] + z.hi[k], exp(-rate * 1e15), 0.5);
  cr_zone_free(&z);
}

/* P9: a steady leaky box; primaries and secondaries of CNO against the rates that the tables hold, found by a small step.  The steady
 * state of the scheme does not depend on the step: 1e-10. */
static void test_chain(void **state) {
  (void)state;
  reactions_only();
  struct cr_zone z, fine;
  struct cr_zone_gas gas = {.n_nucleon = 1, .n_e = 1};
  struct cr_network paper = net;
  cr_network_named(&net, "resolved", NULL);
  cr_zone_create(&z, &net, &opt, &gas);
  cr_zone_create(&fine, &net, &opt, &gas);
  struct cr_injection_options inject;
  struct cr_event event = {.kind = CR_CORE_COLLAPSE, .energy_GeV = 6e53, .metallicity = 1};
  cr_injection_defaults(&inject);
  cr_zone_inject(&z, &inject, &event, 1e-27);
  cr_zone_inject(&fine, &inject, &event, 1e-27);
  cr_zone_leak(&z, 10.0, 0.5);
  cr_zone_leak(&fine, 10.0, 0.5);
  for (int i = 0; i < 3000; i++) cr_zone_step(&z, 1e15);
  for (int i = 0; i < 9000; i++) cr_zone_step(&fine, 2e14);
  for (int k = 0; k < cr_network_bins(&net); k++)
    if (z.lo[k] + z.hi[k] > 0.0) close_to(z.lo[k] + z.hi[k], fine.lo[k] + fine.hi[k], 1e-9);

  /* Number balance at high energy, where cross-sections are constant and v = c: Q = N (1/tau + n v sigma). */
  int carbon = cr_network_find(&net, "c"), k = net.first[carbon] + 7;
  double sigma = cr_sigma_fragmentation(12, 10.0, 1.3) * MILLIBARN_cm2, q = z.source_lo[k] + z.source_hi[k];
  close_to(number(&z, "c", 7), q / (z.escape_rate[k] + SPEED_OF_LIGHT_cm_s * sigma), 1e-5);

  /* 11B of C, N and O: N_S (1/tau + n v sigma_S) = sum N_P n v sigma_PS; the parents have A/Z = 2, and the same energy per nucleon is a
   * rigidity higher by 1.1. */
  static const char *const parents[] = {"c", "n", "o"};
  int boron = cr_network_find(&net, "b11"), kb = net.first[boron] + 6;
  double loss = z.escape_rate[kb] + cr_sigma_fragmentation(11, 10.0, 1.3) * MILLIBARN_cm2 * SPEED_OF_LIGHT_cm_s, production = 0.0;
  for (int i = 0; i < 3; i++) {
    int s = cr_network_find(&net, parents[i]), kc = net.first[s] + 6;
    double slope = cr_bin_slope(&net.bin[kc], z.lo[kc], z.hi[kc]);
    production += cr_sigma_nuclear(&net.species[s], &net.species[boron], 50.0) * MILLIBARN_cm2 * SPEED_OF_LIGHT_cm_s *
                  (z.lo[kc] + z.hi[kc]) * pow(1.1, -slope);
  }
  print_message("# 11B in a leaky box: %.4f of the closed form\n", (z.lo[kb] + z.hi[kb]) * loss / production);
  /* The escape rate is constant in a bin, which makes steps in the spectrum of the parents: 5%. */
  close_to((z.lo[kb] + z.hi[kb]) * loss, production, 0.08);
  assert_true(cr_zone_imbalance(&z) < 1e-13);
  cr_zone_free(&z);
  cr_zone_free(&fine);
  cr_network_free(&net);
  net = paper;
}

/* P12: positrons of protons n ~ E^-2.7: source Z sigma = 0.193 mb. */
static void test_positrons(void **state) {
  (void)state;
  reactions_only();
  struct cr_zone z;
  struct cr_zone_gas gas = {.n_nucleon = 1};
  cr_zone_create(&z, &net, &opt, &gas);
  int p = cr_network_find(&net, "p"), e = cr_network_find(&net, "e+");
  for (int k = net.first[p]; k < net.first[p + 1]; k++) {
    const struct cr_bin *b = &net.bin[k];
    cr_bin_from_slope(b, -1.7, pow(b->p_lo, -1.7) * -expm1(-1.7 * b->width) / 1.7, &z.lo[k], &z.hi[k]);
  }
  double dt = 1e8;
  cr_zone_step(&z, dt);
  /* The lowest of these bins shows that T < p, the highest needs the tail of protons above 1 TeV. */
  for (int bin = 7; bin < 11; bin++) {
    const struct cr_bin *b = &net.bin[net.first[e] + bin];
    double n = pow(b->p_lo, -1.7) * -expm1(-1.7 * b->width) / 1.7;
    print_message("# e+ bin %d: %.4f mb\n", bin, number(&z, "e+", bin) / dt / n / SPEED_OF_LIGHT_cm_s / MILLIBARN_cm2);
    close_to(number(&z, "e+", bin) / dt / n / SPEED_OF_LIGHT_cm_s / MILLIBARN_cm2, 0.193, bin == 8 ? 0.03 : 0.06);
  }
  cr_zone_free(&z);
}

/* P10: with escape ~ R^0.5, the spectrum of protons is steeper than that injected by 0.5. */
static void test_slope(void **state) {
  (void)state;
  reactions_only();
  for (int i = 0; i < FATE_COUNT; i++) opt.fate.scale[i] = 0.0;
  struct cr_zone z;
  struct cr_zone_gas gas = {.n_nucleon = 1};
  cr_zone_create(&z, &net, &opt, &gas);
  struct cr_injection_options inject;
  struct cr_event event = {.kind = CR_CORE_COLLAPSE, .energy_GeV = 6e53, .metallicity = 1};
  cr_injection_defaults(&inject);
  cr_zone_inject(&z, &inject, &event, 1e-27);
  cr_zone_leak(&z, 10.0, 0.5);
  for (int i = 0; i < 500; i++) cr_zone_step(&z, 1e15);
  double a = number(&z, "p", 3), b = number(&z, "p", 5);
  close_to(log(b / a) / log(10.0), 3.0 - 4.2 - 0.5, 1e-9);
  cr_zone_free(&z);
}

/* Everything on in a leaky box with the paper's parameters; the ledger closes. */
static void test_galaxy(void **state) {
  (void)state;
  cr_batch_defaults(&opt);
  struct cr_zone z;
  struct cr_zone_gas gas = {.n_e = 0.1, .n_n = 0.3, .n_nucleon = 0.5, .temperature_K = 1e4, .field_uG = 5, .u_rad = {1.0}};
  cr_zone_create(&z, &net, &opt, &gas);
  struct cr_injection_options inject;
  struct cr_event event = {.kind = CR_CORE_COLLAPSE, .energy_GeV = 6e53, .metallicity = 1};
  cr_injection_defaults(&inject);
  cr_zone_inject(&z, &inject, &event, 1e-27);
  cr_zone_leak(&z, 10.0, 0.5);
  int steps = 5000;
  for (int i = 0; i < steps; i++) cr_zone_step(&z, 0.02 * MEGAYEAR_s);
  print_message("# ledger after %d steps: %.1e\n", steps, cr_zone_imbalance(&z));
  assert_true(cr_zone_imbalance(&z) < 1e-13);
  for (int k = 0; k < cr_network_bins(&net); k++) assert_true(z.lo[k] >= 0.0 && z.hi[k] >= 0.0);
  cr_zone_free(&z);
}

int main(void) {
  cr_network_named(&net, "hopkins2022", NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_decay), cmocka_unit_test(test_chain), cmocka_unit_test(test_positrons),
                                     cmocka_unit_test(test_slope), cmocka_unit_test(test_galaxy)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cr_network_free(&net);
  return failed;
}
