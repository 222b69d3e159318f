/* The populations of a bin in balance with rates that depend on the slope between them. */
#include "crtransport/probe_parts.h"

#include "base/minmax.h"

#include <math.h>

static const double FLATTEST = 23.02585092994046; /* largest |ln hi / lo| that rates are made for */

/* ln of hi / lo that a cell would have with the rates as they are for the given populations, and inputs B: the linear system
 *     (sink_lo + t) lo = B_lo + inside_lo hi,    (sink_hi + t) hi = B_hi + inside_hi lo. */
static double response(double sink_lo, double sink_hi, double inside_lo, double inside_hi, double t, double b_lo, double b_hi) {
  double a = sink_lo + t, d = sink_hi + t, lo = b_lo * d + inside_lo * b_hi, hi = b_hi * a + inside_hi * b_lo;
  return lo > 0.0 && hi > 0.0 ? log(hi / lo) : 0.0;
}

/* The slopes inside the bin change the rates strongly.  With the inputs of each cell held, by the linear system just solved, the ratio of its populations
 * is brought into balance with its own rates by a few steps of the secant method.  Exchange with other cells is at least as fast as the losses, and as
 * escape by diffusion from a tenth of the squared width of the mesh.  Returns false, with all as it was, where no ratio is off by more than `enough` in the
 * mean. */
static bool balance_block(struct rays_probe *p, int s, int k, int b, bool again, double enough, double sums[2]) {
  enum { LO, HI, X, F, OLD_X, OLD_F, N, T, B_LO, B_HI, SINK, INSIDE = SINK + 2 };
  const struct cr_batch_env env = rays_probe_env(p, s, k, b);
  const int bin = p->r->net.first[s] + k;
  const size_t n = p->made.cells;
  double **w = p->work;
  struct rays_bin_rates rows = rays_probe_rows(p, s, k, b),
                   trial = {.sink = {w[SINK], w[SINK + 1]}, .inside = {w[INSIDE], w[INSIDE + 1]}, .below = {NULL}, .above = {NULL}};
  const double *lost[2] = {rays_values(&p->lost, 2 * k, b), rays_values(&p->lost, 2 * k + 1, b)};
  double least = INFINITY, volume = 1.0;
  for (int d = 0; d < p->mesh->dim; d++) {
    least = min(least, p->mesh->upper[d] - p->mesh->lower[d]);
    volume *= p->mesh->block[b].dx[d];
  }
  const struct rays_population *q = &p->r->population[2 * bin];
  const double escape = q->speed * q->speed / (3.0 * q->rate) / (least * least) / p->r->scale.time_s;
  rays_probe_load(p, 2 * bin, b, w[LO]);
  rays_probe_load(p, 2 * bin + 1, b, w[HI]);
  for (size_t c = 0; c < n; c++) {
    const double lo = max(w[LO][c], 0.0), hi = max(w[HI][c], 0.0), t = escape + 0.5 * (rows.sink[0][c] + rows.sink[1][c]);
    w[N][c] = lo + hi;
    w[T][c] = t;
    w[B_LO][c] = max((rows.sink[0][c] + t) * lo - rows.inside[0][c] * hi, 0.0);
    w[B_HI][c] = max((rows.sink[1][c] + t) * hi - rows.inside[1][c] * lo, 0.0);
    w[X][c] = lo > 0.0 && hi > 0.0 ? min(max(log(hi / lo), -FLATTEST), FLATTEST) : 0.0;
    w[LO][c] = lo;
    w[HI][c] = hi;
  }
  for (int step = 0; step < 6; step++) {
    double off[2] = {0.0, 0.0};
    rays_probe_cells(p, &env, s, k, w[LO], w[HI], &trial);
    for (size_t c = 0; c < n; c++) {
      w[F][c] = response(w[SINK][c] + lost[0][c], w[SINK + 1][c] + lost[1][c], w[INSIDE][c], w[INSIDE + 1][c], w[T][c], w[B_LO][c], w[B_HI][c]) - w[X][c];
      off[0] += w[B_LO][c] > 0.0 && w[B_HI][c] > 0.0 ? w[N][c] * fabs(w[F][c]) : 0.0;
      off[1] += w[N][c];
    }
    if (off[0] <= enough * off[1] && step > 0) break;
    if (off[0] <= enough * off[1]) {
      for (size_t c = 0; c < n; c++) sums[1] += volume * w[LO][c];
      return false;
    }
    for (size_t c = 0; c < n; c++) {
      double x = w[X][c], f = w[F][c], steep = step > 0 && x != w[OLD_X][c] ? (f - w[OLD_F][c]) / (x - w[OLD_X][c]) : -2.5;
      double move = -f / min(max(steep, -40.0), -0.5);
      move = w[B_LO][c] > 0.0 && w[B_HI][c] > 0.0 ? min(max(move, -1.5), 1.5) : 0.0;
      w[OLD_X][c] = x;
      w[OLD_F][c] = f;
      w[X][c] = x = min(max(x + move, -FLATTEST), FLATTEST);
      if (w[LO][c] > 0.0 && w[HI][c] > 0.0) {
        w[LO][c] = w[N][c] / (1.0 + exp(x));
        w[HI][c] = w[N][c] / (1.0 + exp(-x));
      }
    }
  }
  /* What that leads to, seen as a function of the ratio the rates were made for, wants to be that ratio: once more the secant method. */
  double *now = rays_values(&p->tried, TRIED_NOW, b), *before = rays_values(&p->tried, TRIED_BEFORE, b), *off = rays_values(&p->tried, TRIED_OFF, b);
  for (size_t c = 0; c < n; c++) {
    const double f = w[X][c] - now[c], steep = again && now[c] != before[c] ? min(max((f - off[c]) / (now[c] - before[c]), -4.0), -0.5) : -1.0;
    const double x = min(max(now[c] + min(max(-f / steep, f - 1.5), f + 1.5), -FLATTEST), FLATTEST);
    before[c] = now[c];
    off[c] = f;
    if (again && w[LO][c] > 0.0 && w[HI][c] > 0.0) {
      w[LO][c] = w[N][c] / (1.0 + exp(x));
      w[HI][c] = w[N][c] / (1.0 + exp(-x));
    }
  }
  rays_probe_load(p, 2 * bin, b, w[F]);
  rays_probe_load(p, 2 * bin + 1, b, w[OLD_F]);
  for (size_t c = 0; c < n; c++) {
    const bool whole = w[F][c] > 0.0 && w[OLD_F][c] > 0.0;
    w[LO][c] = whole ? w[LO][c] : w[F][c];
    w[HI][c] = whole ? w[HI][c] : w[OLD_F][c];
    sums[0] += volume * fabs(w[LO][c] - w[F][c]);
    sums[1] += volume * fabs(w[LO][c]);
  }
  rays_rows_to_cells(p->mesh, w[LO], &p->r->exchange, rays_data(p->r, 2 * bin, b, 0));
  rays_rows_to_cells(p->mesh, w[HI], &p->r->exchange, rays_data(p->r, 2 * bin + 1, b, 0));
  return true;
}

double rays_probe_balance(struct rays_probe *p, int s, int k, bool again, double enough) {
  double sums[2] = {0.0, 0.0};
  rays_probe_usual(p, p->r->net.first[s] + k);
  for (int b = 0; b < p->mesh->count; b++) {
    if (balance_block(p, s, k, b, again, enough, sums)) rays_probe_block(p, s, k, b);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, p->mesh->comm);
  return sums[1] > 0.0 ? sums[0] / sums[1] : 0.0;
}
