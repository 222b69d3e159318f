/* Declarations of sections, parameters, lists and rules. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <string.h>

void params_section(struct params *ps, const char *name, const char *doc) {
  require(ps->open_list < 0, "params_section %s: the list before it has no end", name);
  for (ps->open_section = 0; ps->open_section < ps->nsection; ps->open_section++) {
    if (strcmp(ps->section[ps->open_section].name, name) == 0) return;
  }
  if (strcmp(name, "units") == 0 || strchr(name, '.') != NULL) params_bug(name, "no name for a section");
  ps->section = params_grow(ps->section, ps->nsection, sizeof *ps->section);
  ps->section[ps->nsection++] = (struct section){text_copy(name), text_copy(doc)};
}

static void check_new(const struct params *ps, const char *name) {
  require(ps->open_section >= 0, "parameter %s is declared outside a section", name);
  for (int i = 0; i < ps->nparam; i++) {
    const struct param *p = &ps->param[i];
    if (p->section == ps->open_section && p->list == ps->open_list && strcmp(p->name, name) == 0) params_bug(name, "declared twice");
  }
  for (int i = 0; ps->open_list < 0 && i < ps->nlist; i++) {
    if (ps->list[i].section == ps->open_section && strcmp(ps->list[i].name, name) == 0) params_bug(name, "declared twice");
  }
}

/* The texts of p belong to the caller: they are copied. */
static void declare(struct params *ps, struct param p) {
  check_new(ps, p.name);
  p.section = ps->open_section;
  p.list = ps->open_list;
  p.name = text_copy(p.name);
  p.preset = text_copy(p.preset);
  p.doc = text_copy(p.doc);
  p.choices = text_copy(p.choices);
  p.unit = text_copy(p.unit == NULL ? "1" : p.unit);
  params_declared_unit(&p, p.name);
  if (!(p.lo <= p.hi)) params_bug(p.name, "its range is empty");
  ps->param = params_grow(ps->param, ps->nparam, sizeof *ps->param);
  ps->param[ps->nparam++] = p;
}

/* Strings of a declaration are only read. */
static char *lend(const char *s) { return (char *)(uintptr_t)s; }

void params_reals(struct params *ps, const char *name, int n, double *value, const char *preset, double lo, double hi,
                  const char *unit, const char *doc) {
  declare(ps, (struct param){.kind = PARAM_REAL, .name = lend(name), .n = n, .value = value, .preset = lend(preset), .lo = lo,
                             .hi = hi, .unit = lend(unit), .doc = lend(doc)});
}

void params_real(struct params *ps, const char *name, double *value, const char *preset, double lo, double hi,
                 const char *unit, const char *doc) {
  params_reals(ps, name, 0, value, preset, lo, hi, unit, doc);
}

void params_ints(struct params *ps, const char *name, int n, int *value, const char *preset, int lo, int hi, const char *doc) {
  declare(ps, (struct param){.kind = PARAM_INT, .name = lend(name), .n = n, .value = value, .preset = lend(preset), .lo = lo,
                             .hi = hi, .doc = lend(doc)});
}

void params_int(struct params *ps, const char *name, int *value, const char *preset, int lo, int hi, const char *doc) {
  params_ints(ps, name, 0, value, preset, lo, hi, doc);
}

void params_bool(struct params *ps, const char *name, bool *value, const char *preset, const char *doc) {
  declare(ps, (struct param){.kind = PARAM_BOOL, .name = lend(name), .value = value, .preset = lend(preset), .doc = lend(doc)});
}

void params_choices(struct params *ps, const char *name, int n, int *value, const char *choices, const char *preset,
                    const char *doc) {
  declare(ps, (struct param){.kind = PARAM_CHOICE, .name = lend(name), .n = n, .value = value, .choices = lend(choices),
                             .preset = lend(preset), .doc = lend(doc)});
}

void params_choice(struct params *ps, const char *name, int *value, const char *choices, const char *preset, const char *doc) {
  params_choices(ps, name, 0, value, choices, preset, doc);
}

void params_text(struct params *ps, const char *name, char *value, size_t size, const char *preset, const char *doc) {
  declare(ps, (struct param){.kind = PARAM_TEXT, .name = lend(name), .value = value, .size = size, .preset = lend(preset),
                             .doc = lend(doc)});
}

void params_words(struct params *ps, const char *name, int most, size_t size, char *value, int *count, const char *preset,
                  const char *doc) {
  declare(ps, (struct param){.kind = PARAM_WORDS, .name = lend(name), .value = value, .size = size, .most = most, .count = count,
                             .preset = lend(preset), .doc = lend(doc)});
}

void params_list_begin(struct params *ps, const char *name, int most, size_t size, int *count, const char *doc) {
  require(ps->open_list < 0, "params_list_begin %s: lists do not nest", name);
  check_new(ps, name);
  ps->list = params_grow(ps->list, ps->nlist, sizeof *ps->list);
  ps->list[ps->nlist] = (struct list){ps->open_section, most, count, text_copy(name), text_copy(doc), size};
  ps->open_list = ps->nlist++;
}

void params_list_end(struct params *ps) {
  require(ps->open_list >= 0, "params_list_end without a beginning");
  ps->open_list = -1;
}

void params_rule(struct params *ps, const char *key, params_rule_fn *broken, const void *data, const char *message) {
  ps->rule = params_grow(ps->rule, ps->nrule, sizeof *ps->rule);
  ps->rule[ps->nrule++] = (struct rule){text_copy(key), message, broken, data, false};
}

void params_free(struct params *ps) {
  if (ps == NULL) return;
  for (int i = 0; i < ps->nparam; i++) {
    struct param *p = &ps->param[i];
    for (int e = 0; e < p->shown_count; e++) memory_free(p->shown[e]);
    void *owned[] = {p->name, p->preset, p->doc, p->unit, p->choices, p->shown, p->given};
    for (size_t k = 0; k < sizeof owned / sizeof owned[0]; k++) memory_free(owned[k]);
  }
  for (int i = 0; i < ps->nsection; i++) {
    memory_free(ps->section[i].name);
    memory_free(ps->section[i].doc);
  }
  for (int i = 0; i < ps->nlist; i++) {
    memory_free(ps->list[i].name);
    memory_free(ps->list[i].doc);
  }
  for (int i = 0; i < ps->nrule; i++) memory_free(ps->rule[i].key);
  for (int i = 0; i < ps->nmistake; i++) memory_free(ps->mistake[i].text);
  for (int i = 0; i < ps->nset; i++) memory_free(ps->set[i]);
  params_node_free(ps->root);
  params_node_free(ps->quick);
  text_free(&ps->resolved);
  void *owned[] = {ps->path, ps->set, ps->section, ps->param, ps->list, ps->rule, ps->mistake, ps->units_shown, ps};
  for (size_t k = 0; k < sizeof owned / sizeof owned[0]; k++) memory_free(owned[k]);
}
