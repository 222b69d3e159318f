/* Implicit steps of cosmic rays: order in time, wild fields over levels in one long step, the ring, streaming, walls, diffusion across the field
 * (run with 1, 2, 3). */
#include "crtransport/implicit.h"

#include "tests/unit/crt_cases.h"

static const double PI = 3.14159265358979323846;

static double field_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.0;
}
static double one(const double x[3]) {
  (void)x;
  return 1.0;
}

static struct crt_params implicit_params(double light, int order) {
  struct crt_params p = rays_params(light);
  p.closure = CLOSURE_ISOTROPIC;
  p.form = RSOL_FLUX;
  p.implicit = (struct crt_implicit_params){.order = order, .inertia = true, .tolerance = 1e-12};
  return p;
}

static struct mesh_params line(int cells, double lower, double upper, int boundary) {
  return (struct mesh_params){.dim = 1, .cells = {cells, 1, 1}, .block = 32, .lower = {lower}, .upper = {upper}, .boundary = {{boundary, boundary}}};
}

static void steps(struct rays *r, double time, int n, bool alfven) {
  for (int i = 0; i < n; i++) crt_implicit(&r->crt, &r->mesh, r->x, 0, time / n, NULL, alfven ? &r->alfven : NULL);
}

/* ---- order in time: a free wave, v = nu = 1, k = 3 ---- */

static double now_time;
static const double TURN = 1.6583123951777, WAVE = 3.0;
static double wave(const double x[3]) { return 1.0 + 0.1 * exp(-0.5 * now_time) * cos(WAVE * x[0] - TURN * now_time); }
static double wave_flux(const double x[3]) {
  const double at = WAVE * x[0] - TURN * now_time;
  return 0.1 * exp(-0.5 * now_time) * (TURN * cos(at) + 0.5 * sin(at)) / WAVE;
}

static double wave_error(int order, int n) {
  const struct crt_params par = implicit_params(1.0, order);
  const struct crt_member member = {1.0, 1.0};
  const struct mesh_params mp = line(256, 0.0, 2.0 * PI / WAVE, BOUNDARY_PERIODIC);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_x, MPI_COMM_WORLD);
  now_time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, wave);
  rays_set(&r.mesh, &r.crt.group[0].state, 1, wave_flux);
  const double before = rays_measure(&r, 0, NULL).total;
  steps(&r, 1.0, n, false);
  now_time = 1.0;
  const struct rays_figures f = rays_measure(&r, 0, wave);
  assert_true(fabs(f.total / before - 1.0) < 1e-13);
  rays_close(&r);
  return f.error;
}

static void test_order(void **unused) {
  (void)unused;
  const double first = log2(wave_error(1, 16) / wave_error(1, 32)), second = log2(wave_error(2, 8) / wave_error(2, 16));
  assert_true(first > 0.85 && first < 1.2); /* measured 0.95 */
  assert_true(second > 1.8 && second < 2.3);
}

/* ---- anything in one long step ---- */

static double field_wild(int d, const double x[3]) {
  const double a = 2.0 * PI * x[(d + 1) % 3] / 1.4, b = 2.0 * PI * x[(d + 2) % 3] / 1.4;
  return 0.3 + sin(a + 0.5) * cos(2.0 * b) + 0.5 * cos(a - b + (double)d);
}
static double clouds(const double x[3]) {
  const double s = sin(2.0 * PI * x[0] / 1.4 + 1.0) * cos(2.0 * PI * x[1] / 1.4) + 0.3 * sin(4.0 * PI * x[2] / 1.4);
  return s > 0.2 ? 1.0 + s : 0.0;
}
static double beams(const double x[3]) { return (x[0] > 0.7 ? 0.9 : -0.9) * clouds(x); }

static void wild(int dim, int order, int closure, double rate, double cfl, bool inertia) {
  struct crt_params par = implicit_params(1.0, order);
  const struct crt_member member[2] = {{1.0, rate}, {0.5, 10.0 * rate}};
  struct mesh_params mp = {.dim = dim, .cells = {16, 16, dim > 2 ? 16 : 1}, .block = 8, .max_level = 1, .region_count = 1, .upper = {1.4, 1.4, 1.4}};
  struct rays r;
  par.closure = closure;
  par.implicit.inertia = inertia;
  par.implicit.tolerance = 1e-8;
  mp.region[0] = (struct mesh_region){1, {0.3, 0.3, 0.3}, {0.8, 0.8, 0.8}};
  rays_open(&r, &mp, &par, 2, member, 1.0, field_wild, MPI_COMM_WORLD);
  double before[2];
  for (int p = 0; p < 2; p++) {
    rays_set(&r.mesh, &r.crt.group[0].state, p, clouds);
    before[p] = rays_measure(&r, p, NULL).total;
  }
  rays_set(&r.mesh, &r.crt.group[0].state, 2, beams);
  steps(&r, 2.0 * cfl * 1.4 / 32.0, 2, false);
  for (int p = 0; p < 2; p++) {
    const struct rays_figures f = rays_measure(&r, p, NULL);
    const bool good = f.low >= 0.0 && f.high < 10.0 && fabs(f.total / before[p] - 1.0) < 1e-13;
    if (!good) fprintf(stderr, "dim %d order %d closure %d rate %g cfl %g: %g to %g, sum %g\n", dim, order, closure, rate, cfl, f.low, f.high, f.total / before[p] - 1.0);
    assert_true(good);
  }
  const struct crt_implicit_cost c = crt_implicit_cost(&r.crt);
  const bool solved = c.unsettled == 0 && c.residual <= 1e-8;
  if (!solved) fprintf(stderr, "dim %d order %d closure %d rate %g cfl %g: %d not solved, residual %g\n", dim, order, closure, rate, cfl, (int)c.unsettled, c.residual);
  assert_true(solved);
  rays_close(&r);
}

