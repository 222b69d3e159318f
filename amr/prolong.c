#include "amr/prolong.h"

#include "base/minmax.h"

#include <math.h>
#include <string.h>

enum { ROW = 64 }; /* coarse cells done at once */

/* A quarter of the limited slope: the difference between a coarse value and its children along an axis. */
static inline double quarter(double below, double here, double above) {
  double a = here - below, b = above - here, centre = 0.5 * (a + b);
  double size = min(2.0 * min(fabs(a), fabs(b)), fabs(centre));
  size = a * b > 0.0 ? size : 0.0;
  return 0.25 * (centre < 0.0 ? -size : size);
}

/* How far children may be from their parent: not beyond it and its neighbours. */
struct room { double lo, hi; };

static inline struct room widen(struct room r, double below, double above) {
  return (struct room){min(r.lo, min(below, above)), max(r.hi, max(below, above))};
}

static inline double shrink(struct room r, double here, double reach, double share) {
  double allowed = max(min(min(here - r.lo, r.hi - here), share * here + (share == 0.0 ? reach : 0.0)), 0.0); /* here may be < 0 by round-off */
  return reach > allowed ? allowed / reach : 1.0;
}

/* child[corner][2 I + (corner along x)]: the children of n cells of a row. */
static inline void row_3d(int n, const double *restrict c, ptrdiff_t sy, ptrdiff_t sz, double share, double child[4][2 * ROW]) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double f = c[i];
    double x = quarter(c[i - 1], f, c[i + 1]), y = quarter(c[i - sy], f, c[i + sy]), z = quarter(c[i - sz], f, c[i + sz]);
    struct room r = widen(widen(widen((struct room){f, f}, c[i - 1], c[i + 1]), c[i - sy], c[i + sy]), c[i - sz], c[i + sz]);
    double s = shrink(r, f, sum3(fabs(x), fabs(y), fabs(z)), share);
    x *= s;
    y *= s;
    z *= s;
    child[0][2 * i] = f + sum3(-x, -y, -z);
    child[0][2 * i + 1] = f + sum3(x, -y, -z);
    child[1][2 * i] = f + sum3(-x, y, -z);
    child[1][2 * i + 1] = f + sum3(x, y, -z);
    child[2][2 * i] = f + sum3(-x, -y, z);
    child[2][2 * i + 1] = f + sum3(x, -y, z);
    child[3][2 * i] = f + sum3(-x, y, z);
    child[3][2 * i + 1] = f + sum3(x, y, z);
  }
}

static inline void row_2d(int n, const double *restrict c, ptrdiff_t sy, double share, double child[4][2 * ROW]) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double f = c[i];
    double x = quarter(c[i - 1], f, c[i + 1]), y = quarter(c[i - sy], f, c[i + sy]);
    struct room r = widen(widen((struct room){f, f}, c[i - 1], c[i + 1]), c[i - sy], c[i + sy]);
    double s = shrink(r, f, fabs(x) + fabs(y), share);
    x *= s;
    y *= s;
    child[0][2 * i] = f + (-x - y);
    child[0][2 * i + 1] = f + (x - y);
    child[1][2 * i] = f + (-x + y);
    child[1][2 * i + 1] = f + (x + y);
  }
}

static inline void row_1d(int n, const double *restrict c, double share, double child[4][2 * ROW]) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double f = c[i], x = quarter(c[i - 1], f, c[i + 1]);
    struct room r = widen((struct room){f, f}, c[i - 1], c[i + 1]);
    x *= shrink(r, f, fabs(x), share);
    child[0][2 * i] = f - x;
    child[0][2 * i + 1] = f + x;
  }
}

static int half_down(int i) { return (i - (i & 1)) / 2; }

/* A box of coarse cells, and the fine cells wanted of their children. */
struct box { const int *lower, *upper; int from[3], to[3]; };

