/* Loss rates and cross-sections against the check values of docs/physics.md. */
#include "microphysics/catastrophic.h"
#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"

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

static struct cr_loss_options opt;
static struct cr_fate_options fate;

/* eV/s lost at kinetic energy t: dT/dt = v dp/dt. */
static double loss_eV(const char *species, enum cr_loss_id id, const struct cr_env *env, double t_GeV) {
  const struct cr_species *s = cr_species_find(species);
  double p = cr_momentum(t_GeV, s->mass_GeV);
  return 1e9 * cr_beta(p, s->mass_GeV) * cr_loss_rate(id, env, &opt, s, 0, p, p);
}

static void test_hadrons(void **state) {
  (void)state;
  static const double t[] = {1e-3, 1e-2, 0.1, 1, 10}, neutral[] = {3.82e-6, 1.22e-6, 4.11e-7, 2.01e-7, 1.77e-7},
                      ionised[] = {6.70e-6, 2.13e-6, 7.22e-7, 3.53e-7, 3.10e-7}, full[] = {1.05e-5, 3.59e-6, 1.29e-6, 6.69e-7, 6.18e-7};
  struct cr_env hi = {.n_n = 1}, hii = {.n_e = 1, .temperature_K = 1e4};
  for (int i = 0; i < 5; i++) {
    close_to(loss_eV("p", LOSS_IONISATION, &hi, t[i]), neutral[i], 4.2e-3);
    close_to(loss_eV("p", LOSS_COULOMB, &hii, t[i]), ionised[i], 2.5e-3);
    opt.coulomb_full = true;
    close_to(loss_eV("p", LOSS_COULOMB, &hii, t[i]), full[i], 5e-3);
    opt.coulomb_full = false;
  }
  close_to(0.1e9 / loss_eV("p", LOSS_IONISATION, &hi, 0.1) / MEGAYEAR_s, 7.70, 2e-3);
  close_to(loss_eV("cno", LOSS_COULOMB, &hii, 14.8), 7.4 * 7.4 * loss_eV("p", LOSS_COULOMB, &hii, 1.0), 1e-13);
}

static void test_leptons(void **state) {
  (void)state;
  struct cr_env hi = {.n_n = 1}, hii = {.n_e = 1}, light = {.u_rad = {1.0}}, field = {.u_b = FIELD_ENERGY_eV_cm3 * 25.0};
  static const double t[] = {1e-2, 0.1, 1, 10}, ion[] = {2.25e-7, 2.77e-7, 3.30e-7, 3.82e-7};
  for (int i = 0; i < 4; i++) close_to(loss_eV("e-", LOSS_IONISATION, &hi, t[i]), ion[i], 3e-3);
  close_to(loss_eV("e-", LOSS_COULOMB, &hii, 0.01), 5.94e-7, 2e-3);
  close_to(loss_eV("e-", LOSS_COULOMB, &hii, 1.0), 6.29e-7, 2e-3);
  close_to(loss_eV("e+", LOSS_COULOMB, &hii, 10.0), 6.47e-7, 2e-3);
  close_to(loss_eV("e-", LOSS_BREMSSTRAHLUNG, &hii, 0.1) / 1e8, 7.84e-16, 8e-3);
  close_to(loss_eV("e-", LOSS_BREMSSTRAHLUNG, &hii, 1.0) / 1e9, 1.10e-15, 5e-3);
  close_to(loss_eV("e-", LOSS_BREMSSTRAHLUNG, &hii, 10.0) / 1e10, 1.42e-15, 5e-3);
  opt.brems_neutral = true;
  close_to(loss_eV("e-", LOSS_BREMSSTRAHLUNG, &hi, 10.0) / 1e10, 7.97e-16, 1e-3);
  opt.brems_neutral = false;
  close_to(field.u_b, 0.6209, 1e-4);
  close_to(loss_eV("e-", LOSS_INVERSE_COMPTON, &light, 10.0) + loss_eV("e-", LOSS_SYNCHROTRON, &field, 10.0), 1.651e-5, 1e-3);
  for (double e = 1.0; e < 2e3; e *= 10.0)
    close_to(e * 1e9 / loss_eV("e-", LOSS_INVERSE_COMPTON, &light, e) / MEGAYEAR_s, 311.0 / e, 3e-3);
  assert_true(loss_eV("p", LOSS_SYNCHROTRON, &field, 10.0) == 0.0);
  double thomson = loss_eV("e-", LOSS_INVERSE_COMPTON, &light, 1e3);
  opt.klein_nishina = true;
  double x = 4.0 * 1e3 / ELECTRON_MASS_GeV * 6.34e-13 / ELECTRON_MASS_GeV;
  close_to(loss_eV("e-", LOSS_INVERSE_COMPTON, &light, 1e3), thomson * pow(1.0 + x, -1.5), 1e-5);
  opt.klein_nishina = false;
}

