/* What a sub-step needs of every cell: state at half time, slopes, and the room that the limiter leaves. */
#include "crtransport/scratch.h"

#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/depth.h"

#include <math.h>

/* Kernels with constant arguments, one copy for each. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

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

static void tensor_row(int n, double over_speed, const double *restrict q, const double *restrict f, double *restrict along,
                       double *restrict rest) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double c = crt_chi(q[i], f[i], over_speed);
    along[i] = c * q[i];
    rest[i] = (1.0 - 3.0 * c) * q[i];
  }
}

void crt_load_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int k) {
  const int nx = w->nx, n = (int)w->plane;
  const double *q = a->q + w->plane * (size_t)k, *f = a->f + w->plane * (size_t)k;
  double *low = w->low[slot3(k)], *high = w->high[slot3(k)];
  if (s->dim > 1) {
    range_along((struct crt_range){1, n - 1}, 1, q, q, w->row[0], w->row[1]);
    range_along((struct crt_range){nx + 1, n - nx - 1}, nx, w->row[0], w->row[1], low, high);
  } else {
    range_along((struct crt_range){1, n - 1}, 1, q, q, low, high);
  }
  if (a->population->m1) tensor_row(n, 1.0 / a->population->flux_speed, q, f, w->tensor[slot3(k)][0], w->tensor[slot3(k)][1]);
}

static void fill(double *p, size_t n, double value) {
  for (size_t i = 0; i < n; i++) p[i] = value;
}

void crt_coefficients(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, struct crt_numbers *n) {
  const struct crt_population *p = a->population;
  double dx = a->dx[0];
  for (int d = 0; d < 3; d++) {
    n->over2dx[d] = d < s->dim ? 0.5 / a->dx[d] : 0.0;
    if (d < s->dim) dx = min(dx, a->dx[d]);
  }
  n->v2 = p->signal * p->signal;
  n->dt = a->dt;
  n->depth = dx / p->signal;
  n->uniform = !p->m1 && a->geometry->profile == NULL && a->geometry->alfven == NULL;
  n->lossy = true;
  if (!n->uniform) return;
  const double depth = p->rate * n->depth, speed = p->signal * sqrt(1.0 / 3.0);
  n->lossy = crt_depth_damp_q(depth) > 1e-3;
  for (int i = 0; i < 2; i++) {
    fill(w->chi[i], w->plane, 1.0 / 3.0);
    fill(w->loss_q[i], w->plane, 0.25 * speed * crt_depth_damp_q(depth));
    fill(w->loss_f[i], w->plane, 0.25 * speed * crt_depth_damp_f(depth));
    fill(w->bound[i], w->plane, crt_depth_bounds(depth));
    fill(w->spare[i], w->plane, crt_depth_spare(crt_depth_bounds(depth)));
    fill(w->rate[i], w->plane, p->rate * a->dt);
  }
}

/* A row of cells and the distances to the neighbours along the axes. */
struct stencil {
  const double *q, *f, *chi_q[3][3], *rest[3][3]; /* [axis][below, here, above] */
  const double *qn[3][2], *fn[3][2];
  const double *b[3], *face[3], *face_above[3];
};

/* Sum over the axes that exist. */
static inline double over_axes(int dim, double x, double y, double z) { return dim == 3 ? sum3(x, y, z) : dim == 2 ? x + y : x; }

