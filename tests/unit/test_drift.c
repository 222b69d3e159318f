/* Streaming: energy that waves carry, on refined meshes and for all ranks; heat of the gas; the triangle of streaming particles. */
#include "microphysics/lism.h"
#include "tests/unit/full_cases.h"

static const double TURN = 6.283185307179586;

static void gas_waves(const double x[3], struct gas *g, double w[5]) {
  (void)g;
  double s = sin(TURN * x[0]), c = cos(TURN * (x[0] + 2.0 * x[1] - x[2]));
  w[0] = 1.0 + 0.3 * s;
  w[1] = w[2] = w[3] = 0.0;
  w[4] = 1e-4 * (1.0 + 0.2 * c);
}

static double tilted(int d, const double x[3]) {
  return d == 0 ? 0.03 + 0.01 * sin(TURN * x[1]) : d == 1 ? 0.02 * cos(TURN * x[2]) : 0.01 + 0.01 * cos(TURN * x[0]);
}

/* Density by place, F down the gradient or not. */
static void fill(struct full *f, double flow) {
  const struct mesh *m = &f->w.mesh;
  const int bins = cr_network_bins(&f->r.net);
  double *lo = memory_get(sizeof *lo * 2 * (size_t)bins), *hi = lo + bins;
  int i[3];
  cr_lism(&f->r.net, lo, hi);
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc)
      for (int p = 0; p < f->r.count; p++) {
        double q = (p % 2 ? hi : lo)[p / 2] * (0.1 + place_noise(m, b, p, i));
        *full_value(f, p, b, 0, i) = q;
        *full_value(f, p, b, 1, i) = flow * (place_noise(m, b, p + 100, i) - 0.5) * f->r.population[p].speed * q;
      }
  memory_free(lo);
}

static struct mesh_params refined(int dim) {
  struct mesh_params par = {.dim = dim, .block = 8, .max_level = dim > 1 ? 2 : 0, .region_count = dim > 1};
  for (int d = 0; d < 3; d++) {
    par.cells[d] = 16;
    par.lower[d] = -0.5;
    par.upper[d] = 0.5;
  }
  par.region[0] = (struct mesh_region){2, {0.1, 0.1, 0.1}, {0.2, 0.2, 0.2}};
  return par;
}

/* What cosmic rays lose is what the gas gets, on a refined mesh; the same bits as on one rank. */
static void test_levels(void **unused) {
  (void)unused;
  for (int dim = 1; dim <= 3; dim++) {
    struct rays_params par = full_params(NETWORK_PROTONS);
    par.coupling = COUPLING_HEATING;
    for (int k = 0; k < LOSS_COUNT; k++) par.cr.batch.loss.scale[k] = k == LOSS_STREAMING;
    for (int k = 0; k < FATE_COUNT; k++) par.cr.batch.fate.scale[k] = 0.0;
    par.cr.batch.secondary.scale = 0.0;
    const struct mesh_params mesh = refined(dim);
    struct full f, one;
    full_open(&f, &mesh, &par, gas_waves, tilted, MPI_COMM_WORLD);
    full_open(&one, &mesh, &par, gas_waves, tilted, MPI_COMM_SELF);
    fill(&f, 1e-2);
    fill(&one, 1e-2);
    const struct full_totals start = full_measure(&f);
    rays_momentum(&f.r, &f.w.mesh, f.w.x, &f.w.gas, 0.0, 0.01, CR_MOMENTUM_FIRST);
    rays_momentum(&one.r, &one.w.mesh, one.w.x, &one.w.gas, 0.0, 0.01, CR_MOMENTUM_FIRST);
    const struct full_totals end = full_measure(&f);
    const double scale = f.r.scale.pressure, lost = start.energy[0] - end.energy[0] - full_ledger(&f, 0, ENTRY_TOP, true) / f.r.scale.number;
    /* It is worth looking: there is much more in single cells. */
    double most = 0.0;
    int i[3];
    for (int b = 0; b < f.w.mesh.count; b++)
      FOR_CELLS(i, f.w.mesh.nc) most = fmax(most, fabs(*value_at(&f.w.mesh, &f.r.exchange, b, 0, i)));
    assert_true(all_agree(f.w.mesh.count == 0 || most > 1e-8 * scale * start.energy[0]));
    assert_true(fabs(scale * lost - end.exchange[0]) < 1e-13 * scale * start.energy[0]);
    assert_true(end.exchange[0] == end.exchange[1]);
    int64_t bad = differences(&f.w.mesh, &f.r.exchange, &one.w.mesh, &one.r.exchange);
    bad += differences(&f.w.mesh, &f.r.transport.group[0].state, &one.w.mesh, &one.r.transport.group[0].state);
    assert_true(all_agree(bad == 0));
    full_close(&f);
    full_close(&one);
  }
}

