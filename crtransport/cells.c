/* What a sub-step needs of every cell: state at half time. */
#include "crtransport/scratch.h"

#include "base/lanes.h"
#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/depth.h"
#include "crtransport/slope.h"

#include <math.h>

/* Least and largest of a cell and those beside it along x. */
struct extremes { lanes lo, hi; };

ALWAYS_INLINE struct extremes beside_x(const double *q, int n) {
  const lanes l = lanes_load(q - 1, n), m = lanes_load(q, n), r = lanes_load(q + 1, n);
  return (struct extremes){lanes_min(lanes_min(l, m), r), lanes_max(lanes_max(l, m), r)};
}

/* n columns from the i-th on. */
ALWAYS_INLINE void column(ptrdiff_t i, int n, int rows, ptrdiff_t y, const double *q, double *low, double *high) {
  struct extremes below = beside_x(q + i, n), here = beside_x(q + i + y, n);
  for (ptrdiff_t at = i + y; at < i + (rows - 1) * y; at += y) {
    const struct extremes above = beside_x(q + at + y, n);
    lanes_store(low + at, lanes_min(lanes_min(below.lo, here.lo), above.lo), n);
    lanes_store(high + at, lanes_max(lanes_max(below.hi, here.hi), above.hi), n);
    below = here;
    here = above;
  }
}

/* The extremes of the 3 x 3 cells around each of a plane but for its outermost. */
ALWAYS_INLINE void columns(int nx, int ny, const double *q, double *low, double *high) {
  int i = 1;
  for (; i + LANES < nx; i += LANES) column(i, LANES, ny, nx, q, low, high);
  if (i < nx - 1) column(i, nx - 1 - i, ny, nx, q, low, high);
}

