/* Units: their sizes against numbers from the literature, their grammar, and the units of a run. */
#include "base/constants.h"
#include "base/units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text, double cgs, double l, double m, double t, double k, double tolerance) {
  double value;
  struct dimension d;
  if (!units_parse(text, &value, &d)) fail_msg("%s is not parsed", text);
  if (!(fabs(value / cgs - 1.0) <= tolerance)) fail_msg("%s is %.17g, not %.17g", text, value, cgs);
  if (!dimension_equal(d, (struct dimension){l, m, t, k})) fail_msg("%s has the wrong dimension", text);
}

/* Printed values, to as many digits as they are known. */
static void test_sizes(void **state) {
  (void)state;
  check("pc", 3.0856775814913673e18, 1, 0, 0, 0, 1e-15);
  check("pc", 648000.0 / PI * 1.495978707e13, 1, 0, 0, 0, 1e-15);
  check("kpc", 3.0856775814913673e21, 1, 0, 0, 0, 1e-15);
  check("Mpc", 3.0856775814913673e24, 1, 0, 0, 0, 1e-15);
  check("au", 1.495978707e13, 1, 0, 0, 0, 0);
  check("m", 100, 1, 0, 0, 0, 0);
  check("km", 1e5, 1, 0, 0, 0, 0);
  check("Msun", 1.98840987e33, 0, 1, 0, 0, 1e-8);
  check("mp", 1.67262192369e-24, 0, 1, 0, 0, 0);
  check("yr", 31557600, 0, 0, 1, 0, 0);
  check("Myr", 3.15576e13, 0, 0, 1, 0, 1e-15);
  check("Gyr", 3.15576e16, 0, 0, 1, 0, 1e-15);
  check("h", 3600, 0, 0, 1, 0, 0);
  check("min", 60, 0, 0, 1, 0, 0);
  check("ms", 1e-3, 0, 0, 1, 0, 0);
  check("K", 1, 0, 0, 0, 1, 0);
  check("eV", 1.602176634e-12, 2, 1, -2, 0, 0);
  check("MeV", 1.602176634e-6, 2, 1, -2, 0, 1e-15);
  check("GeV", 1.602176634e-3, 2, 1, -2, 0, 1e-15);
  check("TeV", 1.602176634, 2, 1, -2, 0, 1e-15);
  check("G", 1, -0.5, 0.5, -1, 0, 0);
  check("uG", 1e-6, -0.5, 0.5, -1, 0, 1e-15);
  check("nG", 1e-9, -0.5, 0.5, -1, 0, 1e-15);
  check("mG", 1e-3, -0.5, 0.5, -1, 0, 1e-15);
  /* E = m c^2 ties three constants together: 938.27208816 MeV, CODATA 2018. */
  check("mp c^2", PROTON_MASS_GeV * 1e9 * ELECTRONVOLT_erg, 2, 1, -2, 0, 2e-11);
  check("me c^2", ELECTRON_MASS_GeV * 1e9 * ELECTRONVOLT_erg, 2, 1, -2, 0, 2e-10);
}

static void test_grammar(void **state) {
  (void)state;
  check("km/s", 1e5, 1, 0, -1, 0, 0);
  check("km s^-1", 1e5, 1, 0, -1, 0, 0);
  check("km*s^-1", 1e5, 1, 0, -1, 0, 0);
  check(" km / s ", 1e5, 1, 0, -1, 0, 0);
  check("cm^-3", 1, -3, 0, 0, 0, 0);
  check("cm-3", 1, -3, 0, 0, 0, 0);
  check("kpc^2", 9.521406136918413e42, 2, 0, 0, 0, 1e-15);
  check("erg cm^-3 s^-1", 1, -1, 1, -3, 0, 0);
  check("1e10 Msun", 1.98840987e43, 0, 1, 0, 0, 1e-8);
  check("1/s", 1, 0, 0, -1, 0, 0);
  check("erg/cm^3/s", 1, -1, 1, -3, 0, 0);
  check("km/s/kpc", 1e5 / 3.0856775814913673e21, 0, 0, -1, 0, 1e-15);
  check("G^2", 1, -1, 1, -2, 0, 0);
  check("cm^1/2", 1, 0.5, 0, 0, 0, 0);
  check("m^0.5", 10, 0.5, 0, 0, 0, 0);
  static const char *const wrong[] = {"",     " ",     "kcp",   "km//s", "km^",   "km^x",   "km^0.3", "(km)", "km/",  "*km", "3 km 4",
                                      "km,s", "km^99", "km^-",  "1e999 km", "0 km", "-1 km", "Gpcc",  "kK",   "mmin", "é",   "km\ns",
                                      "0x1 km", "Mpc^12 Mpc^12"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    double value;
    struct dimension d;
    if (units_parse(wrong[i], &value, &d)) fail_msg("\"%s\" is taken for a unit", wrong[i]);
  }
}

