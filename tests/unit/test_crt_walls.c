/* Cosmic rays at the ends of the domain: absorbing and reflecting walls, and the account of what leaves (run with 1, 2). */
#include "tests/unit/crt_cases.h"

static const double PI = 3.14159265358979323846;

static double field_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.0;
}
static double field_oblique(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 0.8 : d == 1 ? 0.6 : 0.0;
}

static void absorb_all(struct crt_params *par) {
  for (int f = 0; f < 6; f++) par->boundary[f / 2][f % 2] = CRT_BOUNDARY_ABSORBING;
}

static double outflow(const struct rays *r, int p) {
  struct exact s = r->crt.group[0].outflow[p];
  exact_over_ranks(r->mesh.comm, 1, &s);
  return exact_value(&s);
}

static void add(struct rays *r, rays_fn *source, double dt) {
  int i[3];
  for (int b = 0; b < r->mesh.count; b++)
    FOR_CELLS(i, r->mesh.nc) {
      double x[3];
      rays_place(&r->mesh, b, -1, i, x);
      *value_at(&r->mesh, &r->crt.group[0].state, b, 0, i) += dt * source(x);
    }
}

/* Steady diffusion with kappa = 1 between absorbing walls at -1 and 1: a parabola for a uniform source, a triangle for a thin one (S11). */
static double one(const double x[3]) {
  (void)x;
  return 1.0;
}
static double parabola(const double x[3]) { return 0.5 * (1.0 - x[0] * x[0]); }
static double width;
static double sheet(const double x[3]) { return fabs(x[0]) < width ? 0.5 / width : 0.0; }
static double triangle(const double x[3]) { return 0.5 * (1.0 - fabs(x[0])); }

static double slab_error(int cells, double depth, int closure, rays_fn *source, rays_fn *exact) {
  const double v = 1.5 * cells * depth; /* depth: optical, of a cell */
  struct crt_params par = rays_params(v);
  par.closure = closure;
  absorb_all(&par);
  struct crt_member member = {v, v * v / 3.0};
  struct mesh_params mp = {.dim = 1, .cells = {cells, 1, 1}, .block = 8, .lower = {-1.0}, .upper = {1.0},
                           .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, v, field_x, MPI_COMM_WORLD);
  width = 2.0 / cells;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, exact);
  double before = rays_measure(&r, 0, NULL).total, dt = 0.3 * width / v;
  int steps = (int)(3.0 / dt);
  for (int s = 0; s < steps; s++) {
    add(&r, source, dt);
    crt_transport(&r.crt, &r.mesh, r.x, 0, dt, 1, NULL, NULL);
  }
  struct rays_figures f = rays_measure(&r, 0, exact);
  assert_true(f.low >= 0.0);
  assert_true(fabs(f.total + outflow(&r, 0) - before - 2.0 * 0.5 * dt * steps * (source == one ? 2.0 : 1.0)) < 1e-10);
  rays_close(&r);
  return f.error;
}

static void test_slab(void **unused) {
  (void)unused;
  double p16 = slab_error(16, 1.0, CLOSURE_ISOTROPIC, one, parabola), p32 = slab_error(32, 1.0, CLOSURE_ISOTROPIC, one, parabola);
  double m16 = slab_error(16, 4.0, CLOSURE_M1, one, parabola), m32 = slab_error(32, 4.0, CLOSURE_M1, one, parabola);
  double t32 = slab_error(32, 1.0, CLOSURE_ISOTROPIC, sheet, triangle), t64 = slab_error(64, 1.0, CLOSURE_ISOTROPIC, sheet, triangle);
  assert_true(p32 < 2e-3 && log2(p16 / p32) > 1.8);
  assert_true(m32 < 1e-3 && log2(m16 / m32) > 1.8);
  assert_true(t64 < 2.5e-3 && log2(t32 / t64) > 1.8); /* first order where odd and even cells part */
}

/* Without scattering everything leaves, and little comes back. */
static double pulse(const double x[3]) { return exp(-20.0 * (x[0] * x[0] + x[1] * x[1])); }

static void test_escape(void **unused) {
  (void)unused;
  for (int variant = 0; variant < 4; variant++) {
    struct crt_params par = rays_params(1.0);
    par.closure = variant & 1 ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
    absorb_all(&par);
    struct crt_member member = {1.0, 0.0};
    struct mesh_params mp = {.dim = 2, .cells = {32, 32, 1}, .block = 8, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0},
                             .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}, {BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
    struct rays r;
    rays_open(&r, &mp, &par, 1, &member, 1.0, field_oblique, MPI_COMM_WORLD);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, pulse);
    if (variant & 2) rays_set(&r.mesh, &r.crt.group[0].state, 1, pulse);
    double before = rays_measure(&r, 0, NULL).total;
    rays_run(&r, 10.0, false, false);
    struct rays_figures f = rays_measure(&r, 0, NULL);
    assert_true(f.low >= 0.0);
    assert_true(fabs((f.total + outflow(&r, 0)) / before - 1.0) < 1e-13);
    assert_true(f.total < 0.005 * before);
    rays_close(&r);
  }
}

/* Nothing goes through a reflecting wall, also where the field does; half of a box has the bits of the whole one. */
static double tangled(int d, const double x[3]) { /* even or odd about x = 0, as a mirror wants it; through the wall at x = 1 */
  double s = x[0];
  return d == 0 ? s * (1.5 + sin(2.0 * PI * x[1])) : d == 1 ? 1.0 + 0.5 * cos(2.0 * s) : 0.3 * cos(3.0 * s) * sin(2.0 * PI * x[1]);
}
static double heap(const double x[3]) { return exp(-4.0 * (x[0] * x[0] + (x[1] - 0.3) * (x[1] - 0.3))); }