/* H22 Eq. 7. */
static void test_gas_exchange(void **state) {
  (void)state;
  const struct cr_species *s = cr_species_find("p");
  double chi[] = {1.0 / 3.0}, mu[] = {0.0};
  struct cr_env env = {.v_alfven = 3e6, .nu0 = 1e-9, .chi = chi, .mu = mu};
  env.nu0 /= cr_beta(1.0, s->mass_GeV);  /* 1e-9 at 1 GV */
  close_to(-cr_loss_rate(LOSS_REACCELERATION, &env, &opt, s, 0, 1.0, 1.0), 1.92e-17, 4e-3);
  env.div_u = 2e-15, env.bb_grad_u = 5e-15;
  close_to(cr_loss_rate(LOSS_ADIABATIC, &env, &opt, s, 0, 1.0, 3.0), 2e-15, 1e-14);
  chi[0] = 0.0;
  close_to(cr_loss_rate(LOSS_ADIABATIC, &env, &opt, s, 0, 1.0, 3.0), 15e-15, 1e-14);
  /* In flux-steady state mu = -v/(3 nu l): the loss rate is v_A / (3 l). */
  double l = 3e21;
  mu[0] = SPEED_OF_LIGHT_cm_s * cr_beta(1.0, s->mass_GeV) / (3.0 * 1e-9 * l);
  close_to(cr_loss_rate(LOSS_STREAMING, &env, &opt, s, 0, 1.0, 1.0), 3e6 / (3.0 * l), 1e-13);
}

/* Eq. 7 with the flux of total energy in its steady state, mu = v / (3 nu l) + 3 chi (1 + beta^2 / 3) v_A / v, is the same in the frame of the
 * waves; there nothing is left of reacceleration for fast particles. */
static void test_wave_frame(void **state) {
  (void)state;
  const struct cr_species *s = cr_species_find("p");
  double l = 3e21;
  for (double p = 0.05; p < 1e3; p *= 3.0)
    for (int i = 0; i < 3; i++) {
      double beta = cr_beta(p, s->mass_GeV), v = SPEED_OF_LIGHT_cm_s * beta, va = 3e6, chi[] = {i / 6.0 + 0.01}, drift[] = {va / l};
      struct cr_env flux = {.v_alfven = va, .nu0 = 1e-9, .nu_slope = 0.5, .chi = chi}, frame = flux;
      double nu = 1e-9 * beta / sqrt(p), mu[] = {v / (3.0 * nu * l) + 3.0 * chi[0] * (1.0 + beta * beta / 3.0) * va / v};
      flux.mu = mu, frame.drift_div = drift;
      double work = p * va / (3.0 * l), left = p * chi[0] * nu * (va / v) * (va / v) * (1.0 - beta * beta);
      close_to(cr_loss_rate(LOSS_STREAMING, &frame, &opt, s, 0, p, p), work, 1e-14);
      close_to(cr_loss_rate(LOSS_REACCELERATION, &frame, &opt, s, 0, p, p), left, 1e-9);
      close_to(cr_loss_rate(LOSS_STREAMING, &flux, &opt, s, 0, p, p) + cr_loss_rate(LOSS_REACCELERATION, &flux, &opt, s, 0, p, p), work + left, 1e-12);
      opt.reacceleration_maximal = true;
      close_to(cr_loss_rate(LOSS_REACCELERATION, &frame, &opt, s, 0, p, p), cr_loss_rate(LOSS_REACCELERATION, &flux, &opt, s, 0, p, p), 1e-14);
      opt.reacceleration_maximal = false;
    }
}

