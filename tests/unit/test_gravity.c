/* Static potentials: their values, and what gas gains in them. */
#include "gravity/gravity.h"
#include "tests/unit/gas_cases.h"

#include "base/sum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static int kind_of(const char *name) {
  for (int i = 0; gravity_kinds[i].name; i++)
    if (strcmp(gravity_kinds[i].name, name) == 0) return i;
  fail();
  return -1;
}

/* Circular velocity at radius R in the plane and the vertical force, by differences, against closed forms. */
static void forces_are_known(void **state) {
  (void)state;
  const double gm = 1.3, R = 2.0, z = 0.7, a = 0.9, b = 0.4, v0 = 1.7, q = 0.8, h = 1e-4;
  const double r = sqrt(R * R + z * z), s = sqrt(z * z + b * b), mn = pow(R * R + (a + s) * (a + s), -1.5), m = log(1.0 + r / a) - r / (r + a);
  const double core = R * R + z * z / (q * q) + a * a;
  const struct { const char *name; double fr, fz; } want[] = {
      {"miyamoto_nagai", -gm * R * mn, -gm * mn * (a + s) * z / s},
      {"hernquist", -gm / ((r + a) * (r + a)) * R / r, -gm / ((r + a) * (r + a)) * z / r},
      {"nfw", -gm * m / (r * r) * R / r, -gm * m / (r * r) * z / r},
      {"plummer", -gm * R * pow(r * r + a * a, -1.5), -gm * z * pow(r * r + a * a, -1.5)},
      {"logarithmic", -v0 * v0 * R / core, -v0 * v0 * z / (q * q) / core},
      {"point", -gm * R / (r * r * r), -gm * z / (r * r * r)},
      {"uniform", 0.3, -0.2},
      {"sheet", 0.0, -0.2 * tanh(z / b)},
  };
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    const struct potential p = {.kind = kind_of(want[i].name), .scale = a, .height = b, .velocity = v0, .flattening = q, .acceleration = {0.3, 0.0, -0.2}};
    double f[2];
    for (int d = 0; d < 2; d++) {
      double lo[3] = {R, 0.0, z}, hi[3] = {R, 0.0, z};
      lo[2 * d] -= h;
      hi[2 * d] += h;
      f[d] = -(gravity_kinds[p.kind].value(&p, gm, hi) - gravity_kinds[p.kind].value(&p, gm, lo)) / (2.0 * h);
    }
    if (!(fabs(f[0] - want[i].fr) < 1e-7 && fabs(f[1] - want[i].fz) < 1e-7))
      fail_msg("%s: force (%.9g, %.9g), want (%.9g, %.9g)", want[i].name, f[0], f[1], want[i].fr, want[i].fz);
  }
}

static void stir(struct world *w) {
  const struct mesh *m = &w->mesh;
  for (int b = 0; b < m->count; b++) {
    int i[3];
    FOR_CELLS(i, m->nc) {
      double rho = 0.5 + place_noise(m, b, 1, i), kinetic = 0.0;
      *value_at(m, &w->gas.u[0], b, GAS_RHO, i) = rho;
      for (int d = 0; d < 3; d++) {
        double v = 0.4 * (place_noise(m, b, 2 + d, i) - 0.5);
        *value_at(m, &w->gas.u[0], b, GAS_M1 + d, i) = rho * v;
        kinetic += 0.5 * rho * v * v;
      }
      *value_at(m, &w->gas.u[0], b, GAS_E, i) = kinetic + 1.0;
    }
  }
  mhd_settle(&w->gas, m);
}

static void step(struct world *w, struct gravity *g, double dt) {
  gravity_before(g, &w->mesh, w->x, &w->gas, dt);
  assert_true(mhd_step(&w->gas, &w->mesh, w->x, w->c, dt));
  assert_true(gravity_after(g, &w->mesh, w->x, &w->gas, dt));
}

