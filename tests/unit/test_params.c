/* Parameters: values, units and defaults arrive in the variables; the resolved parameters set the same bits again. */
#include "tests/unit/params_cases.h"

static const char *const good = "units: {length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}\n"
                                "run: {name: \"a \\\"b\\\" \xc3\xa9\", time_end: 0.1 Gyr, steps: 1e3, fields: bx}\n"
                                "mesh:\n"
                                "  cells: 32\n"
                                "  lower: [-10 kpc, 0, 0.3 code]\n"
                                "  boundary: [outflow, reflecting]\n"
                                "  regions:\n"
                                "    - level: 2\n"
                                "    - {level: 1, lower: [1 au, 3 pc, 1 kpc]}\n"
                                "mhd: {magnetic: Off, density: 0.7 Msun pc^-3, field: 5000 nG}\n";

static void test_values(void **state) {
  (void)state;
  struct values v;
  struct params *ps = load_good(&v, good, NULL);
  assert_string_equal(v.name, "a \"b\" \xc3\xa9");
  const struct units *u = params_units(ps);
  assert_true(u->length_cm == 3.0856775814913673e21 && u->velocity_cm_s == 1e5 && !u->code);
  assert_true(fabs(v.time_end * u->time_s / 3.15576e15 - 1.0) < 1e-15);
  assert_true(v.steps == 1000 && v.word_count == 1 && strcmp(v.word[0], "bx") == 0);
  assert_true(v.cells[0] == 32 && v.cells[1] == 32 && v.cells[2] == 32);
  assert_true(v.lower[0] == -10.0 && v.lower[1] == 0.0 && v.lower[2] == 0.3);
  assert_true(v.upper[0] == 10.0 && v.upper[1] == 1.0 && v.upper[2] == 0.1);
  assert_true(v.boundary[0] == 1 && v.boundary[1] == 2);
  assert_int_equal(v.region_count, 2);
  assert_true(v.region[0].level == 2 && v.region[0].lower[1] == 0.25);
  assert_true(v.region[1].level == 1 && v.region[1].lower[1] == 3e-3 && v.region[1].lower[2] == 1.0);
  assert_true(v.cfl == 0.3 && v.riemann == 1 && !v.magnetic && v.temperature == 1e4);
  assert_true(fabs(v.density * u->density_g_cm3 / (0.7 * 1.98840987e33 / pow(3.0856775814913673e18, 3)) - 1.0) < 1e-8);
  assert_true(fabs(v.field * u->field_G / 5e-6 - 1.0) < 1e-14);
  assert_true(params_given(ps, "mhd.field") && !params_given(ps, "mhd.cfl") && !params_given(ps, "x"));
  assert_string_equal(params_peek(ps, "run.steps"), "1e3");
  assert_null(params_peek(ps, "run.seed"));
  assert_null(params_peek(ps, "mesh.regions"));
  params_free(ps);
}

static void test_code_units(void **state) {
  (void)state;
  struct values v;
  struct params *ps = load_good(&v, "units: code\nrun: {time_end: 2.5}\nmesh: {lower: [-1, 0, 3 code]}\nmhd: {field: 7}\n", NULL);
  assert_true(v.time_end == 2.5 && v.lower[0] == -1.0 && v.lower[2] == 3.0 && v.field == 7.0);
  assert_true(v.upper[0] == 10.0 && v.upper[2] == 0.1 && v.temperature == 1e4 && v.density == 1e-6);
  assert_true(params_units(ps)->code && params_units(ps)->field_G == 1.0);
  params_free(ps);
}

