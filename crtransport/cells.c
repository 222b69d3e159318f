/* What a sub-step needs of every cell: state at half time. */
#include "crtransport/scratch.h"

#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/depth.h"
#include "crtransport/slope.h"

#include <math.h>

static inline double min3(double a, double b, double c) { return min(min(a, b), c); }
static inline double max3(double a, double b, double c) { return max(max(a, b), c); }

static void range_along(struct crt_range r, int step, const double *restrict lo, const double *restrict hi, double *restrict low,
                        double *restrict high) {
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    low[i] = min3(lo[i - step], lo[i], lo[i + step]);
    high[i] = max3(hi[i - step], hi[i], hi[i + step]);
  }
}

/* chi q without a division; q < 0 stands for what an absorbing wall reflects. */
static void tensor_row(int n, double over_speed, const double *restrict q, const double *restrict f, double *restrict along,
                       double *restrict rest) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double most = max(q[i], 0.0), flux = min(fabs(f[i]) * over_speed, most);
    double c = (1.0 / 3.0) * ((sqrt(4.0 * (most * most) - 3.0 * (flux * flux)) - most) + min(q[i], 0.0));
    along[i] = c;
    rest[i] = q[i] - 3.0 * c;
  }
}

void crt_load_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
                    int k) {
  const int nx = w->nx, n = (int)w->plane;
  const double *q = a->q + w->plane * (size_t)k, *f = a->f + w->plane * (size_t)k;
  double *low = w->low[slot3(k)], *high = w->high[slot3(k)];
  if (s->dim > 1) {
    range_along((struct crt_range){1, n - 1}, 1, q, q, w->row[0], w->row[1]);
    range_along((struct crt_range){nx + 1, n - nx - 1}, nx, w->row[0], w->row[1], low, high);
  } else {
    range_along((struct crt_range){1, n - 1}, 1, q, q, low, high);
  }
  if (num->eases && (s->dim < 3 || k > s->ng[2] - 2)) crt_corners(s, w, a, k);
  if (a->population->m1) tensor_row(n, 1.0 / a->population->flux_speed, q, f, w->tensor[slot3(k)][0], w->tensor[slot3(k)][1]);
}

/* Whether there may be cells with an ease; depth: where the profile is 1.  Streaming makes cells thinner. */
static bool may_ease(const struct crt_shape *s, const struct crt_geometry *g, double depth) {
  double least = 1.0, most = 1.0;
  if (g->profile != NULL) {
    const int n = (s->nc[0] + 2 * s->ng[0]) * (s->nc[1] + 2 * s->ng[1]) * (s->nc[2] + 2 * s->ng[2]);
    least = most = g->profile[0];
    for (int i = 1; i < n; i++) {
      least = min(least, g->profile[i]);
      most = max(most, g->profile[i]);
    }
  }
  return most * depth > CRT_EASE_FROM && (g->alfven != NULL || least * depth < CRT_EASE_TO);
}

struct crt_numbers crt_coefficients(const struct crt_shape *s, const struct crt_substep *a) {
  const struct crt_population *p = a->population;
  struct crt_numbers n = {.v2 = p->signal * p->signal, .dt = a->dt, .keep = 1.0, .half = 0.5};
  double dx = a->dx[0];
  for (int d = 0; d < s->dim; d++) {
    n.over2dx[d] = 0.5 / a->dx[d];
    dx = min(dx, a->dx[d]);
  }
  n.depth = dx / p->signal;
  n.even = crt_depth_even;
  if (p->diffusive) { /* as where cells are very thick, but for the damping of what alternates, which is as strong as ever */
    const double far = 1e6;
    n.depth *= far;
    n.even *= far;
    n.keep = n.half = 0.0;
    n.free = 1e300;
  }
  n.uniform = a->geometry->profile == NULL && a->geometry->alfven == NULL;
  const double tau = p->rate * n.depth, speed = 0.25 * p->signal * (p->m1 ? 1.0 : sqrt(1.0 / 3.0));
  n.bound = crt_depth_bounds(tau);
  n.spare = crt_depth_spare(n.bound);
  n.ease = crt_depth_ease(tau);
  n.eases = p->limited && may_ease(s, a->geometry, tau);
  n.share = crt_depth_damp_q(tau);
  n.loss_q = speed * n.share;
  n.loss_f = speed * crt_depth_damp_f(tau);
  n.lossy = !n.uniform || n.share > 1e-3;
  return n;
}

/* A row of cells and the distances to the neighbours along the axes. */
struct stencil {
  const double *q, *f, *chi_q[3][3], *rest[3][3]; /* [axis][below, here, above] */
  const double *qn[3][2], *fn[3][2];
  const double *b[3], *face[3], *face_above[3];
};

