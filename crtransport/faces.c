/* Fluxes through the faces of a plane, and the limiter. */
#include "crtransport/scratch.h"

#include "base/minmax.h"
#include "crtransport/slope.h"

#include <math.h>

/* From the cell below a face to that above, in arrays of the block and of the scratch. */
struct steps { ptrdiff_t state, scratch; };

/* Rows of faces: arrays from the first cell above on. */
struct faces {
  struct steps to;
  const double *raw_q, *raw_f;                                /* at the start */
  const double *slope_q, *curve_q, *slope_f;                  /* along z; else they are found on the way */
  const double *q, *f, *chi, *across, *loss_q, *loss_f;       /* at half time */
  const double *down, *up, *share, *b, *inside;
};

/* What kind of population. */
struct kind {
  bool stored, m1, lossy, uniform;
};

/* On a face between two cells with half slopes: where these are not limited, to fourth order from averages over cells, (-1, 7, 7,
 * -1) / 12. */
static inline double mean_f(double left, double right, double slope_left, double slope_right) {
  return 0.5 * (left + right) + (1.0 / 3.0) * (slope_left - slope_right);
}

/* Limited slopes keep rays from leaking across the field at sharp edges, the full ones of a second-order scheme better than those
 * of the fourth-order mean.  But they flatten smooth maxima: where the second differences of the two cells differ by less than a
 * fifth, the fourth-order mean without limits takes over. */
static inline double mean_q(double left, double right, double slope_left, double slope_right, double curve_left,
                            double curve_right) {
  double sum = curve_left + curve_right, limited = 0.5 * (slope_left - slope_right);
  double room = 0.125 * fabs(sum) - 1.125 * fabs(curve_right - curve_left), most = room + fabs(room); /* 0 or more */
  return 0.5 * (left + right) + (limited + min(max((-1.0 / 12.0) * sum - limited, -most), most));
}

static inline double speed_on(struct kind kind, double uniform, double chi, double below, double above) {
  return !kind.uniform ? below + above : kind.m1 ? uniform * speed_of(chi) : uniform;
}

/* move: the flux of q times factor = dt / dx, cut to the shares of the room that both cells have.  The flux of F along the axis, without (press) and
 * with (tension) b_n.  Returns how often the limiter acted. */
ALWAYS_INLINE double face_rows(struct kind kind, struct steps to, int n, const struct faces *s, const struct crt_numbers *num, double factor,
                               double dx, double *restrict move, double *restrict press, double *restrict tension) {
  const double *restrict raw_q = s->raw_q, *restrict raw_f = s->raw_f, *restrict b = s->b, *restrict inside = s->inside;
  const double *restrict slope_q = s->slope_q, *restrict slope_f = s->slope_f, *restrict curve_q = s->curve_q, *restrict q = s->q;
  const double *restrict f = s->f, *restrict chi = s->chi, *restrict across = s->across, *restrict loss_q = s->loss_q;
  const double *restrict loss_f = s->loss_f, *restrict down = s->down, *restrict up = s->up, *restrict share = s->share;
  const ptrdiff_t step = to.state, half = to.scratch, half_f = kind.lossy ? half : step;
  const double v2 = num->v2, third = num->v2 * (1.0 / 3.0), even = num->even, two_q = 2.0 * num->loss_q, two_f = 2.0 * num->loss_f;
  double acted = 0.0;
#pragma omp simd reduction(+ : acted)
  for (ptrdiff_t i = 0; i < n; i++) {
    const double bn = b[i], x = kind.m1 ? 0.5 * (chi[i - half] + chi[i]) : 0.0;
    const double ql = q[i - half], qr = q[i], fl = f[i - half_f], fr = f[i];
    double left_q, right_q, left_f, right_f, curve_l, curve_r;
    if (kind.stored) {
      left_q = slope_q[i - half], right_q = slope_q[i], curve_l = curve_q[i - half], curve_r = curve_q[i];
      left_f = slope_f[i - half], right_f = slope_f[i];
    } else {
      const double here = raw_q[i] - raw_q[i - step], below = raw_q[i - step] - raw_q[i - 2 * step], above = raw_q[i + step] - raw_q[i];
      left_q = half_mc(below, here);
      right_q = half_mc(here, above);
      curve_l = here - below;
      curve_r = above - here;
      const double across_f = raw_f[i] - raw_f[i - step];
      left_f = half_mc(raw_f[i - step] - raw_f[i - 2 * step], across_f);
      right_f = half_mc(across_f, raw_f[i + step] - raw_f[i]);
    }
    const double speed = speed_on(kind, two_f, x, kind.uniform ? 0.0 : loss_f[i - half], kind.uniform ? 0.0 : loss_f[i]);
    const double mean = mean_q(ql, qr, left_q, right_q, curve_l, curve_r);
    double more = (even * speed) * ((bn * bn) * (curve_r - curve_l));
    double thrust = kind.m1 ? v2 * (x * mean) : third * mean;
    if (kind.lossy) {
      /* The part across the axis is reduced as reconstruction reduces the jump; where there is none, by what that leaves of both. */
      const double beside = 0.5 * dx * (across[i - half] + across[i]), jump = fabs(qr - ql) + fabs(beside) + 1e-300;
      const double left = (qr - right_q) - (ql + left_q), kept = min(fabs(left), jump) / jump;
      const double fast = speed_on(kind, two_q, x, kind.uniform ? 0.0 : loss_q[i - half], kind.uniform ? 0.0 : loss_q[i]);
      more -= fast * bn * (bn * left + kept * beside);
      thrust -= speed * bn * ((fr - right_f) - (fl + left_f));
    }
    const double all = (bn * mean_f(fl, fr, left_f, right_f) + more) * factor, sl = share[i - step], sr = share[i];
    const double forth = min(sl * down[i - half], sr * up[i]), back = min(sr * down[i], sl * up[i - half]);
    const double cut = min(max(all, -back), forth);
    acted += cut != all ? inside[i] : 0.0;
    move[i] = cut;
    press[i] = thrust;
    if (kind.m1) tension[i] = v2 * ((1.0 - 3.0 * x) * mean) * bn;
  }
  return acted;
}

