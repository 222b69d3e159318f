#include "base/text.h"

#include "base/fail.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int more = vsnprintf(NULL, 0, format, args);
  va_end(args);
  require(more >= 0, "text_add: bad format");
  size_t need = t->length + (size_t)more + 1;
  if (need > t->room) {
    size_t room = 2 * need;
    char *s = memory_get(room);
    if (t->s != NULL) memcpy(s, t->s, t->length);
    memory_free(t->s);
    t->s = s;
    t->room = room;
  }
  va_start(args, format);
  vsnprintf(t->s + t->length, (size_t)more + 1, format, args);
  va_end(args);
  t->length += (size_t)more;
}

void text_free(struct text *t) {
  memory_free(t->s);
  *t = (struct text){0};
}

char *text_copy(const char *s) {
  if (s == NULL) return NULL;
  char *copy = memory_get(strlen(s) + 1);
  memcpy(copy, s, strlen(s));
  return copy;
}

enum { LONGEST = 63 };

static int least(int a, int b) { return a < b ? a : b; }

/* Optimal string alignment. */
int text_distance(const char *a, const char *b) {
  int d[LONGEST + 1][LONGEST + 1];
  size_t la = strlen(a), lb = strlen(b);
  if (la > LONGEST || lb > LONGEST) return 1000;
  for (size_t i = 0; i <= la; i++) d[i][0] = (int)i;
  for (size_t j = 0; j <= lb; j++) d[0][j] = (int)j;
  for (size_t i = 1; i <= la; i++) {
    for (size_t j = 1; j <= lb; j++) {
      int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
      d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (x != y));
      if (i < 2 || j < 2) continue;
      int x1 = tolower((unsigned char)a[i - 2]), y1 = tolower((unsigned char)b[j - 2]);
      if (x == y1 && x1 == y) d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[la][lb];
}

const char *text_number(double x, char buffer[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, 32, "%.*g", digits, x);
    if (strtod(buffer, NULL) == x) break;
  }
  return buffer;
}