static void open_with(struct world *w, struct gravity *g, const struct mesh_params *mesh, const struct gravity_params *par) {
  const struct mhd_params gas = gas_params(false);
  world_open(w, mesh, &gas, MPI_COMM_WORLD);
  mhd_keep_mass(&w->gas, &w->mesh);
  gravity_create(g, par, &w->mesh, NULL);
}

/* Noise in a Plummer sphere on a refined mesh: total energy with that in the potential. */
static void energy_is_conserved(void **state) {
  (void)state;
  for (int dim = 2; dim <= 3; dim++) {
    struct mesh_params mesh = {.dim = dim, .cells = {16, 16, 16}, .lower = {-1, -1, -1}, .upper = {1, 1, 1}, .block = 4, .max_level = 1, .region_count = 1,
                               .region = {{.level = 1, .lower = {-0.4, -0.4, -0.4}, .upper = {0.2, 0.4, 0.4}}}};
    struct gravity_params par = {.constant = 1.0, .count = 1, .cfl = 0.3, .potential = {{.kind = kind_of("plummer"), .mass = 0.5, .scale = 0.3}}};
    struct world w;
    struct gravity g;
    open_with(&w, &g, &mesh, &par);
    stir(&w);
    double energy = mhd_totals(&w.gas, &w.mesh).energy, before = energy + gravity_energy(&g, &w.mesh, &w.gas);
    for (int n = 0; n < 6; n++) step(&w, &g, 0.01);
    double after = mhd_totals(&w.gas, &w.mesh).energy, drift = after + gravity_energy(&g, &w.mesh, &w.gas) - before;
    assert_true(fabs(after - energy) > 1e-6); /* something has fallen */
    if (!(fabs(drift) < 1e-13 * fabs(before))) fail_msg("%d-D: energy changed by %g of %g", dim, drift, before);
    assert_true(isfinite(gravity_max_dt(&g, &w.mesh)));
    gravity_destroy(&g);
    world_close(&w);
  }
}

/* Everything falls alike: no heat, and the exact velocity. */
static void free_fall_is_cold(void **state) {
  (void)state;
  struct mesh_params mesh = {.dim = 2, .cells = {16, 16, 1}, .upper = {1, 1, 1}, .block = 8};
  struct gravity_params par = {.constant = 1.0, .count = 1, .potential = {{.kind = kind_of("uniform"), .acceleration = {0.25, 0.0, 0.0}}}};
  struct world w;
  struct gravity g;
  open_with(&w, &g, &mesh, &par);
  for (int b = 0; b < w.mesh.count; b++) {
    int i[3];
    FOR_CELLS(i, w.mesh.nc) {
      *value_at(&w.mesh, &w.gas.u[0], b, GAS_RHO, i) = 2.0;
      *value_at(&w.mesh, &w.gas.u[0], b, GAS_E, i) = 1e-3;
    }
  }
  mhd_settle(&w.gas, &w.mesh);
  for (int n = 0; n < 10; n++) step(&w, &g, 0.02);
  struct mhd_totals t = mhd_totals(&w.gas, &w.mesh);
  assert_true(fabs(t.momentum[0] / t.mass - 0.25 * 0.2) < 1e-14);
  assert_true(fabs(t.energy - t.kinetic - 1e-3) < 1e-14);
  assert_true(fabs(t.internal - 1e-3) < 1e-14);
  gravity_destroy(&g);
  world_close(&w);
}

static struct mesh_params box(bool refined) {
  struct mesh_params p = {.dim = 3, .cells = {16, 16, 16}, .upper = {1, 1, 1}, .block = 8, .max_level = refined, .region_count = refined};
  if (refined) p.region[0].level = 1;
  for (int d = 0; refined && d < 3; d++) p.region[0].upper[d] = 0.4;
  return p;
}

/* Noise in its own gravity: without jumps of levels the forces between any two cells are opposite, so that energy and momentum are conserved to the
 * tolerance of the solver.  Between levels energy is conserved to the errors of the potential. */