static void test_number(void **state) {
  (void)state;
  static const struct { const char *text; double value; int length; } good[] = {
      {"1", 1, 1},     {"-1.5e3", -1500, 6}, {"+.5", 0.5, 3}, {"1.", 1, 2},       {"1eV", 1, 1},  {"1e", 1, 1},
      {"2e+", 2, 1},   {"3e5x", 3e5, 3},     {"1..2", 1, 2},  {"1e5.5", 1e5, 3},
  };
  double x;
  const char *end;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_true(units_number(good[i].text, &x, &end));
    assert_true(x == good[i].value && end - good[i].text == good[i].length);
  }
  static const char *const wrong[] = {"", "nan", "inf", "-inf", ".nan", "-", ".", "e5", ".e5", "0x10", " 1", "+-1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (units_number(wrong[i], &x, &end)) fail_msg("\"%s\" is taken for a number", wrong[i]);
  }
}

static void close_to(double a, double b) {
  if (!(fabs(a / b - 1.0) < 1e-14)) fail_msg("%.17g is not %.17g", a, b);
}

/* The same system from every three that fix it. */
static void test_run_units(void **state) {
  (void)state;
  const double l = 3e18, v = 2e5, rho = 5e-24, t = l / v, m = rho * l * l * l, all[5] = {l, m, t, v, rho};
  int systems = 0;
  for (int a = 0; a < 5; a++) {
    for (int b = a + 1; b < 5; b++) {
      for (int c = b + 1; c < 5; c++) {
        double g[5] = {0};
        g[a] = all[a];
        g[b] = all[b];
        g[c] = all[c];
        struct units u;
        if (!units_from(g[0], g[1], g[2], g[3], g[4], &u)) continue;
        systems++;
        close_to(u.length_cm, l);
        close_to(u.mass_g, m);
        close_to(u.time_s, t);
        close_to(u.velocity_cm_s, v);
        close_to(u.density_g_cm3, rho);
        close_to(u.pressure_erg_cm3, rho * v * v);
        close_to(u.energy_erg, m * v * v);
        close_to(u.field_G, sqrt(4 * PI * rho * v * v));
      }
    }
  }
  assert_int_equal(systems, 8); /* not length, time, velocity; not length, mass, density */
}

/* A field of one code unit has half the energy density of one code pressure. */
static void test_field(void **state) {
  (void)state;
  struct units u;
  double gauss;
  struct dimension d;
  assert_true(units_from(1e3 * PARSEC_cm, 0, 0, 1e5, PROTON_MASS_g, &u));
  assert_true(units_parse("G", &gauss, &d));
  double b = units_code_in_cgs(&u, d);
  close_to(b * b / (8 * PI), 0.5 * u.pressure_erg_cm3);
  assert_true(units_parse("G pc^2", &gauss, &d)); /* a flux */
  close_to(units_code_in_cgs(&u, d), b * u.length_cm * u.length_cm);
  assert_true(units_parse("erg/s", &gauss, &d));
  close_to(units_code_in_cgs(&u, d), u.energy_erg / u.time_s);
  struct units code = units_of_code();
  assert_true(units_code_in_cgs(&code, d) == 1.0);
}

static void test_ratio(void **state) {
  (void)state;
  assert_true(units_ratio(1e3 * PARSEC_cm, 1e6 * PARSEC_cm) == 1e-3);
  assert_true(units_ratio(0.1 + 0.2, 1.0) == 0.3);
  assert_true(units_ratio(1.0, 3.0) == 1.0 / 3.0);
  assert_true(units_ratio(1.0 + 1e-14, 1.0) == 1.0 + 1e-14);
}

/* Every name that is suggested is one. */
static void test_names(void **state) {
  (void)state;
  char name[16];
  int count = 0;
  for (; units_name(count, name); count++) {
    double value;
    struct dimension d;
    if (!units_parse(name, &value, &d)) fail_msg("%s is listed but no unit", name);
  }
  assert_true(count > 40);
  assert_string_equal(dimension_name((struct dimension){1, 0, -1, 0}), "velocity");
  assert_null(dimension_name((struct dimension){7, 0, 0, 0}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes), cmocka_unit_test(test_grammar), cmocka_unit_test(test_number), cmocka_unit_test(test_run_units),
      cmocka_unit_test(test_field), cmocka_unit_test(test_ratio),   cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