/* A hill of cosmic rays that stream down: |v_A grad P| of heat everywhere, to second order. */
static struct { double alfven; } now;
static void still(const double x[3], struct gas *g, double w[5]) {
  (void)x;
  (void)g;
  w[0] = 1.0;
  w[1] = w[2] = w[3] = 0.0;
  w[4] = 1.0;
}
static double along_x(int d, const double x[3]) {
  (void)x;
  return d == 0 ? now.alfven : 0.0;
}

static double heat_error(int cells) {
  struct rays_params par = full_params(NETWORK_PROTONS);
  par.transport.closure = CLOSURE_ISOTROPIC;
  for (int k = 0; k < LOSS_COUNT; k++) par.cr.batch.loss.scale[k] = k == LOSS_STREAMING;
  for (int k = 0; k < FATE_COUNT; k++) par.cr.batch.fate.scale[k] = 0.0;
  par.cr.batch.secondary.scale = 0.0;
  par.cr.nu0 = 1e6; /* no diffusion */
  struct mesh_params mesh = {.dim = 1, .cells = {cells, 1, 1}, .block = 16, .lower = {0.0}, .upper = {1.0}, .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
  now.alfven = 0.01;
  struct full f;
  full_open(&f, &mesh, &par, still, along_x, MPI_COMM_WORLD);
  const struct mesh *m = &f.w.mesh;
  int i[3], bad = 0;
  double *lo = memory_get(sizeof *lo * 32), *hi = lo + 16, sum = 0.0, count = 0.0, pressure = 0.0;
  cr_lism(&f.r.net, lo, hi);
  for (int p = 0; p < f.r.count; p++) pressure += f.r.population[p].stress / 3.0 * (p % 2 ? hi : lo)[p / 2];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3];
      full_place(m, b, -1, i, x);
      for (int p = 0; p < f.r.count; p++) {
        const double q = (p % 2 ? hi : lo)[p / 2] * (1.0 + cos(0.5 * TURN * x[0]) * 0.5);
        *full_value(&f, p, b, 0, i) = q;
        *full_value(&f, p, b, 1, i) = now.alfven * q;
      }
    }
  const double dt = 1e-4;
  rays_momentum(&f.r, m, f.w.x, &f.w.gas, 0.0, dt, CR_MOMENTUM_FIRST);
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3], heat = *value_at(m, &f.r.exchange, b, 1, i) / dt;
      full_place(m, b, -1, i, x);
      if (x[0] < 0.1 || x[0] > 0.9) continue;
      EXPECT(bad, "heat", heat > 0.0);
      sum += fabs(heat / (now.alfven * pressure * 0.25 * TURN * sin(0.5 * TURN * x[0])) - 1.0);
      count += 1.0;
    }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  assert_true(all_agree(bad == 0));
  memory_free(lo);
  full_close(&f);
  return sum / count;
}

static void test_heat(void **unused) {
  (void)unused;
  double coarse = heat_error(32), fine = heat_error(64);
  assert_true(fine < 1e-3);
  assert_true(log2(coarse / fine) > 1.8);
}

/* S6: a triangle of particles at v_A = 1, with dN/dln p ~ p^-1 in bins far above the rest mass, fed from above: every bin loses as its energy does, and has a
 * plateau with t = -2 + 3 y / 7 + (8 / 7) 2^(3/4) y^(-3/4) (physics.md, section 8).  Without losses all bins keep their number, t = -2 + y / 2 + 2 / y. */
