/* What a step does to single cells: floors, failure and dual energy (run with 1, 2, 3). */
#include "tests/unit/step_cases.h"

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

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hopeless_cell), cmocka_unit_test(test_not_a_number), cmocka_unit_test(test_each_variable_is_watched),
                                     cmocka_unit_test(test_dual_energy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
