/* What differs between the parameters of two runs. */
#include "base/memory.h"
#include "base/params_internal.h"

#include <string.h>

/* The value as YAML on one line. */
static void render(const struct node *n, struct text *t) {
  if (n->kind == NODE_SCALAR) {
    text_add(t, "%s", n->text);
    return;
  }
  bool map = n->kind == NODE_MAP;
  text_add(t, map ? "{" : "[");
  for (int i = 0; i < n->count; i++) {
    text_add(t, "%s%s%s", i == 0 ? "" : ", ", map ? n->key[i]->text : "", map ? ": " : "");
    render(n->value[i], t);
  }
  text_add(t, map ? "}" : "]");
}

/* The same text, or the same quantity in other words. */
static bool same_scalar(const char *a, const char *b) {
  double x, y, cgs_x = 1.0, cgs_y = 1.0;
  struct dimension dx, dy;
  const char *unit_x, *unit_y;
  if (strcmp(a, b) == 0) return true;
  if (!units_number(a, &x, &unit_x) || !units_number(b, &y, &unit_y)) return false;
  while (*unit_x == ' ') unit_x++;
  while (*unit_y == ' ') unit_y++;
  if (strcmp(unit_x, unit_y) == 0) return x == y;
  return units_parse(unit_x, &cgs_x, &dx) && units_parse(unit_y, &cgs_y, &dy) && dimension_equal(dx, dy) && x * cgs_x == y * cgs_y;
}

static bool same(const struct node *a, const struct node *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == NODE_SCALAR) return same_scalar(a->text, b->text);
  if (a->count != b->count) return false;
  for (int i = 0; i < a->count; i++) {
    if (a->kind == NODE_MAP && strcmp(a->key[i]->text, b->key[i]->text) != 0) return false;
    if (!same(a->value[i], b->value[i])) return false;
  }
  return true;
}

struct comparison { params_change_fn *tell; void *data; int count; };

static void tell(struct comparison *c, const char *key, const struct node *before, const struct node *after) {
  struct text a = {0}, b = {0};
  if (before != NULL) render(before, &a);
  if (after != NULL) render(after, &b);
  if (c->tell != NULL) c->tell(c->data, key, before == NULL ? NULL : a.s == NULL ? "" : a.s, after == NULL ? NULL : b.s == NULL ? "" : b.s);
  c->count++;
  text_free(&a);
  text_free(&b);
}

/* Sections have keys, all else is a value. */
static void compare(struct comparison *c, const char *prefix, const struct node *before, const struct node *after) {
  bool top = prefix[0] == '\0';
  for (int side = 0; side < 2; side++) {
    const struct node *n = side == 0 ? after : before;
    for (int i = 0; n != NULL && n->kind == NODE_MAP && i < n->count; i++) {
      const char *name = n->key[i]->text;
      const struct node *old = params_node_find(before, name), *now = params_node_find(after, name);
      struct text key = {0};
      text_add(&key, "%s%s%s", prefix, top ? "" : ".", name);
      bool section = top && strcmp(name, "units") != 0 && (old == NULL || old->kind == NODE_MAP) && (now == NULL || now->kind == NODE_MAP);
      if (side == 1 && now != NULL) {
        /* was told */
      } else if (section) {
        compare(c, key.s, old, now);
      } else if (old == NULL || now == NULL || !same(old, now)) {
        tell(c, key.s, old, now);
      }
      text_free(&key);
    }
  }
}

int params_changes(struct params *ps, const char *before, params_change_fn *fn, void *data) {
  const char *now = params_resolved(ps);
  struct params *a = params_from_text("checkpoint", before, strlen(before), NULL), *b = params_from_text("run", now, strlen(now), NULL);
  struct comparison c = {fn, data, 0};
  if (a->root == NULL) {
    c.count = -1;
  } else {
    compare(&c, "", a->root, b->root);
  }
  params_free(a);
  params_free(b);
  return c.count;
}
