/* Fluxes through the faces of a plane, and the limiter. */
#include "crtransport/scratch.h"

#include "base/lanes.h"
#include "crtransport/slope.h"

/* Rows of faces: arrays from the first cell above on. */
struct faces {
  ptrdiff_t state, scratch; /* from the cell below a face to that above, in arrays of the block and of the scratch */
  ptrdiff_t flux;           /* the same for f */
  const double *raw_q, *raw_f;                                /* at the start */
  const double *slope_q, *curve_q, *slope_f;                  /* along z; else they are found on the way */
  const double *q, *f, *chi, *across, *loss_q, *loss_f;       /* at half time */
  const double *down, *up, *share, *b, *inside;
  double *move, *press, *tension;
};

/* What kind of population. */
struct kind {
  bool m1, lossy, uniform;
};

/* What is the same for all faces of an axis. */
struct axis { double factor, dx, v2, third, even, loss_q, loss_f; };

/* Cells on one side of faces. */
struct side {
  lanes q, f, chi, across, loss_q, loss_f, down, up; /* down, up: shares of the room                                         */
  lanes rise_q, rise_f;                              /* to the next cell up, along x                                          */
  lanes slope_q, curve_q, slope_f;                   /* half the limited differences, second difference                       */
};

/* On a face between two cells with half slopes: where these are not limited, to fourth order from averages over cells, (-1, 7, 7,
 * -1) / 12. */
static inline lanes mean_f(const struct side *l, const struct side *r) {
  return 0.5 * (l->f + r->f) + (1.0 / 3.0) * (l->slope_f - r->slope_f);
}

/* Limited slopes keep rays from leaking across the field at sharp edges, the full ones of a second-order scheme better than those
 * of the fourth-order mean.  But they flatten smooth maxima: where the second differences of the two cells differ by less than a
 * fifth, the fourth-order mean without limits takes over. */
static inline lanes mean_q(const struct side *l, const struct side *r) {
  const lanes sum = l->curve_q + r->curve_q, limited = 0.5 * (l->slope_q - r->slope_q);
  const lanes room = 0.125 * lanes_abs(sum) - 1.125 * lanes_abs(r->curve_q - l->curve_q), most = room + lanes_abs(room); /* 0 or more */
  return 0.5 * (l->q + r->q) + (limited + lanes_min(lanes_max((-1.0 / 12.0) * sum - limited, -most), most));
}

/* A quarter of the speed of dissipation. */
static inline lanes speed_on(struct kind kind, double uniform, lanes chi, lanes below, lanes above) {
  return !kind.uniform ? below + above : kind.m1 ? uniform * speeds_of(chi) : lanes_of(uniform);
}

/* move: the flux of q times factor = dt / dx, cut to the shares of the room that both cells have.  press, tension: the flux of F along the axis without
 * and with b_n.  Returns 1 where the limiter acted. */
ALWAYS_INLINE lanes face(struct kind kind, struct axis a, const struct side *l, const struct side *r, struct faces s, ptrdiff_t i, int n) {
  const lanes b = lanes_load(s.b + i, n), x = kind.m1 ? 0.5 * (l->chi + r->chi) : lanes_of(0.0);
  const lanes speed = speed_on(kind, a.loss_f, x, l->loss_f, r->loss_f), mean = mean_q(l, r);
  lanes more = (a.even * speed) * ((b * b) * (r->curve_q - l->curve_q));
  lanes thrust = kind.m1 ? a.v2 * (x * mean) : a.third * mean;
  if (kind.lossy) {
    /* The part across the axis is reduced as reconstruction reduces the jump; where there is none, by what that leaves of both. */
    const lanes beside = 0.5 * a.dx * (l->across + r->across), jump = lanes_abs(r->q - l->q) + lanes_abs(beside) + 1e-300;
    const lanes left = (r->q - r->slope_q) - (l->q + l->slope_q), kept = lanes_min(lanes_abs(left), jump) / jump;
    const lanes fast = speed_on(kind, a.loss_q, x, l->loss_q, r->loss_q);
    more -= fast * b * (b * left + kept * beside);
    thrust -= speed * b * ((r->f - r->slope_f) - (l->f + l->slope_f));
  }
  const lanes all = (b * mean_f(l, r) + more) * a.factor;
  const lanes forth = lanes_min(l->down, r->up), back = lanes_min(r->down, l->up);
  const lanes cut = lanes_min(lanes_max(all, -back), forth);
  lanes_store(s.move + i, cut, n);
  lanes_store(s.press + i, thrust, n);
  if (kind.m1) lanes_store(s.tension + i, a.v2 * ((1.0 - 3.0 * x) * mean) * b, n);
  return lanes_where_different(cut, all, lanes_load(s.inside + i, n));
}

