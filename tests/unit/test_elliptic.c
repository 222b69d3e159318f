/* Elliptic problems on meshes of one and more levels: order, conservation, ranks (run with 1, 2, 3 and 5 ranks). */
#include "tests/unit/elliptic_problems.h"

/* ---- order ---- */

/* Errors fall like dx^2 on a mesh with levels, and are not above those of the root grid alone. */
struct verdict { bool solved, second_order, not_worse, flux; };
static struct verdict judge(const struct problem *p, int dim, int n, const struct elliptic_options *o) {
  const int levels = 2;
  const struct outcome root = trial_run(p, dim, 2 * n, 0, o), coarse = trial_run(p, dim, n, levels, o), fine = trial_run(p, dim, 2 * n, levels, o);
  struct verdict v = {root.result.converged && coarse.result.converged && fine.result.converged, true, true, true};
  v.second_order = fine.q.most < coarse.q.most / 3.5 && fine.q.mean < coarse.q.mean / 3.5;
  v.not_worse = fine.q.most < 1.01 * root.q.most;
  for (int c = 0; c < dim; c++) v.flux = v.flux && fine.flux[c].mean < coarse.flux[c].mean / 3.2;
  if (!(v.solved && v.second_order && v.not_worse && v.flux) && !o->two_point) {
    fprintf(stderr, "%d-D, %d: max %g -> %g (root grid %g), mean %g -> %g; flux %g -> %g; %s\n", dim, n, coarse.q.most, fine.q.most, root.q.most,
            coarse.q.mean, fine.q.mean, coarse.flux[0].mean, fine.flux[0].mean, fine.result.reason);
  }
  return v;
}

static bool all_good(struct verdict v) { return v.solved && v.second_order && v.not_worse && v.flux; }

static void test_order(void **state) {
  (void)state;
  const struct problem *plane[] = {&WAVE2, &OBLIQUE2, &WIND};
  for (int i = 0; i < 3; i++) assert_true(all_agree(all_good(judge(plane[i], 2, 32, &PLAIN))));
}

/* A domain and cells that are longer along x. */
static void test_box(void **state) {
  (void)state;
  const struct { const struct problem *p; int dim, n; } all[] = {{&WAVE2, 2, 32}, {&WAVE3, 3, 16}, {&GROWTH, 2, 32}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct outcome o[2];
    for (int k = 0; k < 2; k++) {
      struct trial t = {.p = NULL};
      const int n = all[i].n << k;
      /* The same blocks are refined. */
      trial_box(&t, all[i].dim, (int[3]){3 * n / 2, n, n}, (double[3]){2.0, 1.0, 1.0}, n / 4, all[i].dim == 2 ? 2 : 0, !all[i].p->dirichlet, MPI_COMM_WORLD);
      o[k] = trial_solve(&t, all[i].p, &PLAIN);
    }
    const bool good = o[0].result.converged && o[1].result.converged && o[1].q.most < o[0].q.most / 3.5 && o[1].q.mean < o[0].q.mean / 3.5;
    if (!good) fprintf(stderr, "box, problem %d: max %g -> %g, mean %g -> %g\n", (int)i, o[0].q.most, o[1].q.most, o[0].q.mean, o[1].q.mean);
    assert_true(all_agree(good));
  }
}

/* Where a jump of D crosses that of levels q has a kink, which slopes along the face do not know: first order in two points. */
static void test_jump(void **state) {
  (void)state;
  const struct outcome coarse = trial_run(&JUMP, 2, 32, 0, &PLAIN), fine = trial_run(&JUMP, 2, 64, 0, &PLAIN);
  assert_true(all_agree(coarse.result.converged && fine.result.converged && fine.q.most < coarse.q.most / 3.5));
  const struct outcome levels = trial_run(&JUMP, 2, 32, 2, &PLAIN), finer = trial_run(&JUMP, 2, 64, 2, &PLAIN);
  assert_true(all_agree(levels.result.converged && finer.result.converged && finer.q.mean < levels.q.mean / 3.5));
  assert_true(all_agree(finer.q.most < levels.q.most / 1.9 && finer.flux[0].mean < levels.flux[0].mean / 3.2));
}

/* At the ends of the domain fluxes are first order in a layer of cells, that is second order in the mean. */
static void test_order_dirichlet(void **state) {
  (void)state;
  assert_true(all_agree(all_good(judge(&GROWTH, 2, 32, &PLAIN))));
  const struct outcome coarse = trial_run(&ALL, 2, 32, 2, &PLAIN), fine = trial_run(&ALL, 2, 64, 2, &PLAIN);
  assert_true(all_agree(coarse.result.converged && fine.result.converged && fine.q.most < coarse.q.most / 3.5 && fine.q.mean < coarse.q.mean / 3.5));
}

/* The test sees the mistake that is made easily: the difference of the two nearest cells. */
static void test_two_point(void **state) {
  (void)state;
  struct elliptic_options o = {.two_point = true};
  const struct verdict v = judge(&WAVE2, 2, 32, &o);
  assert_true(all_agree(v.solved && !v.second_order && !v.not_worse && !v.flux));
}

