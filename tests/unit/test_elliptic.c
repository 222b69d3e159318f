/* Elliptic problems on meshes of one and more levels: order, conservation, ranks, what is reported (run with 1, 2, 3 and 5 ranks). */
#include "tests/unit/elliptic_cases.h"

static const double TAU = 6.283185307179586;
static const struct elliptic_options PLAIN = {0};

/* ---- solutions ---- */

/* Waves that are not aligned with any block; constant along missing axes. */
static double wave_q(const double x[3]) { return sin(TAU * x[0]) * sin(TAU * (x[1] + 0.1)) * (1.0 + 0.5 * sin(TAU * (x[2] + 0.2))); }
static void wave_grad(const double x[3], double g[3]) {
  const double s[2] = {sin(TAU * x[0]), sin(TAU * (x[1] + 0.1))}, z = 1.0 + 0.5 * sin(TAU * (x[2] + 0.2));
  g[0] = TAU * cos(TAU * x[0]) * s[1] * z;
  g[1] = TAU * cos(TAU * (x[1] + 0.1)) * s[0] * z;
  g[2] = 0.5 * TAU * cos(TAU * (x[2] + 0.2)) * s[0] * s[1];
}
/* In the plane, x[2] is fixed: no gradient along it enters, for D has no cross terms there. */
static double wave2_q(const double x[3]) { return sin(TAU * x[0]) * sin(TAU * (x[1] + 0.1)); }
static void wave2_grad(const double x[3], double g[3]) {
  g[0] = TAU * cos(TAU * x[0]) * sin(TAU * (x[1] + 0.1));
  g[1] = TAU * cos(TAU * (x[1] + 0.1)) * sin(TAU * x[0]);
  g[2] = 0.0;
}
static double growth_q(const double x[3]) { return (x[0] * x[0] - x[1]) * exp(0.5 * x[0] + x[1]); }
static void growth_grad(const double x[3], double g[3]) {
  const double p = x[0] * x[0] - x[1], e = exp(0.5 * x[0] + x[1]);
  g[0] = e * (0.5 * p + 2.0 * x[0]);
  g[1] = e * (p - 1.0);
  g[2] = 0.0;
}
static double some(const double x[3]) { return 1.0 + 0.5 * x[0]; }
/* 1 along a field that turns, 0.1 across. */
static void oblique_d(const double x[3], double d[3][3]) {
  const double b[2] = {1.0 + 0.5 * sin(TAU * x[1]), 0.7 + 0.5 * cos(TAU * x[0])}, n = b[0] * b[0] + b[1] * b[1];
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 3; j++) d[i][j] = (i == j ? 0.1 : 0.0) + (i < 2 && j < 2 ? 0.9 * b[i] * b[j] / n : 0.0);
  }
}
static void oblique3_d(const double x[3], double d[3][3]) {
  const double b[3] = {1.0 + 0.5 * sin(TAU * x[1]), 0.7 + 0.5 * cos(TAU * x[2]), 0.4 + 0.5 * sin(TAU * x[0])};
  const double n = b[0] * b[0] + b[1] * b[1] + b[2] * b[2];
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 3; j++) d[i][j] = (i == j ? 0.1 : 0.0) + 0.9 * b[i] * b[j] / n;
  }
}
static void wind(const double x[3], double w[3]) {
  w[0] = 3.0 * sin(TAU * x[1]);
  w[1] = 2.0 * cos(TAU * x[0]);
  w[2] = 1.0;
}
/* D jumps by 100 at x = 1/2; faces there have the harmonic mean.  Fluxes are smooth. */
static double jump_at(double x) { return x < 0.5 ? 1.0 : x > 0.5 ? 100.0 : 2.0 * 100.0 / 101.0; }
static double jump_q(const double x[3]) { return sin(TAU * x[0]) / jump_at(x[0]) * (1.0 + x[1] * x[1]); }
static void jump_grad(const double x[3], double g[3]) {
  const double d = jump_at(x[0]);
  g[0] = TAU * cos(TAU * x[0]) / d * (1.0 + x[1] * x[1]);
  g[1] = sin(TAU * x[0]) / d * 2.0 * x[1];
  g[2] = 0.0;
}
static void jump_d(const double x[3], double d[3][3]) { d[0][0] = d[1][1] = d[2][2] = jump_at(x[0]); }