/* n cells from the i-th on; n = 0: that one in all lanes. */
ALWAYS_INLINE lanes get(const double *p, int n) { return n == 0 ? lanes_of(*p) : lanes_load(p, n); }

/* All but the slopes; below: of the cells below the faces. */
ALWAYS_INLINE struct side load(struct kind kind, struct faces s, ptrdiff_t i, bool below, int n) {
  const ptrdiff_t j = below ? i - s.scratch : i;
  const lanes share = get(s.share + (below ? i - s.state : i), n);
  struct side c = {.q = get(s.q + j, n), .f = get(s.f + (below ? i - s.flux : i), n), .down = share * get(s.down + j, n), .up = share * get(s.up + j, n)};
  if (kind.m1) c.chi = get(s.chi + j, n);
  if (kind.lossy) c.across = get(s.across + j, n);
  if (!kind.uniform) c.loss_q = get(s.loss_q + j, n);
  if (!kind.uniform) c.loss_f = get(s.loss_f + j, n);
  return c;
}

ALWAYS_INLINE void set_slopes(struct side *c, lanes below_q, lanes above_q, lanes below_f, lanes above_f) {
  c->slope_q = half_mc(below_q, above_q);
  c->curve_q = above_q - below_q;
  c->slope_f = half_mc(below_f, above_f);
}

/* Along x: n faces that follow one another.  The cells below are those above, one lane further up: a move within the registers costs less than what is
 * loaded across two lines of the cache, and slopes are found once. */
ALWAYS_INLINE lanes along_x_some(struct kind kind, struct axis a, struct faces s, ptrdiff_t i, int n, struct side *last) {
  const double *q = s.raw_q + i, *f = s.raw_f + i;
  struct side r = load(kind, s, i, false, n), l;
  r.rise_q = get(q + 1, n) - get(q, n);
  r.rise_f = get(f + 1, n) - get(f, n);
  set_slopes(&r, lanes_behind(last->rise_q, r.rise_q), r.rise_q, lanes_behind(last->rise_f, r.rise_f), r.rise_f);
  l.q = lanes_behind(last->q, r.q);
  l.f = lanes_behind(last->f, r.f);
  l.chi = kind.m1 ? lanes_behind(last->chi, r.chi) : r.chi;
  l.across = kind.lossy ? lanes_behind(last->across, r.across) : r.across;
  l.loss_q = kind.uniform ? r.loss_q : lanes_behind(last->loss_q, r.loss_q);
  l.loss_f = kind.uniform ? r.loss_f : lanes_behind(last->loss_f, r.loss_f);
  l.down = lanes_behind(last->down, r.down);
  l.up = lanes_behind(last->up, r.up);
  l.slope_q = lanes_behind(last->slope_q, r.slope_q);
  l.curve_q = lanes_behind(last->curve_q, r.curve_q);
  l.slope_f = lanes_behind(last->slope_f, r.slope_f);
  *last = r;
  return face(kind, a, &l, &r, s, i, n);
}