/* Sum over the axes that exist. */
static inline double over_axes(int dim, double x, double y, double z) { return dim == 3 ? sum3(x, y, z) : dim == 2 ? x + y : x; }

/* q at half time; and where it is wanted push = V^2 times the divergence along b of the pressure, and the gradients across the
 * axes. */
ALWAYS_INLINE void predict(int dim, bool m1, bool pushes, struct crt_range range, const struct stencil *c,
                           const struct crt_numbers *num, double *restrict qh, double *restrict push, double *restrict ax,
                           double *restrict ay, double *restrict az) {
  const double *restrict q = c->q, *restrict f = c->f;
  const double *restrict xl = c->qn[0][0], *restrict xu = c->qn[0][1], *restrict yl = c->qn[1][0], *restrict yu = c->qn[1][1];
  const double *restrict zl = c->qn[2][0], *restrict zu = c->qn[2][1];
  const double *restrict fxl = c->fn[0][0], *restrict fxu = c->fn[0][1], *restrict fyl = c->fn[1][0], *restrict fyu = c->fn[1][1];
  const double *restrict fzl = c->fn[2][0], *restrict fzu = c->fn[2][1];
  const double *restrict bx = c->b[0], *restrict by = c->b[1], *restrict bz = c->b[2];
  const double *restrict gx = c->face[0], *restrict gy = c->face[1], *restrict gz = c->face[2];
  const double *restrict hx = c->face_above[0], *restrict hy = c->face_above[1], *restrict hz = c->face_above[2];
  const double *restrict cxl = c->chi_q[0][0], *restrict cxu = c->chi_q[0][2], *restrict cyl = c->chi_q[1][0];
  const double *restrict cyu = c->chi_q[1][2], *restrict czl = c->chi_q[2][0], *restrict czu = c->chi_q[2][2];
  const double *restrict r = c->rest[0][1], *restrict rxl = c->rest[0][0], *restrict rxu = c->rest[0][2],
                         *restrict ryl = c->rest[1][0];
  const double *restrict ryu = c->rest[1][2], *restrict rzl = c->rest[2][0], *restrict rzu = c->rest[2][2];
  const double ox = num->over2dx[0], oy = num->over2dx[1], oz = num->over2dx[2], dt = 0.5 * num->dt, v2 = num->v2;
#pragma omp simd
  for (int i = range.first; i < range.last; i++) {
    double here = f[i], uy = 0.0, uz = 0.0, ux = (hx[i] * (here + fxu[i]) - gx[i] * (fxl[i] + here)) * ox;
    if (dim > 1) uy = (hy[i] * (here + fyu[i]) - gy[i] * (fyl[i] + here)) * oy;
    if (dim > 2) uz = (hz[i] * (here + fzu[i]) - gz[i] * (fzl[i] + here)) * oz;
    qh[i] = q[i] - dt * over_axes(dim, ux, uy, uz);
    if (!pushes) continue;
    double sx = bx[i] * ((xu[i] - xl[i]) * ox), sy = 0.0, sz = 0.0, force;
    if (dim > 1) sy = by[i] * ((yu[i] - yl[i]) * oy);
    if (dim > 2) sz = bz[i] * ((zu[i] - zl[i]) * oz);
    if (m1) {
      double px = bx[i] * ((cxu[i] - cxl[i]) * ox), py = 0.0, pz = 0.0, ty = 0.0, tz = 0.0;
      double tx = (hx[i] * (r[i] + rxu[i]) - gx[i] * (rxl[i] + r[i])) * ox;
      if (dim > 1) {
        py = by[i] * ((cyu[i] - cyl[i]) * oy);
        ty = (hy[i] * (r[i] + ryu[i]) - gy[i] * (ryl[i] + r[i])) * oy;
      }
      if (dim > 2) {
        pz = bz[i] * ((czu[i] - czl[i]) * oz);
        tz = (hz[i] * (r[i] + rzu[i]) - gz[i] * (rzl[i] + r[i])) * oz;
      }
      force = v2 * (over_axes(dim, px, py, pz) + over_axes(dim, tx, ty, tz));
    } else {
      force = v2 * (1.0 / 3.0) * over_axes(dim, sx, sy, sz);
    }
    push[i] = force;
    ax[i] = sy + sz;
    if (dim > 1) ay[i] = sx + sz;
    if (dim > 2) az[i] = sx + sy;
  }
}

