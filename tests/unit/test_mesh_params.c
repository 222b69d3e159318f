/* The "mesh" section: what is set, and that every mistake is named with a remedy. */
#include "amr/mesh.h"
#include "base/params_internal.h"
#include "tests/unit/mesh_cases.h"

#include <string.h>

/* Reads "units: code" and the mesh section; returns the number of mistakes and their report. */
static int load(const char *section, struct mesh_params *par, char report[2000]) {
  char yaml[1000];
  snprintf(yaml, sizeof yaml, "units: code\nmesh: {%s}\n", section);
  struct params *ps = params_from_text("test.yaml", yaml, strlen(yaml), NULL);
  memset(par, 0, sizeof *par);
  mesh_declare(ps, par);
  int mistakes = params_check(ps);
  struct text text = {0};
  if (mistakes > 0) params_report(ps, &text);
  snprintf(report, 2000, "%s", text.s == NULL ? "" : text.s);
  text_free(&text);
  params_free(ps);
  return mistakes;
}

static void test_defaults(void **state) {
  (void)state;
  struct mesh_params par;
  char report[2000];
  assert_int_equal(load("cells: 64", &par, report), 0);
  for (int d = 0; d < 3; d++) {
    assert_int_equal(par.cells[d], 64);
    assert_true(par.lower[d] == 0.0 && par.upper[d] == 1.0);
    for (int s = 0; s < 2; s++) assert_int_equal(par.boundary[d][s], BOUNDARY_PERIODIC);
  }
  assert_true(par.dim == 3 && par.block == 0 && par.max_level == 0 && par.region_count == 0);
}

static void test_all_keys(void **state) {
  (void)state;
  struct mesh_params par;
  char report[2000];
  assert_int_equal(load("dim: 2, cells: [128, 64, 1], lower: [-2, -1, 0], upper: [2, 1, 1], boundary_x: [reflecting, outflow], "
                        "boundary_y: user, block: 16, max_level: 3, regions: [{level: 1, lower: -1, upper: 1}, "
                        "{level: 3, lower: [0, 0.5, 0], upper: [0, 0.75, 0]}]", &par, report), 0);
  assert_true(par.dim == 2 && par.cells[0] == 128 && par.cells[1] == 64 && par.block == 16 && par.max_level == 3);
  assert_true(par.boundary[0][0] == BOUNDARY_REFLECTING && par.boundary[0][1] == BOUNDARY_OUTFLOW);
  assert_true(par.boundary[1][0] == BOUNDARY_USER && par.boundary[1][1] == BOUNDARY_USER);
  assert_true(par.region_count == 2 && par.region[0].level == 1 && par.region[1].level == 3);
  assert_true(par.region[0].lower[1] == -1.0 && par.region[1].upper[1] == 0.75);
  assert_int_equal(load("dim: 2, cells: 64", &par, report), 0);
  assert_int_equal(load("dim: 1, cells: [100, 1, 1]", &par, report), 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct { const char *section, *says; } cases[] = {
      {"cells: 100, block: 16", "100 cells along x are no multiple of block (16); nearest along x: 96 or 112; or block: 10, 20, 50"},
      {"cells: [64, 50, 64], block: 32", "50 cells along y are no multiple of block (32); nearest along y: 32 or 64"},
      {"cells: [64, 64, 20], block: 32", "20 cells along z are no multiple of block (32); the least along z is 32"},
      {"cells: [64, 36, 64]", "divides the root grid; nearest along y: 32 or 40"},
      {"cells: [128, 64, 1]", "one cell along z: for a run in 2-D set dim: 2"},
      {"cells: [128, 1, 1]", "one cell along y: for a run in 1-D set dim: 1"},
      {"dim: 2, cells: [64, 64, 32]", "cells along axes beyond dim must be 1"},
      {"cells: 64, block: 4", "at least 8"},
      {"cells: 66, block: 11", "even"},
      {"cells: 64, upper: [1, 0, 1]", "above lower"},
      {"cells: 64, boundary_x: [periodic, outflow]", "periodic must hold at both ends"},
      {"cells: 64, boundary_z: [user, periodic]", "periodic must hold at both ends"},
      {"dim: 1, cells: [64, 1, 1], max_level: 1", "uniform"},
      {"cells: 64, max_level: 1, regions: [{level: 2, lower: 0, upper: 1}]", "above mesh.max_level"},
      {"cells: 64, max_level: 1, regions: [{level: 1, lower: [0, 1, 0], upper: [1, 0.5, 1]}]", "above its upper"},
      {"cells: 64, max_level: 1, regions: [{level: 1, lower: [0, 0, 2], upper: [1, 1, 3]}]", "outside the domain"},
      {"cells: 64, boundary_x: open", "boundary_x"},
      {"block: 16", "cells"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct mesh_params par;
    char report[2000];
    int mistakes = load(cases[i].section, &par, report);
    if (mistakes != 1 || strstr(report, cases[i].says) == NULL) print_error("{%s}: %s\n", cases[i].section, report);
    assert_int_equal(mistakes, 1);
    assert_non_null(strstr(report, cases[i].says));
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_all_keys),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
