/* Refinement criteria: known values, symmetry of the axes, neighbours, levels and patience, on any number of ranks (1, 2, 3). */
#include "mhd/criteria.h"

#include "amr/adapt.h"
#include "base/params.h"
#include "base/units.h"
#include "tests/unit/gas_cases.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double PI = 3.14159265358979323846;
enum { N = 8, WIDE = N + 2, ALL = WIDE * WIDE * WIDE, OWN = N * N * N };

/* ---- measures of one block ---- */

/* Value at (i, j, k), -1 to N, of an array with one layer of ghosts in 3-D. */
static double *wide(double *q, int i, int j, int k) { return &q[((k + 1) * WIDE + j + 1) * WIDE + i + 1]; }

typedef double point_fn(double x, double y, double z);
static double *fill(point_fn *f, const int axis[3]) {
  double *q = memory_get(sizeof *q * ALL);
  for (int k = -1; k <= N; k++)
    for (int j = -1; j <= N; j++)
      for (int i = -1; i <= N; i++) {
        const int at[3] = {i, j, k};
        *wide(q, i, j, k) = f(at[axis[0]], at[axis[1]], at[axis[2]]);
      }
  return q;
}

static double line(double x, double y, double z) { return (void)y, (void)z, 10.0 + x; }
static double jump(double x, double y, double z) { return (void)y, (void)z, x < 3.5 ? 1.0 : 4.0; }
static double bumps(double x, double y, double z) { return 2.0 + sin(0.7 * x) * cos(1.3 * y) + 0.3 * sin(0.2 * z * z + x); }

static void test_measures(void **state) {
  (void)state;
  const int n[3] = {N, N, N}, straight[3] = {0, 1, 2}, turned[3] = {2, 0, 1};
  double *value = memory_get(sizeof *value * OWN), *other = memory_get(sizeof *value * OWN);
  double *q = fill(line, straight);
  criterion_gradient(3, n, q, 0.0, value);
  for (int i = 0; i < N; i++) assert_true(fabs(value[i] - 1.0 / (10.0 + i)) < 1e-15);
  criterion_gradient(3, n, q, 40.0, value);
  for (int i = 0; i < N; i++) assert_true(fabs(value[i] - 1.0 / 40.0) < 1e-15);
  criterion_second_derivative(3, n, q, 0.0, value);
  for (int i = 0; i < OWN; i++) assert_true(value[i] == 0.0);
  memory_free(q);

  q = fill(jump, straight);
  criterion_gradient(3, n, q, 0.0, value);
  for (int i = 0; i < N; i++) assert_true(value[i] == (i == 3 || i == 4 ? 0.6 : 0.0));
  criterion_second_derivative(3, n, q, 0.0, value);
  for (int i = 0; i < N; i++) assert_true(i == 3 || i == 4 ? value[i] > 0.9 && value[i] <= 1.0 : value[i] == 0.0);
  memory_free(q);

  /* An axis that turns into another takes its values along, to the last bit. */
  q = fill(bumps, straight);
  double *t = fill(bumps, turned);
  for (int pass = 0; pass < 2; pass++) {
    (pass ? criterion_second_derivative : criterion_gradient)(3, n, q, 0.0, value);
    (pass ? criterion_second_derivative : criterion_gradient)(3, n, t, 0.0, other);
    for (int k = 0; k < N; k++)
      for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) { /* t(i, j, k) = q(k, i, j) */
          double a = other[(k * N + j) * N + i], b = value[(j * N + i) * N + k];
          assert_true(memcmp(&a, &b, sizeof a) == 0);
        }
  }
  memory_free(q);
  memory_free(t);
  memory_free(value);
  memory_free(other);
}

static int near_count(const bool near[DIRECTIONS]) {
  int n = 0;
  for (int i = 0; i < DIRECTIONS; i++) n += near[i] && i != DIRECTION_SELF;
  return n;
}