static void predict_any(int dim, bool m1, bool pushes, struct crt_range range, const struct stencil *c,
                        const struct crt_numbers *num, double *qh, double *push, double *ax, double *ay, double *az) {
  if (!pushes) {
    if (dim == 3)
      predict(3, false, false, range, c, num, qh, push, ax, ay, az);
    else if (dim == 2)
      predict(2, false, false, range, c, num, qh, push, ax, ay, az);
    else
      predict(1, false, false, range, c, num, qh, push, ax, ay, az);
  } else if (dim == 3) {
    if (m1)
      predict(3, true, true, range, c, num, qh, push, ax, ay, az);
    else
      predict(3, false, true, range, c, num, qh, push, ax, ay, az);
  } else if (dim == 2) {
    if (m1)
      predict(2, true, true, range, c, num, qh, push, ax, ay, az);
    else
      predict(2, false, true, range, c, num, qh, push, ax, ay, az);
  } else {
    if (m1)
      predict(1, true, true, range, c, num, qh, push, ax, ay, az);
    else
      predict(1, false, true, range, c, num, qh, push, ax, ay, az);
  }
}

/* F at half time.  Where the cell is thick (share 0) this is F of the start: it is close to balance with the gradients at the
 * faces that made it, which the centred ones of the predictor would only make worse, and its change in half a sub-step is of the
 * order of the square of dx.  fade = dt / 2 over 1 + rate dt / 2. */
static inline double half_way(double f, double push, double rate, double fade, double share) {
  return f - share * (fade * (push + rate * f));
}

static void half_way_row(struct crt_range r, double rate, double dt, double share, const double *restrict push,
                         const double *restrict f, double *restrict fh) {
  const double fade = 0.5 * dt / (1.0 + 0.5 * dt * rate);
#pragma omp simd
  for (int i = r.first; i < r.last; i++) fh[i] = half_way(f[i], push[i], rate, fade, share);
}

/* Closure at half time, with a rate that is the same everywhere. */
static void chi_row(struct crt_range r, double rate, double dt, double over, const double *restrict push,
                    const double *restrict qh, const double *restrict f, double *restrict chi) {
  const double fade = 0.5 * dt / (1.0 + 0.5 * dt * rate);
#pragma omp simd
  for (int i = r.first; i < r.last; i++) chi[i] = crt_chi(qh[i], half_way(f[i], push[i], rate, fade, 1.0), over);
}

/* Rates of the cells, for profiles and streaming; F at half time; the closure. */
ALWAYS_INLINE void rates(bool streams, bool m1, struct crt_range r, const struct crt_substep *a, const struct crt_numbers *num,
                         const double *restrict profile, const double *restrict alfven, const double *restrict push,
                         const double *restrict qh, const double *restrict f, double *restrict fh, double *restrict chi,
                         double *restrict loss_q, double *restrict loss_f, double *restrict bound, double *restrict spare,
                         double *restrict ease, double *restrict rate) {
  const struct crt_population *p = a->population;
  const double nu0 = p->rate, dt = num->dt, depth = num->depth, v = p->signal, drift = p->drift, over = 1.0 / p->flux_speed;
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    double nu = nu0 * profile[i], total = nu, wind = 0.0, x = 1.0 / 3.0;
    if (m1) x = crt_chi(qh[i], half_way(f[i], push[i], nu, 0.5 * dt / (1.0 + 0.5 * dt * nu), 1.0), over);
    if (streams) {
      double force = fabs(push[i]) + 1e-200;
      wind = drift * 3.0 * x * alfven[i];
      total = nu * (force / (force + nu * (wind * max(qh[i], 0.0))));
    }
    /* 1 / (1 + (tau / 0.12)^4), 1 / (1 + total dt / 2) and 1 / bound by one division */
    double tau = min(total * depth, 1e15), far = tau * (1.0 / 0.12), far2 = far * far, slow = 1.0 + far2 * far2,
           fade = 1.0 + 0.5 * dt * total;
    double b = crt_depth_bounds(tau), some = max(b, 1e-3), over_all = 1.0 / ((slow * fade) * some);
    double thin = (fade * some) * over_all, speed = v * speed_of(x);
    if (!m1) speed = v * sqrt(1.0 / 3.0);
    chi[i] = x;
    fh[i] = half_way(f[i], push[i], total, 0.5 * dt * ((slow * some) * over_all), thin);
    loss_q[i] = 0.25 * (speed * thin + wind);
    loss_f[i] = 0.25 * speed * crt_depth_damp_f(tau);
    bound[i] = b;
    spare[i] = (1.0 - b) * ((slow * fade) * over_all);
    ease[i] = crt_depth_ease(tau);
    rate[i] = nu * dt;
  }
}

