/* The solution of the monotone form, whose limiters depend on it.
 *
 * Each step freezes the limiters and solves for a correction f(x) of x; steps are combined by Anderson's method (1965, J. ACM 12, 547):
 * the next x is the one for which a linear model from the last few steps has the least correction. */
#include "elliptic/internal.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

enum { DEPTH = 6 };

struct history {
  int count, next;                         /* differences kept; where the next goes */
  double *x_before, *f_before;             /* [rows] */
  double *dx[DEPTH], *df[DEPTH];
};

static void history_create(struct history *h, size_t rows) {
  *h = (struct history){0};
  h->x_before = memory_get(sizeof(double) * rows);
  h->f_before = memory_get(sizeof(double) * rows);
  for (int i = 0; i < DEPTH; i++) {
    h->dx[i] = memory_get(sizeof(double) * rows);
    h->df[i] = memory_get(sizeof(double) * rows);
  }
}

static void history_destroy(struct history *h) {
  memory_free(h->x_before);
  memory_free(h->f_before);
  for (int i = 0; i < DEPTH; i++) {
    memory_free(h->dx[i]);
    memory_free(h->df[i]);
  }
}

/* Products over all cells, weighted by volume: g[i][j] = df_i.df_j, and g[i][n] = df_i.f. */
static void products(const struct elliptic *e, const struct history *h, const double *f, double g[DEPTH][DEPTH + 1]) {
  const int n = h->count;
  memset(g, 0, sizeof(double) * DEPTH * (DEPTH + 1));
  for (int b = 0; b < e->mesh->count; b++) {
    const double volume = row_volume(e->mesh, b);
    for (int i = 0; i < n; i++) {
      for (int j = i; j <= n; j++) {
        const double *u = h->df[i] + (size_t)b * (size_t)e->ncell, *v = (j < n ? h->df[j] : f) + (size_t)b * (size_t)e->ncell;
        double sum = 0.0;
        for (int c = 0; c < e->ncell; c++) sum += u[c] * v[c];
        g[i][j == n ? DEPTH : j] += volume * sum;
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, g, DEPTH * (DEPTH + 1), MPI_DOUBLE, MPI_SUM, e->mesh->comm);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) g[i][j] = g[j][i];
  }
}

/* Solve g gamma = g[.][DEPTH], leaving out directions that depend on earlier ones. */
static void least(int n, double g[DEPTH][DEPTH + 1], double gamma[DEPTH]) {
  double l[DEPTH][DEPTH] = {{0.0}}, y[DEPTH] = {0.0};
  bool used[DEPTH] = {false};
  for (int i = 0; i < n; i++) {
    double d = g[i][i], right = g[i][DEPTH];
    for (int j = 0; j < i; j++) {
      if (!used[j]) continue;
      double s = g[i][j];
      for (int k = 0; k < j; k++) s -= l[i][k] * l[j][k];
      l[i][j] = s / l[j][j];
      d -= l[i][j] * l[i][j];
      right -= l[i][j] * y[j];
    }
    used[i] = d > 1e-10 * g[i][i];
    if (!used[i]) {
      memset(l[i], 0, sizeof l[i]);
      continue;
    }
    l[i][i] = sqrt(d);
    y[i] = right / l[i][i];
  }
  for (int i = n - 1; i >= 0; i--) {
    gamma[i] = 0.0;
    if (!used[i]) continue;
    double s = y[i];
    for (int k = i + 1; k < n; k++) s -= l[k][i] * gamma[k];
    gamma[i] = s / l[i][i];
  }
}

/* x is that before the correction f; becomes the next. */
static void accelerate(const struct elliptic *e, struct history *h, double *x, const double *f, bool first) {
  const int rows = e->rows;
  if (!first) {
    double *dx = h->dx[h->next], *df = h->df[h->next];
    for (int i = 0; i < rows; i++) {
      dx[i] = x[i] - h->x_before[i];
      df[i] = f[i] - h->f_before[i];
    }
    h->next = (h->next + 1) % DEPTH;
    h->count = h->count < DEPTH ? h->count + 1 : DEPTH;
  }
  memcpy(h->x_before, x, sizeof *x * (size_t)rows);
  memcpy(h->f_before, f, sizeof *f * (size_t)rows);
  double g[DEPTH][DEPTH + 1], gamma[DEPTH] = {0.0};
  products(e, h, f, g);
  least(h->count, g, gamma);
  for (int i = 0; i < rows; i++) x[i] += f[i];
  for (int k = 0; k < h->count; k++) {
    for (int i = 0; i < rows; i++) x[i] -= gamma[k] * (h->dx[k][i] + h->df[k][i]);
  }
}

void limited_solve(struct elliptic *e, const double *rhs, double goal, double *norm, struct elliptic_result *r) {
  double *f = memory_get(sizeof *f * (size_t)e->rows), *x = memory_get(sizeof *x * (size_t)e->rows);
  double *best = memory_get(sizeof *best * (size_t)e->rows), best_norm = HUGE_VAL;
  struct history h;
  bool first = true;
  history_create(&h, (size_t)e->rows);
  for (int n = 0; n <= e->options.max_limiting; n++) {
    halo_exchange(e, e->x);
    flux_limiters(e, e->x);
    fill_matrix(e);
    *norm = residual_of(e, rhs, e->x, e->r);
    if (n == 0) r->before = *norm;
    r->converged = *norm <= goal;
    if (r->converged || !isfinite(*norm)) break;
    if (*norm < best_norm) {
      best_norm = *norm;
      memcpy(best, e->x, sizeof *best * (size_t)e->rows);
    } else if (*norm > 10.0 * best_norm && n > 3) {
      h.count = h.next = 0;
      first = true;
    }
    if (n == e->options.max_limiting) break;
    memcpy(x, e->x, sizeof *x * (size_t)e->rows);
    correct(e, *norm, max(0.5 * goal, 0.03 * *norm), f, r);
    accelerate(e, &h, x, f, first);
    first = false;
    memcpy(e->x, x, sizeof *x * (size_t)e->rows);
    double most[2] = {0.0, 0.0};
    for (int i = 0; i < e->rows; i++) {
      most[0] = max(most[0], fabs(f[i]));
      most[1] = max(most[1], fabs(x[i]));
    }
    MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_DOUBLE, MPI_MAX, e->mesh->comm);
    r->change = most[1] > 0.0 ? most[0] / most[1] : 0.0;
    r->limitings++;
  }
  if (r->converged) {
    r->reason = "";
  } else if (best_norm < HUGE_VAL) {
    memcpy(e->x, best, sizeof *best * (size_t)e->rows);
    *norm = best_norm;
    if (r->reason[0] == 0) r->reason = "the limiters do not settle";
  }
  history_destroy(&h);
  memory_free(f);
  memory_free(x);
  memory_free(best);
}
