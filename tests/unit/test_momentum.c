/* The update in momentum space on the mesh: against one zone, energy cell by cell, what happens to fluxes, cells without particles. */
#include "microphysics/constants.h"
#include "microphysics/lism.h"
#include "microphysics/zone.h"
#include "tests/unit/full_cases.h"

static struct mesh_params square(int level) {
  struct mesh_params par = {.dim = 2, .cells = {16, 16, 1}, .block = 8, .lower = {-0.5, -0.5}, .upper = {0.5, 0.5}, .max_level = level};
  if (level > 0) {
    par.region_count = 1;
    par.region[0] = (struct mesh_region){level, {0.1, 0.1, 0.0}, {0.2, 0.2, 0.0}};
  }
  return par;
}

static const double TURN = 6.283185307179586;

static void waves(const double x[3], struct gas *g, double w[5]) {
  (void)g;
  double s = sin(TURN * x[0]), c = cos(TURN * (x[0] + 2.0 * x[1]));
  w[0] = 1.0 + 0.3 * s;
  w[1] = 0.2 * c;
  w[2] = 0.1 * s;
  w[3] = 0.1 * c * s;
  w[4] = 1.0 + 0.2 * c;
}

static double tilted(int d, const double x[3]) { return d == 0 ? 0.03 + 0.01 * sin(TURN * x[1]) : d == 1 ? 0.02 * cos(TURN * x[0]) : 0.01; }

/* Particles with the spectra of the local ISM, times a wave; F is a part of v q that differs between populations and cells. */
static void fill(struct full *f, double flow) {
  const struct mesh *m = &f->w.mesh;
  const int bins = cr_network_bins(&f->r.net);
  double *lo = memory_get(sizeof *lo * 2 * (size_t)bins), *hi = lo + bins;
  int i[3];
  cr_lism(&f->r.net, lo, hi);
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3];
      full_place(m, b, -1, i, x);
      for (int p = 0; p < f->r.count; p++) {
        double q = (p % 2 ? hi : lo)[p / 2] * (1.0 + 0.5 * sin(TURN * (x[0] - x[1]) + p)), mu = flow * cos(TURN * x[1] + 0.1 * p);
        *full_value(f, p, b, 0, i) = q;
        *full_value(f, p, b, 1, i) = mu * f->r.population[p].speed * q * rays_slowness(&f->r);
      }
    }
  memory_free(lo);
}

