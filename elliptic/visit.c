/* The equations of cells that have no plain stencil, and fluxes through faces between levels and on the boundary. */
#include "elliptic/internal.h"

#include <stddef.h>

static const double ONE = 1.0;

void grid_of(struct grid *g, const struct elliptic *e, const struct field *f, int b, int c, double number) {
  *g = (struct grid){.number = number};
  g->at = &g->number;
  if (f == NULL) return;
  const bool faces = f->centring == CENTRING_FACE;
  const struct view v = faces ? view_field(e->mesh, f, b, c)
                              : view_array(field_data(f, b, 0) + f->comp_size[0] * (size_t)c, field_extent(f, 0), e->mesh->ngd);
  g->at = v.at;
  g->s[0] = 1;
  g->s[1] = v.sy;
  g->s[2] = v.sz;
}

void block_grids(const struct elliptic *e, int b, struct block_grids *g) {
  const bool limited = e->options.form == ELLIPTIC_MONOTONE && e->theta[0].data != NULL;
  for (int c = 0; c < 4; c++) grid_of(&g->corner[c], e, e->c.corner, b, c, 0.0);
  for (int n = 0; n < e->mesh->dim; n++) {
    grid_of(&g->d[n], e, e->c.d, b, n, e->c.d_number);
    grid_of(&g->w[n], e, e->c.w, b, n, 0.0);
    for (int q = 0; q < 2; q++) {
      grid_of(&g->cross[n][q], e, e->c.cross[q], b, n, 0.0);
      grid_of(&g->theta[n][q], e, limited ? &e->theta[q] : NULL, b, n, ONE);
    }
  }
}

static void put_ref(const struct elliptic *e, cell_ref r, double x, term_fn *term, void *data) {
  if (r >= 0) {
    term(data, r, x);
    return;
  }
  const struct lists *l = &e->lists;
  for (int i = l->first[-1 - r]; i < l->first[-r]; i++) term(data, l->col[i], x * l->weight[i]);
  term(data, CONSTANT, x * l->constant[-1 - r]);
}

static const cell_ref *refs(const struct elliptic *e, int b) { return e->ref + (size_t)b * (size_t)e->around; }

/* Terms of x (q(i + axis) - q(i - axis)). */
static void put_difference(const struct elliptic *e, int b, const int i[3], int axis, double x, term_fn *term, void *data) {
  int up[3] = {i[0], i[1], i[2]}, down[3] = {i[0], i[1], i[2]};
  up[axis]++;
  down[axis]--;
  put_ref(e, refs(e, b)[ref_at(e, up)], x, term, data);
  put_ref(e, refs(e, b)[ref_at(e, down)], -x, term, data);
}

struct cell_terms { const struct elliptic *e; int b; term_fn *term; void *data; };
static void put_cell(void *data, const int cell[3], double value) {
  const struct cell_terms *t = data;
  put_ref(t->e, refs(t->e, t->b)[ref_at(t->e, cell)], value, t->term, t->data);
}

/* Flux through the upper face of cell i, between cells of one level. */
static void visit_face(const struct elliptic *e, const struct block_grids *g, int b, int axis, const int i[3], term_fn *term, void *data) {
  const struct mesh *m = e->mesh;
  const double *h = m->block[b].dx;
  int right[3] = {i[0], i[1], i[2]};
  right[axis]++;
  const bool corners = at_corners(e);
  const double share = plain_share(e), w = grid_get(&g->w[axis], right), d = share * normal_d(e, grid_get(&g->d[axis], right), w, h[axis]) / h[axis];
  put_ref(e, refs(e, b)[ref_at(e, i)], d + 0.5 * w, term, data);
  put_ref(e, refs(e, b)[ref_at(e, right)], -d + 0.5 * w, term, data);
  if (corners) {
    struct cell_terms t = {e, b, term, data};
    corner_face(e, g, b, axis, right, put_cell, &t);
  }
  for (int q = 0; q < 2 && e->options.tensor; q++) {
    const int t = (axis + 1 + q) % 3;
    if (t >= m->dim) continue;
    const double c = -0.25 * share * grid_get(&g->cross[axis][q], right) * grid_get(&g->theta[axis][q], right) / h[t];
    put_difference(e, b, i, t, c, term, data);
    put_difference(e, b, right, t, c, term, data);
  }
}

