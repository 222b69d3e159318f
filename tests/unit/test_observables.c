/* Observables against the check values of docs/physics.md, sections 6 and 7, and against sums of their own. */
#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"
#include "tests/unit/spectra_cases.h"

#define close_to(value, expected, tolerance) check(value, expected, tolerance, __LINE__)

static void check(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("line %d: %.10g instead of %.10g (relative %.3g)", line, value, expected, fabs(value / expected - 1.0));
}

/* dn/dp = 1e-12 p^-2.7, or dn/dT = 1e-12 T^-2.7 of protons, in bins of a quarter of a decade. */
static double power(const void *data, double p) { return 1e-12 * pow(p, *(const double *)data); }

static double in_energy(const void *data, double p) {
  return cr_beta(p, PROTON_MASS_GeV) * power(data, cr_kinetic(p, PROTON_MASS_GeV));
}

static void power_laws(struct spectra *x, double slope) {
  struct cr_bins_choice fine = {1e-3, 1e5, 4};
  cr_network_create(&x->net, 2, (const char *const[]){"p", "e-"}, (struct cr_bins_choice[]){fine, fine});
  for (int k = 0; k < cr_network_bins(&x->net); k++) cr_fill(&x->net.bin[k], power, &slope, &x->lo[k], &x->hi[k]);
  spectra_finish(x);
}

/* A power law comes back exactly wherever it is asked for: intensities, energy per log, points. */
static void test_power_law(void **state) {
  (void)state;
  static struct spectra x;
  power_laws(&x, -2.7);
  int p = cr_network_find(&x.net, "p"), e = cr_network_find(&x.net, "e-");
  double points[MOST * 3], before = 0.0;
  cr_points(&x.net, p, 3, points);
  for (int i = 0; i < 3 * x.net.nbin[p]; i++) {
    assert_true(points[i] > before);
    before = points[i];
    close_to(cr_density(&x.cell, p, points[i]), 1e-12 * pow(points[i], -1.7), 1e-9);
    double t = cr_kinetic(points[i], PROTON_MASS_GeV), j = cr_intensity(&x.cell, p, t), v = cr_beta(points[i], PROTON_MASS_GeV) * SPEED_OF_LIGHT_cm_s;
    close_to(j, SPEED_OF_LIGHT_cm_s / (4.0 * PI) * 1e-12 * pow(points[i], -2.7), 1e-9);
    close_to(cr_intensity_rigidity(&x.cell, p, points[i]), v / (4.0 * PI) * 1e-12 * pow(points[i], -2.7), 1e-9);
    close_to(cr_energy_per_log(&x.cell, p, t), 4.0 * PI * t * t * j / v, 1e-9);
    close_to(cr_kinetic_per_nucleon(&x.net.species[p], cr_momentum_per_nucleon(&x.net.species[p], t)), t, 1e-12);
  }
  double sum = 0.0, top = x.net.bin[x.net.first[p + 1] - 1].p_hi, h = log(top / 1e-3) / 20000.0;
  for (int i = 0; i < 20000; i++) sum += h * cr_density(&x.cell, p, 1e-3 * exp((i + 0.5) * h));
  close_to(sum, cr_number_density(&x.cell, p), 1e-5);
  assert_true(cr_density(&x.cell, p, 0.5e-3) == 0.0 && cr_density(&x.cell, p, 2.0 * top) == 0.0);
  close_to(cr_number_density(&x.cell, p) + cr_number_density(&x.cell, e), cr_number_density(&x.cell, -1), 1e-14);
  close_to(cr_ratio(&x.cell, CR_E_P, &(struct cr_observe){0}, 300.0), 1.0, 0.02);
  assert_true(cr_ratio(&x.cell, CR_B_C, &(struct cr_observe){0}, 1.0) == -1.0);
  cr_network_free(&x.net);
}

