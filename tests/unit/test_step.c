/* Steps on the whole mesh: first-order fallback, floors, failure and dual energy (run with 1, 2, 3). */
#include "base/minmax.h"
#include "mhd/work.h"
#include "setups/initial.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

static const double PI = 3.14159265358979323846;

/* Cold gas in fast turbulence with nearly empty places: second-order fluxes fail somewhere in the first steps. */
static void wild_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double a[3];
  for (int d = 0; d < 3; d++) a[d] = 2.0 * PI * x[d] / 1.4;
  *w = (struct gas_point){.rho = 1e-3 + pow(sin(a[0] + 1.0) * cos(2.0 * a[1]), 4.0), .p = 1e-6};
  w->v[0] = 3.0 * sin(2.0 * a[1] + 0.3) + 2.0 * cos(3.0 * a[0]);
  w->v[1] = 3.0 * sin(2.0 * a[0] + 0.7) - 2.0 * cos(3.0 * a[1] + a[2]);
  w->v[2] = 2.0 * sin(a[0] + a[1]) + 1.5 * cos(2.0 * a[2]);
  w->scalar[0] = 0.5 + 0.5 * sin(a[0]);
}

static void wild_potential(double t, const double x[3], double a[3]) {
  (void)t;
  for (int d = 0; d < 3; d++) a[d] = 0.02 * sin(2.0 * PI * x[(d + 1) % 3] / 1.4) * cos(4.0 * PI * x[(d + 2) % 3] / 1.4);
}

static const struct setup wild = {.name = "wild", .points = 2, .gas = wild_gas, .potential = wild_potential};

/* Strong field along x, with a flow that compresses the gas along it. */
static double flow_field;
static void flow_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  *w = (struct gas_point){.rho = 1.0, .v = {0.5 * sin(2.0 * PI * x[0] / 1.4), 0.0, 0.0}, .p = 1.0};
}
static void flow_background(double b[3]) {
  b[0] = flow_field;
  b[1] = b[2] = 0.0;
}
static const struct setup flow = {.name = "flow", .points = 1, .gas = flow_gas, .background = flow_background};

static void start(struct world *w, const struct mesh_params *mesh, const struct mhd_params *par, const struct setup *setup, MPI_Comm comm) {
  world_open(w, mesh, par, comm);
  struct setup_run run = {.dim = w->mesh.dim, .gamma = par->gamma, .magnetic = par->magnetic, .nscalar = par->nscalar};
  setup_fill(&w->mesh, setup, &run, 0.0, &w->gas);
  mhd_settle(&w->gas, &w->mesh);
}

static bool advance(struct world *w, double dt) { return mhd_step(&w->gas, &w->mesh, w->x, w->c, dt); }

/* Periodic, whatever the case says, so that nothing leaves. */
static struct mesh_params closed(int c) {
  struct mesh_params par = case_params(&CASES[c]);
  memset(par.boundary, 0, sizeof par.boundary); /* BOUNDARY_PERIODIC */
  return par;
}

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

static void set_rest(struct world *w) {
  int i[3];
  for (int b = 0; b < w->mesh.count; b++)
    for (int v = 0; v < w->gas.nvar; v++)
      FOR_CELLS(i, w->mesh.nc) *value_at(&w->mesh, &w->gas.u[0], b, v, i) = v == GAS_RHO ? 1.0 : v == GAS_E || v == w->gas.nvar - 1 ? 1.5 : 0.0;
}

/* A cell that no flux can mend in so short a step: tried with the fallback and then put on the floor, once per stage and nowhere else. */
static void test_hopeless_cell(void **unused) {
  (void)unused;
  int bad = 0;
  for (int which = 0; which < 2; which++)
    for (int rank = 0; rank < 2; rank++) {
      struct mesh_params mesh = closed(13);
      struct mhd_params par = gas_params(false);
      par.floor_density = 1e-3;
      par.floor_pressure = 1e-4;
      struct world w;
      world_open(&w, &mesh, &par, MPI_COMM_WORLD);
      set_rest(&w);
      const int i[3] = {0, 7, 3};
      double *rho = NULL, *internal = NULL, *e = NULL;
      int owner = rank ? w.mesh.size - 1 : 0;
      if (w.mesh.rank == owner) {
        rho = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, GAS_RHO, i);
        e = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, GAS_E, i);
        internal = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, w.gas.nvar - 1, i);
        if (which == 0) *rho = 1e-4;
        else *e = *internal = -1.0;
      }
      EXPECT(bad, "hopeless", advance(&w, 1e-9));
      EXPECT(bad, "hopeless", w.gas.counts.fallback == 2);
      EXPECT(bad, "hopeless", w.gas.counts.floor_density == (which == 0 ? 2 : 0) && w.gas.counts.floor_pressure == (which == 0 ? 0 : 2));
      if (rho) {
        rho = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, GAS_RHO, i);
        e = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, GAS_E, i);
        internal = value_at(&w.mesh, &w.gas.u[0], w.mesh.count / 2, w.gas.nvar - 1, i);
        if (which == 0) EXPECT(bad, "hopeless", *rho == 1e-3);
        else EXPECT(bad, "hopeless", *internal == 1e-4 / (par.gamma - 1.0) && *e < -0.9); /* the total energy is not touched */
        if (which == 0) *rho = 1e-4;
        else *internal = -1.0;
      }
      mhd_settle(&w.gas, &w.mesh); /* what others do to cells counts as well */
      EXPECT(bad, "settled", w.gas.counts.floor_density == (which == 0 ? 3 : 0) && w.gas.counts.floor_pressure == (which == 0 ? 0 : 3));
      world_close(&w);
    }
  assert_true(all_agree(bad == 0));
}