static double plateau_height(double t, bool losses) {
  double lo = 0.1, hi = 2.0;
  for (int k = 0; k < 100; k++) {
    double y = 0.5 * (lo + hi), at = losses ? -2.0 + 3.0 * y / 7.0 + 8.0 / 7.0 * pow(2.0 / y, 0.75) : -2.0 + y / 2.0 + 2.0 / y;
    if (at > t) lo = y;
    else hi = y;
  }
  return 0.5 * (lo + hi);
}

static void triangle(bool losses) {
  struct rays_params par = full_params(NETWORK_ELECTRONS);
  par.coupling = COUPLING_HEATING;
  par.transport.closure = CLOSURE_ISOTROPIC;
  par.transport.light = 100.0;
  par.speed = 100.0;
  par.cr.bins = (struct cr_bins_choice){1.0, 1e4, 2.0};
  par.cr.inflow = 1;
  par.cr.nu0 = 1.0;
  par.cr.batch.nu_slope = 0.0;
  for (int k = 0; k < LOSS_COUNT; k++) par.cr.batch.loss.scale[k] = k == LOSS_STREAMING && losses;
  for (int k = 0; k < FATE_COUNT; k++) par.cr.batch.fate.scale[k] = 0.0;
  par.cr.batch.secondary.scale = 0.0;
  const struct mesh_params mesh = {.dim = 1, .cells = {256, 1, 1}, .block = 32, .lower = {-1.9}, .upper = {1.9}, .boundary = {{BOUNDARY_OUTFLOW, BOUNDARY_OUTFLOW}}};
  now.alfven = 1.0;
  struct full f;
  full_open(&f, &mesh, &par, still, along_x, MPI_COMM_WORLD);
  const struct mesh *m = &f.w.mesh;
  int i[3], bad = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3];
      full_place(m, b, -1, i, x);
      for (int k = 0; k < cr_network_bins(&f.r.net); k++)
        cr_bin_from_slope(&f.r.net.bin[k], -1.0, (2.0 - fabs(x[0])) / f.r.net.bin[k].p_lo, full_value(&f, 2 * k, b, 0, i), full_value(&f, 2 * k + 1, b, 0, i));
    }
  /* As in a run: transport and momentum space in turns. */
  rays_scattering(&f.r, m, f.w.x, &f.w.gas);
  const int steps = 60;
  const double time = 0.5, dt = time / steps;
  for (int n = 0; n < steps; n++)
    for (int half = 0; half < 2; half++) {
      if (half == n % 2) crt_transport(&f.r.transport, m, f.w.x, 0, dt, crt_substeps(&f.r.transport, m, 0, dt, NULL), NULL, &f.r.alfven);
      else rays_momentum(&f.r, m, f.w.x, &f.w.gas, n * dt, dt, n % 2 ? CR_REACTIONS_FIRST : CR_MOMENTUM_FIRST);
    }
  const double y = plateau_height(time, losses), reach = 2.0 + time - y;
  double low = 1e300, high = 0.0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3];
      full_place(m, b, -1, i, x);
      for (int k = 0; k < cr_network_bins(&f.r.net); k++) {
        double start_lo, start_hi;
        cr_bin_from_slope(&f.r.net.bin[k], -1.0, 1.0 / f.r.net.bin[k].p_lo, &start_lo, &start_hi);
        const double e = *full_value(&f, 2 * k, b, 0, i), h = *full_value(&f, 2 * k + 1, b, 0, i), height = (e + h) / (start_lo + start_hi);
        if (fabs(x[0]) > reach - 0.1) continue;
        EXPECT(bad, "plateau", fabs(height / y - 1.0) < 0.01);
        low = fmin(low, height);
        high = fmax(high, height);
      }
      if (fabs(x[0]) < reach - 0.1) EXPECT(bad, "heat", *value_at(m, &f.r.exchange, b, 1, i) > -1e-3);
    }
  MPI_Allreduce(MPI_IN_PLACE, &low, 1, MPI_DOUBLE, MPI_MIN, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, &high, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  if (m->rank == 0) fprintf(stderr, "# triangle: plateau %.6f to %.6f, exact %.6f\n", low, high, y);
  assert_true(high - low < 0.005 * y);
  assert_true(all_agree(bad == 0));
  full_close(&f);
}

static void test_triangle(void **unused) {
  (void)unused;
  triangle(true);
  triangle(false);
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels), cmocka_unit_test(test_heat), cmocka_unit_test(test_triangle)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