static const struct problem WAVE2 = {.q = wave2_q, .grad = wave2_grad}, WAVE3 = {.q = wave_q, .grad = wave_grad},
                            GROWTH = {.q = growth_q, .grad = growth_grad, .dirichlet = true},
                            OBLIQUE2 = {.q = wave2_q, .grad = wave2_grad, .a = some, .d = oblique_d, .tensor = true},
                            OBLIQUE3 = {.q = wave_q, .grad = wave_grad, .a = some, .d = oblique3_d, .tensor = true},
                            WIND = {.q = wave2_q, .grad = wave2_grad, .a = some, .w = wind},
                            ALL = {.q = growth_q, .grad = growth_grad, .a = some, .d = oblique_d, .w = wind, .tensor = true, .dirichlet = true},
                            JUMP = {.q = jump_q, .grad = jump_grad, .d = jump_d, .dirichlet = true};

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

static void one_consistent(const struct problem *p, int dim, enum elliptic_form form) {
  struct trial t = {0};
  const struct elliptic_options o = {.tensor = p->tensor, .form = form};
  struct field from_flux;
  trial_mesh(&t, dim, dim == 2 ? 32 : 24, 2, !p->dirichlet, MPI_COMM_WORLD);
  trial_begin(&t, p, &o);
  t.result = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-9);
  elliptic_fluxes(t.e, &t.q, 0, &t.flux);
  field_create(&from_flux, &t.mesh, "u", CENTRING_CELL, 1);
  flux_difference(&t, &from_flux);
  const double lost = cell_sum(&t) + boundary_sum(&t);
  elliptic_apply(t.e, &t.q, 0, &t.exact, 0);
  const struct difference round_off = trial_compare(&t, &t.exact, &from_flux, 0);
  field_destroy(&from_flux);
  trial_end(&t);
  if (!t.result.converged || round_off.most > 1e-9 || fabs(lost) > 1e-6) {
    fprintf(stderr, "%d-D, form %d: %s; apply - fluxes %g, lost %g\n", dim, form, t.result.reason, round_off.most, lost);
  }
  /* Round-off of terms of size D q / dx^2 ~ 1e5; the sum to the tolerance times s, with the values at the boundary ~ 1000. */
  assert_true(all_agree(t.result.converged && round_off.most < 1e-9 && fabs(lost) < 1e-6));
}

static void test_conservation(void **state) {
  (void)state;
  one_consistent(&ALL, 2, ELLIPTIC_PLAIN);
  one_consistent(&ALL, 2, ELLIPTIC_MONOTONE);
  one_consistent(&OBLIQUE3, 3, ELLIPTIC_PLAIN);
  one_consistent(&GROWTH, 3, ELLIPTIC_MONOTONE);
}

/* ---- ranks ---- */

static double compare_ranks(struct trial *t, struct trial *alone) {
  const struct mesh *m = &t->mesh;
  double most = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      const double q = *view_move(view_field(m, &t->q, b, 0), i[0], i[1], i[2]).at;
      most = fmax(most, fabs(q - *view_move(view_field(m, &alone->q, (int)m->first + b, 0), i[0], i[1], i[2]).at));
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return most;
}

