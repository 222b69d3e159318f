/* The exact blast wave against published numbers and its own conservation laws. */
#include "setups/exact/sedov.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static const double PI = 3.14159265358979323846;

/* Constants found by integrating the equations of the self-similar flow inwards from the shock with Runge-Kutta steps; and the case of
 * Kamm & Timmes 2007: at gamma 1.4 the energy 0.851072 puts the spherical shock at 1 at t = 1. */
static void test_radius(void **state) {
  (void)state;
  static const double alpha[3] = {1.07748558, 0.98407402, 0.85107185};
  for (int dim = 1; dim <= 3; dim++) {
    static struct sedov s;
    assert_true(sedov_start(&s, dim, 1.4, 0.851072, 1.0));
    assert_true(fabs(s.alpha - alpha[dim - 1]) < 3e-8); /* digits above */
    if (dim == 3) assert_true(fabs(sedov_radius(&s, 1.0) - 1.0) < 1e-6);
    assert_true(fabs(sedov_radius(&s, 2.0) / sedov_radius(&s, 1.0) - pow(2.0, 2.0 / (dim + 2))) < 1e-14);
  }
}

/* Mass and energy behind the shock, by summing the sampled profile. */
static void test_integrals(void **state) {
  (void)state;
  const double surface[3] = {2.0, 2.0 * PI, 4.0 * PI};
  enum { N = 100000 };
  for (int dim = 1; dim <= 3; dim++) {
    for (int g = 0; g < 2; g++) {
      const double gamma = g ? 5.0 / 3.0 : 1.4, t = 0.3;
      static struct sedov s;
      double mass = 0.0, energy = 0.0, rho = 0.0, v = 0.0, p = 0.0;
      assert_true(sedov_start(&s, dim, gamma, 2.0, 0.7));
      double front = sedov_radius(&s, t), dr = front / N;
      for (int i = 0; i < N; i++) {
        double r = (i + 0.5) * dr, shell = surface[dim - 1] * pow(r, dim - 1) * dr;
        assert_true(sedov_sample(&s, t, r, &rho, &v, &p));
        mass += shell * rho;
        energy += shell * (0.5 * rho * v * v + p / (gamma - 1.0));
      }
      assert_true(fabs(energy / 2.0 - 1.0) < 2e-5); /* linear interpolation and the sum's step at the shock */
      assert_true(fabs(mass / (0.7 * surface[dim - 1] / dim * pow(front, dim)) - 1.0) < 5e-5);
    }
  }
}

/* Right behind the shock: a strong shock's jumps; ahead of it nothing. */
static void test_shock(void **state) {
  (void)state;
  static struct sedov s;
  double rho, v, p;
  assert_true(sedov_start(&s, 3, 1.4, 1.0, 1.0));
  double front = sedov_radius(&s, 0.1), speed = 0.4 * front / 0.1;
  assert_true(sedov_sample(&s, 0.1, front * (1.0 - 1e-12), &rho, &v, &p));
  assert_true(fabs(rho - 6.0) < 1e-8 && fabs(v - speed / 1.2) < 1e-8 && fabs(p - speed * speed / 1.2) < 1e-8);
  assert_false(sedov_sample(&s, 0.1, front * 1.000001, &rho, &v, &p));
  assert_true(sedov_sample(&s, 0.1, 0.0, &rho, &v, &p));
  assert_true(rho < 1e-10 && v == 0.0 && p > 0.0);
  assert_false(sedov_start(&s, 3, 2.0, 1.0, 1.0));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_radius), cmocka_unit_test(test_integrals), cmocka_unit_test(test_shock)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