ALWAYS_INLINE double both_rows(struct kind kind, int n, const struct faces *s, const struct crt_numbers *num, double factor, double dx,
                               double *move, double *press, double *tension) {
  const struct steps x = {1, 1}, y = {20, 20};
  if (kind.stored) return face_rows(kind, s->to, n, s, num, factor, dx, move, press, tension);
  if (s->to.state == 1) return face_rows(kind, x, n, s, num, factor, dx, move, press, tension);
  if (s->to.state == 20) return face_rows(kind, y, n, s, num, factor, dx, move, press, tension); /* a constant: blocks of 16 cells */
  return face_rows(kind, s->to, n, s, num, factor, dx, move, press, tension);
}

static double any_rows(struct kind k, int n, const struct faces *s, const struct crt_numbers *num, double factor,
                       double dx, double *move, double *press, double *tension) {
#define ROW(stored, m1, lossy, uniform) \
  both_rows((struct kind){stored, m1, lossy, uniform}, n, s, num, factor, dx, move, press, tension)
#define ROWS(stored)                                                                       \
  (!k.uniform ? (k.m1 ? ROW(stored, true, true, false) : ROW(stored, false, true, false))  \
   : k.m1     ? (k.lossy ? ROW(stored, true, true, true) : ROW(stored, true, false, true)) \
              : (k.lossy ? ROW(stored, false, true, true) : ROW(stored, false, false, true)))
  return k.stored ? ROWS(true) : ROWS(false);
#undef ROWS
#undef ROW
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
  const int nx = w->nx, first = rows.first * nx + (s->dim == 1 ? s->ng[0] : 0);
  /* whole rows with their ghosts in one go; what that adds is not used */
  const int n = s->dim == 1 ? s->nc[0] + 1 : (rows.end - rows.first) * nx;
  const int slot = slot2(k);
  const size_t cell = w->plane * (size_t)k + (size_t)first;
  const ptrdiff_t step = d == 0 ? 1 : d == 1 ? nx : (ptrdiff_t)w->plane;
  const struct faces f = {.to = {step, d < 2 ? step : w->q[slot] - w->q[1 - slot]},
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
                          .inside = w->inside + first};
  const struct kind kind = {d == 2, a->population->m1, num->lossy, num->uniform};
  double acted = any_rows(kind, n, &f, num, a->dt / a->dx[d], a->dx[d], w->move[d][face_slot(d, k)] + first,
                          w->press[d][face_slot(d, k)] + first, w->tension[d][face_slot(d, k)] + first);
  drop_surface(s, w, a, d, k, rows);
  return (int64_t)acted;
}