/* Also for values that need all digits, and for the defaults. */
static void test_resolved(void **state) {
  (void)state;
  static const char *const texts[] = {
      NULL,
      "run: {time_end: 0.1 code}\n",
      "units: {mass: 3e7 Msun, time: 1.1 kyr, length: 0.7 pc}\nrun: {time_end: 0.30000000000000004 kyr, name: 'yes'}\n",
      "units: code\nrun: {time_end: 1e-300, name: '', fields: []}\nmesh: {regions: []}\n",
      "run: {time_end: 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003 "
      "yr}\nmhd: {cfl: 0.1}\n"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct values v, w;
    struct params *ps = load_good(&v, i == 0 ? good : texts[i], NULL);
    struct params *again = load_good(&w, params_resolved(ps), NULL);
    assert_memory_equal(&v, &w, sizeof v);
    assert_memory_equal(&ps->units.length_cm, &again->units.length_cm, 9 * sizeof(double));
    assert_true(ps->units.code == again->units.code);
    params_free(again);
    params_free(ps);
  }
}

static void test_override(void **state) {
  (void)state;
  struct values v;
  const char *set[] = {"mhd.cfl=0.7", "mesh.cells=[8, 16, 1]", "mhd.cfl=0.5", "run.name=x=y",
                       "mesh.regions=[{level: 5}]", "units={length: 1 pc, velocity: 1 km/s, mass: 1 Msun}", NULL};
  struct params *ps = load_good(&v, "run: {time_end: 1 yr}\nmhd: {cfl: 7}\n", set);
  assert_true(v.cfl == 0.5 && v.cells[1] == 16 && v.region_count == 1 && v.region[0].level == 5);
  assert_string_equal(v.name, "x=y");
  assert_true(v.upper[2] == 100.0);
  params_free(ps);
  const char *run = "run: {time_end: 1 yr}\n";
  expect_set(run, "mhd.cfl=1.7", 1, "--set mhd.cfl: 1.7 is out of range (0 to 1]; choose e.g. 0.3\n");
  expect_set(run, "mhd.clf=0.2", 1, "--set mhd.clf: unknown key; did you mean mhd.cfl?");
  expect_set(run, "mdh.cfl=0.2", 1, "--set mdh.cfl: mdh: unknown section; did you mean mhd?");
  expect_set(run, "mhd.cfl=[1", 1, "--set mhd.cfl: not YAML");
  expect_set(run, "mhd.cfl=", 1, "--set mhd.cfl: has no value");
  expect_set(run, "mhd=3", 1, "--set mhd: no such key; want section.key=value");
  expect_set(run, "mhd", 1, "--set mhd: want section.key=value");
  expect_set(run, "=3", 1, "--set =3: want section.key=value");
  expect_set(run, ".a=3", 1, "--set .a: no such key");
  expect_set(run, "a.=3", 1, "--set a.: no such key");
  expect_set(run, "mesh.regions.level=3", 1, "--set mesh.regions.level: no such key");
  expect_set(run, "mesh.regions=[{level: 99}]", 1, "--set mesh.regions: mesh.regions[0].level: 99 is out of range [1 to 15]");
  expect_set(run, "units.length=3 s", 1, "--set units.length: 3 s is a time, want something such as 1 kpc");
  expect_set("run: 3\n", "run.time_end=3 yr", 2, "f.yaml:1:6: run: is a section with keys below it, not a single value");
  expect_set("- 1\n", "run.time_end=3 yr", 1, "f.yaml:1:1: want sections");
}

/* Anchors and aliases are fine where they make sense. */
static void test_alias(void **state) {
  (void)state;
  struct values v;
  struct params *ps = load_good(&v, "run: {time_end: &x 1 code}\nmesh: {lower: [*x, 0, 0], upper: *x}\n", NULL);
  assert_true(v.lower[0] == 1.0 && v.upper[2] == 1.0);
  params_free(ps);
}

/* The section quick takes the place of what the file says, not of overrides; it is checked in either case. */
static struct params *load_quick(struct values *v, const char *text, const char *const *set, bool wanted) {
  struct params *ps = params_from_text("f.yaml", text, strlen(text), set);
  memset(v, 0, sizeof *v);
  declare(ps, v);
  params_quick(ps, wanted);
  params_check(ps);
  return ps;
}