static void test_mirror(void **unused) {
  (void)unused;
  int bad = 0;
  for (int variant = 0; variant < 4; variant++) {
    struct rays r[2];
    for (int whole = 0; whole < 2; whole++) {
      struct crt_params par = rays_params(1.0);
      par.closure = variant & 1 ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
      struct crt_member member = {1.0, variant & 2 ? 50.0 : 0.1};
      struct mesh_params mp = {.dim = 2, .cells = {whole ? 32 : 16, 16, 1}, .block = 8, .lower = {whole ? -1.0 : 0.0, 0.0},
                               .upper = {1.0, 1.0}, .boundary = {{BOUNDARY_REFLECTING, BOUNDARY_REFLECTING}}};
      rays_open(&r[whole], &mp, &par, 1, &member, 1.0, tangled, MPI_COMM_SELF);
      rays_set(&r[whole].mesh, &r[whole].crt.group[0].state, 0, heap);
      double before = rays_measure(&r[whole], 0, NULL).total;
      rays_run(&r[whole], 1.0, false, false);
      struct rays_figures f = rays_measure(&r[whole], 0, NULL);
      assert_true(fabs(f.total / before - 1.0) < 1e-13);
      assert_true(exact_value(&r[whole].crt.group[0].outflow[0]) == 0.0);
    }
    int i[3];
    for (int b = 0; b < r[0].mesh.count; b++)
      for (int o = 0; o < r[1].mesh.count; o++) {
        const int64_t *p = r[0].mesh.block[b].pos, *w = r[1].mesh.block[o].pos;
        if (w[0] != p[0] + 2 || w[1] != p[1]) continue;
        for (int c = 0; c < 2; c++)
          FOR_CELLS(i, r[0].mesh.nc)
            EXPECT(bad, "mirror", *value_at(&r[0].mesh, &r[0].crt.group[0].state, b, c, i) ==
                                      *value_at(&r[1].mesh, &r[1].crt.group[0].state, o, c, i));
      }
    for (int whole = 0; whole < 2; whole++) rays_close(&r[whole]);
  }
  assert_true(bad == 0);
}

/* A closed box along the field: a wave decays as exp(-kappa k^2 t). */
static double decayed = 1.0;
static double standing(const double x[3]) { return 1.0 + 0.5 * decayed * cos(PI * x[0]); }

static double closed_error(int cells) {
  const double v = 3.0 * cells, time = 0.05;
  struct crt_params par = rays_params(v);
  par.closure = CLOSURE_ISOTROPIC;
  struct crt_member member = {v, v * v / 3.0};
  struct mesh_params mp = {.dim = 1, .cells = {cells, 1, 1}, .block = 8, .upper = {1.0}, .boundary = {{BOUNDARY_REFLECTING, BOUNDARY_REFLECTING}}};
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, v, field_x, MPI_COMM_WORLD);
  decayed = 1.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, standing);
  double before = rays_measure(&r, 0, NULL).total;
  rays_run(&r, time, false, false);
  decayed = exp(-PI * PI * time);
  struct rays_figures f = rays_measure(&r, 0, standing);
  assert_true(fabs(f.total / before - 1.0) < 1e-13 && outflow(&r, 0) == 0.0);
  rays_close(&r);
  return f.error;
}

static void test_closed(void **unused) {
  (void)unused;
  double e32 = closed_error(32), e64 = closed_error(64);
  assert_true(e64 < 1e-3 && log2(e32 / e64) > 1.5);
}

/* With the gas out of one end and in through the other. */
static double moved;
static double mass_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? moved : 0.0;
}

static void test_advected(void **unused) {
  (void)unused;
  struct mesh_params mp = {.dim = 1, .cells = {32, 1, 1}, .block = 8, .upper = {1.0}, .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
  for (int absorbing = 0; absorbing < 2; absorbing++) {
    struct crt_params par = rays_params(1.0);
    struct crt_member member = {1.0, 0.0};
    if (absorbing) absorb_all(&par);
    struct rays r;
    struct field mass, density;
    rays_open(&r, &mp, &par, 1, &member, 1.0, field_x, MPI_COMM_WORLD);
    field_create(&mass, &r.mesh, "mass", CENTRING_FACE, 3);
    field_create(&density, &r.mesh, "density", CENTRING_CELL, 1);
    rays_set(&r.mesh, &density, 0, one);
    rays_fill_ghosts(&r, &density);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, one);
    moved = 0.4 / 32;
    int i[3], n[3];
    for (int b = 0; b < r.mesh.count; b++)
      for (int d = 0; d < 3; d++) {
        own_extent(&r.mesh, &mass, d, n);
        FOR_CELLS(i, n) *value_at(&r.mesh, &mass, b, d, i) = mass_x(d, NULL);
      }
    rays_fill_ghosts(&r, &mass);
    for (int step = 0; step < 100; step++) crt_advect(&r.crt, &r.mesh, r.x, 0, &mass, &density);
    struct rays_figures f = rays_measure(&r, 0, NULL);
    assert_true(fabs(f.total + outflow(&r, 0) - 1.0) < 1e-13);
    if (absorbing) assert_true(f.low >= 0.0 && f.high < 0.1);
    else assert_true(f.low == 1.0 && f.high == 1.0 && fabs(outflow(&r, 0)) < 1e-15);
    field_destroy(&mass);
    field_destroy(&density);
    rays_close(&r);
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_slab),   cmocka_unit_test(test_escape),   cmocka_unit_test(test_mirror),
      cmocka_unit_test(test_closed), cmocka_unit_test(test_advected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