static inline void prolong_rows(int dim, struct view fine, struct view coarse, const struct box *box, double share, int start, int n) {
  double child[4][2 * ROW];
  const int *lower = box->lower, *upper = box->upper;
  const int first = lower[0] > 2 * start ? lower[0] : 2 * start, last = upper[0] < 2 * (start + n) ? upper[0] : 2 * (start + n);
  const bool whole = first == 2 * start && last == 2 * (start + n);
  for (int k = box->from[2]; k < box->to[2]; k++) {
    for (int j = box->from[1]; j < box->to[1]; j++) {
      const double *c = view_move(coarse, start, j, k).at;
      if (dim == 3) row_3d(n, c, coarse.sy, coarse.sz, share, child);
      else if (dim == 2) row_2d(n, c, coarse.sy, share, child);
      else row_1d(n, c, share, child);

      for (int corner = 0; corner < 1 << (dim - 1); corner++) {
        const int jj = dim > 1 ? 2 * j + (corner & 1) : 0, kk = dim > 2 ? 2 * k + (corner >> 1) : 0;
        if (dim > 1 && (jj < lower[1] || jj >= upper[1])) continue;
        if (dim > 2 && (kk < lower[2] || kk >= upper[2])) continue;
        double *to = view_move(fine, first, jj, kk).at;
        if (whole) memcpy(to, child[corner], sizeof(double) * 2 * (size_t)n);
        else memcpy(to, &child[corner][first - 2 * start], sizeof(double) * (size_t)(last - first));
      }
    }
  }
}

void prolong_cells(int dim, struct view fine, struct view coarse, const int lower[3], const int upper[3], bool positive) {
  struct box box = {.lower = lower, .upper = upper};
  for (int d = 0; d < 3; d++) {
    box.from[d] = d < dim ? half_down(lower[d]) : 0;
    box.to[d] = d < dim ? half_down(upper[d] + 1) : 1;
  }
  const double share = positive ? 0.875 : 0.0;
  for (int start = box.from[0]; start < box.to[0]; start += ROW) {
    const int n = box.to[0] - start < ROW ? box.to[0] - start : ROW;
    switch (n) { /* ghosts come in rows of few lengths: each gets its own loop */
      case 1: prolong_rows(dim, fine, coarse, &box, share, start, 1); break;
      case 2: prolong_rows(dim, fine, coarse, &box, share, start, 2); break;
      case 8: prolong_rows(dim, fine, coarse, &box, share, start, 8); break;
      default: prolong_rows(dim, fine, coarse, &box, share, start, n); break;
    }
  }
}

/* Faces of component d in the planes of a box of coarse faces, from slopes along the other axes that exist. */
static void planes(int dim, int d, struct view fine, struct view coarse, const int lower[3], const int upper[3]) {
  const ptrdiff_t fine_stride[3] = {1, fine.sy, fine.sz}, stride[3] = {1, coarse.sy, coarse.sz};
  const int fy = dim > 1 ? 2 : 1, fz = dim > 2 ? 2 : 1;
  int axis[2], count = 0;
  for (int a = 0; a < dim; a++) {
    if (a != d) axis[count++] = a;
  }
  for (int k = lower[2]; k < upper[2]; k++) {
    for (int j = lower[1]; j < upper[1]; j++) {
      for (int i = lower[0]; i < upper[0]; i++) {
        const double *c = view_move(coarse, i, j, k).at;
        double *f = view_move(fine, 2 * i, fy * j, fz * k).at;
        if (count == 0) {
          f[0] = c[0];
          continue;
        }
        const ptrdiff_t p = stride[axis[0]], fp = fine_stride[axis[0]];
        double x = quarter(c[-p], c[0], c[p]);
        if (count == 1) {
          f[0] = c[0] - x;
          f[fp] = c[0] + x;
          continue;
        }
        const ptrdiff_t q = stride[axis[1]], fq = fine_stride[axis[1]];
        double y = quarter(c[-q], c[0], c[q]);
        f[0] = c[0] + (-x - y);
        f[fp] = c[0] + (x - y);
        f[fq] = c[0] + (-x + y);
        f[fp + fq] = c[0] + (x + y);
      }
    }
  }
}

/* The faces around one coarse cell: component u lies on the faces normal to its own axis; s[a]: one fine cell along axis a. */
struct faces { double *at; ptrdiff_t s[3]; };

static inline double *face(struct faces f, int a, int na, int b, int nb, int c, int nc) {
  return f.at + na * f.s[a] + nb * f.s[b] + nc * f.s[c];
}