static void test_fragmentation(void **state) {
  (void)state;
  static const struct { double a, sigma[4]; } rows[] = {
      {10.8, {229.1, 214.8, 240.7, 241.7}}, {12, {246.2, 230.9, 258.7, 259.8}}, {14, {273.1, 256.1, 287.0, 288.2}},
      {16, {298.4, 279.8, 313.5, 314.8}},   {14.8, {283.4, 265.7, 297.8, 299.0}}, {9, {201.6, 189.1, 211.9, 212.8}},
      {10, {217.2, 203.6, 228.2, 229.1}},   {7, {168.2, 157.7, 176.7, 177.5}}};
  static const double t[] = {0.1, 0.3, 1.0, 2.0};
  for (int i = 0; i < 8; i++)
    for (int k = 0; k < 4; k++) close_to(cr_sigma_fragmentation(rows[i].a, t[k], 1.3), rows[i].sigma[k], 5e-4);
  close_to(cr_sigma_fragmentation(12, 5.0, 5.3), 252.4, 5e-4);
  const struct cr_species *cno = cr_species_find("cno");
  close_to(cr_fate_unit_rate(FATE_FRAGMENTATION, &fate, cno, 1e5), 8.96e-15, 1e-3);
  /* 0.082 x 70.3 + 0.593 x 156.4 mb of 299.0 stay in CNO; 0.7 x 40.85 mb of 11B in B; isotopes apart keep none. */
  struct cr_fate_options keep = fate;
  keep.keep_fragments = true;
  close_to(cr_fate_unit_rate(FATE_FRAGMENTATION, &keep, cno, 1e5) / 8.96e-15, 1.0 - 98.51 / 299.0, 2e-3);
  const struct cr_species *b = cr_species_find("b"), *c = cr_species_find("c");
  close_to(cr_fate_unit_rate(FATE_FRAGMENTATION, &keep, b, 1e5) / cr_fate_unit_rate(FATE_FRAGMENTATION, &fate, b, 1e5), 1.0 - 0.7 * 40.85 / 241.7, 5e-3);
  assert_true(cr_fate_unit_rate(FATE_FRAGMENTATION, &keep, c, 1e5) == cr_fate_unit_rate(FATE_FRAGMENTATION, &fate, c, 1e5));
}

static void test_other_fates(void **state) {
  (void)state;
  const struct cr_species *p = cr_species_find("p"), *be10 = cr_species_find("be10"), *positron = cr_species_find("e+");
  close_to(1.0 / cr_fate_unit_rate(FATE_PIONIC, &fate, p, 2.0) / MEGAYEAR_s, 49.7, 2e-3);
  assert_true(cr_fate_unit_rate(FATE_PIONIC, &fate, p, 0.77) == 0.0 && cr_fate_unit_rate(FATE_PIONIC, &fate, p, 0.78) > 0.0);
  close_to(cr_fate_unit_rate(FATE_DECAY, &fate, be10, 1e-6), 1.4546e-14, 1e-4);
  fate.be10_half_life_Myr = 1.387;
  close_to(cr_fate_unit_rate(FATE_DECAY, &fate, be10, 1e-6), 1.584e-14, 1e-3);
  fate.be10_half_life_Myr = 0.0;
  close_to(cr_fate_unit_rate(FATE_DECAY, &fate, be10, sqrt(3.0) * be10->mass_GeV), 0.5 * 1.4546e-14, 1e-4);
  static const double t[] = {1e-3, 1e-2, 0.1, 1}, sigma[] = {172, 38.3, 6.41, 0.928}, rate[] = {4.85e-15, 1.15e-15, 1.92e-16, 2.78e-17};
  for (int i = 0; i < 4; i++) {
    close_to(cr_sigma_annihilation(1.0 + t[i] / ELECTRON_MASS_GeV), sigma[i], 4e-3);
    close_to(cr_fate_unit_rate(FATE_ANNIHILATION, &fate, positron, cr_momentum(t[i], ELECTRON_MASS_GeV)), rate[i], 4e-3);
  }
  static const double r[] = {0.5, 1, 3, 10, 30, 100, 1000}, loss[] = {110.2, 82.0, 54.1, 39.2, 34.2, 33.4, 35.4};
  for (int i = 0; i < 7; i++) close_to(cr_sigma_antiproton_loss(r[i]), 1.5 * loss[i], 1.5e-3);
}