static void test_one_zone(void **unused) {
  (void)unused;
  struct rays_params par = full_params(NETWORK_PAPER);
  par.transport.closure = CLOSURE_ISOTROPIC;
  par.alfven = ALFVEN_NONE;
  struct mesh_params mesh = square(1);
  struct full f;
  full_open(&f, &mesh, &par, waves, tilted, MPI_COMM_WORLD);
  fill(&f, 0.0);
  const struct mesh *m = &f.w.mesh;
  const int bins = cr_network_bins(&f.r.net);
  const double dt = 0.01, dt_s = dt * f.r.scale.time_s;
  struct cr_zone *zone = memory_get(sizeof *zone * (size_t)(m->count * 64 + 1));
  struct field velocity, expansion;
  field_create(&velocity, m, "velocity", CENTRING_FACE, 3);
  field_create(&expansion, m, "expansion", CENTRING_CELL, 1);
  rays_face_velocity(&f.r, m, f.w.x, &f.w.gas, &velocity);
  rays_expansion(&f.r, m, &f.w.gas, &velocity, 0.5 * dt, false, &expansion);
  int i[3], bad = 0, n = 0, ijk[1][3];
  size_t at[1];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      if ((i[0] + 3 * i[1]) % 7) continue;
      double out[MEDIUM_COUNT], *to[MEDIUM_COUNT], light[CR_BANDS], *band[CR_BANDS], uG[3];
      for (int k = 0; k < CR_BANDS; k++) band[k] = &light[k];
      for (int k = 0; k < MEDIUM_COUNT; k++) to[k] = &out[k];
      memcpy(ijk[0], i, sizeof ijk[0]);
      at[0] = (size_t)(value_at(m, &f.r.exchange, b, 0, i) - field_data(&f.r.exchange, b, 0));
      const struct rays_cells cell = {1, ijk, at};
      rays_medium(&f.r, m, &f.w.gas, &velocity, b, &cell, to, band);
      for (int d = 0; d < 3; d++) {
        int up[3] = {i[0], i[1], i[2]};
        if (d < m->dim) up[d]++;
        uG[d] = 0.5 * (*value_at(m, &f.w.gas.b[0], b, d, i) + *value_at(m, &f.w.gas.b[0], b, d, up));
      }
      const double field_uG = sqrt(sum3(uG[0] * uG[0], uG[1] * uG[1], uG[2] * uG[2])) * f.r.scale.field_uG;
      struct cr_zone_gas gas = {.n_e = out[MEDIUM_N_E], .n_n = out[MEDIUM_N_N], .n_nucleon = out[MEDIUM_N_NUCLEON],
                                .temperature_K = out[MEDIUM_TEMPERATURE], .field_uG = field_uG, .nu0 = par.cr.nu0};
      gas.div_u = *value_at(m, &expansion, b, 0, i) / f.r.scale.time_s;
      memcpy(gas.u_rad, par.medium.radiation, sizeof gas.u_rad);
      /* n, T and u_B from their definitions, to round-off. */
      const double rho = *value_at(m, &f.w.gas.u[0], b, GAS_RHO, i), heat = *value_at(m, &f.w.gas.u[0], b, f.w.gas.nvar - 1, i);
      const double per_g = PROTON_MASS_g / BOLTZMANN_erg_K * 1e16 / (0.76 + 0.06 + 0.7 * 0.88);
      EXPECT(bad, "nucleons", fabs(out[MEDIUM_N_NUCLEON] - rho) < 1e-12);
      EXPECT(bad, "electrons", fabs(out[MEDIUM_N_E] + out[MEDIUM_N_N] - 0.88 * rho) < 1e-12 && fabs(out[MEDIUM_N_E] - 0.616 * rho) < 1e-12);
      EXPECT(bad, "temperature", fabs(out[MEDIUM_TEMPERATURE] / (2.0 / 3.0 * heat / rho * per_g) - 1.0) < 1e-12);
      cr_zone_create(&zone[n], &f.r.net, &f.r.par.cr.batch, &gas);
      for (int k = 0; k < bins; k++) {
        zone[n].lo[k] = *full_value(&f, 2 * k, b, 0, i);
        zone[n].hi[k] = *full_value(&f, 2 * k + 1, b, 0, i);
      }
      cr_zone_step(&zone[n++], dt_s);
    }
  rays_momentum(&f.r, m, f.w.x, &f.w.gas, 0.0, 0.5 * dt, CR_REACTIONS_FIRST);
  rays_momentum(&f.r, m, f.w.x, &f.w.gas, 0.5 * dt, 0.5 * dt, CR_MOMENTUM_FIRST);
  n = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      if ((i[0] + 3 * i[1]) % 7) continue;
      for (int k = 0; k < bins; k++)
        EXPECT(bad, "bits of the zone", zone[n].lo[k] == *full_value(&f, 2 * k, b, 0, i) && zone[n].hi[k] == *full_value(&f, 2 * k + 1, b, 0, i));
      cr_zone_free(&zone[n++]);
    }
  assert_true(n > 0 || m->count == 0);
  assert_true(all_agree(bad == 0));
  memory_free(zone);
  field_destroy(&expansion);
  field_destroy(&velocity);
  full_close(&f);
}

/* div u and b.(b.grad u) of a flow that is linear in space: exact. */
static void linear(const double x[3], struct gas *g, double w[5]) {
  (void)g;
  w[0] = 1.0;
  w[1] = 0.3 * x[0] - 0.2 * x[1];
  w[2] = 0.1 * x[0] + 0.4 * x[1];
  w[3] = 0.5 * x[0] - 0.7 * x[1];
  w[4] = 1e-4;
}
static double even(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 0.03 : d == 1 ? 0.04 : 0.12;
}
static void test_gradients(void **unused) {
  (void)unused;
  struct rays_params par = full_params(NETWORK_PROTONS);
  struct mesh_params mesh = square(1);
  for (int d = 0; d < 2; d++) mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_OUTFLOW;
  struct full f;
  full_open(&f, &mesh, &par, linear, even, MPI_COMM_WORLD);
  const struct mesh *m = &f.w.mesh;
  struct field velocity;
  field_create(&velocity, m, "velocity", CENTRING_FACE, 3);
  rays_face_velocity(&f.r, m, f.w.x, &f.w.gas, &velocity);
  int i[3], bad = 0, ijk[1][3];
  size_t at[1];
  const double b[3] = {3.0 / 13.0, 4.0 / 13.0, 12.0 / 13.0}, g[2][3] = {{0.3, 0.1, 0.5}, {-0.2, 0.4, -0.7}};
  double bb = 0.0, second = f.r.scale.time_s;
  for (int a = 0; a < 2; a++)
    for (int c = 0; c < 3; c++) bb += b[a] * b[c] * g[a][c];
  for (int k = 0; k < m->count; k++)
    FOR_CELLS(i, m->nc) {
      double out[MEDIUM_COUNT], *to[MEDIUM_COUNT], light[CR_BANDS], *band[CR_BANDS], x[3];
      for (int c = 0; c < CR_BANDS; c++) band[c] = &light[c];
      for (int c = 0; c < MEDIUM_COUNT; c++) to[c] = &out[c];
      full_place(m, k, -1, i, x);
      if (fabs(x[0]) > 0.45 || fabs(x[1]) > 0.45) continue;
      memcpy(ijk[0], i, sizeof ijk[0]);
      at[0] = (size_t)(value_at(m, &f.r.exchange, k, 0, i) - field_data(&f.r.exchange, k, 0));
      const struct rays_cells cell = {1, ijk, at};
      rays_medium(&f.r, m, &f.w.gas, &velocity, k, &cell, to, band);
      EXPECT(bad, "div u", fabs(out[MEDIUM_DIV_U] * second - 0.7) < 1e-12);
      EXPECT(bad, "bb grad u", fabs(out[MEDIUM_BB_GRAD_U] * second - bb) < 1e-12);
    }
  assert_true(all_agree(bad == 0));
  field_destroy(&velocity);
  full_close(&f);
}