void visit_jump_face(const struct elliptic *e, const struct block_grids *g, int jump, const int i[3], term_fn *term, void *data) {
  const struct mesh *m = e->mesh;
  const struct jump *j = &e->jump[jump];
  const int n = j->axis;
  const double *h = m->block[j->block].dx, out = j->side ? 1.0 : -1.0;
  const bool positive = is_positive(e), monotone = e->options.form == ELLIPTIC_MONOTONE || positive, two_point = e->options.two_point;
  int face[3] = {i[0], i[1], i[2]}, second[3] = {i[0], i[1], i[2]}, t = 0;
  face[n] += j->side;
  second[n] -= j->side ? 1 : -1;
  const double w = grid_get(&g->w[n], face), d = normal_d(e, grid_get(&g->d[n], face), w, 2.0 * h[n]);

  /* Outward gradient: (coarse - nearest) / (3/2 h), or (coarse - mean of two) / (2 h); w takes the linear interpolation. */
  const bool nearest = monotone || two_point;
  const double c = -out * d / ((nearest ? 1.5 : 2.0) * h[n]);
  const double coarse = c + w / 3.0, own = (nearest ? -c : -0.5 * c) + 2.0 / 3.0 * w, next = nearest ? 0.0 : -0.5 * c;
  term(data, j->coarse, coarse);
  put_ref(e, refs(e, j->block)[ref_at(e, i)], own, term, data);
  put_ref(e, refs(e, j->block)[ref_at(e, second)], next, term, data);

  /* The coarse value beside this fine cell; upwinding takes w with the coarse cell itself. */
  const double corrected = two_point ? 0.0 : monotone ? c : coarse;
  double product = 1.0 / 16.0;
  for (int a = 0; a < m->dim && !positive; a++) {
    if (a == n) continue;
    const double shift = i[a] == j->cell[a] ? -0.25 : 0.25;
    product *= i[a] == j->cell[a] ? -1.0 : 1.0;
    put_ref(e, j->slope[t], corrected * shift * (monotone ? e->slope_theta[jump][t] : 1.0), term, data);
    t++;
  }
  if (j->mixed != NO_CELL && !monotone) put_ref(e, j->mixed, corrected * product, term, data);

  t = 0;
  for (int a = 0; a < m->dim && e->options.tensor && !positive; a++) {
    if (a == n) continue;
    const int q = (a - n + 2) % 3;
    const double x = -grid_get(&g->cross[n][q], face) * grid_get(&g->theta[n][q], face);
    put_difference(e, j->block, i, a, 2.0 / 3.0 * x / (2.0 * h[a]), term, data);
    put_ref(e, j->slope[t], 1.0 / 3.0 * x / (2.0 * h[a]), term, data);
    t++;
  }
}

void visit_boundary_face(const struct elliptic *e, const struct block_grids *g, int b, int axis, int side, const int i[3],
                         term_fn *term, void *data) {
  const struct mesh *m = e->mesh;
  const double *h = m->block[b].dx, out = side ? 1.0 : -1.0;
  int face[3] = {i[0], i[1], i[2]}, second[3] = {i[0], i[1], i[2]};
  double x[3];
  face[axis] += side;
  second[axis] -= side ? 1 : -1;
  boundary_place(e, b, axis, side, (const double[3]){i[0] + 0.5, i[1] + 0.5, i[2] + 0.5}, x);
  const double value = boundary_value(e, axis, side, x), w = grid_get(&g->w[axis], face);
  const cell_ref own = refs(e, b)[ref_at(e, i)], next = refs(e, b)[ref_at(e, second)];
  if (e->boundary.kind[axis][side] == ELLIPTIC_FLUX) {
    term(data, own, w);
    term(data, next, 0.0);
    term(data, CONSTANT, out * value);
    return;
  }
  if (is_positive(e)) {
    const double c = out * normal_d(e, grid_get(&g->d[axis], face), w, h[axis]) * 2.0 / h[axis];
    const bool leaves = w * out > 0.0;
    term(data, own, c + (leaves ? w : 0.0));
    term(data, CONSTANT, -c * value + (leaves ? 0.0 : w * value));
    return;
  }
  /* Outward gradient (6 value - 7 nearest + second) / (2 h), exact for quadratic functions. */
  const double d = out * grid_get(&g->d[axis], face) / (2.0 * h[axis]);
  const bool leaves = e->options.form == ELLIPTIC_MONOTONE && w * out > 0.0;
  term(data, own, 7.0 * d + (leaves ? w : 0.0));
  term(data, next, -d);
  term(data, CONSTANT, -6.0 * d * value + (leaves ? 0.0 : w * value));
  for (int q = 0; q < 2 && e->options.tensor; q++) {
    const int t = (axis + 1 + q) % 3;
    if (t >= m->dim) continue;
    put_difference(e, b, i, t, -0.5 * grid_get(&g->cross[axis][q], face) * grid_get(&g->theta[axis][q], face) / h[t], term, data);
  }
}