static void test_three_dimensions(void **state) {
  (void)state;
  const struct problem *all[] = {&WAVE3, &OBLIQUE3};
  for (int i = 0; i < 2; i++) {
    /* At 16 the whole mesh is refined once. */
    const struct outcome root = trial_run(all[i], 3, 16, 0, &PLAIN), fine = trial_run(all[i], 3, 32, 1, &PLAIN), once = trial_run(all[i], 3, 32, 0, &PLAIN);
    assert_true(all_agree(fine.result.converged && fine.q.most < root.q.most / 3.5 && fine.q.most < 1.01 * once.q.most));
  }
}

static void test_row(void **state) {
  (void)state;
  const struct outcome coarse = trial_run(&GROWTH, 1, 32, 0, &PLAIN), fine = trial_run(&GROWTH, 1, 64, 0, &PLAIN);
  assert_true(all_agree(fine.result.converged && fine.q.most < coarse.q.most / 3.5));
}

/* ---- consistency ---- */

/* a q + the difference of the fluxes, in coarse cells of the sums of the fine ones, is what apply says. */
static void flux_difference(struct trial *t, struct field *to) {
  const struct mesh *m = &t->mesh;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      double sum = *view_move(view_field(m, &t->a, b, 0), i[0], i[1], i[2]).at * *view_move(view_field(m, &t->q, b, 0), i[0], i[1], i[2]).at;
      for (int n = 0; n < m->dim; n++) {
        const struct view f = view_move(view_field(m, &t->flux, b, n), i[0], i[1], i[2]);
        sum += (f.at[n == 0 ? 1 : n == 1 ? f.sy : f.sz] - f.at[0]) / m->block[b].dx[n];
      }
      *view_move(view_field(m, to, b, 0), i[0], i[1], i[2]).at = sum;
    }
  }
}

static double boundary_sum(const struct trial *t) {
  const struct mesh *m = &t->mesh;
  double sum = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int n = 0; n < m->dim; n++) {
      for (int side = 0; side < 2; side++) {
        int d[3] = {0, 0, 0}, size[3] = {m->nc[0], m->nc[1], m->nc[2]};
        d[n] = side ? 1 : -1;
        size[n] = 1;
        if (m->neighbour[b][direction(d[0], d[1], d[2])].kind != NEIGHBOUR_NONE) continue;
        const double area = m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2] / m->block[b].dx[n];
        for (int k = 0; k < size[2]; k++) {
          for (int j = 0; j < size[1]; j++) {
            for (int i = 0; i < size[0]; i++) {
              int at[3] = {i, j, k};
              at[n] = side ? m->nc[n] : 0;
              sum += (side ? area : -area) * *view_move(view_field(m, &t->flux, b, n), at[0], at[1], at[2]).at;
            }
          }
        }
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  return sum;
}

static double cell_sum(const struct trial *t) {
  const struct mesh *m = &t->mesh;
  double sum = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      const double a = *view_move(view_field(m, &t->a, b, 0), i[0], i[1], i[2]).at, q = *view_move(view_field(m, &t->q, b, 0), i[0], i[1], i[2]).at;
      const double s = *view_move(view_field(m, &t->s, b, 0), i[0], i[1], i[2]).at;
      sum += (a * q - s) * m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2];
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  return sum;
}

/* Three levels, with jumps between all of them. */
static void levelled(struct trial *t, const struct problem *p, int dim, int levels, MPI_Comm comm) {
  const int n = dim == 2 ? 32 : 16;
  trial_box(t, dim, (int[3]){n, n, n}, (double[3]){1.0, 1.0, 1.0}, n / 4, levels, !p->dirichlet, comm);
}

/* What is wrong by the fluxes, and lost of the source, after a solution to a tolerance; by which method. */
struct kept { struct elliptic_result result; double round_off, lost; };
static struct kept consistent(const struct problem *p, int dim, int levels, const struct elliptic_options *options, double tolerance) {
  struct trial t = {.p = NULL};
  struct elliptic_options o = *options;
  struct field from_flux;
  struct kept k;
  o.tensor = p->tensor;
  levelled(&t, p, dim, levels, MPI_COMM_WORLD);
  trial_begin(&t, p, &o);
  k.result = elliptic_solve(t.e, &t.s, 0, &t.q, 0, tolerance);
  elliptic_fluxes(t.e, &t.q, 0, &t.flux);
  field_create(&from_flux, &t.mesh, "u", CENTRING_CELL, 1);
  flux_difference(&t, &from_flux);
  k.lost = fabs(cell_sum(&t) + boundary_sum(&t));
  elliptic_apply(t.e, &t.q, 0, &t.exact, 0);
  k.round_off = trial_compare(&t, &t.exact, &from_flux, 0).most;
  field_destroy(&from_flux);
  trial_end(&t);
  return k;
}

