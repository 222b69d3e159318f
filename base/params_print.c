/* The reference of all parameters, and the parameters of a run as YAML. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <stdio.h>
#include <string.h>

/* One of the keys of a section, in the order of the declarations: a parameter, or a list with its first one. */
static bool starts_list(const struct params *ps, int i) {
  const struct param *p = &ps->param[i];
  return p->list >= 0 && (i == 0 || ps->param[i - 1].list != p->list);
}

static void comment(struct text *t, size_t line, const struct param *p, bool given) {
  size_t width = t->length - line;
  text_add(t, "%*s# %s", width < 40 ? (int)(40 - width) : 2, "", p->doc);
  if (!p->dimensionless) text_add(t, " [%s]", p->unit);
  text_add(t, "%s\n", given ? "" : " (default)");
}

static void resolve_list(const struct params *ps, int first, struct text *t) {
  int list = ps->param[first].list, count = *ps->list[list].count;
  text_add(t, "  %s:%s", ps->list[list].name, count == 0 ? " []" : "");
  text_add(t, "  # %s\n", ps->list[list].doc);
  for (int e = 0; e < count; e++) {
    for (int i = first; i < ps->nparam && ps->param[i].list == list; i++) {
      const struct param *p = &ps->param[i];
      size_t line = t->length;
      text_add(t, "    %s %s: %s", i == first ? "-" : " ", p->name, p->shown[e]);
      comment(t, line, p, p->given[e]);
    }
  }
}

const char *params_resolved(struct params *ps) {
  struct text *t = &ps->resolved;
  if (t->s != NULL) return t->s;
  text_add(t, "# Parameters of a crux run; a run of this file sets the same values.\n\nunits: %s\n", ps->units_shown);
  for (int s = 0; s < ps->nsection; s++) {
    bool any = false;
    for (int i = 0; i < ps->nparam; i++) {
      const struct param *p = &ps->param[i];
      if (p->section != s) continue;
      if (!any) text_add(t, "\n# %s\n%s:\n", ps->section[s].doc, ps->section[s].name);
      any = true;
      if (p->list >= 0) {
        if (starts_list(ps, i)) resolve_list(ps, i, t);
        continue;
      }
      size_t line = t->length;
      text_add(t, "  %s: %s", p->name, p->shown[0]);
      comment(t, line, p, p->given[0]);
    }
  }
  return t->s;
}

static void type_name(const struct param *p, struct text *t) {
  static const char *const names[] = {"number", "whole number", "true or false", "word", "text", "words"};
  if (p->kind == PARAM_WORDS) {
    text_add(t, "up to %d words", p->most);
  } else if (p->kind == PARAM_REAL && !p->dimensionless) {
    text_add(t, p->n > 0 ? "%d quantities" : "quantity", p->n);
  } else if (p->n > 0) {
    text_add(t, "%d %ss", p->n, names[p->kind]);
  } else {
    text_add(t, "%s", names[p->kind]);
  }
}

/* Range or choices. */
static void limits(const struct param *p, bool markdown, struct text *t) {
  if (p->kind == PARAM_REAL || p->kind == PARAM_INT) {
    if (!params_range(p, t)) text_add(t, "any");
  } else if (p->kind == PARAM_CHOICE) {
    for (const char *s = p->choices; *s != '\0';) {
      int length = (int)strcspn(s, "|");
      text_add(t, markdown ? "%s`%.*s`" : "%s%.*s", s == p->choices ? "" : ", ", length, s);
      s += length;
      if (*s == '|') s++;
    }
  } else if (p->kind == PARAM_TEXT || p->kind == PARAM_WORDS) {
    text_add(t, "up to %zu characters", p->size - 1);
  }
}

/* A bar would end the cell of a table. */
static void print_cell(const char *s) {
  for (; *s != '\0'; s++) printf(*s == '|' ? "\\%c" : "%c", *s);
  printf(" |\n");
}

static void print_param(const struct params *ps, const struct param *p, bool markdown) {
  struct text type = {0}, range = {0};
  type_name(p, &type);
  limits(p, markdown, &range);
  const char *prefix = p->list >= 0 ? ps->list[p->list].name : "", *open = p->list >= 0 ? "[]." : "";
  const char *values = range.s == NULL ? "" : range.s, *unit = p->dimensionless ? "" : p->unit;
  if (markdown) {
    const char *mark = p->preset == NULL ? "" : "`";
    printf("| `%s%s%s` | %s | %s%s%s | %s | %s | ", prefix, open, p->name, type.s, mark,
           p->preset == NULL ? "**required**" : p->preset[0] == '\0' ? "\"\"" : p->preset, mark, values, unit);
    print_cell(p->doc);
  } else {
    printf("  %s%s%s: %s; %s%s", prefix, open, p->name, type.s, p->preset == NULL ? "required" : "default ",
           p->preset == NULL ? "" : p->preset[0] == '\0' ? "\"\"" : p->preset);
    if (values[0] != '\0') printf("; %s%s", p->kind == PARAM_CHOICE ? "one of " : "", values);
    if (p->code_unit) printf("; unit: %s", unit);
    printf("\n      %s\n", p->doc);
  }
  text_free(&type);
  text_free(&range);
}

static void print_list(const struct list *l, bool markdown) {
  if (markdown) {
    printf("| `%s` | up to %d mappings | none | | | ", l->name, l->most);
    print_cell(l->doc);
  } else {
    printf("  %s: list of up to %d mappings with the keys below\n      %s\n", l->name, l->most, l->doc);
  }
}

static void print_units(bool markdown) {
  if (markdown) printf("# Parameters\n\nMade by `crux params --markdown` from the declarations in the code.\n\n## units\n\n");
  if (!markdown) printf("units\n");
  const char *indent = markdown ? "" : "  ";
  printf("%sunits: code: no physical scale; all numbers are given without unit.\n", markdown ? "" : indent);
  if (markdown) printf("\n");
  printf("%sunits: {length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}: the default; any three of length, mass,\n", indent);
  printf("%stime, velocity and density that fix the others.  Quantities then need a unit, \"40 kpc\"; \"0.5 code\" is\n", indent);
  printf("%sin code units.  B is in units in which B^2/2 is a pressure.\n", indent);
  char name[16];
  printf("%sUnits:", indent);
  for (int i = 0; units_name(i, name); i++) printf(" %s", name);
  printf(";\n%scombined like km/s, cm^-3, erg cm^-3 s^-1.  \"/\" divides by the one unit after it.\n\n", indent);
}

void params_print(const struct params *ps, const char *section, bool markdown) {
  if (section == NULL || strcmp(section, "units") == 0) print_units(markdown);
  bool found = section == NULL || strcmp(section, "units") == 0;
  for (int s = 0; s < ps->nsection; s++) {
    if (section != NULL && strcmp(section, ps->section[s].name) != 0) continue;
    found = true;
    printf(markdown ? "## %s\n\n%s\n\n" : "%s: %s\n", ps->section[s].name, ps->section[s].doc);
    if (markdown) printf("| key | type | default | range or choices | unit | meaning |\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < ps->nparam; i++) {
      if (ps->param[i].section != s) continue;
      if (starts_list(ps, i)) print_list(&ps->list[ps->param[i].list], markdown);
      print_param(ps, &ps->param[i], markdown);
    }
    printf("\n");
  }
  if (found) return;
  struct text known = {0};
  for (int s = 0; s < ps->nsection; s++) text_add(&known, "%s%s", s == 0 ? "" : ", ", ps->section[s].name);
  fail_user("unknown section \"%s\"; there are units, %s", params_show(section), known.s == NULL ? "" : known.s);
}
