#include "amr/correction_internal.h"

#include "base/minmax.h"

/* What a cell next to faces of several directions gets, on a face of the block and at (a, b) in it; 0 at faces without
 * finer neighbours. */
struct share { const struct correction *c; double factor[3]; bool has[6]; };

static inline double contribution(const struct share *s, const int cell[3], int axis) {
  const struct mesh *m = s->c->mesh;
  int o[2];
  correction_across(axis, o);
  const int at = cell[o[0]] + cell[o[1]] * m->nc[o[0]];
  double lower = cell[axis] == 0 && s->has[2 * axis] ? s->factor[axis] * s->c->face[2 * axis][at] : 0.0;
  double upper = cell[axis] == m->nc[axis] - 1 && s->has[2 * axis + 1] ? s->factor[axis] * s->c->face[2 * axis + 1][at] : 0.0;
  return lower - upper;
}

/* Every cell is changed once, by the sum over its directions. */
static void change_cells(const struct share *s, int face, double *u, ptrdiff_t sy, ptrdiff_t sz) {
  const struct mesh *m = s->c->mesh;
  const int axis = face / 2;
  const ptrdiff_t stride[3] = {1, sy, sz};
  const double *diff = s->c->face[face], factor = face % 2 ? -s->factor[axis] : s->factor[axis];
  int o[2], cell[3];
  correction_across(axis, o);
  cell[axis] = face % 2 ? m->nc[axis] - 1 : 0;
  const int na = m->nc[o[0]], nb = m->nc[o[1]];
  for (cell[o[1]] = 0; cell[o[1]] < nb; cell[o[1]]++) {
    double *row = u + cell[axis] * stride[axis] + cell[o[1]] * stride[o[1]];
    const double *d = diff + cell[o[1]] * na;
    const bool rim_row = nb > 1 && (cell[o[1]] == 0 || cell[o[1]] == nb - 1);
    if (!rim_row) {
      for (int a = 1; a < na - 1; a++) row[a * stride[o[0]]] += factor * d[a];
    }
    for (cell[o[0]] = 0; cell[o[0]] < na; cell[o[0]] += rim_row ? 1 : na - 1) {
      double part[3] = {0.0, 0.0, 0.0};
      bool earlier = false; /* done with the face of an earlier axis */
      for (int e = 0; e < m->dim; e++) {
        bool lower = cell[e] == 0 && s->has[2 * e], upper = cell[e] == m->nc[e] - 1 && s->has[2 * e + 1];
        earlier = earlier || (e < axis && (lower || upper));
        if (lower || upper) part[e] = contribution(s, cell, e);
      }
      if (!earlier) row[cell[o[0]] * stride[o[0]]] += sum3(part[0], part[1], part[2]);
    }
  }
}

static void correct_cells(struct correction *c, int b, double dt, struct field *cells) {
  const struct mesh *m = c->mesh;
  const int *extent = field_extent(cells, 0);
  const ptrdiff_t sy = extent[0], sz = (ptrdiff_t)extent[0] * extent[1];
  struct share s = {.c = c};
  for (int d = 0; d < 3; d++) s.factor[d] = dt / m->block[b].dx[d];
  for (int comp = 0; comp < c->ncomp; comp++) {
    for (int i = c->first[b]; i < c->first[b + 1]; i++) {
      const struct patch *p = &c->patch[i];
      if (p->axis != FLUX) continue;
      int o[2];
      correction_across(p->face / 2, o);
      s.has[p->face] = true;
      const double *fine = c->fine + p->at + (int64_t)comp * p->n[0] * p->n[1];
      for (int y = 0; y < p->n[1]; y++) {
        for (int x = 0; x < p->n[0]; x++) {
          const int at = p->to[0] + x + (p->to[1] + y) * m->nc[o[0]];
          c->face[p->face][at] = fine[x + y * p->n[0]] - c->reg[b].flux[p->face][correction_flux_size(m, p->face) * (size_t)comp + at];
        }
      }
    }
    double *u = field_data(cells, b, comp) + m->ngd[0] + m->ngd[1] * sy + m->ngd[2] * sz;
    for (int f = 0; f < 6; f++) {
      if (s.has[f]) change_cells(&s, f, u, sy, sz);
    }
  }
}

void correction_faces(const struct correction *c, int b, int comp, double dt, struct field *faces) {
  const struct mesh *m = c->mesh;
  for (int i = c->first[b]; i < c->first[b + 1]; i++) {
    const struct patch *p = &c->patch[i];
    if (p->axis != FLUX) continue;
    const int d = p->face / 2;
    int o[2], at[3];
    correction_across(d, o);
    at[d] = m->ngd[d] + (p->face % 2 ? m->nc[d] : 0);
    const int *extent = field_extent(faces, d);
    const double *fine = c->fine + p->at + (int64_t)comp * p->n[0] * p->n[1];
    const double *own = c->reg[b].flux[p->face] + correction_flux_size(m, p->face) * (size_t)comp;
    double *to = field_data(faces, b, d);
    for (int y = 0; y < p->n[1]; y++)
      for (int x = 0; x < p->n[0]; x++) {
        at[o[0]] = m->ngd[o[0]] + p->to[0] + x;
        at[o[1]] = m->ngd[o[1]] + p->to[1] + y;
        to[((size_t)at[2] * (size_t)extent[1] + (size_t)at[1]) * (size_t)extent[0] + (size_t)at[0]] +=
            dt * (*fine++ - own[p->to[0] + x + (p->to[1] + y) * m->nc[o[0]]]);
      }
  }
}