/* First-order mixed differences of the transverse component v (normal b) on the surface of the cell: with i along a, j along b, k
 * along c = +-1, mix = sum of i j v and twist = sum of i j k v. */
static inline void mixed(struct faces v, int a, int b, int c, double *mix, double *twist) {
  double e[2][2];
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 2; k++) e[i][k] = *face(v, a, i, b, 2, c, k) - *face(v, a, i, b, 0, c, k);
  }
  *mix = (e[1][0] - e[0][0]) + (e[1][1] - e[0][1]);
  *twist = (e[1][1] + e[0][0]) - (e[1][0] + e[0][1]);
}

/* Toth & Roe's eqs. 11-14 for the four faces normal to a inside the cell, for u / dx in place of u where cells are not
 * cubes; the weight of the third-order terms is that of cubes, which keeps div B for all. */
static inline void inside_3d(const struct faces f[3], int a, int b, int c, const double dx[3]) {
  double mix_b, mix_c, twist_b, twist_c;
  mixed(f[b], a, b, c, &mix_b, &twist_b);
  mixed(f[c], a, c, b, &mix_c, &twist_c);
  const double rb = dx[a] / dx[b], rc = dx[a] / dx[c];
  for (int k = 0; k < 2; k++) {
    for (int j = 0; j < 2; j++) {
      double mean = 0.5 * (*face(f[a], a, 0, b, j, c, k) + *face(f[a], a, 2, b, j, c, k));
      double tb = k ? 0.5 * twist_b : -0.5 * twist_b, tc = j ? 0.5 * twist_c : -0.5 * twist_c;
      *face(f[a], a, 1, b, j, c, k) = mean + 0.125 * (rb * (mix_b + tb) + rc * (mix_c + tc));
    }
  }
}

/* The same in two dimensions. */
static inline void inside_2d(const struct faces f[3], int a, int b, const double dx[3]) {
  double lower = *face(f[b], a, 0, b, 2, 2, 0) - *face(f[b], a, 0, b, 0, 2, 0);
  double upper = *face(f[b], a, 1, b, 2, 2, 0) - *face(f[b], a, 1, b, 0, 2, 0);
  double mix = 0.25 * (dx[a] / dx[b]) * (upper - lower);
  for (int j = 0; j < 2; j++) {
    double mean = 0.5 * (*face(f[a], a, 0, b, j, 2, 0) + *face(f[a], a, 2, b, j, 2, 0));
    *face(f[a], a, 1, b, j, 2, 0) = mean + mix;
  }
}

/* In one dimension the normal component is linear across the cell. */
static inline void inside_1d(const struct faces f[3]) { f[0].at[1] = 0.5 * (f[0].at[0] + f[0].at[2]); }

void prolong_faces(int dim, const struct view fine[3], const struct view coarse[3], const int lower[3], const int upper[3],
                   bool known[3][2], const double dx[3]) {
  for (int d = 0; d < 3; d++) {
    int from[3] = {lower[0], lower[1], lower[2]}, to[3] = {upper[0], upper[1], upper[2]};
    if (d < dim) {
      from[d] += known[d][0];
      to[d] += 1 - known[d][1];
    }
    planes(dim, d, fine[d], coarse[d], from, to);
  }
  const int fy = dim > 1 ? 2 : 1, fz = dim > 2 ? 2 : 1;
  for (int k = lower[2]; k < upper[2]; k++) {
    for (int j = lower[1]; j < upper[1]; j++) {
      for (int i = lower[0]; i < upper[0]; i++) {
        struct faces f[3];
        for (int d = 0; d < 3; d++) {
          f[d] = (struct faces){view_move(fine[d], 2 * i, fy * j, fz * k).at, {1, fine[d].sy, fine[d].sz}};
        }
        if (dim == 3) {
          inside_3d(f, 0, 1, 2, dx);
          inside_3d(f, 1, 2, 0, dx);
          inside_3d(f, 2, 0, 1, dx);
        } else if (dim == 2) {
          inside_2d(f, 0, 1, dx);
          inside_2d(f, 1, 0, dx);
        } else {
          inside_1d(f);
        }
      }
    }
  }
}