static void test_wild(void **unused) {
  (void)unused;
  for (int order = 1; order <= 2; order++) {
    wild(2, order, CLOSURE_ISOTROPIC, 30.0, 1.0, true);
    wild(2, order, CLOSURE_ISOTROPIC, 0.1, 10.0, true);
    wild(2, order, CLOSURE_M1, 0.1, 3.0, true);
    wild(3, order, CLOSURE_M1, 30.0, order == 1 ? 1000.0 : 10.0, true);
  }
  wild(2, 1, CLOSURE_ISOTROPIC, 30.0, 100.0, false);
}

/* ---- the ring: nothing below the medium, little across the field ---- */

static double field_ring(int d, const double x[3]) {
  const double r = sqrt(x[0] * x[0] + x[1] * x[1]) + 1e-30;
  return d == 0 ? -x[1] / r : d == 1 ? x[0] / r : 0.0;
}
static double wedge(const double x[3]) {
  const double r = sqrt(x[0] * x[0] + x[1] * x[1]);
  return r > 0.5 && r < 0.7 && fabs(atan2(x[1], x[0])) < PI / 12.0 ? 12.0 : 10.0;
}
static double late(const double x[3]) {
  const double r = sqrt(x[0] * x[0] + x[1] * x[1]);
  return r > 0.5 && r < 0.7 ? 10.0 + 1.0 / 6.0 : 10.0;
}

static void test_ring(void **unused) {
  (void)unused;
  const struct crt_params par = implicit_params(1.0, 1);
  const struct crt_member member = {1.0, 100.0 / 3.0};
  const int outflow = BOUNDARY_OUTFLOW;
  const struct mesh_params mp = {.dim = 2, .cells = {32, 32, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0},
                                 .boundary = {{outflow, outflow}, {outflow, outflow}}};
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_ring, MPI_COMM_WORLD);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, wedge);
  steps(&r, 400.0, 8, false);
  const struct rays_figures f = rays_measure(&r, 0, late);
  rays_close(&r);
  if (!(f.low >= 10.0 && f.error < 0.02)) fprintf(stderr, "ring: least %.15g, error %g\n", f.low, f.error);
  assert_true(f.low >= 10.0);
  assert_true(f.error < 0.02); /* the cells cut by the edges of the ring among it */
}

/* ---- streaming: a triangle becomes a plateau ---- */

static double triangle(const double x[3]) { return fmax(2.0 - fabs(x[0]), 0.0); }
static double plateau(const double x[3]) { return fmin(1.0, fmax(2.5 - fabs(x[0]), 0.0)); }

static void test_triangle(void **unused) {
  (void)unused;
  const struct crt_params par = implicit_params(100.0, 1);
  const struct crt_member member = {100.0, 1e8};
  const struct mesh_params mp = line(256, -3.5, 3.5, BOUNDARY_OUTFLOW);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 100.0, field_x, MPI_COMM_WORLD);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, triangle);
  rays_set(&r.mesh, &r.alfven, 0, one);
  rays_fill_ghosts(&r, &r.alfven);
  const double before = rays_measure(&r, 0, NULL).total;
  steps(&r, 0.5, 50, true);
  const struct rays_figures f = rays_measure(&r, 0, plateau);
  if (!(f.low >= 0.0 && f.high < 1.1 && f.error < 0.02)) fprintf(stderr, "triangle: %g to %g, error %g\n", f.low, f.high, f.error);
  assert_true(f.low >= 0.0 && f.high < 1.1 && f.error < 0.02);
  assert_true(fabs(f.total / before - 1.0) < 1e-13);
  rays_close(&r);
}

/* ---- walls that absorb: the slowest mode, q = cos(pi x / 2) exp(-kappa (pi / 2)^2 t) where cells are thick, and the books ---- */

static double mode(const double x[3]) { return cos(0.5 * PI * x[0]) * exp(-0.25 * PI * PI * now_time); }

