/* Every kind of mistake in parameters is found at its place. */
#include "tests/unit/params_cases.h"

#define RUN "run: {time_end: 1 Myr}\n"

/* One mistake each, in a file that is right otherwise. */
static void test_mistakes(void **state) {
  (void)state;
  expect(RUN "mhd:\n  cfl: 1.7\n", "f.yaml:3:8: mhd.cfl: 1.7 is out of range (0 to 1]; choose e.g. 0.3\n");
  expect(RUN "mhd:\n  cfl: 0\n", "f.yaml:3:8: mhd.cfl: 0 is out of range (0 to 1]");
  expect(RUN "mhd:\n  cfl: -0.1\n", "f.yaml:3:8: mhd.cfl: -0.1 is out of range");
  expect(RUN "mhd:\n  clf: 0.3\n", "f.yaml:3:3: mhd.clf: unknown key; did you mean mhd.cfl?\n");
  expect(RUN "mesh:\n  cfl: 0.3\n", "f.yaml:3:3: mesh.cfl: unknown key; did you mean mhd.cfl?\n");
  expect(RUN "mesh:\n  xyzzy: 0.3\n", "f.yaml:3:3: mesh.xyzzy: unknown key; there are cells, lower");
  expect(RUN "mdh:\n  cfl: 0.3\n", "f.yaml:2:1: mdh: unknown section; did you mean mhd?\n");
  expect(RUN "cfl: 0.3\n", "f.yaml:2:1: cfl: unknown section; did you mean mhd.cfl?\n");
  expect(RUN "gravity: 0.3\n", "f.yaml:2:1: gravity: unknown section; there are run, mesh, mhd\n");
  expect(RUN "mhd:\n  cfl: 0.3\n  cfl: 0.4\n", "f.yaml:4:3: mhd.cfl: is given twice, first in line 3\n");
  expect(RUN "mhd: {}\nmhd: {}\n", "f.yaml:3:1: mhd: is given twice, first in line 2\n");
  expect(RUN "mhd: {cfl: abc}\n", "f.yaml:2:12: mhd.cfl: \"abc\" is not a number\n");
  expect(RUN "mhd: {cfl: 1.0e}\n", "f.yaml:2:12: mhd.cfl: \"1.0e\" is not a number\n");
  expect(RUN "mhd: {cfl: .nan}\n", "f.yaml:2:12: mhd.cfl: \".nan\" is not a number\n");
  expect(RUN "mhd: {cfl: 1e999}\n", "f.yaml:2:12: mhd.cfl: 1e999 is too large\n");
  expect(RUN "mhd: {cfl: 1e-999}\n", "f.yaml:2:12: mhd.cfl: 1e-999 is too small\n");
  expect(RUN "mhd: {cfl: 0.3 kpc}\n", "f.yaml:2:12: mhd.cfl: \"0.3 kpc\" has a unit, want a plain number\n");
  expect(RUN "mhd: {cfl: [0.3]}\n", "f.yaml:2:12: mhd.cfl: is a list, want a single value\n");
  expect(RUN "mhd: {cfl: {a: 1}}\n", "f.yaml:2:12: mhd.cfl: is a mapping, want a single value\n");
  expect(RUN "mhd: {cfl: }\n", "f.yaml:2:12: mhd.cfl: has no value\n");
  expect(RUN "mhd: {cfl: ~}\n", "f.yaml:2:12: mhd.cfl: has no value\n");
  expect(RUN "mhd: {cfl: 0.95}\n", "f.yaml:2:12: mhd.cfl: too bold\n");
  expect(RUN "mhd: {magnetic: 1}\n", "f.yaml:2:17: mhd.magnetic: \"1\" is neither true nor false\n");
  expect(RUN "mhd: {riemann: hldd}\n", "f.yaml:2:16: mhd.riemann: \"hldd\" is none of hlld, hlle, llf; did you mean hlld?\n");
  expect(RUN "mhd: {riemann: exact}\n", "f.yaml:2:16: mhd.riemann: \"exact\" is none of hlld, hlle, llf\n");
  expect(RUN "mhd: {density: 3}\n", "f.yaml:2:16: mhd.density: 3 has no unit, want a mass density such as 3 mp cm^-3\n");
  expect(RUN "mhd: {density: 3 cm^-3}\n", "f.yaml:2:16: mhd.density: 3 cm^-3 is a number density (cm^-3), want a mass density such as");
  expect(RUN "mhd: {field: 2 mG}\n", "f.yaml:2:14: mhd.field: 2 mG is out of range [0 to 1000] uG; choose e.g. 3 uG\n");
  expect(RUN "mhd: {temperature: 1 kpc^7}\n", "f.yaml:2:20: mhd.temperature: 1 kpc^7 is of another kind (cm^7");
  expect("run: {time_end: 3 kpc}\n", "f.yaml:1:17: run.time_end: 3 kpc is a length (kpc), want a time such as Myr\n");
  expect("run: {time_end: 3 Mry}\n", "f.yaml:1:17: run.time_end: unknown unit \"Mry\"; did you mean Myr?\n");
  expect("run: {time_end: 3 Myr s}\n", "f.yaml:1:17: run.time_end: 3 Myr s is of another kind");
  expect("run: {time_end: 3 Myr 4}\n", "f.yaml:1:17: run.time_end: \"Myr 4\" is no unit");
  expect("run: {time_end: 3 4 Myr}\n", "f.yaml:1:17: run.time_end: \"3 4 Myr\" is not a number with a unit such as Myr");
  expect("run: {time_end: long}\n", "f.yaml:1:17: run.time_end: \"long\" is not a number with a unit such as Myr");
  expect("run: {time_end: inf Myr}\n", "f.yaml:1:17: run.time_end: \"inf Myr\" is not a number with a unit");
  expect(RUN "mesh: {lower: 1e307 Mpc}\n", "f.yaml:2:15: mesh.lower: 1e307 Mpc is too large\n");
  expect("run: {time_end: 1e-320 s}\n", "f.yaml:1:17: run.time_end: 1e-320 s is too small\n");
  expect("run: {time_end: -1 Myr}\n", "f.yaml:1:17: run.time_end: -1 Myr is out of range [0 to inf) in code units\n");
  expect("units: code\nrun: {time_end: 1 Myr}\n", "f.yaml:2:17: run.time_end: 1 Myr has a unit, but the run says \"units: code\"");
  expect("run: {steps: 3}\n", "f.yaml:1:1: run.time_end: is missing: end of the run\n");
  expect("run:\n", "f.yaml:1:1: run.time_end: is missing");
  expect("mhd: {}\n", "f.yaml: run.time_end: is missing");
  expect("run: {time_end: 1 yr, steps: 16.7}\n", "f.yaml:1:30: run.steps: \"16.7\" is not a whole number\n");
  expect("run: {time_end: 1 yr, steps: 99999999999}\n", "f.yaml:1:30: run.steps: 99999999999 is out of range [-1 to inf)");
  expect("run: {time_end: 1 yr, name: a very long name of a run}\n", "f.yaml:1:29: run.name: \"a very long name of a run\" is too long; at most 15");
  expect("run: {time_end: 1 yr, name: \"a\\nb\"}\n", "f.yaml:1:29: run.name: \"a?b\" has a control character");
  expect("run: {time_end: 1 yr, name: \"a\\0b\"}\n", "f.yaml:1:29: a text with a zero byte");
  expect("run: {time_end: 1 yr, fields: [a, b, c, d]}\n", "f.yaml:1:31: run.fields: has 4 entries, want at most 3\n");
  expect(RUN "mesh: {cells: [1, 2]}\n", "f.yaml:2:15: mesh.cells: has 2 entries, want 3\n");
  expect(RUN "mesh: {cells: {x: 2}}\n", "f.yaml:2:15: mesh.cells: is a mapping, want a list\n");
  expect(RUN "mesh: {cells: [1, [2], 3]}\n", "f.yaml:2:19: mesh.cells: is a list, want a single value\n");
  expect(RUN "mesh: {cells: 0}\n", "f.yaml:2:15: mesh.cells: 0 is out of range [1 to 1024]\n");
  expect(RUN "mesh: {regions: 3}\n", "f.yaml:2:17: mesh.regions: want a list whose entries start with \"- \"\n");
  expect(RUN "mesh: {regions: [3]}\n", "f.yaml:2:18: mesh.regions[0]: want a mapping");
  expect(RUN "mesh: {regions: [{}]}\n", "f.yaml:2:18: mesh.regions[0].level: is missing");
  expect(RUN "mesh: {regions: [{level: 1}, {level: 1, levle: 2}]}\n",
         "f.yaml:2:41: mesh.regions[1].levle: unknown key; did you mean mesh.regions[].level?");
  expect(RUN "mesh: {regions: [{level: 1, level: 2}]}\n", "f.yaml:2:29: mesh.regions[0].level: is given twice");
  expect(RUN "mesh: {regions: [{level: 1}, {level: 1}, {level: 1}, {level: 1}]}\n", "f.yaml:2:17: mesh.regions: has 4 entries, at most 3");
  expect(RUN "mesh: [1]\n", "f.yaml:2:7: mesh: is a section with keys below it, not a list\n");
  expect(RUN "? [a]\n: 3\n", "f.yaml:2:3: a key must be a word\n");
  expect(RUN "units: 3\n", "f.yaml:2:8: units: want \"code\" or three of");
  expect(RUN "units: {length: 1 kpc}\n", "f.yaml:2:8: units: 1 given; want \"code\" or three of");
  expect(RUN "units: {length: 1 kpc, time: 1 yr, velocity: 1 km/s}\n", "f.yaml:2:8: units: these three do not fix");
  expect(RUN "units: {length: 1 yr, mass: 1 g, time: 1 s}\n", "f.yaml:2:17: units.length: 1 yr is a time, want something such as 1 kpc\n");
  expect(RUN "units: {length: 1, mass: 1 g, time: 1 s}\n", "f.yaml:2:17: units.length: want a number and a unit such as 1 kpc\n");
  expect(RUN "units: {length: -1 pc, mass: 1 g, time: 1 s}\n", "f.yaml:2:17: units.length: -1 pc is not above zero");
  expect(RUN "units: {lenght: 1 pc, mass: 1 g, time: 1 s}\n", "f.yaml:2:9: units: unknown key \"lenght\"");
  expect(RUN "units: {mass: 1 pg, length: 1 pc, time: 1 s}\n", "f.yaml:2:15: units.mass: unknown unit \"pg\"; did you mean");
}

