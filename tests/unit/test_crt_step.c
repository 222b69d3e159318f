/* Transport of cosmic rays on the whole mesh against exact solutions; conservation, positivity and bounds across levels; the same bits for all
 * ranks and sizes of blocks (run with 1, 2, 3). */
#include "tests/unit/crt_cases.h"

#include <complex.h>

static const double PI = 3.14159265358979323846;

/* ---- 1-D problems ---- */

static double field_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1.0 : 0.0;
}

static struct mesh_params line(int cells, double lower, double upper, int boundary) {
  return (struct mesh_params){.dim = 1, .cells = {cells, 1, 1}, .block = 32, .lower = {lower}, .upper = {upper}, .boundary = {{boundary, boundary}}};
}

static struct { double kappa, k, v, time, amplitude; double complex omega; } now;

static double one(const double x[3]) {
  (void)x;
  return 1.0;
}

/* S1: 1-D diffusion of a Gaussian, the problem cr_diffusion of Athena++. */
static double gauss(const double x[3]) {
  double s = 1.0 + 160.0 * now.kappa * now.time;
  return exp(-40.0 * x[0] * x[0] / s) / sqrt(s);
}
static double gauss_flux(const double x[3]) { return now.kappa * 80.0 * x[0] * exp(-40.0 * x[0] * x[0]); }

static double gauss_error(int cells, int form, double light) {
  const double c = 100.0;
  now.kappa = 1.0 / 30.0;
  struct crt_params par = rays_params(light);
  par.closure = CLOSURE_ISOTROPIC;
  par.form = form;
  struct crt_member member = {light, light * light / (3.0 * now.kappa)};
  struct mesh_params mp = line(cells, -1.0, 1.0, BOUNDARY_OUTFLOW);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, c, field_x, MPI_COMM_WORLD);
  now.time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, gauss);
  rays_set(&r.mesh, &r.crt.group[0].state, 1, gauss_flux);
  now.time = 0.2;
  rays_run(&r, now.time, false, false);
  struct rays_figures f = rays_measure(&r, 0, gauss);
  rays_close(&r);
  return f.error;
}

static void test_gauss(void **unused) {
  (void)unused;
  double e64 = gauss_error(64, RSOL_FULL, 100.0), e128 = gauss_error(128, RSOL_FULL, 100.0), e256 = gauss_error(256, RSOL_FULL, 100.0);
  assert_true(e256 < 2e-5); /* Athena++ asks for 8e-5 */
  assert_true(log2(e64 / e128) > 1.9 && log2(e128 / e256) > 1.9);
  /* Ten times the speed of light, reduced to the same: the same diffusion. */
  double reduced = gauss_error(256, RSOL_FLUX, 1000.0);
  assert_true(fabs(reduced - e256) < 1e-10);
}

/* S4: damped waves, omega^2 + i nu omega = V^2 k^2 / 3 with V = nu = 1. */
static double wave(const double x[3]) { return 1.0 + now.amplitude * creal(cexp(I * (now.k * x[0] - now.omega * now.time))); }
static double wave_flux(const double x[3]) {
  return now.amplitude * creal(now.omega / now.k * cexp(I * (now.k * x[0] - now.omega * now.time)));
}

static double wave_error(int cells, double k, double time) {
  now.k = k;
  now.amplitude = 0.1;
  now.omega = 0.5 * (-I + csqrt(-1.0 + 4.0 * k * k / 3.0));
  struct crt_params par = rays_params(1.0);
  par.closure = CLOSURE_ISOTROPIC;
  struct crt_member member = {1.0, 1.0};
  struct mesh_params mp = line(cells, 0.0, 2.0 * PI / k, BOUNDARY_PERIODIC);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_x, MPI_COMM_WORLD);
  now.time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, wave);
  rays_set(&r.mesh, &r.crt.group[0].state, 1, wave_flux);
  now.time = time;
  rays_run(&r, time, false, false);
  struct rays_figures f = rays_measure(&r, 0, wave);
  rays_close(&r);
  return f.error / (now.amplitude * exp(cimag(now.omega) * time));
}