/* Section 6: bins of the local interstellar spectra, n in cm^-3 and energy density in eV cm^-3. */
static void test_local_bins(void **state) {
  (void)state;
  static struct spectra x;
  static const double n[] = {1.25e-10, 3.80e-10, 4.41e-10, 1.31e-10, 1.92e-11, 2.34e-12, 2.90e-13, 3.91e-14};
  static const double eps[] = {1.01e-3, 2.73e-2, .1951, .2691, .1500, .0623, .0250, .0122};
  static const double ne[] = {2.55e-10, 1.26e-10, 1.12e-10, 8.65e-11, 4.66e-11, 1.37e-11, 2.26e-12, 1.81e-13, 1.17e-14, 7.42e-16, 4.8e-17};
  static const double epse[] = {5.15e-4, 1.26e-3, 3.62e-3, 8.75e-3, .01423, .01246, 6.15e-3, 1.49e-3, 3.04e-4, 6.1e-5, 1.35e-5};
  spectra_local(&x, "hopkins2022");
  int sp = x.net.first[cr_network_find(&x.net, "p")], se = x.net.first[cr_network_find(&x.net, "e-")];
  /* The table takes the fits from 3 MeV on, the first bins begin below. */
  for (int k = 1; k < 8; k++) {
    /* The last bin hangs on how the fits go on above 100 GeV. */
    close_to(x.lo[sp + k] + x.hi[sp + k], n[k], k < 7 ? 5e-3 : 2e-2);
    close_to(1e9 * cr_bin_energy(&x.net.bin[sp + k], x.lo[sp + k], x.hi[sp + k]), eps[k], k < 7 ? 6e-3 : 3e-2);
  }
  for (int k = 2; k < 11; k++) {
    close_to(x.lo[se + k] + x.hi[se + k], ne[k], 2e-2);
    close_to(1e9 * cr_bin_energy(&x.net.bin[se + k], x.lo[se + k], x.hi[se + k]), epse[k], 2e-2);
  }
  cr_network_free(&x.net);
}

/* e_cr = 1.0 eV/cm^3, zeta = 1.58e-17 /s with the factor 5/3, B/C = 0.303 and 0.19; the emissivity above 100 MeV, of which Fermi
 * (Abdo et al. 2009, ApJ 703, 1249) finds 1.63e-26 /s/sr/H with the bremsstrahlung, and 0.66e-26 above 300 MeV. */
static void test_local_sums(void **state) {
  (void)state;
  static struct spectra x;
  struct cr_observe o;
  cr_observe_defaults(&o);
  spectra_local(&x, "resolved");
  static const struct { const char *name; double energy; } part[] = {{"p", .735}, {"he", .175}, {"c", .0119}, {"o", .0167}, {"e-", .0486}, {"e+", .0080}};
  for (int i = 0; i < 6; i++) close_to(1e9 * cr_energy_density(&x.cell, cr_network_find(&x.net, part[i].name)), part[i].energy, 2e-2);
  close_to(1e9 * cr_energy_density(&x.cell, -1), 1.0, 2e-2);
  double zeta = cr_ionisation_rate(&x.cell, -1, &o), photons = cr_gamma_pion_above(&x.cell, &o, 0.1);
  print_message("LISM: zeta = %.3e /s, gamma rays above 100 MeV %.3e, above 1 GeV %.3e /s/sr/H\n", zeta, photons, cr_gamma_pion_above(&x.cell, &o, 1.0));
  /* The check value counts p, He, C, O and e- above 3 MeV per nucleon; the bins of he begin at 0.4 and of p at 1.7 MeV, and there is more in
   * other species. */
  double above = 0.0;
  for (int i = 0; i < 5; i++) {
    int s = cr_network_find(&x.net, part[i].name);
    double from = 0.0, step = log(3e5) / 6000.0;
    for (int k = 0; k < 6000; k++) from += step * cr_ionisation_per_log(&x.cell, s, &o, 3e-3 * exp((k + 0.5) * step));
    if (i == 4) close_to(from / (5.0 / 3.0), 1.54e-18, 1e-2);
    above += from;
  }
  close_to(above, 1.58e-17, 1e-2);
  assert_true(zeta > above && zeta < 1.25 * above);
  struct cr_observe other = o;
  other.secondaries = 0.5;
  close_to(cr_ionisation_rate(&x.cell, -1, &other) / zeta, 0.9, 1e-12);
  other = o;
  other.cross_section = CR_IONISATION_RUDD;
  double slow = cr_ionisation_rate(&x.cell, -1, &other) / zeta;
  assert_true(slow > 0.8 && slow < 1.1);
  /* dzeta/dln T adds up to zeta. */
  int p = cr_network_find(&x.net, "p");
  double sum = 0.0, h = log(1e6) / 6000.0;
  for (int i = 0; i < 6000; i++) sum += h * cr_ionisation_per_log(&x.cell, p, &o, 1e-3 * exp((i + 0.5) * h));
  close_to(sum, cr_ionisation_rate(&x.cell, p, &o), 1e-3);
  close_to(cr_ratio(&x.cell, CR_B_C, &o, 1.0), .303, 0.04);
  close_to(cr_ratio(&x.cell, CR_B_C, &o, 10.0), .19, 0.04);
  close_to(cr_ratio(&x.cell, CR_BE10_BE9, &o, 1.0), .12, 0.05);
  close_to(cr_intensity(&x.cell, p, 10.0) * 1e4, 26.1, 2e-2);
  assert_true(photons > 0.8e-26 && photons < 1.7e-26);
  cr_network_free(&x.net);
}

