/* Ionisation, heating and cooling of a cell: known limits, two stable phases, steps of any length, energies. */
#include "microphysics/constants.h"
#include "microphysics/cooling.h"
#include "microphysics/supernova.h"
#include "microphysics/thermal_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double K = BOLTZMANN_erg_K;
static const struct gas_env sun = {.helium = 0.079, .metallicity = 1.0, .fuv = 1.7, .background = 1.0, .zeta = 2e-16, .zeta_heats = true};

#define close(a, b, relative) assert_true(fabs((a) - (b)) <= (relative) * fabs(b))

/* Osterbrock & Ferland 2006, Table 2.1: 2.59e-13 cm^3/s at 1e4 K; and Draine 2011, Eq. 30.1, for cold gas: one in 3000 ionised. */
static void test_ionisation(void **unused) {
  (void)unused;
  struct ionisation_rates r;
  struct gas_ions ions;
  ionisation_rates(1e4, &r);
  close(r.recombination[0], 2.59e-13, 0.01);
  /* Without light, dust and cosmic rays: collisions against recombination, whatever the density. */
  const struct gas_env dark = {.helium = 0.079};
  for (double n = 1e-4; n < 1e5; n *= 1e3) {
    ionisation_rates(1.5e4, &r);
    ionisation_equilibrium(&dark, n, 1.5e4, 0.0, &ions);
    close(ions.h1 / ions.h0, r.collision[0] / r.recombination[0], 1e-9);
  }
  ionisation_equilibrium(&dark, 1.0, 1e7, 0.0, &ions);
  close(ions.e, 1.0 + 2.0 * 0.079, 1e-4);
  /* Cosmic rays against recombination: n_e^2 alpha = zeta n_H0. */
  const struct gas_env rays = {.zeta = 1e-16};
  ionisation_rates(100.0, &r);
  ionisation_equilibrium(&rays, 30.0, 100.0, 0.0, &ions);
  close(ions.e * ions.e * 30.0 * r.recombination[0], 1e-16 * ions.h0, 1e-9);
  /* Balance and closure over all of the plane, from any guess. */
  for (double n = 1e-6; n < 1e6; n *= 7.0)
    for (double t = 10.0; t < 1.1e9; t *= 3.0) {
      struct gas_ions other;
      ionisation_equilibrium(&sun, n, t, 0.0, &ions);
      ionisation_equilibrium(&sun, n, t, 0.3, &other);
      close(other.e, ions.e, 1e-9);
      close(ions.h0 + ions.h1, 1.0, 1e-12);
      close(ions.he0 + ions.he1 + ions.he2, 0.079, 1e-12);
      close(ions.h1 + ions.he1 + 2.0 * ions.he2 + GAS_CARBON, ions.e, 1e-9);
      assert_true(ions.h0 >= 0.0 && ions.he0 >= 0.0);
    }
  /* The background: nearly all of it outside, little inside (Rahmati et al. 2013, Fig. 3). */
  assert_true(ionisation_shielding(&sun, 1e-6, 1e4) > 0.98);
  assert_true(ionisation_shielding(&sun, 1.0, 1e4) < 1e-4);
}