static void test_production(void **state) {
  (void)state;
  const struct cr_species *c = cr_species_find("c"), *b = cr_species_find("b"), *cno = cr_species_find("cno"), *be = cr_species_find("be");
  close_to(cr_sigma_isotope(ISO_O16, ISO_BE10, 2.0), 2.62, 1e-14);
  close_to(cr_sigma_isotope(ISO_C12, ISO_B11, 1e5), 52.40, 1e-14);
  close_to(cr_sigma_nuclear(c, b, 1.0), 19.37 + 58.68, 1e-14);
  close_to(cr_sigma_nuclear(cno, be, 10.0), .325 * (9.46 + 7.22) + .082 * (12.10 + 2.71) + .593 * (8.69 + 3.39), 1e-13);
  close_to(cr_sigma_isotope(ISO_C12, ISO_BE7, 0.1 - 1e-9), 9.50, 1e-6);
  assert_true(cr_sigma_isotope(ISO_C12, ISO_BE10, 0.03) == 0.0 && cr_sigma_isotope(ISO_C12, ISO_BE7, 0.03) > 0.0);
  close_to(cr_sigma_antiproton(50.1), 0.775, 1e-12);
  /* The parts of the antiprotons have the mean energy of all: 0.0462, and between points a power law. */
  for (double t = 6.0; t < 1e5; t *= 1.01) {
    double share = 0.0, mean = 0.0, before = 0.0;
    for (int i = 0; i < ANTIPROTON_PARTS; i++) {
      double e = cr_antiproton_energy_fraction(i, t);
      share += cr_antiproton_share[i];
      mean += cr_antiproton_share[i] * e;
      assert_true(e > before && e < 0.3 && cr_antiproton_energy_fraction(i, 1.01 * t) * 1.01 > e);
      before = e;
    }
    close_to(share, 1.0, 1e-14);
    if (t > 2880.0) close_to(mean, 0.0339 * pow(t / 2880.0, log(0.0242 / 0.0339) / log(9550.0 / 2880.0)), 1e-3);
  }
  double mean = 0.0;
  for (int i = 0; i < ANTIPROTON_PARTS; i++) mean += cr_antiproton_share[i] * cr_antiproton_energy_fraction(i, 955.0);
  close_to(mean, 0.0462, 1e-3);
}

static void test_ionisation_cross_section(void **state) {
  (void)state;
  static const double t[] = {1e-3, 3e-3, 1e-2, 0.1, 1}, sigma[] = {2.04e-17, 7.74e-18, 2.65e-18, 3.67e-19, 1.03e-19};
  for (int i = 0; i < 5; i++) {
    double beta = cr_beta(cr_momentum(t[i], PROTON_MASS_GeV), PROTON_MASS_GeV);
    close_to(cr_sigma_ionisation_cm2(1.0, beta), sigma[i], 5e-3);
  }
}

int main(void) {
  cr_loss_defaults(&opt);
  cr_fate_defaults(&fate);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hadrons),       cmocka_unit_test(test_leptons),     cmocka_unit_test(test_gas_exchange),
      cmocka_unit_test(test_fragmentation), cmocka_unit_test(test_other_fates), cmocka_unit_test(test_production),
      cmocka_unit_test(test_ionisation_cross_section), cmocka_unit_test(test_wave_frame),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