ALWAYS_INLINE double along_x(struct kind kind, struct axis a, struct faces s, int n) {
  struct side last = load(kind, s, -1, false, 0);
  const double *q = s.raw_q, *f = s.raw_f;
  last.rise_q = lanes_of(q[0] - q[-1]);
  last.rise_f = lanes_of(f[0] - f[-1]);
  set_slopes(&last, lanes_of(q[-1] - q[-2]), last.rise_q, lanes_of(f[-1] - f[-2]), last.rise_f);
  lanes acted = lanes_of(0.0);
  int i = 0;
  for (; i + LANES <= n; i += LANES) acted += along_x_some(kind, a, s, i, LANES, &last);
  if (i < n) acted += along_x_some(kind, a, s, i, n - i, &last);
  return lanes_sum(acted);
}

/* Along y: columns of faces, row after row; the cells below are those that were above the faces before. */
ALWAYS_INLINE lanes along_y_some(struct kind kind, struct axis a, struct faces s, ptrdiff_t from, int n, int rows, ptrdiff_t y) {
  const double *q = s.raw_q, *f = s.raw_f;
  struct side l = load(kind, s, from, true, n);
  lanes at_q = get(q + from, n), at_f = get(f + from, n), below_q = get(q + from - y, n), below_f = get(f + from - y, n);
  lanes rise_q = at_q - below_q, rise_f = at_f - below_f, acted = lanes_of(0.0);
  set_slopes(&l, below_q - get(q + from - 2 * y, n), rise_q, below_f - get(f + from - 2 * y, n), rise_f);
  for (ptrdiff_t i = from; i < from + rows * y; i += y) {
    struct side r = load(kind, s, i, false, n);
    const lanes next_q = get(q + i + y, n), next_f = get(f + i + y, n), above_q = next_q - at_q, above_f = next_f - at_f;
    set_slopes(&r, rise_q, above_q, rise_f, above_f);
    acted += face(kind, a, &l, &r, s, i, n);
    l = r;
    at_q = next_q;
    at_f = next_f;
    rise_q = above_q;
    rise_f = above_f;
  }
  return acted;
}

ALWAYS_INLINE double along_y(struct kind kind, struct axis a, struct faces s, int n, int rows, ptrdiff_t y) {
  lanes acted = lanes_of(0.0);
  int i = 0;
  for (; i + LANES <= n; i += LANES) acted += along_y_some(kind, a, s, i, LANES, rows, y);
  if (i < n) acted += along_y_some(kind, a, s, i, n - i, rows, y);
  return lanes_sum(acted);
}

/* Along z: slopes are there. */
ALWAYS_INLINE lanes along_z_some(struct kind kind, struct axis a, struct faces s, ptrdiff_t i, int n) {
  struct side l = load(kind, s, i, true, n), r = load(kind, s, i, false, n);
  const ptrdiff_t j = i - s.scratch;
  l.slope_q = get(s.slope_q + j, n), r.slope_q = get(s.slope_q + i, n);
  l.curve_q = get(s.curve_q + j, n), r.curve_q = get(s.curve_q + i, n);
  l.slope_f = get(s.slope_f + j, n), r.slope_f = get(s.slope_f + i, n);
  return face(kind, a, &l, &r, s, i, n);
}

ALWAYS_INLINE double along_z(struct kind kind, struct axis a, struct faces s, int n) {
  lanes acted = lanes_of(0.0);
  int i = 0;
  for (; i + LANES <= n; i += LANES) acted += along_z_some(kind, a, s, i, LANES);
  if (i < n) acted += along_z_some(kind, a, s, i, n - i);
  return lanes_sum(acted);
}

/* n: faces of a row; y: from row to row. */
ALWAYS_INLINE double along(struct kind kind, int d, struct axis a, struct faces s, int n, int rows, ptrdiff_t y) {
  return d == 0 ? along_x(kind, a, s, n) : d == 1 ? along_y(kind, a, s, n, rows, y) : along_z(kind, a, s, n);
}