static void test_telegraph(void **unused) {
  (void)unused;
  static const double k[] = {0.1, 0.5, 1.0, 3.0}, time[] = {50.0, 5.0, 3.0, 3.0}, most[] = {3e-4, 3e-4, 5e-4, 1e-3};
  for (int i = 0; i < 4; i++) {
    double e32 = wave_error(32, k[i], time[i]), e128 = wave_error(128, k[i], time[i]);
    assert_true(e128 < most[i]);
    assert_true(log2(e32 / e128) > 2 * 1.65); /* maxima are flattened a little */
  }
}

/* S5: without scattering a beam moves at V; isotropic rays part in two pulses at V / sqrt(3). */
static double pulse(double x) { return exp(-x * x / 0.02); }
static double beam(const double x[3]) { return pulse(x[0] - now.time); }
static double parted(const double x[3]) {
  double s = now.time / sqrt(3.0);
  return 0.5 * (pulse(x[0] - s) + pulse(x[0] + s));
}
static double stream_error(int cells, bool is_beam, double *low) {
  struct crt_params par = rays_params(1.0);
  par.closure = is_beam ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
  struct crt_member member = {1.0, 0.0};
  struct mesh_params mp = line(cells, -1.0, 1.0, BOUNDARY_PERIODIC);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 1.0, field_x, MPI_COMM_WORLD);
  now.time = 0.0;
  rays_set(&r.mesh, &r.crt.group[0].state, 0, beam);
  if (is_beam) rays_set(&r.mesh, &r.crt.group[0].state, 1, beam);
  now.time = 0.4;
  rays_run(&r, now.time, false, false);
  struct rays_figures f = rays_measure(&r, 0, is_beam ? beam : parted);
  rays_close(&r);
  *low = f.low;
  return f.error / (0.5 * sqrt(0.02 * PI));
}

static void test_stream(void **unused) {
  (void)unused;
  static const double most[] = {4e-3, 4e-4}, order[] = {1.5, 1.85};
  for (int b = 0; b < 2; b++) {
    double low[2], e128 = stream_error(128, b == 0, &low[0]), e512 = stream_error(512, b == 0, &low[1]);
    assert_true(low[0] >= 0.0 && low[1] >= 0.0);
    assert_true(e512 < most[b]);
    assert_true(log2(e128 / e512) > 2 * order[b]);
  }
}

/* S6: streaming at v_A = 1 from a triangle; at t = 0.5 the plateau is 1 high and reaches to 1.5 (number). */
static double triangle(const double x[3]) { return fmax(2.0 - fabs(x[0]), 0.0); }
static double plateau(const double x[3]) { return fmin(1.0, fmax(2.5 - fabs(x[0]), 0.0)); }

static void test_triangle(void **unused) {
  (void)unused;
  struct crt_params par = rays_params(100.0);
  par.closure = CLOSURE_ISOTROPIC;
  struct crt_member member = {100.0, 1e8};
  struct mesh_params mp = line(256, -3.5, 3.5, BOUNDARY_OUTFLOW);
  struct rays r;
  rays_open(&r, &mp, &par, 1, &member, 100.0, field_x, MPI_COMM_WORLD);
  rays_set(&r.mesh, &r.crt.group[0].state, 0, triangle);
  rays_set(&r.mesh, &r.alfven, 0, one);
  rays_fill_ghosts(&r, &r.alfven);
  double before = rays_measure(&r, 0, NULL).total;
  rays_run(&r, 0.5, false, true);
  struct rays_figures f = rays_measure(&r, 0, plateau);
  assert_true(f.low >= 0.0);
  assert_true(fabs(f.total / before - 1.0) < 1e-13);
  assert_true(f.error < 5e-3);
  int bad = 0, i[3];
  for (int b = 0; b < r.mesh.count; b++)
    FOR_CELLS(i, r.mesh.nc) {
      double x[3], q = *value_at(&r.mesh, &r.crt.group[0].state, b, 0, i);
      rays_place(&r.mesh, b, -1, i, x);
      if (fabs(x[0]) < 1.4) EXPECT(bad, "plateau", fabs(q - 1.0) < 0.01);
    }
  assert_true(all_agree(bad == 0));
  rays_close(&r);
}

/* ---- meshes with levels ---- */

