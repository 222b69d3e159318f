/* Time step, div B, totals and the place of a failure, against direct formulas; the same on any number of ranks (run with 1, 2, 3). */
#include "base/minmax.h"
#include "mhd/work.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

/* Cells that are no cubes. */
static struct mesh_params box(const struct mesh_case *c) {
  struct mesh_params par = case_params(c);
  for (int d = 0; d < 3; d++) par.upper[d] = 0.8 + 0.3 * d;
  return par;
}

/* Noise in all variables; the internal energy is set apart from the total. */
static void fill_noise(struct world *w) {
  const struct mesh *m = &w->mesh;
  int i[3], n[3];
  for (int b = 0; b < m->count; b++) {
    for (int v = 0; v < w->gas.nvar; v++) {
      bool momentum = v >= GAS_M1 && v <= GAS_M3;
      FOR_CELLS(i, m->nc) *value_at(m, &w->gas.u[0], b, v, i) = place_noise(m, b, v, i) + (momentum ? -0.5 : 0.1);
    }
    for (int d = 0; w->gas.par.magnetic && d < 3; d++) {
      own_extent(m, &w->gas.b[0], d, n);
      FOR_CELLS(i, n) *value_at(m, &w->gas.b[0], b, d, i) = place_noise(m, b, 50 + d, i) - 0.5;
    }
  }
}

static void cell_field(const struct world *w, int b, const int i[3], double bc[3]) {
  for (int d = 0; d < 3; d++) {
    int up[3] = {i[0], i[1], i[2]};
    up[d] += d < w->mesh.dim;
    bc[d] = w->gas.par.magnetic ? 0.5 * (*value_at(&w->mesh, &w->gas.b[0], b, d, i) + *value_at(&w->mesh, &w->gas.b[0], b, d, up)) : 0.0;
  }
}

/* The textbook formula for the fast speed, cell by cell. */
static double direct_max_dt(const struct world *w) {
  const struct mesh *m = &w->mesh;
  const struct mhd_params *par = &w->gas.par;
  double shortest = INFINITY, all;
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double u[5], bc[3];
      for (int v = 0; v < 5; v++) u[v] = *value_at(m, &w->gas.u[0], b, v, i);
      cell_field(w, b, i, bc);
      double p = max((par->gamma - 1.0) * *value_at(m, &w->gas.u[0], b, w->gas.nvar - 1, i), par->floor_pressure);
      double a2 = par->eos == EOS_ISOTHERMAL ? par->sound_speed * par->sound_speed : par->gamma * p / u[0];
      double alfven2 = (bc[0] * bc[0] + bc[1] * bc[1] + bc[2] * bc[2]) / u[0];
      for (int d = 0; d < m->dim; d++) {
        double along2 = bc[d] * bc[d] / u[0];
        double root = sqrt((a2 + alfven2) * (a2 + alfven2) - 4.0 * a2 * along2), fast = sqrt(0.5 * (a2 + alfven2 + root));
        shortest = min(shortest, m->block[b].dx[d] / (fabs(u[1 + d] / u[0]) + fast));
      }
    }
  MPI_Allreduce(&shortest, &all, 1, MPI_DOUBLE, MPI_MIN, MPI_COMM_WORLD);
  return par->cfl * all;
}

static void test_max_dt(void **unused) {
  (void)unused;
  int bad = 0;
  for (int c = 0; c < CASE_COUNT; c++)
    for (int variant = 0; variant < 5; variant++) {
      struct world w;
      struct mesh_params mesh = box(&CASES[c]);
      struct mhd_params par = gas_params(variant & 1);
      par.eos = variant & 2 ? EOS_ISOTHERMAL : EOS_ADIABATIC;
      if (variant == 4) par.floor_pressure = 0.4; /* above many pressures */
      world_open(&w, &mesh, &par, MPI_COMM_WORLD);
      fill_noise(&w);
      double dt = mhd_max_dt(&w.gas, &w.mesh), expected = direct_max_dt(&w);
      EXPECT(bad, CASES[c].name, fabs(dt / expected - 1.0) < 1e-14);
      world_close(&w);
    }
  assert_true(all_agree(bad == 0));
}

static void test_nothing_moves(void **unused) {
  (void)unused;
  struct world w;
  struct mesh_params mesh = case_params(&CASES[8]);
  struct mhd_params par = gas_params(true);
  par.floor_pressure = 0.0;
  world_open(&w, &mesh, &par, MPI_COMM_WORLD);
  int i[3];
  for (int b = 0; b < w.mesh.count; b++) FOR_CELLS(i, w.mesh.nc) *value_at(&w.mesh, &w.gas.u[0], b, GAS_RHO, i) = 1.0;
  double dt = mhd_max_dt(&w.gas, &w.mesh), div_b = mhd_max_div_b(&w.gas, &w.mesh);
  world_close(&w);
  assert_true(all_agree(isinf(dt) && dt > 0.0 && div_b == 0.0));
}