/* Section 7.5, and Rudd et al. 1985 in its own range. */
static void test_ionisation(void **state) {
  (void)state;
  static const double t[] = {1e-3, 3e-3, 1e-2, 0.1, 1.0}, sigma[] = {2.04e-17, 7.74e-18, 2.65e-18, 3.67e-19, 1.03e-19};
  const struct cr_species *p = cr_species_find("p"), *c = cr_species_find("c");
  for (int i = 0; i < 5; i++) {
    double momentum = cr_momentum(t[i], PROTON_MASS_GeV);
    close_to(cr_sigma_ionise_cm2(p, momentum, CR_IONISATION_BETHE), sigma[i], 5e-3);
    close_to(cr_sigma_ionise_cm2(c, cr_momentum_per_nucleon(c, t[i]), CR_IONISATION_BETHE), 36.0 * sigma[i], 5e-3);
  }
  double slow = cr_momentum(1e-2, PROTON_MASS_GeV);
  close_to(cr_sigma_ionise_cm2(p, slow, CR_IONISATION_RUDD), cr_sigma_ionise_cm2(p, slow, CR_IONISATION_BETHE), 0.1);
  double fast = cr_momentum(0.1, PROTON_MASS_GeV);
  assert_true(cr_sigma_ionise_cm2(p, fast, CR_IONISATION_RUDD) == cr_sigma_ionise_cm2(p, fast, CR_IONISATION_BETHE));
}

/* The photons of one collision: their energy adds up to that found by Kamae et al. 2006 (0.130, 0.166, 0.156 of the proton's per
 * inelastic collision at 10, 100, 1000 GeV), their number to two per pi0 (Z sigma of n ~ E^-2.7: 0.95, 1.02, 1.04 mb at 1, 10, 100 GeV). */
static void test_gamma(void **state) {
  (void)state;
  /* Those at 20 and 50 GeV of AAfrag, 4.13 and 4.73 mb. */
  static const double t[] = {10.0, 20.0, 50.0, 99.0, 1000.0}, share[] = {.130, .138, .155, .166, .156};
  for (int i = 0; i < 5; i++) {
    double energy = 0.0, h = log(t[i] / 1e-4) / 4000.0;
    for (int k = 0; k < 4000; k++) {
      double e = 1e-4 * exp((k + 0.5) * h);
      energy += h * e * e * cr_sigma_gamma(t[i], e);
    }
    print_message("T_p = %g GeV: photons take %.4f\n", t[i], energy / cr_sigma_inelastic_pp(t[i]) / t[i]);
    close_to(energy / cr_sigma_inelastic_pp(t[i]) / t[i], share[i], i < 3 ? 0.1 : 0.07);
  }
  /* No steps between the pieces. */
  for (int i = 0; i < 3; i++) {
    static const double at_GeV[] = {20.0, 50.0, 100.0};
    close_to(cr_sigma_gamma(at_GeV[i] * 1.001, 3.0) / cr_sigma_gamma(at_GeV[i] * 0.999, 3.0), 1.0, 0.12);
  }
  /* Symmetric about half the mass of the pion in ln E, at all energies below 100 GeV. */
  close_to(cr_sigma_gamma(3.0, 0.0674884 * 1.7), cr_sigma_gamma(3.0, 0.0674884 / 1.7), 1e-12);
  assert_true(cr_sigma_gamma(0.27, 0.07) == 0.0 && cr_sigma_gamma(0.5, 0.6) == 0.0 && cr_sigma_gamma(1e3, 1.1e3) == 0.0);
  static struct spectra x;
  struct cr_observe o = {.nuclei = 1.0};
  power_laws(&x, -2.7);
  double slope = -2.7;
  for (int k = 0; k < x.net.nbin[0]; k++) cr_fill(&x.net.bin[k], in_energy, &slope, &x.lo[k], &x.hi[k]);
  spectra_finish(&x);
  static const double at[] = {1.0, 10.0, 100.0}, z[] = {0.95, 1.02, 1.04};
  for (int i = 0; i < 3; i++) {
    double sigma = cr_gamma_pion(&x.cell, &o, at[i]) * 4.0 * PI / (SPEED_OF_LIGHT_cm_s * 1e-12 * pow(at[i], slope)) / MILLIBARN_cm2;
    print_message("gamma rays: Z sigma = %.3f mb at %g GeV\n", sigma, at[i]);
    close_to(sigma, z[i], 0.08);
  }
  double sum = 0.0, h = log(1e4) / 400.0;
  for (int i = 0; i < 400; i++) sum += h * 10.0 * exp((i + 0.5) * h) * cr_gamma_pion(&x.cell, &o, 10.0 * exp((i + 0.5) * h));
  close_to(cr_gamma_pion_above(&x.cell, &o, 10.0), sum, 5e-3);
  cr_network_free(&x.net);
}