static void test_terms(void **unused) {
  (void)unused;
  struct gas_ions ions = {.e = 1e-10, .h0 = 1.0};
  double q[THERMAL_COUNT];
  const struct gas_env here = {.metallicity = 1.0};
  /* [CII] below its critical density: Wolfire et al. 2003, Eq. C1 (3.15e-27 e^-92/T at 100 K, of 1.4e-4 carbon). */
  thermal_rate(&here, 1.0, 100.0, &ions, q);
  close(-q[THERMAL_CARBON], 3.15e-27 * exp(-92.0 / 100.0), 0.2);
  /* [OI] 63 um, the same, Eq. C2: 2.5e-27 (T / 100)^0.4 e^-228/T, of 3.2e-4 oxygen. */
  close(-q[THERMAL_OXYGEN], 2.5e-27 * exp(-228.0 / 100.0), 0.4); /* newer collision rates: Draine 2011 */
  /* Above the critical density levels are those of equilibrium: 2 e^-x / (1 + 2 e^-x) A dE. */
  thermal_rate(&here, 1e9, 100.0, &ions, q);
  const double up = 2.0 * exp(-0.9121);
  close(-q[THERMAL_CARBON], 1e9 * GAS_CARBON * up / (1.0 + up) * 2.29e-6 * K * 91.21, 1e-5);
  /* Hot gas: free-free alone, with the Gaunt factor between 1.1 and 1.5 (Rybicki & Lightman 1979, Eq. 5.15b). */
  const struct gas_env dark = {0};
  ionisation_equilibrium(&dark, 1.0, 1e8, 0.0, &ions);
  const double all = thermal_rate(&dark, 1.0, 1e8, &ions, q);
  assert_true(-all > 1.05 * 1.4e-27 * 1e4 && -all < 1.6 * 1.4e-27 * 1e4);
  /* Solar gas of 1e5..1e7 K, total per n_e n_H: Gnat & Ferland 2012, Fig. 3: some 4e-22, 1.5e-22, 3e-23. */
  const double t[3] = {1e5, 1e6, 1e7}, lambda[3] = {4e-22, 1.5e-22, 3e-23};
  for (int i = 0; i < 3; i++) {
    const struct gas_env bare = {.helium = 0.079, .metallicity = 1.0};
    ionisation_equilibrium(&bare, 1.0, t[i], 0.0, &ions);
    close(-thermal_rate(&bare, 1.0, t[i], &ions, NULL) / ions.e, lambda[i], 0.4);
  }
  double sum = 0.0;
  ionisation_equilibrium(&sun, 3.0, 5000.0, 0.0, &ions);
  const double net = thermal_rate(&sun, 3.0, 5000.0, &ions, q);
  for (int i = 0; i < THERMAL_COUNT; i++) sum += q[i];
  close(sum, net, 1e-13);
}

/* The temperature without a net rate that gas of constant density comes to. */
static double balance(double n, double from) {
  double rate = 0.0, before = 0.0, t = from, a = from, b = from;
  struct gas_ions ions = {0};
  for (int i = 0; i < 1000 && rate * before >= 0.0; i++) {
    before = rate;
    b = a;
    a = t;
    ionisation_equilibrium(&sun, n, t, 0.0, &ions);
    rate = thermal_rate(&sun, n, t, &ions, NULL);
    t *= rate > 0.0 ? 1.05 : 1.0 / 1.05;
  }
  for (int i = 0; i < 100; i++) {
    t = sqrt(a * b);
    ionisation_equilibrium(&sun, n, t, 0.0, &ions);
    *((thermal_rate(&sun, n, t, &ions, NULL) > 0.0) == (rate > 0.0) ? &a : &b) = t;
  }
  return t;
}

static struct thermal_table table;

static int make(void **unused) {
  (void)unused;
  thermal_table_create(&table, &sun, 10.0);
  return 0;
}

static int drop(void **unused) {
  (void)unused;
  thermal_table_destroy(&table);
  return 0;
}

/* Gas at constant pressure has a cold and a warm stable phase between two pressures (Field, Goldsmith & Habing 1969; Wolfire et al. 2003, Fig. 7: 2000 and
 * 5000 K cm^-3 for fewer cosmic rays). */
static void test_phases(void **unused) {
  (void)unused;
  double least = INFINITY, most = 0.0, before = 0.0, warm = 0.0, cold = 0.0;
  int turns = 0;
  for (double n = 0.03; n < 300.0; n *= 1.05) {
    struct gas_ions ions = {0};
    const double t = balance(n, 1e5), p = thermal_pressure(&sun, n, t, &ions) / K;
    close(balance(n, 12.0), t, 1e-8); /* at constant density there is one */
    close(thermal_temperature(&sun, n, p * K, &ions), t, 1e-10);
    if (n > 0.5 && n < 5.0) most = fmax(most, p);
    if (n > 3.0 && n < 30.0) least = fmin(least, p);
    if (before > 0.0 && before < 4000.0 && p >= 4000.0) turns++, *(warm > 0.0 ? &cold : &warm) = t;
    before = p;
  }
  assert_int_equal(turns, 2);
  assert_true(warm > 6e3 && warm < 1e4 && cold > 30.0 && cold < 200.0);
  assert_true(least > 1.5e3 && least < 4e3 && most > 4e3 && most < 1.2e4);
}

static double energy_of(const struct gas_env *env, double n, double t) {
  struct gas_ions ions = {0};
  return 1.5 * thermal_pressure(env, n, t, &ions);
}

