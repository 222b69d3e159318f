#include "amr/restrict.h"

#include "base/minmax.h"

/* Means of n pairs, fours and eights of a row, or of rows that are a, b and c apart.  The sums are of diagonal pairs, which do not depend on
 * the order of the axes. */
static inline void mean8(int n, const double *restrict from, ptrdiff_t b, ptrdiff_t c, double *restrict to) {
  const double *restrict r00 = from, *restrict r10 = from + b, *restrict r01 = from + c, *restrict r11 = from + b + c;
#pragma omp simd
  for (int i = 0; i < n; i++)
    to[i] = 0.125 * sum4(r00[2 * i] + r11[2 * i + 1], r00[2 * i + 1] + r11[2 * i], r10[2 * i] + r01[2 * i + 1], r01[2 * i] + r10[2 * i + 1]);
}

static inline void mean4_along(int n, const double *restrict from, ptrdiff_t b, double *restrict to) {
  const double *restrict r0 = from, *restrict r1 = from + b;
#pragma omp simd
  for (int i = 0; i < n; i++) to[i] = 0.25 * ((r0[2 * i] + r1[2 * i + 1]) + (r0[2 * i + 1] + r1[2 * i]));
}

static inline void mean4_across(int n, const double *restrict from, ptrdiff_t a, ptrdiff_t b, double *restrict to) {
  const double *restrict r00 = from, *restrict r10 = from + a, *restrict r01 = from + b, *restrict r11 = from + a + b;
#pragma omp simd
  for (int i = 0; i < n; i++) to[i] = 0.25 * ((r00[2 * i] + r11[2 * i]) + (r10[2 * i] + r01[2 * i]));
}

/* Averages over the entries at 0 and off[0], and likewise for the other offsets. */
struct average { int noff, step[3]; ptrdiff_t off[3]; };

static inline void average_rows(const struct average *m, struct view coarse, struct view fine, int nx, int ny, int nz) {
  const int sx = m->step[0];
  const ptrdiff_t a = m->off[0], b = m->off[1], c = m->off[2], jump = m->step[1] * fine.sy;
  for (int k = 0; k < nz; k++) {
    double *to = coarse.at + k * coarse.sz;
    const double *from = fine.at + m->step[2] * k * fine.sz;
    for (int j = 0; j < ny; j++, to += coarse.sy, from += jump) {
      if (m->noff == 3) {
        mean8(nx, from, b, c, to);
      } else if (m->noff == 2 && a == 1) {
        mean4_along(nx, from, b, to);
      } else if (m->noff == 2) {
        mean4_across(nx, from, a, b, to);
      } else if (m->noff == 1) {
        for (int i = 0; i < nx; i++) to[i] = 0.5 * (from[sx * i] + from[sx * i + a]);
      } else {
        for (int i = 0; i < nx; i++) to[i] = from[sx * i];
      }
    }
  }
}

/* Rows next to blocks are short, and of few lengths: each gets its own loop. */
static void average(const struct average *m, struct view coarse, struct view fine, const int n[3]) {
  switch (n[0]) {
    case 1: average_rows(m, coarse, fine, 1, n[1], n[2]); break;
    case 2: average_rows(m, coarse, fine, 2, n[1], n[2]); break;
    case 8: average_rows(m, coarse, fine, 8, n[1], n[2]); break;
    default: average_rows(m, coarse, fine, n[0], n[1], n[2]); break;
  }
}

/* skip: axis along which nothing is averaged, or -1. */
static void average_axes(int dim, int skip, struct view coarse, struct view fine, const int n[3]) {
  const ptrdiff_t stride[3] = {1, fine.sy, fine.sz};
  struct average m = {.step = {1, 1, 1}};
  for (int d = 0; d < dim; d++) {
    m.step[d] = 2;
    if (d != skip) m.off[m.noff++] = stride[d];
  }
  average(&m, coarse, fine, n);
}

void restrict_cells(int dim, struct view coarse, struct view fine, const int n[3]) {
  average_axes(dim, -1, coarse, fine, n);
}

void restrict_faces(int dim, int axis, struct view coarse, struct view fine, const int n[3]) {
  average_axes(dim, axis, coarse, fine, n);
}