/* Electrons in a narrow band: the emission integrated over frequency is the power of the loss rate. */
static void electrons_from(struct spectra *x, double low, double high) {
  power_laws(x, -2.7);
  for (int k = 0; k < cr_network_bins(&x->net); k++) {
    bool lepton = k >= x->net.first[cr_network_find(&x->net, "e-")];
    if (!lepton || x->net.bin[k].p_hi < 1.01 * low || x->net.bin[k].p_lo > 0.99 * high) x->lo[k] = x->hi[k] = 0.0;
  }
  spectra_finish(x);
}

static double lost(const struct spectra *x, enum cr_loss_id id, const struct cr_env *env) {
  struct cr_loss_options opt;
  cr_loss_defaults(&opt);
  int e = cr_network_find(&x->net, "e-");
  double sum = 0.0, h = log(1e8) / 20000.0;
  for (int i = 0; i < 20000; i++) {
    double p = 1e-3 * exp((i + 0.5) * h);
    sum += h * cr_density(&x->cell, e, p) * cr_beta(p, ELECTRON_MASS_GeV) * cr_loss_rate(id, env, &opt, &x->net.species[e], 0, p, p);
  }
  return sum;
}

static void test_synchrotron(void **state) {
  (void)state;
  double sum = 0.0, h = log(1e14) / 4000.0;
  for (int i = 0; i < 4000; i++) {
    double x = 1e-12 * exp((i + 0.5) * h);
    sum += h * x * cr_synchrotron_shape(x);
  }
  close_to(sum, 16.0 * PI / (27.0 * sqrt(3.0)), 6.5e-4);
  static struct spectra x;
  electrons_from(&x, 1.0, 10.0);
  double power = 0.0;
  h = log(1e10) / 1000.0;
  for (int i = 0; i < 1000; i++) {
    double nu = 1e3 * exp((i + 0.5) * h);
    power += 4.0 * PI * nu * h * cr_synchrotron(&x.cell, nu, 5.0);
  }
  struct cr_env env = {.u_b = 25.0 * FIELD_ENERGY_eV_cm3};
  close_to(power, lost(&x, LOSS_SYNCHROTRON, &env) * 1e9 * ELECTRONVOLT_erg, 2e-3);
  assert_true(cr_synchrotron(&x.cell, 1e9, 0.0) == 0.0);
  cr_network_free(&x.net);
}

/* As for the synchrotron radiation; 2e-2: steps in energy over the sharp ends of the spectra of single photons. */
static void test_compton_and_brems(void **state) {
  (void)state;
  static struct spectra x;
  electrons_from(&x, 1.0, 10.0);
  struct cr_env env = {0};
  struct cr_loss_options opt;
  cr_loss_defaults(&opt);
  env.u_rad[0] = 0.26;
  double compton = 0.0, brems = 0.0, h = log(1e12) / 1500.0, photon = opt.photon_eV[0];
  for (int i = 0; i < 1500; i++) {
    double e = 1e-10 * exp((i + 0.5) * h);
    compton += 4.0 * PI * h * e * e * cr_gamma_compton(&x.cell, e, 1, env.u_rad, &photon);
    brems += 4.0 * PI * h * e * e * cr_gamma_bremsstrahlung(&x.cell, e);
  }
  close_to(compton, lost(&x, LOSS_INVERSE_COMPTON, &env), 1e-2);
  close_to(brems, 7.97e-16 * cr_energy_density(&x.cell, -1), 1e-2);
  cr_network_free(&x.net);
}

/* Section 3: loss times of protons in neutral gas of 1 cm^-3. */
static void test_loss_time(void **state) {
  (void)state;
  struct cr_loss_options opt;
  cr_loss_defaults(&opt);
  struct cr_env env = {.n_n = 1.0};
  static const double t[] = {0.01, 0.1, 1.0}, time_Myr[] = {.261, 7.70, 157.0};
  const struct cr_species *p = cr_species_find("p");
  for (int i = 0; i < 3; i++)
    close_to(cr_loss_time(LOSS_IONISATION, &env, &opt, p, cr_momentum(t[i], PROTON_MASS_GeV)) / MEGAYEAR_s, time_Myr[i], 5e-3);
  assert_true(isinf(cr_loss_time(LOSS_SYNCHROTRON, &env, &opt, p, 1.0)));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_power_law),  cmocka_unit_test(test_local_bins),  cmocka_unit_test(test_local_sums),
                                     cmocka_unit_test(test_ionisation), cmocka_unit_test(test_gamma),       cmocka_unit_test(test_synchrotron),
                                     cmocka_unit_test(test_compton_and_brems), cmocka_unit_test(test_loss_time)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
