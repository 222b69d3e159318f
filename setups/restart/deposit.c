#include "amr/view.h"
#include "base/minmax.h"
#include "setups/restart/restart.h"

#include <math.h>

/* Cells of a leaf whose centres may be within the sphere. */
struct range { int lower[3], upper[3]; };

static struct range range_of(const struct mesh *m, const struct leaf *f, const double x[3], double radius) {
  struct range r;
  for (int d = 0; d < 3; d++) {
    const double from = floor((x[d] - radius - f->lower[d]) / f->dx[d] - 0.5), to = ceil((x[d] + radius - f->lower[d]) / f->dx[d] - 0.5);
    r.lower[d] = from > 0.0 ? (int)fmin(from, m->nc[d]) : 0;
    r.upper[d] = to < m->nc[d] - 1 ? (int)fmax(to, -1.0) + 1 : m->nc[d];
  }
  return r;
}

/* Weight of a row of cells: kernel times volume. */
static void weigh_row(const struct leaf *f, const double x[3], double radius, int lower, int upper, double d2, double *weight) {
  const double volume = f->dx[0] * f->dx[1] * f->dx[2], inverse = 1.0 / radius;
  for (int i = lower; i < upper; i++) {
    const double dx = f->lower[0] + (i + 0.5) * f->dx[0] - x[0];
    weight[i] = volume * restart_kernel(sqrt(d2 + dx * dx) * inverse);
  }
}

enum { MOST_CELLS = 512 };

struct work {
  const struct mesh *mesh;
  const double *row;
  int rank, columns, scalars;
  double total, scale;      /* weights of all cells; 1 / that */
  struct field *u, *cr;
};

static double square(double x) { return x * x; }

static void add_weights(void *data, const struct leaf *f) {
  struct work *w = data;
  const double *x = w->row, radius = w->row[ROW_RADIUS];
  const struct range r = range_of(w->mesh, f, x, radius);
  double weight[MOST_CELLS];
  for (int k = r.lower[2]; k < r.upper[2]; k++)
    for (int j = r.lower[1]; j < r.upper[1]; j++) {
      const double d2 = square(f->lower[1] + (j + 0.5) * f->dx[1] - x[1]) + square(f->lower[2] + (k + 0.5) * f->dx[2] - x[2]);
      weigh_row(f, x, radius, r.lower[0], r.upper[0], d2, weight);
      for (int i = r.lower[0]; i < r.upper[0]; i++) w->total += weight[i];
    }
}

/* share[i]: of the particle that goes into cell i of the row, per volume. */
static void add_row(const struct work *w, const struct leaf *f, int j, int k, int lower, int upper, const double *share) {
  for (int v = 0; v < 5 + w->scalars; v++) {
    const double amount = v < 5 ? w->row[ROW_MASS + v] : w->row[ROW_FIRST_SCALAR + v - 5];
    double *to = view_move(view_field(w->mesh, w->u, f->local, v), 0, j, k).at;
    for (int i = lower; i < upper; i++) to[i] += amount * share[i];
  }
  if (w->cr == NULL) return;
  double *to = view_move(view_field(w->mesh, w->cr, f->local, 0), 0, j, k).at;
  for (int i = lower; i < upper; i++) to[i] += w->row[ROW_CR] * share[i];
}

static void give(void *data, const struct leaf *f) {
  const struct work *w = data;
  if (f->owner != w->rank) return;
  const double *x = w->row, radius = w->row[ROW_RADIUS], per_volume = 1.0 / (f->dx[0] * f->dx[1] * f->dx[2]);
  const struct range r = range_of(w->mesh, f, x, radius);
  double share[MOST_CELLS];
  for (int k = r.lower[2]; k < r.upper[2]; k++)
    for (int j = r.lower[1]; j < r.upper[1]; j++) {
      const double d2 = square(f->lower[1] + (j + 0.5) * f->dx[1] - x[1]) + square(f->lower[2] + (k + 0.5) * f->dx[2] - x[2]);
      weigh_row(f, x, radius, r.lower[0], r.upper[0], d2, share);
      for (int i = r.lower[0]; i < r.upper[0]; i++) share[i] = share[i] * w->scale * per_volume;
      add_row(w, f, j, k, r.lower[0], r.upper[0], share);
    }
}

/* All of it into the cell around the particle. */
static void give_one(void *data, const struct leaf *f) {
  const struct work *w = data;
  int at[3];
  if (f->owner != w->rank) return;
  for (int d = 0; d < 3; d++) {
    if (!(w->row[d] >= f->lower[d] && w->row[d] < f->upper[d])) return;
    at[d] = (int)((w->row[d] - f->lower[d]) / f->dx[d]);
    if (at[d] > w->mesh->nc[d] - 1) at[d] = w->mesh->nc[d] - 1;
  }
  double share[MOST_CELLS];
  share[at[0]] = 1.0 / (f->dx[0] * f->dx[1] * f->dx[2]);
  add_row(w, f, at[1], at[2], at[0], at[0] + 1, share);
}

void restart_deposit(const struct mesh *mesh, const struct leaves *leaves, int64_t count, int columns, int scalars, const double *row, struct field *u,
                     struct field *cr) {
  struct work w = {.mesh = mesh, .rank = mesh->rank, .columns = columns, .scalars = scalars, .u = u, .cr = cr};
  for (int64_t p = 0; p < count; p++) {
    w.row = row + p * columns;
    w.total = 0.0;
    leaves_visit(leaves, w.row, w.row[ROW_RADIUS], add_weights, &w);
    w.scale = 1.0 / w.total;
    leaves_visit(leaves, w.row, w.row[ROW_RADIUS], w.total > 0.0 && isfinite(w.scale) ? give : give_one, &w);
  }
}
