/* Steps on the whole mesh: first-order fallback, mass through faces, sizes of blocks (run with 1, 2, 3). */
#include "tests/unit/step_cases.h"

/* Faces that two local blocks of a level share and that are not the same number in both. */
static int64_t torn_faces(const struct mesh *m, const struct field *f) {
  int64_t count = 0;
  for (int b = 0; b < m->count; b++)
    for (int d = 0; d < m->dim; d++) {
      const struct neighbour *o = &m->neighbour[b][direction(d == 0, d == 1, d == 2)];
      if (o->kind != NEIGHBOUR_SAME || o->id[0] >= m->count) continue;
      int n[3] = {m->nc[0], m->nc[1], m->nc[2]}, i[3];
      n[d] = 1;
      FOR_CELLS(i, n) {
        int upper[3] = {i[0], i[1], i[2]};
        upper[d] = m->nc[d];
        count += *value_at(m, f, b, d, upper) != *value_at(m, f, o->id[0], d, i);
      }
    }
  return count;
}

static void test_fallback(void **unused) {
  (void)unused;
  static const int cases[] = {3, 5, 6, 9, 13, 14}; /* 1-D, 2-D and 3-D, uniform and refined */
  int bad = 0;
  int64_t fallback = 0;
  for (int n = 0; n < 6; n++)
    for (int variant = 0; variant < 2; variant++) {
      int c = cases[n];
      struct mesh_params mesh = closed(c);
      struct mhd_params par = gas_params(true);
      par.nscalar = 1;
      par.cfl = 0.4;
      par.integrator = variant ? INTEGRATOR_RK3 : INTEGRATOR_VL2;
      par.reconstruction = variant ? RECONSTRUCTION_PPM : RECONSTRUCTION_PLM;
      struct world w, alone;
      start(&w, &mesh, &par, &wild, MPI_COMM_WORLD);
      start(&alone, &mesh, &par, &wild, MPI_COMM_SELF);
      struct mhd_totals before = mhd_totals(&w.gas, &w.mesh);
      double momentum = sqrt(2.0 * before.kinetic * before.mass);
      for (int step = 0; step < 4; step++) {
        double dt = mhd_max_dt(&w.gas, &w.mesh);
        EXPECT(bad, CASES[c].name, dt == mhd_max_dt(&alone.gas, &alone.mesh));
        EXPECT(bad, CASES[c].name, advance(&w, dt) && advance(&alone, dt));
      }
      struct mhd_totals after = mhd_totals(&w.gas, &w.mesh);
      fallback += alone.gas.counts.fallback;
      EXPECT(bad, CASES[c].name, w.gas.counts.floor_density == 0); /* a pressure floor leaves the total energy alone */
      EXPECT(bad, CASES[c].name, fabs(after.mass / before.mass - 1.0) < 1e-14);
      EXPECT(bad, CASES[c].name, fabs(after.scalar[0] / before.scalar[0] - 1.0) < 1e-14);
      EXPECT(bad, CASES[c].name, fabs(after.energy / before.energy - 1.0) < 1e-14);
      for (int d = 0; d < 3; d++) EXPECT(bad, CASES[c].name, fabs(after.momentum[d] - before.momentum[d]) < 1e-14 * momentum);
      EXPECT(bad, CASES[c].name, mhd_max_div_b(&w.gas, &w.mesh) < 1e-13);
      EXPECT(bad, CASES[c].name, torn_faces(&alone.mesh, &alone.gas.b[0]) == 0);
      EXPECT(bad, CASES[c].name, differences(&w.mesh, &w.gas.u[0], &alone.mesh, &alone.gas.u[0]) == 0);
      EXPECT(bad, CASES[c].name, differences(&w.mesh, &w.gas.b[0], &alone.mesh, &alone.gas.b[0]) == 0);
      EXPECT(bad, CASES[c].name, memcmp(&w.gas.counts, &alone.gas.counts, sizeof w.gas.counts) == 0);
      world_close(&w);
      world_close(&alone);
    }
  EXPECT(bad, "fallback", fallback > 100);
  assert_true(all_agree(bad == 0));
}