static void test_text(void **state) {
  (void)state;
  expect("", "f.yaml: is empty\n");
  expect("# nothing\n", "f.yaml: is empty\n");
  expect("3\n", "f.yaml:1:1: want sections such as \"run:\" with keys below, not a single value\n");
  expect("run:\n\ttime_end: 3\n", "f.yaml:2:1: not YAML: a tab; indent with spaces\n");
  expect("run: {a: 1\nmesh: 3\n", "f.yaml:2:5: not YAML: ");
  expect("run: \"abc\n", "f.yaml:2:1: not YAML: found unexpected end of stream");
  expect("a: *b\n", "f.yaml:1:4: not YAML: found undefined alias");
  expect(RUN "---\nrun: {}\n", "f.yaml:3:1: a second document starts before this");
  expect("run: \xff\n", "f.yaml:1:6: byte 0xff is not text");
  expect("run: \xc0\xaf\n", "f.yaml:1:6: byte 0xc0 is not text");
  expect("# ok\nrun: \x07\n", "f.yaml:2:6: byte 0x07 is not text");
  struct params *ps = params_from_text("f.yaml", "a: \0b", 6, NULL);
  assert_true(ps->nmistake == 1 && strstr(ps->mistake[0].text, "f.yaml:1:4: byte 0x00") != NULL);
  params_free(ps);
}

