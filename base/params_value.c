/* From the text of one value to the variable, with all its checks. */
#include "base/memory.h"
#include "base/params_internal.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool params_range(const struct param *p, struct text *out) {
  char number[32];
  bool int_lo = p->kind == PARAM_INT && p->lo == INT_MIN, int_hi = p->kind == PARAM_INT && p->hi == INT_MAX;
  bool open_lo = isinf(p->lo) || int_lo, open_hi = isinf(p->hi) || int_hi;
  if (open_lo && open_hi) return false;
  if (open_lo) {
    text_add(out, "(-inf");
  } else if (p->lo == PARAMS_POSITIVE) {
    text_add(out, "(0");
  } else {
    text_add(out, "[%s", text_number(p->lo, number));
  }
  text_add(out, " to %s", open_hi ? "inf)" : text_number(p->hi, number));
  if (!open_hi) text_add(out, "]");
  if (!p->dimensionless && !p->code_unit) text_add(out, " %s", p->unit);
  return true;
}

/* Checks the range; value in the unit of the declaration. */
static bool in_range(struct params *ps, const struct param *p, const struct node *n, const char *key, double value) {
  if (value >= p->lo && value <= p->hi) return true;
  struct text range = {0};
  params_range(p, &range);
  bool physical = !p->dimensionless && !ps->units.code;
  const char *unit = p->code_unit && physical ? " in code units" : "";
  const char *as = p->code_unit && physical ? " code" : "";
  if (p->preset != NULL && p->preset[0] != '[') {
    params_mistake(ps, n, key, "%s is out of range %s%s; choose e.g. %s%s", params_show(n->text), range.s, unit, p->preset, as);
  } else {
    params_mistake(ps, n, key, "%s is out of range %s%s", params_show(n->text), range.s, unit);
  }
  text_free(&range);
  return false;
}

/* The text without blanks around it, as YAML. */
static char *shown_scalar(const char *text) {
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1])) length--;
  char *copy = memory_get(length + 1);
  memcpy(copy, text, length);
  return copy;
}

static const char *article(const char *name) { return strchr("aeiou", name[0]) != NULL ? "an" : "a"; }

static void wrong_dimension(struct params *ps, const struct param *p, const struct node *n, const char *key, const char *unit,
                            struct dimension d) {
  const char *is = dimension_name(d), *want = dimension_name(p->d), *example = params_unit_example(p);
  char powers[80];
  if (want == NULL) want = "quantity";
  if (is != NULL) {
    params_mistake(ps, n, key, "%s is %s %s (%s), want %s %s such as %s", params_show(n->text), article(is), is,
                   params_show(unit), article(want), want, example);
  } else {
    snprintf(powers, sizeof powers, "cm^%g g^%g s^%g K^%g", d.length, d.mass, d.time, d.temperature);
    params_mistake(ps, n, key, "%s is of another kind (%s), want %s %s such as %s", params_show(n->text), powers, article(want),
                   want, example);
  }
}

/* A number with a unit: value in code units, declared in the unit of the declaration. */
static bool quantity(struct params *ps, const struct param *p, const struct node *n, const char *key, double x, const char *rest,
                     double *value, double *declared) {
  double cgs, code = units_code_in_cgs(&ps->units, p->d);
  struct dimension d;
  if (strcmp(rest, "code") == 0 && !p->wall) {
    *value = x;
    *declared = p->code_unit || ps->units.code ? x : x * units_ratio(code, p->cgs);
    return true;
  }
  if (!isalpha((unsigned char)rest[0]) && rest[0] != '/') {
    params_mistake(ps, n, key, "\"%s\" is not a number with a unit such as %s", params_show(n->text), params_unit_example(p));
    return false;
  }
  if (!units_parse(rest, &cgs, &d)) {
    params_unknown_unit(ps, n, key, rest);
    return false;
  }
  if (!dimension_equal(d, p->d)) {
    wrong_dimension(ps, p, n, key, rest, d);
    return false;
  }
  if (p->wall) {
    *value = *declared = x * cgs;
    return true;
  }
  if (ps->units.code && !n->preset) {
    params_mistake(ps, n, key, "%s has a unit, but the run says \"units: code\"; give the number alone", params_show(n->text));
    return false;
  }
  *declared = x * units_ratio(cgs, p->cgs);
  *value = ps->units.code ? *declared : x * units_ratio(cgs, code);
  if (p->code_unit) *declared = *value;
  return true;
}