static double field_wild(int d, const double x[3]) {
  double a = 2.0 * PI * x[(d + 1) % 3] / 1.4, b = 2.0 * PI * x[(d + 2) % 3] / 1.4;
  return 0.3 + sin(a + 0.5) * cos(2.0 * b) + 0.5 * cos(a - b + (double)d);
}
/* Sharp clouds in nothing. */
static double clouds(const double x[3]) {
  double s = sin(2.0 * PI * x[0] / 1.4 + 1.0) * cos(2.0 * PI * x[1] / 1.4) + 0.3 * sin(4.0 * PI * x[2] / 1.4);
  return s > 0.2 ? 1.0 + s : 0.0;
}
static double clouds_flux(const double x[3]) { return clouds(x) * sin(10.0 * x[0] + 7.0 * x[1]); }
static double clouds_above(const double x[3]) { return 10.0 + clouds(x); }
static double profile_of(const double x[3]) { return 1.5 + cos(2.0 * PI * x[0] / 1.4); }
static double alfven_of(const double x[3]) { return 0.03 + 0.02 * cos(2.0 * PI * x[1] / 1.4); }

static struct mesh_params closed(int c) {
  struct mesh_params par = case_params(&CASES[c]);
  memset(par.boundary, 0, sizeof par.boundary); /* BOUNDARY_PERIODIC */
  return par;
}

static void fill_clouds(struct rays *r) {
  struct field *state = &r->crt.group[0].state;
  rays_set(&r->mesh, state, 0, clouds);
  rays_set(&r->mesh, state, 1, clouds_above);
  rays_set(&r->mesh, state, 2, clouds_flux);
  rays_set(&r->mesh, state, 3, clouds_flux);
  rays_set(&r->mesh, &r->profile, 0, profile_of);
  rays_set(&r->mesh, &r->alfven, 0, alfven_of);
  rays_fill_ghosts(r, &r->profile);
  rays_fill_ghosts(r, &r->alfven);
}

/* Two populations on uniform and refined meshes: sums are kept, nothing gets negative, thick ones stay in their range, and all ranks
 * get what one gets. */
static void test_levels(void **unused) {
  (void)unused;
  static const int cases[] = {3, 5, 6, 7, 9, 11, 13, 14};
  int bad = 0;
  int64_t limited = 0;
  for (int n = 0; n < 8; n++)
    for (int variant = 0; variant < 4; variant++) {
      const char *name = CASES[cases[n]].name;
      struct mesh_params mesh = closed(cases[n]);
      struct crt_params par = rays_params(1.0);
      par.closure = variant & 1 ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
      par.form = variant & 2 ? RSOL_FLUX : RSOL_FULL;
      const struct crt_member thin[2] = {{1.0, 0.1}, {0.9, 0.0}}, thick[2] = {{1.0, 1e3}, {0.9, 2e3}};
      struct rays r, alone;
      rays_open(&r, &mesh, &par, 2, variant & 2 ? thick : thin, 0.7, field_wild, MPI_COMM_WORLD);
      rays_open(&alone, &mesh, &par, 2, variant & 2 ? thick : thin, 0.7, field_wild, MPI_COMM_SELF);
      fill_clouds(&r);
      fill_clouds(&alone);
      double before[2] = {rays_measure(&r, 0, NULL).total, rays_measure(&r, 1, NULL).total};
      for (int step = 0; step < 3; step++) {
        rays_run(&r, 0.05, variant == 1, variant == 2);
        rays_run(&alone, 0.05, variant == 1, variant == 2);
      }
      for (int c = 0; c < 2; c++) {
        struct rays_figures f = rays_measure(&r, c, NULL);
        EXPECT(bad, name, fabs(f.total / before[c] - 1.0) < 1e-14);
        EXPECT(bad, name, f.low >= 0.0);
        if (variant == 3 && c == 1) EXPECT(bad, name, f.low >= 10.0 - 1e-13 && f.high <= 12.3);
      }
      limited += r.crt.group[0].limited;
      EXPECT(bad, name, differences(&r.mesh, &r.crt.group[0].state, &alone.mesh, &alone.crt.group[0].state) == 0);
      EXPECT(bad, name, r.crt.group[0].limited == alone.crt.group[0].limited);
      rays_close(&r);
      rays_close(&alone);
    }
  EXPECT(bad, "limiter", limited > 1000);
  assert_true(all_agree(bad == 0));
}

