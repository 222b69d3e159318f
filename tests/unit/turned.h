/* Small cubes of noise, and the same cubes with their axes permuted and mirrored: for tests that schemes have no preferred
 * direction to the last bit. */
#ifndef TESTS_UNIT_TURNED_H
#define TESTS_UNIT_TURNED_H

#include "amr/view.h"

#include <stdlib.h>

/* Axis a of the turned cube is axis [a] of the original; sign -1: mirrored along axis a of the turned one. */
struct turn { int axis[3], sign[3]; };

enum { TURNS = 48 };

static inline struct turn turn_number(int n) {
  static const int axes[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}};
  struct turn t;
  for (int a = 0; a < 3; a++) {
    t.axis[a] = axes[n / 8][a];
    t.sign[a] = n >> a & 1 ? -1 : 1;
  }
  return t;
}

/* Entry of the original that is entry i of the turned array, whose last entry along axis a of the turned one is last[a]
 * (the first is -g - 0: mirrored, i goes to first + last - i). */
static inline void turn_index(struct turn t, const int i[3], const int first[3], const int last[3], int from[3]) {
  for (int a = 0; a < 3; a++) from[t.axis[a]] = t.sign[a] > 0 ? i[a] : first[a] + last[a] - i[a];
}

/* From 0 to 1, with as many random bits as a double has: sums of fewer would be exact. */
static inline double noise_number(void) { return (rand() / (RAND_MAX + 1.0) + rand()) / (RAND_MAX + 1.0); }

static inline double *entry(struct view v, const int i[3]) { return view_move(v, i[0], i[1], i[2]).at; }

#define FOR_RANGE(i, lower, upper)                              \
  for (i[2] = (lower)[2]; i[2] < (upper)[2]; i[2]++)            \
    for (i[1] = (lower)[1]; i[1] < (upper)[1]; i[1]++)          \
      for (i[0] = (lower)[0]; i[0] < (upper)[0]; i[0]++)

#endif