static void test_ranks(void **state) {
  (void)state;
  const struct problem *all[] = {&WAVE2, &ALL, &OBLIQUE3};
  for (int i = 0; i < 3; i++) {
    struct trial t = {0}, alone = {0};
    const struct elliptic_options o = {.tensor = all[i]->tensor};
    const int dim = i < 2 ? 2 : 3;
    trial_mesh(&t, dim, i == 0 ? 8 : 24, 2, !all[i]->dirichlet, MPI_COMM_WORLD);
    trial_mesh(&alone, dim, i == 0 ? 8 : 24, 2, !all[i]->dirichlet, MPI_COMM_SELF);
    trial_begin(&t, all[i], &o);
    trial_begin(&alone, all[i], &o);
    t.result = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
    alone.result = elliptic_solve(alone.e, &alone.s, 0, &alone.q, 0, 1e-10);
    const double most = compare_ranks(&t, &alone);
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

/* One block, so that all ranks but one have none. */
static void test_empty(void **state) {
  (void)state;
  const struct outcome plain = trial_run(&WAVE2, 2, 8, 0, &PLAIN);
  const struct outcome limited = trial_run(&ALL, 2, 8, 0, &(struct elliptic_options){.form = ELLIPTIC_MONOTONE});
  assert_true(all_agree(plain.result.converged && limited.result.converged && plain.q.most < 0.1 && limited.q.most < 0.1));
}

/* ---- what is reported ---- */

/* Where only the gradient is determined: a constant in s changes nothing but what is said of it. */
static void test_singular(void **state) {
  (void)state;
  struct trial t = {0};
  trial_mesh(&t, 2, 32, 2, true, MPI_COMM_WORLD);
  trial_begin(&t, &WAVE2, &PLAIN);
  const struct elliptic_result plain = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
  memcpy(t.exact.data, t.q.data, sizeof(double) * t.q.block_size * (size_t)t.q.count);
  for (size_t i = 0; i < t.s.block_size * (size_t)t.s.count; i++) t.s.data[i] += 3.0;
  const struct elliptic_result again = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-10);
  const struct difference d = trial_compare(&t, &t.q, &t.exact, 0);
  for (size_t i = 0; i < t.s.block_size * (size_t)t.s.count; i++) {
    t.s.data[i] = 0.0;
    t.a.data[i] = 1.0;
  }
  const double mean = fabs(cell_sum(&t));
  trial_end(&t);
  assert_true(all_agree(plain.converged && again.converged && fabs(plain.removed_mean) < 1e-12 && fabs(again.removed_mean - 3.0) < 1e-12));
  assert_true(all_agree(d.most < 1e-9 && mean < 1e-14));
}

static void test_reports(void **state) {
  (void)state;
  struct trial t = {0};
  const struct elliptic_options o = {.max_iterations = 1, .method = ELLIPTIC_AMG};
  trial_mesh(&t, 2, 32, 2, true, MPI_COMM_WORLD);
  trial_begin(&t, &WAVE2, &o);
  const struct elliptic_result stopped = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-12);
  /* Nothing sticks: what is possible within one iteration is still solved afterwards. */
  const struct elliptic_result loose = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 0.5);
  if (t.mesh.rank == 0) *view_move(view_field(&t.mesh, &t.s, 0, 0), 1, 1, 0).at = NAN;
  const struct elliptic_result wrong = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-6);
  trial_end(&t);
  assert_true(all_agree(!stopped.converged && stopped.reason[0] != 0 && stopped.residual > 1e-12));
  assert_true(all_agree(loose.converged && !wrong.converged && wrong.reason[0] != 0));
}

/* Fields of similar stiffness share a preconditioner; the diagonal suffices where a dominates. */
static void test_reuse(void **state) {
  (void)state;
  struct trial t = {0};
  trial_mesh(&t, 2, 32, 2, true, MPI_COMM_WORLD);
  trial_begin(&t, &OBLIQUE2, &(struct elliptic_options){.tensor = true, .method = ELLIPTIC_AMG});
  int setups = 0;
  bool good = true;
  for (int k = 0; k < 4; k++) {
    t.c.a = NULL;
    t.c.a_number = 1.0 + 0.2 * k;
    elliptic_set(t.e, &t.c);
    const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-8);
    setups += r.setups;
    good = good && r.converged;
  }
  trial_end(&t);
  assert_true(all_agree(good && setups == 1));
}