/* The same in 1-D. */
static void row(int nx, const double *q, double *low, double *high) {
  for (int i = 1; i < nx - 1; i++) {
    low[i] = min(min(q[i - 1], q[i]), q[i + 1]);
    high[i] = max(max(q[i - 1], q[i]), q[i + 1]);
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

void crt_load_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int k) {
  const int nx = w->nx, n = (int)w->plane;
  const double *q = a->q + w->plane * (size_t)k, *f = a->f + w->plane * (size_t)k;
  double *low = w->low[slot3(k)], *high = w->high[slot3(k)];
  if (s->dim > 1 && nx == 20) columns(20, w->ny, q, low, high); /* a constant: blocks of 16 cells */
  else if (s->dim > 1) columns(nx, w->ny, q, low, high);
  else row(nx, q, low, high);
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

/* The state, parts of the pressure tensor in the planes below, here and above, and directions, from a cell on. */
struct stencil {
  const double *q, *f, *chi_q[3], *rest[3], *b[3], *face[3];
};

/* Sum over the axes that exist. */
static inline double over_axes(int dim, double x, double y, double z) { return dim == 3 ? sum3(x, y, z) : dim == 2 ? x + y : x; }

/* q at half time.  y, z: steps to the next row and plane, here and below. */
ALWAYS_INLINE void densities(int dim, ptrdiff_t y, ptrdiff_t z, struct crt_range range, const struct stencil *c, const struct crt_numbers *num,
                             double *restrict qh) {
  const double *restrict q = c->q, *restrict f = c->f, *restrict gx = c->face[0], *restrict gy = c->face[1], *restrict gz = c->face[2];
  const double ox = num->over2dx[0], oy = num->over2dx[1], oz = num->over2dx[2], dt = 0.5 * num->dt;
#pragma omp simd
  for (ptrdiff_t i = range.first; i < range.last; i++) {
    double here = f[i], uy = 0.0, uz = 0.0, ux = (gx[i + 1] * (here + f[i + 1]) - gx[i] * (f[i - 1] + here)) * ox;
    if (dim > 1) uy = (gy[i + y] * (here + f[i + y]) - gy[i] * (f[i - y] + here)) * oy;
    if (dim > 2) uz = (gz[i + z] * (here + f[i + z]) - gz[i] * (f[i - z] + here)) * oz;
    qh[i] = q[i] - dt * over_axes(dim, ux, uy, uz);
  }
}

/* The gradients of q across the axes; push = V^2 times that along b of the pressure of an isotropic population. */
ALWAYS_INLINE void gradients(int dim, bool m1, ptrdiff_t y, ptrdiff_t z, struct crt_range range, const struct stencil *c,
                             const struct crt_numbers *num, double *restrict push, double *restrict ax, double *restrict ay,
                             double *restrict az) {
  const double *restrict q = c->q, *restrict bx = c->b[0], *restrict by = c->b[1], *restrict bz = c->b[2];
  const double ox = num->over2dx[0], oy = num->over2dx[1], oz = num->over2dx[2], v2 = num->v2;
#pragma omp simd
  for (ptrdiff_t i = range.first; i < range.last; i++) {
    double sx = bx[i] * ((q[i + 1] - q[i - 1]) * ox), sy = 0.0, sz = 0.0;
    if (dim > 1) sy = by[i] * ((q[i + y] - q[i - y]) * oy);
    if (dim > 2) sz = bz[i] * ((q[i + z] - q[i - z]) * oz);
    if (!m1) push[i] = v2 * (1.0 / 3.0) * over_axes(dim, sx, sy, sz);
    if (dim > 1) { /* in 1-D they are zero and stay so */
      ax[i] = sy + sz;
      ay[i] = sx + sz;
    }
    if (dim > 2) az[i] = sx + sy;
  }
}

/* push = V^2 times the divergence along b of the pressure. */
ALWAYS_INLINE void pressures(int dim, ptrdiff_t y, ptrdiff_t z, struct crt_range range, const struct stencil *c, const struct crt_numbers *num,
                             double *restrict push) {
  const double *restrict bx = c->b[0], *restrict by = c->b[1], *restrict bz = c->b[2];
  const double *restrict gx = c->face[0], *restrict gy = c->face[1], *restrict gz = c->face[2];
  const double *restrict c0 = c->chi_q[0], *restrict c1 = c->chi_q[1], *restrict c2 = c->chi_q[2];
  const double *restrict r0 = c->rest[0], *restrict r1 = c->rest[1], *restrict r2 = c->rest[2];
  const double ox = num->over2dx[0], oy = num->over2dx[1], oz = num->over2dx[2], v2 = num->v2;
#pragma omp simd
  for (ptrdiff_t i = range.first; i < range.last; i++) {
    double px = bx[i] * ((c1[i + 1] - c1[i - 1]) * ox), py = 0.0, pz = 0.0, ty = 0.0, tz = 0.0, rest = r1[i];
    double tx = (gx[i + 1] * (rest + r1[i + 1]) - gx[i] * (r1[i - 1] + rest)) * ox;
    if (dim > 1) {
      py = by[i] * ((c1[i + y] - c1[i - y]) * oy);
      ty = (gy[i + y] * (rest + r1[i + y]) - gy[i] * (r1[i - y] + rest)) * oy;
    }
    if (dim > 2) {
      pz = bz[i] * ((c2[i] - c0[i]) * oz);
      tz = (gz[i + z] * (rest + r2[i]) - gz[i] * (r0[i] + rest)) * oz;
    }
    push[i] = v2 * (over_axes(dim, px, py, pz) + over_axes(dim, tx, ty, tz));
  }
}

ALWAYS_INLINE void predict(int dim, ptrdiff_t y, ptrdiff_t z, bool m1, bool pushes, struct crt_range range, const struct stencil *c,
                           const struct crt_numbers *num, double *qh, double *push, double *ax, double *ay, double *az) {
  densities(dim, y, z, range, c, num, qh);
  if (!pushes) return;
  if (!m1) {
    gradients(dim, false, y, z, range, c, num, push, ax, ay, az);
    return;
  }
  if (dim > 1) gradients(dim, true, y, z, range, c, num, push, ax, ay, az);
  pressures(dim, y, z, range, c, num, push);
}

static void predict_any(const struct crt_scratch *w, int dim, bool m1, bool pushes, struct crt_range range, const struct stencil *c,
                        const struct crt_numbers *num, double *qh, double *push, double *ax, double *ay, double *az) {
  const ptrdiff_t y = w->nx, z = (ptrdiff_t)w->plane;
  if (dim == 3 && y == 20 && z == 400) predict(3, 20, 400, m1, pushes, range, c, num, qh, push, ax, ay, az); /* constants: blocks of 16^3 cells */
  else if (dim == 3) predict(3, y, z, m1, pushes, range, c, num, qh, push, ax, ay, az);
  else if (dim == 2) predict(2, y, 0, m1, pushes, range, c, num, qh, push, ax, ay, az);
  else predict(1, 0, 0, m1, pushes, range, c, num, qh, push, ax, ay, az);
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

/* Closure at half time and rates of the cells, for profiles and streaming. */
ALWAYS_INLINE void rates(bool streams, bool m1, struct crt_range r, const struct crt_substep *a, const struct crt_numbers *num,
                         const double *restrict profile, const double *restrict alfven, const double *restrict push,
                         const double *restrict qh, const double *restrict f, double *restrict chi, double *restrict rate,
                         double *restrict total, double *restrict wind) {
  const struct crt_population *p = a->population;
  const double nu0 = p->rate, dt = num->dt, drift = p->drift, over = 1.0 / p->flux_speed;
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    double nu = nu0 * profile[i], x = 1.0 / 3.0;
    if (m1) x = crt_chi(qh[i], half_way(f[i], push[i], nu, 0.5 * dt / (1.0 + 0.5 * dt * nu), 1.0), over);
    chi[i] = x;
    rate[i] = nu * dt;
    if (!streams) continue;
    double force = fabs(push[i]) + 1e-200, speed = drift * 3.0 * x * alfven[i];
    total[i] = nu * (force / (force + nu * (speed * max(qh[i], 0.0))));
    wind[i] = speed;
  }
}

/* What hangs on them; F at half time. */
ALWAYS_INLINE void factors(bool streams, bool m1, struct crt_range r, const struct crt_substep *a, const struct crt_numbers *num,
                           const double *restrict profile, const double *restrict push, const double *restrict chi,
                           const double *restrict rates, const double *restrict wind, const double *restrict f, double *restrict fh,
                           double *restrict loss_q, double *restrict loss_f, double *restrict bound, double *restrict spare,
                           double *restrict ease) {
  const struct crt_population *p = a->population;
  const double nu0 = p->rate, dt = num->dt, depth = num->depth, v = p->signal;
#pragma omp simd
  for (int i = r.first; i < r.last; i++) {
    /* 1 / (1 + (tau / 0.12)^4), 1 / (1 + total dt / 2) and 1 / bound by one division */
    double total = streams ? rates[i] : nu0 * profile[i], tau = min(total * depth, 1e15), far = tau * (1.0 / 0.12), far2 = far * far;
    double slow = 1.0 + far2 * far2, fade = 1.0 + 0.5 * dt * total;
    double b = crt_depth_bounds(tau), some = max(b, 1e-3), over_all = 1.0 / ((slow * fade) * some);
    double thin = (fade * some) * over_all, speed = v * (m1 ? speed_of(chi[i]) : sqrt(1.0 / 3.0));
    fh[i] = half_way(f[i], push[i], total, 0.5 * dt * ((slow * some) * over_all), thin);
    loss_q[i] = 0.25 * (speed * thin + (streams ? wind[i] : 0.0));
    loss_f[i] = 0.25 * speed * crt_depth_damp_f(tau);
    bound[i] = b;
    spare[i] = (1.0 - b) * ((slow * fade) * over_all);
    ease[i] = crt_depth_ease(tau);
  }
}

static void rates_any(struct crt_range r, const struct crt_substep *a, const struct crt_numbers *num, struct crt_scratch *w,
                      int slot, const double *f, const double *profile, const double *alfven) {
#define RATES(streams, m1)                                                                                                      \
  rates(streams, m1, r, a, num, profile, alfven, w->push, w->q[slot], f, w->chi[slot], w->rate[slot], w->total, w->wind);     \
  factors(streams, m1, r, a, num, profile, w->push, w->chi[slot], w->total, w->wind, f, w->f[slot], w->loss_q[slot],          \
          w->loss_f[slot], w->bound, w->spare, w->ease)
  const bool streams = a->geometry->alfven != NULL, m1 = a->population->m1;
  if (streams && m1) {
    RATES(true, true);
  } else if (streams) {
    RATES(true, false);
  } else if (m1) {
    RATES(false, true);
  } else {
    RATES(false, false);
  }
#undef RATES
}

/* Along z, of n cells from the i-th on. */
ALWAYS_INLINE void slopes(ptrdiff_t i, int n, ptrdiff_t z, const double *q, const double *f, double *slope_q, double *curve_q, double *slope_f) {
  const lanes here_q = lanes_load(q + i, n), below_q = here_q - lanes_load(q + i - z, n), above_q = lanes_load(q + i + z, n) - here_q;
  const lanes here_f = lanes_load(f + i, n), below_f = here_f - lanes_load(f + i - z, n), above_f = lanes_load(f + i + z, n) - here_f;
  lanes_store(slope_q + i, half_mc(below_q, above_q), n);
  lanes_store(curve_q + i, above_q - below_q, n);
  lanes_store(slope_f + i, half_mc(below_f, above_f), n);
}

ALWAYS_INLINE void slopes_rows(int n, int nx, struct crt_rows rows, ptrdiff_t z, const double *q, const double *f, double *slope_q, double *curve_q,
                               double *slope_f) {
  for (ptrdiff_t at = rows.first * nx; at < rows.end * nx; at += nx) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) slopes(at + i, LANES, z, q, f, slope_q, curve_q, slope_f);
    if (i < n) slopes(at + i, n - i, z, q, f, slope_q, curve_q, slope_f);
  }
}