static void test_near(void **state) {
  (void)state;
  const struct mesh m = {.dim = 3, .nc = {N, N, N}};
  double *value = memory_get(sizeof *value * OWN);
  const struct { int at[3], cells, wanted; } cases[] = {{{4, 4, 4}, 2, 0}, {{1, 4, 4}, 2, 1}, {{1, 4, 4}, 1, 0}, {{0, 7, 4}, 1, 3}, {{0, 0, 7}, 1, 7},
               {{0, 0, 0}, 0, 0}};
  for (int c = 0; c < 6; c++) {
    bool near[DIRECTIONS] = {false};
    double *v = &value[(cases[c].at[2] * N + cases[c].at[1]) * N + cases[c].at[0]];
    *v = 1.0;
    criteria_near(&m, value, 0.5, cases[c].cells, near);
    *v = 0.0;
    assert_int_equal(near_count(near), cases[c].wanted);
    if (c == 1) assert_true(near[direction(-1, 0, 0)]);
    if (c == 4) assert_true(near[direction(-1, -1, 1)]);
  }
  memory_free(value);
}

/* ---- of the gas ---- */

/* The section as a user gives it. */
static struct refine refine_with(const char *text, const struct mesh_params *mesh, const struct mhd_params *gas) {
  char path[] = "/tmp/crux-test-XXXXXX", all[2048];
  int file = mkstemp(path);
  assert_true(file >= 0);
  int length = snprintf(all, sizeof all, "units: code\nrefine: %s\n", text);
  assert_int_equal(write(file, all, (size_t)length), length);
  close(file);
  struct params *ps = params_open(MPI_COMM_SELF, path, NULL);
  struct refine_params par;
  memset(&par, 0, sizeof par);
  refine_declare(ps, &par, mesh, gas);
  struct refine r;
  params_load(ps);
  refine_create(&r, &par, mesh, params_units(ps));
  params_free(ps);
  unlink(path);
  return r;
}

static struct mesh_params box(int dim, int root, int max_level) {
  struct mesh_params par = {.dim = dim, .block = 8, .max_level = max_level};
  for (int d = 0; d < 3; d++) {
    par.cells[d] = d < dim ? 8 * root : 1;
    par.upper[d] = 1.0;
  }
  return par;
}

/* Density 2 and pressure 3, at rest or converging on x = 1/2; B = (0, a sin(2 pi x), 1/2). */
static void set_gas(struct world *w, double flow, double amplitude) {
  for (int b = 0; b < w->mesh.count; b++) {
    const struct block *k = &w->mesh.block[b];
    int i[3], n[3];
    for (int d = 0; w->gas.par.magnetic && d < 3; d++) {
      own_extent(&w->mesh, &w->gas.b[0], d, n);
      FOR_CELLS(i, n) {
        double x = mesh_coordinate(&w->mesh, k, 0, i[0] + (d == 0 ? 0.0 : 0.5));
        *value_at(&w->mesh, &w->gas.b[0], b, d, i) = d == 1 ? amplitude * sin(2.0 * PI * x) : d == 2 ? 0.5 : 0.0;
      }
    }
    FOR_CELLS(i, w->mesh.nc) {
      double x = mesh_coordinate(&w->mesh, k, 0, i[0] + 0.5), rho = 2.0, v = flow * sin(2.0 * PI * x), by = amplitude * sin(2.0 * PI * x);
      double p = 3.0 + (flow > 0.0 ? 2.0 * sin(2.0 * PI * x) : 0.0);
      const double u[5] = {rho, rho * v, 0.0, 0.0, p * 1.5 + 0.5 * rho * v * v + (w->gas.par.magnetic ? 0.5 * (by * by + 0.25) : 0.0)};
      for (int c = 0; c < 5; c++) *value_at(&w->mesh, &w->gas.u[0], b, c, i) = u[c];
    }
  }
  struct field *fields[2];
  exchange_all(w->x, mhd_fields(&w->gas, fields), fields);
}