/* Everywhere expanding, so that nothing leaves through the highest bin. */
static void expanding(const double x[3], struct gas *g, double w[5]) {
  waves(x, g, w);
  w[1] = 0.3 * x[0];
  w[2] = 0.5 * x[1];
  w[3] = 0.0;
}

/* Only processes all of whose energy is the gas's: what cosmic rays lose is what it gets, in every cell; the ledger has the rest. */
static void closes(int form, int alfven, bool gas_only) {
  struct rays_params par = full_params(NETWORK_PAPER);
  par.transport.form = form;
  par.alfven = alfven;
  if (gas_only) {
    for (int k = LOSS_IONISATION; k < LOSS_COUNT; k++) par.cr.batch.loss.scale[k] = 0.0;
    for (int k = 0; k < FATE_COUNT; k++) par.cr.batch.fate.scale[k] = 0.0;
    par.cr.batch.secondary.scale = 0.0;
  }
  struct mesh_params mesh = square(0);
  struct full f;
  for (int d = 0; d < 2 && alfven == ALFVEN_NONE; d++) mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_OUTFLOW;
  full_open(&f, &mesh, &par, gas_only ? expanding : waves, tilted, MPI_COMM_WORLD);
  fill(&f, 0.7);
  const struct mesh *m = &f.w.mesh;
  const double r = rays_slowness(&f.r);
  double *before = memory_get(sizeof *before * (size_t)(m->count * 64));
  int i[3], bad = 0, n = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      for (int p = 0; p < f.r.count; p++) before[n] += f.r.population[p].energy * *full_value(&f, p, b, 0, i);
      n++;
    }
  const struct full_totals start = full_measure(&f);
  rays_momentum(&f.r, m, f.w.x, &f.w.gas, 0.0, 0.01, CR_MOMENTUM_FIRST);
  const struct full_totals end = full_measure(&f);
  n = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double after = 0.0, gain = *value_at(m, &f.r.exchange, b, 0, i);
      for (int p = 0; p < f.r.count; p++) {
        const double q = *full_value(&f, p, b, 0, i);
        after += f.r.population[p].energy * q;
        EXPECT(bad, "flux", q >= 0.0 && fabs(*full_value(&f, p, b, 1, i)) <= r * f.r.population[p].speed * q * (1.0 + 1e-14));
      }
      if (gas_only && alfven == ALFVEN_NONE) EXPECT(bad, "energy of the gas", fabs((after - before[n]) / r + gain) < 1e-13 * before[n]);
      n++;
    }
  double lost = 0.0;
  for (int s = 0; s < f.r.net.count; s++) {
    double number = end.number[s] - start.number[s], energy = end.energy[s] - start.energy[s];
    for (int e = 0; e < ENTRY_COUNT; e++) {
      number += full_ledger(&f, s, e, false) / f.r.scale.number;
      energy += full_ledger(&f, s, e, true) / f.r.scale.number;
    }
    EXPECT(bad, "number in the ledger", fabs(number) < 1e-13 * start.number[s]);
    EXPECT(bad, "energy in the ledger", fabs(energy) < 1e-13 * start.energy[s]);
    lost += start.energy[s] - end.energy[s] - full_ledger(&f, s, ENTRY_TOP, true) / f.r.scale.number;
  }
  /* With waves, that is true for all cells together. */
  if (gas_only) EXPECT(bad, "energy of all gas", fabs(lost * f.r.scale.pressure / r - end.exchange[0]) < 1e-13 * start.energy[0] * f.r.scale.pressure);
  if (!gas_only) EXPECT(bad, "less for the gas", lost * f.r.scale.pressure / r > end.exchange[0] && end.exchange[1] > 0.0);
  assert_true(all_agree(bad == 0));
  memory_free(before);
  full_close(&f);
}

