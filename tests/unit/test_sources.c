/* Events and continuous sources: exact sums on refined meshes, the same bits for all ranks and turned meshes. */
#include "tests/unit/full_cases.h"

static void gas_at(const double x[3], struct gas *g, double w[5]) {
  (void)g;
  w[0] = 1.0 + 0.3 * x[0];
  w[1] = 0.2;
  w[2] = 0.1 * x[1];
  w[3] = -0.1;
  w[4] = 1e-4;
}

static double field(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 0.01 : 0.02;
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

static void one_event(int dim, double radius, const double position[3], int form) {
  struct rays_params par = full_params(NETWORK_PAPER);
  const struct units u = full_units();
  par.transport.form = form;
  par.event_count = 3;
  for (int k = 0; k < 3; k++)
    par.event[k] = (struct rays_event){.time = 0.5 * k, .radius = radius, .energy = 1e51 / u.energy_erg, .thermal = 9e50 / u.energy_erg,
                                       .mass = 10.5 * 1.98841e33 / u.mass_g, .kind = CR_CORE_COLLAPSE, .metallicity = 1.0, .density_cm3 = 1.0};
  memcpy(par.event[1].position, position, sizeof par.event[1].position);
  const struct mesh_params mesh = refined(dim);
  struct full f, one;
  full_open(&f, &mesh, &par, gas_at, field, MPI_COMM_WORLD);
  full_open(&one, &mesh, &par, gas_at, field, MPI_COMM_SELF);
  mhd_settle(&f.w.gas, &f.w.mesh);
  mhd_settle(&one.w.gas, &one.w.mesh);
  const struct full_totals start = full_measure(&f);
  /* The second one only. */
  rays_events(&f.r, &f.w.mesh, &f.w.gas, 0.0, 0.5);
  rays_events(&one.r, &one.w.mesh, &one.w.gas, 0.0, 0.5);
  assert_true(rays_next_event(&f.r, 0.2) == 0.5 - 0.2 && rays_next_event(&f.r, 1.0) == INFINITY);
  const struct full_totals end = full_measure(&f);
  const struct rays_event *e = &par.event[1];
  double energy = 0.0, worst = 0.0;
  for (int s = 0; s < f.r.net.count; s++) {
    energy += end.energy[s] * f.r.scale.pressure;
    worst = fmax(worst, fabs(end.number[s] + full_ledger(&f, s, ENTRY_SOURCE, false) / f.r.scale.number) / fmax(end.number[s], 1e-300));
    worst = fmax(worst, fabs(end.energy[s] + full_ledger(&f, s, ENTRY_SOURCE, true) / f.r.scale.number) / fmax(end.energy[s], 1e-300));
  }
  assert_true(worst < 1e-13);
  assert_true(fabs(energy / (rays_slowness(&f.r) * 0.1 * e->energy) - 1.0) < 1e-12);
  assert_true(fabs((end.mass - start.mass) / e->mass - 1.0) < 1e-12 * start.mass / e->mass);
  assert_true(fabs((end.internal - start.internal) / e->thermal - 1.0) < 1e-12 * start.internal / e->thermal);
  int64_t bad = differences(&f.w.mesh, &f.w.gas.u[0], &one.w.mesh, &one.w.gas.u[0]);
  bad += differences(&f.w.mesh, &f.r.transport.group[0].state, &one.w.mesh, &one.r.transport.group[0].state);
  assert_true(all_agree(bad == 0));
  full_close(&f);
  full_close(&one);
}

static void test_events(void **unused) {
  (void)unused;
  static const double place[][3] = {{0.13, 0.21, 0.11}, {-0.25, 0.0, 0.125}, {0.49, -0.49, 0.02}};
  for (int dim = 1; dim <= 3; dim++)
    for (int k = 0; k < 3; k++) {
      one_event(dim, 0.2, place[k], RSOL_FLUX);
      if (dim == 2) one_event(dim, 1e-4, place[k], RSOL_FULL); /* less than a cell */
    }
}

/* Permuted axes and a mirror: the same bits. */
static void test_turned(void **unused) {
  (void)unused;
  struct full f[2];
  for (int k = 0; k < 2; k++) {
    struct rays_params par = full_params(NETWORK_PROTONS);
    par.event_count = 1;
    par.event[0] = (struct rays_event){.radius = 0.17, .energy = 1.0, .thermal = 0.5, .mass = 0.1, .kind = CR_WIND, .metallicity = 1.0, .density_cm3 = 1.0};
    const double place[2][3] = {{0.11, 0.07, -0.03}, {0.07, -0.11, -0.03}};
    memcpy(par.event[0].position, place[k], sizeof place[k]);
    struct mesh_params mesh = {.dim = 3, .cells = {16, 16, 16}, .block = 8, .lower = {-0.5, -0.5, -0.5}, .upper = {0.5, 0.5, 0.5}};
    full_open(&f[k], &mesh, &par, gas_at, field, MPI_COMM_SELF);
    rays_events(&f[k].r, &f[k].w.mesh, &f[k].w.gas, -1.0, 0.0);
  }
  int bad = 0;
  for (int z = 0; z < 16; z++)
    for (int y = 0; y < 16; y++)
      for (int x = 0; x < 16; x++) {
        const int to[3] = {y, 15 - x, z}, from[3] = {x, y, z};
        double *value[2];
        for (int k = 0; k < 2; k++) {
          const int *at = k ? to : from;
          int b = 0, in[3] = {at[0] % 8, at[1] % 8, at[2] % 8};
          for (int n = 0; n < f[k].w.mesh.count; n++) {
            const int64_t *pos = f[k].w.mesh.block[n].pos;
            if (pos[0] == at[0] / 8 && pos[1] == at[1] / 8 && pos[2] == at[2] / 8) b = n;
          }
          value[k] = full_value(&f[k], 5, b, 0, in);
        }
        EXPECT(bad, "turned", *value[0] == *value[1]);
      }
  assert_int_equal(bad, 0);
  full_close(&f[0]);
  full_close(&f[1]);
}

/* A point between cells goes to all of them alike; points at periodic ends are on both sides. */
static void test_between(void **unused) {
  (void)unused;
  struct rays_params par = full_params(NETWORK_PROTONS);
  par.event_count = 1;
  par.event[0] = (struct rays_event){.position = {-0.5, 0.0, 0.0}, .radius = 1e-3, .energy = 1.0, .kind = CR_WIND, .metallicity = 1.0, .density_cm3 = 1.0};
  struct mesh_params mesh = {.dim = 2, .cells = {16, 16, 1}, .block = 8, .lower = {-0.5, -0.5}, .upper = {0.5, 0.5}};
  struct full f;
  full_open(&f, &mesh, &par, gas_at, field, MPI_COMM_SELF);
  rays_events(&f.r, &f.w.mesh, &f.w.gas, -1.0, 0.0);
  int i[3], count = 0;
  double first = 0.0;
  for (int b = 0; b < f.w.mesh.count; b++)
    FOR_CELLS(i, f.w.mesh.nc) {
      const double q = *full_value(&f, 3, b, 0, i);
      if (q == 0.0) continue;
      if (first == 0.0) first = q;
      assert_true(q == first);
      count++;
    }
  assert_int_equal(count, 4);
  full_close(&f);
}

/* A steady source, with the rest of momentum space or alone: power times time times volume. */
static double power(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return x[0] > 0.0 ? 2.0 * x[0] : 0.0;
}
static void test_continuous(void **unused) {
  (void)unused;
  for (int k = 0; k < 4; k++) {
    struct rays_params par = full_params(NETWORK_PAPER);
    par.momentum = k % 2;
    par.transport.form = k / 2 ? RSOL_FULL : RSOL_FLUX;
    const struct mesh_params mesh = refined(2);
    struct full f;
    full_open(&f, &mesh, &par, gas_at, field, MPI_COMM_WORLD);
    f.r.source = power;
    const double dt = 1e-3;
    rays_momentum(&f.r, &f.w.mesh, f.w.x, &f.w.gas, 0.0, dt, CR_REACTIONS_FIRST);
    const struct full_totals end = full_measure(&f);
    double made = 0.0, worst = 0.0;
    for (int s = 0; s < f.r.net.count; s++) {
      double number = end.number[s];
      for (int e = 0; e < ENTRY_COUNT; e++) number += full_ledger(&f, s, e, false) / f.r.scale.number;
      worst = fmax(worst, fabs(number) / fmax(end.number[s], 1e-300));
      made -= full_ledger(&f, s, ENTRY_SOURCE, true) * f.r.scale.energy;
    }
    assert_true(worst < 1e-13);
    assert_true(fabs(made / (0.25 * dt * rays_slowness(&f.r)) - 1.0) < 1e-12);
    full_close(&f);
  }
}

/* The composition is that of gas with the metallicity of the parameters, of the setup and of a scalar. */
static double even_power(double t, const double x[3], const double dx[3]) {
  (void)t, (void)x, (void)dx;
  return 1.0;
}
static double metals_of(const double x[3]) { return x[0] < 0.0 ? 0.7 : 2.0; }
static void metals(double t, const double x[3], struct rays_surroundings *m) {
  (void)t;
  m->metallicity = metals_of(x);
}
static void test_metals(void **unused) {
  (void)unused;
  struct rays_params par = full_params(NETWORK_PAPER);
  par.momentum = false;
  const struct mesh_params mesh = refined(1);
  struct full f;
  full_open(&f, &mesh, &par, gas_at, field, MPI_COMM_SELF);
  f.r.source = even_power;
  const int cno = f.r.net.first[cr_network_find(&f.r.net, "cno")] + 5, p = f.r.net.first[cr_network_find(&f.r.net, "p")] + 5;
  double ratio[3][2], lo[2][80], hi[80];
  for (int how = 0; how < 3; how++) {
    f.r.medium = how == 1 ? metals : NULL;
    f.r.par.medium.metal_scalar = how == 2 ? 0 : -1;
    int i[3];
    for (int b = 0; b < f.w.mesh.count && how == 2; b++) /* this gas has no scalars: the component behind the others stands for one */
      FOR_CELLS(i, f.w.mesh.nc) {
        double x[3];
        full_place(&f.w.mesh, b, -1, i, x);
        *value_at(&f.w.mesh, &f.w.gas.u[0], b, GAS_SCALAR, i) = 0.0134 * metals_of(x) * *value_at(&f.w.mesh, &f.w.gas.u[0], b, GAS_RHO, i);
      }
    f.r.par.medium.metallicity = 0.7;
    for (int q = 0; q < f.r.count; q++)
      for (int b = 0; b < f.w.mesh.count; b++) memset(rays_data(&f.r, q, b, 0), 0, sizeof(double) * (size_t)f.r.transport.group[0].state.comp_size[0]);
    rays_momentum(&f.r, &f.w.mesh, f.w.x, &f.w.gas, 0.0, 1e-3, CR_REACTIONS_FIRST);
    for (int side = 0; side < 2; side++) {
      const int b = side == 0 ? 0 : f.w.mesh.count - 1, at[3] = {3, 0, 0};
      ratio[how][side] = *full_value(&f, 2 * cno, b, 0, at) / *full_value(&f, 2 * p, b, 0, at);
    }
  }
  for (int side = 0; side < 2; side++) {
    const struct cr_event event = {.kind = CR_MIXTURE, .energy_GeV = 6.2415e53, .metallicity = side == 0 ? 0.7 : 2.0, .density_cm3 = 1.0};
    cr_injection(&f.r.net, &par.cr.injection, &event, lo[side], hi);
    assert_true(fabs(ratio[2][side] / ratio[1][side] - 1.0) < 1e-14);
    assert_true(fabs(ratio[1][side] / (lo[side][cno] / lo[side][p]) - 1.0) < 5e-4); /* linear between the points of the table */
  }
  assert_true(lo[1][cno] / lo[1][p] > 1.05 * lo[0][cno] / lo[0][p]);
  assert_true(ratio[0][0] == ratio[1][0] && ratio[0][1] == ratio[0][0]);
  full_close(&f);
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_events), cmocka_unit_test(test_turned), cmocka_unit_test(test_between),
                                     cmocka_unit_test(test_continuous), cmocka_unit_test(test_metals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