static void rates_any(struct crt_range r, const struct crt_substep *a, const struct crt_numbers *num, struct crt_scratch *w,
                      int slot, const double *f, const double *profile, const double *alfven) {
#define RATES(streams, m1)                                                                                            \
  rates(streams, m1, r, a, num, profile, alfven, w->row[0], w->q[slot], f, w->f[slot], w->chi[slot], w->loss_q[slot], \
        w->loss_f[slot], w->bound, w->spare, w->ease, w->rate[slot])
  const bool streams = a->geometry->alfven != NULL, m1 = a->population->m1;
  if (streams && m1)
    RATES(true, true);
  else if (streams)
    RATES(true, false);
  else if (m1)
    RATES(false, true);
  else
    RATES(false, false);
#undef RATES
}

/* Along z, of the cells of the block in some rows. */
ALWAYS_INLINE void slopes_rows(int n, int nx, struct crt_rows rows, ptrdiff_t step, const double *restrict q,
                               const double *restrict f, double *restrict slope_q, double *restrict curve_q,
                               double *restrict slope_f) {
  for (int at = rows.first * nx; at < rows.end * nx; at += nx)
#pragma omp simd
    for (int i = at; i < at + n; i++) {
      double below = q[i] - q[i - step], above = q[i + step] - q[i];
      slope_q[i] = half_mc(below, above);
      curve_q[i] = above - below;
      slope_f[i] = half_mc(f[i] - f[i - step], f[i + step] - f[i]);
    }
}

void crt_cells(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
               int k, struct crt_rows rows, bool edge) {
  const struct crt_geometry *g = a->geometry;
  const int nx = w->nx, slot = slot2(k), last = s->ng[1] + s->nc[1];
  const int from = rows.first > s->ng[1] ? rows.first : s->ng[1], to = rows.end < last ? rows.end : last;
  /* whole rows go best into vectors; what that adds is not used */
  const struct crt_range along_z = {from * nx, to * nx},
                         whole = {s->dim > 1 ? rows.first * nx : 1, s->dim > 1 ? rows.end * nx : nx - 1};
  const struct crt_range r = edge ? along_z : whole;
  const int step[3] = {1, nx, 0};
  const size_t plane = w->plane, at = plane * (size_t)k;
  const bool m1 = a->population->m1;
  const double *q = a->q + at, *f = a->f + at, rate = a->population->rate;
  struct stencil c = {.q = q, .f = f};
  for (int d = 0; d < 3; d++) { /* a missing axis is not read */
    const ptrdiff_t off = d == 2 ? (s->dim == 3 ? (ptrdiff_t)plane : 0) : d < s->dim ? step[d] : 0;
    for (int side = 0; side < 2; side++) {
      c.qn[d][side] = side ? q + off : q - off;
      c.fn[d][side] = side ? f + off : f - off;
    }
    for (int m = -1; m <= 1; m++) {
      const int other = slot3(d == 2 && s->dim == 3 ? k + m : k);
      c.chi_q[d][m + 1] = w->tensor[other][0] + (d < 2 ? m * off : 0);
      c.rest[d][m + 1] = w->tensor[other][1] + (d < 2 ? m * off : 0);
    }
    c.b[d] = g->b_cell[d] + at;
    c.face[d] = g->b_face[d] + at;
    c.face_above[d] = c.face[d] + off;
  }
  predict_any(s->dim, m1, m1 || num->lossy, r, &c, num, w->q[slot], w->row[0], w->across[0][slot], w->across[1][slot],
              w->across[2][slot]);
  if (num->uniform) {
    if (m1) chi_row(r, rate, num->dt, 1.0 / a->population->flux_speed, w->row[0], w->q[slot], f, w->chi[slot]);
    if (num->lossy) half_way_row(r, rate, num->dt, num->share, w->row[0], f, w->f[slot]);
  } else {
    const double *ones = w->inside + plane;
    rates_any(r, a, num, w, slot, f, g->profile ? g->profile + at : ones, g->alfven ? g->alfven + at : ones);
  }
  if (s->dim == 3) {
    const struct crt_rows inner = {from, to};
    const int i = s->ng[0];
    double *sq = w->slope_q[slot] + i, *cq = w->curve_q[slot] + i, *sf = w->slope_f[slot] + i;
    if (s->nc[0] == 16)
      slopes_rows(16, nx, inner, (ptrdiff_t)plane, q + i, f + i, sq, cq, sf);
    else
      slopes_rows(s->nc[0], nx, inner, (ptrdiff_t)plane, q + i, f + i, sq, cq, sf);
  }
  crt_room(s, w, a, num, r, k);
}