/* Differences of EMFs on the edges of block b, or zeros again in their place.  Blocks that share an edge bring the same value. */
static void set_edges(struct correction *c, int b, bool clear) {
  const struct mesh *m = c->mesh;
  for (int i = c->first[b]; i < c->first[b + 1]; i++) {
    const struct patch *p = &c->patch[i];
    if (p->axis == FLUX) continue;
    int o[2], at[3];
    correction_across(p->face / 2, o);
    at[p->face / 2] = p->face % 2 ? m->nc[p->face / 2] : 0;
    at[o[0]] = p->to[0];
    at[o[1]] = p->to[1];
    const int *n = c->edge_extent[p->axis], stride[3] = {1, n[0], n[0] * n[1]}, row = correction_edge_stride(m, o[0]);
    const double *own = c->reg[b].emf[p->face] + correction_emf_size(m, p->face) * (size_t)p->axis + p->to[0] + p->to[1] * row;
    const double *fine = c->fine + p->at;
    double *edge = c->edge[p->axis] + at[0] + at[1] * stride[1] + at[2] * stride[2];
    for (int y = 0; y < p->n[1]; y++) {
      for (int x = 0; x < p->n[0]; x++) edge[x * stride[o[0]]] = clear ? 0.0 : fine[x] - own[x];
      edge += stride[o[1]];
      own += row;
      fine += p->n[0];
    }
  }
}

/* Edges and strides for one component d of the curl: (d, p, q) cyclic. */
struct curl { const double *ep, *eq; ptrdiff_t up_p, up_q; double dt, dxp, dxq; };

/* n faces of a row: b -= dt (dE_q / dx_p - dE_p / dx_q). */
static inline void curl_row(const struct curl *c, int n, ptrdiff_t at_p, ptrdiff_t at_q, double *restrict b) {
  const double *restrict ep = c->ep + at_p, *restrict eq = c->eq + at_q;
  const ptrdiff_t up_p = c->up_p, up_q = c->up_q;
  const double dt = c->dt, dxp = c->dxp, dxq = c->dxq;
  for (int i = 0; i < n; i++) b[i] -= dt * ((eq[i + up_q] - eq[i]) / dxp - (ep[i + up_p] - ep[i]) / dxq);
}

/* Only faces that touch an edge on one of the sides can change. */
static void curl(const struct correction *c, int d, unsigned sides, double dt, const double dx[3], double *b, ptrdiff_t sy, ptrdiff_t sz) {
  const struct mesh *m = c->mesh;
  const int p = (d + 1) % 3, q = (d + 2) % 3;
  const int *np = c->edge_extent[p], *nq = c->edge_extent[q];
  const ptrdiff_t stride_p[3] = {1, np[0], (ptrdiff_t)np[0] * np[1]}, stride_q[3] = {1, nq[0], (ptrdiff_t)nq[0] * nq[1]};
  /* Nothing varies along an axis that does not exist. */
  const struct curl k = {.ep = c->edge[p], .eq = c->edge[q], .up_p = q < m->dim ? stride_p[q] : 0,
                         .up_q = p < m->dim ? stride_q[p] : 0, .dt = dt, .dxp = dx[p], .dxq = dx[q]};
  const int nx = m->nc[0] + (d == 0), ny = m->nc[1] + (d == 1 && m->dim > 1), nz = m->nc[2] + (d == 2 && m->dim > 2);
  for (int z = 0; z < nz; z++) {
    const bool plane = (z == 0 && sides & 16) || (z == nz - 1 && sides & 32);
    for (int y = 0; y < ny; y++) {
      const ptrdiff_t at_p = y * stride_p[1] + z * stride_p[2], at_q = y * stride_q[1] + z * stride_q[2];
      double *row = b + y * sy + z * sz;
      if (plane || (y == 0 && sides & 4) || (y == ny - 1 && sides & 8)) {
        curl_row(&k, nx, at_p, at_q, row);
        continue;
      }
      if (sides & 1) curl_row(&k, 1, at_p, at_q, row);
      if (sides & 2) curl_row(&k, 1, at_p + nx - 1, at_q + nx - 1, row + nx - 1);
    }
  }
}

unsigned correction_apply(struct correction *c, int b, double dt, struct field *cells, struct field *faces) {
  const struct mesh *m = c->mesh;
  unsigned sides = 0;
  bool edges = false;
  for (int i = c->first[b]; i < c->first[b + 1]; i++) {
    sides |= 1u << c->patch[i].face;
    edges = edges || c->patch[i].axis != FLUX;
  }
  if (sides == 0) return 0;
  if (cells != NULL) correct_cells(c, b, dt, cells);
  if (faces == NULL || !edges) return sides;
  set_edges(c, b, false);
  for (int d = 0; d < 3; d++) {
    const int *extent = field_extent(faces, d);
    const ptrdiff_t sy = extent[0], sz = (ptrdiff_t)extent[0] * extent[1];
    double *at = field_data(faces, b, d) + m->ngd[0] + m->ngd[1] * sy + m->ngd[2] * sz;
    curl(c, d, sides, dt, m->block[b].dx, at, sy, sz);
  }
  set_edges(c, b, true);
  return sides;
}