static char *read_real(struct params *ps, const struct param *p, const struct node *n, const char *key, double *out) {
  double x, value, declared;
  const char *rest, *text = n->text;
  bool bare_wanted = p->dimensionless || (ps->units.code && !p->wall);
  if (!units_number(text, &x, &rest)) {
    if (bare_wanted) {
      params_mistake(ps, n, key, "\"%s\" is not a number", params_show(text));
    } else {
      params_mistake(ps, n, key, "\"%s\" is not a number with a unit such as %s", params_show(text), params_unit_example(p));
    }
    return NULL;
  }
  char *shown = shown_scalar(text);
  char *unit = shown + (rest - text < (long)strlen(shown) ? rest - text : (long)strlen(shown));
  while (*unit == ' ' || *unit == '\t') unit++;
  bool ok = true;
  value = declared = x;
  if (*unit == '\0') {
    if (!bare_wanted && x != 0.0 && !(n->preset && p->code_unit)) {
      const char *want = dimension_name(p->d);
      if (want == NULL) want = "quantity";
      params_mistake(ps, n, key, "%s has no unit, want %s %s such as %s %s", params_show(text), article(want), want,
                     params_show(shown), params_unit_example(p));
      ok = false;
    }
  } else if (p->dimensionless) {
    double cgs;
    struct dimension d;
    bool is_unit = units_parse(unit, &cgs, &d);
    params_mistake(ps, n, key, is_unit ? "\"%s\" has a unit, want a plain number" : "\"%s\" is not a number", params_show(text));
    ok = false;
  } else {
    ok = quantity(ps, p, n, key, x, unit, &value, &declared);
  }
  if (ok && !(isfinite(x) && isfinite(value) && isfinite(declared))) {
    params_mistake(ps, n, key, "%s is too large", params_show(text));
    ok = false;
  }
  size_t zeros = strspn(text, "+-0.");
  if (ok && value == 0.0 && text + zeros < rest && isdigit((unsigned char)text[zeros])) {
    params_mistake(ps, n, key, "%s is too small", params_show(text));
    ok = false;
  }
  if (ok) ok = in_range(ps, p, n, key, declared);
  if (!ok) {
    memory_free(shown);
    return NULL;
  }
  *out = value;
  bool mark_code = n->preset && p->code_unit && !ps->units.code && value != 0.0;
  bool strip = ps->units.code && !p->wall && *unit != '\0' && strcmp(unit, "code") != 0;
  char number[32];
  struct text t = {0};
  text_add(&t, "%s%s", strip || strlen(shown) > 200 ? text_number(value, number) : shown, mark_code ? " code" : "");
  if (strlen(shown) > 200 && !p->dimensionless && value != 0.0) text_add(&t, " code");
  memory_free(shown);
  return t.s;
}

static char *read_int(struct params *ps, const struct param *p, const struct node *n, const char *key, int *out) {
  double x;
  const char *rest;
  if (!units_number(n->text, &x, &rest) || *rest != '\0' || !isfinite(x) || x != floor(x)) {
    params_mistake(ps, n, key, "\"%s\" is not a whole number", params_show(n->text));
    return NULL;
  }
  if (!in_range(ps, p, n, key, x)) return NULL;
  *out = (int)x;
  struct text t = {0};
  text_add(&t, "%d", *out);
  return t.s;
}

static char *read_bool(struct params *ps, const struct node *n, const char *key, bool *out) {
  static const char *const words[6] = {"false", "true", "no", "yes", "off", "on"};
  for (int i = 0; i < 6; i++) {
    if (text_distance(words[i], n->text) == 0) {
      *out = i % 2 == 1;
      return text_copy(words[i % 2]);
    }
  }
  params_mistake(ps, n, key, "\"%s\" is neither true nor false", params_show(n->text));
  return NULL;
}

static char *read_choice(struct params *ps, const struct param *p, const struct node *n, const char *key, int *out) {
  struct text all = {0};
  char nearest[64] = "", *found = NULL;
  int best = 3, i = 0;
  for (const char *s = p->choices; *s != '\0'; i++) {
    char word[64];
    size_t length = strcspn(s, "|");
    if (length >= sizeof word) params_bug(key, "a choice is too long");
    memcpy(word, s, length);
    word[length] = '\0';
    if (strcmp(word, n->text) == 0) {
      *out = i;
      found = text_copy(word);
    }
    int distance = text_distance(word, n->text);
    if (distance < best && distance < (int)length) {
      best = distance;
      memcpy(nearest, word, sizeof word);
    }
    text_add(&all, "%s%s", i == 0 ? "" : ", ", word);
    s += length;
    if (*s == '|') s++;
  }
  if (found == NULL && best < 3) {
    params_mistake(ps, n, key, "\"%s\" is none of %s; did you mean %s?", params_show(n->text), all.s, nearest);
  } else if (found == NULL) {
    params_mistake(ps, n, key, "\"%s\" is none of %s", params_show(n->text), all.s);
  }
  text_free(&all);
  return found;
}

