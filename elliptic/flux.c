/* Fluxes of a solution, and the limiters of the monotone form. */
#include "elliptic/internal.h"

#include "base/minmax.h"

void flux_cells(const struct elliptic *e, int b, const double *x, double *cells, bool clip) {
  const cell_ref *ref = e->ref + (size_t)b * (size_t)e->around;
  const struct lists *l = &e->lists;
  for (int i = 0; i < e->around; i++) {
    if (ref[i] == NO_CELL) {
      cells[i] = 0.0;
      continue;
    }
    cells[i] = ref_value(e, ref[i], x);
    if (!clip || ref[i] >= 0 || l->first[-ref[i]] - l->first[-1 - ref[i]] < 2) continue;
    /* An interpolated ghost makes no extremum of its own. */
    double low = x[l->col[l->first[-1 - ref[i]]]], high = low;
    for (int k = l->first[-1 - ref[i]] + 1; k < l->first[-ref[i]]; k++) {
      low = min(low, x[l->col[k]]);
      high = max(high, x[l->col[k]]);
    }
    cells[i] = min(max(cells[i], low), high);
  }
}

/* ---- limiters ---- */

/* The harmonic mean, zero at extrema: van Leer 1974, JCP 14, 361. */
static double harmonic(double a, double b) {
  const double product = a * b;
  return product > 0.0 ? 2.0 * product / (a + b) : 0.0;
}

/* Limited over plain mean. */
static double ratio(double limited, double plain) {
  const double r = limited * plain > 0.0 ? limited / plain : 0.0;
  return min(r, 1.0);
}

static double four(double a, double b, double c, double d) { return harmonic(harmonic(a, b), harmonic(c, d)); }

static void limit_face(const struct elliptic *e, const double *cells, const int right[3], int axis, int t, double *theta) {
  const int step[3] = {1, e->extent[0], e->extent[0] * e->extent[1]};
  const double *r = cells + ref_at(e, right), *l = r - step[axis];
  const int s = step[t];
  const double a = l[s] - l[0], b = l[0] - l[-s], c = r[s] - r[0], d = r[0] - r[-s];
  *theta = ratio(four(a, b, c, d), 0.25 * ((a + b) + (c + d)));
}

static void limit_end(const struct elliptic *e, const double *cells, const int i[3], int t, double *theta) {
  const int step[3] = {1, e->extent[0], e->extent[0] * e->extent[1]};
  const double *c = cells + ref_at(e, i);
  const double a = c[step[t]] - c[0], b = c[0] - c[-step[t]];
  *theta = ratio(harmonic(a, b), 0.5 * (a + b));
}

/* Coarse slopes of a jump, and the gradients along its fine faces. */
static void limit_jump(struct elliptic *e, int jump, const double *cells, const double *x) {
  const struct mesh *m = e->mesh;
  const struct jump *j = &e->jump[jump];
  const double coarse = x[j->coarse];
  double up[2] = {0.0, 0.0}, down[2] = {0.0, 0.0}, plain[2] = {0.0, 0.0};
  int t = 0;
  for (int a = 0; a < m->dim; a++) {
    if (a == j->axis) continue;
    plain[t] = ref_value(e, j->slope[t], x);
    if (j->high[t] != NO_CELL) up[t] = ref_value(e, j->high[t], x) - coarse;
    if (j->low[t] != NO_CELL) down[t] = coarse - ref_value(e, j->low[t], x);
    e->slope_theta[jump][t] = ratio(harmonic(up[t], down[t]), plain[t]);
    t++;
  }
  for (int o = 0; o < 1 << m->dim && e->options.tensor; o++) {
    int i[3] = {j->cell[0], j->cell[1], j->cell[2]};
    if (o >> j->axis & 1) continue;
    for (int a = 0; a < m->dim; a++) i[a] += o >> a & 1;
    const double *c = cells + ref_at(e, i);
    const int step[3] = {1, e->extent[0], e->extent[0] * e->extent[1]};
    i[j->axis] += j->side;
    t = 0;
    for (int a = 0; a < m->dim; a++) {
      if (a == j->axis) continue;
      const double u = c[step[a]] - c[0], d = c[0] - c[-step[a]];
      const double limited = four(u, d, 0.5 * up[t], 0.5 * down[t]), mean = (u + d + 0.5 * plain[t]) / 3.0;
      *view_move(view_field(m, &e->theta[(a - j->axis + 2) % 3], j->block, j->axis), i[0], i[1], i[2]).at = ratio(limited, mean);
      t++;
    }
  }
}