/* Blocks of 8, 16 and 32 cells: the same bits. */
static void test_blocks(void **unused) {
  (void)unused;
  int bad = 0;
  static double first[2][32][32];
  for (int variant = 0; variant < 2; variant++)
    for (int block = 8; block <= 32; block *= 2) {
      struct mesh_params mesh = closed(6);
      mesh.cells[0] = mesh.cells[1] = 32;
      mesh.block = block;
      struct crt_params par = rays_params(1.0);
      const struct crt_member member[2] = {{1.0, variant ? 100.0 : 0.1}, {1.0, 3.0}};
      struct rays r;
      rays_open(&r, &mesh, &par, 2, member, 1.0, field_wild, MPI_COMM_SELF);
      fill_clouds(&r);
      rays_run(&r, 0.1, variant == 0, variant == 1);
      int i[3];
      for (int b = 0; b < r.mesh.count; b++)
        FOR_CELLS(i, r.mesh.nc) {
          const int64_t *at = r.mesh.block[b].pos;
          for (int c = 0; c < 2; c++) {
            double *to = &first[c][at[1] * block + i[1]][at[0] * block + i[0]], q = *value_at(&r.mesh, &r.crt.group[0].state, b, c, i);
            if (block == 8) *to = q;
            EXPECT(bad, "blocks", *to == q);
          }
        }
      rays_close(&r);
    }
  assert_true(all_agree(bad == 0));
}

/* S3: a wedge diffuses along a ring of field lines (Balsara 2007), cell averages by 4 x 4 points; with a refined patch too. */
static double field_ring(int d, const double x[3]) {
  double r = hypot(x[0], x[1]) + 1e-12;
  return d == 0 ? -x[1] / r : d == 1 ? x[0] / r : 0.0;
}
static double ring_dx;
static double ring(const double at[3]) {
  double sum = 0.0, w = sqrt(4.0 * now.kappa * now.time);
  for (int e = 0; e < 16; e++) {
    double x = at[0] + (e % 4 - 1.5) / 4.0 * ring_dx, y = at[1] + (e / 4 - 1.5) / 4.0 * ring_dx, r = hypot(x, y), phi = atan2(y, x);
    sum += 10.0;
    if (r <= 0.5 || r >= 0.7) continue;
    if (now.time == 0.0) sum += fabs(phi) < PI / 12.0 ? 2.0 : 0.0;
    for (int m = -20; now.time > 0.0 && m <= 20; m++) {
      double centre = phi + 2.0 * PI * m;
      sum += erfc((centre - PI / 12.0) * r / w) - erfc((centre + PI / 12.0) * r / w);
    }
  }
  return sum / 16.0;
}

static void test_ring(void **unused) {
  (void)unused;
  int bad = 0;
  for (int refined = 0; refined < 2; refined++)
    for (int thick = 0; thick < 2; thick++) {
      const int cells = 32;
      const double v = 3.0 * 0.01 * (thick ? 5.0 : refined ? 0.6 : 0.3) * cells / 2.0; /* optical depth of a cell, 0.3 of the finest */
      now.kappa = 0.01;
      ring_dx = 2.0 / cells;
      struct crt_params par = rays_params(v);
      par.closure = CLOSURE_ISOTROPIC;
      struct crt_member member = {v, v * v / (3.0 * now.kappa)};
      struct mesh_params mp = {.dim = 2, .cells = {cells, cells, 1}, .block = 8, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0},
                               .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}, {BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
      if (refined) {
        mp.max_level = 1;
        mp.region_count = 1;
        mp.region[0] = (struct mesh_region){1, {0.0, -0.4, 0.0}, {0.9, 0.9, 0.0}};
      }
      struct rays r;
      rays_open(&r, &mp, &par, 1, &member, v, field_ring, MPI_COMM_WORLD);
      now.time = 0.0;
      rays_set(&r.mesh, &r.crt.group[0].state, 0, ring);
      now.time = thick ? 20.0 : 200.0;
      for (int part = 0; part < 5; part++) {
        rays_run(&r, now.time / 5.0, false, false);
        EXPECT(bad, "ring", rays_measure(&r, 0, NULL).low >= 10.0 - 1e-12);
      }
      double error = rays_measure(&r, 0, ring).error;
      EXPECT(bad, "ring", error < (thick ? 0.02 : 0.010));
      rays_close(&r);
    }
  assert_true(all_agree(bad == 0));
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gauss),  cmocka_unit_test(test_telegraph), cmocka_unit_test(test_stream), cmocka_unit_test(test_triangle),
      cmocka_unit_test(test_levels), cmocka_unit_test(test_blocks),    cmocka_unit_test(test_ring),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
