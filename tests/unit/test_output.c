/* What a snapshot holds of the gas: names, units, and the value of every variable in every cell. */
#include "base/units.h"
#include "io/io.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

/* Names and one code unit in cgs. */
struct expected { const char *name, *unit, *cgs_unit; double cgs; };

static void open_noise(struct world *w, int c, const struct mhd_params *par) {
  struct mesh_params mesh = case_params(&CASES[c]);
  world_open(w, &mesh, par, MPI_COMM_WORLD);
  const struct mesh *m = &w->mesh;
  int i[3], n[3];
  for (int b = 0; b < m->count; b++) {
    for (int v = 0; v < w->gas.nvar; v++) FOR_CELLS(i, m->nc) *value_at(m, &w->gas.u[0], b, v, i) = 0.5 + place_noise(m, b, v, i);
    for (int d = 0; par->magnetic && d < 3; d++) {
      own_extent(m, &w->gas.b[0], d, n);
      FOR_CELLS(i, n) *value_at(m, &w->gas.b[0], b, d, i) = place_noise(m, b, 50 + d, i) - 0.5;
    }
  }
}

/* From the state as it was planted. */
static double expected_value(const struct world *w, const char *name, int b, const int i[3]) {
  const struct mesh *m = &w->mesh;
  const struct field *u = &w->gas.u[0];
  double rho = *value_at(m, u, b, GAS_RHO, i);
  if (strcmp(name, "rho") == 0) return rho;
  if (strcmp(name, "press") == 0)
    return w->gas.par.eos == EOS_ISOTHERMAL ? 0.8 * 0.8 * rho : (w->gas.par.gamma - 1.0) * *value_at(m, u, b, w->gas.nvar - 1, i);
  int number = name[strlen(name) - 1] - '0';
  if (strncmp(name, "vel", 3) == 0) return *value_at(m, u, b, GAS_M1 + number - 1, i) / rho;
  if (name[0] == 'r') return *value_at(m, u, b, GAS_SCALAR + number, i) / rho;
  int d = number - 1, up[3] = {i[0], i[1], i[2]};
  up[d] += d < m->dim;
  return 0.5 * (*value_at(m, &w->gas.b[0], b, d, i) + *value_at(m, &w->gas.b[0], b, d, up));
}

static void test_variables(void **unused) {
  (void)unused;
  struct units units;
  assert_true(units_from(3.0e21, 0.0, 0.0, 1e5, 2e-24, &units));
  const struct expected all[] = {
      {"rho", "code_density", "g cm^-3", units.density_g_cm3},    {"press", "code_pressure", "erg cm^-3", units.pressure_erg_cm3},
      {"vel1", "code_velocity", "cm s^-1", units.velocity_cm_s},  {"vel2", "code_velocity", "cm s^-1", units.velocity_cm_s},
      {"vel3", "code_velocity", "cm s^-1", units.velocity_cm_s},  {"Bcc1", "code_magnetic", "G", units.field_G},
      {"Bcc2", "code_magnetic", "G", units.field_G},              {"Bcc3", "code_magnetic", "G", units.field_G},
      {"r0", "dimensionless", "", 1.0},                           {"r1", "dimensionless", "", 1.0},
  };
  const int cases[] = {3, 7, 14};
  for (int c = 0; c < 3; c++)
    for (int variant = 0; variant < 4; variant++) {
      struct world w;
      struct mhd_params par = gas_params(variant & 1);
      par.eos = variant & 2 ? EOS_ISOTHERMAL : EOS_ADIABATIC;
      par.nscalar = 2;
      open_noise(&w, cases[c], &par);
      struct mhd_scalar scalars[MHD_SCALARS];
      struct io_variable v[MHD_VARIABLES];
      int count = mhd_variables(&w.gas, &units, scalars, v), e = 0;
      assert_int_equal(count, par.magnetic ? 10 : 7);
      const int *nc = w.mesh.nc;
      double *values = memory_get(sizeof *values * (size_t)(nc[0] * nc[1] * nc[2]));
      for (int n = 0; n < count; n++, e++) {
        if (e == 5 && !par.magnetic) e = 8;
        assert_string_equal(v[n].name, all[e].name);
        assert_string_equal(v[n].unit, all[e].unit);
        assert_string_equal(v[n].cgs_unit, all[e].cgs_unit);
        assert_true(v[n].cgs == all[e].cgs);
        assert_true(strlen(v[n].meaning) > 0);
        for (int b = 0; b < w.mesh.count; b++) {
          v[n].fill(v[n].data, &w.mesh, b, values);
          int i[3], bad = 0;
          size_t at = 0;
          FOR_CELLS(i, nc) EXPECT(bad, v[n].name, values[at++] == expected_value(&w, v[n].name, b, i));
          assert_int_equal(bad, 0);
        }
      }
      memory_free(values);
      world_close(&w);
    }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_variables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
