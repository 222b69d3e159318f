/* The room that the limiter leaves a cell. */
#include "crtransport/scratch.h"

#include "base/minmax.h"

#include <math.h>

static inline double min3(double a, double b, double c) { return min(min(a, b), c); }
static inline double max3(double a, double b, double c) { return max(max(a, b), c); }

ALWAYS_INLINE void room_row(bool uniform, struct crt_range r, const double *const low[3], const double *const high[3],
                            const double *restrict q, double b, double s, const double *restrict bound,
                            const double *restrict spare, double *restrict down, double *restrict up) {
  const double *restrict l0 = low[0], *restrict l1 = low[1], *restrict l2 = low[2];
  const double *restrict h0 = high[0], *restrict h1 = high[1], *restrict h2 = high[2];
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    double lo = max(min3(l0[i], l1[i], l2[i]), 0.0), hi = max3(h0[i], h1[i], h2[i]);
    down[i] = max(q[i] - (uniform ? b : bound[i]) * lo, 0.0);
    up[i] = max((hi - q[i]) + (uniform ? s : spare[i]) * hi, 0.0);
  }
}

/* Where q varies along B alone the bounds are not needed, and would cut the maxima of waves.  These are waves to the eye of the limiter: */
static const double ACROSS = 0.07 * 0.07;       /* share of the square of the difference across B at each corner, */
static const double NOISE = 0.01 * 0.01;      /* beyond that of the largest difference, */
static const double FLAT = 0.04 * 0.04;       /* which no side of the cell is without: a front has nothing ahead */
static const double LEAST = 1e-5 * 1e-5;      /* of q */

/* Lower corners of cells: the square of the difference of q between cells, and the part of it across B that is beyond what is let be.  y, z: steps
 * to the next row and plane. */
ALWAYS_INLINE void corner_rows(int dim, struct crt_range r, ptrdiff_t y, ptrdiff_t z, const double *const b[3], const double *restrict q,
                               double *restrict square, double *restrict across) {
  const double *restrict bx = b[0], *restrict by = b[1], *restrict bz = b[2];
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    const double here = q[i], qx = q[i - 1], qy = dim > 1 ? q[i - y] : 0.0, qxy = dim > 1 ? q[i - y - 1] : 0.0;
    double gx = here - qx, gy = 0.0, gz = 0.0;
    if (dim == 2) {
      gx = 0.5 * ((here - qx) + (qy - qxy));
      gy = 0.5 * ((here - qy) + (qx - qxy));
    }
    if (dim == 3) {
      const double qz = q[i - z], qxz = q[i - z - 1], qyz = q[i - z - y], all = q[i - z - y - 1];
      gx = 0.25 * (((here - qx) + (qyz - all)) + ((qy - qxy) + (qz - qxz)));
      gy = 0.25 * (((here - qy) + (qxz - all)) + ((qx - qxy) + (qz - qyz)));
      gz = 0.25 * (((here - qz) + (qxy - all)) + ((qx - qxz) + (qy - qyz)));
    }
    const double sum = dim == 3 ? sum3(gx * gx, gy * gy, gz * gz) : gx * gx + gy * gy;
    const double along = dim == 3 ? sum3(bx[i] * gx, by[i] * gy, bz[i] * gz) : dim == 2 ? bx[i] * gx + by[i] * gy : bx[i] * gx;
    square[i] = sum;
    across[i] = (1.0 - ACROSS) * sum - along * along;
  }
}

/* Corners of plane k in some rows, unless they are there from the plane below. */
static void corners(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int k, struct crt_rows rows) {
  struct crt_cornered *have = &w->cornered[slot2(k)];
  if (have->k == k && have->rows.first <= rows.first && have->rows.end >= rows.end) return;
  *have = (struct crt_cornered){k, rows};
  const size_t at = w->plane * (size_t)k;
  const int nx = w->nx;
  const ptrdiff_t z = (ptrdiff_t)w->plane;
  const double *b[3] = {a->geometry->b_corner[0] + at, a->geometry->b_corner[1] + at, a->geometry->b_corner[2] + at};
  const struct crt_range r = {rows.first * nx + 1, rows.end * nx};
  double *square = w->square[slot2(k)], *across = w->crossed[slot2(k)];
  if (s->dim == 3) corner_rows(3, r, nx, z, b, a->q + at, square, across);
  else if (s->dim == 2) corner_rows(2, r, nx, z, b, a->q + at, square, across);
  else corner_rows(1, r, nx, z, b, a->q + at, square, across);
}

static inline double most4(double a, double b, double c, double d) { return max(max(a, b), max(c, d)); }

