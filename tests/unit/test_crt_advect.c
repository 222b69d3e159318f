/* Cosmic rays carried along by the gas: order, conservation, uniform ratio (run with 1, 2). */
#include "tests/unit/crt_cases.h"

static const double PI = 3.14159265358979323846;

static double field_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.0;
}

static double wave(const double x[3]) { return 1.0 + 0.5 * sin(2.0 * PI * x[0]); }
static double one(const double x[3]) {
  (void)x;
  return 1.0;
}

static void fill_mass(struct rays *r, struct field *mass, rays_face_fn *value) {
  int i[3], n[3];
  for (int b = 0; b < r->mesh.count; b++)
    for (int d = 0; d < 3; d++) {
      own_extent(&r->mesh, mass, d, n);
      FOR_CELLS(i, n) {
        double x[3];
        rays_place(&r->mesh, b, d, i, x);
        *value_at(&r->mesh, mass, b, d, i) = value(d, x);
      }
    }
  rays_fill_ghosts(r, mass);
}

static double moved;
static double mass_uniform(int d, const double x[3]) {
  (void)x;
  return d < 2 ? moved : 0.5 * moved;
}

static void open_mesh(struct rays *r, const struct mesh_params *mesh, struct field *mass, struct field *density) {
  struct crt_params par = rays_params(1.0);
  const struct crt_member member = {1.0, 1.0};
  rays_open(r, mesh, &par, 1, &member, 1.0, field_x, MPI_COMM_WORLD);
  field_create(mass, &r->mesh, "mass", CENTRING_FACE, 3);
  field_create(density, &r->mesh, "density", CENTRING_CELL, 1);
}

static void close_mesh(struct rays *r, struct field *mass, struct field *density) {
  field_destroy(mass);
  field_destroy(density);
  rays_close(r);
}

/* S7: once around the box with 2.5 cells in 10 steps. */
static double period_error(int cells) {
  struct mesh_params mp = {.dim = 1, .cells = {cells, 1, 1}, .block = 8, .upper = {1.0}};
  struct rays r;
  struct field mass, density;
  open_mesh(&r, &mp, &mass, &density);
  rays_set(&r.mesh, &density, 0, one);
  rays_fill_ghosts(&r, &density);
  moved = 0.25 / cells;
  fill_mass(&r, &mass, mass_uniform);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, wave);
  for (int n = 0; n < 4 * cells; n++) crt_advect(&r.crt, &r.mesh, r.x, 0, &mass, &density);
  struct rays_figures f = rays_measure(&r, 0, wave);
  close_mesh(&r, &mass, &density);
  return f.error;
}

static void test_order(void **unused) {
  (void)unused;
  double e32 = period_error(32), e128 = period_error(128);
  assert_true(e128 < 5e-4);
  assert_true(log2(e32 / e128) > 2 * 1.8);
}

/* Sharp clouds on meshes with levels: the sum stays. */
static double clouds(const double x[3]) { return sin(2.0 * PI * x[0] / 1.4 + 1.0) * cos(2.0 * PI * x[1] / 1.4) > 0.3 ? 2.0 : 0.0; }

static void test_levels(void **unused) {
  (void)unused;
  static const int cases[] = {5, 6, 9, 11, 13};
  int bad = 0;
  for (int n = 0; n < 5; n++) {
    struct mesh_params mp = case_params(&CASES[cases[n]]);
    memset(mp.boundary, 0, sizeof mp.boundary); /* BOUNDARY_PERIODIC */
    struct rays r;
    struct field mass, density;
    open_mesh(&r, &mp, &mass, &density);
    rays_set(&r.mesh, &density, 0, one);
    rays_fill_ghosts(&r, &density);
    moved = 0.002;
    fill_mass(&r, &mass, mass_uniform);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, clouds);
    double before = rays_measure(&r, 0, NULL).total;
    for (int step = 0; step < 10; step++) crt_advect(&r.crt, &r.mesh, r.x, 0, &mass, &density);
    struct rays_figures f = rays_measure(&r, 0, clouds);
    EXPECT(bad, CASES[cases[n]].name, fabs(f.total / before - 1.0) < 1e-13);
    EXPECT(bad, CASES[cases[n]].name, f.error > 1e-3 && f.low >= 0.0);
    close_mesh(&r, &mass, &density);
  }
  assert_true(all_agree(bad == 0));
}

