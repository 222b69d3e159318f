/* From the file to a tree of values with their places. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* A place in a text as a node, for messages. */
static struct node place_of(const char *text, size_t offset, const char *set) {
  struct node at = {.set = set, .line = 1, .column = 1};
  for (size_t i = 0; i < offset; i++) {
    at.column = text[i] == '\n' ? 1 : at.column + 1;
    at.line += text[i] == '\n';
  }
  return at;
}

/* Bytes of the UTF-8 character at s that YAML allows, or 0. */
static size_t character(const unsigned char *s, size_t left) {
  static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (s[0] < 0x80) return s[0] == '\t' || s[0] == '\n' || s[0] == '\r' || (s[0] >= 0x20 && s[0] != 0x7f);
  size_t n = (s[0] & 0xe0) == 0xc0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : (s[0] & 0xf8) == 0xf0 ? 4 : 0;
  if (n == 0 || n > left) return 0;
  uint32_t c = s[0] & (0xffu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80) return 0;
    c = c << 6 | (s[i] & 0x3f);
  }
  bool bad = c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c < 0xa0 && c != 0x85);
  return bad || c == 0xfffe || c == 0xffff ? 0 : n;
}

static bool check_characters(struct params *ps, const char *text, size_t length, const char *set) {
  for (size_t i = 0; i < length;) {
    size_t n = character((const unsigned char *)text + i, length - i);
    if (n == 0) {
      struct node at = place_of(text, i, set);
      unsigned byte = (unsigned char)text[i];
      params_mistake(ps, &at, NULL, "byte 0x%02x is not text; a parameter file is YAML in UTF-8", byte);
      return false;
    }
    i += n;
  }
  return true;
}

static void syntax_mistake(struct params *ps, const yaml_parser_t *y, const char *text, size_t length, const char *set) {
  struct node at = {.set = set, .line = (int)y->problem_mark.line + 1, .column = (int)y->problem_mark.column + 1};
  if (y->error == YAML_MEMORY_ERROR) fail("out of memory while reading %s", ps->path);
  if (y->error == YAML_READER_ERROR) at = place_of(text, y->problem_offset < length ? y->problem_offset : length, set);
  const char *problem = y->problem != NULL ? y->problem : "something is wrong";
  bool tab = y->problem_mark.index < length && text[y->problem_mark.index] == '\t';
  if (tab) {
    params_mistake(ps, &at, NULL, "not YAML: a tab; indent with spaces");
  } else if (y->context != NULL) {
    params_mistake(ps, &at, NULL, "not YAML: %s, %s", problem, y->context);
  } else {
    params_mistake(ps, &at, NULL, "not YAML: %s", problem);
  }
}

/* What is needed to turn a libyaml document into a tree. */
struct convert { struct params *ps; yaml_document_t *doc; const char *set; int nodes; };

static void append(struct node *n, struct node *key, struct node *value) {
  if (n->kind == NODE_MAP) n->key = params_grow(n->key, n->count, sizeof(struct node *));
  n->value = params_grow(n->value, n->count, sizeof(struct node *));
  if (n->kind == NODE_MAP) n->key[n->count] = key;
  n->value[n->count++] = value;
}

/* Aliases are copied; the limits stop those that contain themselves or multiply. */
static struct node *convert(struct convert *c, int id, int depth) {
  const yaml_node_t *y = yaml_document_get_node(c->doc, id);
  struct node *n = memory_get(sizeof *n);
  n->set = c->set;
  n->line = (int)y->start_mark.line + 1;
  n->column = (int)y->start_mark.column + 1;
  if (depth > DEPTH_MOST || ++c->nodes > NODES_MOST) {
    if (c->nodes <= 2 * NODES_MOST) {
      params_mistake(c->ps, n, NULL, depth > DEPTH_MOST ? "nested too deeply" : "too many values");
    }
    c->nodes = 2 * NODES_MOST + 1;
    n->text = text_copy("");
    return n;
  }
  if (y->type == YAML_SCALAR_NODE) {
    n->kind = NODE_SCALAR;
    n->plain = y->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->text = memory_get(y->data.scalar.length + 1);
    memcpy(n->text, y->data.scalar.value, y->data.scalar.length);
    if (strlen(n->text) != y->data.scalar.length) params_mistake(c->ps, n, NULL, "a text with a zero byte");
  } else if (y->type == YAML_SEQUENCE_NODE) {
    n->kind = NODE_LIST;
    for (const yaml_node_item_t *i = y->data.sequence.items.start; i < y->data.sequence.items.top; i++) {
      if (c->nodes > NODES_MOST) break;
      append(n, NULL, convert(c, *i, depth + 1));
    }
  } else {
    n->kind = NODE_MAP;
    for (const yaml_node_pair_t *i = y->data.mapping.pairs.start; i < y->data.mapping.pairs.top; i++) {
      if (c->nodes > NODES_MOST) break;
      struct node *key = convert(c, i->key, depth + 1);
      if (key->kind != NODE_SCALAR) {
        params_mistake(c->ps, key, NULL, "a key must be a word");
        params_node_free(key);
        continue;
      }
      append(n, key, convert(c, i->value, depth + 1));
    }
  }
  return n;
}