/* How many blocks of all are to be split. */
static int asked(struct world *w, const struct refine *r, double t) {
  int8_t *tags = memory_get((size_t)w->mesh.count + 1);
  refine_tags(r, &w->mesh, &w->gas, t, tags);
  int mine = 0, all;
  for (int b = 0; b < w->mesh.count; b++) mine += tags[b] > 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  memory_free(tags);
  return all;
}

static int blocks_asked(struct world *w, const struct mesh_params *mesh, const char *text, double t) {
  struct refine r = refine_with(text, mesh, &w->gas.par);
  return asked(w, &r, t);
}

static void test_gas(void **state) {
  (void)state;
  struct mesh_params mesh = box(2, 4, 1);
  struct mhd_params par = gas_params(true);
  struct world w;
  world_open(&w, &mesh, &par, MPI_COMM_WORLD);
  set_gas(&w, 0.0, 1.0);
  const double dx = 1.0 / 32.0, jeans = sqrt(5.0 / 3.0 * 1.5 * PI / 2.0); /* G = 1 in code units */
  const struct { const char *text; double value; int blocks; } cases[] = {
      {"{buffer: 0, criteria: [{name: jeans, refine_above: %.15g}]}", dx / jeans, 16},
      {"{buffer: 0, criteria: [{name: lagrangian_mass, refine_above: %.15g}]}", 2.0 * dx * dx, 16},
      /* |curl B| dx / |B| is largest, about 2 pi dx / 0.5, where sin = 0: at the ends and in the middle, so in every block */
      {"{buffer: 0, criteria: [{name: current, refine_above: %.15g}]}", 2.0 * PI * dx / 0.5, 16},
      {"{buffer: 0, criteria: [{name: current, refine_above: %.15g, scale: 2}]}", 2.0 * PI * dx / 2.0, 16}};
  for (int c = 0; c < 4; c++) {
    char text[256];
    const double slack = c < 2 ? 1e-12 : 0.05;
    snprintf(text, sizeof text, cases[c].text, cases[c].value * (1.0 - slack));
    assert_int_equal(blocks_asked(&w, &mesh, text, 0.0), cases[c].blocks);
    snprintf(text, sizeof text, cases[c].text, cases[c].value * (1.0 + slack));
    assert_int_equal(blocks_asked(&w, &mesh, text, 0.0), 0);
  }
  /* Converging flow in the middle half: blocks 1 and 2 of the four along x. */
  set_gas(&w, 1.0, 0.0);
  assert_int_equal(blocks_asked(&w, &mesh, "{buffer: 0, criteria: [{name: shock, refine_above: 0.02}]}", 0.0), 8);
  set_gas(&w, -1.0, 0.0);
  assert_int_equal(blocks_asked(&w, &mesh, "{buffer: 0, criteria: [{name: shock, refine_above: 0.02}]}", 0.0), 0);
  /* Fields by name: the velocity varies, the density does not; one of two criteria is enough. */
  assert_int_equal(blocks_asked(&w, &mesh, "{criteria: [{name: gradient, field: rho, refine_above: 0.01}]}", 0.0), 0);
  assert_int_equal(blocks_asked(&w, &mesh, "{criteria: [{name: gradient, field: vel2, scale: 1, refine_above: 0.01}]}", 0.0), 0);
  assert_int_equal(blocks_asked(&w, &mesh, "{criteria: [{name: gradient, field: vel1, scale: 1, refine_above: 0.01}]}", 0.0), 16);
  assert_int_equal(blocks_asked(&w, &mesh, "{criteria: [{name: gradient, field: rho, refine_above: 0.01}, "
                                           "{name: second_derivative, field: vel1, refine_above: 0.01}]}", 0.0), 16);
  world_close(&w);
}

