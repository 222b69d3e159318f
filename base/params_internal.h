/* Private to base/params*.c and their tests: the tree read from YAML, the declarations and the mistakes found. */
#ifndef BASE_PARAMS_INTERNAL_H
#define BASE_PARAMS_INTERNAL_H

#include "base/params.h"
#include "base/text.h"
#include "base/units.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* A value of the YAML text.  Lists have values only; keys of a mapping are scalars. */
struct node {
  enum node_kind kind;
  bool plain;               /* a scalar without quotes                                     */
  bool preset;              /* from the declaration                                        */
  const char *set;          /* key of the override it came from; NULL: file or declaration */
  int line, column;         /* from 1                                                      */
  char *text;
  int count;
  struct node **key, **value;
};

enum param_kind { PARAM_REAL, PARAM_INT, PARAM_BOOL, PARAM_CHOICE, PARAM_TEXT, PARAM_WORDS };

struct param {
  enum param_kind kind;
  int section, list;        /* places in params.section, params.list; list -1: a key of the section itself */
  char *name, *preset, *doc, *unit, *choices;
  int n;                    /* entries of a list of fixed length; 0: a single value        */
  void *value;
  size_t size;              /* of a text or a word                                         */
  int most, *count;         /* words                                                       */
  double lo, hi;
  bool dimensionless, code_unit, wall; /* wall: time of the clock on the wall, in s whatever the units of the run */
  double cgs;               /* of the unit; 1 where there is none                          */
  struct dimension d;
  int shown_count;
  char **shown;             /* value as YAML, one per element of the list                  */
  bool *given;              /* whether it is the user's, likewise                          */
};

struct section { char *name, *doc; };

/* A list of mappings. */
struct list { int section, most, *count; char *name, *doc; size_t size; };

struct rule { char *key; const char *message; params_rule_fn *broken; const void *data; bool fired; };

struct mistake { int line, column, order; bool set; char *text; };

struct params {
  char *path;               /* as shown to the user; NULL: no file                         */
  struct node *root;        /* NULL: nothing given                                         */
  struct node *quick;       /* the section of that name, taken out of root; may be NULL    */
  char **set;               /* keys of overrides, NULL at the end                          */
  struct section *section;
  struct param *param;
  struct list *list;
  struct rule *rule;
  struct mistake *mistake;
  int nsection, nparam, nlist, nrule, nmistake, nset;
  int open_section, open_list; /* what declarations belong to; -1: none                   */
  struct units units;
  char *units_shown;
  struct text resolved;
};

enum { FILE_MOST = 1 << 20, NODES_MOST = 20000, DEPTH_MOST = 16, SHOW_MOST = 60, KEY_SIZE = 200, MISTAKES_SHOWN = 100 };

/* params_report.c */

/* Remember a mistake about a key (NULL: about the text) at the place of a node (NULL: the whole file). */
void params_mistake(struct params *ps, const struct node *at, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* All mistakes in the order of their places, and their number as the last line. */
void params_report(struct params *ps, struct text *out);
/* The text of a scalar, cut and made fit for a terminal.  Valid until four more calls. */
const char *params_show(const char *s);
/* Fails: the declaration is wrong. */
_Noreturn void params_bug(const char *key, const char *what);
/* Doubles the array when count has reached a power of two; returns the (moved) array. */
void *params_grow(void *array, int count, size_t size);

/* params_yaml.c */

/* Without a file: the same from a text. */
struct params *params_from_text(const char *path, const char *text, size_t length, const char *const *overrides);
/* The tree of one YAML text; NULL when it is empty or no YAML. */
struct node *params_parse(struct params *ps, const char *text, size_t length, const char *set);
void params_node_free(struct node *n);
/* The value of a key of a mapping; NULL when it is not there or n is no mapping. */
struct node *params_node_find(const struct node *n, const char *key);
/* The value of "section" or "section.key". */
struct node *params_node_path(const struct node *root, const char *key);

/* params_value.c */

/* Check the value and set element e of the variable (0 where there is no list).  Returns the value as YAML, or NULL after
 * a mistake. */
char *params_value(struct params *ps, const struct param *p, int e, const struct node *n, const char *key);
/* The declared default as a tree. */
struct node *params_preset(struct params *ps, const struct param *p);
/* "(0 to 1] kpc"; false when there are no limits. */
bool params_range(const struct param *p, struct text *out);

/* params_units.c */

/* Set ps->units from the top-level key "units"; the default after a mistake. */
void params_read_units(struct params *ps);
/* What a unit argument of a declaration means. */
void params_declared_unit(struct param *p, const char *key);
/* A unit that a user may take for this parameter. */
const char *params_unit_example(const struct param *p);
/* Report a text that is no unit, with the nearest name. */
void params_unknown_unit(struct params *ps, const struct node *n, const char *key, const char *unit);

/* params_check.c */

/* Check all, set all; returns the number of mistakes. */
int params_check(struct params *ps);
/* "section.name" or "section.list[e].name"; e < 0: "section.list[].name". */
void params_key(const struct params *ps, const struct param *p, int e, char key[KEY_SIZE]);

#endif
