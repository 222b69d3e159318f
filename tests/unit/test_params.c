/* Parameters: values, units and defaults arrive in the variables; every kind of mistake is found at its place; the
 * resolved parameters set the same bits again. */
#include "base/params_internal.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct region { int level; double lower[3]; };

struct values {
  char name[16];
  double time_end, cfl, density, field, temperature, lower[3], upper[3];
  int steps, cells[3], boundary[2], riemann, region_count, word_count;
  bool magnetic;
  char word[3][8];
  struct region region[3];
};

static bool never(const void *data) {
  (void)data;
  return false;
}

static bool too_bold(const void *data) { return ((const struct values *)data)->cfl > 0.9; }

static void declare(struct params *ps, struct values *v) {
  params_section(ps, "run", "the run");
  params_text(ps, "name", v->name, sizeof v->name, "test", "name of the run");
  params_real(ps, "time_end", &v->time_end, NULL, 0.0, INFINITY, "code time", "end of the run");
  params_int(ps, "steps", &v->steps, "-1", -1, INT_MAX, "most steps");
  params_words(ps, "fields", 3, sizeof v->word[0], v->word[0], &v->word_count, "[rho, p]", "fields to write");
  params_section(ps, "mesh", "the mesh");
  params_ints(ps, "cells", 3, v->cells, "[64, 64, 1]", 1, 1024, "cells of the root grid");
  params_reals(ps, "lower", 3, v->lower, "0", -INFINITY, INFINITY, "code length", "lower corner");
  params_reals(ps, "upper", 3, v->upper, "[10 kpc, 1 kpc, 100 pc]", -INFINITY, 1e4, "kpc", "upper corner");
  params_choices(ps, "boundary", 2, v->boundary, "periodic|outflow|reflecting", "periodic", "boundaries");
  params_list_begin(ps, "regions", 3, sizeof v->region[0], &v->region_count, "refined boxes");
  params_int(ps, "level", &v->region[0].level, NULL, 1, 15, "level of the box");
  params_reals(ps, "lower", 3, v->region[0].lower, "0.25", -INFINITY, INFINITY, "code length", "its lower corner");
  params_list_end(ps);
  params_section(ps, "mhd", "the gas");
  params_real(ps, "cfl", &v->cfl, "0.3", PARAMS_POSITIVE, 1.0, "1", "Courant number");
  params_choice(ps, "riemann", &v->riemann, "hlld|hlle|llf", "hlle", "Riemann solver");
  params_bool(ps, "magnetic", &v->magnetic, "true", "evolve a magnetic field");
  params_real(ps, "density", &v->density, "1e-6", 0.0, INFINITY, "code density", "floor");
  params_real(ps, "field", &v->field, "3 uG", 0.0, 1e3, "uG", "field strength");
  params_real(ps, "temperature", &v->temperature, "1e4 K", 10.0, 1e9, "K", "temperature");
  params_rule(ps, "mhd.cfl", never, v, "never");
  params_rule(ps, "mhd.cfl", too_bold, v, "too bold");
}

static struct params *load(struct values *v, const char *text, const char *const *set) {
  struct params *ps = params_from_text("f.yaml", text, strlen(text), set);
  memset(v, 0, sizeof *v);
  if (ps->root == NULL) return ps;
  declare(ps, v);
  params_check(ps);
  return ps;
}

static struct params *load_good(struct values *v, const char *text, const char *const *set) {
  struct params *ps = load(v, text, set);
  if (ps->nmistake > 0) {
    struct text report = {0};
    params_report(ps, &report);
    fail_msg("%s", report.s);
  }
  return ps;
}

/* The report must have this line (or its beginning, up to the end of want), and exactly count mistakes. */
static void expect_set(const char *text, const char *set, int count, const char *want) {
  struct values v;
  const char *sets[2] = {set, NULL};
  struct params *ps = load(&v, text, sets);
  struct text report = {0};
  params_report(ps, &report);
  const char *at = strstr(report.s, want);
  if (at == NULL || (at != report.s && at[-1] != '\n') || ps->nmistake != count) {
    fail_msg("%s\nwant %d mistakes, one is \"%s\"; got:\n%s", text, count, want, report.s);
  }
  text_free(&report);
  params_free(ps);
}

static void expect(const char *text, const char *want) { expect_set(text, NULL, 1, want); }

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

/* One mistake each, in a file that is right otherwise. */
static void test_mistakes(void **state) {
  (void)state;
#define RUN "run: {time_end: 1 Myr}\n"
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

/* Anchors and aliases are fine where they make sense. */
static void test_alias(void **state) {
  (void)state;
  struct values v;
  struct params *ps = load_good(&v, "run: {time_end: &x 1 code}\nmesh: {lower: [*x, 0, 0], upper: *x}\n", NULL);
  assert_true(v.lower[0] == 1.0 && v.upper[2] == 1.0);
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
      cmocka_unit_test(test_values),   cmocka_unit_test(test_code_units), cmocka_unit_test(test_resolved), cmocka_unit_test(test_override),
      cmocka_unit_test(test_mistakes), cmocka_unit_test(test_text),       cmocka_unit_test(test_absurd),   cmocka_unit_test(test_alias),
      cmocka_unit_test(test_order),    cmocka_unit_test(test_distance),     cmocka_unit_test(test_quick),
  };
  int failed = cmocka_run_group_tests_name("params", tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