/* In quotes unless it is a plain word. */
static char *quoted(const char *s) {
  static const char *const special[] = {"true", "false", "yes", "no", "on", "off", "null"};
  bool plain = isalpha((unsigned char)s[0]) || s[0] == '/';
  for (const char *c = s; *c != '\0'; c++) plain = plain && (isalnum((unsigned char)*c) || strchr("_-./", *c) != NULL);
  for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) plain = plain && text_distance(s, special[i]) != 0;
  if (plain) return text_copy(s);
  struct text t = {0};
  text_add(&t, "\"");
  for (const char *c = s; *c != '\0'; c++) text_add(&t, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
  text_add(&t, "\"");
  return t.s;
}

static char *read_text(struct params *ps, const struct param *p, const struct node *n, const char *key, char *out) {
  for (const char *c = n->text; *c != '\0'; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f) {
      params_mistake(ps, n, key, "\"%s\" has a control character or a line break", params_show(n->text));
      return NULL;
    }
  }
  if (strlen(n->text) >= p->size) {
    params_mistake(ps, n, key, "\"%s\" is too long; at most %zu characters", params_show(n->text), p->size - 1);
    return NULL;
  }
  memset(out, 0, p->size);
  memcpy(out, n->text, strlen(n->text));
  return quoted(out);
}

static char *read_one(struct params *ps, const struct param *p, const struct node *n, const char *key, char *value, int i) {
  if (n->kind != NODE_SCALAR) {
    params_mistake(ps, n, key, "is a %s, want a single value", n->kind == NODE_LIST ? "list" : "mapping");
    return NULL;
  }
  bool nothing = n->plain && (n->text[0] == '\0' || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
  if (nothing && !n->preset) {
    params_mistake(ps, n, key, "has no value");
    return NULL;
  }
  switch (p->kind) {
  case PARAM_REAL: return read_real(ps, p, n, key, (double *)(void *)value + i);
  case PARAM_INT: return read_int(ps, p, n, key, (int *)(void *)value + i);
  case PARAM_BOOL: return read_bool(ps, n, key, (bool *)value + i);
  case PARAM_CHOICE: return read_choice(ps, p, n, key, (int *)(void *)value + i);
  default: return read_text(ps, p, n, key, value + p->size * (size_t)i);
  }
}

char *params_value(struct params *ps, const struct param *p, int e, const struct node *n, const char *key) {
  char *value = (char *)p->value + (p->list >= 0 ? ps->list[p->list].size * (size_t)e : 0);
  if (p->n == 0 && p->kind != PARAM_WORDS) return read_one(ps, p, n, key, value, 0);
  int want = p->kind == PARAM_WORDS ? p->most : p->n, count = n->kind == NODE_LIST ? n->count : 1;
  if (n->kind == NODE_MAP) {
    params_mistake(ps, n, key, "is a mapping, want a list");
    return NULL;
  }
  if (n->kind == NODE_LIST && (p->kind == PARAM_WORDS ? count > want : count != want)) {
    params_mistake(ps, n, key, "has %d entr%s, want %s%d", count, count == 1 ? "y" : "ies",
                   p->kind == PARAM_WORDS ? "at most " : "", want);
    return NULL;
  }
  if (p->kind == PARAM_WORDS) *(int *)(void *)((char *)p->count + (value - (char *)p->value)) = count;
  struct text t = {0};
  text_add(&t, "[");
  bool ok = true;
  for (int i = 0; i < (p->kind == PARAM_WORDS ? count : want); i++) {
    const struct node *item = n->kind == NODE_LIST ? n->value[i] : n;
    char *one = ok || n->kind == NODE_LIST ? read_one(ps, p, item, key, value, i) : NULL;
    ok = ok && one != NULL;
    if (one != NULL) text_add(&t, "%s%s", i == 0 ? "" : ", ", one);
    memory_free(one);
  }
  text_add(&t, "]");
  if (!ok) text_free(&t);
  return t.s;
}

struct node *params_preset(struct params *ps, const struct param *p) {
  bool literal = p->kind == PARAM_TEXT;
  int before = ps->nmistake;
  struct node *n = literal ? NULL : params_parse(ps, p->preset, strlen(p->preset), NULL);
  if (ps->nmistake > before) params_bug(p->name, "its default is no YAML");
  if (n == NULL) {
    n = memory_get(sizeof *n);
    *n = (struct node){.kind = NODE_SCALAR, .text = text_copy(literal ? p->preset : "")};
  }
  n->preset = true;
  for (int i = 0; i < n->count; i++) n->value[i]->preset = true;
  return n;
}