static void test_walls(void **unused) {
  (void)unused;
  for (int order = 1; order <= 2; order++) {
    struct crt_params par = implicit_params(1e3, order);
    const struct crt_member member = {1e3, 1e6 / 3.0};
    const struct mesh_params mp = line(64, -1.0, 1.0, BOUNDARY_OUTFLOW);
    struct rays r;
    par.boundary[0][0] = par.boundary[0][1] = CRT_BOUNDARY_ABSORBING;
    rays_open(&r, &mp, &par, 1, &member, 1e3, field_x, MPI_COMM_WORLD);
    now_time = 0.0;
    rays_set(&r.mesh, &r.crt.group[0].state, 0, mode);
    const double before = rays_measure(&r, 0, NULL).total;
    steps(&r, 0.2, 40, false);
    now_time = 0.2;
    const struct rays_figures f = rays_measure(&r, 0, mode);
    double left = exact_value(&r.crt.group[0].outflow[0]);
    MPI_Allreduce(MPI_IN_PLACE, &left, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    const bool good = fabs((f.total + left) / before - 1.0) < 1e-13 && f.error < (order == 1 ? 5e-3 : 1e-3);
    if (!good) fprintf(stderr, "walls, order %d: error %g, books %g\n", order, f.error, (f.total + left) / before - 1.0);
    assert_true(good);
    rays_close(&r);
  }
}

/* ---- diffusion across the field, and without direction: variances grow by 2 D t ---- */

static double blob(const double x[3]) { return exp(-50.0 * (x[0] * x[0] + x[1] * x[1])); }
static int axis;
static double square(const double x[3]) { return x[axis] * x[axis]; }

static double variance(const struct rays *r, int a) {
  const struct mesh *m = &r->mesh;
  double sums[2] = {0.0, 0.0};
  int i[3];
  axis = a;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3], q = *value_at(m, &r->crt.group[0].state, b, 0, i);
      rays_place(m, b, -1, i, x);
      sums[0] += q;
      sums[1] += q * square(x);
    }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sums[1] / sums[0];
}

static void test_across(void **unused) {
  (void)unused;
  for (int isotropic = 0; isotropic < 2; isotropic++) {
    struct crt_params par = implicit_params(1e3, 1);
    const struct crt_member member = {1e3, 1e6 / 3.0}; /* kappa = 1 */
    const struct mesh_params mp = {.dim = 2, .cells = {64, 64, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0}};
    struct rays r;
    par.implicit.isotropic = isotropic;
    par.implicit.perpendicular = 0.25;
    rays_open(&r, &mp, &par, 1, &member, 1e3, field_x, MPI_COMM_WORLD);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, blob);
    const double x0 = variance(&r, 0), y0 = variance(&r, 1), t = 0.01;
    steps(&r, t, 10, false);
    const double x = (variance(&r, 0) - x0) / (2.0 * t), y = (variance(&r, 1) - y0) / (2.0 * t);
    if (isotropic) assert_true(fabs(3.0 * x - 1.0) < 0.02 && fabs(3.0 * y - 1.0) < 0.02);
    else assert_true(fabs(x - 1.0) < 0.02 && fabs(4.0 * y - 1.0) < 0.02);
    rays_close(&r);
  }
}

/* ---- what a step costs: two systems for order 2, and more the further particles diffuse, whichever populations are beside them ---- */

static void test_price(void **unused) {
  (void)unused;
  const struct mesh_params mp = line(64, 0.0, 64.0, BOUNDARY_PERIODIC);
  const struct crt_member thick = {1.0, 1e6}, thin = {1.0, 1e-6}, both[2] = {thin, thick};
  double price[2];
  for (int order = 1; order <= 2; order++) {
    const struct crt_params par = implicit_params(1.0, order);
    struct rays r;
    rays_open(&r, &mp, &par, 1, &thick, 1.0, field_x, MPI_COMM_WORLD);
    const int far = crt_add_group(&r.crt, &r.mesh, 1, &thin, 1.0), mixed = crt_add_group(&r.crt, &r.mesh, 2, both, 1.0);
    price[order - 1] = crt_implicit_price(&r.crt, &r.mesh, 0, 10.0);
    const double one = crt_implicit_price(&r.crt, &r.mesh, far, 10.0), ten = crt_implicit_price(&r.crt, &r.mesh, far, 100.0);
    assert_true(ten > 2.0 * one && ten < 10.0 * one && one > 1.1 * price[order - 1]);
    assert_true(fabs(crt_implicit_price(&r.crt, &r.mesh, mixed, 10.0) - 0.5 * (one + price[order - 1])) < 1e-12 * one);
    rays_close(&r);
  }
  assert_true(fabs(price[1] / price[0] - 2.0) < 0.01);
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),    cmocka_unit_test(test_wild),  cmocka_unit_test(test_ring),
      cmocka_unit_test(test_triangle), cmocka_unit_test(test_walls), cmocka_unit_test(test_across), cmocka_unit_test(test_price),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
