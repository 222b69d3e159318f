/* Fluxes through the faces of a plane, and the limiter. */
#include "crtransport/scratch.h"

#include "base/minmax.h"

#include <math.h>

/* Kernels with constant arguments, one copy for each. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The two cells of a row of faces. */
struct side { const double *q, *f, *slope_q, *slope_f, *curve_q, *across, *loss_q, *loss_f, *chi; };

/* On a face between two cells with half slopes: where these are not limited, to fourth order from averages over cells, (-1, 7, 7, -1) / 12. */
static inline double mean_f(double left, double right, double slope_left, double slope_right) {
  return 0.5 * (left + right) + (1.0 / 3.0) * (slope_left - slope_right);
}

/* Limited slopes keep rays from leaking across the field at sharp edges, the full ones of a second-order scheme better than those of the fourth-order
 * mean.  But they flatten smooth maxima: where the second differences of the two cells differ by less than a fifth, the fourth-order mean
 * without limits takes over. */
static inline double mean_q(double left, double right, double slope_left, double slope_right, double curve_left, double curve_right) {
  double a = fabs(curve_left), b = fabs(curve_right), most = max(a, b) + 1e-300;
  double even = curve_left * curve_right > 0.0 ? min(max(10.0 * min(a, b) - 8.0 * most, 0.0), most) / most : 0.0;
  double limited = 0.5 * (slope_left - slope_right), smooth = (-1.0 / 12.0) * (curve_left + curve_right);
  return 0.5 * (left + right) + (limited + min(even, 1.0) * (smooth - limited));
}

/* flux: of q; press: of F along the axis, without and with (tension) b_n. */
ALWAYS_INLINE void flux_row(bool m1, bool lossy, int n, const struct side *l, const struct side *r, const double *restrict b, double v2,
                            double dx, double *restrict flux, double *restrict press, double *restrict tension) {
  const double *restrict q0 = l->q, *restrict f0 = l->f, *restrict sq0 = l->slope_q, *restrict sf0 = l->slope_f;
  const double *restrict q1 = r->q, *restrict f1 = r->f, *restrict sq1 = r->slope_q, *restrict sf1 = r->slope_f;
  const double *restrict d0 = l->curve_q, *restrict d1 = r->curve_q;
  const double *restrict t0 = l->across, *restrict t1 = r->across, *restrict a0 = l->loss_q, *restrict a1 = r->loss_q;
  const double *restrict c0 = l->loss_f, *restrict c1 = r->loss_f, *restrict x0 = l->chi, *restrict x1 = r->chi;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double fl = f0[i] + sf0[i], fr = f1[i] - sf1[i], bn = b[i];
    double through = bn * mean_f(f0[i], f1[i], sf0[i], sf1[i]), q = mean_q(q0[i], q1[i], sq0[i], sq1[i], d0[i], d1[i]);
    if (lossy) {
      /* The part across the axis is reduced as reconstruction reduces the jump. */
      double jump = fabs(q1[i] - q0[i]) + 1e-300, left = (q1[i] - sq1[i]) - (q0[i] + sq0[i]), keep = min(fabs(left), jump) / jump;
      through -= (a0[i] + a1[i]) * bn * (bn * left + keep * (0.5 * dx * (t0[i] + t1[i])));
    }
    double loss = (c0[i] + c1[i]) * bn * (fr - fl);
    if (m1) {
      double x = 0.5 * (x0[i] + x1[i]);
      press[i] = v2 * (x * q) - loss;
      tension[i] = v2 * ((1.0 - 3.0 * x) * q) * bn;
    } else {
      press[i] = v2 * (1.0 / 3.0) * q - loss;
    }
    flux[i] = through;
  }
}

/* move: flux times dt / dx, cut to the shares of the room that both cells have. */
static double limit_row(int n, double factor, const double *restrict share0, const double *restrict share1, const double *restrict down0,
                        const double *restrict up0, const double *restrict down1, const double *restrict up1,
                        const double *restrict inside, double *restrict move) {
  double acted = 0.0;
#pragma omp simd reduction(+ : acted)
  for (int i = 0; i < n; i++) {
    double m = move[i] * factor, s0 = share0[i], s1 = share1[i];
    double forth = min(s0 * down0[i], s1 * up1[i]), back = min(s1 * down1[i], s0 * up0[i]);
    double cut = min(max(m, -back), forth);
    acted += cut != m ? inside[i] : 0.0;
    move[i] = cut;
  }
  return acted;
}

static void factor_row(int n, double factor, double *restrict move) {
#pragma omp simd
  for (int i = 0; i < n; i++) move[i] *= factor;
}

int64_t crt_faces(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *num, int d, int k) {
  const struct crt_geometry *g = a->geometry;
  const int nx = w->nx, border = s->dim > 1 ? nx + 1 : 1;
  const int shift = d == 0 ? 1 : d == 1 ? nx : 0, first = border + shift, n = (int)w->plane - border - first;
  struct side side[2];
  size_t at[2];
  for (int i = 0; i < 2; i++) { /* the cell below and above the face */
    const int plane = d == 2 && i == 0 ? k - 1 : k, slot = slot2(plane), p = i == 0 ? first - shift : first;
    at[i] = w->plane * (size_t)plane + (size_t)p;
    const double *f = num->lossy ? w->f[slot] + p : a->f + at[i]; /* not yet overwritten */
    side[i] = (struct side){w->q[slot] + p,          f,                      w->slope_q[d][slot] + p, w->slope_f[d][slot] + p,
                            w->curve_q[d][slot] + p, w->across[d][slot] + p, w->loss_q[slot] + p,     w->loss_f[slot] + p,
                            w->chi[slot] + p};
  }
  const int slot = slot2(k), below = d == 2 ? slot2(k - 1) : slot;
  double *move = w->move[d][slot] + first, *press = w->press[d][slot] + first, *tension = w->tension[d][slot] + first;
  const double *b = g->b_face[d] + at[1];
  if (a->population->m1) flux_row(true, true, n, &side[0], &side[1], b, num->v2, a->dx[d], move, press, tension);
  else if (num->lossy) flux_row(false, true, n, &side[0], &side[1], b, num->v2, a->dx[d], move, press, tension);
  else flux_row(false, false, n, &side[0], &side[1], b, num->v2, a->dx[d], move, press, tension);

  const double factor = a->dt / a->dx[d];
  const int p = first - shift;
  double acted = 0.0;
  if (!a->population->limited) factor_row(n, factor, move);
  else acted = limit_row(n, factor, g->share[d] + at[0], g->share[d] + at[1], w->down[below] + p, w->up[below] + p, w->down[slot] + first,
                            w->up[slot] + first, w->inside + first, move);
  crt_drop_surface(s, w, a, d, k);
  return (int64_t)acted;
}