/* Structured multigrid solves the same problems, on whatever boxes the ranks have: periodic, with a velocity, with values at the ends; where the mesh has
 * levels others take its place. */
static void test_boxes(void **state) {
  (void)state;
  const struct { const struct problem *p; int dim, levels; const char *method; } all[] = {
      {&WAVE2, 2, 0, "PFMG"}, {&WAVE3, 3, 0, "PFMG"}, {&WIND, 2, 0, "PFMG"}, {&GROWTH, 3, 0, "PFMG"}, {&GROWTH, 2, 1, "AMG"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct trial t[2] = {{.p = NULL}, {.p = NULL}};
    bool good = true;
    for (int k = 0; k < 2; k++) {
      trial_mesh(&t[k], all[i].dim, all[i].dim == 2 ? 48 : 24, all[i].levels, !all[i].p->dirichlet, MPI_COMM_WORLD);
      trial_begin(&t[k], all[i].p, &(struct elliptic_options){.method = k ? ELLIPTIC_AMG : ELLIPTIC_PFMG});
      t[k].result = elliptic_solve(t[k].e, &t[k].s, 0, &t[k].q, 0, 1e-11);
      good = good && t[k].result.converged && strcmp(t[k].result.method, k ? "AMG" : all[i].method) == 0 && t[k].result.setups == 1;
    }
    const struct difference d = trial_compare(&t[0], &t[0].q, &t[1].q, 0);
    for (int k = 0; k < 2; k++) trial_end(&t[k]);
    if (!good || d.most > 1e-8) fprintf(stderr, "problem %d: %s, differs by %g\n", (int)i, t[0].result.method, d.most);
    assert_true(all_agree(good && d.most < 1e-8));
  }
}

/* The method goes by the stiffness: a = 1e5, 1, 0. */
static void test_methods(void **state) {
  (void)state;
  static const char *const names[] = {"diagonal", "ILU", "AMG"};
  static const double a[] = {1e5, 1.0, 0.0};
  struct trial t = {0};
  trial_mesh(&t, 2, 32, 2, true, MPI_COMM_WORLD);
  trial_begin(&t, &OBLIQUE2, &(struct elliptic_options){.tensor = true});
  t.c.a = NULL;
  for (int k = 0; k < 3; k++) {
    t.c.a_number = a[k];
    elliptic_set(t.e, &t.c);
    const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-8);
    assert_true(all_agree(r.converged && r.setups == (k > 0) && strcmp(r.method, names[k]) == 0));
  }
  trial_end(&t);
}

static int group(void) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test(test_order), cmocka_unit_test(test_jump), cmocka_unit_test(test_order_dirichlet), cmocka_unit_test(test_two_point),
      cmocka_unit_test(test_three_dimensions), cmocka_unit_test(test_row), cmocka_unit_test(test_conservation), cmocka_unit_test(test_ranks),
      cmocka_unit_test(test_empty), cmocka_unit_test(test_singular), cmocka_unit_test(test_reports), cmocka_unit_test(test_reuse), cmocka_unit_test(test_methods), cmocka_unit_test(test_boxes),
  };
  const struct CMUnitTest others[] = {
      cmocka_unit_test(test_conservation), cmocka_unit_test(test_ranks), cmocka_unit_test(test_empty), cmocka_unit_test(test_singular),
      cmocka_unit_test(test_reports), cmocka_unit_test(test_reuse), cmocka_unit_test(test_methods), cmocka_unit_test(test_boxes),
  };
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  /* Solutions do not depend on the ranks, as test_ranks says. */
  return size == 1 ? cmocka_run_group_tests(all, NULL, NULL) : cmocka_run_group_tests(others, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
