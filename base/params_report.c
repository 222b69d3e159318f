/* Mistakes of the user: kept with their place, printed together. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/params_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *params_grow(void *array, int count, size_t size) {
  if (count != 0 && (count & (count - 1)) != 0) return array;
  void *p = memory_get(size * (size_t)(count == 0 ? 1 : 2 * count));
  if (count > 0) memcpy(p, array, size * (size_t)count);
  memory_free(array);
  return p;
}

void params_bug(const char *key, const char *what) { fail("declaration of parameter %s: %s", key, what); }

/* Control characters would garble the terminal; a cut must not split a character of several bytes. */
const char *params_show(const char *s) {
  static char buffers[4][SHOW_MOST + 8];
  static int next;
  char *out = buffers[next++ % 4];
  size_t length = 0;
  for (; s[length] != '\0' && length < SHOW_MOST; length++) {
    unsigned char c = (unsigned char)s[length];
    out[length] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
  }
  if (s[length] != '\0') {
    while (length > 0 && ((unsigned char)s[length] & 0xc0) == 0x80) length--;
    memcpy(out + length, "...", 3);
    length += 3;
  }
  out[length] = '\0';
  return out;
}

void params_mistake(struct params *ps, const struct node *at, const char *key, const char *format, ...) {
  if (at != NULL && at->preset) params_bug(key, "its default is not allowed");
  char *what = NULL;
  va_list args;
  va_start(args, format);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  require(length >= 0, "params_mistake: bad format");
  what = memory_get((size_t)length + 1);
  va_start(args, format);
  vsnprintf(what, (size_t)length + 1, format, args);
  va_end(args);

  struct text t = {0};
  struct mistake m = {.order = ps->nmistake};
  if (at != NULL && at->set != NULL) {
    text_add(&t, "--set %s: ", params_show(at->set));
    m.set = true;
    if (key != NULL && strcmp(key, at->set) == 0) key = NULL;
  } else if (at != NULL) {
    text_add(&t, "%s:%d:%d: ", ps->path, at->line, at->column);
    m.line = at->line;
    m.column = at->column;
  } else {
    if (ps->path != NULL) text_add(&t, "%s: ", ps->path);
    m.line = FILE_MOST + 1;
  }
  if (key != NULL) text_add(&t, "%s: ", key);
  text_add(&t, "%s", what);
  memory_free(what);
  m.text = t.s;
  ps->mistake = params_grow(ps->mistake, ps->nmistake, sizeof *ps->mistake);
  ps->mistake[ps->nmistake++] = m;
}

static int compare(const void *a, const void *b) {
  const struct mistake *x = a, *y = b;
  if (x->set != y->set) return x->set ? 1 : -1;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  if (x->column != y->column) return x->column < y->column ? -1 : 1;
  return x->order < y->order ? -1 : 1;
}

void params_report(struct params *ps, struct text *out) {
  if (ps->nmistake > 0) qsort(ps->mistake, (size_t)ps->nmistake, sizeof *ps->mistake, compare);
  for (int i = 0; i < ps->nmistake && i < MISTAKES_SHOWN; i++) text_add(out, "%s\n", ps->mistake[i].text);
  if (ps->nmistake > MISTAKES_SHOWN) text_add(out, "... and %d more\n", ps->nmistake - MISTAKES_SHOWN);
  text_add(out, "%d mistake%s in %s; nothing was written", ps->nmistake, ps->nmistake == 1 ? "" : "s",
           ps->path == NULL ? "the command line" : ps->path);
}
