/* The form that exchanges between pairs of cells: never negative, conservative, of second order where D needs no help, symmetric in ranks (run with 1, 2 and 3 ranks). */
#include "tests/unit/elliptic_problems.h"

/* D = g g + p. */
struct tensor { void (*g)(const double x[3], double g[3]); double p; };

static void fill(const struct trial *t, const struct tensor *d, struct field *corner) {
  const struct mesh *m = &t->mesh;
  field_create(corner, m, "tensor", CENTRING_CELL, 4);
  for (int b = 0; b < m->count; b++) {
    const int more[3] = {1, m->dim > 1, m->dim > 2};
    const struct view first = view_field(m, corner, b, 0);
    for (int k = -more[2]; k < m->nc[2] + more[2]; k++) {
      for (int j = -more[1]; j < m->nc[1] + more[1]; j++) {
        for (int i = -more[0]; i < m->nc[0] + more[0]; i++) {
          const int at[3] = {i, j, k};
          double x[3], g[3];
          for (int a = 0; a < 3; a++) x[a] = a < m->dim ? mesh_coordinate(m, &m->block[b], a, at[a] + 0.5) : 0.5;
          d->g(x, g);
          double *to = first.at + i + j * first.sy + k * first.sz;
          for (int c = 0; c < 4; c++) to[corner->comp_size[0] * (size_t)c] = c < 3 ? g[c] : d->p;
        }
      }
    }
  }
}

/* ---- the ring in long steps ---- */

static void test_ring(void **state) {
  (void)state;
  for (int levels = 0; levels <= 2; levels += 2) {
    for (int k = 0; k < 2; k++) {
      const double dt = k == 0 ? 1.0 : 50.0;
      const struct elliptic_options o = {.tensor = true, .form = ELLIPTIC_POSITIVE};
      const struct tensor d = {ring_g, 0.0};
      struct trial t = {0};
      struct field corner;
      struct problem medium = RING;
      double least, most;
      trial_mesh(&t, 2, 32, levels, false, MPI_COMM_WORLD);
      fill(&t, &d, &corner);
      trial_begin(&t, &RING, &(struct elliptic_options){.tensor = true}); /* coefficients */
      elliptic_destroy(t.e);
      medium.q = ring_medium;
      t.boundary.data = &medium;
      t.e = elliptic_create(&t.mesh, &t.boundary, &o);
      t.c.a = NULL;
      t.c.a_number = 1.0 / dt;
      t.c.corner = &corner;
      elliptic_set(t.e, &t.c);
      const size_t n = t.q.block_size * (size_t)t.q.count;
      memcpy(t.q.data, t.exact.data, sizeof(double) * n);
      const double before = ring_total(&t, &least, &most);
      for (size_t i = 0; i < n; i++) t.s.data[i] = t.q.data[i] / dt;
      const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-9);
      const double after = ring_total(&t, &least, &most);
      const bool good = r.converged && least > 10.0 - 1e-7 && most < 12.0 - 1e-3 && (k == 1 || fabs(after / before - 1.0) < 1e-7);
      if (!good) fprintf(stderr, "levels %d, dt %g: %g to %g, sum %g to %g, %s\n", levels, dt, least, most, before, after, r.reason);
      field_destroy(&corner);
      trial_end(&t);
      assert_true(all_agree(good));
    }
  }
}

/* ---- order ---- */

