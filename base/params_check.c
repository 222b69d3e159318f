/* All checks of what the user gave against what is declared. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <stdio.h>
#include <string.h>

void params_key(const struct params *ps, const struct param *p, int e, char key[KEY_SIZE]) {
  const char *section = ps->section[p->section].name;
  if (p->list < 0) {
    snprintf(key, KEY_SIZE, "%s.%s", section, p->name);
  } else if (e < 0) {
    snprintf(key, KEY_SIZE, "%s.%s[].%s", section, ps->list[p->list].name, p->name);
  } else {
    snprintf(key, KEY_SIZE, "%s.%s[%d].%s", section, ps->list[p->list].name, e, p->name);
  }
}

static bool is_empty(const struct node *n) {
  return n->kind == NODE_SCALAR && n->plain && (n->text[0] == '\0' || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

static int find_section(const struct params *ps, const char *name) {
  for (int s = 0; s < ps->nsection; s++) {
    if (strcmp(ps->section[s].name, name) == 0) return s;
  }
  return -1;
}

/* The nearest known name so far. */
struct nearest { int distance; char name[KEY_SIZE]; };

static void try_name(struct nearest *best, const char *word, const char *name, const char *full) {
  int distance = text_distance(word, name);
  if (distance >= best->distance || distance >= (int)strlen(name)) return;
  best->distance = distance;
  snprintf(best->name, sizeof best->name, "%s", full);
}

/* Keys of one section and list (-1: the section's own), or of all (-1, -2). */
static void try_keys(const struct params *ps, struct nearest *best, const char *word, int section, int list) {
  char full[KEY_SIZE];
  for (int i = 0; i < ps->nparam; i++) {
    const struct param *p = &ps->param[i];
    if (section >= 0 && (p->section != section || p->list != list)) continue;
    params_key(ps, p, -1, full);
    try_name(best, word, p->name, full);
  }
  for (int i = 0; i < ps->nlist; i++) {
    const struct list *l = &ps->list[i];
    if (section >= 0 && (l->section != section || list != -1)) continue;
    snprintf(full, sizeof full, "%s.%s", ps->section[l->section].name, l->name);
    try_name(best, word, l->name, full);
  }
}

enum { NEAR = 3 };

