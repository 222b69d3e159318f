/* The new state of a plane from what goes through its faces. */
#include "crtransport/scratch.h"

#include "base/minmax.h"

#include <math.h>

struct row {
  const double *move[3][2], *press[3][2], *tension[3][2]; /* [axis][lower face, upper face] */
  const double *b[3], *rate, *alfven, *chi;
};

static inline double over_axes(int dim, double x, double y, double z) { return dim == 3 ? sum3(x, y, z) : dim == 2 ? x + y : x; }

ALWAYS_INLINE void update_rows(int dim, bool m1, bool streams, bool uniform, int n, int rows, ptrdiff_t nx, const struct row *r,
                               const struct crt_numbers *num, const double dx[3], const struct crt_population *p,
                               double *restrict q, double *restrict f) {
  const double *restrict mx0 = r->move[0][0], *restrict mx1 = r->move[0][1], *restrict my0 = r->move[1][0],
                         *restrict my1 = r->move[1][1];
  const double *restrict mz0 = r->move[2][0], *restrict mz1 = r->move[2][1];
  const double *restrict px0 = r->press[0][0], *restrict px1 = r->press[0][1], *restrict py0 = r->press[1][0],
                         *restrict py1 = r->press[1][1];
  const double *restrict pz0 = r->press[2][0], *restrict pz1 = r->press[2][1];
  const double *restrict tx0 = r->tension[0][0], *restrict tx1 = r->tension[0][1], *restrict ty0 = r->tension[1][0];
  const double *restrict ty1 = r->tension[1][1], *restrict tz0 = r->tension[2][0], *restrict tz1 = r->tension[2][1];
  const double *restrict bx = r->b[0], *restrict by = r->b[1], *restrict bz = r->b[2];
  const double *restrict rate = r->rate, *restrict alfven = r->alfven, *restrict chi = r->chi;
  const double drift = p->drift, most = p->flux_speed, keep = num->keep, let = num->free, half = num->half, even = p->rate * num->dt;
  const double cx = num->dt / dx[0], cy = num->dt / dx[1], cz = num->dt / dx[2];
  for (ptrdiff_t at = 0; at < rows * nx; at += nx)
#pragma omp simd
    for (ptrdiff_t i = at; i < at + n; i++) {
      double qx = mx1[i] - mx0[i], qy = 0.0, qz = 0.0, gx = bx[i] * ((px1[i] - px0[i]) * cx), gy = 0.0, gz = 0.0, hx = 0.0,
             hy = 0.0, hz = 0.0;
      if (m1) hx = (tx1[i] - tx0[i]) * cx;
      if (dim > 1) {
        qy = my1[i] - my0[i];
        gy = by[i] * ((py1[i] - py0[i]) * cy);
        if (m1) hy = (ty1[i] - ty0[i]) * cy;
      }
      if (dim > 2) {
        qz = mz1[i] - mz0[i];
        gz = bz[i] * ((pz1[i] - pz0[i]) * cz);
        if (m1) hz = (tz1[i] - tz0[i]) * cz;
      }
      double change = over_axes(dim, gx, gy, gz), turn = uniform ? even : rate[i];
      if (m1) change += over_axes(dim, hx, hy, hz);
      double next = q[i] - over_axes(dim, qx, qy, qz);
      if (streams) {
        double force = fabs(change) + 1e-200;
        turn = turn * (force / (force + turn * (drift * 3.0 * (m1 ? chi[i] : 1.0 / 3.0) * alfven[i] * max(next, 0.0))));
      }
      /* exp(-turn) to second order, and right for strong scattering */
      double flux = (keep * f[i] - change * (1.0 + half * turn)) / (keep + turn * (1.0 + half * turn)),
             end = most * max(next, 0.0) + let;
      q[i] = fabs(next) > 1e-300 ? next : 0.0; /* shares of the least numbers that there are do not add up */
      f[i] = min(max(flux, -end), end);
    }
}

/* What went through the faces on the surface of the block, as fluxes. */
static void keep_surface(const struct crt_shape *s, const struct crt_scratch *w, const struct crt_substep *a, int k,
                         struct crt_rows rows) {
  const int nx = s->nc[0], ny = s->nc[1], kk = k - s->ng[2];
  for (int f = 0; f < 2 * s->dim; f++) {
    const int d = f / 2, side = f % 2, edge = s->ng[d] + side * s->nc[d];
    double *to = a->flux[f];
    if (to == NULL || (d == 2 && kk != side * (s->nc[2] - 1))) continue;
    const double factor = a->dx[d] / a->dt, *m = w->move[d][face_slot(d, k + side)];
    for (int j = rows.first; j < rows.end; j++) {
      const int jj = j - s->ng[1];
      if (d == 0)
        to[kk * ny + jj] = factor * m[j * w->nx + edge];
      else if (d == 2 || jj == side * (ny - 1))
        for (int i = 0; i < nx; i++) to[(d == 1 ? kk : jj) * nx + i] = factor * m[(d == 1 ? edge : j) * w->nx + s->ng[0] + i];
    }
  }
}

void crt_update(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
                int k, struct crt_rows rows) {
  const struct crt_geometry *g = a->geometry;
  const struct crt_population *p = a->population;
  const int slot = slot2(k), n = s->nc[0];
  const bool streams = g->alfven != NULL;
  const int at = rows.first * w->nx + s->ng[0], many = rows.end - rows.first;
  const size_t cell = w->plane * (size_t)k + (size_t)at;
  struct row r = {.rate = w->rate[slot] + at, .chi = w->chi[slot] + at, .alfven = streams ? g->alfven + cell : w->chi[slot] + at};
  for (int d = 0; d < 3; d++) {
    r.b[d] = g->b_cell[d] + cell;
    for (int side = 0; side < 2; side++) {
      const int plane = d == 2 && s->dim == 3 ? slot2(k + side) : 0;
      const int from = at + (d == 0 ? side : d == 1 && s->dim > 1 ? side * w->nx : 0);
      r.move[d][side] = w->move[d][plane] + from;
      r.press[d][side] = w->press[d][plane] + from;
      r.tension[d][side] = w->tension[d][plane] + from;
    }
  }
  double *q = a->q + cell, *f = a->f + cell;
#define ROW(dim, m1, streams, uniform, n) update_rows(dim, m1, streams, uniform, n, many, w->nx, &r, num, a->dx, p, q, f)
#define ROWS(dim, n)                                                                           \
  (streams        ? (p->m1 ? ROW(dim, true, true, false, n) : ROW(dim, false, true, false, n)) \
   : num->uniform ? (p->m1 ? ROW(dim, true, false, true, n) : ROW(dim, false, false, true, n)) \
                  : (p->m1 ? ROW(dim, true, false, false, n) : ROW(dim, false, false, false, n)))
  if (s->dim == 3 && n == 16)
    ROWS(3, 16); /* a constant: rows of two vectors */
  else if (s->dim == 3)
    ROWS(3, n);
  else if (s->dim == 2)
    ROWS(2, n);
  else
    ROWS(1, n);
#undef ROWS
#undef ROW
  keep_surface(s, w, a, k, rows);
}