/* Largest difference between the change of density in the last step and minus the divergence of the mass through faces, in round-offs of what goes
 * into it; and between coarse faces and the mean of local fine ones. */
static double lost_mass(const struct world *w) {
  const struct mesh *m = &w->mesh;
  double worst = 0.0;
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double old = *value_at(m, &w->gas.u[2], b, GAS_RHO, i), new = *value_at(m, &w->gas.u[0], b, GAS_RHO, i), sum = 0.0, size = old + new;
      for (int d = 0; d < m->dim; d++) {
        int up[3] = {i[0], i[1], i[2]};
        up[d]++;
        double below = *value_at(m, &w->gas.mass, b, d, i), above = *value_at(m, &w->gas.mass, b, d, up);
        sum += (above - below) / m->block[b].dx[d];
        size += (fabs(above) + fabs(below)) / m->block[b].dx[d];
      }
      worst = max(worst, fabs(new - old + sum) / (size * 2.2e-16));
    }
  return worst;
}

static double torn_mass(const struct world *w) {
  const struct mesh *m = &w->mesh;
  double worst = 0.0;
  int i[3], half = m->nb / 2;
  for (int b = 0; b < m->count; b++)
    for (int d = 0; d < m->dim; d++) {
      const struct neighbour *o = &m->neighbour[b][direction(d == 0, d == 1, d == 2)];
      if (o->kind != NEIGHBOUR_COARSE || o->id[0] >= m->count) continue;
      int n[3] = {half, m->dim > 1 ? half : 1, m->dim > 2 ? half : 1};
      n[d] = 1;
      FOR_CELLS(i, n) { /* coarse faces; the fine ones are on the upper side of b */
        int coarse[3] = {0, 0, 0}, fine[3];
        double sum = 0.0;
        for (int a = 0; a < m->dim; a++)
          if (a != d) coarse[a] = i[a] + (int)(m->block[b].pos[a] & 1) * half;
        for (int s = 0; s < 1 << (m->dim - 1); s++) {
          int bits = s;
          for (int a = 0; a < 3; a++) {
            fine[a] = a == d ? m->nc[a] : a < m->dim ? 2 * i[a] + (bits & 1) : 0;
            if (a != d) bits >>= 1;
          }
          sum += *value_at(m, &w->gas.mass, b, d, fine) / (1 << (m->dim - 1));
        }
        worst = max(worst, fabs(sum - *value_at(m, &w->gas.mass, o->id[0], d, coarse)));
      }
    }
  return worst;
}

static void test_mass(void **unused) {
  (void)unused;
  static const int cases[] = {3, 5, 9, 13};
  int bad = 0;
  int64_t fallback = 0;
  for (int n = 0; n < 4; n++)
    for (int variant = 0; variant < 4; variant++) {
      struct mesh_params mesh = case_params(&CASES[cases[n]]);
      struct mhd_params par = gas_params(variant != 2);
      par.nscalar = 1;
      par.eos = variant == 3 ? EOS_ISOTHERMAL : EOS_ADIABATIC;
      par.cfl = 0.4;
      par.integrator = variant % 2 ? INTEGRATOR_RK3 : INTEGRATOR_VL2;
      par.reconstruction = variant % 2 ? RECONSTRUCTION_PPM : RECONSTRUCTION_PLM;
      struct world w, without;
      start(&w, &mesh, &par, &wild, MPI_COMM_WORLD);
      start(&without, &mesh, &par, &wild, MPI_COMM_WORLD);
      mhd_keep_mass(&w.gas, &w.mesh);
      for (int step = 0; step < 3; step++) {
        if (step == 1) mhd_adapted(&w.gas, &w.mesh);
        double dt = mhd_max_dt(&w.gas, &w.mesh);
        EXPECT(bad, CASES[cases[n]].name, advance(&w, dt) && advance(&without, dt));
        EXPECT(bad, CASES[cases[n]].name, lost_mass(&w) < 8.0);
        EXPECT(bad, CASES[cases[n]].name, torn_mass(&w) < 1e-15);
        EXPECT(bad, CASES[cases[n]].name, torn_faces(&w.mesh, &w.gas.mass) == 0);
      }
      EXPECT(bad, CASES[cases[n]].name, w.gas.counts.floor_density == 0);
      EXPECT(bad, CASES[cases[n]].name, memcmp(w.gas.u[0].data, without.gas.u[0].data, sizeof(double) * w.gas.u[0].block_size) == 0);
      fallback += w.gas.counts.fallback;
      world_close(&w);
      world_close(&without);
    }
  EXPECT(bad, "fallback", fallback > 100);
  assert_true(all_agree(bad == 0));
}

