/* The scheme of the transport on problems it was not tuned on: oblique fields, null points, level jumps in 3-D, steady states for all reduced speeds
 * of light, diffusion in one moment (run with 1). */
#include "tests/unit/crt_cases.h"

static const double PI = 3.14159265358979323846;

static struct { double angle, tilt, kappa, time; } now;

static double field_angle(int d, const double x[3]) {
  (void)x;
  const double b[3] = {cos(now.angle) * cos(now.tilt), sin(now.angle) * cos(now.tilt), sin(now.tilt)};
  return b[d];
}
static double field_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.0;
}
static double blob(const double x[3]) { return exp(-50.0 * (x[0] * x[0] + x[1] * x[1])); }

struct width { double along, across; };

/* Second moments of the blob. */
static struct width width_of(const struct rays *r) {
  double n = 0.0, along = 0.0, across = 0.0;
  int i[3];
  for (int b = 0; b < r->mesh.count; b++)
    FOR_CELLS(i, r->mesh.nc) {
      double x[3], q = *value_at(&r->mesh, &r->crt.group[0].state, b, 0, i);
      rays_place(&r->mesh, b, -1, i, x);
      double s = x[0] * cos(now.angle) + x[1] * sin(now.angle), t = x[1] * cos(now.angle) - x[0] * sin(now.angle);
      n += q;
      along += q * s * s;
      across += q * t * t;
    }
  return (struct width){along / n, across / n};
}

/* Diffusion of a blob along a uniform field at several angles: none across. */
static void test_oblique(void **unused) {
  (void)unused;
  for (int scheme = 0; scheme < 2; scheme++)
    for (int a = 0; a < 4; a++) {
      const int cells = 48;
      const double kappa = 0.01, v = 3.0 * kappa * 2.0 * cells / 2.0, time = 2.0; /* optical depth 2 */
      now.angle = (double[]){0.0, 0.25, PI / 4.0, 1.2}[a];
      now.tilt = 0.0;
      struct crt_params par = rays_params(v);
      par.closure = CLOSURE_ISOTROPIC;
      par.scheme = scheme ? CRT_DIFFUSION : CRT_TWO_MOMENTS;
      struct crt_member member = {v, v * v / (3.0 * kappa)};
      struct mesh_params mp = {.dim = 2, .cells = {cells, cells, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0}};
      struct rays r;
      rays_open(&r, &mp, &par, 1, &member, v, field_angle, MPI_COMM_SELF);
      rays_set(&r.mesh, &r.crt.group[0].state, 0, blob);
      struct width w0 = width_of(&r);
      rays_run(&r, time, false, false);
      struct width w1 = width_of(&r);
      double along = (w1.along - w0.along) / (2.0 * time * kappa), across = (w1.across - w0.across) / (2.0 * time * kappa);
      assert_true(fabs(along - 1.0) < (scheme ? 0.03 : 0.015)); /* the flux sets in late */
      assert_true(fabs(across) < 5e-4 * along);
      assert_true(rays_measure(&r, 0, NULL).low >= 0.0);
      rays_close(&r);
    }
}

/* A jump of two values along an oblique field, whose exact solution is an error function along it. */
static double jump_dx;
static double jump(const double x[3]) {
  double sum = 0.0, w = sqrt(4.0 * now.kappa * now.time);
  for (int e = 0; e < 64; e++) { /* mean over the cell */
    double s = (x[0] + jump_dx * (e % 8 - 3.5) / 8.0) * cos(now.angle) + (x[1] + jump_dx * (e / 8 - 3.5) / 8.0) * sin(now.angle);
    sum += 1.0 + 4.5 * erfc(w > 0.0 ? s / w : s > 0.0 ? 30.0 : -30.0);
  }
  return sum / 64.0;
}