void crt_cells(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
               int k, struct crt_rows rows, bool edge) {
  const struct crt_geometry *g = a->geometry;
  const int nx = w->nx, slot = slot2(k), last = s->ng[1] + s->nc[1];
  const int from = rows.first > s->ng[1] ? rows.first : s->ng[1], to = rows.end < last ? rows.end : last;
  /* whole rows, in 3-D from the start of a line of the cache on, go best into vectors; what that adds is not used */
  const struct crt_range along_z = {from * nx / 8 * 8, to * nx},
                         whole = {s->dim == 3 ? rows.first * nx / 8 * 8 : s->dim == 2 ? rows.first * nx : 1,
                                  s->dim > 1 ? rows.end * nx : nx - 1};
  const struct crt_range r = edge ? along_z : whole;
  const size_t plane = w->plane, at = plane * (size_t)k;
  const bool m1 = a->population->m1;
  const double *q = a->q + at, *f = a->f + at, rate = a->population->rate;
  struct stencil c = {.q = q, .f = f};
  for (int d = 0; d < 3; d++) { /* a missing axis is not read */
    const int other = slot3(s->dim == 3 ? k + d - 1 : k);
    c.chi_q[d] = w->tensor[other][0];
    c.rest[d] = w->tensor[other][1];
    c.b[d] = g->b_cell[d] + at;
    c.face[d] = g->b_face[d] + at;
  }
  predict_any(w, s->dim, m1, m1 || num->lossy, r, &c, num, w->q[slot], w->push, w->across[0][slot], w->across[1][slot],
              w->across[2][slot]);
  if (num->uniform) {
    if (m1) chi_row(r, rate, num->dt, 1.0 / a->population->flux_speed, w->push, w->q[slot], f, w->chi[slot]);
    if (num->lossy) half_way_row(r, rate, num->dt, num->share, w->push, f, w->f[slot]);
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
  crt_room(s, w, a, num, r, edge ? (struct crt_rows){from, to} : rows, k);
}