static void test_energy(void **unused) {
  (void)unused;
  closes(RSOL_FLUX, ALFVEN_NONE, true);
  closes(RSOL_FULL, ALFVEN_NONE, true);
  closes(RSOL_FLUX, ALFVEN_IDEAL, true);
  closes(RSOL_FULL, ALFVEN_ION, true);
  closes(RSOL_FLUX, ALFVEN_IDEAL, false);
}

/* Cells without particles stay so and change nothing in the others; whole blocks too. */
static void test_empty(void **unused) {
  (void)unused;
  struct rays_params par = full_params(NETWORK_PAPER);
  par.alfven = ALFVEN_NONE;
  struct mesh_params mesh = square(1);
  struct full f[2];
  int i[3], bad = 0;
  for (int k = 0; k < 2; k++) {
    full_open(&f[k], &mesh, &par, waves, tilted, MPI_COMM_WORLD);
    fill(&f[k], 0.5);
    for (int b = 0; b < f[k].w.mesh.count && k == 1; b++)
      FOR_CELLS(i, f[k].w.mesh.nc)
        for (int p = 0; p < f[k].r.count; p++)
          if (b % 3 == 0 || (i[0] + i[1]) % 5 == 2) *full_value(&f[k], p, b, 0, i) = *full_value(&f[k], p, b, 1, i) = 0.0;
    rays_momentum(&f[k].r, &f[k].w.mesh, f[k].w.x, &f[k].w.gas, 0.0, 0.01, CR_MOMENTUM_FIRST);
  }
  for (int b = 0; b < f[0].w.mesh.count; b++)
    FOR_CELLS(i, f[0].w.mesh.nc)
      for (int p = 0; p < f[0].r.count; p++)
        for (int flux = 0; flux < 2; flux++) {
          const bool gone = b % 3 == 0 || (i[0] + i[1]) % 5 == 2;
          const double a = *full_value(&f[0], p, b, flux, i), c = *full_value(&f[1], p, b, flux, i);
          EXPECT(bad, "empty cells", gone ? c == 0.0 : a == c);
        }
  assert_true(all_agree(bad == 0));
  full_close(&f[0]);
  full_close(&f[1]);
}

/* Pure losses keep the mean velocity of a population, and one that is the same for all stays so when particles move between populations.  With a reduced
 * speed of light in the equation of F alone F goes only (c~/c)^2 of this way. */
static void mean_velocity(int form, bool same) {
  struct rays_params par = full_params(NETWORK_PROTONS);
  par.transport.form = form;
  par.speed = par.transport.light;
  par.alfven = ALFVEN_NONE;
  if (!same) {
    for (int k = 0; k < LOSS_COUNT; k++) par.cr.batch.loss.scale[k] = 0.0;
  }
  struct mesh_params mesh = square(0);
  struct full f;
  full_open(&f, &mesh, &par, waves, tilted, MPI_COMM_WORLD);
  fill(&f, 0.7);
  const struct mesh *m = &f.w.mesh;
  double *mean = memory_get(2 * sizeof *mean * (size_t)(m->count * 64 * f.r.count)), *old = mean + m->count * 64 * f.r.count;
  const double share = par.speed / par.transport.light, pace = form == RSOL_FLUX ? share * share : 1.0;
  int i[3], n = 0, bad = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc)
      for (int p = 0; p < f.r.count; p++, n++) {
        if (same) *full_value(&f, p, b, 1, i) = 3.0 * *full_value(&f, p, b, 0, i);
        old[n] = *full_value(&f, p, b, 1, i);
        mean[n] = old[n] / *full_value(&f, p, b, 0, i);
      }
  for (int k = 0; k < (form == RSOL_FLUX ? 1 : 3); k++) rays_momentum(&f.r, m, f.w.x, &f.w.gas, 0.0, 0.1, CR_MOMENTUM_FIRST);
  n = 0;
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc)
      for (int p = 0; p < f.r.count; p++, n++) {
        const double way = mean[n] * *full_value(&f, p, b, 0, i) - old[n], expected = pace < 1.0 ? old[n] + pace * way : old[n] + way;
        EXPECT(bad, "mean velocity", fabs(*full_value(&f, p, b, 1, i) - expected) < 1e-12 * fabs(expected) + 1e-14 * fabs(old[n]));
      }
  assert_true(all_agree(bad == 0));
  memory_free(mean);
  full_close(&f);
}
static void test_flux(void **unused) {
  (void)unused;
  for (int form = 0; form < 2; form++) {
    mean_velocity(form, false);
    mean_velocity(form, true);
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_zone), cmocka_unit_test(test_gradients), cmocka_unit_test(test_energy),
                                     cmocka_unit_test(test_empty), cmocka_unit_test(test_flux)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