struct node *params_parse(struct params *ps, const char *text, size_t length, const char *set) {
  if (!check_characters(ps, text, length, set)) return NULL;
  yaml_parser_t y;
  yaml_document_t doc;
  require(yaml_parser_initialize(&y), "out of memory while reading %s", ps->path);
  yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&y, (const unsigned char *)text, length);
  struct node *root = NULL;
  if (!yaml_parser_load(&y, &doc)) {
    syntax_mistake(ps, &y, text, length, set);
  } else {
    struct convert c = {ps, &doc, set, 0};
    if (yaml_document_get_root_node(&doc) != NULL) root = convert(&c, 1, 0);
    yaml_document_delete(&doc);
    if (root != NULL && !yaml_parser_load(&y, &doc)) {
      syntax_mistake(ps, &y, text, length, set);
    } else if (root != NULL) {
      const yaml_node_t *second = yaml_document_get_root_node(&doc);
      if (second != NULL) {
        struct node at = {.set = set, .line = (int)second->start_mark.line + 1, .column = (int)second->start_mark.column + 1};
        params_mistake(ps, &at, NULL, "a second document starts before this; a parameter file has one");
      }
      yaml_document_delete(&doc);
    }
  }
  yaml_parser_delete(&y);
  return root;
}

void params_node_free(struct node *n) {
  if (n == NULL) return;
  for (int i = 0; i < n->count; i++) {
    if (n->key != NULL) params_node_free(n->key[i]);
    params_node_free(n->value[i]);
  }
  memory_free(n->key);
  memory_free(n->value);
  memory_free(n->text);
  memory_free(n);
}

static struct node **find(const struct node *n, const char *key) {
  if (n == NULL || n->kind != NODE_MAP) return NULL;
  for (int i = 0; i < n->count; i++) {
    if (strcmp(n->key[i]->text, key) == 0) return &n->value[i];
  }
  return NULL;
}

struct node *params_node_find(const struct node *n, const char *key) {
  struct node **place = find(n, key);
  return place == NULL ? NULL : *place;
}

struct node *params_node_path(const struct node *root, const char *key) {
  char section[KEY_SIZE];
  const char *dot = strchr(key, '.');
  if (dot == NULL) return params_node_find(root, key);
  snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
  return params_node_find(params_node_find(root, section), dot + 1);
}

static struct node *new_scalar(const char *text, const char *set) {
  struct node *n = memory_get(sizeof *n);
  *n = (struct node){.kind = NODE_SCALAR, .plain = true, .set = set, .line = 1, .column = 1, .text = text_copy(text)};
  return n;
}

static void set_in(struct node *map, const char *key, const char *set, struct node *value) {
  struct node **place = find(map, key);
  if (place != NULL) {
    params_node_free(*place);
    *place = value;
  } else {
    append(map, new_scalar(key, set), value);
  }
}

/* Put the value of "a.b=value" in its place of the tree, over what the file says. */
static void apply(struct params *ps, const char *override) {
  const char *equals = strchr(override, '=');
  struct node at = {.set = override};
  if (equals == NULL || equals == override) {
    params_mistake(ps, &at, NULL, "want section.key=value");
    return;
  }
  char *key = text_copy(override);
  key[equals - override] = '\0';
  ps->set = params_grow(ps->set, ps->nset, sizeof *ps->set);
  ps->set[ps->nset++] = key;
  at.set = key;
  char *dot = strchr(key, '.');
  if (strlen(key) >= KEY_SIZE || (dot == NULL && strcmp(key, "units") != 0) || dot == key ||
      (dot != NULL && (dot[1] == '\0' || strchr(dot + 1, '.') != NULL))) {
    params_mistake(ps, &at, NULL, "no such key; want section.key=value");
    return;
  }
  int before = ps->nmistake;
  struct node *value = params_parse(ps, equals + 1, strlen(equals + 1), key);
  if (value == NULL && ps->nmistake > before) return;
  if (value == NULL) value = new_scalar("", key);
  if (ps->root == NULL) {
    ps->root = memory_get(sizeof *ps->root);
    *ps->root = (struct node){.kind = NODE_MAP, .line = 1, .column = 1};
  }
  if (dot == NULL) {
    set_in(ps->root, key, key, value);
    return;
  }
  *dot = '\0';
  struct node *section = params_node_find(ps->root, key);
  bool nothing = section != NULL && section->kind == NODE_SCALAR && section->plain && section->text[0] == '\0';
  if (ps->root->kind == NODE_MAP && (section == NULL || nothing)) {
    struct node *map = memory_get(sizeof *map);
    *map = (struct node){.kind = NODE_MAP, .line = 1, .column = 1};
    if (nothing) {
      map->line = section->line;
      map->column = section->column;
    } else {
      map->set = ps->set[ps->nset - 1];
    }
    set_in(ps->root, key, map->set, map);
    section = map;
  }
  *dot = '.';
  if (section != NULL && section->kind == NODE_MAP) {
    set_in(section, dot + 1, key, value);
  } else {
    /* The file is wrong there, which params_check reports. */
    params_node_free(value);
  }
}