static void test_jump(void **unused) {
  (void)unused;
  for (int thick = 0; thick < 2; thick++) {
    const int cells = 64;
    const double v = 3.0 * 0.01 * (thick ? 3.0 : 0.7) * cells / 2.0;
    jump_dx = 2.0 / cells;
    now.angle = 0.5;
    now.kappa = 0.01;
    struct crt_params par = rays_params(v);
    par.closure = CLOSURE_ISOTROPIC;
    struct crt_member member = {v, v * v / (3.0 * now.kappa)};
    const int ends[2] = {BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW};
    struct mesh_params mp = {.dim = 2, .cells = {cells, cells, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0},
                             .boundary = {{ends[0], ends[1]}, {ends[0], ends[1]}}};
    struct rays r;
    rays_open(&r, &mp, &par, 1, &member, v, field_angle, MPI_COMM_SELF);
    now.time = 0.0;
    rays_set(&r.mesh, &r.crt.group[0].state, 0, jump);
    rays_run(&r, 0.5, false, false);
    int bad = 0, i[3];
    now.time = 0.5;
    double error = 0.0;
    for (int b = 0; b < r.mesh.count; b++)
      FOR_CELLS(i, r.mesh.nc) {
        double x[3], q = *value_at(&r.mesh, &r.crt.group[0].state, b, 0, i);
        rays_place(&r.mesh, b, -1, i, x);
        EXPECT(bad, "bounds", q >= 1.0 - 1e-13 && q <= 10.0 + 1e-12);
        if (fabs(x[0]) < 0.5 && fabs(x[1]) < 0.5) error += fabs(q - jump(x)) / (0.25 * cells * cells);
      }
    assert_true(bad == 0);
    assert_true(error < (thick ? 0.065 : 0.11));
    rays_close(&r);
  }
}

/* Null points, where |B| goes to zero and b turns within a cell. */
static double field_null(int d, const double x[3]) { return d == 0 ? sin(PI * x[0]) : d == 1 ? -sin(PI * x[1]) : 0.0; }
static double field_nothing(int d, const double x[3]) {
  (void)d, (void)x;
  return 0.0;
}
static double uneven(const double x[3]) { return x[0] > 0.1 && x[1] < 0.2 ? 1.0 + x[0] : 0.0; }
static double nothing(const double x[3]) {
  (void)x;
  return 0.0;
}
static double flat(const double x[3]) {
  (void)x;
  return 3.0;
}

static void test_null(void **unused) {
  (void)unused;
  for (int variant = 0; variant < 8; variant++) {
    struct crt_params par = rays_params(1.0);
    par.closure = variant & 1 ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
    struct crt_member member = {1.0, variant & 2 ? 1e3 : 0.1};
    struct mesh_params mp = {.dim = 2, .cells = {32, 32, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0}};
    struct rays r;
    rays_open(&r, &mp, &par, 1, &member, 1.0, variant & 4 ? field_nothing : field_null, MPI_COMM_SELF);
    struct field *state = &r.crt.group[0].state;
    rays_set(&r.mesh, state, 0, uneven);
    double before = rays_measure(&r, 0, NULL).total, start = rays_measure(&r, 0, uneven).error;
    rays_run(&r, 1.0, false, false);
    struct rays_figures f = rays_measure(&r, 0, uneven);
    assert_true(start == 0.0 && f.low >= 0.0 && fabs(f.total / before - 1.0) < 1e-13);
    if (variant & 4) assert_true(f.error == 0.0); /* nothing moves */
    else assert_true(isfinite(f.error) && f.error > 0.0);
    /* Isotropic rays of one density stay at rest where closure is isotropic, whatever the field does. */
    rays_set(&r.mesh, state, 0, flat);
    rays_set(&r.mesh, state, 1, nothing);
    rays_run(&r, 1.0, false, false);
    f = rays_measure(&r, 0, flat);
    assert_true(f.error < 1e-13);
    rays_close(&r);
  }
}

/* From 0 to 1, without order. */
static double noise(const double x[3], double seed) {
  const double s = 43758.5453 * sin(127.1 * x[0] + 311.7 * x[1] + seed);
  return s - floor(s);
}
static double least(const double x[3]) { return 4.95e-324 * floor(12.0 * noise(x, 0.0)); }
static double away(const double x[3]) { return 1e-310 * (noise(x, 1.0) - 0.5); }
static double field_even(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.9;
}

/* Shares of the least numbers that there are, rounded, may be more than all. */
static void test_least(void **unused) {
  (void)unused;
  const struct crt_params par = rays_params(1.0);
  const struct crt_member member = {1.0, 0.1};
  const struct mesh_params mp = {.dim = 2, .cells = {32, 32, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0}};
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_even, MPI_COMM_SELF);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, least);
  rays_set(&r.mesh, &r.crt.group[0].state, 1, away);
  rays_run(&r, 0.01, false, false);
  assert_true(rays_measure(&r, 0, NULL).low >= 0.0);
  rays_close(&r);
}

