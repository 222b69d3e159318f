/* Norms of known differences, on a refined mesh too. */
#include "setup_cases.h"

#include "mhd/mhd.h"
#include "setups/errors.h"

static void still_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = 2.0;
  w->p = 1.0;
}
static void still_background(double b[3]) { b[0] = 1.0; b[1] = b[2] = 0.0; }
static bool still_reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  still_gas(t, x, w);
  still_background(b);
  return t < 5.0;
}
static const struct setup still = {.name = "still", .exact = true, .points = 2, .gas = still_gas, .background = still_background};
static const struct setup known = {.name = "known", .points = 2, .gas = still_gas, .background = still_background, .reference = still_reference};

/* Add by to a component in the interior of blocks of one level. */
static void disturb(const struct setup_case *c, struct field *f, int comp, int level, double by) {
  for (int b = 0; b < c->mesh.count; b++) {
    if (c->mesh.block[b].level != level) continue;
    double *data = field_data(f, b, comp);
    for (size_t i = 0; i < f->comp_size[f->centring == CENTRING_FACE ? comp : 0]; i++) data[i] += i % 2 ? by : -by;
  }
}

static void test_norms(void **state) {
  (void)state;
  static const struct mesh_region region = {1, {-1.0, -1.0, 0.0}, {-0.51, -0.51, 0.0}};
  struct setup_case c;
  setup_case_open(&c, 2, (const int[3]){16, 16, 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, true, &region, 8);
  struct gas g = {.par = {.magnetic = true}, .nvar = 5};
  setup_case_fill(&c, &still, 0.0);
  g.u[0] = c.u;
  g.b[0] = c.b;
  const struct setup *const setups[2] = {&still, &known};
  struct errors e;
  for (int s = 0; s < 2; s++) {
    assert_true(errors_find(&e, &c.mesh, setups[s], &c.run, 1.0, &g));
    assert_int_equal(e.cells, mesh_cells(&c.mesh));
    assert_int_equal(e.count, 8);
    assert_true(e.rms_l1 == 0.0 && e.most[0] == 0.0);
  }
  /* The fine level covers a quarter of the box (one root block of four). */
  disturb(&c, &c.u, GAS_RHO, 1, 0.25);
  disturb(&c, &c.u, GAS_M2, 0, 0.5);
  for (int s = 0; s < 2; s++) {
    assert_true(errors_find(&e, &c.mesh, setups[s], &c.run, 1.0, &g));
    assert_true(fabs(e.l1[GAS_RHO] - 0.25 * 0.25) < 1e-15 && e.most[GAS_RHO] == 0.25);
    assert_true(fabs(e.l1[GAS_M2] - 0.5 * 0.75) < 1e-15 && e.most[GAS_M2] == 0.5);
    assert_true(e.l1[GAS_E] == 0.0 && e.l1[5] == 0.0);
    assert_true(fabs(e.rms_l1 - sqrt(0.0625 * 0.0625 + 0.375 * 0.375)) < 1e-15);
  }
  disturb(&c, &c.b, 2, 0, 1.0);
  disturb(&c, &c.b, 2, 1, 1.0);
  assert_true(errors_find(&e, &c.mesh, &still, &c.run, 1.0, &g));
  assert_true(fabs(e.l1[7] - 1.0) < 1e-15);
  assert_false(errors_find(&e, &c.mesh, &known, &c.run, 6.0, &g));
  setup_case_close(&c);
}

/* errors.txt: a head line and a row of as many numbers. */
static void test_file(void **state) {
  (void)state;
  struct setup_case c;
  char dir[] = "/tmp/crux-test-XXXXXX", path[64], head[1000], row[1000];
  assert_non_null(mkdtemp(dir));
  setup_case_open(&c, 1, (const int[3]){16, 1, 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, true, NULL, 8);
  struct gas g = {.par = {.magnetic = true}, .nvar = 5};
  setup_case_fill(&c, &still, 0.0);
  g.u[0] = c.u;
  g.b[0] = c.b;
  disturb(&c, &c.u, GAS_RHO, 0, 0.25);
  assert_true(errors_report(dir, &c.mesh, &still, &c.run, 0.5, &g));
  snprintf(path, sizeof path, "%s/errors.txt", dir);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_non_null(fgets(head, sizeof head, f));
  assert_non_null(fgets(row, sizeof row, f));
  assert_null(fgets(row + 900, 100, f));
  fclose(f);
  int names = 0, numbers = 0;
  for (char *w = strtok(head + 1, " \n"); w; w = strtok(NULL, " \n")) names++;
  double value[32] = {0.0};
  for (char *w = strtok(row, " \n"); w && numbers < 32; w = strtok(NULL, " \n")) value[numbers++] = strtod(w, NULL);
  assert_int_equal(names, 19);
  assert_int_equal(numbers, 19);
  assert_true(value[0] == 16.0 && value[1] == 0.5 && value[2] == 0.25 && value[3] == 0.25);
  remove(path);
  rmdir(dir);
  setup_case_close(&c);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_norms), cmocka_unit_test(test_file)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