/* Texts that would need too much of something. */
static void test_absurd(void **state) {
  (void)state;
  static char text[FILE_MOST + 2];
  struct values v;
  memset(text, '[', 5000);
  struct params *ps = load(&v, text, NULL);
  assert_true(ps->nmistake >= 1);
  params_free(ps);
  memset(text, 'a', FILE_MOST + 1);
  expect(text, "f.yaml: is larger than 1 MB");
  memcpy(text, "run: {time_end: 1 yr, name: ", 28);
  strcpy(text + FILE_MOST - 10, "}\n");
  expect(text, "f.yaml:1:29: run.name: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\" is too long");
  expect_set(RUN "mesh: {lower: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}\n", NULL, 2, "f.yaml:2:30: nested too deeply\n");
  expect_set(RUN "mhd: &a [*a, *a]\n", NULL, 2, "f.yaml:2:6: nested too deeply\n");
  char *t = text + sprintf(text, RUN "a0: &a0 [1, 2]\n");
  for (int i = 1; i < 12; i++) {
    t += sprintf(t, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1);
  }
  ps = load(&v, text, NULL);
  bool found = false;
  for (int i = 0; i < ps->nmistake; i++) found = found || strstr(ps->mistake[i].text, "too many values") != NULL;
  assert_true(found);
  params_free(ps);
}

/* All at once, in the order of their places, overrides last. */
static void test_order(void **state) {
  (void)state;
  struct values v;
  const char *set[] = {"mhd.magnetic=maybe", NULL};
  struct params *ps = load(&v, "mhd: {cfl: 2}\nmesh: {cells: 0, lower: 3, x: 1}\nrun: {time_end: 3}\n", set);
  struct text report = {0};
  params_report(ps, &report);
  const char *const order[] = {"f.yaml:1:12: mhd.cfl", "\nf.yaml:2:15: mesh.cells", "\nf.yaml:2:25: mesh.lower", "\nf.yaml:2:28: mesh.x",
                               "\nf.yaml:3:17: run.time_end", "\n--set mhd.magnetic: \"maybe\"",
                               "\n6 mistakes in f.yaml; nothing was written"};
  const char *at = report.s;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    at = strstr(at, order[i]);
    if (at == NULL) fail_msg("no %s in\n%s", order[i], report.s);
  }
  text_free(&report);
  params_free(ps);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes), cmocka_unit_test(test_text), cmocka_unit_test(test_absurd), cmocka_unit_test(test_order)};
  int failed = cmocka_run_group_tests_name("params_mistakes", tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