/* A uniform field (1, 2, 2) with one face 0.5 higher. */
static void test_max_div_b(void **unused) {
  (void)unused;
  int bad = 0;
  for (int c = 0; c < CASE_COUNT; c++)
    for (int d = 0; d < CASES[c].dim; d++) {
      struct world w;
      struct mesh_params mesh = box(&CASES[c]);
      struct mhd_params par = gas_params(true);
      world_open(&w, &mesh, &par, MPI_COMM_WORLD);
      const struct mesh *m = &w.mesh;
      int i[3], n[3];
      for (int b = 0; b < m->count; b++)
        for (int a = 0; a < 3; a++) {
          own_extent(m, &w.gas.b[0], a, n);
          FOR_CELLS(i, n) *value_at(m, &w.gas.b[0], b, a, i) = a == 0 ? 1.0 : 2.0;
        }
      EXPECT(bad, CASES[c].name, mhd_max_div_b(&w.gas, m) == 0.0);
      double expected = 0.0, all;
      if (m->rank == m->size - 1 && m->count > 0) { /* on one rank only */
        int at[3] = {0, 0, 0};
        at[d] = 3;
        const double *dx = m->block[m->count - 1].dx;
        double *f = value_at(m, &w.gas.b[0], m->count - 1, d, at), smallest = dx[0], bc[3];
        *f += 0.5;
        for (int a = 0; a < m->dim; a++) smallest = min(smallest, dx[a]);
        cell_field(&w, m->count - 1, at, bc);
        expected = 0.5 / dx[d] * smallest / max(fabs(*f), sqrt(bc[0] * bc[0] + bc[1] * bc[1] + bc[2] * bc[2]));
      }
      MPI_Allreduce(&expected, &all, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
      double found = mhd_max_div_b(&w.gas, m);
      EXPECT(bad, CASES[c].name, all > 0.0 && fabs(found / all - 1.0) < 1e-15);
      world_close(&w);
    }
  assert_true(all_agree(bad == 0));
}

/* Numbers for which every sum is exact: the totals have no error at all. */
static void test_totals_exact(void **unused) {
  (void)unused;
  int bad = 0;
  for (int c = 0; c < CASE_COUNT; c++) {
    struct world w;
    struct mesh_params mesh = case_params(&CASES[c]);
    for (int d = 0; d < 3; d++) { /* widths of cells are powers of two */
      mesh.lower[d] = 0.0;
      mesh.upper[d] = d == 1 ? 2.0 * CASES[c].root[d] : CASES[c].root[d];
    }
    struct mhd_params par = gas_params(c % 2 == 0);
    par.nscalar = 2;
    world_open(&w, &mesh, &par, MPI_COMM_WORLD);
    const struct mesh *m = &w.mesh;
    double mine[10] = {0}, all[10];
    int i[3], n[3];
    for (int b = 0; b < m->count; b++) {
      double volume = m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2];
      for (int d = 0; par.magnetic && d < 3; d++) {
        own_extent(m, &w.gas.b[0], d, n);
        FOR_CELLS(i, n) *value_at(m, &w.gas.b[0], b, d, i) = floor(16.0 * place_noise(m, b, 50 + d, i)) - 8.0;
      }
      FOR_CELLS(i, m->nc) {
        double u[8], bc[3];
        for (int v = 0; v < 8; v++) {
          u[v] = v == 0 ? ldexp(1.0, (int)(3.0 * place_noise(m, b, v, i))) : floor(64.0 * place_noise(m, b, v, i)) - 32.0;
          *value_at(m, &w.gas.u[0], b, v, i) = u[v];
        }
        cell_field(&w, b, i, bc);
        for (int v = 0; v < 5; v++) mine[v] += volume * u[v];
        mine[5] += volume * 0.5 * (u[1] * u[1] + u[2] * u[2] + u[3] * u[3]) / u[0];
        mine[6] += volume * 0.5 * (bc[0] * bc[0] + bc[1] * bc[1] + bc[2] * bc[2]);
        mine[7] += volume * u[7];
        mine[8] += volume * u[5];
        mine[9] += volume * u[6];
      }
    }
    MPI_Allreduce(mine, all, 10, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    struct mhd_totals t = mhd_totals(&w.gas, m);
    const double found[10] = {t.mass, t.momentum[0], t.momentum[1], t.momentum[2], t.energy,
                              t.kinetic, t.magnetic, t.internal, t.scalar[0], t.scalar[1]};
    for (int v = 0; v < 10; v++) EXPECT(bad, CASES[c].name, found[v] == all[v]);
    EXPECT(bad, CASES[c].name, t.scalar[2] == 0.0);
    world_close(&w);
  }
  assert_true(all_agree(bad == 0));
}

/* Numbers whose sums are rounded: the same bits for one rank and many, and on uniform meshes for all sizes of blocks. */
static void test_totals_independent(void **unused) {
  (void)unused;
  int bad = 0;
  struct mhd_params par = gas_params(true);
  par.nscalar = 1;
  for (int c = 0; c < CASE_COUNT; c++) {
    struct world w, alone;
    struct mesh_params mesh = box(&CASES[c]);
    world_open(&w, &mesh, &par, MPI_COMM_WORLD);
    world_open(&alone, &mesh, &par, MPI_COMM_SELF);
    fill_noise(&w);
    fill_noise(&alone);
    struct mhd_totals s = mhd_totals(&w.gas, &w.mesh), t = mhd_totals(&alone.gas, &alone.mesh);
    EXPECT(bad, CASES[c].name, memcmp(&s, &t, sizeof s) == 0);
    world_close(&w);
    world_close(&alone);
  }
  struct mhd_totals first = {0};
  for (int block = 8; block <= 32; block *= 2) {
    struct world w;
    struct mesh_params mesh = box(&CASES[6]);
    mesh.cells[0] = 96;
    mesh.cells[1] = 64;
    mesh.block = block;
    world_open(&w, &mesh, &par, MPI_COMM_WORLD);
    fill_noise(&w);
    struct mhd_totals t = mhd_totals(&w.gas, &w.mesh);
    if (block == 8) first = t;
    EXPECT(bad, "blocks of 8, 16, 32", memcmp(&first, &t, sizeof t) == 0);
    world_close(&w);
  }
  assert_true(all_agree(bad == 0));
}

/* What is planted is found, from every rank, and the first of several. */
static void test_failure(void **unused) {
  (void)unused;
  int bad = 0;
  const double worst[2] = {NAN, -INFINITY};
  for (int c = 0; c < CASE_COUNT; c++)
    for (int v = 0; v < 9; v++) { /* five variables, the internal energy, three faces */
      struct world w;
      struct mesh_params mesh = box(&CASES[c]);
      struct mhd_params par = gas_params(true);
      world_open(&w, &mesh, &par, MPI_COMM_WORLD);
      fill_noise(&w);
      const struct mesh *m = &w.mesh;
      struct mhd_failure f = mhd_failure(&w.gas, m);
      EXPECT(bad, CASES[c].name, !f.found);
      int64_t wanted = (v * m->global_count) / 9;
      double mine[4] = {0}, x[4];
      for (int64_t g = wanted; g < m->global_count; g += 3) { /* the other blocks fail too, and must not be named */
        if (g < m->first || g >= m->first + m->count) continue;
        int b = (int)(g - m->first), i[3] = {5, m->dim > 1 ? 2 : 0, m->dim > 2 ? 7 : 0};
        bool upper_face = v >= 6 && v - 6 < m->dim; /* of cell i: of the two it spoils the first */
        if (upper_face) i[v - 6]++;
        *value_at(m, v < 6 ? &w.gas.u[0] : &w.gas.b[0], b, v < 6 ? v : v - 6, i) = worst[v % 2];
        if (upper_face) i[v - 6]--;
        if (g > wanted) continue;
        for (int d = 0; d < 3; d++) mine[d] = m->block[b].lower[d] + (i[d] + 0.5) * m->block[b].dx[d];
        mine[3] = m->block[b].level;
      }
      MPI_Allreduce(mine, x, 4, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      f = mhd_failure(&w.gas, m);
      EXPECT(bad, CASES[c].name, f.found && f.level == (int)x[3]);
      for (int d = 0; d < 3; d++) EXPECT(bad, CASES[c].name, fabs(f.x[d] - x[d]) < 1e-13);
      if (v < 5) EXPECT(bad, CASES[c].name, !isfinite(f.u[v]));
      if (v > 5) EXPECT(bad, CASES[c].name, !isfinite(f.b[v - 6]));
      world_close(&w);
    }
  assert_true(all_agree(bad == 0));
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_max_dt),       cmocka_unit_test(test_nothing_moves),      cmocka_unit_test(test_max_div_b),
      cmocka_unit_test(test_totals_exact), cmocka_unit_test(test_totals_independent), cmocka_unit_test(test_failure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