/* A state that overflows within the step: false on all ranks, the old state in place, the place named. */
static void test_not_a_number(void **unused) {
  (void)unused;
  int bad = 0;
  for (int variant = 0; variant < 8; variant++) {
    struct mesh_params mesh = closed(14);
    struct mhd_params par = gas_params(variant & 1);
    par.eos = variant & 2 ? EOS_ISOTHERMAL : EOS_ADIABATIC;
    par.integrator = variant & 4 ? INTEGRATOR_RK3 : INTEGRATOR_VL2;
    struct world w, old;
    start(&w, &mesh, &par, &wild, MPI_COMM_WORLD);
    start(&old, &mesh, &par, &wild, MPI_COMM_SELF);
    const int64_t victim = w.mesh.global_count - 2;
    const int i[3] = {3, 4, 5};
    if (victim >= w.mesh.first && victim < w.mesh.first + w.mesh.count)
      *value_at(&w.mesh, &w.gas.u[0], (int)(victim - w.mesh.first), GAS_M2, i) = 1e200;
    *value_at(&old.mesh, &old.gas.u[0], (int)victim, GAS_M2, i) = 1e200;
    EXPECT(bad, "not a number", !advance(&w, 1e-3));
    EXPECT(bad, "not a number", differences(&w.mesh, &w.gas.u[0], &old.mesh, &old.gas.u[0]) == 0);
    if (par.magnetic) EXPECT(bad, "not a number", differences(&w.mesh, &w.gas.b[0], &old.mesh, &old.gas.b[0]) == 0);
    struct mhd_failure f = mhd_failure(&w.gas, &w.mesh);
    const struct block *k = &old.mesh.block[victim];
    EXPECT(bad, "not a number", f.found);
    for (int d = 0; d < 3; d++) { /* the fluxes of the cell spoil it and its neighbours */
      double x = fabs(f.x[d] - (k->lower[d] + (i[d] + 0.5) * k->dx[d]));
      EXPECT(bad, "not a number", min(x, 1.4 - x) < 3.0 * k->dx[d]);
    }
    world_close(&w);
    world_close(&old);
  }
  assert_true(all_agree(bad == 0));
}

/* One number of a variable that is not finite is never missed, whatever the other two components are. */
static void test_each_variable_is_watched(void **unused) {
  (void)unused;
  int bad = 0;
  for (int variant = 0; variant < 2; variant++)
    for (int v = 0; v < 9; v++) { /* five variables, two faces, two scalars */
      if (variant && v == GAS_E) continue; /* isothermal gas does not use it */
      struct mesh_params mesh = closed(10);
      struct mhd_params par = gas_params(true);
      par.eos = variant ? EOS_ISOTHERMAL : EOS_ADIABATIC;
      par.nscalar = 2;
      struct world w;
      start(&w, &mesh, &par, &wild, MPI_COMM_SELF);
      const int i[3] = {3, 4, 5};
      const bool face = v == 5 || v == 6;
      *value_at(&w.mesh, face ? &w.gas.b[0] : &w.gas.u[0], 0, face ? v - 4 : v < 5 ? v : GAS_SCALAR + v - 7, i) = NAN;
      EXPECT(bad, "each variable", !advance(&w, 1e-9));
      EXPECT(bad, "each variable", mhd_failure(&w.gas, &w.mesh).found);
      world_close(&w);
    }
  assert_true(all_agree(bad == 0));
}

/* Where the field holds nearly all energy the internal energy follows advection and compression and knows nothing of the
 * remainder; elsewhere it is the remainder, whatever it was before. */
static void test_dual_energy(void **unused) {
  (void)unused;
  int bad = 0;
  for (int strong = 0; strong < 2; strong++) {
    struct mesh_params mesh = closed(1);
    mesh.cells[0] = 128;
    struct mhd_params par = gas_params(true);
    struct world w;
    flow_field = strong ? 100.0 : 1.0;
    start(&w, &mesh, &par, &flow, MPI_COMM_SELF);
    const struct mesh *m = &w.mesh;
    int i[3], last = w.gas.nvar - 1;
    for (int b = 0; b < m->count; b++) /* twice what the total energy leaves */
      FOR_CELLS(i, m->nc) *value_at(m, &w.gas.u[0], b, last, i) = 3.0;
    double dt = 1e-5, worst = 0.0;
    EXPECT(bad, "dual energy", advance(&w, dt));
    for (int b = 0; b < m->count; b++)
      FOR_CELLS(i, m->nc) {
        double u[6];
        for (int v = 0; v < 6; v++) u[v] = *value_at(m, &w.gas.u[0], b, v, i);
        if (strong) { /* d_t e = -v d_x e - gamma e d_x v with e = 3 */
          double x = mesh_coordinate(m, &m->block[b], 0, i[0] + 0.5), k = 2.0 * PI / 1.4;
          worst = max(worst, fabs((u[5] - 3.0) / dt + par.gamma * 3.0 * 0.5 * k * cos(k * x)));
        } else {
          double bx = flow_field, rest = u[GAS_E] - 0.5 * (sum3(u[1] * u[1], u[2] * u[2], u[3] * u[3]) / u[0] + bx * bx);
          EXPECT(bad, "dual energy", u[5] == rest && fabs(rest - 1.5) < 1e-3);
        }
      }
    if (strong) EXPECT(bad, "dual energy", worst < 0.05 * par.gamma * 3.0 * 0.5 * 2.0 * PI / 1.4);
    world_close(&w);
  }
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
      cmocka_unit_test(test_fallback),      cmocka_unit_test(test_mass),          cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_floors_without_fallback), cmocka_unit_test(test_hopeless_cell),
      cmocka_unit_test(test_not_a_number),  cmocka_unit_test(test_each_variable_is_watched),
      cmocka_unit_test(test_dual_energy),   cmocka_unit_test(test_old_state_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
