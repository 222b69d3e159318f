/* The exact profile: curl of a potential at a point, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "amr/mesh.h"
#include "setups/profile.h"
#include "setups/setup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void gas(double t, const double x[3], struct gas_point *w) {
  *w = (struct gas_point){.rho = 1.0 + x[1], .v = {t, 2.0, 3.0}, .p = 5.0};
}
static void potential(double t, const double x[3], double a[3]) {
  (void)t;
  a[0] = x[1] * x[2];
  a[1] = 3.0 * x[0] * x[0];
  a[2] = x[0] * x[1];
}
static void background(double b[3]) {
  b[0] = 10.0;
  b[1] = 20.0;
  b[2] = 30.0;
}

static const struct setup known = {.name = "known", .exact = true, .gas = gas, .potential = potential, .background = background};
static const struct setup unknown = {.name = "unknown", .gas = gas};

static void test_field(void **state) {
  (void)state;
  const double x[3] = {0.3, -0.7, 1.1};
  double b[3];
  profile_field(&known, 0.0, x, 1e-4, b); /* curl A = (x, y - y, 6x - z) */
  assert_true(fabs(b[0] - (10.0 + x[0])) < 1e-9);
  assert_true(fabs(b[1] - 20.0) < 1e-9);
  assert_true(fabs(b[2] - (30.0 + 6.0 * x[0] - x[2])) < 1e-9);
}

static void test_file(void **state) {
  (void)state;
  char dir[] = "/tmp/crux-profile-XXXXXX", path[64], line[256];
  assert_non_null(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/reference.txt", dir);
  struct mesh mesh = {.dim = 2, .nc = {8, 8, 1}, .root = {1, 2, 1}, .lower = {0.0, 0.0, 0.0}, .upper = {1.0, 2.0, 1.0}};
  struct setup_run run = {.dim = 2, .magnetic = true, .gamma = 1.4};
  assert_false(profile_write(dir, &mesh, &unknown, &run, 0.25));
  assert_null(fopen(path, "r"));
  assert_true(profile_write(dir, &mesh, &known, &run, 0.25));
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_non_null(fgets(line, sizeof line, f));
  assert_string_equal(line, "# time 0.25\n");
  assert_non_null(fgets(line, sizeof line, f));
  assert_string_equal(line, "# y rho press vel1 vel2 vel3 Bcc1 Bcc2 Bcc3\n");
  double y, rho, p, v, last = -1.0;
  int rows = 0;
  while (fscanf(f, "%lf %lf %lf %lf %*[^\n]", &y, &rho, &p, &v) == 4) {
    assert_true(y > last && y < 2.0);
    assert_true(fabs(rho - 1.0 - y) < 1e-9 && p == 5.0 && v == 0.25);
    last = y;
    rows++;
  }
  assert_int_equal(rows, 8 * 16);
  fclose(f);
  remove(path);
  remove(dir);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_field), cmocka_unit_test(test_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
