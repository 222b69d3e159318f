/* The units of the run, and those of the parameters. */
#include "base/constants.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <ctype.h>
#include <string.h>

static const struct { const char *name, *example; struct dimension d; } code_units[] = {
    {"code length", "kpc", {1, 0, 0, 0}},
    {"code time", "Myr", {0, 0, 1, 0}},
    {"code mass", "Msun", {0, 1, 0, 0}},
    {"code velocity", "km/s", {1, 0, -1, 0}},
    {"code density", "mp cm^-3", {-3, 1, 0, 0}},
    {"code pressure", "erg cm^-3", {-1, 1, -2, 0}},
    {"code energy", "erg", {2, 1, -2, 0}},
    {"code field", "uG", {-0.5, 0.5, -1, 0}},
};

enum { NCODE = sizeof code_units / sizeof code_units[0] };

void params_declared_unit(struct param *p, const char *key) {
  p->cgs = 1.0;
  p->dimensionless = strcmp(p->unit, "1") == 0;
  if (p->dimensionless) return;
  if (strcmp(p->unit, "wall s") == 0) {
    p->wall = true;
    memmove(p->unit, "s", 2);
  }
  for (int i = 0; i < NCODE; i++) {
    if (strcmp(p->unit, code_units[i].name) == 0) {
      p->code_unit = true;
      p->d = code_units[i].d;
      return;
    }
  }
  if (!units_parse(p->unit, &p->cgs, &p->d)) params_bug(key, "no such unit");
}

const char *params_unit_example(const struct param *p) {
  for (int i = 0; p->code_unit && i < NCODE; i++) {
    if (strcmp(p->unit, code_units[i].name) == 0) return code_units[i].example;
  }
  return p->wall ? "min" : p->unit;
}

/* The nearest name to the first word that is no unit. */
void params_unknown_unit(struct params *ps, const struct node *n, const char *key, const char *unit) {
  const char *s = unit;
  while (*s != '\0') {
    char word[64];
    size_t length = 0;
    while (*s != '\0' && !isalpha((unsigned char)*s)) s++;
    while (isalpha((unsigned char)s[length])) length++;
    if (length == 0) break;
    if (length >= sizeof word) length = sizeof word - 1;
    memcpy(word, s, length);
    word[length] = '\0';
    s += length;
    double cgs;
    struct dimension d;
    if (units_parse(word, &cgs, &d)) continue;
    char name[16], nearest[16] = "";
    int best = 3;
    for (int i = 0; units_name(i, name); i++) {
      int distance = text_distance(word, name);
      if (distance < best && distance < (int)length) {
        best = distance;
        memcpy(nearest, name, sizeof name);
      }
    }
    if (best < 3) {
      params_mistake(ps, n, key, "unknown unit \"%s\"; did you mean %s?", params_show(word), nearest);
    } else {
      params_mistake(ps, n, key, "unknown unit \"%s\"", params_show(word));
    }
    return;
  }
  params_mistake(ps, n, key, "\"%s\" is no unit; write it like km/s or erg cm^-3", params_show(unit));
}

enum { NBASE = 5 };
static const struct { const char *name, *example; struct dimension d; } base[NBASE] = {
    {"length", "1 kpc", {1, 0, 0, 0}},         {"mass", "1e10 Msun", {0, 1, 0, 0}},
    {"time", "1 Myr", {0, 0, 1, 0}},           {"velocity", "1 km/s", {1, 0, -1, 0}},
    {"density", "1 mp cm^-3", {-3, 1, 0, 0}},
};

/* One of them in cgs; 0 after a mistake. */
static double read_one(struct params *ps, const struct node *n, int i) {
  char key[32] = "units.";
  strcat(key, base[i].name);
  double number, cgs;
  struct dimension d;
  const char *rest;
  if (n->kind != NODE_SCALAR || !units_number(n->text, &number, &rest) || rest[strspn(rest, " \t")] == '\0') {
    params_mistake(ps, n, key, "want a number and a unit such as %s", base[i].example);
  } else if (!units_parse(rest, &cgs, &d)) {
    params_unknown_unit(ps, n, key, rest);
  } else if (!dimension_equal(d, base[i].d)) {
    const char *name = dimension_name(d);
    params_mistake(ps, n, key, "%s is %s%s, want something such as %s", params_show(n->text), name == NULL ? "not a " : "a ",
                   name == NULL ? base[i].name : name, base[i].example);
  } else if (!(number * cgs > 1e-200 && number * cgs < 1e200)) {
    params_mistake(ps, n, key, "%s is not above zero, or absurdly small or large", params_show(n->text));
  } else {
    return number * cgs;
  }
  return 0.0;
}

static void show(struct params *ps, const char *text) {
  memory_free(ps->units_shown);
  ps->units_shown = text_copy(text);
}

static const char *const wanted = "want \"code\" or three of length, mass, time, velocity and density";

void params_read_units(struct params *ps) {
  const struct node *n = params_node_find(ps->root, "units");
  double value[NBASE] = {0};
  units_from(1e3 * PARSEC_cm, 0.0, 0.0, 1e5, PROTON_MASS_g, &ps->units);
  show(ps, "{length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}");
  if (n == NULL) return;
  if (n->kind == NODE_SCALAR && strcmp(n->text, "code") == 0) {
    ps->units = units_of_code();
    show(ps, "code");
    return;
  }
  if (n->kind != NODE_MAP) {
    params_mistake(ps, n, "units", "%s", wanted);
    return;
  }
  int before = ps->nmistake;
  struct text text = {0};
  for (int k = 0; k < n->count; k++) {
    int i = 0;
    while (i < NBASE && strcmp(base[i].name, n->key[k]->text) != 0) i++;
    if (i == NBASE) {
      params_mistake(ps, n->key[k], "units", "unknown key \"%s\"; %s", params_show(n->key[k]->text), wanted);
    } else if (value[i] > 0.0) {
      params_mistake(ps, n->key[k], "units", "%s is given twice", base[i].name);
    } else {
      value[i] = read_one(ps, n->value[k], i);
      if (value[i] > 0.0) text_add(&text, "%s%s: %s", k == 0 ? "{" : ", ", base[i].name, n->value[k]->text);
    }
  }
  if (ps->nmistake == before) {
    struct units u;
    if (n->count != 3) {
      params_mistake(ps, n, "units", "%d given; %s", n->count, wanted);
    } else if (!units_from(value[0], value[1], value[2], value[3], value[4], &u)) {
      params_mistake(ps, n, "units", "these three do not fix length, mass and time, or lead to absurd units; %s", wanted);
    } else {
      ps->units = u;
      text_add(&text, "}");
      show(ps, text.s);
    }
  }
  text_free(&text);
}

const struct units *params_units(const struct params *ps) { return &ps->units; }