static double energy_at(double n, double t) { return energy_of(&sun, n, t); }

static double rate_at(const struct gas_env *env, double n, double energy) {
  struct gas_ions ions = {0};
  const double t = thermal_temperature(env, n, energy / 1.5, &ions);
  return thermal_rate(env, n, t, &ions, NULL);
}

static double advance(double n, double energy, double dt) { return thermal_advance(&table, &sun, 5.0 / 3.0, n, energy, dt); }

/* Any cell, not only those like the usual one, against the formulas: temperature, electrons, and rate, from a change that is small. */
static void test_table(void **unused) {
  (void)unused;
  const struct gas_env envs[] = {sun,
                                 {.helium = 0.079, .metallicity = 0.02, .fuv = 100.0, .background = 1.0, .zeta = 1e-14, .zeta_heats = true},
                                 {.helium = 0.1, .metallicity = 3.0, .fuv = 0.01, .background = 1.0, .zeta = 1e-18, .zeta_heats = true},
                                 {.helium = 0.079, .metallicity = 0.0, .fuv = 0.0, .background = 1.0, .zeta = 0.0},
                                 {.helium = 0.079, .metallicity = 1.0, .fuv = 1.7, .background = 1.0, .zeta = 2e-16}};
  double worst = 0.0, mean = 0.0, cells = 0.0;
  for (size_t e = 0; e < sizeof envs / sizeof *envs; e++)
    for (double n = 1e-6; n < 1e5; n *= 3.7)
      for (double t = 11.0; t < 1e9; t *= 1.37) {
        const struct gas_env *env = &envs[e];
        struct gas_ions ions = {0};
        double electrons, term[THERMAL_COUNT], all = 0.0;
        const double p = thermal_pressure(env, n, t, &ions), seen = thermal_look(&table, env, n, p, &electrons);
        close(seen, t, 1e-3);
        assert_true(fabs(electrons - ions.e) <= 1e-2 * ions.e + 1e-6);
        close(seen * (1.0 + env->helium + electrons) * n * K, p, 1e-13);
        const double rate = thermal_rate(env, n, t, &ions, term);
        for (int i = 0; i < THERMAL_COUNT; i++) all += fabs(term[i]);
        const double dt = 1e-5 * 1.5 * p / all, got = (thermal_advance(&table, env, 5.0 / 3.0, n, 1.5 * p, dt) - 1.5 * p) / dt;
        worst = fmax(worst, fabs(got - rate) / all);
        mean += fabs(got - rate) / all;
        cells += 1.0;
      }
  assert_true(worst < 1.5e-2); /* where rates rise with the twentieth power of the temperature */
  assert_true(mean / cells < 2e-4);
}