static void own_gravity_conserves(void **state) {
  (void)state;
  for (int refined = 0; refined < 2; refined++) {
    struct mesh_params mesh = box(refined);
    struct gravity_params par = {.constant = 0.5, .self = SELF_PERIODIC, .cfl = 0.3, .tolerance = 1e-11};
    struct world w;
    struct gravity g;
    open_with(&w, &g, &mesh, &par);
    stir(&w);
    assert_true(gravity_solve(&g, &w.mesh, &w.gas));
    struct mhd_totals t0 = mhd_totals(&w.gas, &w.mesh), t = t0;
    const double before = t0.energy + gravity_energy(&g, &w.mesh, &w.gas);
    for (int n = 0; n < 4; n++) step(&w, &g, 0.01);
    t = mhd_totals(&w.gas, &w.mesh);
    const double drift = t.energy + gravity_energy(&g, &w.mesh, &w.gas) - before;
    assert_true(fabs(t.energy - t0.energy) > 1e-6);
    if (!(fabs(drift) < (refined ? 0.1 * fabs(t.energy - t0.energy) : 1e-11))) fail_msg("energy changed by %g, that of the gas by %g", drift, t.energy - t0.energy);
    for (int d = 0; d < 3 && !refined; d++)
      if (!(fabs(t.momentum[d] - t0.momentum[d]) < 1e-11)) fail_msg("momentum changed by %g", t.momentum[d] - t0.momentum[d]);
    gravity_destroy(&g);
    world_close(&w);
  }
}

/* A step that is undone leaves gas and potential as they were; mass that is not gas counts like gas. */
static void undone_and_added(void **state) {
  (void)state;
  struct mesh_params mesh = box(true);
  struct gravity_params par = {.constant = 0.5, .self = SELF_PERIODIC, .cfl = 0.3, .tolerance = 1e-10};
  struct world w;
  struct gravity g;
  open_with(&w, &g, &mesh, &par);
  stir(&w);
  assert_true(gravity_solve(&g, &w.mesh, &w.gas));
  const struct mhd_totals t0 = mhd_totals(&w.gas, &w.mesh);
  const double energy = gravity_energy(&g, &w.mesh, &w.gas);
  gravity_before(&g, &w.mesh, w.x, &w.gas, 0.01);
  assert_true(mhd_step(&w.gas, &w.mesh, w.x, w.c, 0.01));
  assert_true(gravity_after(&g, &w.mesh, w.x, &w.gas, 0.01));
  struct mhd_totals t = mhd_totals(&w.gas, &w.mesh);
  assert_true(fabs(t.kinetic - t0.kinetic) > 1e-6);
  /* Not the second kick, which came after the potential was found. */
  gravity_undo(&g, &w.mesh, &w.gas, 0.01, true);
  t = mhd_totals(&w.gas, &w.mesh);
  assert_true(fabs(t.kinetic - t0.kinetic) < 1e-13 && fabs(t.energy - t0.energy) < 1e-13);
  assert_true(fabs(gravity_energy(&g, &w.mesh, &w.gas) - energy) < 1e-15);
  struct field *mass = gravity_add_mass(&g, &w.mesh);
  for (int b = 0; b < w.mesh.count; b++) {
    int i[3];
    FOR_CELLS(i, w.mesh.nc) *value_at(&w.mesh, mass, b, 0, i) = *value_at(&w.mesh, &w.gas.u[0], b, GAS_RHO, i);
  }
  assert_true(gravity_solve(&g, &w.mesh, &w.gas));
  assert_true(fabs(gravity_energy(&g, &w.mesh, &w.gas) / (4.0 * energy) - 1.0) < 1e-8);
  gravity_destroy(&g);
  world_close(&w);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forces_are_known),
      cmocka_unit_test(energy_is_conserved),
      cmocka_unit_test(free_fall_is_cold),
      cmocka_unit_test(own_gravity_conserves),
      cmocka_unit_test(undone_and_added),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