/* Any flow, and rays that are everywhere 0.7 of the density: they stay so. */
static double density_wild(const double x[3]) { return 1.0 + 0.9 * sin(7.0 * 2.0 * PI * x[0] / 1.4) * cos(2.0 * PI * x[1] / 1.4); }
static double mass_wild(int d, const double x[3]) {
  return 0.002 * sin(2.0 * PI * (x[0] + 2.0 * x[1]) / 1.4 + d) * (1.0 + cos(6.0 * PI * x[2] / 1.4));
}

static void test_uniform(void **unused) {
  (void)unused;
  static const int cases[] = {3, 6, 12};
  int bad = 0, i[3];
  for (int n = 0; n < 3; n++) {
    struct mesh_params mp = case_params(&CASES[cases[n]]);
    memset(mp.boundary, 0, sizeof mp.boundary); /* BOUNDARY_PERIODIC */
    struct rays r;
    struct field mass, density;
    open_mesh(&r, &mp, &mass, &density);
    rays_set(&r.mesh, &density, 0, density_wild);
    rays_fill_ghosts(&r, &density);
    fill_mass(&r, &mass, mass_wild);
    struct field *q = &r.crt.group[0].state;
    for (int b = 0; b < r.mesh.count; b++)
      FOR_CELLS(i, r.mesh.nc) *value_at(&r.mesh, q, b, 0, i) = 0.7 * *value_at(&r.mesh, &density, b, 0, i);
    crt_advect(&r.crt, &r.mesh, r.x, 0, &mass, &density);
    for (int b = 0; b < r.mesh.count; b++)
      FOR_CELLS(i, r.mesh.nc) {
        double after = *value_at(&r.mesh, &density, b, 0, i);
        for (int d = 0; d < r.mesh.dim; d++) {
          int up[3] = {i[0], i[1], i[2]};
          up[d]++;
          after -= (*value_at(&r.mesh, &mass, b, d, up) - *value_at(&r.mesh, &mass, b, d, i)) / r.mesh.block[b].dx[d];
        }
        EXPECT(bad, CASES[cases[n]].name, fabs(*value_at(&r.mesh, q, b, 0, i) - 0.7 * after) < 1e-15);
      }
    close_mesh(&r, &mass, &density);
  }
  assert_true(all_agree(bad == 0));
}

/* Five times the gas of a light cell passes through it in a step: it cannot give more than it has. */
static double density_light(const double x[3]) { return sin(6.0 * PI * x[0]) > 0.9 ? 0.01 : 1.0; }

static void test_passing(void **unused) {
  (void)unused;
  struct mesh_params mp = {.dim = 1, .cells = {64, 1, 1}, .block = 8, .upper = {1.0}};
  for (int way = -1; way < 2; way += 2) {
    struct rays r;
    struct field mass, density;
    open_mesh(&r, &mp, &mass, &density);
    rays_set(&r.mesh, &density, 0, density_light);
    rays_fill_ghosts(&r, &density);
    moved = way * 0.05 / 64.0;
    fill_mass(&r, &mass, mass_uniform);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, wave);
    const double before = rays_measure(&r, 0, NULL).total;
    crt_advect(&r.crt, &r.mesh, r.x, 0, &mass, &density);
    const struct rays_figures f = rays_measure(&r, 0, NULL);
    assert_true(all_agree(f.low >= 0.0 && fabs(f.total / before - 1.0) < 1e-13));
    close_mesh(&r, &mass, &density);
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_levels), cmocka_unit_test(test_uniform), cmocka_unit_test(test_passing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
