/* Eigenvectors: A r = lambda r for the matrix of the primitive equations, and the published case. */
#include "setup_cases.h"

#include "setups/linear_wave/linear_wave.h"

/* A r of ideal MHD along axis 0 for gas at rest: d_t w + A d_x w = 0. */
static void apply(double rho, double a, const double b[3], const struct linear_wave_mode *r, struct linear_wave_mode *out) {
  *out = (struct linear_wave_mode){0};
  out->rho = rho * r->v[0];
  out->v[0] = (r->p + b[1] * r->b[1] + b[2] * r->b[2]) / rho;
  for (int d = 1; d < 3; d++) {
    out->v[d] = -b[0] * r->b[d] / rho;
    out->b[d] = b[d] * r->v[0] - b[0] * r->v[d];
  }
  out->p = rho * a * a * r->v[0];
}

static void test_eigenvectors(void **state) {
  (void)state;
  static const struct { double rho, a, b[3]; } cases[] = {
      {1.0, 1.0, {1.0, 1.4142135623730951, 0.5}}, {2.5, 0.3, {-0.7, 0.2, -0.9}}, {1.0, 2.0, {1.0, 0.0, 0.0}}, {1.0, 0.5, {1.0, 0.0, 0.0}},
      {0.3, 1.0, {1e-3, 1.0, 1.0}}};
  for (int c = 0; c < 5; c++) {
    for (int mode = 0; mode < 6; mode++) {
      bool hydro = mode >= LINEAR_WAVE_SOUND;
      const double none[3] = {0.0, 0.0, 0.0}, *b = hydro ? none : cases[c].b;
      struct linear_wave_mode r, ar;
      linear_wave_find(mode, cases[c].rho, cases[c].a, b, &r);
      apply(cases[c].rho, cases[c].a, b, &r, &ar);
      assert_true(fabs(ar.rho - r.speed * r.rho) < 1e-14 && fabs(ar.p - r.speed * r.p) < 1e-14);
      double size = fabs(r.rho);
      for (int d = 0; d < 3; d++) {
        assert_true(fabs(ar.v[d] - r.speed * r.v[d]) < 1e-14);
        assert_true(fabs(ar.b[d] - r.speed * r.b[d]) < 1e-14);
        size += fabs(r.v[d]) + fabs(r.b[d]);
      }
      assert_true(size > 0.1);
    }
  }
}

/* Gardiner & Stone 2005, section 6: fast 2, Alfven 1, slow 1/2; fast (6, 12, -4 sqrt 2, -2) / (6 sqrt 5). */
static void test_published(void **state) {
  (void)state;
  const double b[3] = {1.0, sqrt(2.0), 0.5}, unit = 1.0 / (6.0 * sqrt(5.0));
  struct linear_wave_mode r;
  linear_wave_find(LINEAR_WAVE_FAST, 1.0, 1.0, b, &r);
  assert_true(fabs(r.speed - 2.0) < 1e-15 && fabs(r.rho - 6.0 * unit) < 1e-15 && fabs(r.v[0] - 12.0 * unit) < 1e-15);
  assert_true(fabs(r.v[1] + 4.0 * sqrt(2.0) * unit) < 1e-15 && fabs(r.v[2] + 2.0 * unit) < 1e-15);
  assert_true(fabs(r.b[1] - 8.0 * sqrt(2.0) * unit) < 1e-15 && fabs(r.b[2] - 4.0 * unit) < 1e-15);
  linear_wave_find(LINEAR_WAVE_ALFVEN, 1.0, 1.0, b, &r);
  assert_true(fabs(r.speed - 1.0) < 1e-15 && fabs(r.v[1] - 1.0 / 3.0) < 1e-15 && fabs(r.b[2] - 2.0 * sqrt(2.0) / 3.0) < 1e-15);
  linear_wave_find(LINEAR_WAVE_SLOW, 1.0, 1.0, b, &r);
  assert_true(fabs(r.speed - 0.5) < 1e-15 && fabs(r.rho - 12.0 * unit) < 1e-15);
}

/* After one period every wave is back, in every direction of travel. */
static void test_period(void **state) {
  (void)state;
  static const struct { const char *mode; double period; } cases[] = {{"fast", 0.5}, {"alfven", 1.0}, {"slow", 2.0}};
  struct setup_run run = {.dim = 3, .lower = {-1.5, -0.75, -0.75}, .upper = {1.5, 0.75, 0.75}, .gamma = 5.0 / 3.0, .magnetic = true};
  for (int c = 0; c < 6; c++) {
    char text[200];
    snprintf(text, sizeof text, "{mode: %s, waves: [1, 1, 1], direction: %s}", cases[c / 2].mode, c % 2 ? "left" : "right");
    const struct setup *setup = setup_with("linear_wave", text, &run);
    const double x[3] = {0.3, -0.2, 0.51};
    struct gas_point start, half, end;
    setup->gas(0.0, x, &start);
    setup->gas(0.5 * cases[c / 2].period, x, &half);
    setup->gas(cases[c / 2].period, x, &end);
    for (int d = 0; d < 3; d++) assert_true(fabs(start.v[d] - end.v[d]) < 1e-20);
    assert_true(fabs(start.v[0] - half.v[0]) > 1e-8);
    double a0[3], a1[3];
    setup->potential(0.0, x, a0);
    setup->potential(cases[c / 2].period, x, a1);
    for (int d = 0; d < 3; d++) assert_true(fabs(a0[d] - a1[d]) < 1e-20);
  }
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_eigenvectors), cmocka_unit_test(test_published), cmocka_unit_test(test_period)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
