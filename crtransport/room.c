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

/* Differences of q at a corner of a cell: their square, and the part of it across B that is beyond what is let be. */
struct corner { double square, across; };

/* Where q varies along B alone the bounds are not needed, and would cut the maxima of waves.  These are waves to the eye of the limiter: */
static const double ACROSS = 0.07 * 0.07;       /* share of the square of the difference across B at each corner, */
static const double NOISE = 0.01 * 0.01;      /* beyond that of the largest difference, */
static const double FLAT = 0.04 * 0.04;       /* which no side of the cell is without: a front has nothing ahead */
static const double LEAST = 1e-5 * 1e-5;      /* of q */

/* The corner towards the steps sx, sy, sz from the cell at q; b as seen towards it, over its square. */
ALWAYS_INLINE struct corner look(int dim, const double *q, ptrdiff_t sx, ptrdiff_t sy, ptrdiff_t sz, double bx, double by, double bz, double over) {
  const double here = q[0], qx = q[sx], qy = dim > 1 ? q[sy] : 0.0, qz = dim > 2 ? q[sz] : 0.0;
  double gx = qx - here, gy = 0.0, gz = 0.0, square, along;
  if (dim > 1) {
    const double qxy = q[sx + sy];
    if (dim > 2) {
      const double qxz = q[sx + sz], qyz = q[sy + sz], all = q[sx + sy + sz];
      gx = 0.25 * (((qx - here) + (all - qyz)) + ((qxy - qy) + (qxz - qz)));
      gy = 0.25 * (((qy - here) + (all - qxz)) + ((qxy - qx) + (qyz - qz)));
      gz = 0.25 * (((qz - here) + (all - qxy)) + ((qxz - qx) + (qyz - qy)));
    } else {
      gx = 0.5 * ((qx - here) + (qxy - qy));
      gy = 0.5 * ((qy - here) + (qxy - qx));
    }
  }
  square = dim > 2 ? sum3(gx * gx, gy * gy, gz * gz) : gx * gx + gy * gy;
  along = dim > 2 ? sum3(bx * gx, by * gy, bz * gz) : bx * gx + by * gy;
  return (struct corner){square, (square - along * along * over) - ACROSS * square};
}

static inline double most4(double a, double b, double c, double d) { return max(max(a, b), max(c, d)); }

ALWAYS_INLINE void ease_row(int dim, bool uniform, struct crt_range r, ptrdiff_t y, ptrdiff_t z, const double *const b[3], double part,
                            const double *restrict ease, const double *restrict q, double *restrict down, double *restrict up) {
  const double *restrict bx = b[0], *restrict by = b[1], *restrict bz = b[2];
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    const double u = bx[i], v = dim > 1 ? by[i] : 0.0, w = dim > 2 ? bz[i] : 0.0, *o = q + i;
    const double over = 1.0 / max(dim > 2 ? sum3(u * u, v * v, w * w) : u * u + v * v, 1e-300);
    struct corner c0 = look(dim, o, -1, -y, -z, -u, -v, -w, over), c1 = look(dim, o, 1, -y, -z, u, -v, -w, over);
    double most = max(c0.square, c1.square), side = min(c0.square, c1.square), across = max(c0.across, c1.across);
    if (dim > 1) {
      struct corner c2 = look(dim, o, -1, y, -z, -u, v, -w, over), c3 = look(dim, o, 1, y, -z, u, v, -w, over);
      double all = max(c2.across, c3.across), x0 = max(c0.square, c2.square), x1 = max(c1.square, c3.square);
      double y0 = max(c0.square, c1.square), y1 = max(c2.square, c3.square);
      most = max(y0, y1);
      across = max(across, all);
      side = min(min(x0, x1), min(y0, y1));
      if (dim > 2) {
        struct corner c4 = look(dim, o, -1, -y, z, -u, -v, w, over), c5 = look(dim, o, 1, -y, z, u, -v, w, over);
        struct corner c6 = look(dim, o, -1, y, z, -u, v, w, over), c7 = look(dim, o, 1, y, z, u, v, w, over);
        double z0 = most, z1 = most4(c4.square, c5.square, c6.square, c7.square);
        most = max(z0, z1);
        across = max(across, most4(c4.across, c5.across, c6.across, c7.across));
        x0 = max(x0, max(c4.square, c6.square));
        x1 = max(x1, max(c5.square, c7.square));
        y0 = max(y0, max(c4.square, c5.square));
        y1 = max(y1, max(c6.square, c7.square));
        side = min(min(min(x0, x1), min(y0, y1)), min(z0, z1));
      }
    }
    double more = (uniform ? part : ease[i]) * sqrt(most);
    more = across < NOISE * most ? more : 0.0;
    more = side > FLAT * most ? more : 0.0;
    more = most > LEAST * (q[i] * q[i]) ? more : 0.0;
    down[i] += max(min(more, q[i] - down[i]), 0.0); /* never negative */
    up[i] += more;
  }
}

static bool any(struct crt_range r, const double *ease) {
  for (int i = r.first; i < r.last; i++)
    if (ease[i] > 0.0) return true;
  return false;
}

static void ease_any(const struct crt_shape *s, const struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
                     struct crt_range r, int k, double *down, double *up) {
  if (num->uniform ? !(num->ease > 0.0) : !any(r, w->ease)) return;
  const size_t at = w->plane * (size_t)k;
  const double *b[3] = {a->geometry->b_cell[0] + at, a->geometry->b_cell[1] + at, a->geometry->b_cell[2] + at};
  const ptrdiff_t y = w->nx, z = (ptrdiff_t)w->plane;
#define EASE(dim, uniform) ease_row(dim, uniform, r, y, z, b, num->ease, w->ease, a->q + at, down, up)
  if (s->dim == 3)
    (num->uniform ? EASE(3, true) : EASE(3, false));
  else if (s->dim == 2)
    (num->uniform ? EASE(2, true) : EASE(2, false));
  else
    (num->uniform ? EASE(1, true) : EASE(1, false));
#undef EASE
}

void crt_room(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num, struct crt_range r, int k) {
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
  ease_any(s, w, a, num, r, k, down, up);
}
