/* The monotone form: no undershoots on the ring test, with and without levels; it stays conservative and converges (run with 1, 2 and 3 ranks). */
#include "tests/unit/elliptic_problems.h"

struct ring { bool solved; double least, most, gained; };

/* Backward Euler in a few long steps. */
static struct ring run_ring(int levels, enum elliptic_form form, double dt, int steps) {
  struct trial t = {0};
  const struct elliptic_options o = {.tensor = true, .form = form, .max_limiting = 60};
  struct ring out = {.solved = true, .least = HUGE_VAL, .most = -HUGE_VAL};
  trial_mesh(&t, 2, 32, levels, false, MPI_COMM_WORLD);
  trial_begin(&t, &RING, &o);
  struct problem medium = RING;
  medium.q = ring_medium;
  t.boundary.data = &medium;
  elliptic_set_boundary(t.e, &t.boundary);
  t.c.a = NULL;
  t.c.a_number = 1.0 / dt;
  elliptic_set(t.e, &t.c);
  memcpy(t.q.data, t.exact.data, sizeof(double) * t.q.block_size * (size_t)t.q.count);
  double least, most;
  const double before = ring_total(&t, &least, &most);
  for (int n = 0; n < steps; n++) {
    for (size_t i = 0; i < t.q.block_size * (size_t)t.q.count; i++) t.s.data[i] = t.q.data[i] / dt;
    const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-8);
    out.solved = out.solved && r.converged;
    if (!r.converged) fprintf(stderr, "step %d: %s, residual %g\n", n, r.reason, r.residual);
    const double after = ring_total(&t, &least, &most);
    out.least = fmin(out.least, least);
    out.most = fmax(out.most, most);
    out.gained = fabs(after - before) / before;
  }
  trial_end(&t);
  return out;
}

/* Nothing falls below the medium, to the tolerance; the plain form does. */
static void test_ring(void **state) {
  (void)state;
  for (int levels = 0; levels <= 2; levels += 2) {
    for (int k = 0; k < 2; k++) {
      const double dt = k == 0 ? 1.0 : 50.0;
      const struct ring plain = run_ring(levels, ELLIPTIC_PLAIN, dt, 2), limited = run_ring(levels, ELLIPTIC_MONOTONE, dt, 2);
      const bool good = plain.solved && limited.solved && plain.least < 9.992 && limited.least > 10.0 - 1e-6 && limited.most < 12.0 + 1e-6;
      if (!good) fprintf(stderr, "levels %d, dt %g: plain from %g, limited %g to %g\n", levels, dt, plain.least, limited.least, limited.most);
      assert_true(all_agree(good));
      /* All that leaves goes through the boundary, where nothing has arrived after a short time. */
      if (k == 0) assert_true(all_agree(limited.gained < 1e-7));
    }
  }
}

/* ---- order ---- */

static double one(const double x[3]) { return (void)x, 1.0; }
/* Extrema are clipped, so less than second order. */
static void test_order(void **state) {
  (void)state;
  const struct problem p = {.q = wave2_q, .grad = wave2_grad, .a = one, .d = oblique_d, .w = wind, .tensor = true};
  const struct elliptic_options o = {.form = ELLIPTIC_MONOTONE};
  const struct outcome coarse = trial_run(&p, 2, 32, 2, &o), fine = trial_run(&p, 2, 64, 2, &o);
  const bool good = coarse.result.converged && fine.result.converged && fine.q.mean < coarse.q.mean / 3.0 && fine.q.most < coarse.q.most / 2.0;
  if (!good) fprintf(stderr, "mean %g -> %g, most %g -> %g, %s\n", coarse.q.mean, fine.q.mean, coarse.q.most, fine.q.most, fine.result.reason);
  assert_true(all_agree(good));
}

/* ---- D along a field ---- */

static void test_along(void **state) {
  (void)state;
  for (int dim = 2; dim <= 3; dim++) {
    const double b[3] = {0.3, -0.4, 1.2}, kappa[2] = {5.0, 0.5};
    struct trial t = {0};
    struct field faces, d, cross[2];
    trial_mesh(&t, dim, 16, 0, true, MPI_COMM_WORLD);
    struct field *all[] = {&faces, &d, &cross[0], &cross[1]};
    for (int i = 0; i < 4; i++) field_create(all[i], &t.mesh, "b", CENTRING_FACE, 3);
    double most = 0.0;
    for (int block = 0; block < t.mesh.count; block++) {
      for (int n = 0; n < 3; n++) {
        const int *e = field_extent(&faces, n);
        for (int i = 0; i < e[0] * e[1] * e[2]; i++) field_data(&faces, block, n)[i] = b[n];
      }
    }
    elliptic_along_field(&t.mesh, &faces, NULL, kappa, &d, (struct field *[2]){&cross[0], &cross[1]});
    for (int block = 0; block < t.mesh.count; block++) {
      for (int n = 0; n < dim; n++) {
        for (int c = 0; c < 3; c++) {
          const double exact = (c == n ? kappa[1] : 0.0) + (kappa[0] - kappa[1]) * b[n] * b[c] / 1.69;
          const struct field *f = c == n ? &d : &cross[(c - n + 2) % 3];
          most = fmax(most, fabs(*view_move(view_field(&t.mesh, f, block, n), 3, 2, 0).at - exact));
        }
      }
    }
    for (int i = 0; i < 4; i++) field_destroy(all[i]);
    mesh_destroy(&t.mesh);
    assert_true(all_agree(most < 1e-14));
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ring), cmocka_unit_test(test_order), cmocka_unit_test(test_along)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
