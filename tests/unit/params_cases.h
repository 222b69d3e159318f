/* Parameters of a small program, and what is said of mistakes in them. */
#ifndef TESTS_UNIT_PARAMS_CASES_H
#define TESTS_UNIT_PARAMS_CASES_H

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

static inline bool never(const void *data) {
  (void)data;
  return false;
}

static inline bool too_bold(const void *data) { return ((const struct values *)data)->cfl > 0.9; }

static inline void declare(struct params *ps, struct values *v) {
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

static inline struct params *load(struct values *v, const char *text, const char *const *set) {
  struct params *ps = params_from_text("f.yaml", text, strlen(text), set);
  memset(v, 0, sizeof *v);
  if (ps->root == NULL) return ps;
  declare(ps, v);
  params_check(ps);
  return ps;
}

static inline struct params *load_good(struct values *v, const char *text, const char *const *set) {
  struct params *ps = load(v, text, set);
  if (ps->nmistake > 0) {
    struct text report = {0};
    params_report(ps, &report);
    fail_msg("%s", report.s);
  }
  return ps;
}

/* The report must have this line (or its beginning, up to the end of want), and exactly count mistakes. */
static inline void expect_set(const char *text, const char *set, int count, const char *want) {
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

static inline void expect(const char *text, const char *want) { expect_set(text, NULL, 1, want); }

#endif
