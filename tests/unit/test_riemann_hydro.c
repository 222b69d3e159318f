/* Published solutions (Toro 2009, table 4.2) and the jump conditions. */
#include "setups/exact/riemann_hydro.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_published(void **state) {
  (void)state;
  static const struct { struct hydro_state l, r; double p, v, rho_l, rho_r; } cases[] = {
      {{1.0, 0.0, 1.0}, {0.125, 0.0, 0.1}, 0.30313, 0.92745, 0.42632, 0.26557},
      {{1.0, -2.0, 0.4}, {1.0, 2.0, 0.4}, 0.00189, 0.0, 0.02185, 0.02185},
      {{1.0, 0.0, 1000.0}, {1.0, 0.0, 0.01}, 460.894, 19.5975, 0.57506, 5.99924},
      {{1.0, 0.0, 0.01}, {1.0, 0.0, 100.0}, 46.0950, -6.19633, 5.99242, 0.57511},
      {{5.99924, 19.5975, 460.894}, {5.99242, -6.19633, 46.0950}, 1691.64, 8.68975, 14.2823, 31.0426}};
  for (int c = 0; c < 5; c++) {
    struct hydro_fan fan;
    struct hydro_state w;
    assert_true(riemann_hydro_solve(1.4, &cases[c].l, &cases[c].r, &fan));
    assert_true(fabs(fan.p / cases[c].p - 1.0) < 5e-3 / (c == 1 ? 1.0 : 100.0)); /* digits printed */
    assert_true(fabs(fan.v - cases[c].v) < 1e-5 * fmax(1.0, fabs(cases[c].v)));
    assert_int_equal(riemann_hydro_sample(&fan, fan.v - 1e-9, &w), 0);
    assert_true(fabs(w.rho / cases[c].rho_l - 1.0) < 3e-4);
    assert_int_equal(riemann_hydro_sample(&fan, fan.v + 1e-9, &w), 1);
    assert_true(fabs(w.rho / cases[c].rho_r - 1.0) < 3e-4);
  }
}

/* The integral of the solution over [-1, 1] at t changes by the flux difference of the outer states: mass, momentum, energy. */
static void test_conservation(void **state) {
  (void)state;
  const double gamma = 1.4, t = 0.25;
  const struct hydro_state l = {1.0, 0.3, 1.0}, r = {0.125, -0.1, 0.1};
  const struct hydro_state *side[2] = {&l, &r};
  struct hydro_fan fan;
  double have[3] = {0.0, 0.0, 0.0}, want[3] = {0.0, 0.0, 0.0};
  enum { N = 200000 };
  assert_true(riemann_hydro_solve(gamma, &l, &r, &fan));
  for (int i = 0; i < N; i++) {
    struct hydro_state w;
    riemann_hydro_sample(&fan, (-1.0 + 2.0 * (i + 0.5) / N) / t, &w);
    have[0] += 2.0 / N * w.rho;
    have[1] += 2.0 / N * w.rho * w.v;
    have[2] += 2.0 / N * (w.p / (gamma - 1.0) + 0.5 * w.rho * w.v * w.v);
  }
  for (int s = 0; s < 2; s++) {
    double v = side[s]->v, rho = side[s]->rho, p = side[s]->p, e = p / (gamma - 1.0) + 0.5 * rho * v * v, sign = s ? -1.0 : 1.0;
    want[0] += rho + sign * t * rho * v;
    want[1] += rho * v + sign * t * (rho * v * v + p);
    want[2] += e + sign * t * (e + p) * v;
  }
  for (int v = 0; v < 3; v++) assert_true(fabs(have[v] - want[v]) < 2e-5); /* two jumps within a cell of the sum */
}

static void test_mirror(void **state) {
  (void)state;
  const struct hydro_state l = {1.0, 0.3, 1.0}, r = {0.125, -0.1, 0.1}, ml = {0.125, 0.1, 0.1}, mr = {1.0, -0.3, 1.0};
  struct hydro_fan fan, mirror;
  assert_true(riemann_hydro_solve(1.4, &l, &r, &fan) && riemann_hydro_solve(1.4, &ml, &mr, &mirror));
  for (double s = -3.0; s < 3.0; s += 0.1) {
    struct hydro_state a, b;
    riemann_hydro_sample(&fan, s, &a);
    riemann_hydro_sample(&mirror, -s, &b);
    assert_true(fabs(a.rho - b.rho) < 1e-14 && fabs(a.v + b.v) < 1e-14 && fabs(a.p - b.p) < 1e-14);
  }
}

static void test_vacuum(void **state) {
  (void)state;
  const struct hydro_state l = {1.0, -10.0, 0.4}, r = {1.0, 10.0, 0.4};
  struct hydro_fan fan;
  assert_false(riemann_hydro_solve(1.4, &l, &r, &fan));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_published), cmocka_unit_test(test_conservation), cmocka_unit_test(test_mirror),
                                     cmocka_unit_test(test_vacuum)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