/* Round-off of terms of size D q / dx^2 ~ 1e5; the sum to the tolerance of 1e-12 times s, that with the values at the boundary is ~ 1000, times 10. */
static bool is_kept(const struct kept *k) { return k->result.converged && k->round_off < 1e-9 && k->lost < 1e-8; }

/* By every method, and no other in its place. */
static void test_conservation(void **state) {
  (void)state;
  static const struct { enum elliptic_method method; const char *name; int levels; } by[] = {
      {ELLIPTIC_DIAGONAL, "diagonal", 2}, {ELLIPTIC_ILU, "ILU", 2}, {ELLIPTIC_AMG, "AMG", 2}, {ELLIPTIC_PFMG, "PFMG", 0}};
  static const struct { const struct problem *p; int dim; } all[] = {{&ALL, 2}, {&OBLIQUE3, 3}, {&WIND, 2}, {&GROWTH, 3}};
  for (size_t n = 0; n < sizeof by / sizeof *by; n++) {
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
      if (all[i].p->tensor && by[n].method == ELLIPTIC_PFMG) continue;
      const struct elliptic_options o = {.method = by[n].method, .max_iterations = 4000};
      const struct kept k = consistent(all[i].p, all[i].dim, by[n].levels, &o, 1e-12);
      const bool good = is_kept(&k) && strcmp(k.result.method, by[n].name) == 0;
      if (!good)
        fprintf(stderr, "%s, problem %d: %s, %s; residual %g, apply - fluxes %g, lost %g\n", by[n].name, (int)i, k.result.method, k.result.reason, k.result.residual,
                k.round_off, k.lost);
      assert_true(all_agree(good));
    }
  }
  /* The limiters settle to less. */
  for (int i = 0; i < 2; i++) {
    const struct kept k = consistent(i ? &GROWTH : &ALL, 2 + i, 2, &(struct elliptic_options){.form = ELLIPTIC_MONOTONE}, 1e-11);
    if (!is_kept(&k)) fprintf(stderr, "limited %d: %s; residual %g, apply - fluxes %g, lost %g\n", i, k.result.reason, k.result.residual, k.round_off, k.lost);
    assert_true(all_agree(is_kept(&k)));
  }
}

/* ---- ranks ---- */

static void test_ranks(void **state) {
  (void)state;
  const struct problem *all[] = {&WAVE2, &ALL, &OBLIQUE3};
  for (int i = 0; i < 3; i++) {
    struct trial t = {0}, alone = {0};
    const struct elliptic_options o = {.tensor = all[i]->tensor};
    const int dim = i < 2 ? 2 : 3;
    for (int k = 0; k < 2; k++) {
      struct trial *to = k ? &alone : &t;
      if (i == 0) trial_mesh(to, dim, 8, 2, !all[i]->dirichlet, k ? MPI_COMM_SELF : MPI_COMM_WORLD);
      else levelled(to, all[i], dim, 2, k ? MPI_COMM_SELF : MPI_COMM_WORLD);
    }
    trial_begin(&t, all[i], &o);
    trial_begin(&alone, all[i], &o);
    t.result = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
    alone.result = elliptic_solve(alone.e, &alone.s, 0, &alone.q, 0, 1e-10);
    const double most = trial_ranks(&t, &alone);
    /* Again, from the same guess, on the same ranks: the same bits. */
    for (size_t c = 0; c < t.q.block_size * (size_t)t.q.count; c++) t.q.data[c] = 0.0;
    const size_t size = t.q.block_size * (size_t)t.q.count;
    double *kept = memory_get(sizeof *kept * (size + 1));
    elliptic_destroy(t.e);
    t.e = elliptic_create(&t.mesh, &t.boundary, &o);
    elliptic_set(t.e, &t.c);
    elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
    memcpy(kept, t.q.data, sizeof *kept * size);
    for (size_t c = 0; c < size; c++) t.q.data[c] = 0.0;
    elliptic_destroy(t.e);
    t.e = elliptic_create(&t.mesh, &t.boundary, &o);
    elliptic_set(t.e, &t.c);
    elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
    const bool same = memcmp(kept, t.q.data, sizeof *kept * size) == 0, solved = t.result.converged && alone.result.converged;
    memory_free(kept);
    trial_end(&t);
    trial_end(&alone);
    assert_true(all_agree(solved && most < 1e-8 && same));
  }
}

static int group(void) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test(test_order), cmocka_unit_test(test_box), cmocka_unit_test(test_jump), cmocka_unit_test(test_order_dirichlet), cmocka_unit_test(test_two_point),
      cmocka_unit_test(test_three_dimensions), cmocka_unit_test(test_row), cmocka_unit_test(test_conservation), cmocka_unit_test(test_ranks),
  };
  const struct CMUnitTest others[] = {cmocka_unit_test(test_conservation), cmocka_unit_test(test_ranks)};
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  /* Solutions do not depend on the ranks, as test_ranks says. */
  return size == 1 ? cmocka_run_group_tests(all, NULL, NULL) : cmocka_run_group_tests(others, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