static const char *const with_quick = "units: {length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}\n"
                                      "run: {time_end: 0.1 Gyr, steps: 7}\n"
                                      "mesh: {cells: 32, upper: [10 kpc, 1 kpc, 1 kpc], regions: [{level: 2}, {level: 1}]}\n"
                                      "quick:\n"
                                      "  mesh:\n"
                                      "    cells: [16, 8, 4]\n"
                                      "    regions: [{level: 3}]\n"
                                      "  run: {steps: 5}\n"
                                      "  mhd: {cfl: 0.5}\n";

static void test_quick(void **state) {
  (void)state;
  struct values v;
  struct params *ps = load_quick(&v, with_quick, NULL, false);
  assert_int_equal(ps->nmistake, 0);
  assert_true(v.cells[0] == 32 && v.steps == 7 && v.cfl == 0.3 && v.region_count == 2);
  assert_null(strstr(params_resolved(ps), "quick"));
  params_free(ps);

  const char *set[] = {"run.steps=9", NULL};
  ps = load_quick(&v, with_quick, set, true);
  assert_int_equal(ps->nmistake, 0);
  assert_true(v.cells[0] == 16 && v.cells[1] == 8 && v.cells[2] == 4 && v.steps == 9 && v.cfl == 0.5 && v.region_count == 1 && v.region[0].level == 3);
  assert_true(v.upper[0] == 10.0);
  assert_non_null(strstr(params_resolved(ps), "[16, 8, 4]"));
  params_free(ps);

  static const struct { const char *text, *want; bool wanted; } bad[] = {
      {"run: {time_end: 1 Myr}\nquick:\n  mesh:\n    cels: 3\n", "f.yaml:4:5: quick.mesh.cels: unknown key; did you mean mesh.cells?", false},
      {"run: {time_end: 1 Myr}\nquick:\n  mesh:\n    cels: 3\n", "f.yaml:4:5: mesh.cels: unknown key; did you mean mesh.cells?", true},
      {"run: {time_end: 1 Myr}\nquick:\n  mash: {cells: 3}\n", "f.yaml:3:3: quick.mash: unknown section; did you mean mesh?", false},
      {"run: {time_end: 1 Myr}\nmhd: {cfl: 0.2}\nquick:\n  mhd: {cfl: 7}\n", "f.yaml:4:14: mhd.cfl: ", true},
      {"run: {time_end: 1 Myr}\nquick: fast\n", "f.yaml:2:8: quick: want sections", false},
      {"run: {time_end: 1 Myr}\nquick: {mesh: 3}\n", "f.yaml:2:15: quick: mesh: want a section", true},
      {"run: {time_end: 1 Myr}\nquick: {mhd: {cfl: 0.1}}\nquick: {mesh: {cells: 8}}\n", "f.yaml:3:8: quick: is given twice, first in line 2", false},
      {"run: {time_end: 1 Myr}\nquick: {mhd: {cfl: 0.1, cfl: 0.2}}\n", "f.yaml:2:25: quick.mhd.cfl: is given twice", false},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct text report = {0};
    ps = load_quick(&v, bad[i].text, NULL, bad[i].wanted);
    params_report(ps, &report);
    if (ps->nmistake != 1 || strncmp(report.s, bad[i].want, strlen(bad[i].want)) != 0) fail_msg("want %s, got %s", bad[i].want, report.s);
    text_free(&report);
    params_free(ps);
  }
}

static void test_distance(void **state) {
  (void)state;
  assert_int_equal(text_distance("cfl", "CFL"), 0);
  assert_int_equal(text_distance("clf", "cfl"), 1);
  assert_int_equal(text_distance("kitten", "sitting"), 3);
  assert_int_equal(text_distance("", "abc"), 3);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values), cmocka_unit_test(test_code_units), cmocka_unit_test(test_resolved), cmocka_unit_test(test_override),
      cmocka_unit_test(test_alias),  cmocka_unit_test(test_distance),   cmocka_unit_test(test_quick),
  };
  int failed = cmocka_run_group_tests_name("params", tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