static double along_any(struct kind k, int d, struct axis a, const struct faces *p, int n, int rows, ptrdiff_t y) {
  const struct faces s = *p; /* stores do not reach it */
#define ALONG(m1, lossy, uniform, d, y) along((struct kind){m1, lossy, uniform}, d, a, s, n, rows, y)
#define ROWS(m1, lossy, uniform)                                                                            \
  (d == 0    ? ALONG(m1, lossy, uniform, 0, y)                                                              \
   : d == 2  ? ALONG(m1, lossy, uniform, 2, y)                                                              \
   : y == 20 ? ALONG(m1, lossy, uniform, 1, 20) /* a constant: blocks of 16 cells */                        \
             : ALONG(m1, lossy, uniform, 1, y))
  return !k.uniform ? (k.m1 ? ROWS(true, true, false) : ROWS(false, true, false))
         : k.m1     ? (k.lossy ? ROWS(true, true, true) : ROWS(true, false, true))
                    : (k.lossy ? ROWS(false, true, true) : ROWS(false, false, true));
#undef ROWS
#undef ALONG
}

/* Nothing through the sides behind which the mesh is finer. */
static void drop_surface(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int d, int k,
                         struct crt_rows rows) {
  const int end = s->ng[d] + s->nc[d];
  for (int side = 0; side < 2; side++) {
    if (!a->finer[2 * d + side] || (d == 2 && k != (side ? end : s->ng[2]))) continue;
    double *m = w->move[d][face_slot(d, k)];
    for (int j = rows.first; j < rows.end; j++) {
      double *row = m + j * w->nx;
      if (d == 0)
        row[side ? end : s->ng[0]] = 0.0;
      else if (d == 2 || j == (side ? end : s->ng[1]))
        for (int i = s->ng[0]; i < s->ng[0] + s->nc[0]; i++) row[i] = 0.0;
    }
  }
}

int64_t crt_faces(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num,
                  int d, int k, struct crt_rows rows) {
  const struct crt_geometry *g = a->geometry;
  const int nx = w->nx, first = rows.first * nx + (d == 1 || s->dim == 1 ? s->ng[0] : 0), many = rows.end - rows.first;
  /* along x and z whole rows with their ghosts in one go; what that adds is not used */
  const int n = d == 1 ? s->nc[0] : s->dim == 1 ? s->nc[0] + 1 : many * nx;
  const int slot = slot2(k), to = face_slot(d, k);
  const size_t cell = w->plane * (size_t)k + (size_t)first;
  const ptrdiff_t step = d == 0 ? 1 : d == 1 ? nx : (ptrdiff_t)w->plane, scratch = d < 2 ? step : w->q[slot] - w->q[1 - slot];
  const struct faces f = {.state = step,
                          .scratch = scratch,
                          .flux = num->lossy ? scratch : step,
                          .raw_q = a->q + cell,
                          .raw_f = a->f + cell,
                          .slope_q = w->slope_q[slot] + first,
                          .curve_q = w->curve_q[slot] + first,
                          .slope_f = w->slope_f[slot] + first,
                          .q = w->q[slot] + first,
                          .f = num->lossy ? w->f[slot] + first : a->f + cell, /* below: not yet overwritten */
                          .chi = w->chi[slot] + first,
                          .across = w->across[d][slot] + first,
                          .loss_q = w->loss_q[slot] + first,
                          .loss_f = w->loss_f[slot] + first,
                          .down = w->down[slot] + first,
                          .up = w->up[slot] + first,
                          .share = g->share[d] + cell,
                          .b = g->b_face[d] + cell,
                          .inside = w->inside + first,
                          .move = w->move[d][to] + first,
                          .press = w->press[d][to] + first,
                          .tension = w->tension[d][to] + first};
  const struct kind kind = {a->population->m1, num->lossy, num->uniform};
  const struct axis axis = {a->dt / a->dx[d], a->dx[d], num->v2, num->v2 * (1.0 / 3.0), num->even, 2.0 * num->loss_q, 2.0 * num->loss_f};
  const double acted = along_any(kind, d, axis, &f, n, many, nx);
  drop_surface(s, w, a, d, k, rows);
  return (int64_t)acted;
}