/* Faces normal to the axis that belong to a block's rows: all but those at jumps. */
struct face_range { int lower[3], upper[3]; };
static struct face_range inner_faces(const struct elliptic *e, int b, int axis) {
  const struct mesh *m = e->mesh;
  struct face_range r;
  for (int a = 0; a < 3; a++) {
    r.lower[a] = 0;
    r.upper[a] = m->nc[a];
  }
  r.lower[axis] = face_neighbour(m, b, axis, 0) == NEIGHBOUR_SAME ? 0 : 1;
  r.upper[axis] = face_neighbour(m, b, axis, 1) == NEIGHBOUR_SAME ? m->nc[axis] + 1 : m->nc[axis];
  return r;
}

static void limit_block(struct elliptic *e, int b, const double *cells) {
  const struct mesh *m = e->mesh;
  for (int n = 0; n < m->dim; n++) {
    const struct face_range f = inner_faces(e, b, n);
    for (int q = 0; q < 2; q++) {
      const int t = (n + 1 + q) % 3;
      if (t >= m->dim) continue;
      const struct view theta = view_field(m, &e->theta[q], b, n);
      int i[3];
      for (i[2] = f.lower[2]; i[2] < f.upper[2]; i[2]++) {
        for (i[1] = f.lower[1]; i[1] < f.upper[1]; i[1]++) {
          for (i[0] = f.lower[0]; i[0] < f.upper[0]; i[0]++) limit_face(e, cells, i, n, t, view_move(theta, i[0], i[1], i[2]).at);
        }
      }
      for (int side = 0; side < 2; side++) {
        if (face_neighbour(m, b, n, side) != NEIGHBOUR_NONE) continue;
        for (i[2] = 0; i[2] < (n == 2 ? 1 : m->nc[2]); i[2]++) {
          for (i[1] = 0; i[1] < (n == 1 ? 1 : m->nc[1]); i[1]++) {
            for (i[0] = 0; i[0] < (n == 0 ? 1 : m->nc[0]); i[0]++) {
              int at[3] = {i[0], i[1], i[2]};
              at[n] = side ? m->nc[n] - 1 : 0;
              double *to = view_move(theta, at[0], at[1], at[2]).at;
              to += side ? (n == 0 ? 1 : n == 1 ? theta.sy : theta.sz) : 0;
              limit_end(e, cells, at, t, to);
            }
          }
        }
      }
    }
  }
}

void flux_limiters(struct elliptic *e, const double *x) {
  const struct mesh *m = e->mesh;
  int jump = 0;
  for (int b = 0; b < m->count; b++) {
    if (e->options.tensor) {
      flux_cells(e, b, x, e->cells, true);
      limit_block(e, b, e->cells);
    }
    for (; jump < e->jump_count && e->jump[jump].block == b; jump++) limit_jump(e, jump, e->cells, x);
  }
}

/* ---- fluxes ---- */

struct flux_sum { const double *x; double sum; };

static void add_term(void *data, int col, double value) {
  struct flux_sum *f = data;
  f->sum += col == CONSTANT ? value : value * f->x[col];
}

struct corner_sum { const struct elliptic *e; const double *cells; double sum; };
static void add_corner(void *data, const int cell[3], double value) {
  struct corner_sum *s = data;
  s->sum += value * s->cells[ref_at(s->e, cell)];
}