/* A region that moves, also across periodic ends; its buffer. */
static void test_region(void **state) {
  (void)state;
  struct mesh_params mesh = box(2, 4, 1);
  struct mhd_params par = gas_params(false);
  struct world w;
  world_open(&w, &mesh, &par, MPI_COMM_WORLD);
  set_gas(&w, 0.0, 0.0);
  const char *sphere = "{buffer: 0, criteria: [{name: region, center: [0.125, 0.125, 0], radius: 0.05, velocity: [1, 0, 0]}]}";
  assert_int_equal(blocks_asked(&w, &mesh, sphere, 0.0), 1);
  assert_int_equal(blocks_asked(&w, &mesh, sphere, 0.125), 2);
  assert_int_equal(blocks_asked(&w, &mesh, sphere, 1.0), 1);
  assert_int_equal(blocks_asked(&w, &mesh, sphere, 17.875), 2); /* across the end */
  assert_int_equal(blocks_asked(&w, &mesh, "{buffer: 0, criteria: [{name: region, center: [0.5, 0.5, 0], half_width: [0.01, 0.4, 0]}]}", 0.0), 8);
  assert_int_equal(blocks_asked(&w, &mesh, "{buffer: 3, criteria: [{name: region, center: [0.125, 0.125, 0], radius: 0.05}]}", 0.0), 9);
  assert_int_equal(blocks_asked(&w, &mesh, "{min_level: 1, criteria: [{name: region, radius: 0.05}]}", 0.0), 16);
  world_close(&w);
}

static void change(struct world *w, const struct refine *r, double t) {
  struct field *fields[2];
  const int n = mhd_fields(&w->gas, fields);
  int8_t *tags = memory_get((size_t)w->mesh.count + 1);
  exchange_all(w->x, n, fields);
  refine_tags(r, &w->mesh, &w->gas, t, tags);
  if (mesh_adapt(&w->mesh, tags, n, fields)) {
    mhd_adapted(&w->gas, &w->mesh);
    exchange_destroy(w->x);
    w->x = exchange_create(&w->mesh);
  }
  memory_free(tags);
}

/* Up to the level of each criterion; back only after a while; never below static regions. */
static void test_levels(void **state) {
  (void)state;
  struct mesh_params mesh = box(2, 4, 3);
  struct mhd_params par = gas_params(false);
  mesh.region_count = 1;
  mesh.region[0] = (struct mesh_region){.level = 1, .lower = {0.8, 0.8, 0.0}, .upper = {0.9, 0.9, 0.0}};
  struct world w;
  world_open(&w, &mesh, &par, MPI_COMM_WORLD);
  set_gas(&w, 0.0, 0.0);
  const int64_t least = w.mesh.global_count;
  struct refine r = refine_with("{every: 5, derefine_after: 10, criteria: [{name: region, center: [0.3, 0.3, 0], radius: 0.01, max_level: 2}, "
                                "{name: gradient, field: rho, refine_above: 0.5}]}", &mesh, &par);
  for (int i = 0; i < 4; i++) change(&w, &r, 0.0);
  assert_int_equal(w.mesh.max_level, 2);
  const int64_t most = w.mesh.global_count;
  assert_true(most > least);
  for (int i = 0; i < 8; i++) {
    /* Far away now: what it left is joined from the third time on. */
    struct refine gone = r;
    gone.par.list[0].max_level = 0;
    change(&w, &gone, 0.0);
    if (i < 2) assert_int_equal(w.mesh.global_count, most);
    if (i == 2) assert_true(w.mesh.global_count < most);
  }
  assert_int_equal(w.mesh.global_count, least);
  assert_int_equal(w.mesh.max_level, 1);
  world_close(&w);
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_measures), cmocka_unit_test(test_near), cmocka_unit_test(test_gas),
                                     cmocka_unit_test(test_region), cmocka_unit_test(test_levels)};
  return cmocka_run_group_tests_name("criteria", tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