static void test_steps(void **unused) {
  (void)unused;
  const double year = JULIAN_YEAR_s, gamma = 5.0 / 3.0;
  for (double n = 1e-3; n < 1e3; n *= 10.0) {
    const double t = balance(n, 1e5), end = advance(n, energy_at(n, t), 1e13 * year);
    assert_true(t > 0.0);
    close(end, energy_at(n, t), 1e-3);
    for (double from = 12.0; from < 1e8; from *= 10.0) {
      const double start = energy_at(n, from);
      double last = start;
      close(advance(n, start, 0.0), start, 0.0);
      for (double dt = 1.0; dt < 1e12; dt *= 30.0) { /* on the way to the equilibrium, and never past it */
        const double e = advance(n, start, dt * year);
        assert_true(start > end ? e <= last * (1 + 1e-12) && e >= end * (1 - 1e-9) : e >= last * (1 - 1e-12) && e <= end * (1 + 1e-9));
        last = e;
      }
      close(advance(n, start, 1e13 * year), end, 1e-8);
    }
    close(advance(n, end, 1e3 * year), end, 1e-9);
  }
  /* Gas in balance stays there, step after step. */
  for (double n = 0.01; n < 1000.0; n *= 1.01) {
    double e = energy_at(n, 1e6);
    for (int s = 0; s < 8; s++) {
      const double next = advance(n, e, 2.5e6 * year);
      assert_true(next > 0.0 && next <= e * (1 + 1e-11));
      e = next;
    }
  }
  /* Against many small steps of fourth order: 1e6 K gas that radiates a good part of its energy, some all of it, and cold gas that heats. */
  const double n[5] = {0.1, 1.0, 0.3, 0.03, 10.0}, t[5] = {1e6, 2e4, 300.0, 3e5, 8e4}, years[5] = {3e5, 3e3, 3e5, 1e6, 400.0};
  for (int i = 0; i < 5; i++) {
    double e = energy_at(n[i], t[i]);
    const double start = e, dt = years[i] * year / 400.0;
    for (int s = 0; s < 400; s++) {
      const double a = rate_at(&sun, n[i], e), b = rate_at(&sun, n[i], e + 0.5 * dt * a), c = rate_at(&sun, n[i], e + 0.5 * dt * b);
      e += dt / 6.0 * (a + 2.0 * b + 2.0 * c + rate_at(&sun, n[i], e + dt * c));
    }
    const double one = advance(n[i], start, years[i] * year), two = advance(n[i], advance(n[i], start, 0.5 * years[i] * year), 0.5 * years[i] * year);
    assert_true(fabs(e / start - 1.0) > 0.1);
    close(one, e, 3e-3); /* rates are linear from one temperature of the table to the next */
    close(two, e, 3e-3);
  }
  /* The floor. */
  struct gas_ions ions = {0};
  struct thermal_table warm;
  const struct gas_env dark = {.helium = 0.079, .metallicity = 1.0};
  thermal_table_create(&warm, &dark, 50.0);
  const double low = thermal_advance(&warm, &dark, gamma, 100.0, energy_at(100.0, 2e3), 1e9 * year);
  close(thermal_temperature(&dark, 100.0, low / 1.5, &ions), 50.0, 1e-6);
  close(thermal_advance(&warm, &dark, gamma, 100.0, 0.1 * low, year), low, 1e-9);
  close(thermal_advance(&warm, &dark, gamma, 100.0, -low, year), low, 1e-9);
  /* Below the floor gas is looked at as it is, below all that is in the table with the electrons of its end; above it the last rates go on. */
  double electrons;
  close(thermal_look(&warm, &dark, 100.0, energy_of(&dark, 100.0, 20.0) / 1.5, &electrons), 20.0, 1e-3);
  close(thermal_look(&warm, &dark, 100.0, energy_of(&dark, 100.0, 1.0) / 1.5, &electrons), 1.0, 1e-3);
  const double hot = energy_at(1.0, 1e10), later = thermal_advance(&table, &sun, gamma, 1.0, hot, 1e4 * year);
  assert_true(later < hot && later > 0.9 * hot);
  thermal_table_destroy(&warm);
}

/* Kim & Ostriker 2015: 22.6 pc and 2.8e5 Msun km/s at n = 1; a blast that sweeps up little has the momentum of a Sedov-Taylor blast. */
static void test_supernova(void **unused) {
  (void)unused;
  const double unit = SOLAR_MASS_g * 1e5;
  close(supernova_cooling_radius_pc(1e51, 1.0), 22.6, 1e-12);
  close(supernova_terminal_momentum(1e51, 1.0, 1.0) / unit, 2.8e5, 1e-12);
  close(supernova_terminal_momentum(2e51, 10.0, 1.0) / unit, 2.8e5 * pow(2.0, 0.93) * pow(10.0, -0.17), 1e-12);
  close(supernova_momentum(1e51, 1e6 * SOLAR_MASS_g, 1.0, 1.0), supernova_terminal_momentum(1e51, 1.0, 1.0), 1e-12);
  /* Within a fifth of the momentum when the shell forms, 2.17e5 Msun km/s at 1680 Msun (their Eqs. 9 and 17). */
  close(supernova_momentum(1e51, 1680.0 * SOLAR_MASS_g, 1.0, 1.0) / unit, 2.17e5, 0.2);
  assert_true(supernova_momentum(1e51, 100.0 * SOLAR_MASS_g, 1.0, 1.0) < 0.3 * supernova_terminal_momentum(1e51, 1.0, 1.0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ionisation), cmocka_unit_test(test_terms), cmocka_unit_test(test_phases), cmocka_unit_test(test_table), cmocka_unit_test(test_steps),
      cmocka_unit_test(test_supernova),
  };
  return cmocka_run_group_tests_name("cooling", tests, make, drop);
}