/* q at half time; and where there is dissipation push = V^2 times the divergence along b of the pressure, and the gradients across the axes. */
ALWAYS_INLINE void predict(int dim, bool m1, bool lossy, int first, int last, const struct stencil *c, const struct crt_numbers *num,
                           double *restrict qh, double *restrict push, double *restrict ax, double *restrict ay, double *restrict az) {
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
  const double *restrict r = c->rest[0][1], *restrict rxl = c->rest[0][0], *restrict rxu = c->rest[0][2], *restrict ryl = c->rest[1][0];
  const double *restrict ryu = c->rest[1][2], *restrict rzl = c->rest[2][0], *restrict rzu = c->rest[2][2];
  const double ox = num->over2dx[0], oy = num->over2dx[1], oz = num->over2dx[2], dt = 0.5 * num->dt, v2 = num->v2;
#pragma omp simd
  for (int i = first; i < last; i++) {
    double sx = bx[i] * ((xu[i] - xl[i]) * ox), sy = 0.0, sz = 0.0, tx = 0.0, ty = 0.0, tz = 0.0, here = f[i];
    double ux = (hx[i] * (here + fxu[i]) - gx[i] * (fxl[i] + here)) * ox, uy = 0.0, uz = 0.0, px = 0.0, py = 0.0, pz = 0.0;
    if (dim > 1) {
      sy = by[i] * ((yu[i] - yl[i]) * oy);
      uy = (hy[i] * (here + fyu[i]) - gy[i] * (fyl[i] + here)) * oy;
    }
    if (dim > 2) {
      sz = bz[i] * ((zu[i] - zl[i]) * oz);
      uz = (hz[i] * (here + fzu[i]) - gz[i] * (fzl[i] + here)) * oz;
    }
    double force;
    if (m1) {
      px = bx[i] * ((cxu[i] - cxl[i]) * ox);
      tx = (hx[i] * (r[i] + rxu[i]) - gx[i] * (rxl[i] + r[i])) * ox;
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
    qh[i] = q[i] - dt * over_axes(dim, ux, uy, uz);
    if (lossy) {
      push[i] = force;
      ax[i] = sy + sz;
      if (dim > 1) ay[i] = sx + sz;
      if (dim > 2) az[i] = sx + sy;
    }
  }
}

static void predict_any(int dim, bool m1, bool lossy, int first, int last, const struct stencil *c, const struct crt_numbers *num, double *qh,
                        double *push, double *ax, double *ay, double *az) {
  if (dim == 3 && !m1 && !lossy) predict(3, false, false, first, last, c, num, qh, push, ax, ay, az);
  else if (dim == 3 && !m1) predict(3, false, true, first, last, c, num, qh, push, ax, ay, az);
  else if (dim == 3) predict(3, true, true, first, last, c, num, qh, push, ax, ay, az);
  else if (dim == 2 && !m1 && !lossy) predict(2, false, false, first, last, c, num, qh, push, ax, ay, az);
  else if (dim == 2 && !m1) predict(2, false, true, first, last, c, num, qh, push, ax, ay, az);
  else if (dim == 2) predict(2, true, true, first, last, c, num, qh, push, ax, ay, az);
  else if (!m1) predict(1, false, true, first, last, c, num, qh, push, ax, ay, az);
  else predict(1, true, true, first, last, c, num, qh, push, ax, ay, az);
}

/* F at half time.  Where the cell is thick this is F of the start: it is close to balance with the gradients at the faces that made it, which the
 * centred ones of the predictor would only make worse, and its change in half a sub-step is of the order of the square of dx. */
static inline double half_way(double f, double push, double rate, double dt, double share) {
  return f - share * (0.5 * dt * (push + rate * f) / (1.0 + 0.5 * dt * rate));
}

static void half_way_row(int first, int last, double rate, double dt, double share, const double *restrict push, const double *restrict f,
                         double *restrict fh) {
#pragma omp simd
  for (int i = first; i < last; i++) fh[i] = half_way(f[i], push[i], rate, dt, share);
}

/* Rates of the cells, for profiles, streaming and closures; and F at half time. */
ALWAYS_INLINE void rates(bool streams, bool m1, int first, int last, const struct crt_substep *a, const struct crt_numbers *num,
                         const double *restrict profile, const double *restrict alfven, const double *restrict push,
                         const double *restrict qh, const double *restrict f, double *restrict fh, double *restrict chi, double *restrict loss_q,
                         double *restrict loss_f, double *restrict bound, double *restrict spare, double *restrict rate) {
  const struct crt_population *p = a->population;
  const double nu0 = p->rate, dt = num->dt, depth = num->depth, v = p->signal, drift = p->drift, over = 1.0 / p->flux_speed;
#pragma omp simd
  for (int i = first; i < last; i++) {
    double nu = nu0 * profile[i], total = nu, wind = 0.0, x = 1.0 / 3.0;
    if (m1) x = crt_chi(qh[i], half_way(f[i], push[i], nu, dt, 1.0), over);
    if (streams) {
      double force = fabs(push[i]) + 1e-200;
      wind = drift * 3.0 * x * alfven[i];
      total = nu * (force / (force + nu * (wind * max(qh[i], 0.0))));
    }
    double tau = total * depth, speed = v * sqrt(1.0 - 2.0 * x), b = crt_depth_bounds(tau), thin = crt_depth_damp_q(tau);
    chi[i] = x;
    fh[i] = half_way(f[i], push[i], total, dt, thin);
    loss_q[i] = 0.25 * (speed * thin + wind);
    loss_f[i] = 0.25 * speed * crt_depth_damp_f(tau);
    bound[i] = b;
    spare[i] = crt_depth_spare(b);
    rate[i] = nu * dt;
  }
}

/* Half of the smallest of the central slope and twice the one-sided ones; 0 if they differ in sign. */
static inline double half_mc(double below, double above) {
  double mean = 0.25 * (below + above);
  return max(min(mean, min(below, above)), 0.0) + min(max(mean, max(below, above)), 0.0);
}

static void slopes(int first, int last, const double *restrict below, const double *restrict here, const double *restrict above,
                   double *restrict half) {
#pragma omp simd
  for (int i = first; i < last; i++) half[i] = half_mc(here[i] - below[i], above[i] - here[i]);
}

/* With the second difference. */
static void slopes_curved(int first, int last, const double *restrict below, const double *restrict here, const double *restrict above,
                          double *restrict half, double *restrict curve) {
#pragma omp simd
  for (int i = first; i < last; i++) {
    double a = here[i] - below[i], b = above[i] - here[i];
    half[i] = half_mc(a, b);
    curve[i] = b - a;
  }
}

static void room(int first, int last, const double *const low[3], const double *const high[3], const double *restrict q,
                 const double *restrict bound, const double *restrict spare, double *restrict down, double *restrict up) {
  const double *restrict l0 = low[0], *restrict l1 = low[1], *restrict l2 = low[2];
  const double *restrict h0 = high[0], *restrict h1 = high[1], *restrict h2 = high[2];
#pragma omp simd
  for (int i = first; i < last; i++) {
    double lo = max(min3(l0[i], l1[i], l2[i]), 0.0), hi = max3(h0[i], h1[i], h2[i]);
    down[i] = max(q[i] - bound[i] * lo, 0.0);
    up[i] = max((hi - q[i]) + spare[i] * hi, 0.0);
  }
}

void crt_cells(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num, int k) {
  const struct crt_geometry *g = a->geometry;
  const int nx = w->nx, slot = slot2(k), border = s->dim > 1 ? nx + 1 : 1, first = border, last = (int)w->plane - border;
  const int step[3] = {1, nx, 0};
  const size_t plane = w->plane, at = plane * (size_t)k;
  const bool m1 = a->population->m1;
  const double *q = a->q + at, *f = a->f + at;
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
  predict_any(s->dim, m1, num->lossy, first, last, &c, num, w->q[slot], w->row[0], w->across[0][slot], w->across[1][slot],
              w->across[2][slot]);
  if (num->uniform) {
    const double rate = a->population->rate;
    if (num->lossy) half_way_row(first, last, rate, num->dt, crt_depth_damp_q(rate * num->depth), w->row[0], f, w->f[slot]);
  } else {
    const double *ones = w->inside + plane; /* a plane of ones */
    const double *profile = g->profile ? g->profile + at : ones, *alfven = g->alfven ? g->alfven + at : ones;
    if (g->alfven && m1)
      rates(true, true, first, last, a, num, profile, alfven, w->row[0], w->q[slot], f, w->f[slot], w->chi[slot], w->loss_q[slot],
            w->loss_f[slot], w->bound[slot], w->spare[slot], w->rate[slot]);
    else if (g->alfven)
      rates(true, false, first, last, a, num, profile, alfven, w->row[0], w->q[slot], f, w->f[slot], w->chi[slot], w->loss_q[slot],
            w->loss_f[slot], w->bound[slot], w->spare[slot], w->rate[slot]);
    else if (m1)
      rates(false, true, first, last, a, num, profile, alfven, w->row[0], w->q[slot], f, w->f[slot], w->chi[slot], w->loss_q[slot],
            w->loss_f[slot], w->bound[slot], w->spare[slot], w->rate[slot]);
    else
      rates(false, false, first, last, a, num, profile, alfven, w->row[0], w->q[slot], f, w->f[slot], w->chi[slot], w->loss_q[slot],
            w->loss_f[slot], w->bound[slot], w->spare[slot], w->rate[slot]);
  }
  for (int d = 0; d < s->dim; d++) {
    slopes_curved(first, last, c.qn[d][0], q, c.qn[d][1], w->slope_q[d][slot], w->curve_q[d][slot]);
    slopes(first, last, c.fn[d][0], f, c.fn[d][1], w->slope_f[d][slot]);
  }
  const double *low[3], *high[3];
  for (int m = -1; m <= 1; m++) {
    const int other = slot3(s->dim == 3 ? k + m : k);
    low[m + 1] = w->low[other];
    high[m + 1] = w->high[other];
  }
  room(first, last, low, high, q, w->bound[slot], w->spare[slot], w->down[slot], w->up[slot]);
}