static double one(const double x[3]) { return (void)x, 1.0; }
static void turning_g(const double x[3], double g[3]) {
  g[0] = 1.0 + 0.5 * sin(TAU * x[1]);
  g[1] = -0.7 + 0.5 * cos(TAU * x[0]);
  g[2] = 0.4 + 0.5 * sin(TAU * (x[0] + x[1]));
}
static void in_plane_g(const double x[3], double g[3]) {
  turning_g(x, g);
  g[2] = 0.0;
}
/* As much across as the offsets need for any direction: a quarter of g g. */
static const double ENOUGH = 0.9;
static void turning_d(const double x[3], double d[3][3]) {
  double g[3];
  turning_g(x, g);
  for (int i = 0; i < 9; i++) d[i / 3][i % 3] = g[i / 3] * g[i % 3] + (i % 4 == 0 ? ENOUGH : 0.0);
}
static void in_plane_d(const double x[3], double d[3][3]) {
  double g[3];
  in_plane_g(x, g);
  for (int i = 0; i < 9; i++) d[i / 3][i % 3] = g[i / 3] * g[i % 3] + (i % 4 == 0 ? ENOUGH : 0.0);
}
/* Errors of a solution, and the share of diffusion that was added. */
struct answer { struct difference q; double added; bool solved; };
static struct answer answer(const struct problem *p, const struct tensor *d, int dim, int n) {
  const struct elliptic_options o = {.tensor = true, .form = ELLIPTIC_POSITIVE};
  struct trial t = {0};
  struct field corner;
  trial_mesh(&t, dim, n, 0, true, MPI_COMM_WORLD);
  fill(&t, d, &corner);
  trial_begin(&t, p, &(struct elliptic_options){.tensor = true});
  elliptic_destroy(t.e);
  t.e = elliptic_create(&t.mesh, &t.boundary, &o);
  t.c.corner = &corner;
  elliptic_set(t.e, &t.c);
  const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
  const struct answer out = {trial_compare(&t, &t.q, &t.exact, 0), elliptic_added(t.e), r.converged};
  field_destroy(&corner);
  trial_end(&t);
  return out;
}

static void test_order(void **state) {
  (void)state;
  const struct problem p[2] = {{.q = wave_q, .grad = wave_grad, .a = one, .d = in_plane_d, .w = wind, .tensor = true},
                               {.q = wave_q, .grad = wave_grad, .a = one, .d = turning_d, .w = wind, .tensor = true}};
  for (int i = 0; i < 2; i++) {
    const struct tensor d = {i == 0 ? in_plane_g : turning_g, ENOUGH};
    const int n = i == 0 ? 32 : 16;
    const struct answer coarse = answer(&p[i], &d, 2 + i, n), fine = answer(&p[i], &d, 2 + i, 2 * n);
    const bool good = coarse.solved && fine.solved && fine.q.mean < coarse.q.mean / 3.7 && fine.q.most < coarse.q.most / 3.5 && fine.q.mean < 0.01 && fine.added == 0.0;
    if (!good) fprintf(stderr, "%d-D: mean %g -> %g, most %g -> %g, added %g\n", 2 + i, coarse.q.mean, fine.q.mean, coarse.q.most, fine.q.most, fine.added);
    assert_true(all_agree(good));
  }
}

/* What is added: nothing along axes and diagonals, the most between them. */
static double angle;
static void constant_g(const double x[3], double g[3]) { (void)x, g[0] = cos(angle), g[1] = sin(angle), g[2] = 0.0; }
static void constant_d(const double x[3], double d[3][3]) {
  double g[3];
  constant_g(x, g);
  for (int i = 0; i < 9; i++) d[i / 3][i % 3] = g[i / 3] * g[i % 3];
}

static void test_added(void **state) {
  (void)state;
  const struct problem p = {.q = wave_q, .grad = wave_grad, .a = one, .d = constant_d, .tensor = true};
  const struct { double angle, added; } cases[] = {{0.0, 0.0}, {TAU / 8.0, 0.0}, {-TAU / 8.0, 0.0}, {TAU / 16.0, 0.20710678118654752}, {-3.0 * TAU / 16.0, 0.20710678118654752}};
  for (int i = 0; i < 5; i++) {
    angle = cases[i].angle;
    const struct tensor d = {constant_g, 0.0};
    const struct answer a = answer(&p, &d, 2, 32);
    const bool good = a.solved && fabs(a.added - cases[i].added) < 1e-12 && (cases[i].added > 0.0 || a.q.mean < 0.01);
    if (!good) fprintf(stderr, "angle %g: added %g, error %g\n", angle, a.added, a.q.mean);
    assert_true(all_agree(good));
  }
}

/* One block, so that all ranks but one have none. */
static void test_empty(void **state) {
  (void)state;
  for (int dim = 2; dim <= 3; dim++) {
    const struct problem p = {.q = wave_q, .grad = wave_grad, .a = one, .d = turning_d, .tensor = true};
    const struct tensor d = {turning_g, ENOUGH};
    const struct answer a = answer(&p, &d, dim, 8);
    if (!(a.solved && a.q.mean < 0.2)) fprintf(stderr, "%d-D: error %g\n", dim, a.q.mean);
    assert_true(all_agree(a.solved && a.q.mean < 0.2));
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ring), cmocka_unit_test(test_order), cmocka_unit_test(test_empty), cmocka_unit_test(test_added)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
