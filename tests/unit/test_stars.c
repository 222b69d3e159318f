/* What stars give back: integrals of the rates, and events of the stars of a snapshot, which are the same in whatever parts the stars are dealt out. */
#include "microphysics/stars.h"

#include "setups/restart/restart.h"
#include "supernovae/supernovae.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double integral(double (*rate)(double), double from, double to) {
  const int steps = 100000;
  double sum = 0.0;
  for (int i = 0; i < steps; i++) sum += rate(from + (to - from) * (i + 0.5) / steps);
  return sum * (to - from) / steps;
}

static double solar_loss(double age) { return stars_mass_loss(age, 0.0134); }
static double wind_power(double age) { return stars_mass_loss(age, 0.0134) * stars_wind_energy(age); }

static void test_rates(void **unused) {
  (void)unused;
  /* One core collapse for 94 solar masses: Kroupa's IMF has one star above 8 for some 100. */
  const double collapses = integral(stars_core_collapse, 0.0, 50.0);
  assert_true(fabs(collapses - (5.408e-4 * (10.37 - 3.401) + 2.516e-4 * (37.53 - 10.37))) < 1e-6);
  assert_true(fabs(1.0 / collapses - 94.3) < 0.1);
  assert_true(stars_core_collapse(3.4) == 0.0 && stars_core_collapse(37.54) == 0.0 && stars_type_ia(37.5) == 0.0);
  /* Type Ia: the wing of the Gaussian from 37.53 Myr on, and the delayed ones. */
  const double prompt = 1.6e-5 * 10.0 * sqrt(2.0 * 3.14159265358979) * 0.5 * erfc(-1.247 / sqrt(2.0)), delayed = 5.3e-8 * (1e4 - 37.53);
  assert_true(fabs(integral(stars_type_ia, 0.0, 1e4) / (prompt + delayed) - 1.0) < 1e-3);
  /* Fast winds: of the order of a tenth of the energy of core collapses (Hopkins et al. 2022, section 4.3); these fits have 28%. */
  const double share = integral(wind_power, 0.0, 100.0) * 1.98841e33 / (collapses * 1e51);
  assert_true(share > 0.1 && share < 0.33);
  /* 3.5 Myr: both forms agree within a few per cent; 0.17 and more of the mass returned in 10 Gyr. */
  assert_true(fabs(stars_mass_loss(3.5, 0.02) / stars_mass_loss(3.5001, 0.02) - 1.0) < 0.01);
  assert_true(integral(solar_loss, 0.0, 1e4) > 0.15 && integral(solar_loss, 0.0, 1e4) < 0.3);
  assert_true(stars_mass_loss(2.0, 0.002) < 0.1 * stars_mass_loss(2.0, 0.02) && stars_mass_loss(2.0, 1e-5) == stars_mass_loss(2.0, 0.0002));
  /* Bounds hold. */
  for (double from = 0.0; from < 120.0; from += 0.7)
    for (double length = 0.1; length < 100.0; length *= 1.7)
      for (int i = 0; i < 50; i++) {
        const double age = from + length * i / 50.0;
        assert_true(stars_core_collapse(age) <= stars_core_collapse_most(from, from + length));
        assert_true(stars_type_ia(age) <= stars_type_ia_most(from, from + length) * (1 + 1e-14));
      }
}

/* Zero-age main sequence of Tout et al. 1996, MNRAS 281, 257, Z = 0.02: luminosity and radius in those of the Sun. */
static double zero_age_luminosity(double m) {
  const double m2 = m * m, m3 = m2 * m, m5 = m3 * m2, m7 = m5 * m2;
  return (0.3970417 * m5 * sqrt(m) + 8.527626 * m5 * m5 * m) / (0.00025546 + m3 + 5.432889 * m5 + 5.563579 * m7 + 0.7886606 * m7 * m + 0.00586685 * m7 * m2 * sqrt(m));
}
static double zero_age_radius(double m) {
  const double root = sqrt(m), m2 = m * m, m6 = m2 * m2 * m2, m8 = m6 * m2, m18 = m8 * m8 * m2;
  return (1.715359 * m2 * root + 6.597788 * m6 * root + 10.08855 * m8 * m2 * m + 1.012495 * m18 * m + 0.07490166 * m18 * m * root) /
         (0.01077422 + 3.082234 * m2 + 17.84778 * m8 * root + m18 * root + 0.00022582 * m18 * m * root);
}

/* Share of a black body of T kelvin between 8 and 13.6 eV. */
static double band_share(double T) {
  const double kT = 8.617333e-5 * T;
  double sum = 0.0;
  for (int i = 0; i < 100; i++) {
    const double u = (8.0 + 5.6 * (i + 0.5) / 100.0) / kT;
    sum += u * u * u / expm1(u) * 0.056 / kT;
  }
  return sum * 15.0 / 97.40909103400244; /* pi^4 */
}

/* At birth as bright as black bodies on the zero-age main sequence, but for what atmospheres add; over 100 Myr as STARBURST99 is, where nu L_nu, nearly the same
 * at all wavelengths of such stars, is 10^43.355 erg/s for a solar mass a year (Murphy et al. 2011). */