/* lower, upper: corners below and above along z. */
ALWAYS_INLINE void ease_row(int dim, bool uniform, struct crt_range r, ptrdiff_t y, const double *const square[2], const double *const across[2],
                            double part, const double *restrict ease, const double *restrict q, double *restrict down, double *restrict up) {
  const double *restrict lower = square[0], *restrict upper = square[1], *restrict lower_across = across[0], *restrict upper_across = across[1];
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    double x0 = lower[i], x1 = lower[i + 1], most = max(x0, x1), side = min(x0, x1), far = max(lower_across[i], lower_across[i + 1]);
    if (dim > 1) {
      double y0 = most, y1 = max(lower[i + y], lower[i + y + 1]);
      x0 = max(x0, lower[i + y]);
      x1 = max(x1, lower[i + y + 1]);
      most = max(y0, y1);
      far = max(far, max(lower_across[i + y], lower_across[i + y + 1]));
      if (dim > 2) {
        double z0 = most, u0 = max(upper[i], upper[i + 1]), u1 = max(upper[i + y], upper[i + y + 1]), z1 = max(u0, u1);
        x0 = max(x0, max(upper[i], upper[i + y]));
        x1 = max(x1, max(upper[i + 1], upper[i + y + 1]));
        y0 = max(y0, u0);
        y1 = max(y1, u1);
        most = max(z0, z1);
        side = min(z0, z1);
        far = max(far, most4(upper_across[i], upper_across[i + 1], upper_across[i + y], upper_across[i + y + 1]));
        side = min(side, min(min(x0, x1), min(y0, y1)));
      } else {
        side = min(min(x0, x1), min(y0, y1));
      }
    }
    double more = (uniform ? part : ease[i]) * sqrt(most);
    more = far < NOISE * most ? more : 0.0;
    more = side > FLAT * most ? more : 0.0;
    more = most > LEAST * (q[i] * q[i]) ? more : 0.0;
    down[i] += max(min(more, q[i] - down[i]), 0.0); /* never negative */
    up[i] += more;
  }
}

static bool any(struct crt_range r, const double *ease) {
  double sum = 0.0; /* none is negative */
#pragma omp simd reduction(+ : sum)
  for (int i = r.first; i < r.last; i++) sum += ease[i];
  return sum > 0.0;
}

/* From the first row with an ease to the last. */
static struct crt_rows eased_rows(const struct crt_scratch *w, const struct crt_numbers *num, struct crt_rows rows) {
  const int nx = w->nx;
  if (num->uniform) return rows;
  if (!any((struct crt_range){rows.first * nx, rows.end * nx}, w->ease)) return (struct crt_rows){0, 0};
  while (!any((struct crt_range){rows.first * nx, (rows.first + 1) * nx}, w->ease)) rows.first++;
  while (!any((struct crt_range){(rows.end - 1) * nx, rows.end * nx}, w->ease)) rows.end--;
  return rows;
}

static void ease_any(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
                     struct crt_rows all, int k, double *down, double *up) {
  if (!num->eases) return;
  const struct crt_rows rows = eased_rows(w, num, all);
  if (rows.first == rows.end) return;
  const int more = s->dim > 1;
  const struct crt_range r = {more ? rows.first * w->nx : 1, rows.end * w->nx - !more};
  const double *square[2], *across[2], *q = a->q + w->plane * (size_t)k;
  for (int m = 0; m < 2; m++) {
    if (m == 0 || s->dim == 3) corners(s, w, a, k + m, (struct crt_rows){rows.first, rows.end + more});
    square[m] = w->square[slot2(k + m)];
    across[m] = w->crossed[slot2(k + m)];
  }
#define EASE(dim, uniform) ease_row(dim, uniform, r, w->nx, square, across, num->ease, w->ease, q, down, up)
  if (s->dim == 3)
    (num->uniform ? EASE(3, true) : EASE(3, false));
  else if (s->dim == 2)
    (num->uniform ? EASE(2, true) : EASE(2, false));
  else
    (num->uniform ? EASE(1, true) : EASE(1, false));
#undef EASE
}

void crt_room(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num, struct crt_range r,
              struct crt_rows rows, int k) {
  const double *low[3], *high[3], *q = a->q + w->plane * (size_t)k;
  double *down = w->down[slot2(k)], *up = w->up[slot2(k)];
  if (!a->population->limited) {
    for (int i = r.first; i < r.last; i++) down[i] = up[i] = 1e300;
    return;
  }
  for (int m = -1; m <= 1; m++) {
    const int other = slot3(s->dim == 3 ? k + m : k);
    low[m + 1] = w->low[other];
    high[m + 1] = w->high[other];
  }
  if (num->uniform)
    room_row(true, r, low, high, q, num->bound, num->spare, w->bound, w->spare, down, up);
  else
    room_row(false, r, low, high, q, 0.0, 0.0, w->bound, w->spare, down, up);
  ease_any(s, w, a, num, rows, k, down, up);
}