/* Take a key out of a mapping; NULL when it is not there. */
static struct node *take(struct node *map, const char *key) {
  if (map == NULL || map->kind != NODE_MAP) return NULL;
  for (int i = 0; i < map->count; i++) {
    if (strcmp(map->key[i]->text, key) != 0) continue;
    struct node *value = map->value[i];
    params_node_free(map->key[i]);
    map->count--;
    memmove(map->key + i, map->key + i + 1, sizeof *map->key * (size_t)(map->count - i));
    memmove(map->value + i, map->value + i + 1, sizeof *map->value * (size_t)(map->count - i));
    return value;
  }
  return NULL;
}

/* Move what one mapping has to another, in the place of what that has, but for overrides.  Mappings in it are merged alike. */
static void merge(struct node *map, struct node *from) {
  for (int i = 0; i < from->count; i++) {
    struct node **place = find(map, from->key[i]->text);
    if (place != NULL && from->value[i]->kind == NODE_MAP && (*place)->kind == NODE_MAP) {
      merge(*place, from->value[i]);
      params_node_free(from->value[i]);
      params_node_free(from->key[i]);
    } else if (place == NULL) {
      append(map, from->key[i], from->value[i]);
    } else {
      const bool keep = (*place)->set != NULL;
      params_node_free(keep ? from->value[i] : *place);
      if (!keep) *place = from->value[i];
      params_node_free(from->key[i]);
    }
  }
  from->count = 0;
}

void params_quick(struct params *ps, bool wanted) {
  ps->quick = take(ps->root, "quick");
  if (wanted && ps->quick == NULL)
    fail_user("%s: has no section quick, which would say what makes this run cheaper (such as quick: {mesh: {cells: [16, 16, 16]}})", ps->path);
  if (ps->quick == NULL) return;
  for (struct node *again = take(ps->root, "quick"); again != NULL; again = take(ps->root, "quick")) {
    params_mistake(ps, again, "quick", "is given twice, first in line %d", ps->quick->line);
    params_node_free(again);
  }
  bool good = ps->quick->kind == NODE_MAP;
  if (!good) params_mistake(ps, ps->quick, "quick", "want sections with keys below them, as in the rest of the file");
  for (int i = 0; good && i < ps->quick->count; i++) {
    if (ps->quick->value[i]->kind == NODE_MAP) continue;
    params_mistake(ps, ps->quick->value[i], "quick", "%s: want a section with keys below it", params_show(ps->quick->key[i]->text));
    good = false;
  }
  if (wanted && good) merge(ps->root, ps->quick);
  if (good && !wanted) return;
  params_node_free(ps->quick);
  ps->quick = NULL;
}

struct params *params_from_text(const char *path, const char *text, size_t length, const char *const *overrides) {
  struct params *ps = memory_get(sizeof *ps);
  ps->path = text_copy(path);
  ps->open_section = ps->open_list = -1;
  ps->units = units_of_code();
  if (path == NULL) return ps;
  if (length > FILE_MOST) {
    params_mistake(ps, NULL, NULL, "is larger than 1 MB, which no parameter file is");
    return ps;
  }
  ps->root = params_parse(ps, text, length, NULL);
  if (ps->root == NULL && ps->nmistake == 0) params_mistake(ps, NULL, NULL, "is empty");
  if (ps->root == NULL) return ps;
  for (int i = 0; overrides != NULL && overrides[i] != NULL; i++) apply(ps, overrides[i]);
  return ps;
}

/* Returns 0 or the system's reason. */
static int read_file(const char *path, char *text, int64_t *length) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return errno;
  errno = 0;
  *length = (int64_t)fread(text, 1, FILE_MOST + 1, f);
  int error = ferror(f) ? (errno != 0 ? errno : EIO) : 0;
  fclose(f);
  return error;
}

struct params *params_open(MPI_Comm comm, const char *path, const char *const *overrides) {
  if (path == NULL) return params_from_text(NULL, NULL, 0, NULL);
  int rank, error = 0;
  int64_t length = 0;
  MPI_Comm_rank(comm, &rank);
  char *text = memory_get(FILE_MOST + 1);
  if (rank == 0) error = read_file(path, text, &length);
  MPI_Bcast(&error, 1, MPI_INT, 0, comm);
  if (error != 0) fail_user("%s: cannot be read: %s", path, strerror(error));
  MPI_Bcast(&length, 1, MPI_INT64_T, 0, comm);
  MPI_Bcast(text, (int)length, MPI_BYTE, 0, comm);
  struct params *ps = params_from_text(path, text, (size_t)length, overrides);
  memory_free(text);
  if (ps->root == NULL) {
    struct text report = {0};
    params_report(ps, &report);
    fail_user("%s", report.s);
  }
  return ps;
}
