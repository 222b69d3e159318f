/* Fluxes through the faces of a plane, and the limiter. */
#include "crtransport/scratch.h"

#include "base/minmax.h"
#include "crtransport/slope.h"

#include <math.h>

/* A row of faces and the two cells of each: [0] below, [1] above. */
struct faces {
  const double *raw_q, *raw_f; /* state at the start in the cell above */
  ptrdiff_t step;              /* from one cell to the next; 0: slopes are stored */
  const double *slope_q[2], *curve_q[2], *slope_f[2];
  const double *q[2], *f[2], *chi[2], *across[2], *loss_q[2], *loss_f[2]; /* at half time */
  const double *down[2], *up[2], *share[2], *b, *inside;
};

/* Rows of n faces, and from one to the next. */
struct extent {
  int rows, n;
  ptrdiff_t row;
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

/* From q: the flux of F along the axis, without (press) and with (tension) b_n; and what is added to the flux of q. */
ALWAYS_INLINE void pressure_rows(struct kind kind, struct extent e, const struct faces *s, const struct crt_numbers *num,
                                 double dx, double *restrict flux, double *restrict press, double *restrict tension) {
  const double *restrict q = s->raw_q, *restrict b = s->b, *restrict q0 = s->q[0], *restrict q1 = s->q[1];
  const double *restrict sq0 = s->slope_q[0], *restrict sq1 = s->slope_q[1], *restrict cu0 = s->curve_q[0],
                         *restrict cu1 = s->curve_q[1];
  const double *restrict x0 = s->chi[0], *restrict x1 = s->chi[1], *restrict t0 = s->across[0], *restrict t1 = s->across[1];
  const double *restrict lq0 = s->loss_q[0], *restrict lq1 = s->loss_q[1], *restrict lf0 = s->loss_f[0],
                         *restrict lf1 = s->loss_f[1];
  const ptrdiff_t step = s->step;
  const double v2 = num->v2, third = num->v2 * (1.0 / 3.0), even = num->even, two_q = 2.0 * num->loss_q,
               two_f = 2.0 * num->loss_f;
  for (ptrdiff_t at = 0; at < e.rows * e.row; at += e.row)
#pragma omp simd
    for (ptrdiff_t i = at; i < at + e.n; i++) {
      double bn = b[i], slope0, slope1, curve0, curve1, x = 0.0;
      if (kind.stored) {
        slope0 = sq0[i], slope1 = sq1[i], curve0 = cu0[i], curve1 = cu1[i];
      } else {
        double u = q[i - 2 * step], v = q[i - step], w = q[i], y = q[i + step], below = v - u, here = w - v, above = y - w;
        slope0 = half_mc(below, here);
        slope1 = half_mc(here, above);
        curve0 = here - below;
        curve1 = above - here;
      }
      if (kind.m1) x = 0.5 * (x0[i] + x1[i]);
      double mean = mean_q(q0[i], q1[i], slope0, slope1, curve0, curve1);
      double speed = speed_on(kind, two_f, x, kind.uniform ? 0.0 : lf0[i], kind.uniform ? 0.0 : lf1[i]);
      double add = (even * speed) * ((bn * bn) * (curve1 - curve0));
      if (kind.lossy) {
        /* The part across the axis is reduced as reconstruction reduces the jump; where there is none, by what that leaves of both. */
        double beside = 0.5 * dx * (t0[i] + t1[i]), jump = fabs(q1[i] - q0[i]) + fabs(beside) + 1e-300,
               left = (q1[i] - slope1) - (q0[i] + slope0), kept = min(fabs(left), jump) / jump;
        speed = speed_on(kind, two_q, x, kind.uniform ? 0.0 : lq0[i], kind.uniform ? 0.0 : lq1[i]);
        add -= speed * bn * (bn * left + kept * beside);
      }
      flux[i] = add;
      press[i] = kind.m1 ? v2 * (x * mean) : third * mean;
      if (kind.m1) tension[i] = v2 * ((1.0 - 3.0 * x) * mean) * bn;
    }
}

/* From F: move, the flux of q times factor = dt / dx, cut to the shares of the room that both cells have; and the dissipation of
 * F.  Returns how often the limiter acted. */
ALWAYS_INLINE double move_rows(struct kind kind, struct extent e, const struct faces *s, const struct crt_numbers *num,
                               double factor, double *restrict move, double *restrict press) {
  const double *restrict f = s->raw_f, *restrict b = s->b, *restrict f0 = s->f[0], *restrict f1 = s->f[1];
  const double *restrict sf0 = s->slope_f[0], *restrict sf1 = s->slope_f[1], *restrict x0 = s->chi[0], *restrict x1 = s->chi[1];
  const double *restrict lf0 = s->loss_f[0], *restrict lf1 = s->loss_f[1], *restrict down0 = s->down[0],
                         *restrict down1 = s->down[1];
  const double *restrict up0 = s->up[0], *restrict up1 = s->up[1], *restrict share0 = s->share[0], *restrict share1 = s->share[1];
  const double *restrict inside = s->inside;
  const ptrdiff_t step = s->step;
  const double two_f = 2.0 * num->loss_f;
  double acted = 0.0;
  for (ptrdiff_t at = 0; at < e.rows * e.row; at += e.row)
#pragma omp simd reduction(+ : acted)
    for (ptrdiff_t i = at; i < at + e.n; i++) {
      double bn = b[i], slope0, slope1;
      if (kind.stored) {
        slope0 = sf0[i], slope1 = sf1[i];
      } else {
        double u = f[i - 2 * step], v = f[i - step], w = f[i], y = f[i + step];
        slope0 = half_mc(v - u, w - v);
        slope1 = half_mc(w - v, y - w);
      }
      double all = (bn * mean_f(f0[i], f1[i], slope0, slope1) + move[i]) * factor;
      double forth = min(share0[i] * down0[i], share1[i] * up1[i]), back = min(share1[i] * down1[i], share0[i] * up0[i]);
      double cut = min(max(all, -back), forth);
      acted += cut != all ? inside[i] : 0.0;
      move[i] = cut;
      if (kind.lossy) {
        double speed = speed_on(kind, two_f, kind.m1 ? 0.5 * (x0[i] + x1[i]) : 0.0, kind.uniform ? 0.0 : lf0[i],
                                kind.uniform ? 0.0 : lf1[i]);
        press[i] -= speed * bn * ((f1[i] - slope1) - (f0[i] + slope0));
      }
    }
  return acted;
}

ALWAYS_INLINE double both_rows(struct kind kind, struct extent e, const struct faces *s, const struct crt_numbers *num,
                               double factor, double dx, double *move, double *press, double *tension) {
  if (e.n == 16) { /* a constant: rows of two vectors */
    const struct extent known = {e.rows, 16, e.row};
    pressure_rows(kind, known, s, num, dx, move, press, tension);
    return move_rows(kind, known, s, num, factor, move, press);
  }
  pressure_rows(kind, e, s, num, dx, move, press, tension);
  return move_rows(kind, e, s, num, factor, move, press);
}

static double any_rows(struct kind k, struct extent e, const struct faces *s, const struct crt_numbers *num, double factor,
                       double dx, double *move, double *press, double *tension) {
#define ROW(stored, m1, lossy, uniform) \
  both_rows((struct kind){stored, m1, lossy, uniform}, e, s, num, factor, dx, move, press, tension)
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
  const int nx = w->nx, first = rows.first * nx + s->ng[0];
  /* along x whole rows with their ghosts in one go; what that adds is not used */
  const int many = rows.end - rows.first;
  const struct extent e = {d == 0 ? 1 : many, d > 0 ? s->nc[0] : s->dim == 1 ? s->nc[0] + 1 : many * nx, nx};
  const int step = d == 0 ? 1 : nx;
  const size_t above = w->plane * (size_t)k + (size_t)first, below = d == 2 ? above - w->plane : above - (size_t)step;
  struct faces f = {
      .raw_q = a->q + above, .raw_f = a->f + above, .step = step, .b = g->b_face[d] + above, .inside = w->inside + first};
  for (int i = 0; i < 2; i++) {
    const int slot = slot2(d == 2 && i == 0 ? k - 1 : k), p = d < 2 && i == 0 ? first - step : first;
    f.slope_q[i] = w->slope_q[slot] + p;
    f.curve_q[i] = w->curve_q[slot] + p;
    f.slope_f[i] = w->slope_f[slot] + p;
    f.q[i] = w->q[slot] + p;
    f.f[i] = num->lossy ? w->f[slot] + p : a->f + (i ? above : below); /* not yet overwritten */
    f.chi[i] = w->chi[slot] + p;
    f.across[i] = w->across[d][slot] + p;
    f.loss_q[i] = w->loss_q[slot] + p;
    f.loss_f[i] = w->loss_f[slot] + p;
    f.down[i] = w->down[slot] + p;
    f.up[i] = w->up[slot] + p;
    f.share[i] = g->share[d] + (i ? above : below);
  }
  const struct kind kind = {d == 2, a->population->m1, num->lossy, num->uniform};
  const int slot = face_slot(d, k);
  double acted = any_rows(kind, e, &f, num, a->dt / a->dx[d], a->dx[d], w->move[d][slot] + first, w->press[d][slot] + first,
                          w->tension[d][slot] + first);
  drop_surface(s, w, a, d, k, rows);
  return (int64_t)acted;
}