static void unknown(struct params *ps, const struct node *at, const char *prefix, int section, int list) {
  struct nearest best = {.distance = NEAR};
  const char *word = at->text;
  char key[2 * KEY_SIZE];
  snprintf(key, sizeof key, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", params_show(word));
  if (section >= 0) try_keys(ps, &best, word, section, list);
  if (section < 0) {
    for (int s = 0; s < ps->nsection; s++) try_name(&best, word, ps->section[s].name, ps->section[s].name);
    try_name(&best, word, "units", "units");
  }
  if (best.distance == NEAR) try_keys(ps, &best, word, -1, -2);
  const char *what = section < 0 ? "section" : "key";
  if (best.distance < NEAR) {
    params_mistake(ps, at, key, "unknown %s; did you mean %s?", what, best.name);
    return;
  }
  struct text known = {0};
  int count = 0;
  for (int s = 0; section < 0 && s < ps->nsection; s++) text_add(&known, "%s%s", count++ == 0 ? "" : ", ", ps->section[s].name);
  for (int i = 0; section >= 0 && i < ps->nparam; i++) {
    const struct param *p = &ps->param[i];
    if (p->section == section && p->list == list) text_add(&known, "%s%s", count++ == 0 ? "" : ", ", p->name);
  }
  params_mistake(ps, at, key, "unknown %s; there are %s", what, count == 0 ? "none" : known.s);
  text_free(&known);
}

static void check_duplicates(struct params *ps, const struct node *map, const char *prefix) {
  for (int i = 1; i < map->count; i++) {
    for (int j = 0; j < i; j++) {
      if (strcmp(map->key[i]->text, map->key[j]->text) != 0) continue;
      char key[2 * KEY_SIZE];
      snprintf(key, sizeof key, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", params_show(map->key[i]->text));
      params_mistake(ps, map->key[i], key, "is given twice, first in line %d", map->key[j]->line);
      break;
    }
  }
}

/* All keys of a mapping are those of the section or of the elements of the list. */
static void check_keys(struct params *ps, const struct node *map, const char *prefix, int section, int list) {
  check_duplicates(ps, map, prefix);
  for (int k = 0; k < map->count; k++) {
    bool known = false;
    for (int i = 0; i < ps->nparam && !known; i++) {
      const struct param *p = &ps->param[i];
      known = p->section == section && p->list == list && strcmp(p->name, map->key[k]->text) == 0;
    }
    for (int i = 0; i < ps->nlist && !known && list < 0; i++) {
      known = ps->list[i].section == section && strcmp(ps->list[i].name, map->key[k]->text) == 0;
    }
    if (!known) unknown(ps, map->key[k], prefix, section, list);
  }
}

/* Names in the section quick where it is not used. */
static void check_quick(struct params *ps) {
  char prefix[KEY_SIZE];
  check_duplicates(ps, ps->quick, "quick");
  for (int k = 0; k < ps->quick->count; k++) {
    const struct node *key = ps->quick->key[k];
    const int s = find_section(ps, key->text);
    snprintf(prefix, sizeof prefix, "quick.%s", params_show(key->text));
    if (s < 0) unknown(ps, key, "quick", -1, -1);
    else check_keys(ps, ps->quick->value[k], prefix, s, -1);
  }
}

static void check_sections(struct params *ps) {
  if (ps->root->kind != NODE_MAP) {
    params_mistake(ps, ps->root, NULL, "want sections such as \"run:\" with keys below, not a %s",
                   ps->root->kind == NODE_LIST ? "list" : "single value");
    return;
  }
  check_duplicates(ps, ps->root, "");
  for (int k = 0; k < ps->root->count; k++) {
    const struct node *key = ps->root->key[k], *value = ps->root->value[k];
    if (strcmp(key->text, "units") == 0) continue;
    int s = find_section(ps, key->text);
    if (s < 0) {
      unknown(ps, key, "", -1, -1);
    } else if (value->kind == NODE_MAP) {
      check_keys(ps, value, key->text, s, -1);
    } else if (!is_empty(value)) {
      params_mistake(ps, value, key->text, "is a section with keys below it, not a %s",
                     value->kind == NODE_LIST ? "list" : "single value");
    }
  }
}

/* The section's mapping, or NULL. */
static const struct node *section_node(const struct params *ps, int s) {
  return params_node_find(ps->root, ps->section[s].name);
}

/* Where to point when something is missing in a section: at its name. */
static const struct node *section_place(const struct params *ps, int s) {
  if (ps->root == NULL || ps->root->kind != NODE_MAP) return ps->root;
  for (int k = 0; k < ps->root->count; k++) {
    if (strcmp(ps->root->key[k]->text, ps->section[s].name) == 0 && ps->root->key[k]->set == NULL) return ps->root->key[k];
  }
  return NULL;
}

/* Element e of parameter p from the mapping map (may be NULL), which stands at place. */
static void load_one(struct params *ps, struct param *p, int e, const struct node *map, const struct node *place) {
  char key[KEY_SIZE];
  params_key(ps, p, e, key);
  const struct node *n = params_node_find(map, p->name);
  p->given[e] = n != NULL;
  if (n != NULL) {
    p->shown[e] = params_value(ps, p, e, n, key);
  } else if (p->preset == NULL) {
    params_mistake(ps, place, key, "is missing: %s", p->doc);
  } else {
    struct node *preset = params_preset(ps, p);
    p->shown[e] = params_value(ps, p, e, preset, key);
    params_node_free(preset);
  }
}

static void load_param(struct params *ps, struct param *p) {
  const struct node *section = section_node(ps, p->section);
  const struct node *place = section_place(ps, p->section);
  const struct node *list = NULL;
  int count = 1;
  if (p->list >= 0) {
    list = params_node_find(section, ps->list[p->list].name);
    count = *ps->list[p->list].count;
  }
  p->shown_count = count;
  p->shown = memory_get(sizeof *p->shown * (size_t)count);
  p->given = memory_get(sizeof *p->given * (size_t)count);
  for (int e = 0; e < count; e++) {
    if (p->list < 0) {
      load_one(ps, p, e, section, place);
    } else if (list->value[e]->kind == NODE_MAP) {
      load_one(ps, p, e, list->value[e], list->value[e]);
    }
  }
}

static void check_list(struct params *ps, int i) {
  struct list *l = &ps->list[i];
  const struct node *n = params_node_find(section_node(ps, l->section), l->name);
  char key[KEY_SIZE], element[KEY_SIZE + 16];
  snprintf(key, sizeof key, "%s.%s", ps->section[l->section].name, l->name);
  *l->count = 0;
  if (n == NULL || is_empty(n)) return;
  if (n->kind != NODE_LIST) {
    params_mistake(ps, n, key, "want a list whose entries start with \"- \"");
    return;
  }
  if (n->count > l->most) {
    params_mistake(ps, n, key, "has %d entries, at most %d are possible", n->count, l->most);
    return;
  }
  *l->count = n->count;
  for (int e = 0; e < n->count; e++) {
    snprintf(element, sizeof element, "%s[%d]", key, e);
    if (n->value[e]->kind == NODE_MAP) {
      check_keys(ps, n->value[e], element, l->section, i);
    } else {
      params_mistake(ps, n->value[e], element, "want a mapping, \"key: value\"");
    }
  }
}

int params_check(struct params *ps) {
  require(ps->open_list < 0, "params_load: a list of parameters has no end");
  params_read_units(ps);
  bool known = ps->nmistake == 0;
  if (ps->root != NULL) check_sections(ps);
  if (ps->quick != NULL) check_quick(ps);
  if (ps->root != NULL && ps->root->kind != NODE_MAP) return ps->nmistake;
  int misspelled = ps->nmistake;
  for (int i = 0; i < ps->nlist; i++) check_list(ps, i);
  for (int i = 0; i < ps->nparam; i++) load_param(ps, &ps->param[i]);
  /* Rules look at the variables, which are known when all values are right; misspelled keys leave the defaults. */
  known = known && ps->nmistake == misspelled;
  for (int i = 0; i < ps->nrule && known; i++) {
    const struct rule *r = &ps->rule[i];
    if (r->broken(r->data)) params_mistake(ps, params_node_path(ps->root, r->key), r->key, "%s", r->message);
  }
  return ps->nmistake;
}

static _Noreturn void end(struct params *ps) {
  struct text report = {0};
  params_report(ps, &report);
  fail_user("%s", report.s);
}

void params_load(struct params *ps) {
  if (params_check(ps) == 0) return;
  end(ps);
}

void params_wrong(struct params *ps, const char *key, const char *message) {
  params_mistake(ps, params_node_path(ps->root, key), key, "%s", message);
  end(ps);
}

const char *params_peek(const struct params *ps, const char *key) {
  const struct node *n = params_node_path(ps->root, key);
  return n != NULL && n->kind == NODE_SCALAR && !is_empty(n) ? n->text : NULL;
}

bool params_given(const struct params *ps, const char *key) { return params_node_path(ps->root, key) != NULL; }