/* S4 where the bounds of the limiter hold: waves of the two moments along the field, on a mesh that knows it or not.  Error over the amplitude. */
static struct { double k[2], turn, decay; } wave;
static double field_wave(int d, const double x[3]) {
  (void)x;
  return d < 2 ? wave.k[d] / hypot(wave.k[0], wave.k[1]) : 0.0;
}
static double wave_part(const double x[3], double c, double s) {
  const double phase = wave.k[0] * x[0] + wave.k[1] * x[1] - wave.turn * now.time;
  return 1e-3 * exp(-wave.decay * now.time) * (c * cos(phase) + s * sin(phase));
}
static double wave_q(const double x[3]) { return 1.0 + wave_part(x, 1.0, 0.0); }
static double wave_f(const double x[3]) { return wave_part(x, wave.turn, wave.decay) / hypot(wave.k[0], wave.k[1]); }

static double wave_error(int dim, int cells, int mx, int my) {
  const double size = 2.0 * PI * hypot(mx, my); /* k = 1, V = nu = 1 */
  struct crt_params par = rays_params(1.0);
  par.closure = CLOSURE_ISOTROPIC;
  struct crt_member member = {1.0, 1.0};
  struct mesh_params mp = {.dim = dim, .cells = {cells, dim > 1 ? cells : 1, 1}, .block = 8, .upper = {size, size, 1.0}};
  struct rays r;
  wave.k[0] = mx / hypot(mx, my);
  wave.k[1] = my / hypot(mx, my);
  wave.turn = sqrt(1.0 / 3.0 - 0.25);
  wave.decay = 0.5;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_wave, MPI_COMM_SELF);
  now.time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, wave_q);
  rays_set(&r.mesh, &r.crt.group[0].state, 1, wave_f);
  now.time = 2.0;
  rays_run(&r, now.time, false, false);
  double error = rays_measure(&r, 0, wave_q).error / (1e-3 * exp(-wave.decay * now.time));
  rays_close(&r);
  return error;
}

/* Optical depth of a cell 0.26 to 0.56; 0.1 to 0.5 where the limiter cuts maxima. */
static void test_waves(void **unused) {
  (void)unused;
  assert_true(wave_error(1, 24, 1, 0) < 0.025 && wave_error(1, 16, 1, 0) < 0.06);
  assert_true(wave_error(2, 32, 1, 1) < 0.03 && wave_error(2, 24, 1, 1) < 0.04 && wave_error(2, 16, 1, 1) < 0.06);
  assert_true(wave_error(2, 48, 2, 1) < 0.09 && wave_error(2, 16, 0, 1) < 0.06);
}

/* S3: nothing goes below the background of the ring, for all optical depths. */
static double field_ring(int d, const double x[3]) {
  double r = hypot(x[0], x[1]) + 1e-12;
  return d == 0 ? -x[1] / r : d == 1 ? x[0] / r : 0.0;
}
static double wedge(const double x[3]) { /* means over cells of 1/16 */
  int in = 0;
  for (int e = 0; e < 16; e++) {
    double u = x[0] + (e % 4 - 1.5) / 64.0, v = x[1] + (e / 4 - 1.5) / 64.0, r = hypot(u, v);
    in += r > 0.5 && r < 0.7 && fabs(atan2(v, u)) < PI / 12.0;
  }
  return 10.0 + 2.0 * in / 16.0;
}

static void test_background(void **unused) {
  (void)unused;
  static const double depth[] = {0.26, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 2.0, 4.0, 10.0};
  for (size_t n = 0; n < sizeof depth / sizeof *depth; n++) {
    const double v = 3.0 * 0.01 * depth[n] * 16.0, time = depth[n] > 1.0 ? 10.0 : 60.0;
    struct crt_params par = rays_params(v);
    par.closure = CLOSURE_ISOTROPIC;
    struct crt_member member = {v, v * v / (3.0 * 0.01)};
    const int end = BOUNDARY_OUTFLOW;
    struct mesh_params mp = {.dim = 2, .cells = {32, 32, 1}, .block = 16, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0},
                             .boundary = {{end, end}, {end, end}}};
    struct rays r;
    rays_open(&r, &mp, &par, 1, &member, v, field_ring, MPI_COMM_SELF);
    rays_set(&r.mesh, &r.crt.group[0].state, 0, wedge);
    for (int part = 0; part < 40; part++) {
      rays_run(&r, time / 40.0, false, false);
      struct rays_figures f = rays_measure(&r, 0, NULL);
      assert_true(f.low >= 10.0 - 1e-12 && f.high <= 12.0);
    }
    rays_close(&r);
  }
}