/* Blocks of 8, 16 and 32 cells: the same bits, fallback included. */
static void test_blocks(void **unused) {
  (void)unused;
  int bad = 0;
  struct mhd_params par = gas_params(true);
  par.nscalar = 1;
  double first[32][32] = {{0.0}};
  int64_t fallback = 0;
  for (int block = 8; block <= 32; block *= 2) {
    struct mesh_params mesh = closed(6);
    mesh.cells[0] = mesh.cells[1] = 32;
    mesh.block = block;
    struct world w;
    start(&w, &mesh, &par, &wild, MPI_COMM_SELF);
    for (int step = 0; step < 4; step++) EXPECT(bad, "blocks", advance(&w, mhd_max_dt(&w.gas, &w.mesh)));
    int i[3];
    for (int b = 0; b < w.mesh.count; b++)
      FOR_CELLS(i, w.mesh.nc) {
        const int64_t *at = w.mesh.block[b].pos;
        double *to = &first[at[1] * block + i[1]][at[0] * block + i[0]], e = *value_at(&w.mesh, &w.gas.u[0], b, GAS_E, i);
        if (block == 8) *to = e;
        EXPECT(bad, "blocks", *to == e);
      }
    if (block == 8) fallback = w.gas.counts.fallback;
    EXPECT(bad, "blocks", fallback > 0 && w.gas.counts.fallback == fallback);
    world_close(&w);
  }
  assert_true(all_agree(bad == 0));
}

/* The same gas without the fallback needs floors, and mass then is not conserved where the density is lifted. */
static void test_floors_without_fallback(void **unused) {
  (void)unused;
  int bad = 0;
  int64_t floors[2];
  for (int fallback = 0; fallback < 2; fallback++) {
    struct mesh_params mesh = closed(13);
    struct mhd_params par = gas_params(true);
    par.fallback = fallback;
    struct world w;
    start(&w, &mesh, &par, &wild, MPI_COMM_WORLD);
    for (int step = 0; step < 4; step++) EXPECT(bad, "floors", advance(&w, mhd_max_dt(&w.gas, &w.mesh)));
    floors[fallback] = w.gas.counts.floor_density + w.gas.counts.floor_pressure;
    EXPECT(bad, "floors", (w.gas.counts.fallback > 0) == fallback);
    world_close(&w);
  }
  EXPECT(bad, "floors", floors[0] > 0 && floors[1] < floors[0]);
  assert_true(all_agree(bad == 0));
}

/* The step leaves the state before it in the third copy. */
static void test_old_state_is_kept(void **unused) {
  (void)unused;
  struct mesh_params mesh = closed(5);
  struct mhd_params par = gas_params(true);
  struct world w, old;
  start(&w, &mesh, &par, &wild, MPI_COMM_WORLD);
  start(&old, &mesh, &par, &wild, MPI_COMM_SELF);
  bool good = advance(&w, mhd_max_dt(&w.gas, &w.mesh)) && differences(&w.mesh, &w.gas.u[2], &old.mesh, &old.gas.u[0]) == 0 &&
              differences(&w.mesh, &w.gas.b[2], &old.mesh, &old.gas.b[0]) == 0 && differences(&w.mesh, &w.gas.u[0], &old.mesh, &old.gas.u[0]) > 0;
  world_close(&w);
  world_close(&old);
  assert_true(all_agree(good));
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fallback),               cmocka_unit_test(test_mass),              cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_floors_without_fallback), cmocka_unit_test(test_old_state_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
