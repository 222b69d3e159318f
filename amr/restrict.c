#include "amr/restrict.h"

#include "base/minmax.h"

/* Means of eight cells, four along a row or four across rows; rows are named by their places along y and z.  The sums are of diagonal
 * pairs, which do not depend on the order of the axes. */
static void mean8(int n, const double *restrict r00, const double *restrict r10, const double *restrict r01, const double *restrict r11,
                  double *restrict to) {
#pragma omp simd
  for (int i = 0; i < n; i++)
    to[i] = 0.125 * sum4(r00[2 * i] + r11[2 * i + 1], r00[2 * i + 1] + r11[2 * i], r10[2 * i] + r01[2 * i + 1], r01[2 * i] + r10[2 * i + 1]);
}

static void mean4_along(int n, const double *restrict r0, const double *restrict r1, double *restrict to) {
#pragma omp simd
  for (int i = 0; i < n; i++) to[i] = 0.25 * ((r0[2 * i] + r1[2 * i + 1]) + (r0[2 * i + 1] + r1[2 * i]));
}

static void mean4_across(int n, const double *restrict r00, const double *restrict r10, const double *restrict r01,
                         const double *restrict r11, double *restrict to) {
#pragma omp simd
  for (int i = 0; i < n; i++) to[i] = 0.25 * ((r00[2 * i] + r11[2 * i]) + (r10[2 * i] + r01[2 * i]));
}

/* Averages over the entries at 0 and off[0], and likewise for the other offsets.  step: fine entries per coarse one. */
static void average(struct view coarse, struct view fine, const int n[3], const int step[3], int noff,
                    const ptrdiff_t off[3]) {
  const int nx = n[0], sx = step[0];
  const ptrdiff_t a = off[0], b = off[1], c = off[2];
  for (int k = 0; k < n[2]; k++) {
    for (int j = 0; j < n[1]; j++) {
      double *to = coarse.at + j * coarse.sy + k * coarse.sz;
      const double *from = fine.at + step[1] * j * fine.sy + step[2] * k * fine.sz;
      if (noff == 3) {
        mean8(nx, from, from + b, from + c, from + b + c, to);
      } else if (noff == 2 && a == 1) {
        mean4_along(nx, from, from + b, to);
      } else if (noff == 2) {
        mean4_across(nx, from, from + a, from + b, from + a + b, to);
      } else if (noff == 1) {
        for (int i = 0; i < nx; i++) to[i] = 0.5 * (from[sx * i] + from[sx * i + a]);
      } else {
        for (int i = 0; i < nx; i++) to[i] = from[sx * i];
      }
    }
  }
}

/* skip: axis along which nothing is averaged, or -1. */
static void average_axes(int dim, int skip, struct view coarse, struct view fine, const int n[3]) {
  const ptrdiff_t stride[3] = {1, fine.sy, fine.sz};
  int step[3] = {1, 1, 1}, noff = 0;
  ptrdiff_t off[3] = {0, 0, 0};
  for (int d = 0; d < dim; d++) {
    step[d] = 2;
    if (d != skip) off[noff++] = stride[d];
  }
  average(coarse, fine, n, step, noff, off);
}

void restrict_cells(int dim, struct view coarse, struct view fine, const int n[3]) {
  average_axes(dim, -1, coarse, fine, n);
}

void restrict_faces(int dim, int axis, struct view coarse, struct view fine, const int n[3]) {
  average_axes(dim, axis, coarse, fine, n);
}
