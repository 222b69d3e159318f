/* How elliptic problems are solved: by which method, what is kept, what is reported; ranks without blocks (run with 1, 2, 3 and 5 ranks). */
#include "tests/unit/elliptic_problems.h"

/* ---- ranks without blocks ---- */

/* Two blocks: the same solution as on one rank, by all methods and in one to three dimensions. */
static void test_empty(void **state) {
  (void)state;
  static const struct { const struct problem *p; int dim; enum elliptic_form form; enum elliptic_method method; } all[] = {
      {&GROWTH, 1, ELLIPTIC_PLAIN, ELLIPTIC_AUTO},   {&GROWTH, 1, ELLIPTIC_PLAIN, ELLIPTIC_DIAGONAL}, {&GROWTH, 1, ELLIPTIC_PLAIN, ELLIPTIC_ILU},
      {&WAVE2, 2, ELLIPTIC_PLAIN, ELLIPTIC_AUTO},    {&WAVE2, 2, ELLIPTIC_PLAIN, ELLIPTIC_AMG},       {&WAVE2, 2, ELLIPTIC_PLAIN, ELLIPTIC_ILU},
      {&WIND, 2, ELLIPTIC_PLAIN, ELLIPTIC_DIAGONAL}, {&WIND, 2, ELLIPTIC_PLAIN, ELLIPTIC_PFMG},       {&GROWTH, 2, ELLIPTIC_PLAIN, ELLIPTIC_PFMG},
      {&ALL, 2, ELLIPTIC_PLAIN, ELLIPTIC_AUTO},      {&ALL, 2, ELLIPTIC_MONOTONE, ELLIPTIC_AUTO},     {&WAVE3, 3, ELLIPTIC_PLAIN, ELLIPTIC_PFMG},
      {&WAVE3, 3, ELLIPTIC_PLAIN, ELLIPTIC_AMG},     {&GROWTH, 3, ELLIPTIC_PLAIN, ELLIPTIC_ILU},      {&OBLIQUE3, 3, ELLIPTIC_PLAIN, ELLIPTIC_AUTO}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct trial t[2] = {{.p = NULL}, {.p = NULL}};
    const struct elliptic_options o = {.tensor = all[i].p->tensor, .form = all[i].form, .method = all[i].method};
    bool good = true;
    for (int k = 0; k < 2; k++) {
      trial_box(&t[k], all[i].dim, (int[3]){16, 8, 8}, (double[3]){2.0, 1.0, 1.0}, 8, 0, !all[i].p->dirichlet, k ? MPI_COMM_SELF : MPI_COMM_WORLD);
      good = good && t[k].mesh.global_count == 2;
      trial_begin(&t[k], all[i].p, &o);
      t[k].result = elliptic_solve(t[k].e, &t[k].s, 0, &t[k].q, 0, 1e-10);
      elliptic_fluxes(t[k].e, &t[k].q, 0, &t[k].flux);
      good = good && t[k].result.converged;
    }
    const double most = trial_ranks(&t[0], &t[1]);
    for (int k = 0; k < 2; k++) trial_end(&t[k]);
    if (!good || most > 1e-8) fprintf(stderr, "problem %d: %s, differs by %g\n", (int)i, t[0].result.method, most);
    assert_true(all_agree(good && most < 1e-8));
  }
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
  const double mean = fabs(trial_mean_q(&t));
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

/* On one level incomplete factors, where they suffice, and structured multigrid take turns. */
static void test_turns(void **state) {
  (void)state;
  static const char *const names[] = {"PFMG", "ILU", "PFMG", "ILU"};
  static const double a[] = {0.0, 300.0, 1.0, 200.0};
  struct trial t = {.p = NULL};
  trial_mesh(&t, 2, 48, 0, true, MPI_COMM_WORLD);
  trial_begin(&t, &WAVE2, &PLAIN);
  t.c.a = NULL;
  for (int k = 0; k < 4; k++) {
    t.c.a_number = a[k];
    elliptic_set(t.e, &t.c);
    const struct elliptic_result r = elliptic_solve(t.e, &t.s, 0, &t.q, 0, 1e-8);
    if (strcmp(r.method, names[k]) != 0) fprintf(stderr, "a = %g, stiffness %g: %s\n", a[k], r.stiffness, r.method);
    assert_true(all_agree(r.converged && r.setups == 1 && strcmp(r.method, names[k]) == 0));
  }
  trial_end(&t);
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty), cmocka_unit_test(test_singular), cmocka_unit_test(test_reports), cmocka_unit_test(test_reuse),
                                     cmocka_unit_test(test_methods), cmocka_unit_test(test_turns), cmocka_unit_test(test_boxes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