static double inner_flux(const struct elliptic *e, const struct block_grids *g, int b, const double *cells, int n, const int right[3]) {
  const double *h = e->mesh->block[b].dx;
  const int step[3] = {1, e->extent[0], e->extent[0] * e->extent[1]};
  const double *r = cells + ref_at(e, right), *l = r - step[n];
  const double share = plain_share(e), w = grid_get(&g->w[n], right), d = share * normal_d(e, grid_get(&g->d[n], right), w, h[n]) / h[n];
  double flux = d * (l[0] - r[0]) + 0.5 * w * (l[0] + r[0]);
  if (at_corners(e)) {
    struct corner_sum s = {e, cells, flux};
    corner_face(e, g, b, n, right, add_corner, &s);
    flux = s.sum;
  }
  for (int q = 0; q < 2 && e->options.tensor; q++) {
    const int t = (n + 1 + q) % 3, s = step[t];
    if (t >= e->mesh->dim) continue;
    const double c = -0.25 * share * grid_get(&g->cross[n][q], right) * grid_get(&g->theta[n][q], right) / h[t];
    flux += c * ((l[s] - l[-s]) + (r[s] - r[-s]));
  }
  return flux;
}

static void boundary_fluxes(const struct elliptic *e, const struct block_grids *g, int b, int n, int side, const double *x, struct view to) {
  const struct mesh *m = e->mesh;
  int i[3];
  for (i[2] = 0; i[2] < (n == 2 ? 1 : m->nc[2]); i[2]++) {
    for (i[1] = 0; i[1] < (n == 1 ? 1 : m->nc[1]); i[1]++) {
      for (i[0] = 0; i[0] < (n == 0 ? 1 : m->nc[0]); i[0]++) {
        int cell[3] = {i[0], i[1], i[2]}, face[3] = {i[0], i[1], i[2]};
        cell[n] = side ? m->nc[n] - 1 : 0;
        face[n] = side ? m->nc[n] : 0;
        struct flux_sum f = {x, 0.0};
        visit_boundary_face(e, g, b, n, side, cell, add_term, &f);
        *view_move(to, face[0], face[1], face[2]).at = f.sum;
      }
    }
  }
}

static void jump_fluxes(const struct elliptic *e, const struct block_grids *g, int jump, const double *x, struct field *flux) {
  const struct mesh *m = e->mesh;
  const struct jump *j = &e->jump[jump];
  for (int o = 0; o < 1 << m->dim; o++) {
    int i[3] = {j->cell[0], j->cell[1], j->cell[2]};
    if (o >> j->axis & 1) continue;
    for (int a = 0; a < m->dim; a++) i[a] += o >> a & 1;
    struct flux_sum f = {x, 0.0};
    visit_jump_face(e, g, jump, i, add_term, &f);
    i[j->axis] += j->side;
    *view_move(view_field(m, flux, j->block, j->axis), i[0], i[1], i[2]).at = f.sum;
  }
}

void flux_all(struct elliptic *e, const double *x, struct field *flux) {
  const struct mesh *m = e->mesh;
  struct block_grids g;
  int jump = 0;
  for (int b = 0; b < m->count; b++) {
    block_grids(e, b, &g);
    flux_cells(e, b, x, e->cells, false);
    for (int n = 0; n < m->dim; n++) {
      const struct face_range f = inner_faces(e, b, n);
      const struct view to = view_field(m, flux, b, n);
      int i[3];
      for (i[2] = f.lower[2]; i[2] < f.upper[2]; i[2]++) {
        for (i[1] = f.lower[1]; i[1] < f.upper[1]; i[1]++) {
          for (i[0] = f.lower[0]; i[0] < f.upper[0]; i[0]++) {
            *view_move(to, i[0], i[1], i[2]).at = inner_flux(e, &g, b, e->cells, n, i);
          }
        }
      }
      for (int side = 0; side < 2; side++) {
        if (face_neighbour(m, b, n, side) == NEIGHBOUR_NONE) boundary_fluxes(e, &g, b, n, side, x, to);
      }
    }
    for (; jump < e->jump_count && e->jump[jump].block == b; jump++) jump_fluxes(e, &g, jump, x, flux);
  }
  shared_agree(e->shared, flux);
}
