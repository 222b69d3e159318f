/* Published solutions (Ryu & Jones 1995) and the integral conservation laws, which test every wave at once. */
#include "setups/exact/riemann_mhd.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static const double G = 0.28209479177387814347; /* 1 / sqrt(4 pi) */

static void state_set(struct mhd_state *w, double rho, double v0, double v1, double v2, double p, double b0, double b1, double b2) {
  *w = (struct mhd_state){rho, {v0, v1, v2}, p, {b0 * G, b1 * G, b2 * G}};
}

/* Ryu & Jones 1995, table 1a: five digits of the states behind the left fast shock and on the left of the contact. */
static void test_published(void **state) {
  (void)state;
  static struct mhd_fan fan;
  struct mhd_state l, r;
  state_set(&l, 1.08, 1.2, 0.01, 0.5, 0.95, 2.0, 3.6, 2.0);
  state_set(&r, 1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 2.0);
  assert_true(riemann_mhd_solve(5.0 / 3.0, &l, &r, &fan));
  const struct mhd_state *w = fan.region;
  const double want[] = {1.4903, 0.60588, 0.11235, 0.55686, 1.6558, 1.4383, 0.79907};
  const double have[] = {w[1].rho, w[1].v[0], w[1].v[1], w[1].v[2], w[1].p, w[1].b[1], w[1].b[2]};
  for (int v = 0; v < 7; v++) assert_true(fabs(have[v] - want[v]) < 6e-5);
  assert_true(fabs(w[3].rho - 1.6343) < 6e-5 && fabs(w[4].rho - 1.4735) < 6e-5 && fabs(w[6].p - 1.5844) < 6e-5);
}

static void conserved(double gamma, const struct mhd_state *w, double u[7], double f[7]) {
  const double *v = w->v, *b = w->b;
  double b2 = b[0] * b[0] + b[1] * b[1] + b[2] * b[2], pt = w->p + 0.5 * b2, vb = v[0] * b[0] + v[1] * b[1] + v[2] * b[2];
  double e = w->p / (gamma - 1.0) + 0.5 * w->rho * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) + 0.5 * b2;
  const double uu[7] = {w->rho, w->rho * v[0], w->rho * v[1], w->rho * v[2], e, b[1], b[2]};
  const double ff[7] = {w->rho * v[0], w->rho * v[0] * v[0] + pt - b[0] * b[0], w->rho * v[0] * v[1] - b[0] * b[1],
                        w->rho * v[0] * v[2] - b[0] * b[2], (e + pt) * v[0] - b[0] * vb, b[1] * v[0] - b[0] * v[1], b[2] * v[0] - b[0] * v[2]};
  for (int i = 0; i < 7; i++) {
    u[i] = uu[i];
    f[i] = ff[i];
  }
}

/* Over [-X, X] in x / t the integral of u is X (u_l + u_r) + f_l - f_r.  Uniform regions are integrated exactly, rarefactions by sampling. */
static void check_conservation(double gamma, const struct mhd_fan *fan, const struct mhd_state *l, const struct mhd_state *r) {
  double have[7] = {0.0}, ul[7], ur[7], fl[7], fr[7], u[7], f[7];
  double X = 1.0 + fmax(fabs(fan->speed[0][0]), fabs(fan->speed[6][1])), from = -X;
  enum { N = 2000 };
  for (int i = 0; i <= MHD_FAN_WAVES; i++) {
    double to = i < MHD_FAN_WAVES ? fan->speed[i][0] : X;
    conserved(gamma, &fan->region[i], u, f);
    for (int v = 0; v < 7; v++) have[v] += (to - from) * u[v];
    if (i == MHD_FAN_WAVES) break;
    from = fan->speed[i][1];
    for (int k = 0; k < N && fan->spread[i]; k++) {
      struct mhd_state w;
      riemann_mhd_sample(fan, to + (from - to) * (k + 0.5) / N, &w);
      conserved(gamma, &w, u, f);
      for (int v = 0; v < 7; v++) have[v] += (from - to) / N * u[v];
    }
  }
  conserved(gamma, l, ul, fl);
  conserved(gamma, r, ur, fr);
  for (int v = 0; v < 7; v++) {
    double want = X * (ul[v] + ur[v]) + fl[v] - fr[v];
    assert_true(fabs(have[v] - want) < 2e-5 * X * (fabs(ul[v]) + fabs(ur[v]) + 1.0)); /* linear interpolation in rarefactions */
  }
}

static void test_conservation(void **state) {
  (void)state;
  static struct mhd_fan fan;
  static const double cases[][15] = {
      /* Ryu & Jones 1a, 1b, 2a, 2b: left and right rho, v, p, b1, b2 in Gaussian units; then b0 */
      {1.0, 10.0, 0.0, 0.0, 20.0, 5.0, 0.0, 1.0, -10.0, 0.0, 0.0, 1.0, 5.0, 0.0, 5.0},
      {1.0, 0.0, 0.0, 0.0, 1.0, 5.0, 0.0, 0.1, 0.0, 0.0, 0.0, 10.0, 2.0, 0.0, 3.0},
      {1.08, 1.2, 0.01, 0.5, 0.95, 3.6, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0, 4.0, 2.0, 2.0},
      {1.0, 0.0, 0.0, 0.0, 1.0, 6.0, 0.0, 0.1, 0.0, 2.0, 1.0, 10.0, 1.0, 0.0, 3.0}};
  for (int c = 0; c < 4; c++) {
    for (int sign = -1; sign < 2; sign += 2) {
      const double *a = cases[c];
      struct mhd_state l, r;
      state_set(&l, a[0], a[1], a[2], a[3], a[4], sign * a[14], a[5], a[6]);
      state_set(&r, a[7], a[8], a[9], a[10], a[11], sign * a[14], a[12], a[13]);
      assert_true(riemann_mhd_solve(5.0 / 3.0, &l, &r, &fan));
      check_conservation(5.0 / 3.0, &fan, &l, &r);
    }
  }
}

/* States without a regular seven-wave solution are refused, not guessed. */
static void test_refused(void **state) {
  (void)state;
  static struct mhd_fan fan;
  struct mhd_state l, r;
  state_set(&l, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0);
  state_set(&r, 1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0);
  assert_false(riemann_mhd_solve(1.4, &l, &r, &fan));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_published), cmocka_unit_test(test_conservation), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