static void test_light(void **unused) {
  (void)unused;
  double mass = 0.0, light = 0.0;
  const int steps = 2000;
  for (int i = 0; i < steps; i++) {
    const double m = 0.1 * pow(1000.0, (i + 0.5) / steps), stars = m < 0.5 ? pow(m, -0.3) : 0.5 * pow(m, -1.3), l = zero_age_luminosity(m), r = zero_age_radius(m);
    mass += m * stars;
    light += 3.828e33 * l * band_share(5772.0 * pow(l / (r * r), 0.25)) * stars;
  }
  const double birth = stars_ultraviolet(0.0) / (light / mass);
  print_message("# light at birth over that of black bodies: %.3f\n", birth);
  assert_true(birth > 1.0 && birth < 1.3);
  const double all = integral(stars_ultraviolet, 0.0, 100.0) * 1e6;
  assert_true(fabs(all / (pow(10.0, 43.355) * log(13.6 / 8.0)) - 1.0) < 0.05);
  /* Brightest when the first massive stars end, then fainter and fainter; without jumps. */
  assert_true(stars_ultraviolet(3.2) > 1.4 * stars_ultraviolet(0.0));
  assert_true(fabs(stars_ultraviolet(1000.0) / 5.12e30 - 1.0) < 1e-12);
  for (double age = 0.01; age < 1e4; age *= 1.01) {
    const double ratio = stars_ultraviolet(1.01 * age) / stars_ultraviolet(age);
    assert_true(ratio > pow(1.01, -4.0) && ratio < 1.01 && (age < 3.2 || ratio < 1.0));
  }
}

enum { STARS = 40 };

/* Of all ages, on a circle; code time is 10 Myr, a code mass 10 solar ones. */
static struct restart_stars make(struct restart_star *star, int first, int count) {
  for (int i = first; i < first + count; i++)
    star[i - first] = (struct restart_star){.x = {cos(i), sin(i), 0.1 * i}, .turn = 0.3, .mass = 2e5, .age = i < 20 ? 2.5 * i : pow(10.0, 2.0 + 0.1 * (i - 20)), .metals = 0.01,
                                            .number = (uint64_t)i};
  return (struct restart_stars){.count = count, .star = star, .winds = true, .size = 0.01, .wind_mass = 10.0, .wind_energy = 1.0, .myr = 10.0, .sun = 0.1, .erg_per_g = 1e-16};
}

static void test_events(void **unused) {
  (void)unused;
  struct restart_star star[STARS], part[STARS];
  struct supernova_list all = {0}, parts = {0};
  const double window = 2.0;
  for (int w = 0; w < 3; w++) {
    const struct restart_stars whole = make(star, 0, STARS);
    restart_stars_events(&whole, w * window, (w + 1) * window, 77 + (uint64_t)w, &all);
    for (int first = 0; first < STARS; first += 7) {
      const struct restart_stars some = make(part, first, first + 7 < STARS ? 7 : STARS - first);
      restart_stars_events(&some, w * window, (w + 1) * window, 77 + (uint64_t)w, &parts);
    }
  }
  assert_int_equal(all.count, parts.count);
  double number[3] = {0.0, 0.0, 0.0}, mass = 0.0, energy = 0.0, metals = 0.0, away = 0.0, want[3] = {0.0, 0.0, 0.0}, lost = 0.0, blown = 0.0;
  for (int i = 0; i < all.count; i++) {
    const struct supernova *e = &all.event[i], *o = &parts.event[i];
    assert_true(e->time == o->time && e->kind == o->kind && e->position[0] == o->position[0] && e->position[2] == o->position[2] && e->mass == o->mass);
    assert_true(e->time >= 0.0 && e->time < 3.0 * window);
    number[e->kind] += 1.0;
    mass += e->mass;
    energy += e->energy;
    metals += e->metals;
    /* They go around with the stars: the nearest of all is some 0.01 away. */
    double nearest = INFINITY;
    for (int k = 0; k < STARS; k++) {
      const double x = e->position[0] - cos(k + 0.3 * e->time), y = e->position[1] - sin(k + 0.3 * e->time), z = e->position[2] - 0.1 * k;
      nearest = fmin(nearest, x * x + y * y + z * z);
    }
    away += nearest;
  }
  for (int k = 0; k < STARS; k++)
    for (int i = 0; i < 6000; i++) {
      const double age = star[k].age + 0.01 * (i + 0.5), step = 0.01 * star[k].mass;
      want[SUPERNOVA_II] += stars_core_collapse(age) * step;
      want[SUPERNOVA_IA] += stars_type_ia(age) * step;
      lost += stars_mass_loss(age, 0.01) * step * 0.1;
      blown += stars_mass_loss(age, 0.01) * stars_wind_energy(age) * step * 0.1 * 1e-16;
    }
  assert_true(want[SUPERNOVA_II] > 1e4 && want[SUPERNOVA_IA] > 500.0);
  for (int k = 0; k < 2; k++) assert_true(fabs(number[k] - want[k]) < 4.0 * sqrt(want[k]));
  assert_true(fabs(mass / lost - 1.0) < 0.03 && fabs(energy / blown - 1.0) < 0.03); /* the least mass of an event makes them draws as well */
  assert_true(fabs(metals / (mass * 0.01) - 1.0) < 1e-12);
  assert_true(fabs(away / all.count / (3.0 * 0.01 * 0.01) - 1.0) < 0.05);
  supernova_list_free(&all);
  supernova_list_free(&parts);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rates), cmocka_unit_test(test_light), cmocka_unit_test(test_events)};
  return cmocka_run_group_tests_name("stars", tests, NULL, NULL);
}