/* ---- rows ---- */

struct to_rows { const struct visitor *v; int row, other; double factor; };

static void to_rows(void *data, int col, double value) {
  const struct to_rows *t = data;
  t->v->put(t->v->data, t->row, col, t->factor * value);
  if (t->other >= 0) t->v->put(t->v->data, t->other, col, -t->factor * value);
}

/* Exchange of cell i with those of its level around it. */
static void visit_pairs(const struct visitor *v, const struct block_grids *g, int b, const int i[3], double volume) {
  const struct elliptic *e = v->e;
  const double *h = e->mesh->block[b].dx;
  const int row = b * e->ncell + cell_at(e->mesh, i);
  double pair[27];
  positive_pairs(e, g, b, i, pair);
  for (int s = 1; s < e->stencil_count; s++) {
    const int *d = e->stencil[s], at[3] = {i[0] + d[0], i[1] + d[1], i[2] + d[2]};
    const cell_ref r = refs(e, b)[ref_at(e, at)];
    double mine = pair[direction(d[0], d[1], d[2])], other = -mine;
    if (r < 0) continue;
    for (int n = 0; n < 3; n++) {
      if (d[n] == 0 || s > 2 * e->mesh->dim) continue;
      int face[3] = {i[0], i[1], i[2]};
      face[n] += d[n] > 0;
      positive_face(mine, d[n] * grid_get(&g->w[n], face) / h[n], &mine, &other);
    }
    v->put(v->data, row, row, volume * mine);
    v->put(v->data, row, r, volume * other);
  }
}

static void visit_cell(const struct visitor *v, const struct block_grids *g, int b, const int i[3], double volume) {
  const struct elliptic *e = v->e;
  const struct mesh *m = e->mesh;
  const int row = b * e->ncell + cell_at(m, i);
  v->put(v->data, row, row, 0.0); /* the diagonal comes first; a: matrix_diagonal */
  if (is_positive(e)) visit_pairs(v, g, b, i, volume);
  for (int n = 0; n < m->dim; n++) {
    for (int side = 0; side < 2; side++) {
      struct to_rows t = {v, row, -1, (side ? 1.0 : -1.0) * volume / m->block[b].dx[n]};
      const bool end = i[n] == (side ? m->nc[n] - 1 : 0);
      const int kind = end ? face_neighbour(m, b, n, side) : NEIGHBOUR_SAME;
      int left[3] = {i[0], i[1], i[2]};
      left[n] -= side ? 0 : 1;
      if (kind == NEIGHBOUR_SAME && !is_positive(e)) visit_face(e, g, b, n, left, to_rows, &t);
      else if (kind == NEIGHBOUR_NONE) visit_boundary_face(e, g, b, n, side, i, to_rows, &t);
    }
  }
}

static void visit_jump(const struct visitor *v, const struct block_grids *g, int jump, double volume) {
  const struct elliptic *e = v->e;
  const struct mesh *m = e->mesh;
  const struct jump *j = &e->jump[jump];
  for (int o = 0; o < 1 << m->dim; o++) {
    int i[3] = {j->cell[0], j->cell[1], j->cell[2]};
    if (o >> j->axis & 1) continue;
    for (int a = 0; a < m->dim; a++) i[a] += o >> a & 1;
    struct to_rows t = {v, j->block * e->ncell + cell_at(m, i), j->coarse, (j->side ? 1.0 : -1.0) * volume / m->block[j->block].dx[j->axis]};
    visit_jump_face(e, g, jump, i, to_rows, &t);
  }
}

void visit_rows(const struct visitor *v) {
  const struct elliptic *e = v->e;
  const struct mesh *m = e->mesh;
  struct block_grids g;
  int jump = 0;
  for (int b = 0; b < m->count; b++) {
    const double volume = row_volume(m, b);
    const bool *regular = e->regular + (size_t)b * (size_t)e->ncell;
    int i[3];
    block_grids(e, b, &g);
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
          if (!regular[cell_at(m, i)]) visit_cell(v, &g, b, i, volume);
        }
      }
    }
    for (; jump < e->jump_count && e->jump[jump].block == b; jump++) visit_jump(v, &g, jump, volume);
  }
}