/* S2: a blob in 3-D along the diagonal plane with a refined patch across it. */
static double ball(const double x[3]) {
  double s = (x[0] + x[1]) * sqrt(0.5), t = (x[1] - x[0]) * sqrt(0.5), w = 1.0 + 160.0 * now.kappa * now.time;
  return 0.1 + exp(-40.0 * s * s / w - 20.0 * (t * t + x[2] * x[2])) / sqrt(w);
}

static double ball_error(int cells, bool refined) {
  now.angle = PI / 4.0;
  now.tilt = 0.0;
  now.kappa = 1.0 / 30.0;
  const double v = 3.0 * now.kappa * cells / 2.0 * 2.0;
  struct crt_params par = rays_params(v);
  par.closure = CLOSURE_ISOTROPIC;
  struct crt_member member = {v, v * v / (3.0 * now.kappa)};
  struct mesh_params mp = {.dim = 3, .cells = {cells, cells, cells}, .block = 8, .lower = {-1.0, -1.0, -1.0}, .upper = {1.0, 1.0, 1.0}};
  if (refined) {
    mp.max_level = 1;
    mp.region_count = 1;
    mp.region[0] = (struct mesh_region){1, {0.05, -0.45, -0.45}, {0.45, 0.45, 0.45}};
  }
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, v, field_angle, MPI_COMM_SELF);
  now.time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, ball);
  double before = rays_measure(&r, 0, NULL).total;
  rays_run(&r, 0.1, false, false);
  now.time = 0.1;
  struct rays_figures f = rays_measure(&r, 0, ball);
  assert_true(fabs(f.total / before - 1.0) < 1e-13);
  rays_close(&r);
  return f.error;
}

static void test_patch(void **unused) {
  (void)unused;
  double e16 = ball_error(16, true), e32 = ball_error(32, true), u32 = ball_error(32, false);
  assert_true(log2(e16 / e32) > 1.0);
  assert_true(e32 < 1.5 * u32);
}

/* The steady state between absorbing walls does not depend on c~. */
static double source(const double x[3]) { return cos(0.5 * PI * x[0]); }
static double steady(const double x[3]) { return 4.0 / (PI * PI) * cos(0.5 * PI * x[0]); }

static double slab_error(int form, double share, double time) {
  const int cells = 32;
  const double c = 3000.0, dt = 0.3 / 16.0 / (c * share);
  struct crt_params par = rays_params(c);
  par.closure = CLOSURE_ISOTROPIC;
  par.form = form;
  par.boundary[0][0] = par.boundary[0][1] = CRT_BOUNDARY_ABSORBING;
  struct crt_member member = {c, c * c / 3.0}; /* kappa = 1 */
  struct mesh_params mp = {.dim = 1, .cells = {cells, 1, 1}, .block = 16, .lower = {-1.0}, .upper = {1.0},
                           .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, c * share, field_x, MPI_COMM_SELF);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, steady);
  const double slower = form == RSOL_FULL ? share : 1.0;
  int i[3];
  for (int s = 0; s * dt * slower < time; s++) {
    for (int b = 0; b < r.mesh.count; b++)
      FOR_CELLS(i, r.mesh.nc) {
        double x[3];
        rays_place(&r.mesh, b, -1, i, x);
        *value_at(&r.mesh, &r.crt.group[0].state, b, 0, i) += slower * dt * source(x);
      }
    crt_transport(&r.crt, &r.mesh, r.x, 0, dt, 1, NULL, NULL);
  }
  double total = rays_measure(&r, 0, NULL).total;
  rays_close(&r);
  return total;
}

static void test_steady(void **unused) {
  (void)unused;
  double full = slab_error(RSOL_FULL, 0.01, 2.0), flux = slab_error(RSOL_FLUX, 0.01, 2.0), slow = slab_error(RSOL_FULL, 0.003, 2.0);
  double fast = slab_error(RSOL_FLUX, 0.1, 2.0);
  assert_true(fabs(flux / full - 1.0) < 1e-3 && fabs(slow / full - 1.0) < 1e-3 && fabs(fast / full - 1.0) < 1e-3);
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_oblique), cmocka_unit_test(test_jump),   cmocka_unit_test(test_null),    cmocka_unit_test(test_least),
      cmocka_unit_test(test_waves),   cmocka_unit_test(test_background),
      cmocka_unit_test(test_patch),   cmocka_unit_test(test_steady),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
